"""Decimal outside, integers inside: nothing is lost on the way, and there is one rounding rule."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement import units
from settlement.errors import BadInput

whole_cents = st.decimals(-(10**15), 10**15, places=2)
prices = st.decimals(0, 10**9, places=8)
rates = st.decimals(-100, 100, places=9)


@given(whole_cents)
def test_cash_comes_back_as_it_went(amount):
    assert units.cash_from_chain(units.cash_to_chain(amount)) == amount


@given(st.integers(-(2**256), 2**256))
def test_every_word_of_the_chain_is_shown_to_the_last_unit(held):
    amount = units.cash_from_chain(held)
    assert Fraction(amount) * units.CASH == held
    assert -amount.as_tuple().exponent == (6 if held % 10_000 else 2)
    assert Decimal(units.show_cash(amount).replace(",", "")) == amount


@given(prices)
def test_prices_come_back_as_they_went(price):
    assert units.price_from_chain(units.price_to_chain(price)) == price


@given(rates)
def test_rates_come_back_as_they_went(rate):
    assert units.rate_from_chain(units.rate_to_chain(rate)) == rate


@given(st.dates())
def test_dates_come_back_as_they_went(day):
    assert units.date_from_chain(units.date_to_chain(day)) == day


def test_days_count_from_1970():
    assert units.date_to_chain(date(1970, 1, 2)) == 1
    assert units.date_to_chain(date(2026, 3, 2)) == 20_514


@pytest.mark.parametrize(
    ("convert", "number"),
    [
        (units.cash_to_chain, "0.001"),
        (units.cash_to_chain, "1.005"),
        (units.price_to_chain, "1.000000001"),
        (units.rate_to_chain, "0.0000000001"),
    ],
)
def test_what_is_finer_than_the_unit_is_refused_and_never_rounded(convert, number):
    with pytest.raises(BadInput, match="finer than a"):
        convert(Decimal(number))


@pytest.mark.parametrize(
    ("amount", "payment"),
    [
        ("332.475", "332.48"),
        ("-332.475", "-332.48"),
        ("332.4749", "332.47"),
        ("-332.4749", "-332.47"),
        ("332.485", "332.49"),
        ("0.005", "0.01"),
        ("-0.005", "-0.01"),
    ],
)
def test_a_tie_goes_away_from_zero(amount, payment):
    assert units.cents_half_up(Decimal(amount)) == Decimal(payment)


@given(st.decimals(-(10**12), 10**12, places=6))
def test_rounding_is_the_same_on_both_sides_of_zero_and_off_by_half_a_cent_at_most(amount):
    rounded = units.cents_half_up(amount)
    assert units.cents_half_up(-amount) == -rounded
    assert abs(rounded - amount) <= Decimal("0.005")
    assert abs(rounded) >= abs(amount) or abs(amount) - abs(rounded) < Decimal("0.005")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12,000,000.00", "12000000.00"),
        ("1234567", "1234567"),
        (" 7 ", "7"),
        ("-4.5", "-4.5"),
        ("+4.5", "4.5"),
        ("4.30%", "0.043"),
        ("4.30 %", "0.043"),
        ("-0.5%", "-0.005"),
        ("1,000%", "10"),
        ("0123", "123"),
    ],
)
def test_numbers_are_read_as_people_write_them(text, number):
    assert units.parse_decimal(text) == Decimal(number)


@pytest.mark.parametrize(
    "text",
    [
        *("", "-", "%", "ten", "NaN", "sNaN", "Infinity", "-inf", "1e3", "1E999999999", "1_000"),
        *(".5", "5.", "10,5", "1,00,000", "1,000,00", ",100", "1.000,00", "0x10", "1 000", "4%%"),
        "\N{ARABIC-INDIC DIGIT THREE}",
    ],
)
def test_anything_else_is_not_a_number(text):
    with pytest.raises(BadInput, match="is not a number"):
        units.parse_decimal(text)


def test_more_digits_than_a_decimal_carries_exactly_are_refused():
    with pytest.raises(BadInput, match="more than 26 digits"):
        units.parse_decimal("9" * 27)
    assert units.parse_decimal("9" * 26) == Decimal("9" * 26)


@given(whole_cents)
def test_what_is_shown_is_read_back(amount):
    assert units.parse_decimal(units.show_cash(amount)) == amount


@given(rates)
def test_per_cent_that_is_shown_is_read_back(rate):
    assert units.parse_decimal(units.show_per_cent(rate)) == rate


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        (units.show_cash(Decimal("1191.37")), "1,191.37"),
        (units.show_cash(Decimal(-5)), "-5.00"),
        (units.show_cash(Decimal("0.000001")), "0.000001"),
        (units.show_quantity(10_000_000), "10,000,000"),
        (units.counted(1, "security"), "1 security"),
        (units.counted(1_000, "security"), "1,000 securities"),
        (units.counted(2, "day"), "2 days"),
        (units.counted(0, "trade"), "0 trades"),
        (units.show_per_cent(Decimal("0.043")), "4.30%"),
        (units.show_per_cent(Decimal("0.01")), "1%"),
        (units.show_per_cent(Decimal("0.01960784")), "1.960784%"),
        (units.show_per_cent(Decimal(0)), "0%"),
        (units.show_per_cent(Decimal("1.02")), "102%"),
        (units.show_per_cent(Decimal(10)), "1000%"),
    ],
)
def test_what_people_read(shown, text):
    assert shown == text


fractions = st.fractions(-(10**9), 10**9, max_denominator=10**6)


@given(fractions)
def test_cents_go_up_by_less_than_one(amount):
    risen = Fraction(units.cents_up(amount))
    assert 0 <= risen - amount < Fraction(1, 100)
    assert units.cents_up(risen) == risen


@given(fractions, st.sampled_from([1, 7, 1000]))
def test_quantities_go_up_or_down_to_the_denomination(quantity, denomination):
    up, down = (
        rounded(quantity, denomination) for rounded in (units.quantity_up, units.quantity_down)
    )
    assert up % denomination == down % denomination == 0
    assert up - denomination < quantity <= up
    assert down <= quantity < down + denomination


def test_rounding_is_exact_beyond_what_a_decimal_carries():
    half = Fraction(10**40) + Fraction(1, 200)
    assert units.cents_half_up(half) == Decimal(f"{10**42 + 1}E-2")
    assert units.cents_half_up(half - Fraction(1, 10**60)) == Decimal(f"{10**42}E-2")


def test_nothing_is_never_negative():
    assert str(units.cents_half_up(Decimal("-0.001"))) == "0.00"


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (Decimal("332.475"), "332.475"),
        (Fraction(-665, 2), "-332.5"),
        (Fraction(1_000_000), "1,000,000"),
        (Fraction(2, 3), "0.666666666…"),
        (Fraction(-1, 10**10), "-0.000000000…"),
        (Decimal(100), "100"),
    ],
)
def test_what_was_not_rounded_is_shown_as_far_as_it_goes(number, text):
    assert units.show_exact(number) == text
