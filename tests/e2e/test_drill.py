"""`dvp drill` as a class and as a program meet it."""

import io
import json

import pytest

from settlement.cli import run
from settlement.drills import scene
from settlement.drills.catalogue import ALL
from settlement.drills.consent import CashShort
from settlement.reporting.story import Check


@pytest.fixture
def dvp(capsys):
    """Runs a command; (exit code, standard output, standard error)."""

    def ran(*arguments):
        status = run(list(arguments))
        output = capsys.readouterr()
        return status, output.out, output.err

    return ran


def test_alone_it_lists_every_drill(dvp):
    status, told, errors = dvp("drill")
    assert (status, errors) == (0, "")
    lines = told.splitlines()
    assert [line.split()[1] for line in lines[: len(ALL)]] == [drill.name for drill in ALL]
    assert lines[-1].endswith("dvp drill --all all.")


def test_the_list_for_a_program(dvp):
    status, output, _ = dvp("drill", "--json")
    listed = json.loads(output)
    assert (status, listed["schema"]) == (0, "dvp/drill/1")
    assert [drill["name"] for drill in listed["drills"]] == [drill.name for drill in ALL]
    assert set(listed["drills"][0]) == {"name", "behaviour", "title", "question"}


def test_one_drill_is_told_from_set_up_to_question(dvp):
    status, told, errors = dvp("drill", "cash-short")
    assert (status, errors) == (0, "")
    for heading in ("Set up", "Fault", "Submitted", "Mended", "Settled", "Without DvP"):
        assert f"\n{heading}\n" in told
    for figure in (
        "Drill cash-short (behaviour 1)",
        "refused (MONY): fund needs 2,015,000.00 USD, has 2,014,999.99, short 0.01",
        "  fund             2,014,999.99     2,014,999.99                0                0",
        "  dealer                   0.00     2,015,000.00       12,000,000       10,000,000",
        "given for nothing: dealer 2,015,000.00 USD",
    ):
        assert figure in told
    assert told.count("✓") == 10
    assert told.rstrip().endswith(CashShort.question)


def test_several_end_with_a_line_for_each(dvp):
    status, told, _ = dvp("drill", "securities-short", "cash-short")
    assert status == 0
    *_, first, second, blank, last = told.splitlines()
    assert first.startswith("✓ securities-short  refused: LACK")
    assert second.startswith("✓ cash-short ")
    assert (blank, last) == ("", "2 drills: 2 held")


def test_a_drill_for_a_program(dvp):
    status, output, _ = dvp("drill", "cash-short", "--json")
    (drill,) = json.loads(output)["drills"]
    assert status == 0
    assert (drill["name"], drill["behaviour"], drill["held"]) == ("cash-short", 1, True)
    assert drill["lost_without_dvp"] == [
        {"party": "dealer", "amount": "2015000.00", "currency": "USD"}
    ]
    submitted = drill["phases"][2]
    assert submitted["attempts"][0]["refusal"]["reason"] == "MONY"
    assert {
        "party": "fund",
        "asset": "USD",
        "before": "2014999.99",
        "after": "2014999.99",
    } in submitted["changes"]


def test_an_invariant_that_does_not_hold_ends_in_one(dvp, monkeypatch):
    broken = (Check("each asset is conserved", ("a dollar is missing",)),)
    monkeypatch.setattr(scene, "invariants", lambda *_: broken)
    status, told, _ = dvp("drill", "cash-short")
    assert status == 1
    assert "  ✗ each asset is conserved\n    a dollar is missing\n" in told


def test_what_is_not_refused_ends_in_one(dvp, monkeypatch):
    monkeypatch.setattr(CashShort, "fault", lambda self, scene: scene.say("nothing is wrong"))
    status, told, _ = dvp("drill", "cash-short", "--json")
    (drill,) = json.loads(told)["drills"]
    assert (status, drill["held"]) == (1, False)
    assert drill["phases"][2]["attempts"][0]["amiss"] == [
        "it was to be refused (InsufficientFreeBalance) and was not"
    ]


def test_step_waits_for_enter_before_each_phase(dvp, monkeypatch):
    keys = io.StringIO("\n" * 10)
    monkeypatch.setattr("sys.stdin", keys)
    status, told, errors = dvp("drill", "cash-short", "--step")
    assert (status, keys.tell(), errors.count("Enter goes on")) == (0, 6, 6)
    assert told == dvp("drill", "cash-short")[1]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["cash-shrot"], "there is no drill 'cash-shrot'; did you mean 'cash-short'?"),
        (["cash-short", "--all"], "--all or drills by name, and both are given"),
        (
            ["cash-short", "--step", "--json"],
            "--step is for people and --json for programs, and both are given",
        ),
    ],
)
def test_a_command_line_that_cannot_be(dvp, arguments, sentence):
    status, _, errors = dvp("drill", *arguments)
    assert (status, errors) == (2, f"dvp: {sentence}\n")
