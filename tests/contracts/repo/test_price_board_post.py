"""`PriceBoard.post`: one observation later than the other, and jumps that wait."""

from __future__ import annotations

import pytest

from tests.contracts.live import logged, reverts

PAR = 100_000_000
DAY = 86_400


@pytest.fixture
def post(prices, security, operators, chain):
    """`post(101)`: the price in hundredths of par, observed now unless told."""

    def observe(hundredths, at=None):
        price = int(hundredths * 1_000_000)
        when = chain.now() if at is None else at
        return prices.post(security, price, when, sender=operators.pricer)

    return observe


@pytest.fixture
def next_day(chain):
    """Moves the clock to the next day's first second, by UTC."""

    def move():
        chain.advance_to((chain.now() // DAY + 1) * DAY)

    return move


def test_only_the_pricer_posts(prices, security, operators, intruder, chain):
    for caller in (intruder, operators.confirmer, operators.venue_admin):
        with reverts("AccessManagedUnauthorized", caller=caller):
            prices.post(security, PAR, chain.now(), sender=caller)


def test_refuses_a_price_of_nothing(post, security):
    with reverts("ZeroPrice", security=security):
        post(0)


def test_one_observation_is_later_than_the_other(post, security, chain):
    first = chain.now()
    post(100)
    for at in (first, first - 1):
        with reverts(
            "ObservationOutOfOrder", security=security, observedAt=at, lastObservedAt=first
        ):
            post(100, at)
    post(100, first + 1)


def test_nothing_is_observed_in_the_future(post, security, chain):
    now = chain.now()
    with reverts("ObservationOutOfOrder", security=security, observedAt=now + 1, lastObservedAt=0):
        post(100, now + 1)


def test_nothing_older_than_a_day_is_posted(post, security, chain):
    """Days long past would each have a benchmark of their own, and be a way to walk the price."""
    now = chain.now()
    old = now - DAY - 1
    with reverts("ObservationOutOfOrder", security=security, observedAt=old, lastObservedAt=0):
        post(100, old)
    now = chain.now()
    post(100, now - DAY)


def test_a_pending_observation_counts_in_the_order(post, security, chain):
    post(100)
    at = chain.now()
    post(200)
    with reverts("ObservationOutOfOrder", security=security, observedAt=at, lastObservedAt=at):
        post(100, at)


def test_the_first_price_is_taken_as_it_is(post, prices, security, chain):
    at = chain.now()
    events = post(100)
    assert logged(events, "PricePosted") == {
        "security": security.address,
        "price": PAR,
        "observedAt": at,
    }
    assert prices.quoteOf(security) == (PAR, at, PAR, False)


@pytest.mark.parametrize(("inside", "outside"), [(120, 120.000001), (80, 79.999999)])
def test_the_guard_is_a_fifth_either_way(post, prices, security, next_day, inside, outside):
    post(100)
    next_day()
    held = logged(post(outside), "PriceHeldBack")
    assert (held["price"], held["benchmark"]) == (round(outside * 10**6), PAR)
    assert prices.quoteOf(security)[0] == PAR
    assert prices.quoteOf(security)[3]
    logged(post(inside), "PricePosted")
    assert prices.quoteOf(security)[0] == inside * 10**6
    assert not prices.quoteOf(security)[3]


def test_small_steps_of_one_day_share_their_benchmark(post, prices, security, next_day):
    post(100)
    next_day()
    for price in (110, 120):
        logged(post(price), "PricePosted")
    held = logged(post(121), "PriceHeldBack")
    assert held["benchmark"] == PAR
    assert prices.quoteOf(security)[2] == PAR


def test_steps_of_the_very_first_day_are_measured_too(post):
    post(100)
    logged(post(120), "PricePosted")
    assert logged(post(121), "PriceHeldBack")["benchmark"] == PAR


def test_the_next_day_is_measured_by_the_last_price(post, prices, security, next_day):
    post(100)
    next_day()
    post(120)
    next_day()
    logged(post(144), "PricePosted")
    assert prices.quoteOf(security)[2] == 120 * 10**6
    next_day()
    logged(post(172.800001), "PriceHeldBack")


def test_a_pricer_alone_moves_no_faster_after_a_silence(post, prices, security, chain, next_day):
    """A month without a price leaves two days at most to observe: today and yesterday."""
    post(100)
    chain.advance_to(chain.now() + 30 * DAY)
    now = chain.now()
    logged(post(120, now - DAY), "PricePosted")
    logged(post(144, now), "PricePosted")
    assert logged(post(145), "PriceHeldBack")["benchmark"] == 120 * 10**6


def test_while_a_jump_waits_the_benchmark_stands(post, security, next_day):
    """Days of jumps do not become the measure of the next."""
    post(100)
    for price in (150, 180, 216):
        next_day()
        assert logged(post(price), "PriceHeldBack")["benchmark"] == PAR
    next_day()
    logged(post(101), "PricePosted")
