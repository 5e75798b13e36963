"""The ledger of every story against its market, and cash that was needed against brute force."""

from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.reporting.ledger import FUNDING, Ledger, Movement
from settlement.reporting.methods import SettlementMethod
from settlement.scenario import catalogue
from tests.unit.page.made import played, settled

_, CASH_NET, NET, _ = SettlementMethod
NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
FIRMS = ["A", "B", "C"]


@pytest.fixture(params=catalogue.names())
def told(request):
    return played(request.param)


# what happened on a market


def test_movements_add_up_to_positions(told):
    _, _, ledger = told
    held = Counter()
    for each in ledger.movements:
        held[each.source, each.asset] -= each.amount
        held[each.target, each.asset] += each.amount
    there = {key: amount for key, amount in held.items() if amount and key[0]}
    assert there == {(each.wallet, each.asset): each.register for each in ledger.positions}


def test_the_register_is_what_the_chain_says(told):
    _, _, ledger = told
    assert [each for each in ledger.positions if each.register != each.chain] == []


def test_gas_and_transactions_are_the_story_s(told):
    _, story, ledger = told
    assert sum(each.gas for each in ledger.gas) == story.gas
    assert sum(each.times for each in ledger.gas) == story.transactions


def test_who_signed_for_a_trade_or_a_repo_names_one(told):
    """Terms that were signed again with less, as in partial delivery, have lost their name."""
    runner, story, ledger = told
    for each in ledger.consents:
        if each.what == "Trade":
            assert runner.market.dvp.booked(each.subject)
        elif each.what.startswith("Repo") and story.name != "Partial delivery":
            assert runner.market.repo.booked(each.subject)
        elif each.what in {"NettedTrade", "NetStatement", "CycleBurn"}:
            assert each.subject.startswith("cycle ")


def test_what_settled_names_a_trade_or_a_repo_and_parties(told):
    runner, _, ledger = told
    parties = {party.name for party in runner.market.directory.parties()}
    for each in ledger.movements:
        assert bool(each.source or each.target)
        if each.reason in {"Opened", "Closed"}:
            assert runner.market.repo.booked(each.subject)
        if each.reason in {"Settled", "Opened", "Closed", "CycleSettled"}:
            assert {each.source, each.target} <= parties | {"tri-party custody"}


def test_trades_that_settle_together_are_one_subject():
    _, ledger = settled(CASH_NET)
    assert {each.subject for each in ledger.movements if each.reason == "Settled"} == {
        "1 and 2",
        "3",
    }
    _, _, ring = played("ring")
    assert {each.subject for each in ring.movements if each.reason == "Settled"} == {"1 and 2 more"}


def test_a_cycle_is_one_subject():
    _, ledger = settled(NET)
    found = {each.subject for each in ledger.movements if each.reason == "CycleSettled"}
    assert found == {"cycle 1", "cycle 2"}


def test_margin_is_between_two():
    _, _, ledger = played("margin-call")
    about = {each.subject for each in ledger.consents if each.what.startswith("Margin")}
    assert about == {"dealer and fund"}


def test_what_was_refused_is_counted_apart():
    _, _, ledger = played("day")
    times = {each.what: each.times for each in ledger.gas}
    assert (times["Settlement.settle"], times["Settlement.settle, refused"]) == (1, 2)


# the cash that was needed

movements = st.builds(
    Movement,
    time=st.just(NINE),
    asset=st.sampled_from(["USD", "BOND"]),
    source=st.sampled_from(FIRMS),
    target=st.sampled_from(FIRMS),
    amount=st.integers(1, 10**9).map(lambda cents: Decimal(cents) / 100),
    reason=st.sampled_from(["Settled", "Closed", "MarginPaid", *FUNDING]),
    subject=st.just(""),
)


def lowest_start(firm, paid):
    """The least that a firm can begin with and never be below nothing."""
    changes = [each.amount * ((each.target == firm) - (each.source == firm)) for each in paid]
    return -min(accumulate(changes, initial=Decimal(0)))


@given(st.lists(movements, max_size=30))
def test_cash_needed_is_the_least_to_begin_with(moved):
    ledger = Ledger(currency="USD", movements=moved, consents=[], gas=[], positions=[])
    paid = [each for each in moved if each.asset == "USD" and each.reason not in FUNDING]
    expected = {firm: lowest_start(firm, paid) for firm in FIRMS}
    needed = ledger.cash_needed()
    assert {firm: needed.get(firm, Decimal(0)) for firm in FIRMS} == expected
    assert all(needed.values())
