"""`PriceBoard.confirm`: the second role lets a jump through, exactly as it was posted."""

from __future__ import annotations

import pytest

from tests.contracts.live import logged, reverts

PAR = 100_000_000
JUMP = 150_000_000


@pytest.fixture
def jumped(prices, security, operators, chain):
    """A price, and half as much again an hour later; when that was observed."""
    prices.post(security, PAR, chain.now(), sender=operators.pricer)
    chain.advance_to(chain.now() + 3_600)
    at = chain.now()
    prices.post(security, JUMP, at, sender=operators.pricer)
    return at


def test_only_the_second_role_confirms(prices, security, operators, jumped, intruder):
    for caller in (intruder, operators.pricer, operators.venue_admin):
        with reverts("AccessManagedUnauthorized", caller=caller):
            prices.confirm(security, JUMP, sender=caller)


@pytest.mark.parametrize("price", [0, PAR, JUMP - 1])
def test_confirms_only_what_is_pending(prices, security, operators, jumped, price):
    with reverts("NothingToConfirm", security=security, price=price):
        prices.confirm(security, price, sender=operators.confirmer)


def test_confirms_once(prices, security, operators, jumped):
    prices.confirm(security, JUMP, sender=operators.confirmer)
    with reverts("NothingToConfirm", security=security, price=JUMP):
        prices.confirm(security, JUMP, sender=operators.confirmer)


def test_confirms_nothing_that_was_overtaken(prices, security, operators, jumped, chain):
    """A later price inside the guard has taken the place of the jump."""
    prices.post(security, PAR + 1, chain.now(), sender=operators.pricer)
    with reverts("NothingToConfirm", security=security, price=JUMP):
        prices.confirm(security, JUMP, sender=operators.confirmer)
    assert prices.priceOf(security, 60) == PAR + 1


def test_confirms_the_last_of_two_jumps(prices, security, operators, jumped, chain):
    prices.post(security, 2 * PAR, chain.now(), sender=operators.pricer)
    with reverts("NothingToConfirm", security=security, price=JUMP):
        prices.confirm(security, JUMP, sender=operators.confirmer)
    prices.confirm(security, 2 * PAR, sender=operators.confirmer)


def test_confirmed_it_is_the_price_and_the_benchmark(prices, security, operators, jumped, chain):
    """A halving by a split stands for the day: what is posted near it does not wait again."""
    events = prices.confirm(security, JUMP, sender=operators.confirmer)
    assert logged(events, "PriceConfirmed") == {
        "security": security.address,
        "price": JUMP,
        "observedAt": jumped,
    }
    assert prices.quoteOf(security) == (JUMP, jumped, JUMP, False)
    events = prices.post(security, 180_000_000, chain.now(), sender=operators.pricer)
    assert logged(events, "PricePosted")["price"] == 180_000_000
    events = prices.post(security, 180_000_001, chain.now(), sender=operators.pricer)
    assert logged(events, "PriceHeldBack")["benchmark"] == JUMP
