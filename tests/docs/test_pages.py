"""Every link leads somewhere, and what it names is there."""

import re

import pytest

from settlement.drills import catalogue as drills
from settlement.drills.performance import perform
from settlement.reporting.drill_text import phase_lines
from settlement.reporting.text import story_lines
from settlement.scenario.catalogue import find
from settlement.scenario.runner import Runner
from settlement.scenario.steps import STEPS
from tests.docs import PAGES, ROOT

REPO = ROOT / "docs" / "repo.md"
NETTING = ROOT / "docs" / "netting.md"

_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_SYMBOL = re.compile(r"`([\w.]+)`")
_MACHINE_PATH = re.compile(r"(?<![\w.:/])(/(work|home|root|tmp|Users|mnt|opt|var)/|[A-Z]:\\)")

pages = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def prose(page):
    return _FENCE.sub("", page.read_text("utf-8"))


def links(page):
    found = _LINK.findall(prose(page))
    return [(text, target) for text, target in found if "://" not in target]


def anchors(page):
    headings = (re.sub(r"[^\w\- ]", "", title.lower()) for title in _HEADING.findall(prose(page)))
    return {heading.replace(" ", "-") for heading in headings}


def defines(text, name):
    declared = r"(?:def|class|function|event|error|contract|interface|library|struct|enum|modifier)"
    patterns = (rf"\b{declared} {name}\b", rf"^{name}\b.*=", rf"\b(?:public|internal).* {name}\b")
    return any(re.search(pattern, text, re.MULTILINE) for pattern in patterns)


@pages
def test_every_link_leads_somewhere(page):
    wrong = []
    for _, target in links(page):
        name, _, anchor = target.partition("#")
        there = (page.parent / name).resolve() if name else page
        if not there.exists() or (anchor and anchor not in anchors(there)):
            wrong.append(target)
    assert wrong == []


@pages
def test_what_a_link_names_is_defined_where_it_leads(page):
    wrong = []
    for text, target in links(page):
        symbol = _SYMBOL.fullmatch(text)
        if symbol and target.endswith((".py", ".sol")):
            source = (page.parent / target).read_text("utf-8")
            names = symbol[1].split(".")
            if not all(defines(source, name) for name in names):
                wrong.append(f"{text} in {target}")
    assert wrong == []


@pages
def test_no_page_knows_the_machine_it_was_written_on(page):
    assert _MACHINE_PATH.search(page.read_text("utf-8")) is None


def test_every_page_is_reached_from_the_readme():
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        reached.add(page)
        targets = ((page.parent / target.partition("#")[0]).resolve() for _, target in links(page))
        waiting += [target for target in targets if target in PAGES and target not in reached]
    assert reached == set(PAGES)


def test_every_contract_has_its_sentence():
    listed = {target for _, target in links(ROOT / "contracts" / "README.md")}
    folder = ROOT / "contracts"
    sources = {path.relative_to(folder).as_posix() for path in folder.rglob("*.sol")}
    assert {source for source in sources if not source.startswith("mocks/")} <= listed


def test_the_walk_quotes_what_the_demonstration_tells():
    quoted = _FENCE.findall((ROOT / "docs" / "walkthrough.md").read_text("utf-8"))
    readme = (ROOT / "README.md").read_text("utf-8")
    assert all(block.split("\n", 1)[1].removesuffix("```") in readme for block in quoted)


def test_the_acts_of_a_repo_quote_the_library():
    stories = "\n".join(
        line.rstrip()
        for name in ("margin-call", "repo-changes", "default")
        for line in story_lines(Runner(find(name)).run())
    )
    quoted = _FENCE.findall(REPO.read_text("utf-8"))
    assert len(quoted) == 5
    assert all(block.split("\n", 1)[1].removesuffix("```") in stories for block in quoted)


def test_queues_and_nets_quote_the_library():
    told = "\n".join(
        line.rstrip()
        for name in ("ring", "clearing")
        for line in story_lines(Runner(find(name)).run())
    )
    quoted = _FENCE.findall(NETTING.read_text("utf-8"))
    assert len(quoted) == 4
    assert all(block.split("\n", 1)[1].removesuffix("```") in told for block in quoted)


def test_the_page_of_drills_quotes_a_drill():
    told = "\n".join(
        line.rstrip()
        for phase in perform(drills.find("cash-short")).phases
        for line in phase_lines(phase)
    )
    quoted = _FENCE.findall((ROOT / "docs" / "drills.md").read_text("utf-8"))
    assert len(quoted) == 2
    assert all(block.split("\n", 1)[1].removesuffix("\n```") in told for block in quoted)


def test_every_word_for_a_repo_has_its_act():
    words = {
        word
        for word, step in STEPS.items()
        if step.__module__.endswith(("repo", "changes", "margin"))
    }
    named = set(re.findall(r"`([a-z_]+)`|`([a-z_]+): ", REPO.read_text("utf-8")))
    assert words - {"price", *(one or other for one, other in named)} == set()
