"""The largest set that skips nobody, against every set there is."""

import pytest
from hypothesis import given

from settlement.analytics.queueing.gridlock import largest
from settlement.analytics.queueing.gross import first_in_first_out
from settlement.errors import BadInput
from tests.unit.analytics.queueing.queues import (
    ids,
    instruction,
    is_feasible,
    pays,
    queues,
    skips_nobody,
    subsets,
)


@given(queues())
def test_it_is_fit_and_contains_every_other_fit_set(queue):
    obligations, balances = queue
    settled = largest(obligations, balances)
    fit = [
        chosen
        for chosen in subsets(obligations)
        if is_feasible(chosen, balances) and skips_nobody(chosen, obligations)
    ]
    assert settled in fit
    assert all(set(ids(chosen)) <= set(ids(settled)) for chosen in fit)


@given(queues(most=30))
def test_it_contains_what_settles_one_by_one(queue):
    assert set(ids(first_in_first_out(*queue))) <= set(ids(largest(*queue)))


def test_four_payments_of_which_the_last_is_too_much():
    # the vector ubin-four of tests/vectors/queues.json
    queue = [
        pays("1", *"AB", 80),
        pays("2", *"BC", 70),
        pays("3", *"CA", 90),
        pays("4", *"AB", 200),
    ]
    balances = {("A", "USD"): 50, ("B", "USD"): 60, ("C", "USD"): 70}
    assert ids(largest(queue, balances)) == ["1", "2", "3"]


def test_dropping_takes_a_credit_away_from_somebody_else():
    queue = [pays("1", *"AB", 5), pays("2", *"BC", 5), pays("3", *"CD", 5), pays("4", *"EF", 5)]
    assert largest(queue, {}) == []
    assert ids(largest(queue, {("E", "USD"): 5})) == ["4"]


def test_what_stands_behind_a_dropped_one_in_another_queue_is_dropped():
    queue = [
        instruction("1", ("A", "B", "USD", 9), ("A", "B", "T", 1)),
        instruction("2", ("A", "C", "T", 1)),
    ]
    assert largest(queue, {("A", "T"): 2}) == []


def test_an_instruction_funds_itself():
    through = instruction("1", ("A", "B", "USD", 9), ("B", "A", "USD", 9))
    assert largest([through], {}) == [through]
    assert first_in_first_out([through], {}) == []


def test_one_that_funds_itself_still_stands_in_the_queue():
    queue = [
        pays("1", *"AB", 9),
        instruction("2", ("A", "B", "USD", 1), ("C", "A", "USD", 1)),
    ]
    assert largest(queue, {("C", "USD"): 1}) == []


def test_a_dropped_one_may_be_the_last_although_an_earlier_one_is_larger():
    queue = [pays("1", *"AB", 9), pays("2", *"AB", 1)]
    assert ids(largest(queue, {("A", "USD"): 9})) == ["1"]
    assert largest(queue, {("A", "USD"): 8}) == []


def test_one_that_debits_an_account_twice():
    twice = instruction("1", ("A", "B", "USD", 5), ("A", "C", "USD", 5))
    assert largest([twice], {("A", "USD"): 9}) == []
    assert largest([twice], {("A", "USD"): 10}) == [twice]


def test_amounts_that_no_float_tells_apart():
    big = 10**18
    queue = [pays("1", *"AB", big + 1), pays("2", *"BC", big)]
    assert largest(queue, {("A", "USD"): big}) == []
    assert largest(queue, {("A", "USD"): big + 1}) == queue


def test_a_balance_below_zero_is_refused():
    with pytest.raises(BadInput, match="a balance below zero given"):
        largest([pays("1", *"AB", 1)], {("A", "USD"): -1})


def test_nothing_waits():
    assert largest([], {("A", "USD"): 1}) == []
