"""Interest: simple, on actual days, rounded once."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.analytics import interest
from settlement.analytics.income import coupon_payment, treasury_accrued
from settlement.units import cents_half_up

amounts = st.decimals(Decimal("0.01"), 10**12, places=2)
rates = st.decimals(-1, 1, places=9)
days = st.integers(0, 3_660)
bases = st.sampled_from([360, 365])


@given(amounts, rates, bases)
def test_a_full_day_of_minutes_is_a_day(amount, rate, basis):
    minutes = interest.intraday_interest(amount, rate, 1_440, basis)
    assert minutes == interest.simple_interest(amount, rate, 1, basis)


def test_minutes_are_rounded_together():
    """Each minute rounded by itself would come to 1,890.70."""
    exact = interest.intraday_interest(Decimal("100000000.00"), Decimal("0.053"), 185, 360)
    assert cents_half_up(exact) == Decimal("1891.40")


@given(amounts, rates, days, days, bases)
def test_periods_of_one_rate_are_one_period(amount, rate, first, second, basis):
    apart = interest.accrued_interest([(amount, rate, first), (amount, rate, second)], basis)
    assert apart == interest.simple_interest(amount, rate, first + second, basis)


def test_interest_is_exact_where_a_decimal_would_not_be():
    exact = interest.simple_interest(Decimal("1" * 26), Decimal("0.123456789"), 1, 365)
    assert exact * 365 == int("1" * 26) * Fraction(123456789, 10**9)


@given(amounts, rates, days, days, bases)
def test_a_roll_that_pays_lends_the_same_again(amount, rate, first, second, basis):
    rolled = interest.roll(amount, rate, (first, second), basis, capitalise=False)
    assert rolled.paid_at_roll == interest.price_differential(amount, [(rate, first)], basis)
    assert rolled.second_purchase_price == amount


@given(amounts, rates, days, days, bases)
def test_a_capitalised_roll_pays_nothing_and_lends_the_interest_too(
    amount, rate, first, second, basis
):
    rolled = interest.roll(amount, rate, (first, second), basis, capitalise=True)
    lent = amount + interest.price_differential(amount, [(rate, first)], basis)
    assert (rolled.paid_at_roll, rolled.second_purchase_price) == (Decimal("0.00"), lent)
    assert rolled.second_interest == interest.simple_interest(lent, rate, second, basis)


@given(amounts, rates, days, bases)
def test_a_sell_back_without_income_is_a_repurchase(amount, rate, term, basis):
    price = interest.sell_back_price(amount, rate, term, basis, income=Decimal(0), days_after=0)
    assert price == Fraction(amount) + interest.simple_interest(amount, rate, term, basis)


@pytest.mark.parametrize(
    ("reference", "floor", "charged"),
    [
        ("0.0025", "0", "0.0275"),
        ("0.031", "0", "0"),
        ("0.0525", "0.01", "0.01"),
        ("-0.005", "0", "0.035"),
    ],
)
def test_a_fail_is_charged_up_to_three_per_cent_and_no_less_than_the_floor(
    reference, floor, charged
):
    rate = interest.fails_rate(Decimal(reference), Decimal(floor))
    charge = interest.fails_charge(Decimal(36_000_000), Decimal(reference), Decimal(floor), 2)
    assert rate == Decimal(charged)
    assert charge == Decimal(charged) * 200_000


@given(st.integers(1, 10**10), st.decimals(0, 1, places=5), st.integers(181, 184))
def test_accrued_interest_grows_to_the_coupon(nominal, coupon, period):
    assert treasury_accrued(nominal, coupon, 0, period) == 0
    assert treasury_accrued(nominal, coupon, period, period) == coupon_payment(nominal, coupon)
