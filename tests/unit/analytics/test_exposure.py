"""Value without counter-value, from transfers that nobody made on a chain."""

from decimal import Decimal

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from settlement.analytics.exposure import (
    Replacement,
    Transfer,
    Uncovered,
    cents_at,
    legs,
    needed,
    positions,
    replacements,
    uncovered,
    value_seconds,
)
from settlement.analytics.obligations import against_payment

CASH, NOTE = "USD", "T-2035"
PARTIES = ("dealer", "fund", "broker")
S1 = against_payment("S1", "dealer", "fund", NOTE, 201_500, CASH, 201_500)


def transfer(at, trade, giver, taker, asset=CASH, value=201_500):
    return Transfer(at=at, trade=trade, giver=giver, taker=taker, asset=asset, value=value)


def delivery(at, trade="S1", giver="dealer", taker="fund", value=201_500):
    return transfer(at, trade, giver, taker, NOTE, value)


def payment(at, trade="S1", giver="fund", taker="dealer", value=201_500):
    return transfer(at, trade, giver, taker, CASH, value)


# what is uncovered


def test_from_the_first_leg_until_the_second():
    steps = uncovered([delivery(10), payment(25)], netted=False)
    assert steps == [Uncovered(10, {"dealer": 201_500}), Uncovered(25, {})]
    assert [step.total for step in steps] == [201_500, 0]
    assert value_seconds(steps, 100) == {"dealer": 201_500 * 15}


def test_until_the_end_of_the_day_where_the_second_never_comes():
    steps = uncovered([payment(10)], netted=False)
    assert value_seconds(steps, 100) == {"fund": 201_500 * 90}


def test_never_where_both_legs_have_one_second():
    steps = uncovered([delivery(10), payment(10)], netted=False)
    assert steps == [Uncovered(10, {})]
    assert value_seconds(steps, 100) == {}


def test_nothing_where_nothing_moved():
    assert uncovered([], netted=False) == []
    assert value_seconds([], 100) == {}


def test_a_trade_is_not_set_off_against_another():
    given = [delivery(10), delivery(20, "S2", "fund", "dealer")]
    assert uncovered(given, netted=False)[-1].by_party == {"dealer": 201_500, "fund": 201_500}


def test_trades_of_a_cycle_are():
    given = [delivery(10), delivery(20, "S2", "fund", "dealer", 151_125)]
    assert uncovered(given, netted=True)[-1].by_party == {"dealer": 201_500 - 151_125}
    paid = [*given, payment(30, "", value=50_375)]
    assert uncovered(paid, netted=True)[-1].by_party == {}


def test_what_is_left_at_the_end_has_its_trade():
    left = positions([delivery(10), payment(20, value=100_000)], netted=False)
    assert left == {("S1", "dealer"): 101_500, ("S1", "fund"): -101_500}
    assert positions([delivery(10)], netted=True) == {
        ("", "dealer"): 201_500,
        ("", "fund"): -201_500,
    }


# keepers


def test_what_is_locked_is_not_given():
    assert legs([delivery(10, taker="lock")], {"lock"}) == []


def test_what_a_keeper_hands_on_was_its_owner_s():
    moved = [delivery(10, taker="lock"), delivery(20, giver="lock")]
    assert legs(moved, {"lock"}) == [delivery(20)]


def test_what_a_keeper_gives_back_was_never_given():
    assert (
        legs([delivery(10, taker="lock"), delivery(20, giver="lock", taker="dealer")], {"lock"})
        == []
    )


def test_a_keeper_keeps_trades_and_assets_apart():
    moved = [
        delivery(10, taker="lock"),
        payment(11, taker="lock"),
        delivery(12, "S2", "broker", "lock"),
        payment(20, giver="lock"),
        delivery(21, "S2", "lock", "fund"),
    ]
    assert legs(moved, {"lock"}) == [payment(20), delivery(21, "S2", "broker", "fund")]


def test_what_is_locked_is_needed():
    moved = [
        payment(10, taker="lock"),
        payment(20, "S2", "broker", "fund"),
        payment(30, giver="lock"),
    ]
    assert needed(moved, CASH) == {"fund": 201_500, "broker": 201_500}


