"""A set in default: nothing but its close-out goes on, and afterwards it starts from nought."""

from __future__ import annotations

from dataclasses import replace

import pytest

from settlement.model.repo import Amendment, IncomeNotice, Position
from settlement.onchain.repo_signing import repo_id
from tests.contracts.live import reverts
from tests.contracts.repo.pen import HOUR

pytest_plugins = ["tests.contracts.repo.margin_fixtures"]

VERBS = {
    "open": lambda desk, repo: desk.pen.signed(desk.pen.long(desk.borrower, desk.lender)),
    "close": lambda desk, repo: desk.pen.closing(repo, desk.lender),
    "giveNotice": lambda desk, repo: desk.pen.notice(repo, desk.lender, repo.purchase_date + 9),
    "amend": lambda desk, repo: desk.pen.amending(
        Position(repo), Amendment(repo.purchase_date, repo.purchase_price, repo.rate + 1)
    ),
    "substitute": lambda desk, repo: desk.pen.substituting(
        Position(repo), [replace(repo.lines[0], quantity=2_000_000)]
    ),
    "roll": lambda desk, repo: desk.pen.rolling(
        Position(repo), desk.pen.long(desk.borrower, desk.lender)
    ),
    "recordFail": lambda desk, repo: (desk.agreement, Position(repo)),
    "callMargin": lambda desk, repo: desk.pen.calling(desk.pair, [repo]),
    "meetInCash": lambda desk, repo: desk.pen.paying(desk.owing),
    "meetInSecurities": lambda desk, repo: desk.pen.delivering(
        desk.owing, [desk.pen.line("T-2035", 500_000)]
    ),
    "returnCash": lambda desk, repo: desk.pen.returning(desk.pair, 10_000),
    "returnSecurities": lambda desk, repo: desk.pen.restoring(
        desk.pair, [desk.pen.line("T-2035", 1_000)]
    ),
    "stopClock": lambda desk, repo: (desk.pair,),
    "restartClock": lambda desk, repo: (desk.pair,),
    "declareDefault": lambda desk, repo: desk.pen.declaring(desk.pair),
}
"""Every verb that acts on a set that performs, and what it would take."""


@pytest.fixture
def frozen(desk):
    """A set in default whose lender holds margin of both kinds; its repo."""
    terms = desk.called(may_terminate=True, may_substitute=True)
    desk.meet()
    desk.price(85_000_000)
    desk.call([terms])
    lines = [desk.pen.line("T-2035", 100_000)]
    desk.facility.meetInSecurities(*desk.pen.delivering(desk.owing, lines))
    desk.price(80_000_000)
    desk.call([terms], [desk.security])
    desk.unmet()
    desk.price(100_000_000)
    return terms


@pytest.mark.parametrize("verb", VERBS)
def test_refuses_every_other_verb(desk, frozen, unchanged, verb):
    given = VERBS[verb](desk, frozen)
    if verb in {"close", "recordFail"}:
        desk.days(30)
        desk.later(9 * HOUR)
    unchanged(desk)(verb, given, "SetInDefault", nettingSet=desk.set)
    assert desk.facility.repoOf(repo_id(frozen))[0] == 1


def test_income_that_was_recorded_is_not_paid_but_taken_in(desk, watch):
    """Else the buyer would pay it twice."""
    terms = desk.open()
    day = terms.purchase_date
    income = IncomeNotice(desk.security.address, day, day, 5_000_000_000)
    desk.facility.recordIncome(*desk.pen.income(terms, income))
    desk.price(90_000_000)
    desk.call([terms])
    desk.unmet()
    with reverts("SetInDefault", nettingSet=desk.set):
        desk.facility.payIncome(terms, income)
    desk.price(90_000_000)
    desk.close_out([terms])
    assert desk.pen.claim(desk.pair) == 5_000_000_000
    moved = watch()
    line = {"security": desk.security, "recordDate": day}
    with reverts("NoIncomeDue", repo=repo_id(terms), **line):
        desk.facility.payIncome(terms, income)
    assert moved() == {}


def test_terms_that_never_opened_are_cancelled_all_the_same(desk, frozen):
    """They are in no set yet."""
    never = desk.pen.long(desk.borrower, desk.lender, binding_from=desk.market.chain.now() + HOUR)
    desk.facility.cancel(*desk.pen.cancelling(never, desk.lender))


def test_afterwards_every_verb_finds_a_set_that_performs(either):
    """A new repo is opened, called, met, returned and closed; the old ones stay what they are."""
    old = either.in_default()
    either.price(90_000_000)
    either.close_out([old])
    either.price(100_000_000)
    terms = either.called()
    either.meet()
    held = either.pen.held(either.pair)
    assert held == 19_900_000_000
    either.facility.returnCash(*either.pen.returning(either.pair, held))
    either.days(30)
    either.facility.close(*either.pen.closing(terms, either.lender))
    with reverts("WrongState", repo=repo_id(old), state=4):
        either.facility.close(*either.pen.closing(old, either.lender))
    state = either.facility.setOf(either.set)
    assert (state[0], state[1], state[2]) == (0, 0, 1)


def test_a_repo_that_was_closed_out_does_not_open_again(desk):
    terms = desk.in_default()
    desk.price(100_000_000)
    desk.close_out([terms])
    with reverts("WrongState", repo=repo_id(terms), state=4):
        desk.facility.open(*desk.pen.signed(terms))
