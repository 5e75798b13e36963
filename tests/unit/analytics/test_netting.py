"""Netting: what it saves, and what settlement needs with and without it."""

from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.analytics.netting import Bounds, bounds, gross, netted_share, paid_net
from settlement.analytics.obligations import Move, Obligation, against_payment, nets
from settlement.analytics.queueing.gross import first_in_first_out

PARTIES = ("A", "B", "C", "D")

pairs = st.permutations(PARTIES).map(lambda names: names[:2])
amounts = st.integers(1, 50)


def numbered(made):
    """Lists of obligations with ids of their own."""
    return st.lists(made, max_size=8).map(
        lambda found: [
            Obligation(str(number), each.value, each.moves) for number, each in enumerate(found)
        ]
    )


trades = st.builds(
    lambda pair, security, quantity, amount: against_payment(
        "", *pair, security, quantity, "USD", amount
    ),
    pairs,
    st.sampled_from("ST"),
    amounts,
    amounts,
)
flows = numbered(trades)
moves = st.builds(
    lambda pair, asset, amount: Move(*pair, asset, amount),
    pairs,
    st.sampled_from(["USD", "EUR", "S"]),
    amounts,
)
whatever = numbered(
    st.builds(
        lambda value, several: Obligation("", value, tuple(several)),
        amounts,
        st.lists(moves, min_size=1, max_size=4),
    )
)


def paid(number, buyer, seller, amount):
    """A trade of which only the cash is of interest."""
    return against_payment(str(number), seller, buyer, "S", 1, "USD", amount)


def settles_all(obligations, cash):
    """Whether all settle one by one in their order, with as many securities as that takes."""
    held = Counter({(member, "USD"): amount for member, amount in cash.items()})
    for obligation in obligations:
        for giver, _, asset, amount in obligation.moves:
            if asset != "USD":
                continue
            held[giver, asset] -= amount
            if held[giver, asset] < 0:
                return False
        for _, taker, asset, amount in obligation.moves:
            held[taker, asset] += amount
    return True


@given(whatever)
def test_nets_sum_to_zero_and_are_gross_in_less_gross_out(obligations):
    found = nets(obligations)
    for asset in ("USD", "EUR", "S"):
        assert sum(net for (_, moved), net in found.items() if moved == asset) == 0
    each = [move for obligation in obligations for move in obligation.moves]
    for (party, asset), net in found.items():
        got = sum(move.amount for move in each if (move.taker, move.asset) == (party, asset))
        gave = sum(move.amount for move in each if (move.giver, move.asset) == (party, asset))
        assert net == got - gave


@given(whatever, st.randoms(use_true_random=False))
def test_the_order_changes_upper_bounds_and_nothing_else(obligations, random):
    shuffled = random.sample(obligations, len(obligations))
    assert nets(shuffled) == nets(obligations)
    assert paid_net(shuffled, "USD") == paid_net(obligations, "USD")
    before, after = bounds(obligations, "USD"), bounds(shuffled, "USD")
    assert {name: each.lower for name, each in before.items()} == {
        name: each.lower for name, each in after.items()
    }


@given(whatever)
def test_lower_bounds_are_the_net_debits_and_pay_the_net_credits(obligations):
    found = bounds(obligations, "USD")
    positions = {name: net for (name, asset), net in nets(obligations).items() if asset == "USD"}
    assert {name: each.lower for name, each in found.items()} == {
        name: max(0, -net) for name, net in positions.items()
    }
    assert paid_net(obligations, "USD") == sum(max(0, net) for net in positions.values())
    assert all(each.lower <= each.upper for each in found.values())


@given(whatever)
def test_upper_bounds_are_the_least_with_which_all_settle_one_by_one(obligations):
    found = bounds(obligations, "USD")
    enough = {name: each.upper for name, each in found.items()}
    assert settles_all(obligations, enough)
    for name, upper in enough.items():
        assert not upper or not settles_all(obligations, {**enough, name: upper - 1})


@given(flows)
def test_with_the_upper_bounds_of_every_asset_a_queue_settles_to_its_end(obligations):
    accounts = {
        (name, asset): each.upper
        for asset in ("USD", "S", "T")
        for name, each in bounds(obligations, asset).items()
    }
    assert first_in_first_out(obligations, accounts) == obligations


def test_bounds_of_a_ring_lie_between_nothing_and_one_payment():
    ring = [paid(1, "A", "B", 100), paid(2, "B", "C", 100), paid(3, "C", "A", 100)]
    assert bounds(ring, "USD") == {"A": Bounds(0, 100), "B": Bounds(0, 0), "C": Bounds(0, 0)}
    assert (gross(ring), paid_net(ring, "USD")) == (300, 0)


def test_what_an_obligation_credits_is_there_for_those_after_it():
    """A pays 70 and gets 50 in one obligation: 70 settle it by itself, 20 are its net."""
    exchange = Obligation("1", 70, (Move("A", "B", "USD", 70), Move("B", "A", "USD", 50)))
    assert bounds([exchange], "USD") == {"A": Bounds(20, 70), "B": Bounds(0, 50)}


@pytest.mark.parametrize(
    ("gross_value", "net_value", "share"),
    [
        (3_871_250_000, 1_425_000_000, "63.19"),
        (7_923_000_000, 1_396_500_000, "82.37"),
        (100, 100, "0.00"),
        (100, 0, "100.00"),
        (20_000, 19_999, "0.01"),
        (20_001, 20_000, "0.00"),
    ],
)
def test_the_netted_share_is_rounded_half_up(gross_value, net_value, share):
    found = netted_share(gross_value, net_value)
    assert (found, str(found)) == (Decimal(share), share)
