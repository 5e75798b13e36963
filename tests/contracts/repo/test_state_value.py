"""`RepoFacility.stateValue`: when a side may price what the board does not, and how far."""

from __future__ import annotations

import pytest

from settlement.onchain.signing import Domain
from tests.contracts.live import logged, reverts
from tests.contracts.repo.margin_desk import second_wallet
from tests.contracts.repo.pen import DAY

pytest_plugins = ["tests.contracts.repo.margin_fixtures"]

PRICE = 80_000_000
LAST = 90_000_000
"""The price on the board when the default was declared."""

LOWEST, HIGHEST = 72_000_000, 108_000_000
"""20% of it either way."""


@pytest.fixture
def refuses(desk, unchanged):
    """`refuses(arguments, "ValuationNotDue", ...)`, and all is as it was."""
    refuse = unchanged(desk)
    return lambda given, error, /, **arguments: refuse("stateValue", given, error, **arguments)


@pytest.fixture
def waited(desk):
    """A set in default whose board was silent for the agreed two days; the repo."""
    terms = desk.in_default()
    declared = desk.facility.closeOutOf(desk.set)[0]
    desk.market.chain.advance_to(declared + 2 * DAY)
    return terms


# --- what is refused


def test_not_while_the_set_performs(desk, refuses):
    desk.called()
    refuses(desk.pen.stating(desk.pair, desk.security, PRICE), "NotInDefault", nettingSet=desk.set)


def test_not_by_the_side_in_default(desk, waited, refuses):
    """Nor by another wallet of it."""
    given = desk.pen.stating(desk.owing, desk.security, PRICE)
    refuses(given, "NotASide", signer=desk.borrower)
    other = second_wallet(desk, desk.borrower)
    pair = desk.pen.pair(other, desk.lender, desk.agreement)
    refuses(desk.pen.stating(pair, desk.security, PRICE), "NotASide", signer=other)


def test_not_before_the_agreed_period_is_over(desk, refuses):
    desk.in_default()
    earliest = desk.facility.closeOutOf(desk.set)[0] + 2 * DAY
    given = desk.pen.stating(desk.pair, desk.security, PRICE)
    desk.market.chain.advance_to(earliest - 1)
    due = {"security": desk.security, "earliest": earliest}
    refuses(given, "ValuationNotDue", **due)
    desk.market.chain.advance_to(earliest)
    desk.facility.stateValue(*given)


def test_not_where_the_board_has_a_price(desk, waited, refuses):
    """Of the very second of the declaration or later, however old it is by now."""
    desk.price(100_000_000)
    desk.days(9)
    earliest = desk.facility.closeOutOf(desk.set)[0] + 2 * DAY
    given = desk.pen.stating(desk.pair, desk.security, PRICE)
    refuses(given, "ValuationNotDue", security=desk.security, earliest=earliest)


def test_not_twice(desk, waited, refuses):
    """Nor of what a step has fixed."""
    desk.facility.stateValue(*desk.pen.stating(desk.pair, desk.security, PRICE))
    earliest = desk.facility.closeOutOf(desk.set)[0] + 2 * DAY
    given = desk.pen.stating(desk.pair, desk.security, PRICE + 1)
    refuses(given, "ValuationNotDue", security=desk.security, earliest=earliest)


@pytest.mark.parametrize("price", [0, 1, LOWEST - 1, HIGHEST + 1, 2**64 - 1])
def test_not_beyond_the_agreed_bound(desk, waited, refuses, price):
    given = desk.pen.stating(desk.pair, desk.security, price)
    bounds = {"security": desk.security, "price": price, "last": LAST}
    refuses(given, "ValuationOutOfBounds", **bounds)


def test_not_of_what_never_had_a_price(desk, waited, refuses):
    given = desk.pen.stating(desk.pair, desk.cash, PRICE)
    refuses(given, "ValuationOutOfBounds", security=desk.cash, price=PRICE, last=0)


def test_only_with_the_signature_over_the_price(desk, waited, refuses):
    pen, pair, security = desk.pen, desk.pair, desk.security
    wrong = [
        pen.stating(pair, security, PRICE, signer=desk.borrower),
        pen.stating(pair, security, PRICE, number=9),
        (pair, security, PRICE, pen.stating(pair, security, PRICE + 1)[-1]),
        (pair, security, PRICE, pen.stating(pair, desk.cash, PRICE)[-1]),
        (pair, security, PRICE, b""),
    ]
    right = pen.domain
    pen.domain = Domain(right.name, right.chain_id + 1, right.contract)
    wrong.append(pen.stating(pair, security, PRICE))
    pen.domain = right
    for given in wrong:
        refuses(given, "BadSignature", signer=desk.lender)


def test_not_by_a_wallet_that_is_stopped(desk, waited, refuses):
    """Whoever stole its key would price the whole set at the bound."""
    given = desk.pen.stating(desk.pair, desk.security, HIGHEST)
    desk.market.onboarding.suspend(desk.lender.name, "key stolen")
    refuses(given, "WalletNotActive", wallet=desk.lender, status=2)


# --- what it does


@pytest.mark.parametrize("price", [LOWEST, LAST, HIGHEST])
def test_states_a_price_that_is_marked_disputed(desk, waited, price):
    events = desk.facility.stateValue(*desk.pen.stating(desk.pair, desk.security, price))
    assert [event.name for event in events] == ["DefaultPriceFixed"]
    assert logged(events, "DefaultPriceFixed") == {
        "nettingSet": desk.set,
        "security": desk.security.address,
        "price": price,
        "disputed": True,
    }


def test_it_is_the_price_of_the_close_out_whatever_the_board_says_later(either):
    terms = either.in_default()
    either.days(2)
    either.facility.stateValue(*either.pen.stating(either.pair, either.security, PRICE))
    either.price(95_000_000)
    either.close_out([terms])
    assert either.pen.claim(either.pair) == 120_000_000_000


def test_another_wallet_of_the_side_that_did_not_default_may(desk, waited):
    other = second_wallet(desk, desk.lender)
    pair = desk.pen.pair(other, desk.borrower, desk.agreement)
    desk.facility.stateValue(*desk.pen.stating(pair, desk.security, PRICE))
    desk.close_out([waited])
    assert desk.pen.claim(desk.pair) == 120_000_000_000


def test_what_waits_for_its_confirmation_does_not_hold_a_side_up(desk, waited):
    """The bound is that of the last price that counted."""
    pricer = desk.market.operators.pricer
    desk.later(1)
    desk.prices.post(desk.security, 1, desk.market.chain.now(), sender=pricer)
    with reverts("PricePending", security=desk.security):
        desk.facility.closeOut(*desk.pen.exposed(desk.pair, [waited]))
    desk.facility.stateValue(*desk.pen.stating(desk.pair, desk.security, LOWEST))
    desk.close_out([waited])
    assert desk.pen.claim(desk.pair) == 208_000_000_000


def test_a_stated_price_is_of_one_close_out(desk, waited):
    """The next one of the same set asks the board again."""
    desk.facility.stateValue(*desk.pen.stating(desk.pair, desk.security, PRICE))
    desk.close_out([waited])
    desk.price(100_000_000)
    terms = desk.in_default()
    given = desk.pen.exposed(desk.pair, [terms])
    declared = desk.facility.closeOutOf(desk.set)[0]
    now = desk.market.chain.now()
    age = now - desk.prices.quoteOf(desk.security)[1]
    stale = {"age": age, "maximumAge": now - declared}
    with reverts("PriceStale", security=desk.security, **stale):
        desk.facility.closeOut(*given)
    desk.price(90_000_000)
    desk.close_out([terms])
