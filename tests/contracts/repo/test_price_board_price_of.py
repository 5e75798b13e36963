"""`PriceBoard.priceOf`: a price, or the reason why there is none to use."""

from __future__ import annotations

import pytest

from tests.contracts.live import reverts

PAR = 100_000_000


@pytest.fixture
def posted(prices, security, operators, chain):
    """Par, observed now; when."""
    at = chain.now()
    prices.post(security, PAR, at, sender=operators.pricer)
    return at


def test_missing(prices, security):
    with reverts("PriceMissing", security=security):
        prices.priceOf(security, 2**256 - 1)


def test_pending(prices, security, operators, posted, chain):
    """The old price is no longer good, and the new one not yet."""
    prices.post(security, 2 * PAR, chain.now(), sender=operators.pricer)
    with reverts("PricePending", security=security):
        prices.priceOf(security, 3_600)


def test_stale_one_second_too_late(prices, security, posted, chain):
    chain.advance_to(posted + 60)
    assert prices.priceOf(security, 60) == PAR
    with reverts("PriceStale", security=security, age=60, maximumAge=59):
        prices.priceOf(security, 59)


def test_a_confirmed_price_is_as_old_as_its_observation(prices, security, operators, posted, chain):
    at = chain.now()
    prices.post(security, 2 * PAR, at, sender=operators.pricer)
    chain.advance_to(at + 600)
    prices.confirm(security, 2 * PAR, sender=operators.confirmer)
    chain.advance_to(at + 700)
    with reverts("PriceStale", security=security, age=700, maximumAge=699):
        prices.priceOf(security, 699)
