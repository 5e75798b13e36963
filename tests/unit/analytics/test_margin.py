"""Exposure, net exposure, calls and the sum after a default."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.analytics import margin
from settlement.analytics.default import Accelerated, close_out
from settlement.analytics.margin import CollateralLine
from settlement.model.repo import Method

cents = st.decimals(0, 10**10, places=2)
signed = st.decimals(-(10**10), 10**10, places=2)
positive = st.decimals(Decimal("0.01"), 10**10, places=2)
ratios = st.decimals(1, 2, places=6)


@given(positive, ratios, cents)
def test_one_line_by_ratio_is_the_price_times_the_ratio_less_the_value(price, ratio, value):
    line = CollateralLine(price, ratio, value)
    exposure = margin.exposure(price, Method.RATIO, [line])
    assert exposure == Fraction(price) * Fraction(ratio) - Fraction(value)


@given(positive, ratios, cents, positive)
def test_a_line_cut_in_two_has_the_same_exposure(price, ratio, value, other):
    line = CollateralLine(price + other, ratio, value)
    halves = [
        replace(line, purchase_price=price),
        replace(line, purchase_price=other, market_value=Decimal(0)),
    ]
    for method in Method:
        haircut = replace(line, margin=ratio - 1)
        lines = [replace(half, margin=haircut.margin) for half in halves]
        if method is Method.RATIO:
            haircut, lines = line, halves
        whole = margin.exposure(price, method, [haircut])
        assert margin.exposure(price, method, lines) == whole


def test_collateral_worth_its_haircut_leaves_no_exposure():
    line = CollateralLine(Decimal(98), Decimal("0.02"), Decimal(100))
    assert margin.exposure(Decimal(98), Method.HAIRCUT, [line]) == 0


@given(st.lists(signed), st.lists(signed))
def test_what_is_due_to_one_is_due_by_the_other(due_to, due_by):
    assert margin.net_sum(due_to, due_by) == -margin.net_sum(due_by, due_to)


@given(signed, cents, cents)
def test_a_call_is_nothing_at_or_under_the_threshold_or_below_the_minimum(net, threshold, least):
    call = margin.margin_call(net, threshold, least)
    excess = net - threshold
    assert (call == 0) == (excess <= 0 or excess < least)
    assert call in (0, excess)


@pytest.mark.parametrize(
    ("net", "called"),
    [("100.00", "0.00"), ("100.01", "0.00"), ("149.99", "0.00"), ("150.00", "50.00")],
)
def test_the_minimum_is_met_by_exactly_as_much(net, called):
    call = margin.margin_call(Decimal(net), Decimal(100), Decimal(50))
    assert call == Decimal(called)


def test_the_minimum_is_compared_before_rounding():
    almost = Fraction(50) - Fraction(1, 1000)
    assert margin.margin_call(almost, Decimal(0), Decimal(50)) == 0


repos = st.builds(Accelerated, signed, cents, st.booleans())


@given(st.lists(repos), st.lists(cents), st.lists(cents))
def test_a_close_out_is_the_same_sum_for_both_sides(set_of_repos, due_to, due_by):
    mirrored = [
        replace(repo, non_defaulter_buys=not repo.non_defaulter_buys) for repo in set_of_repos
    ]
    net = close_out(set_of_repos, due_to, due_by)
    assert close_out(mirrored, due_by, due_to) == -net


@given(repos, repos, cents)
def test_a_close_out_adds_up_repo_by_repo(one, other, held):
    assert close_out([one, other], due_by=[held]) == (
        close_out([one]) + close_out([other]) - Fraction(held)
    )
