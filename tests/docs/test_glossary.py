"""Every name of our code that the glossary mentions is in our code."""

import re

import pytest

from tests.docs import ROOT

_ROW = re.compile(r"^\|([^|]+)\|[^|]+\|[^|]*\|([^|]+)\|$", re.MULTILINE)
_DECLARED = r"(?:def|class|function|event|error|contract|interface|library|struct|enum) {}\b"

SOURCES = {
    path: path.read_text("utf-8")
    for folder, pattern in (("contracts", "*.sol"), ("settlement", "*.py"))
    for path in sorted((ROOT / folder).rglob(pattern))
    if "mocks" not in path.parts
}


def rows():
    page = (ROOT / "docs" / "glossary.md").read_text("utf-8")
    found = [(term.strip(), code) for term, code in _ROW.findall(page)]
    return [(term, code) for term, code in found if term not in {"Term", "---"}]


def exists(symbol):
    owner, *members = symbol.split(".")
    declared = re.compile(rf"{_DECLARED.format(owner)}|^(?:.* constant )?{owner} =", re.MULTILINE)
    homes = [text for text in SOURCES.values() if declared.search(text)]
    return any(all(re.search(rf"\b{name}\b", text) for name in members) for text in homes)


@pytest.mark.parametrize(("term", "code"), rows())
def test_its_names_exist(term, code):
    symbols = re.findall(r"`([\w.]+)`", code)
    assert symbols, f"{term} names nothing"
    assert [symbol for symbol in symbols if not exists(symbol)] == []


def test_every_term_stands_once():
    terms = [term.lower() for term, _ in rows()]
    assert len(terms) == len(set(terms))
