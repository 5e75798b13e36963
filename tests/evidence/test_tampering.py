"""Whatever changes in a bundle is found: every byte, every line, every file, by file and line."""

import shutil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from settlement.errors import BadFile
from settlement.evidence.verifying import verify

STORY = "ring"
"""Small, with a trade by itself, a netting cycle, and consents that nothing carried."""


@pytest.fixture(scope="module")
def folder(written, tmp_path_factory):
    """A copy, which every example leaves as it was."""
    return shutil.copytree(written(STORY), tmp_path_factory.mktemp("changed") / STORY)


@pytest.fixture(scope="module")
def files(folder):
    """Every file with its bytes."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path: path.read_bytes() for path in paths}


def problem_of(folder, path, data, before):
    """What is found once a file has other bytes."""
    path.write_bytes(data)
    try:
        with pytest.raises(BadFile) as caught:
            verify(folder)
    finally:
        path.write_bytes(before)
    (problem,) = caught.value.problems
    return problem


def first_difference(before, after):
    """The line of the first byte that is not the same in both."""
    for place in range(len(before)):
        if before[place : place + 1] != after[place : place + 1]:
            return before[:place].count(b"\n") + 1
    return before.count(b"\n") + 1


@settings(max_examples=150)
@given(data=st.data())
def test_one_changed_byte_is_found_in_its_line(folder, files, data):
    path = data.draw(st.sampled_from(list(files)))
    before = files[path]
    place = data.draw(st.integers(0, len(before) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda byte: byte != before[place]))
    problem = problem_of(folder, path, before[:place] + bytes([byte]) + before[place + 1 :], before)
    assert (problem.file, problem.line) == (str(path), before[:place].count(b"\n") + 1)


@settings(max_examples=30)
@given(data=st.data())
def test_one_byte_more_or_less_is_found_in_its_line(folder, files, data):
    path = data.draw(st.sampled_from(list(files)))
    before = files[path]
    place = data.draw(st.integers(0, len(before) - 1))
    more = bytes([data.draw(st.integers(0, 255))])
    after = data.draw(
        st.sampled_from(
            [before[:place] + before[place + 1 :], before[:place] + more + before[place:]]
        )
    )
    if after != before:
        problem = problem_of(folder, path, after, before)
        assert problem.file == str(path)
        assert problem.line == first_difference(before, after)


@settings(max_examples=30)
@given(data=st.data())
def test_a_file_that_is_cut_off_is_named(folder, files, data):
    path = data.draw(st.sampled_from(list(files)))
    before = files[path]
    length = data.draw(st.integers(0, len(before) - 1))
    assert problem_of(folder, path, before[:length], before).file == str(path)


@settings(max_examples=30)
@given(data=st.data())
def test_a_line_that_is_missing_doubled_or_elsewhere_is_found(folder, files, data):
    path = data.draw(st.sampled_from(list(files)))
    before = files[path]
    lines = before.splitlines(keepends=True)
    place = data.draw(st.integers(0, len(lines) - 1))
    other = data.draw(st.integers(0, len(lines) - 1))
    without = [*lines[:place], *lines[place + 1 :]]
    moved = [*without[:other], lines[place], *without[other:]]
    doubled = [*lines[:other], lines[place], *lines[other:]]
    for after in (b"".join(rows) for rows in (without, moved, doubled)):
        if after != before:
            assert problem_of(folder, path, after, before).file == str(path)


def test_the_last_lines_of_a_file_are_missed(folder, files):
    path = folder / "events.jsonl"
    before = files[path]
    lines = before.splitlines(keepends=True)
    problem = problem_of(folder, path, b"".join(lines[:-2]), before)
    said = f"has {len(lines) - 2} lines, and its manifest names {len(lines)}"
    assert (problem.line, problem.message) == (len(lines) - 1, said)


def test_every_file_is_missed(folder, files):
    for path, data in files.items():
        path.unlink()
        with pytest.raises(BadFile) as caught:
            verify(folder)
        path.write_bytes(data)
        assert str(caught.value) == f"{path}: is missing"


@pytest.mark.parametrize("name", ["more.jsonl", "statements/more.csv", ".hidden"])
def test_a_file_that_is_too_many_is_found(folder, name):
    (folder / name).write_bytes(b"")
    with pytest.raises(BadFile) as caught:
        verify(folder)
    (folder / name).unlink()
    assert str(caught.value) == f"{folder / name}: does not belong to this bundle"


def test_files_in_each_other_s_place_are_found(folder, files):
    first, second = folder / "statements" / "first-bank.csv", folder / "events.jsonl"
    first.write_bytes(files[second])
    with pytest.raises(BadFile, match=r"first-bank\.csv:1: by the events this line is time,"):
        verify(folder)
    first.write_bytes(files[first])
    assert verify(folder)
