"""Every drill: what is broken is refused, the invariants hold, and without DvP somebody loses."""

from collections import Counter
from decimal import Decimal

import pytest

from settlement.drills.catalogue import ALL, find
from settlement.drills.performance import perform
from settlement.errors import UnknownName
from settlement.reporting.drill import document
from settlement.reporting.drill_text import phase_lines

HEADINGS = ["Set up", "Fault", "Submitted", "Mended", "Settled", "Without DvP"]
INVARIANTS = [
    "each asset is conserved",
    "supply equals the omnibus position",
    "both legs moved, or none",
    "an instruction is consumed at most once",
    "the register rebuilt from events equals the chain",
]


@pytest.fixture(scope="module")
def performed():
    """Each drill, once."""
    found = {}

    def perform_once(drill):
        if drill not in found:
            found[drill] = perform(drill)
        return found[drill]

    return perform_once


@pytest.fixture(params=ALL, ids=lambda drill: drill.name)
def drill(request):
    return request.param


def test_it_holds(performed, drill):
    done = performed(drill)
    assert [
        line for phase in done.phases for attempt in phase.attempts for line in attempt.amiss
    ] == []
    assert done.held


def test_it_goes_through_every_phase_and_says_something_in_each(performed, drill):
    done = performed(drill)
    assert [phase.heading for phase in done.phases] == HEADINGS
    for phase in done.phases:
        assert phase.lines or phase.attempts
        assert bool(phase.attempts) == (phase.heading in {"Submitted", "Settled"})


def test_after_every_attempt_the_five_invariants_are_looked_at(performed, drill):
    for phase in performed(drill).phases:
        for attempt in phase.attempts:
            assert [check.name for check in attempt.checks] == INVARIANTS


def test_something_is_refused_and_says_why_in_a_sentence(performed, drill):
    refusals = performed(drill).refusals
    assert refusals
    for refusal in refusals:
        assert "(" not in refusal.sentence.split(" ")[0], "an error by name instead of a sentence"


def test_the_same_settles_once_the_fault_is_mended(performed, drill):
    settled = performed(drill).phases[4]
    assert settled.attempts
    assert all(attempt.refusal is None for attempt in settled.attempts)


def test_without_dvp_somebody_gives_something_for_nothing(performed, drill):
    done = performed(drill)
    assert done.lost
    assert all(loss.amount > 0 for loss in done.lost)


def test_what_one_loses_others_have(performed, drill):
    """Nothing vanishes: in each asset, what all wallets hold is the same before and after."""
    changes = performed(drill).phases[5].changes
    before, after = (Counter(), Counter())
    for change in changes:
        before[change.asset] += Decimal(change.before)
        after[change.asset] += Decimal(change.after)
    assert before == after


def test_every_wallet_is_shown(performed, drill):
    for phase in performed(drill).phases:
        if phase.attempts:
            assert {"dealer", "fund", "broker", "intruder"} <= {c.party for c in phase.changes}


def test_no_address_and_no_bytes_reach_a_class(performed, drill):
    text = "\n".join(line for phase in performed(drill).phases for line in phase_lines(phase))
    assert "0x" not in text.replace("0x7777777777777777777777777777777777777777", "")


def test_the_same_drill_tells_the_same_twice(performed, drill):
    assert document([perform(drill)]) == document([performed(drill)])


def test_every_behaviour_that_a_user_can_provoke_has_a_drill():
    assert {drill.behaviour for drill in ALL} == {*range(1, 34), 38, 39}


def test_drills_stand_in_the_order_of_their_behaviours_under_names_of_their_own():
    assert [drill.behaviour for drill in ALL] == sorted(drill.behaviour for drill in ALL)
    assert len({drill.name for drill in ALL}) == len(ALL)
    assert [find(drill.name) for drill in ALL] == list(ALL)


def test_each_has_a_title_and_a_question():
    for drill in ALL:
        about = drill.about()
        assert about.title[0].isupper()
        assert not about.title.endswith(".")
        assert about.question.endswith("?")


def test_an_unknown_drill_suggests_the_nearest():
    with pytest.raises(UnknownName, match="did you mean 'cash-short'"):
        find("cash-shrot")


@pytest.mark.parametrize("phase", ["submit", "settle"])
def test_a_drill_in_which_nothing_was_tried_did_not_hold(monkeypatch, phase):
    drill = find("cash-short")
    monkeypatch.setattr(drill, phase, lambda *_: None)
    assert not perform(drill).held


def test_a_transfer_that_gets_through_where_it_was_not_to_is_amiss(monkeypatch):
    drill = find("cash-short")
    monkeypatch.setattr(drill, "fault", lambda *_: None)
    phase = perform(drill).phases[5]
    assert [attempt.amiss for attempt in phase.attempts] == [("it was not to get through",)]
    assert not phase.held
