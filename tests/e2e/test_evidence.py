"""`dvp run --evidence` and `dvp verify`: what a story leaves, checked by whoever was not there."""

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from settlement.cli import run
from settlement.market import Market
from tests.e2e.test_cli import dvp, only_document, story

__all__ = ["dvp", "story"]

STORY = "waiting"


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    """The evidence of a story."""
    folder = tmp_path_factory.mktemp("evidence") / "bundle"
    assert run(["run", "day", "--evidence", str(folder)]) == 0
    return folder


def hash_in(text):
    """The last 64 hexadecimal digits after the word `bundle`."""
    (line,) = (line for line in text.splitlines() if "bundle " in line and len(line) > 64)
    return line.rpartition("bundle ")[2]


def bytes_of(folder):
    return {
        path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_a_run_leaves_evidence_and_says_so_in_one_line(dvp, tmp_path):
    _, alone, _ = dvp("run", STORY)
    status, told, errors = dvp("run", STORY, "--evidence", tmp_path / "out")
    assert (status, errors) == (0, "")
    *before, line = told.splitlines(keepends=True)
    assert "".join(before) == alone
    counts = "11 transactions, 12 events, 4 instructions, 4 statements"
    assert line.startswith(f"Evidence in {tmp_path / 'out'}: {counts} · bundle ")
    assert len(hash_in(line)) == 64
    status, told, errors = dvp("verify", tmp_path / "out")
    assert (status, errors) == (0, "")
    assert hash_in(told) == hash_in(line)


def test_what_verify_says(dvp, bundle):
    status, told, errors = dvp("verify", bundle)
    assert (status, errors) == (0, "")
    lines = told.splitlines()
    assert lines[:3] == [
        f"A day of tokenized repo: evidence in {bundle}, chain 131277322940537",
        "3 settlements, 14 transactions, 20 events, 9 instructions, 4 statements",
        "9 instructions carried by a transaction",
    ]
    assert [line.split() for line in lines if line.startswith(("dealer", "fund", "supply"))] == [
        ["dealer", "2,013,808.63", "10,000,000"],
        ["fund", "9,986,191.37", "2,000,000"],
        ["supply", "12,000,000.00", "12,000,000"],
    ]
    assert sum(line.startswith("✓ ") for line in lines) == 5
    assert lines[-1] == "the same hash on the other side is the same bundle"


def test_for_a_program(dvp, tmp_path):
    folder = tmp_path / "out"
    status, output, errors = dvp("run", STORY, "--evidence", folder, "--json")
    assert (status, errors) == (0, "")
    left = only_document(output, "run")["evidence"]
    assert left | {"bundle": ""} == {
        "folder": str(folder),
        "transactions": 11,
        "events": 12,
        "instructions": 4,
        "statements": 4,
        "bundle": "",
    }
    status, output, errors = dvp("verify", folder, "--json")
    assert (status, errors) == (0, "")
    checked = only_document(output, "verify")
    assert checked["bundle"] == left["bundle"]
    assert (checked["name"], checked["chain"]) == ("Trades that wait", "131277322940537")
    assert (checked["carried"], checked["settlements"], len(checked["checks"])) == (4, 0, 5)
    assert checked["supply"] == {"USD": "1050.00", "T-2035": 100}
    assert {"wallet": "fund", "balances": {"USD": "1000.00", "T-2035": 0}} in checked["holdings"]


def test_a_document_without_evidence_does_not_speak_of_it(dvp):
    assert "evidence" not in only_document(dvp("run", STORY, "--json")[1], "run")


def test_a_file_leaves_evidence_too_and_the_same_bytes_twice(dvp, story, tmp_path):
    path = story()
    for folder in ("one", "two"):
        assert dvp("run", path, "--evidence", tmp_path / folder)[0] == 0
    assert dvp("verify", tmp_path / "one")[0] == 0
    written = bytes_of(tmp_path / "one")
    assert written == bytes_of(tmp_path / "two")
    assert not any(str(tmp_path).encode() in data for data in written.values())


def test_a_story_that_went_otherwise_leaves_evidence_of_that(dvp, story, tmp_path):
    path = story(("{amount: 1007500.00}", "{amount: 1.00}"))
    assert dvp("run", path, "--evidence", tmp_path / "out")[0] == 1
    assert dvp("verify", tmp_path / "out")[0] == 0


# Before anything runs


@pytest.fixture
def nothing_runs(monkeypatch):
    """No market opens."""

    def opened(*_, **__):
        raise AssertionError("the story ran")

    monkeypatch.setattr(Market, "open", opened)


@pytest.mark.usefixtures("nothing_runs")
def test_a_folder_that_is_not_empty_is_refused_before_the_story_runs(dvp, tmp_path):
    (tmp_path / "mine").write_text("mine")
    said = f"{tmp_path} is not empty, and evidence is written to a folder of its own"
    assert dvp("run", STORY, "--evidence", tmp_path) == (2, "", f"dvp: {said}\n")
    status, output, errors = dvp("run", STORY, "--evidence", tmp_path, "--json")
    assert (status, errors.count("\n")) == (2, 1)
    assert only_document(output, "run")["error"] == {"sentence": said, "exit_code": 2}


@pytest.mark.usefixtures("nothing_runs")
@pytest.mark.parametrize(
    ("where", "why"), [("file", "File exists"), ("file/under", "Not a directory")]
)
def test_a_folder_that_cannot_be_made_is_refused_before_the_story_runs(dvp, tmp_path, where, why):
    (tmp_path / "file").write_text("mine")
    folder = tmp_path / where
    said = f"dvp: {folder} cannot be written: {why}\n"
    assert dvp("run", STORY, "--evidence", folder) == (2, "", said)


@pytest.mark.usefixtures("nothing_runs")
@pytest.mark.parametrize("where", ["out/page.html", "out/statements/page.html"])
def test_a_report_is_no_part_of_the_evidence(dvp, tmp_path, where):
    """A file that is too many would make it a bundle that does not hold."""
    out, page = tmp_path / "out", tmp_path / where
    page.parent.mkdir(parents=True)
    said = f"dvp: {page} is in {out}, which is for evidence alone\n"
    assert dvp("run", STORY, "--evidence", out, "--report", page) == (2, "", said)


def test_a_story_that_cannot_be_read_makes_no_folder(dvp, tmp_path):
    assert dvp("run", "nobody's", "--evidence", tmp_path / "out")[0] == 2
    assert not (tmp_path / "out").exists()


def test_a_list_of_stories_leaves_no_evidence(dvp, tmp_path):
    said = "dvp: evidence is of a scenario: name one, or a YAML file\n"
    assert dvp("run", "--evidence", tmp_path / "out") == (2, "", said)


def test_a_disk_that_is_full_is_one_sentence(dvp, tmp_path, monkeypatch):
    def full(path, _):
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(Path, "write_bytes", full)
    status, _, errors = dvp("run", STORY, "--evidence", tmp_path / "out")
    where = tmp_path / "out" / "transactions.jsonl"
    assert (status, errors) == (2, f"dvp: {where} cannot be written: No space left on device\n")


# After somebody touched it


@pytest.fixture
def touched(bundle, tmp_path):
    """A copy of the bundle in which a file has something else."""

    def changed(name, old, new):
        folder = shutil.copytree(bundle, tmp_path / "touched")
        path = folder / name
        before = path.read_bytes()
        place = before.index(old)
        path.write_bytes(before[:place] + new + before[place + len(old) :])
        return path, before[:place].count(b"\n") + 1

    return changed


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        (
            "events.jsonl",
            b"2015000000000",
            b"2015000000001",
            "hash: is not that of this line after",
        ),
        (
            "instructions.jsonl",
            b'"name":"fund"',
            b'"name":"bank"',
            "hash: is not that of this line",
        ),
        ("manifest.jsonl", b"2013808.63", b"2013808.64", "hash: is not that of this line after"),
        ("statements/dealer.csv", b"2013808.63", b"2013808.64", "by the events this line is 2026-"),
        ("transactions.jsonl", b'"block"', b'"Block"', "is not an object in canonical JSON"),
    ],
)
def test_a_changed_byte_is_named_by_file_and_line(dvp, touched, name, old, new, said):
    path, line = touched(name, old, new)
    status, told, errors = dvp("verify", path.parents[name.count("/")])
    assert (status, told, errors.count("\n")) == (2, "", 1)
    assert errors.startswith(f"dvp: {path}:{line}: {said}")


