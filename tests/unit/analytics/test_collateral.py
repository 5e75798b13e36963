"""Collateral: enough of it and never a unit more, and lots that sum to the whole."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from settlement.analytics import collateral
from settlement.model.repo import Method
from settlement.units import cents_half_up

prices = st.decimals(Decimal("0.00000001"), 200, places=8).filter(bool)
haircuts = st.decimals(0, Decimal("0.99"), places=6)
ratios = st.decimals(1, 10, places=6)
margins = st.one_of(
    haircuts.map(lambda cut: (Method.HAIRCUT, cut)), ratios.map(lambda ratio: (Method.RATIO, ratio))
)
values = st.fractions(Fraction(1, 100), 10**12, max_denominator=10**9)
nominals = st.integers(1, 10**10)


def worth(nominal, price, margin):
    return collateral.value_after_margin(collateral.market_value(nominal, price), *margin)


@given(values, prices, margins, st.sampled_from([1, 100, 1000]))
def test_the_quantity_is_enough_and_one_denomination_less_is_not(
    value, price, margin, denomination
):
    quantity = collateral.collateral_up(value, price, *margin, denomination)
    assert quantity % denomination == 0
    assert worth(quantity, price, margin) >= value
    assert worth(quantity - denomination, price, margin) < value


@given(st.lists(st.tuples(nominals, prices), min_size=1), margins)
def test_lots_sum_to_the_whole_and_each_is_less_than_a_cent_off(lots, margin):
    exact = [worth(nominal, price, margin) for nominal, price in lots]
    shaped = collateral.shaped(exact)
    assert sum(shaped) == collateral.purchase_price(exact)
    for own, lot in zip(exact, shaped, strict=True):
        assert abs(own - Fraction(lot)) < Fraction(1, 100) or abs(own - Fraction(lot)) == Fraction(
            1, 100
        )


def test_lots_that_would_each_be_rounded_up_are_not():
    """Three halves of a cent are two cents, not three."""
    half = Fraction(1, 200)
    assert sum(collateral.shaped([half] * 3)) == Decimal("0.02")


@given(nominals, prices, ratios)
def test_a_ratio_is_the_haircut_that_it_comes_to(nominal, price, ratio):
    value = collateral.market_value(nominal, price)
    haircut = collateral.haircut_of_ratio(ratio)
    assert value * (1 - haircut) == collateral.value_after_margin(value, Method.RATIO, ratio)


@given(st.lists(values))
def test_the_purchase_price_is_rounded_once(exact):
    assert collateral.purchase_price(exact) == cents_half_up(sum(exact, Fraction(0)))
