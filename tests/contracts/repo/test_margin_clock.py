"""`RepoFacility.stopClock` and `restartClock`: when a call's time does not run."""

from __future__ import annotations

import pytest

from tests.contracts.live import logged, reverts
from tests.contracts.repo.margin_desk import second_wallet
from tests.contracts.repo.pen import HOUR

pytest_plugins = ["tests.contracts.repo.margin_fixtures"]


@pytest.fixture
def refuses(desk, unchanged):
    """`refuses("stopClock", pair, "ClockUnchanged", ...)`, and all is as it was."""
    refuse = unchanged(desk)

    def of(function, pair, error):
        refuse(function, (pair,), error, nettingSet=desk.set)

    return of


@pytest.fixture(params=["paused", "suspended", "mover gone"])
def impeded(request, desk):
    """Begins an impediment; what it returns ends it. The venue comes back after its two days."""
    onboarding, operators = desk.market.onboarding, desk.market.operators

    def begin():
        if request.param == "paused":
            onboarding.pause("USD", "halt")
            return lambda: onboarding.unpause("USD", "over")
        if request.param == "suspended":
            onboarding.suspend(desk.lender.name, "screening")
            return lambda: onboarding.reinstate(desk.lender.name, "cleared")
        desk.cash.removeMover(sender=operators.mover_admin)
        desk.cash.announceMover(desk.market.deployment.settlement, sender=operators.mover_admin)

        def adopt():
            desk.days(2)
            desk.cash.adoptMover(sender=operators.mover_admin)

        return adopt

    return begin


BOTH = ["stopClock", "restartClock"]


@pytest.mark.parametrize("function", BOTH)
def test_not_while_the_set_is_in_default(desk, refuses, function):
    desk.in_default()
    refuses(function, desk.pair, "SetInDefault")


@pytest.mark.parametrize("function", BOTH)
def test_not_where_this_wallet_made_no_call(desk, refuses, function):
    terms = desk.open()
    refuses(function, desk.pair, "NoCallStands")
    desk.price(90_000_000)
    desk.call([terms])
    refuses(function, desk.owing, "NoCallStands")
    other = desk.pen.pair(second_wallet(desk, desk.lender), desk.borrower, desk.agreement)
    refuses(function, other, "NoCallStands")


@pytest.mark.parametrize("function", BOTH)
def test_not_after_it_was_met(desk, refuses, function):
    desk.called()
    desk.meet()
    refuses(function, desk.pair, "NoCallStands")


def test_does_not_stop_while_the_call_can_be_met(desk, refuses):
    """Not by what stops the called side: that is its own."""
    desk.called()
    refuses("stopClock", desk.pair, "ClockUnchanged")
    desk.market.onboarding.suspend(desk.borrower.name, "screening")
    refuses("stopClock", desk.pair, "ClockUnchanged")
    desk.market.onboarding.pause("T-2035", "halt")
    refuses("stopClock", desk.pair, "ClockUnchanged")


def test_stops_once_and_restarts_once_it_can_be_met(desk, impeded, refuses, intruder):
    """On nobody's word, with all of its time."""
    desk.called()
    refuses("restartClock", desk.pair, "ClockUnchanged")
    end = impeded()
    events = desk.facility.stopClock(desk.pair, sender=intruder)
    assert logged(events, "ClockSet") == {"nettingSet": desk.set, "deadline": 0}
    assert desk.facility.setOf(desk.set)[-1] == 0
    refuses("stopClock", desk.pair, "ClockUnchanged")
    desk.later(9 * HOUR)
    refuses("restartClock", desk.pair, "ClockUnchanged")
    end()
    events = desk.facility.restartClock(desk.pair, sender=intruder)
    deadline = desk.market.chain.now() - 1 + 4 * HOUR
    assert logged(events, "ClockSet") == {"nettingSet": desk.set, "deadline": deadline}
    assert desk.facility.setOf(desk.set)[-1] == deadline
    refuses("restartClock", desk.pair, "ClockUnchanged")


def test_no_default_while_the_clock_stands_still(desk, impeded):
    """Nor at once when the impediment is over, nor before the new deadline has passed."""
    desk.called()
    end = impeded()
    desk.facility.stopClock(desk.pair)
    desk.later(100 * HOUR)
    never = {"nettingSet": desk.set, "earliest": 0}
    with reverts("NoDefault", **never):
        desk.facility.declareDefault(*desk.pen.declaring(desk.pair))
    end()
    with reverts("NoDefault", **never):
        desk.facility.declareDefault(*desk.pen.declaring(desk.pair))
    deadline = logged(desk.facility.restartClock(desk.pair), "ClockSet")["deadline"]
    desk.market.chain.advance_to(deadline)
    with reverts("NoDefault", nettingSet=desk.set, earliest=deadline):
        desk.facility.declareDefault(*desk.pen.declaring(desk.pair))
    desk.market.chain.advance_to(deadline + 1)
    desk.facility.declareDefault(*desk.pen.declaring(desk.pair))


def test_a_call_that_cannot_be_met_starts_with_its_clock_stopped(desk, impeded):
    """Else its time could run out before anybody could pay."""
    terms = desk.open()
    desk.price(90_000_000)
    end = impeded()
    assert desk.call([terms])["deadline"] == 0
    desk.later(4 * HOUR + 1)
    end()
    with reverts("NoDefault", nettingSet=desk.set, earliest=0):
        desk.facility.declareDefault(*desk.pen.declaring(desk.pair))
    desk.facility.restartClock(desk.pair)
    desk.meet()


def test_a_call_whose_clock_stands_still_gives_way_to_the_next(desk):
    """Of another wallet of the caller's, for instance: the first one may be closed for good."""
    terms = desk.called()
    other = second_wallet(desk, desk.lender)
    pair = desk.pen.pair(other, desk.borrower, desk.agreement)
    desk.market.onboarding.suspend(desk.lender.name, "lost")
    desk.facility.stopClock(desk.pair)
    desk.price(89_000_000)
    desk.call([terms], pair=pair)
    assert desk.pen.standing(pair) == 30_790_000_000
    with reverts("NoCallStands", nettingSet=desk.set):
        desk.facility.restartClock(desk.pair)
    desk.facility.meetInCash(*desk.pen.paying(desk.pen.pair(desk.borrower, other, desk.agreement)))


def test_met_while_the_clock_stands_still_it_is_met(desk):
    """In securities: the cash is paused, they are not."""
    desk.called()
    desk.market.onboarding.pause("USD", "halt")
    desk.facility.stopClock(desk.pair)
    lines = [desk.pen.line("T-2035", 23_000)]
    desk.facility.meetInSecurities(*desk.pen.delivering(desk.owing, lines))
    assert desk.facility.setOf(desk.set)[-1] == 0
    with reverts("NoCallStands", nettingSet=desk.set):
        desk.facility.stopClock(desk.pair)
