"""The most value: against every set there is, and truthful where time runs out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.analytics.obligations import Obligation
from settlement.analytics.queueing.gridlock import largest
from settlement.analytics.queueing.gross import bypass
from settlement.analytics.queueing.optimum import best
from tests.unit.analytics.queueing.queues import (
    ids,
    instruction,
    is_feasible,
    pays,
    queues,
    subsets,
    value,
)

BIG = 10**18
LONG = 30.0


def most_value(obligations, balances):
    return max(value(chosen) for chosen in subsets(obligations) if is_feasible(chosen, balances))


@given(queues())
def test_no_set_is_worth_more(queue):
    obligations, balances = queue
    found = best(obligations, balances, LONG)
    assert is_feasible(found.settled, balances)
    assert found.value == value(found.settled) == most_value(obligations, balances)
    assert (found.bound, found.gap, found.proven) == (found.value, 0, True)


@given(queues(st.integers(BIG - 2, BIG + 2)), st.lists(st.integers(BIG - 2, BIG + 2), min_size=7))
def test_neither_where_amounts_and_values_are_too_large_for_floats(queue, values):
    obligations, balances = queue
    valued = [
        Obligation(each.id, much, each.moves)
        for each, much in zip(obligations, values, strict=False)
    ]
    found = best(valued, balances, LONG)
    assert is_feasible(found.settled, balances)
    assert found.value == most_value(valued, balances)
    assert found.proven


@given(queues(), st.sampled_from([0.0, 1e-9]))
def test_without_time_it_is_the_greedy_set_and_the_bound_holds(queue, seconds):
    obligations, balances = queue
    found = best(obligations, balances, seconds)
    assert is_feasible(found.settled, balances)
    assert found.value >= max(value(rule(obligations, balances)) for rule in (largest, bypass))
    assert found.value <= most_value(obligations, balances) <= found.bound
    assert found.proven == (found.value == found.bound)


def test_greedy_adds_what_still_fits_highest_value_first():
    queue = [pays("1", *"AB", 9), pays("2", *"AB", 3), pays("3", *"AB", 5)]
    found = best(queue, {("A", "USD"): 5}, 0)
    assert (ids(found.settled), found.value, found.bound) == (["3"], 5, 17)
    assert not found.proven


def test_greedy_tries_again_what_a_later_credit_lets_fit():
    through = instruction("3", ("A", "B", "USD", 8), ("D", "A", "USD", 8))
    queue = [pays("1", *"DC", 100), pays("2", *"BC", 8), through]
    assert ids(best(queue, {("D", "USD"): 8}, 0).settled) == ["2", "3"]


def test_skipping_one_may_be_worth_more_than_settling_it():
    queue = [pays("1", *"AB", 60), pays("2", *"AC", 50), pays("3", *"AD", 50)]
    found = best(queue, {("A", "USD"): 100}, LONG)
    assert (ids(found.settled), found.value, found.proven) == (["2", "3"], 100, True)


def test_a_set_that_floats_take_for_feasible_does_not_settle():
    queue = [pays("1", *"AB", BIG + 1), pays("2", *"BC", BIG)]
    found = best(queue, {("A", "USD"): BIG}, LONG)
    assert (found.settled, found.value, found.proven) == ([], 0, True)
    assert best(queue, {("A", "USD"): BIG + 1}, LONG).settled == queue


def test_what_floats_take_for_feasible_settles_with_the_credit_it_lacks():
    queue = [
        instruction("1", ("C", "D", "USD", 1), value=3),
        instruction("2", ("A", "B", "USD", BIG + 1), value=5),
        instruction("3", ("C", "A", "USD", 1), value=1),
    ]
    found = best(queue, {("A", "USD"): BIG, ("C", "USD"): 1}, LONG)
    assert (ids(found.settled), found.proven) == (["2", "3"], True)


def test_values_that_floats_take_for_equal_are_told_apart():
    queue = [
        Obligation(id, value, pays(id, *"AB", 1).moves)
        for id, value in (("1", BIG), ("2", BIG + 1), ("3", BIG - 1))
    ]
    found = best(queue, {("A", "USD"): 1}, LONG)
    assert (ids(found.settled), found.value, found.proven) == (["2"], BIG + 1, True)


def test_what_the_solver_prints_does_not_reach_standard_output(monkeypatch, capfd):
    import ctypes

    import scipy.optimize

    solve = scipy.optimize.milp

    def loud(*arguments, **options):
        ctypes.CDLL(None).puts(b"noise")
        return solve(*arguments, **options)

    monkeypatch.setattr(scipy.optimize, "milp", loud)
    best([pays("1", *"AB", 2)], {("A", "USD"): 1}, LONG)
    ctypes.CDLL(None).fflush(None)
    print("after", flush=True)
    assert capfd.readouterr().out == "after\n"


@pytest.mark.parametrize("dual", [-17.6, float("-inf"), None])
def test_a_search_that_is_stopped_leaves_its_bound(monkeypatch, dual):
    class Stopped:
        status, x, mip_dual_bound = 1, None if dual is None else [0.0, 1.0, 0.0], dual

    monkeypatch.setattr("scipy.optimize.milp", lambda *_, **__: Stopped)
    queue = [pays("1", *"AB", 12), pays("2", *"AB", 3), pays("3", *"AB", 5)]
    found = best(queue, {("A", "USD"): 5}, 0.2)
    assert ids(found.settled) == ["3"]
    assert found.bound == (17 if dual == -17.6 else 20)
