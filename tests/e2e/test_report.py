"""`--report`, whichever command makes it: a page is written, or nothing runs or changes."""

import json

import pytest

from settlement.cli import run
from settlement.scenario.runner import Runner
from settlement.tradefile.runner import BookRunner
from tests.e2e.tradefiles import RING
from tests.unit.page.reading import read

TRADES = "trades.csv"

COMMANDS = {
    "demo": ["demo"],
    "run": ["run", "waiting"],
    "drill": ["drill", "cash-short"],
    "lesson": ["lesson", "principal-at-risk"],
    "book": ["book", TRADES],
    "gross": ["book", TRADES, "--settle", "gross"],
    "all": ["book", TRADES, "--settle", "all"],
}


@pytest.fixture
def dvp(capsys, tmp_path, monkeypatch):
    """Runs a command beside a trade file; (exit code, standard output, standard error)."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / TRADES).write_text(RING, "utf-8")

    def ran(*arguments):
        status = run([str(argument) for argument in arguments])
        output = capsys.readouterr()
        assert "Traceback" not in output.out + output.err
        return status, output.out, output.err

    return ran


@pytest.fixture
def page(dvp, tmp_path):
    """Where a report is to be: beside the trade file, which the command `dvp` went to."""
    return tmp_path / "day.html"


@pytest.fixture(params=COMMANDS.values(), ids=COMMANDS)
def command(request):
    return request.param


@pytest.fixture
def nothing_runs(monkeypatch):
    """Fails where a market is opened after all."""

    def ran(*_):
        raise AssertionError("it runs")

    for runner in (Runner, BookRunner):
        monkeypatch.setattr(runner, "__init__", ran)


def test_it_is_written_and_said_and_nothing_else_changes(dvp, page, command):
    _, alone, _ = dvp(*command)
    assert not page.exists()
    status, said, errors = dvp(*command, "--report", "day.html")
    assert (status, errors) == (0, "")
    assert said.count("\nday.html is written\n") == 1
    assert said.replace("\nday.html is written\n", "") == alone
    root, _ = read(page.read_text("utf-8"))
    assert len([*root.all("dt")]) == 4


def test_a_program_is_told_where_it_is_and_it_has_the_same_bytes(dvp, page, command):
    dvp(*command, "--report", page)
    first = page.read_bytes()
    status, output, errors = dvp(*command, "--report", "day.html", "--json")
    assert (status, errors) == (0, "")
    assert json.loads(output)["report"] == "day.html"
    assert page.read_bytes() == first


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("nowhere/day.html", "nowhere/day.html cannot be written: No such file or directory"),
        ("day.pdf", "day.pdf does not end in .html, which is what a report is"),
        ("day", "day does not end in .html, which is what a report is"),
        ("folder.html", "folder.html cannot be written: Is a directory"),
    ],
)
@pytest.mark.parametrize(
    "command", [COMMANDS[name] for name in ("demo", "run", "book")], ids=lambda command: command[0]
)
def test_what_cannot_be_written_is_refused_before_anything_runs(
    dvp, tmp_path, nothing_runs, command, path, sentence
):
    (tmp_path / "folder.html").mkdir()
    before = sorted(tmp_path.rglob("*"))
    assert dvp(*command, "--report", path) == (2, "", f"dvp: {sentence}\n")
    assert sorted(tmp_path.rglob("*")) == before


def test_a_drill_is_not_performed_for_what_cannot_be_written(dvp, tmp_path):
    status, said, _ = dvp("drill", "cash-short", "--report", "day.pdf")
    assert (status, said) == (2, "")


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "no-such-story"],
        ["drill", "no-such-drill"],
        ["book", "bad.csv"],
        ["drill"],
        ["run"],
        ["lesson"],
    ],
    ids=" ".join,
)
def test_a_file_that_is_there_is_kept_where_the_input_is_bad(dvp, page, tmp_path, arguments):
    (tmp_path / "bad.csv").write_text("tradeId\n", "utf-8")
    page.write_text("what was there", "utf-8")
    status, _, errors = dvp(*arguments, "--report", page)
    assert status == 2
    assert errors
    assert page.read_text("utf-8") == "what was there"


def test_bad_input_leaves_no_file(dvp, page):
    assert dvp("run", "no-such-story", "--report", page)[0] == 2
    assert dvp("book", "no-such-file.csv", "--report", page)[0] == 2
    assert not page.exists()


def test_a_file_that_is_there_is_replaced(dvp, page):
    page.write_text("x" * 1_000_000, "utf-8")
    assert dvp("run", "waiting", "--report", page)[0] == 0
    assert page.read_text("utf-8").startswith("<!DOCTYPE html>")
    assert page.read_text("utf-8").endswith("</html>\n")


def test_a_run_that_went_amiss_is_reported_too(dvp, page, tmp_path):
    """A repo that outlives its security is refused; the page says so first of all."""
    late = RING.replace(",95,26,", ",95,1200,")
    (tmp_path / TRADES).write_text(late, "utf-8")
    status, _, _ = dvp("book", TRADES, "--report", page)
    assert status == 1
    root, _ = read(page.read_text("utf-8"))
    assert next(root.all("h2")).text == "Refused"
    assert any("stops circulating" in cell.text for cell in root.all("td"))


def test_every_drill_fits_one_page(dvp, page):
    status, _, _ = dvp("drill", "--all", "--report", page)
    text = page.read_text("utf-8")
    root, _ = read(text)
    assert status == 0
    assert len(text.encode()) < 2_000_000
    assert len([*root.all("h2")]) == 1 + len([*next(root.all("tbody")).all("tr")])