# what is needed


def test_the_most_that_is_paid_before_it_is_paid_back():
    moved = [payment(10), payment(20, "S2", "dealer", "fund", 100), payment(30, "S3", value=50)]
    assert needed(moved, CASH) == {"fund": 201_500}
    assert needed([*moved, payment(40, "S4", value=51)], CASH) == {"fund": 201_501}


def test_of_one_asset():
    assert needed([payment(10), delivery(20)], NOTE) == {"dealer": 201_500}


# replacement


def again(given, failed, move):
    return list(replacements([S1], given, failed, Decimal(move)))


@pytest.mark.parametrize(("move", "cost"), [("-0.02", 4_030), ("0", 0), ("0.02", 0)])
def test_a_seller_gets_less_where_the_price_fell(move, cost):
    assert again([], "fund", move) == [Replacement("S1", "dealer", cost)]


@pytest.mark.parametrize(("move", "cost"), [("-0.02", 0), ("0", 0), ("0.02", 4_030)])
def test_a_buyer_pays_more_where_it_rose(move, cost):
    assert again([], "dealer", move) == [Replacement("S1", "fund", cost)]


def test_a_buyer_that_paid_still_has_to_buy():
    assert again([payment(10)], "dealer", "0.02") == [Replacement("S1", "fund", 4_030)]


def test_a_seller_that_delivered_has_nothing_left_to_sell():
    assert again([delivery(10)], "fund", "-0.5") == []


def test_a_seller_that_was_paid_need_not_sell_again():
    assert again([payment(10)], "fund", "-0.5") == []


def test_a_trade_that_settled_is_not_done_again():
    assert again([delivery(10), payment(10)], None, "0.5") == []


@pytest.mark.parametrize(
    ("move", "cents"),
    [("0.00001", 201_502), ("-0.00001", 201_498), ("-1", 0), ("1", 403_000), ("-0.3333", 134_340)],
)
def test_the_moved_value_is_rounded_to_the_cent_half_up(move, cents):
    assert cents_at(201_500, Decimal(move)) == cents


def test_a_tie_goes_up():
    assert cents_at(50, Decimal("0.01")) == 51


# any transfers

amounts = st.integers(1, 10**12)
transfers = st.lists(
    st.builds(
        transfer,
        at=st.integers(0, 1_000),
        trade=st.sampled_from(["S1", "S2", ""]),
        giver=st.sampled_from(PARTIES[:2]),
        taker=st.just("broker"),
        value=amounts,
    ),
    max_size=8,
)


@examples(transfers, st.booleans())
def test_what_one_lost_another_has(given, netted):
    assert sum(positions(given, netted).values()) == 0


@examples(transfers)
def test_a_cycle_leaves_no_more_than_its_trades(given):
    def at_the_end(netted):
        return uncovered(given, netted)[-1].total if given else 0

    assert at_the_end(netted=True) <= at_the_end(netted=False)


@examples(transfers, st.booleans())
def test_value_seconds_are_the_area_under_the_steps(given, netted):
    steps = uncovered(given, netted)
    by_second = 0
    for second in range(1_001):
        past = [step for step in steps if step.at <= second]
        by_second += past[-1].total if past else 0
    assert sum(value_seconds(steps, 1_001).values()) == by_second


@examples(st.lists(amounts, min_size=1, max_size=6))
def test_locking_first_needs_no_less(values):
    """The same payments, directly and through a lock that pays out after all are locked."""
    names = [f"S{number}" for number in range(len(values))]
    direct = [
        payment(at, name, PARTIES[at % 2], PARTIES[1 - at % 2], value)
        for at, (name, value) in enumerate(zip(names, values, strict=True))
    ]
    locked = [payment(leg.at, leg.trade, leg.giver, "lock", leg.value) for leg in direct] + [
        payment(100 + leg.at, leg.trade, "lock", leg.taker, leg.value) for leg in direct
    ]
    assert legs(locked, {"lock"}) == [
        payment(100 + leg.at, leg.trade, leg.giver, leg.taker, leg.value) for leg in direct
    ]
    assert sum(needed(locked, CASH).values()) == sum(values)
    assert sum(needed(direct, CASH).values()) <= sum(values)
