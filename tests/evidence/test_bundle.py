"""The layout: room before, names of statements, and what can be in no bundle."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.errors import BadFile, BadInput
from settlement.evidence import bundle
from settlement.evidence.bundle import (
    read_files,
    require_exactly,
    require_room,
    statement_names,
    write_files,
)


@pytest.mark.parametrize("where", ["new", "new/and/deep", "."])
def test_room_is_made_and_nothing_is_left_in_it(tmp_path, where):
    require_room(tmp_path / where)
    assert (tmp_path / where).is_dir()
    assert list((tmp_path / where).iterdir()) == []


def test_a_folder_with_something_in_it_has_no_room(tmp_path):
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(BadInput) as caught:
        require_room(tmp_path)
    said = f"{tmp_path} is not empty, and evidence is written to a folder of its own"
    assert str(caught.value) == said


@pytest.mark.parametrize(
    ("where", "why"), [("file", "File exists"), ("file/under", "Not a directory")]
)
def test_a_file_in_the_way_is_named(tmp_path, where, why):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(BadInput) as caught:
        require_room(tmp_path / where)
    assert str(caught.value) == f"{tmp_path / where} cannot be written: {why}"


def test_a_folder_that_takes_nothing_has_no_room(tmp_path, monkeypatch):
    """As it answers somebody without permission; whoever runs the tests may have any."""
    made = Path.mkdir

    def mkdir(path, *arguments, **options):
        if path.parent == tmp_path:
            raise PermissionError(13, "Permission denied", str(path))
        made(path, *arguments, **options)

    monkeypatch.setattr(Path, "mkdir", mkdir)
    with pytest.raises(BadInput, match="cannot be written: Permission denied"):
        require_room(tmp_path)


def test_what_fails_on_the_way_is_one_sentence(tmp_path):
    (tmp_path / "statements").mkdir()
    (tmp_path / "events.jsonl").mkdir()
    with pytest.raises(BadInput, match="cannot be written: File exists"):
        write_files(tmp_path, {"events.jsonl": b""})
    (tmp_path / "statements").rmdir()
    with pytest.raises(BadInput, match=r"events\.jsonl cannot be written: Is a directory"):
        write_files(tmp_path, {"events.jsonl": b""})


def test_statements_are_named_after_wallets():
    wallets = ["dealer", "tri-party custody", "../../up", "Fund", "fund", "fund", "", "é"]
    assert statement_names(wallets) == [
        "statements/dealer.csv",
        "statements/tri-party-custody.csv",
        "statements/up.csv",
        "statements/Fund.csv",
        "statements/fund-2.csv",
        "statements/fund-3.csv",
        "statements/wallet.csv",
        "statements/wallet-2.csv",
    ]


@given(st.lists(st.text(), max_size=6))
def test_no_two_statements_are_one_file_on_any_disk(wallets):
    names = statement_names(wallets)
    assert len({name.casefold() for name in names}) == len(wallets)
    for name in names:
        assert Path(name).parts == ("statements", Path(name).name)
        assert len(name) < 90


def test_what_can_be_in_no_bundle_is_named(tmp_path):
    with pytest.raises(BadFile, match="nowhere: is not a folder"):
        read_files(tmp_path / "nowhere")
    (tmp_path / "statements").mkdir()
    (tmp_path / "manifest.jsonl").write_bytes(b"x")
    (tmp_path / "statements" / "a.csv").write_bytes(b"y")
    assert read_files(tmp_path) == {"manifest.jsonl": b"x", "statements/a.csv": b"y"}
    (tmp_path / "more").mkdir()
    with pytest.raises(BadFile, match="more: does not belong to a bundle"):
        read_files(tmp_path)
    (tmp_path / "more").rmdir()
    (tmp_path / "events.jsonl").symlink_to(tmp_path / "manifest.jsonl")
    with pytest.raises(BadFile, match=r"events\.jsonl: does not belong to a bundle"):
        read_files(tmp_path)


def test_a_bundle_has_an_end(tmp_path, monkeypatch):
    monkeypatch.setattr(bundle, "MOST_BYTES", 5)
    (tmp_path / "a").write_bytes(b"123")
    (tmp_path / "b").write_bytes(b"45")
    assert read_files(tmp_path) == {"a": b"123", "b": b"45"}
    (tmp_path / "c").write_bytes(b"6")
    with pytest.raises(BadFile, match="c: is more than a bundle has: 5 bytes in all its files"):
        read_files(tmp_path)


def test_a_name_that_a_terminal_would_obey_is_shown(tmp_path):
    with pytest.raises(BadFile) as caught:
        require_exactly(tmp_path, [], ["a\x1b[2J"])
    assert str(caught.value) == rf"{tmp_path}/a\x1b[2J: does not belong to this bundle"


def test_the_first_file_that_is_missing_or_too_many_is_named():
    require_exactly(Path("b"), ["x", "y"], ["y", "x"])
    with pytest.raises(BadFile, match="b/y: is missing"):
        require_exactly(Path("b"), ["x", "y", "z"], ["x", "w"])
    with pytest.raises(BadFile, match="b/w: does not belong to this bundle"):
        require_exactly(Path("b"), ["x"], ["x", "w"])
