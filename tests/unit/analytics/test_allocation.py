"""Allocation: the need is covered, no limit broken, nothing taken that is not there, exactly."""

from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace

import pytest
import scipy.optimize
from hypothesis import given
from hypothesis import strategies as st

from settlement.analytics.allocation import Allocation, Group, Limit, Lot, Objective, allocate
from settlement.errors import BadInput

BEST, CHEAPEST = Objective
CENT = Fraction(1, 100)

haircuts = st.sampled_from(["0", "0.02", "0.02", "0.05", "0.08", "0.15", "0.5"]).map(Decimal)
kinds = st.sampled_from(["note", "bond"])
issuers = st.sampled_from(["X", "Y", "Z"])
needs = st.integers(1, 10**10).map(Decimal)
valued = st.builds(
    lambda cents, haircut, kind, issuer: {
        "quantity": Decimal(cents) / 100,
        "haircut": haircut,
        "kind": kind,
        "issuer": issuer,
    },
    st.integers(1, 10**12),
    haircuts,
    kinds,
    issuers,
)
counted = st.builds(
    lambda quantity, price, haircut, kind, issuer: {
        "quantity": Decimal(quantity * 1000),
        "price": price,
        "denomination": Decimal(1000),
        "haircut": haircut,
        "kind": kind,
        "issuer": issuer,
    },
    st.integers(1, 10**7),
    st.decimals(Decimal("0.1"), 2, places=4),
    haircuts,
    kinds,
    issuers,
)
pools = st.lists(st.one_of(valued, counted), min_size=1, max_size=6).map(
    lambda lots: [Lot(name=f"L{place}", **lot) for place, lot in enumerate(lots)]
)
limits = st.lists(
    st.builds(
        Limit,
        st.sampled_from(Group),
        st.sampled_from(["0.1", "0.25", "0.33", "0.5", "0.8", "1"]).map(Decimal),
        st.sampled_from(["", "", "X", "note", "L0"]),
    ),
    max_size=3,
)


def lot(name, value, haircut, **more):
    return Lot(name=name, quantity=Decimal(value), haircut=Decimal(haircut), **more)


def greedy(need, lots):
    """Without limits: full lots in their order, and a part of the last."""
    left, values = Fraction(need), {}
    for each in lots:
        taken = min(left, each.value)
        if taken:
            values[each.name] = taken
            left -= taken
    return values


@given(needs, pools, st.sampled_from(Objective), limits)
def test_it_is_exact_and_within_all_limits(need, lots, objective, rules):
    found = allocate(need, lots, objective, rules)
    total = sum(found.values.values(), Fraction(0))
    assert total + found.short == need
    assert found.short >= 0
    for each in lots:
        assert 0 <= found.values.get(each.name, 0) <= each.value
    for rule in rules:
        together = {}
        for each in lots:
            group = rule.by.of(each)
            together[group] = together.get(group, 0) + found.values.get(each.name, 0)
        for name, value in together.items():
            assert rule.of not in ("", name) or value <= Fraction(rule.share) * total


@given(needs, pools, st.sampled_from(Objective), limits)
def test_quantities_are_whole_denominations_that_are_there_and_no_more_than_needed(
    need, lots, objective, rules
):
    found = allocate(need, lots, objective, rules)
    for each in lots:
        quantity, piece = found.quantities.get(each.name, 0), Fraction(each.denomination)
        assert quantity % piece == 0
        assert 0 <= quantity <= each.quantity
        value = found.values.get(each.name, 0)
        assert value <= quantity * each.unit_value < value + piece * each.unit_value


@given(needs, pools)
def test_without_limits_lots_are_filled_in_order_of_their_haircuts(need, lots):
    best = sorted(lots, key=lambda each: each.haircut)
    cheapest = sorted(lots, key=lambda each: -each.haircut)
    assert allocate(need, lots, BEST).values == greedy(need, best)
    assert allocate(need, lots, CHEAPEST).values == greedy(need, cheapest)