def test_a_change_for_a_program(dvp, touched):
    path, line = touched("events.jsonl", b"2015000000000", b"2015000000001")
    status, output, _ = dvp("verify", path.parent, "--json")
    assert status == 2
    (problem,) = only_document(output, "verify")["error"]["problems"]
    assert (problem["file"], problem["line"], problem["field"]) == (str(path), line, "hash")


@pytest.mark.parametrize(("where", "said"), [("nowhere", "is not a folder"), ("", "is missing")])
def test_what_is_no_bundle(dvp, tmp_path, where, said):
    status, told, errors = dvp("verify", tmp_path / where)
    assert (status, told) == (2, "")
    assert errors.endswith(f"{said}\n")
    assert errors.count("\n") == 1


def test_checking_needs_no_chain(bundle):
    """Neither a virtual machine nor what writes scenarios: the bundle and the ABIs are enough."""
    asked = (
        "import sys; from settlement.cli import run; status = run(['verify', sys.argv[1]]); "
        "print([m for m in ('eth', 'eth_tester', 'web3', 'yaml') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", asked, str(bundle)], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_line_is_checked_with_what_everybody_has(bundle):
    """As the page says: SHA-256 of the last hash and of the line without its own."""
    before = "0" * 64
    for line in (bundle / "events.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        said = row.pop("hash")
        text = json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        before = hashlib.sha256((before + text).encode()).hexdigest()
        assert said == before
    manifest = (bundle / "manifest.jsonl").read_bytes()
    last = manifest.splitlines(keepends=True)[-1]
    assert json.loads(last)["bundle"] == hashlib.sha256(manifest[: -len(last)]).hexdigest()
