"""`RepoFacility.collect`: what custody has for either side after a close-out."""

from __future__ import annotations

from fractions import Fraction

import pytest

from settlement.onchain.contract import token
from settlement.onchain.repo_signing import repo_id
from tests.contracts.live import Live, logged, reverts
from tests.contracts.repo.margin_desk import second_wallet
from tests.contracts.repo.pen import HOUR

pytest_plugins = ["tests.contracts.repo.margin_fixtures"]


@pytest.fixture
def refuses(desk, unchanged):
    """`refuses(arguments, "NothingToCollect", ...)`, and all is as it was."""
    refuse = unchanged(desk)
    return lambda given, error, /, **arguments: refuse("collect", given, error, **arguments)


def closed_out(desk, price, **changes):
    """A repo out of custody that was closed out at this price."""
    custody = desk.market.deployment.custody.address
    terms = desk.in_default(custody=custody, **changes)
    desk.price(price)
    desk.close_out([terms])
    return terms


# --- what is refused


def test_nothing_before_the_close_out(desk, refuses):
    custody = desk.market.deployment.custody.address
    never = desk.pen.long(desk.borrower, desk.lender, custody=custody)
    terms = desk.in_default(custody=custody)
    for each in (never, terms):
        for side in (desk.lender, desk.borrower):
            given = (each, [], side)
            refuses(given, "NothingToCollect", repo=repo_id(each), wallet=side)


def test_nothing_where_title_passed(desk, refuses):
    terms = desk.in_default()
    desk.price(90_000_000)
    desk.close_out([terms])
    given = (terms, [], desk.lender)
    refuses(given, "NothingToCollect", repo=repo_id(terms), wallet=desk.lender)


def test_nothing_for_anybody_else(desk, intruder, refuses):
    """Not for another wallet of a side either."""
    terms = closed_out(desk, 95_000_000)
    other = second_wallet(desk, desk.lender)
    for wallet in (intruder, other, desk.market.deployment.custody):
        refuses((terms, [], wallet), "NothingToCollect", repo=repo_id(terms), wallet=wallet.address)


def test_nothing_twice(desk, refuses):
    terms = closed_out(desk, 95_000_000)
    for side in (desk.lender, desk.borrower):
        desk.facility.collect(terms, [], side)
    for side in (desk.lender, desk.borrower):
        refuses((terms, [], side), "NothingToCollect", repo=repo_id(terms), wallet=side)


def test_not_with_other_lines_than_the_repo_had(desk, refuses):
    terms = closed_out(desk, 95_000_000)
    given = (terms, terms.lines, desk.lender)
    refuses(given, "NotTheCollateral", repo=repo_id(terms))


# --- what goes where


def test_the_buyer_gets_what_it_is_owed_and_the_seller_the_rest(either, watch):
    """1,000,000.00 at 0.95 are 1,052,631.57…, of which 1,052,000 can be delivered: 600.00 are left
    as a claim."""
    terms = closed_out(either, 95_000_000)
    assert either.pen.claim(either.pair) == 600_000_000
    moved = watch()
    events = either.facility.collect(terms, [], either.lender)
    line = (either.security.address.lower(), 1_052_000, 10_000_000)
    ours = {"repo": repo_id(terms), "wallet": either.lender.address, "lines": (line,)}
    assert [event.name for event in events] == ["Collected", "Released", "Transfer"]
    assert logged(events, "Collected") == ours
    events = either.facility.collect(terms, [], either.borrower)
    assert logged(events, "Collected")["lines"] == ((line[0], 48_000, 10_000_000),)
    moves = {either.lender.name: {"T-2035": 1_052_000}, either.borrower.name: {"T-2035": 48_000}}
    assert moved() == moves


@pytest.mark.parametrize("first", ["buyer", "seller"])
def test_in_whichever_order_each_gets_its_own(either, custody, watch, first):
    terms = closed_out(either, 95_000_000)
    moved, sides = watch(), [either.lender, either.borrower]
    for side in sides if first == "buyer" else reversed(sides):
        either.facility.collect(terms, [], side)
    moves = {either.lender.name: {"T-2035": 1_052_000}, either.borrower.name: {"T-2035": 48_000}}
    assert moved() == moves
    assert custody.heldFor(repo_id(terms), either.security) == 0
    assert custody.heldInAll(either.security) == either.security.balanceOf(custody) == 0


def test_short_of_what_it_is_owed_the_buyer_gets_it_all(either, watch):
    terms = closed_out(either, 80_000_000)
    assert either.pen.claim(either.pair) == 120_000_000_000
    with reverts("NothingToCollect", repo=repo_id(terms), wallet=either.borrower):
        either.facility.collect(terms, [], either.borrower)
    moved = watch()
    either.facility.collect(terms, [], either.lender)
    assert moved() == {either.lender.name: {"T-2035": 1_100_000}}


def test_a_buyer_that_is_owed_nothing_gets_nothing(either, watch):
    """The whole price was written off by a rate of −100% a year, over a year."""
    terms = either.open(
        custody=either.market.deployment.custody.address,
        rate=-(10**9),
        repurchase_date=either.pen.long(either.lender, either.borrower).purchase_date + 800,
    )
    either.days(400)
    either.price(100_000_000)
    either.call([terms], pair=either.owing)
    either.unmet(either.owing)
    either.price(100_000_000)
    either.close_out([terms])
    assert either.pen.claim(either.pair) == 0
    with reverts("NothingToCollect", repo=repo_id(terms), wallet=either.lender):
        either.facility.collect(terms, [], either.lender)
    moved = watch()
    either.facility.collect(terms, [], either.borrower)
    assert moved() == {either.borrower.name: {"T-2035": 1_100_000}}


