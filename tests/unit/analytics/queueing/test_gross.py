"""One by one: against rules written out as plainly as can be."""

from collections import Counter

from hypothesis import given

from settlement.analytics.queueing.gross import bypass, first_in_first_out
from tests.unit.analytics.queueing.queues import (
    debited,
    ids,
    instruction,
    is_feasible,
    pays,
    queues,
)


@given(queues(most=12))
def test_first_in_first_out_is_the_plain_rule(queue):
    obligations, balances = queue
    ends, waiting, settled = Counter(balances), list(obligations), []
    while free := [
        each
        for place, each in enumerate(waiting)
        if covered(each, ends)
        and not any(debited(each) & debited(before) for before in waiting[:place])
    ]:
        settle(free[0], ends)
        waiting.remove(free[0])
        settled.append(free[0])
    assert first_in_first_out(obligations, balances) == settled


@given(queues(most=12))
def test_bypass_is_the_plain_rule(queue):
    obligations, balances = queue
    ends, settled, before = Counter(balances), [], -1
    while before < len(settled):
        before = len(settled)
        for each in obligations:
            if each not in settled and covered(each, ends):
                settle(each, ends)
                settled.append(each)
    assert bypass(obligations, balances) == settled


@given(queues(most=12))
def test_no_account_is_below_zero_after_any_settlement(queue):
    obligations, balances = queue
    for rule in (first_in_first_out, bypass):
        settled = rule(obligations, balances)
        assert all(is_feasible(settled[:count], balances) for count in range(len(settled) + 1))


def test_credits_fund_the_ones_after():
    queue = [pays("1", *"BC", 5), pays("2", *"AB", 5)]
    assert ids(first_in_first_out(queue, {("A", "USD"): 5})) == ["2", "1"]


def test_nobody_passes_the_head_of_a_queue():
    queue = [pays("1", *"AB", 9), pays("2", *"AB", 1)]
    assert first_in_first_out(queue, {("A", "USD"): 8}) == []
    assert ids(bypass(queue, {("A", "USD"): 8})) == ["2"]


def test_bypass_scans_to_the_end_before_it_starts_again():
    queue = [pays("1", *"BC", 5), pays("2", *"AB", 5), pays("3", *"BD", 5)]
    assert ids(bypass(queue, {("A", "USD"): 5})) == ["2", "3"]


def test_debits_of_one_account_are_summed_and_its_credits_are_not_counted():
    each = instruction("1", ("A", "B", "USD", 5), ("A", "C", "USD", 5), ("C", "A", "USD", 5))
    for rule in (first_in_first_out, bypass):
        assert rule([each], {("A", "USD"): 9, ("C", "USD"): 5}) == []
        assert rule([each], {("A", "USD"): 10, ("C", "USD"): 5}) == [each]


def test_bypass_may_settle_less():
    queue = [pays("1", *"AB", 100), pays("2", *"AC", 50), pays("3", *"DA", 50)]
    balances = {("A", "USD"): 50, ("D", "USD"): 50}
    assert ids(first_in_first_out(queue, balances)) == ["3", "1"]
    assert ids(bypass(queue, balances)) == ["2", "3"]


def test_a_long_chain_that_funds_itself_backwards():
    count = 5_000
    queue = [pays(f"{n}", f"{n + 1}", f"{n}", 1) for n in range(count)]
    for rule in (first_in_first_out, bypass):
        assert len(rule(queue, {(f"{count}", "USD"): 1})) == count


def covered(each, ends):
    needed = Counter()
    for move in each.moves:
        needed[move.giver, move.asset] += move.amount
    return all(ends[account] >= amount for account, amount in needed.items())


def settle(each, ends):
    for move in each.moves:
        ends[move.giver, move.asset] -= move.amount
        ends[move.taker, move.asset] += move.amount
