"""`RepoMath` and `repurchasePriceOn` against `settlement.analytics`, to the last cent.

Amounts are those of a market (up to a trillion, a rate up to 100%, four decades); beyond them, to
the bounds that the contract keeps, its integers are compared with exact fractions.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from math import ceil

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from settlement.analytics.collateral import market_value, purchase_price, value_after_margin
from settlement.analytics.interest import (
    accrued_interest,
    intraday_interest,
    price_differential,
    simple_interest,
)
from settlement.analytics.margin import CollateralLine, exposure
from settlement.market import Market
from settlement.model.policy import by_kind
from settlement.model.repo import Method, RepoTerms
from settlement.onchain.repo_signing import agreement_id
from settlement.units import (
    cash_from_chain,
    cash_to_chain,
    cents_half_up,
    price_from_chain,
    price_to_chain,
    rate_from_chain,
    rate_to_chain,
)
from tests.anew import anew
from tests.contracts.live import Live
from tests.contracts.repo.pen import RepoPen
from tests.figures import INTERESTS, PURCHASES

CENT = 10_000
ONE = 10**9
MOST = 2**96 - 1

MINUTES = 1_440
MOST_INTEREST = 2**191 - 1
"""What a repo keeps of interest has 192 bits."""

bases = st.sampled_from([360, 365])
principals = st.integers(1, 10**14).map(lambda cents: cents * CENT)
rates = st.integers(-ONE, ONE)
charges = st.integers(0, ONE)
days = st.integers(0, 14_610)
minutes = st.integers(1, MINUTES)
quantities = st.integers(1, 10**12)
prices = st.integers(1, 10**11)
haircuts = st.integers(0, ONE - 1)
ratios = st.integers(ONE, 10 * ONE)


def half_up(value: Fraction) -> int:
    """The nearest integer, a tie away from nought."""
    magnitude = (2 * abs(value) + 1) // 2
    return int(magnitude if value >= 0 else -magnitude)


# --- published figures


@pytest.mark.parametrize("figure", PURCHASES, ids=lambda figure: figure.id)
def test_purchase_price_by_the_figures(arithmetic, figure):
    price, margin = price_to_chain(figure.dirty), rate_to_chain(figure.margin)
    value = arithmetic("valueAfterMarginDown", figure.nominal, price, figure.method.value, margin)
    assert arithmetic("purchasePriceHalfUp", value) == cash_to_chain(figure.purchase_price)


@pytest.mark.parametrize("figure", INTERESTS, ids=lambda figure: figure.id)
def test_interest_by_the_figures(arithmetic, figure):
    rate_days = sum(rate_to_chain(rate) * count for rate, count in figure.periods)
    accrued = cash_to_chain(figure.purchase_price) * rate_days * MINUTES
    interest = arithmetic("interestHalfUp", accrued, figure.basis)
    assert interest == cash_to_chain(figure.price_differential)


@pytest.mark.parametrize(
    ("counted", "cents"), [(185, 189_140), (MINUTES, 1_472_222)], ids=lambda number: str(number)
)
def test_minutes_by_the_figures(arithmetic, counted, cents):
    """`intraday-185` and `intraday-full-day`: 100,000,000.00 at 5.3%."""
    accrued = 100_000_000_000_000 * 53_000_000 * counted
    assert arithmetic("interestHalfUp", accrued, 360) == cents * CENT


# --- interest


periods_of_any_price = st.lists(st.tuples(principals, rates, days), max_size=4)


@given(periods=periods_of_any_price, basis=bases)
@example(periods=[(9_974_250_000_000, 4_000_000, 3)], basis=360)
@example(periods=[(9_974_250_000_000, -4_000_000, 3)], basis=360)
@example(periods=[(99_000_000_000, 43_000_000, 1)], basis=360)
def test_interest_is_pythons(arithmetic, periods, basis):
    """Over changes of rate and of price, summed and rounded once."""
    accrued = sum(price * rate * count * MINUTES for price, rate, count in periods)
    decimals = [
        (cash_from_chain(price), rate_from_chain(rate), count) for price, rate, count in periods
    ]
    expected = cents_half_up(accrued_interest(decimals, basis))
    assert arithmetic("interestHalfUp", accrued, basis) == cash_to_chain(expected)


@given(principal=principals, rate=rates, counted=minutes, basis=bases)
@example(principal=9_974_250_000_000, rate=43_000_000, counted=1, basis=360)
@example(principal=9_974_250_000_000, rate=43_000_000, counted=MINUTES, basis=365)
def test_interest_for_minutes_is_pythons(arithmetic, principal, rate, counted, basis):
    exact = intraday_interest(cash_from_chain(principal), rate_from_chain(rate), counted, basis)
    interest = arithmetic("interestHalfUp", principal * rate * counted, basis)
    assert interest == cash_to_chain(cents_half_up(exact))


@given(cents=st.integers(0, 10**9), sign=st.sampled_from([1, -1]), basis=bases)
def test_ties_go_away_from_nought(arithmetic, cents, sign, basis):
    """Whole cents and half a one, in 10^-15 and minutes of the year."""
    tie = (2 * cents + 1) * basis * MINUTES * ONE * CENT // 2
    assert arithmetic("interestHalfUp", sign * tie, basis) == sign * (cents + 1) * CENT
    assert arithmetic("interestHalfUp", sign * (tie - 1), basis) == sign * cents * CENT


@given(accrued=st.integers(-MOST_INTEREST - 1, MOST_INTEREST), basis=bases)
@example(accrued=MOST_INTEREST, basis=360)
@example(accrued=-MOST_INTEREST - 1, basis=365)
@example(accrued=0, basis=360)
def test_interest_is_exact_to_the_bounds(arithmetic, accrued, basis):
    cents = half_up(Fraction(accrued, basis * MINUTES * ONE * CENT))
    assert arithmetic("interestHalfUp", accrued, basis) == cents * CENT


# --- the fails charge


@given(principal=principals, rate=charges, failed=days, basis=bases)
@example(principal=9_975_441_370_000, rate=30_000_000, failed=1, basis=360)
def test_a_fails_charge_is_pythons(arithmetic, principal, rate, failed, basis):
    exact = simple_interest(cash_from_chain(principal), rate_from_chain(rate), failed, basis)
    charge = arithmetic("chargeHalfUp", principal, rate, failed, basis)
    assert charge == cash_to_chain(cents_half_up(exact))


@given(price=st.integers(0, 2**128), rate=charges, failed=st.integers(0, 2**32 - 1), basis=bases)
@example(price=2**128, rate=ONE, failed=2**32 - 1, basis=360)
@example(price=0, rate=ONE, failed=1, basis=360)
def test_a_fails_charge_is_exact_to_the_bounds(arithmetic, price, rate, failed, basis):
    """The largest repurchase price: 2^96 and a hundred per cent for as long as a date can be."""
    cents = half_up(Fraction(price * rate * failed, basis * ONE * CENT))
    assert arithmetic("chargeHalfUp", price, rate, failed, basis) == cents * CENT


# --- collateral


@given(lines=st.lists(st.tuples(quantities, prices, haircuts), min_size=1, max_size=4))
def test_a_price_by_haircuts_is_pythons(arithmetic, lines):
    total = sum(
        arithmetic("valueAfterMarginDown", quantity, price, Method.HAIRCUT.value, margin)
        for quantity, price, margin in lines
    )
    assert arithmetic("purchasePriceHalfUp", total) == cash_to_chain(
        _carried(Method.HAIRCUT, lines)
    )


@given(lines=st.lists(st.tuples(quantities, prices, ratios), min_size=1, max_size=4))
def test_a_price_by_ratios_is_pythons_or_a_cent_less(arithmetic, lines):
    """Each line is cut off at 10^-17, so a sum that is a tie to the last place may fall short."""
    total = sum(
        arithmetic("valueAfterMarginDown", quantity, price, Method.RATIO.value, margin)
        for quantity, price, margin in lines
    )
    expected = cash_to_chain(_carried(Method.RATIO, lines))
    carried = arithmetic("purchasePriceHalfUp", total)
    exact = sum(Fraction(quantity * price * 10**18, margin) for quantity, price, margin in lines)
    assert 0 <= exact - total < len(lines)
    assert carried == expected or (carried == expected - CENT and exact != total)


@given(
    quantity=st.integers(1, MOST),
    price=st.integers(1, 2**64 - 1),
    method=st.sampled_from(Method),
    share=st.integers(0, ONE - 1),
)
@example(quantity=MOST, price=2**64 - 1, method=Method.RATIO, share=0)
@example(quantity=MOST, price=2**64 - 1, method=Method.HAIRCUT, share=0)
def test_a_value_is_exact_to_the_bounds(arithmetic, quantity, price, method, share):
    if method is Method.HAIRCUT:
        margin, exact = share, quantity * price * (ONE - share)
    else:
        margin = ONE + share
        exact = quantity * price * ONE * ONE // margin
    assert arithmetic("valueAfterMarginDown", quantity, price, method.value, margin) == exact


@given(part=st.integers(0, 2**220), share=st.integers(1, ONE), rest=st.integers(0, 2**220))
def test_a_limit_and_a_share_say_the_same(arithmetic, part, share, rest):
    """What the contract checks line by line, `whole >= wholeUp`, is `shareUp <= limit`."""
    whole = part + rest + 1
    needed = arithmetic("wholeUp", part, share)
    assert needed == -(-part * ONE // share)
    assert (whole >= needed) == (arithmetic("shareUp", part, whole) <= share)


# --- exposure
#
# In units of 10^-17 / (basis × 1440), in which cash, interest and collateral are whole numbers.


def in_units(amount: Fraction | Decimal | int, basis: int) -> Fraction:
    """An amount of the currency unit as an exposure."""
    return Fraction(amount) * 10**17 * basis * MINUTES


@given(cash=st.integers(-MOST, MOST), basis=bases)
@example(cash=MOST, basis=365)
@example(cash=-MOST, basis=365)
def test_cash_as_an_exposure_is_exact(arithmetic, cash, basis):
    assert arithmetic("cashAsExposure", cash, basis) == in_units(cash_from_chain(cash), basis)


@given(accrued=st.integers(-MOST_INTEREST - 1, MOST_INTEREST), basis=bases)
@example(accrued=MOST_INTEREST, basis=360)
@example(accrued=-MOST_INTEREST - 1, basis=360)
def test_interest_as_an_exposure_is_exact(arithmetic, accrued, basis):
    """Not the cent that it would pay, but all of it."""
    exact = Fraction(accrued, 10**15 * basis * MINUTES)
    assert arithmetic("interestAsExposure", accrued) == in_units(exact, basis)


@given(quantity=st.integers(0, MOST), price=st.integers(0, 2**64 - 1), share=haircuts, basis=bases)
@example(quantity=MOST, price=2**64 - 1, share=0, basis=365)
def test_a_value_as_an_exposure_is_exact(arithmetic, quantity, price, share, basis):
    value = arithmetic("valueAfterMarginDown", quantity, price, Method.HAIRCUT.value, share)
    exact = Fraction(quantity * price, 10**8) * (1 - Fraction(share, ONE))
    assert arithmetic("valueAsExposure", value, basis) == in_units(exact, basis)


baskets_by_haircut = st.lists(st.tuples(quantities, prices, haircuts), min_size=1, max_size=4)
baskets_by_ratio = st.lists(st.tuples(quantities, prices, ratios), min_size=1, max_size=4)


@given(principal=principals, rate=rates, term=days, lines=baskets_by_haircut, basis=bases)
@example(
    principal=9_974_250_000_000,
    rate=43_000_000,
    term=1,
    lines=[(10_000_000, 95_000_000, 10_000_000)],
    basis=360,
)
def test_an_exposure_by_haircuts_is_pythons(arithmetic, principal, rate, term, lines, basis):
    """`RP − Σ MV × (1 − h)`, and not a hair rounded."""
    owed, price = _owed(arithmetic, principal, rate, term, basis)
    found = arithmetic("exposureUp", owed, *_values(arithmetic, Method.HAIRCUT, lines), 0, basis)
    assert found == in_units(exposure(price, Method.HAIRCUT, _lines(lines)), basis)


@given(principal=principals, rate=rates, term=days, lines=baskets_by_ratio, basis=bases)
@example(
    principal=9_803_921_570_000,
    rate=43_000_000,
    term=1,
    lines=[(10_000_000, 95_000_000, 1_020_000_000)],
    basis=360,
)
def test_an_exposure_by_ratios_is_pythons_from_above(
    arithmetic, principal, rate, term, lines, basis
):
    """`RP × Σ wm − Σ MV`, where a line's share of the price is its share of the value after margin.

    The margin of the basket is a quotient: its divisor was cut off at 10^-17 per line, the product
    rounded up. So the buyer's exposure is never too small, and too large by less than that makes.
    """
    owed, price = _owed(arithmetic, principal, rate, term, basis)
    value, after = _values(arithmetic, Method.RATIO, lines)
    found = arithmetic("exposureUp", owed, value, after, Method.RATIO.value, basis)
    exact = in_units(exposure(price, Method.RATIO, _lines(lines)), basis)
    assert found == ceil(Fraction(owed * value, after)) - value * basis * MINUTES
    most = Fraction(owed * value, after) * Fraction(len(lines), after) + 1
    assert 0 <= found - exact <= most


@given(exposed=st.integers(-(2**250), 2**250), basis=bases)
@example(exposed=2**250, basis=365)
@example(exposed=-(2**250), basis=365)
def test_an_exposure_pays_half_up(arithmetic, exposed, basis):
    cents = half_up(Fraction(exposed, 10**15 * basis * MINUTES))
    assert arithmetic("exposureHalfUp", exposed, basis) == cents * CENT


@given(cents=st.integers(0, 10**14), sign=st.sampled_from([1, -1]), basis=bases)
def test_an_exposure_of_half_a_cent_goes_away_from_nought(arithmetic, cents, sign, basis):
    tie = (2 * cents + 1) * 10**15 * basis * MINUTES // 2
    assert arithmetic("exposureHalfUp", sign * tie, basis) == sign * (cents + 1) * CENT
    assert arithmetic("exposureHalfUp", sign * (tie - 1), basis) == sign * cents * CENT


@given(principal=principals, rate=rates, term=days, basis=bases)
def test_what_is_owed_pays_the_same_as_an_exposure(arithmetic, principal, rate, term, basis):
    """A repo without collateral is exposed to its repurchase price, to the cent."""
    accrued = principal * rate * term * MINUTES
    whole = arithmetic("cashAsExposure", principal, basis)
    whole += arithmetic("interestAsExposure", accrued)
    interest = arithmetic("interestHalfUp", accrued, basis)
    paid = arithmetic("exposureHalfUp", whole, basis)
    tie = 2 * Fraction(accrued, basis * MINUTES * ONE * CENT)
    if tie.denominator == 1 and tie.numerator % 2 and rate < 0:
        # A tie of interest goes down where the rate is negative; of the sum it goes up.
        assert paid in {principal + interest, principal + interest + CENT}
    else:
        assert paid == principal + interest


def _owed(arithmetic, principal: int, rate: int, term: int, basis: int) -> tuple[int, Fraction]:
    """A repurchase price, not below zero: as an exposure, and in the currency unit."""
    owed = arithmetic("cashAsExposure", principal, basis)
    owed += arithmetic("interestAsExposure", principal * rate * term * MINUTES)
    price = cash_from_chain(principal)
    exact = Fraction(price) + simple_interest(price, rate_from_chain(rate), term, basis)
    return max(owed, 0), max(exact, Fraction(0))


def _values(arithmetic, method: Method, lines: list[tuple[int, int, int]]) -> tuple[int, int]:
    """Market value and value after margin, as the contract sums them."""
    value = sum(quantity * price * ONE for quantity, price, _ in lines)
    after = sum(
        arithmetic("valueAfterMarginDown", quantity, price, method.value, margin)
        for quantity, price, margin in lines
    )
    return value, after


def _lines(lines: list[tuple[int, int, int]]) -> list[CollateralLine]:
    """The same for Python: by ratio a line carries its share of the value after margin."""
    found = []
    for quantity, price, margin in lines:
        value, part = market_value(quantity, price_from_chain(price)), rate_from_chain(margin)
        share = Fraction(value) / Fraction(part) if part else Fraction(0)
        found.append(CollateralLine(share, part, value))  # type: ignore[arg-type]
    return found


# --- the repurchase price


@given(
    cents=st.integers(1, 99_742_500),
    rate=rates,
    late_rate=rates,
    basis=bases,
    term=st.integers(1, 900),
    date=st.integers(0, 7_300),
)
@example(cents=99_742_500, rate=-ONE, late_rate=-ONE, basis=360, term=1, date=361)
@example(cents=99_742_500, rate=43_000_000, late_rate=0, basis=360, term=1, date=2)
def test_a_repurchase_price_is_pythons(priced, cents, rate, late_rate, basis, term, date):
    """Of a repo that is open: to the repurchase date at the repo rate, then at the late one."""
    changes = {"purchase_price": cents * CENT, "rate": rate}
    agreed = {"late_rate": late_rate, "basis": basis}
    with _opened(priced, agreed, term, **changes) as (market, terms):
        paid = _repurchase_price(market, terms, terms.purchase_date + date)
    in_term = min(date, term)
    periods = [
        (rate_from_chain(rate), in_term),
        (rate_from_chain(late_rate or rate), date - in_term),
    ]
    principal = cash_from_chain(terms.purchase_price)
    interest = max(price_differential(principal, periods, basis), -principal)
    assert paid == (cash_to_chain(interest), 0, cash_to_chain(principal + interest))


@pytest.fixture
def priced(market: Market) -> Market:
    """Notes are taken at 1%, and T-2035 is worth 1.0075."""
    note = market.directory.security("T-2035").kind
    market.board.adopt_policy(by_kind({note: Decimal("0.01")}, Method.HAIRCUT))
    market.board.post_price("T-2035", 100_750_000)
    return market


@contextmanager
def _opened(
    priced: Market, agreed: dict[str, int], term: int, **changes: int
) -> Iterator[tuple[Market, RepoTerms]]:
    """A repo in a market of its own: against at most 1,000,000 T-2035, which carry 997,425.00."""
    with anew(priced) as market:
        dealer, fund = (market.directory.party(name) for name in ("dealer", "fund"))
        pen = RepoPen(market, dealer, fund)
        agreement = agreement_id(pen.agreement(**agreed))
        usual = pen.terms(dealer, fund, lines=(pen.line("T-2035", 1_000_000),), **changes)
        date = usual.purchase_date + term
        terms = replace(usual, agreement=agreement, repurchase_date=date)
        Live(market.deployment.repo, market).open(*pen.signed(terms))
        yield market, terms


def _repurchase_price(market: Market, terms: RepoTerms, date: int) -> tuple[int, int, int]:
    return tuple(Live(market.deployment.repo, market).repurchasePriceOn(terms, date))


def _carried(method: Method, lines: list[tuple[int, int, int]]) -> Decimal:
    return purchase_price(
        value_after_margin(
            market_value(quantity, price_from_chain(price)), method, rate_from_chain(margin)
        )
        for quantity, price, margin in lines
    )
