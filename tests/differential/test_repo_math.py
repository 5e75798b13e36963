"""`RepoMath` and `repurchasePriceOn` against `settlement.analytics`, to the last cent.

Amounts are those of a market (up to a trillion, a rate up to 100%, four decades); beyond them, to
the bounds that the contract keeps, its integers are compared with exact fractions.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from settlement.analytics.collateral import market_value, purchase_price, value_after_margin
from settlement.analytics.interest import price_differential
from settlement.model.repo import (
    Line,
    Method,
    RepoTerms,
)
from settlement.units import (
    cash_from_chain,
    cash_to_chain,
    price_from_chain,
    price_to_chain,
    rate_from_chain,
    rate_to_chain,
)
from tests.figures import INTERESTS, PURCHASES

CENT = 10_000
ONE = 10**9
MOST = 2**96 - 1

bases = st.sampled_from([360, 365])
principals = st.integers(1, 10**14).map(lambda cents: cents * CENT)
rates = st.integers(-ONE, ONE)
days = st.integers(0, 14_610)
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
    principal = cash_to_chain(figure.purchase_price)
    interest = arithmetic("interestHalfUp", principal, rate_days, figure.basis)
    assert interest == cash_to_chain(figure.price_differential)


# --- interest


@given(principal=principals, periods=st.lists(st.tuples(rates, days), max_size=3), basis=bases)
@example(principal=9_974_250_000_000, periods=[(4_000_000, 3)], basis=360)
@example(principal=9_974_250_000_000, periods=[(-4_000_000, 3)], basis=360)
@example(principal=99_000_000_000, periods=[(43_000_000, 1)], basis=360)
def test_interest_is_pythons(arithmetic, principal, periods, basis):
    rate_days = sum(rate * count for rate, count in periods)
    decimals = [(rate_from_chain(rate), count) for rate, count in periods]
    expected = price_differential(cash_from_chain(principal), decimals, basis)
    assert arithmetic("interestHalfUp", principal, rate_days, basis) == cash_to_chain(expected)


@given(cents=st.integers(0, 10**9), sign=st.sampled_from([1, -1]), basis=bases)
def test_ties_go_away_from_nought(arithmetic, cents, sign, basis):
    """A principal of half of `basis` dollars at 2% a day owes half a cent more than whole cents."""
    principal = (2 * cents + 1) * basis * CENT
    interest = arithmetic("interestHalfUp", principal, sign * ONE // 2, basis)
    assert interest == sign * (cents + 1) * CENT


@given(
    principal=st.integers(0, MOST),
    rate_days=st.integers(-(2**97), 2**97),
    basis=bases,
)
@example(principal=MOST, rate_days=2**97, basis=360)
@example(principal=MOST, rate_days=-(2**97), basis=365)
def test_interest_is_exact_to_the_bounds(arithmetic, principal, rate_days, basis):
    cents = half_up(Fraction(principal * rate_days, basis * ONE * CENT))
    assert arithmetic("interestHalfUp", principal, rate_days, basis) == cents * CENT


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


# --- the repurchase price


@given(
    cents=st.integers(1, 10**14),
    rate=rates,
    late_rate=rates,
    basis=bases,
    term=st.integers(1, 3_650),
    date=st.integers(0, 7_300),
)
def test_a_repurchase_price_is_pythons(market, cents, rate, late_rate, basis, term, date):
    terms = replace(
        _terms(market),
        purchase_price=cents * CENT,
        rate=rate,
        late_rate=late_rate,
        basis=basis,
        repurchase_date=_terms(market).purchase_date + term,
    )
    agreed = min(date, term)
    periods = [
        (rate_from_chain(rate), agreed),
        (rate_from_chain(late_rate or rate), date - agreed),
    ]
    principal = cash_from_chain(terms.purchase_price)
    interest = max(price_differential(principal, periods, basis), -principal)
    repo = market.deployment.repo
    words = (terms.words(), terms.purchase_date + date)
    paid = repo.read(market.chain, "repurchasePriceOn", *words)
    assert paid == (cash_to_chain(interest), cash_to_chain(principal + interest))


def _carried(method: Method, lines: list[tuple[int, int, int]]) -> Decimal:
    return purchase_price(
        value_after_margin(
            market_value(quantity, price_from_chain(price)), method, rate_from_chain(margin)
        )
        for quantity, price, margin in lines
    )


def _terms(market) -> RepoTerms:
    """Terms that are well formed; the test changes what it is about."""
    nobody = "0x" + "00" * 20
    dealer, fund = (market.directory.party(name).address for name in ("dealer", "fund"))
    return RepoTerms(
        seller=dealer,
        buyer=fund,
        cash=market.directory.cash("USD").address,
        agreement=bytes(32),
        purchase_price=CENT,
        rate=0,
        late_rate=0,
        basis=360,
        duration=0,
        purchase_date=20_000,
        repurchase_date=20_001,
        utc_offset=0,
        cut_off=0,
        notice_period=0,
        method=0,
        policy_version=0,
        price_board=market.deployment.prices.address,
        maximum_price_age=0,
        threshold=0,
        minimum_transfer=0,
        call_deadline=0,
        grace=0,
        income=0,
        may_reuse=False,
        may_substitute=False,
        may_terminate=False,
        custody=nobody,
        binding_from=0,
        nonce=0,
        lines=(Line(nobody, 1, 0),),
    )
