"""`dvp lesson`, as a teacher and as a program run it."""

import json

import pytest

from settlement.cli import run
from settlement.lessons import principal_at_risk
from settlement.lessons.catalogue import LESSONS
from tests.docs import ROOT

NAME = "principal-at-risk"


@pytest.fixture(scope="module")
def opened():
    """The chains of the lesson; opening them takes longer than the lesson."""
    return principal_at_risk.PrincipalAtRisk()


@pytest.fixture
def dvp(capsys, monkeypatch, opened):
    """Runs a lesson on chains that are open; (exit code, standard output, standard error)."""
    monkeypatch.setattr(principal_at_risk, "PrincipalAtRisk", lambda: opened)

    def ran(*arguments):
        status = run(["lesson", *arguments])
        written = capsys.readouterr()
        assert "Traceback" not in written.out + written.err
        return status, written.out, written.err

    return ran


def row(told, figure):
    """The amounts of a line of the table."""
    line = next(line for line in told.splitlines() if line.startswith(f"{figure} "))
    return line.removeprefix(figure).split()


def test_without_a_name_it_lists_them(dvp):
    status, told, errors = dvp()
    assert (status, errors) == (0, "")
    assert [line.split()[0] for line in told.splitlines()[:-2]] == [*LESSONS] == [NAME]
    written = json.loads(dvp("--json")[1])
    assert written == {"schema": "dvp/lesson/1", "lessons": dict(LESSONS)}


def test_principal_is_lost_in_every_way_but_one(dvp):
    status, told, errors = dvp(NAME)
    assert (status, errors) == (0, "")
    assert row(told, "principal lost") == [
        *("1,511,250.00", "2,015,000.00", "2,015,000.00", "0.00", "503,750.00")
    ]
    assert row(told, "replacement cost") == ["20,150.00"] * 5
    assert told.splitlines()[-1] == "Register = chain = book ✓ · what one lost another has ✓"


def test_the_manual_shows_what_it_says(dvp):
    page = (ROOT / "docs" / "lessons.md").read_text("utf-8")
    quoted = page.split("```text\n")[1].split("\n```")[0]
    assert dvp(NAME)[1].startswith(quoted)


def test_the_same_on_fresh_chains(dvp, capsys, monkeypatch):
    told = dvp(NAME, "--json")[1]
    monkeypatch.undo()
    assert run(["lesson", NAME, "--json"]) == 0
    assert capsys.readouterr().out == told


def test_for_a_program(dvp):
    status, told, errors = dvp(NAME, "--json")
    assert (status, errors) == (0, "")
    written = json.loads(told)
    assert [*written] == ["schema", "lesson"]
    assert written["schema"] == "dvp/lesson/1"
    ways = written["lesson"]["ways"]
    assert [*ways] == ["payment_first", "delivery_first", "hash_locks", "atomic", "net_cash"]
    assert ways["atomic"]["principal_lost"] == {"total": "0.00", "losses": []}
    assert ways["atomic"]["replacement_cost"] == {
        "total": "20150.00",
        "trades": [{"party": "dealer", "trade": "S3", "cost": "20150.00"}],
    }


def test_what_it_suggests_works(dvp):
    _, _, suggested = dvp(NAME)[1].partition("\nNext: ")
    suggestions = [line.split() for line in suggested.split("\n\n")[0].splitlines()]
    assert len(suggestions) == 2
    for _, _, *arguments in suggestions:
        assert dvp(*arguments)[0] == 0


def test_nobody_fails(dvp):
    status, told, _ = dvp(NAME, "--fails", "nobody", "--price-move", "5%")
    assert status == 0
    assert row(told, "principal lost") == row(told, "replacement cost") == ["0.00"] * 5
    assert "of fund" not in told


def test_another_party_another_moment_another_price(dvp):
    options = ("--fails", "dealer", "--at", "9:45", "--price-move", "0.5%")
    told = dvp(NAME, *options)[1]
    assert row(told, "principal lost") == ["0.00"] * 5
    assert row(told, "replacement cost") == ["15,112.50"] * 5
    assert row(told, "  of fund") == ["15,112.50"] * 5


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["principle"], "there is no lesson 'principle'; did you mean 'principal-at-risk'?"),
        ([NAME, "--fails", "fnud"], "there is no party 'fnud'; did you mean 'fund'?"),
        ([NAME, "--fails", ""], "there is no party ''; known: broker, dealer, fund, nobody"),
        ([NAME, "--at", "25:00"], "'25:00' is not a time of the day like 11:15"),
        ([NAME, "--at", "noon"], "'noon' is not a time of the day like 11:15"),
        ([NAME, "--at", "9:29"], "the day goes from 09:30 to 17:00, and 9:29 is not in it"),
        ([NAME, "--at", "17:01"], "the day goes from 09:30 to 17:00, and 17:01 is not in it"),
        ([NAME, "--price-move", "2"], "'2' is not in per cent, like -2%"),
        ([NAME, "--price-move", "1,5%"], "'1,5%' is not a number"),
        ([NAME, "--price-move=-101%"], "a price moves by -100% to 100% here, not by -101%"),
    ],
)
def test_bad_input_is_one_sentence(dvp, arguments, sentence):
    assert dvp(*arguments) == (2, "", f"dvp: {sentence}\n")
    status, told, _ = dvp(*arguments, "--json")
    assert (status, json.loads(told)["error"]["sentence"]) == (2, sentence)


@pytest.mark.parametrize("move", ["-100%", "100%", "-0.000000001%"])
def test_as_far_as_a_price_can_move(dvp, move):
    assert dvp(NAME, "--price-move", move, "--at", "09:30")[0] == 0