@given(needs, pools)
def test_it_is_short_by_what_the_lots_are_short_of(need, lots):
    there = sum(each.value for each in lots)
    assert allocate(need, lots, BEST).short == max(Fraction(need) - there, 0)


def test_equal_lots_go_in_the_order_given():
    lots = [lot("B", 60, "0.02"), lot("A", 60, "0.02")]
    assert allocate(Decimal(98), lots, BEST).quantities == {"B": 60, "A": 40}
    assert allocate(Decimal(98), lots, CHEAPEST).quantities == {"B": 60, "A": 40}


def test_a_limit_moves_the_rest_to_the_next_best():
    lots = [lot("A", 100, 0, issuer="X"), lot("B", 100, "0.5", issuer="Y")]
    limit = Limit(Group.ISSUER, Decimal("0.6"))
    assert allocate(Decimal(100), lots, BEST, [limit]).values == {"A": 60, "B": 40}


def test_a_limit_of_one_leaves_the_others_alone():
    lots = [lot("A", 100, 0, kind="bond"), lot("B", 100, "0.5", kind="note")]
    of_notes = Limit(Group.KIND, Decimal("0.1"), "note")
    assert allocate(Decimal(100), lots, BEST, [of_notes]).values == {"A": 100}
    assert allocate(Decimal(100), lots, CHEAPEST, [of_notes]).values == {"A": 90, "B": 10}


def test_limits_count_shares_of_what_is_covered_when_lots_fall_short():
    """30 of B may be half of all, so that no more than 60 are covered although A has 1,000."""
    lots = [lot("A", 1000, 0), lot("B", 30, 0)]
    found = allocate(Decimal(100), lots, BEST, [Limit(Group.SECURITY, Decimal("0.5"))])
    assert (found.values, found.short) == ({"A": 30, "B": 30}, 40)


def test_crossing_limits_leave_what_satisfies_both():
    lots = [
        lot("A", 100, 0, issuer="X", kind="note"),
        lot("B", 100, "0.1", issuer="X", kind="bond"),
        lot("C", 100, "0.2", issuer="Y", kind="note"),
        lot("D", 100, "0.4", issuer="Y", kind="bond"),
    ]
    half = Decimal("0.5")
    rules = [Limit(Group.ISSUER, half), Limit(Group.KIND, half)]
    # A and D cost 0.4 a pair, B and C 0.3.
    assert allocate(Decimal(100), lots, BEST, rules).values == {"B": 50, "C": 50}
    assert allocate(Decimal(100), lots, CHEAPEST, rules).values == {"A": 50, "D": 50}


def test_a_limit_that_nobody_can_keep_leaves_all_short():
    found = allocate(
        Decimal(100), [lot("A", 1000, 0)], BEST, [Limit(Group.SECURITY, Decimal("0.5"))]
    )
    assert found == Allocation({}, {}, Fraction(100))


def test_one_cent_is_told_from_nothing_beside_a_trillion():
    lots = [lot("A", "0.01", 0), lot("B", "1000000000000", "0.02")]
    need = Decimal("980000000000.01")
    found = allocate(need, lots, BEST)
    assert found.values == {"A": CENT, "B": Fraction(980_000_000_000)}
    assert found.short == 0
    assert allocate(need + Decimal("0.01"), lots, BEST).short == CENT


@pytest.mark.parametrize(
    "answer",
    [SimpleNamespace(x=None), SimpleNamespace(x=[0.3, 0.3]), SimpleNamespace(x=[2.5, 1.0])],
    ids=["none", "between", "outside"],
)
def test_a_solver_that_errs_is_found_out(monkeypatch, answer):
    monkeypatch.setattr(scipy.optimize, "linprog", lambda *_, **__: answer)
    with pytest.raises(BadInput, match="differ too much in size"):
        allocate(Decimal(100), [lot("A", 200, 0)], BEST)
