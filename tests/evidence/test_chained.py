"""Chained lines: one way to write them, and the line of whatever is otherwise."""

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.errors import BadFile
from settlement.evidence.chained import Line, canonical, chained, read_chain

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text('ab[]{}"\\', max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)
rows = st.lists(st.dictionaries(st.sampled_from("abc"), plain, max_size=3), max_size=4)


def problem_in(data):
    with pytest.raises(BadFile) as caught:
        read_chain("file", data)
    (problem,) = caught.value.problems
    assert problem.file == "file"
    return problem


@given(rows=rows)
def test_what_is_written_is_read(rows):
    lines = read_chain("file", chained(rows))
    assert [line.content for line in lines] == rows
    assert [line.number for line in lines] == list(range(1, len(rows) + 1))


def test_a_line_is_canonical_and_hashed_after_the_one_before():
    first, second = chained([{"b": "é", "a": 1}, {}]).splitlines()
    one = hashlib.sha256(("0" * 64 + '{"a":1,"b":"é"}').encode()).hexdigest()
    two = hashlib.sha256((one + "{}").encode()).hexdigest()
    assert first.decode() == f'{{"a":1,"b":"é","hash":"{one}"}}'
    assert json.loads(second) == {"hash": two}


THREE = chained([{"at": place} for place in range(3)])


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (THREE[:-1], 3),
        (THREE + b"\n", 4),
        (THREE.replace(b'{"at":1', b'{"at": 1'), 2),
        (THREE.replace(b'{"at":1', b'{"at":1,"at":1'), 2),
        (THREE.replace(b'{"at":1', b'{"at":1.0'), 2),
        (THREE.replace(b'{"at":1', b'{"at":2'), 2),
        (THREE.replace(b"\n", b"\r\n"), 1),
        (b"\xef\xbb\xbf" + THREE, 1),
        (THREE.splitlines(keepends=True)[1], 1),
        (b"".join(reversed(THREE.splitlines(keepends=True))), 1),
        (THREE.splitlines(keepends=True)[0] * 2, 2),
        (b"[]\n", 1),
        (b"\xff\n", 1),
        (b'{"a":"\\ud800"}\n', 1),
        (b'{"a":NaN}\n', 1),
        (b'{"a":' + b"9" * 10_000 + b"}\n", 1),
        (b'{"a":' * 100_000, 1),
        (b'{"a":' + b'["]",' * 50_000 + b"1" + b"]" * 50_000 + b"}\n", 1),
    ],
    ids=range(18),
)
def test_the_line_is_named(data, line):
    assert problem_in(data).line == line


def test_nothing_is_a_file_of_no_lines():
    assert read_chain("file", b"") == []
    assert chained([]) == b""


LINE = Line(
    "file", 4, {"text": "a", "whole": 3, "truth": True, "raw": "0x12", "raws": ["0x"], "part": {}}
)


def test_fields_are_what_they_are_said_to_be():
    assert (LINE.text("text"), LINE.whole("whole"), LINE.truth("truth")) == ("a", 3, True)
    assert (LINE.raw("raw"), LINE.raws("raws"), LINE.part("part")) == (b"\x12", (b"",), {})
    LINE.require(LINE.content)


@pytest.mark.parametrize(
    ("kind", "field", "said"),
    [
        ("text", "whole", "is not text"),
        ("text", "nothing", "is missing"),
        ("whole", "text", "is not a whole number"),
        ("whole", "truth", "is not a whole number"),
        ("truth", "whole", "is not true or false"),
        ("raw", "text", "is not bytes in hexadecimal"),
        ("raws", "text", "is not a list"),
        ("part", "raws", "is not an object"),
    ],
)
def test_a_field_that_is_something_else_is_named(kind, field, said):
    with pytest.raises(BadFile) as caught:
        getattr(LINE, kind)(field)
    assert str(caught.value) == f"file:4: {field}: {said}"


@pytest.mark.parametrize("number", [-1, 2**53])
def test_a_number_that_no_reader_of_json_has_exactly_is_refused(number):
    with pytest.raises(BadFile, match="is not a whole number"):
        Line("file", 1, {"n": number}).whole("n")


@pytest.mark.parametrize(
    ("derived", "said"),
    [
        ({"a": 1, "b": True}, "b: is 1 and would be true"),
        ({"a": 1}, "b: does not belong here"),
        ({"a": 1, "b": 1, "c": 1}, "c: is missing"),
        ({"a": "x" * 80, "b": 2}, f'a: is 1 and would be "{"x" * 59}…'),
    ],
)
def test_the_first_field_that_would_be_otherwise_is_named(derived, said):
    with pytest.raises(BadFile) as caught:
        Line("file", 1, {"a": 1, "b": 1}).require(derived)
    assert str(caught.value) == f"file:1: {said}"


def test_there_is_one_way_to_write():
    assert canonical({"b": [1, None], "a": "é"}) == '{"a":"é","b":[1,null]}'
