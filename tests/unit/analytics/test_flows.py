"""Flows made up by seed: always the same, and skewed as flows of payment systems are."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.analytics.flows import CURRENCY, random_flow
from settlement.analytics.obligations import against_payment

seeds = st.integers(0, 2**64)


def buyers(flow):
    return Counter(each.moves[1].giver for each in flow)


def test_a_seed_gives_the_same_flow_for_ever():
    assert random_flow(7, 3, 4) == [
        against_payment("1", "M2", "M1", "S3", 3_584_000, "USD", 369_152_000),
        against_payment("2", "M3", "M1", "S5", 139_000, "USD", 13_900_000),
        against_payment("3", "M1", "M4", "S5", 1_888_000, "USD", 188_800_000),
    ]


@given(seeds, st.integers(1, 30), st.integers(2, 12))
def test_every_trade_is_between_two_members_at_a_whole_price(seed, trades, members):
    flow = random_flow(seed, trades, members)
    assert flow == random_flow(seed, trades, members)
    assert [each.id for each in flow] == [str(number) for number in range(1, trades + 1)]
    names = {f"M{number}" for number in range(1, members + 1)}
    for each in flow:
        delivery, payment = each.moves
        assert delivery.giver == payment.taker != delivery.taker == payment.giver
        assert {delivery.giver, delivery.taker} <= names
        assert (payment.asset, payment.amount) == (CURRENCY, each.value)
        assert each.value % delivery.amount == 0
        assert delivery.amount % 1_000 == 0


def test_another_seed_gives_another_flow():
    assert random_flow(1, 10, 5) != random_flow(2, 10, 5)


def test_the_first_of_ten_buys_a_third_and_the_last_little():
    bought = buyers(random_flow(3, 5_000, 10))
    assert 0.31 < bought["M1"] / 5_000 < 0.37
    assert bought["M10"] / 5_000 < 0.05


def test_sizes_halve_in_number_as_they_double():
    sizes = [each.moves[0].amount for each in random_flow(4, 5_000, 10)]
    assert min(sizes) >= 100_000
    assert max(sizes) < 200_000 * 2**7
    for doublings in range(4):
        larger = sum(size >= 100_000 * 2**doublings for size in sizes) / 5_000
        assert larger == pytest.approx(0.5**doublings, abs=0.03)


def test_a_few_large_trades_make_up_most_of_the_value():
    values = sorted((each.value for each in random_flow(5, 5_000, 10)), reverse=True)
    assert sum(values[:1_000]) > sum(values) / 2