@pytest.mark.parametrize("stopped", ["lender", "borrower"])
def test_a_side_that_is_stopped_holds_up_nobody(desk, watch, stopped):
    """It collects when it is reinstated."""
    terms = closed_out(desk, 95_000_000)
    waiting = getattr(desk, stopped)
    free = desk.borrower if stopped == "lender" else desk.lender
    desk.market.onboarding.suspend(waiting.name, "sanctions")
    with reverts("WalletNotActive", wallet=waiting, status=2):
        desk.facility.collect(terms, [], waiting)
    moved = watch()
    desk.facility.collect(terms, [], free)
    assert set(moved()) == {free.name}
    desk.market.onboarding.reinstate(waiting.name, "cleared")
    desk.facility.collect(terms, [], waiting)
    assert set(moved()) == {free.name, waiting.name}


def basket(desk):
    """Three lines out of custody, closed out at 0.95 with the last one left over."""
    desk.another("A")
    desk.another("B")
    lines = desk.pen.lines(*(desk.pen.line(name, 400_000) for name in ("T-2035", "A", "B")))
    custody = desk.market.deployment.custody.address
    terms = desk.open(custody=custody, lines=lines)
    for name in ("T-2035", "A", "B"):
        desk.price(80_000_000, name)
    desk.call([terms])
    desk.unmet()
    for name in ("T-2035", "A", "B"):
        desk.price(95_000_000, name)
    desk.close_out([terms])
    return terms


def first_line(desk, terms):
    """The first security of the basket, which the buyer gets all of, and its symbol."""
    for symbol in ("T-2035", "A", "B"):
        security = desk.market.directory.security(symbol)
        if security.address == terms.lines[0].security:
            return Live(token(security), desk.market), symbol
    raise AssertionError(terms.lines)


def test_of_a_basket_the_buyer_gets_line_after_line(either, watch):
    """And of all of it no more than is owed: what moves is what was held."""
    terms, moved = basket(either), watch()
    for side in (either.lender, either.borrower):
        either.facility.collect(terms, [], side)
    gained = moved()
    sums = {
        symbol: sum(own.get(symbol, 0) for own in gained.values())
        for symbol in ("T-2035", "A", "B")
    }
    assert sums == {"T-2035": 400_000, "A": 400_000, "B": 400_000}
    worth = Fraction(95, 100) * sum(gained[either.lender.name].values())
    assert 0 <= 1_000_000 - worth == Fraction(either.pen.claim(either.pair), 10**6)


def test_a_security_that_is_stopped_holds_up_no_other(desk, watch):
    """Paused, it is collected later; the rest now, by both sides."""
    terms = basket(desk)
    _, symbol = first_line(desk, terms)
    desk.market.onboarding.pause(symbol, "halt")
    moved = watch()
    for side in (desk.lender, desk.borrower):
        desk.facility.collect(terms, [], side)
    assert not any(symbol in own for own in moved().values())
    with reverts("NothingToCollect", repo=repo_id(terms), wallet=desk.lender):
        desk.facility.collect(terms, [], desk.lender)
    desk.market.onboarding.unpause(symbol, "over")
    desk.facility.collect(terms, [], desk.lender)
    assert moved()[desk.lender.name][symbol] == 400_000


def test_what_the_root_wallet_took_holds_up_no_other_line(desk, custody, watch):
    terms = basket(desk)
    taken, symbol = first_line(desk, terms)
    details = ("court order", bytes(32), bytes(32))
    root = desk.market.operators.root
    taken.rootMove(custody, desk.borrower, 1_000, *details, sender=root)
    moved = watch()
    desk.facility.collect(terms, [], desk.lender)
    assert symbol not in moved()[desk.lender.name]
    taken.rootMove(desk.borrower, custody, 1_000, *details, sender=root)
    desk.facility.collect(terms, [], desk.lender)
    assert moved()[desk.lender.name][symbol] == 400_000


def test_one_repo_s_collateral_is_not_another_s(desk, custody):
    """Both in custody, one of them closed out of another set: the other keeps its own."""
    held = custody.address
    first = desk.called(custody=held)
    desk.later(4 * HOUR + 1)
    desk.facility.declareDefault(*desk.pen.declaring(desk.pair))
    pair, mine = desk.pair, desk.set
    desk.under(minimum_transfer=9)
    desk.price(100_000_000)
    second = desk.open(custody=held)
    desk.facility.closeOut(*desk.pen.exposed(pair, [first]))
    assert desk.facility.setOf(mine)[2] == 1
    for side in (desk.lender, desk.borrower):
        desk.facility.collect(first, [], side)
    assert custody.heldFor(repo_id(second), desk.security) == 1_100_000
    assert desk.security.balanceOf(custody) == 1_100_000
    with reverts("NothingToCollect", repo=repo_id(second), wallet=desk.lender):
        desk.facility.collect(second, [], desk.lender)
