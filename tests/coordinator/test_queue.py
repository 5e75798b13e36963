"""The queue of trades that wait: what each rule settles on the chain, and why the rest waits."""

from decimal import Decimal

import pytest

from settlement.coordinator import queue
from settlement.coordinator.queue import Rule
from settlement.errors import BadInput

ALL_RULES = list(Rule)


@pytest.fixture
def banks(market):
    """Three banks, each with 100 of a security of its own and no cash."""
    market.add_cash("USD")
    for number in (1, 2, 3):
        market.add_security(f"T-{number}")
    for number in (1, 2, 3):
        market.add_participant(f"bank {number}", securities={f"T-{number}": 100})
    return market


@pytest.fixture
def market():
    """An empty one."""
    from settlement.market import Market

    return Market.open()


def sell(market, name, seller, buyer, security, quantity=100, amount="100.00"):
    terms = (f"bank {seller}", f"bank {buyer}", f"T-{security}", quantity, "USD", Decimal(amount))
    market.dvp.sign(name, market.dvp.match(*market.instructions(name, *terms)))


def pay_in(market, bank, amount):
    market.onboarding.issue_cash(f"bank {bank}", "USD", Decimal(amount))


def ring(market):
    for seller, buyer in ((1, 2), (2, 3), (3, 1)):
        sell(market, f"{seller}", seller, buyer, seller)


def waiting(run):
    return {each.reference: each.why for each in run.waiting}


@pytest.mark.parametrize("rule", [Rule.FIFO, Rule.BYPASS])
def test_a_ring_without_cash_waits_gross(banks, rule):
    ring(banks)
    before, run = banks.balances(), banks.queue.run(rule)
    assert run.settled == ()
    assert waiting(run) == {
        "1": ("bank 2 is short of 100.00 USD",),
        "2": ("bank 3 is short of 100.00 USD",),
        "3": ("bank 1 is short of 100.00 USD",),
    }
    assert banks.balances() == before
    assert banks.journal.settlements == 0


@pytest.mark.parametrize("rule", [Rule.LARGEST, Rule.MOST_VALUE])
def test_a_ring_without_cash_settles_at_one_moment(banks, rule):
    ring(banks)
    sent, run = banks.journal.transactions, banks.queue.run(rule)
    assert (run.settled, run.waiting) == (("1", "2", "3"), ())
    assert banks.journal.transactions == sent + 1
    held = {
        (name, symbol): held for name, of in banks.balances().items() for symbol, held in of.items()
    }
    assert [held["bank 2", "T-1"], held["bank 3", "T-2"], held["bank 1", "T-3"]] == [100] * 3
    assert all(held[f"bank {number}", "USD"] == 0 for number in (1, 2, 3))


def test_gross_settles_as_soon_as_one_can_begin(banks):
    """One bank's cash goes round and pays all three."""
    ring(banks)
    pay_in(banks, 2, "100.00")
    assert banks.queue.run(Rule.FIFO).settled == ("1", "3", "2")
    assert banks.cash("bank 2", "USD") == Decimal("100.00")


def test_in_order_a_trade_waits_behind_one_that_cannot_settle(banks):
    """Though nothing is lacking for it: the other comes first in its seller's queue."""
    sell(banks, "A", 1, 2, 1, quantity=50)
    sell(banks, "B", 1, 3, 1, quantity=50)
    pay_in(banks, 3, "100.00")
    run = banks.queue.run(Rule.FIFO)
    assert run.settled == ()
    assert waiting(run)["B"] == ("A comes first in bank 1's queue of T-1",)
    assert not any(each.parked for each in run.waiting)
    assert banks.queue.run(Rule.LARGEST).settled == ()
    assert banks.queue.run(Rule.BYPASS).settled == ("B",)


def test_the_most_value_leaves_out_whom_it_must(banks):
    """One holding of 100: 60 of it for 30.00, or all of it for 50.00."""
    sell(banks, "A", 1, 2, 1, quantity=60, amount="30.00")
    sell(banks, "B", 1, 3, 1, quantity=100, amount="50.00")
    for bank in (2, 3):
        pay_in(banks, bank, "100.00")
    run = banks.queue.run(Rule.MOST_VALUE)
    assert run.settled == ("B",)
    assert run.bound == 50_000_000
    assert waiting(run) == {"A": ("bank 1 is short of 60 T-1",)}


def test_without_time_for_a_proof_the_bound_says_what_might_be(banks, monkeypatch):
    monkeypatch.setattr(queue, "SECONDS", 0.0)
    sell(banks, "A", 1, 2, 1, quantity=60, amount="30.00")
    sell(banks, "B", 1, 3, 1, quantity=100, amount="50.00")
    for bank in (2, 3):
        pay_in(banks, bank, "100.00")
    run = banks.queue.run(Rule.MOST_VALUE)
    assert len(run.settled) == 1
    assert run.bound == 80_000_000


@pytest.mark.parametrize("rule", ALL_RULES)
def test_one_holding_is_never_sold_twice(banks, rule):
    """100 held and two trades of 80 (behaviour 16)."""
    for name, buyer in (("A", 2), ("B", 3)):
        pay_in(banks, buyer, "100.00")
        sell(banks, name, 1, buyer, 1, quantity=80)
    run = banks.queue.run(rule)
    assert len(run.settled) == len(run.waiting) == 1
    assert banks.balance("bank 1", "T-1") == 20


@pytest.mark.parametrize("rule", [Rule.LARGEST, Rule.MOST_VALUE])
def test_equal_and_opposite_trades_settle_with_nothing_moving(banks, rule):
    """By whoever has neither asset (behaviour 17)."""
    sell(banks, "A", 1, 2, 3)
    sell(banks, "B", 2, 1, 3)
    before = banks.balances()
    assert banks.queue.run(rule).settled == ("A", "B")
    assert banks.balances() == before


@pytest.mark.parametrize("rule", ALL_RULES)
def test_a_trade_that_is_parked_holds_up_nobody_and_keeps_its_place(banks, rule):
    pay_in(banks, 2, "100.00")
    pay_in(banks, 3, "100.00")
    sell(banks, "A", 1, 2, 1)
    sell(banks, "B", 1, 3, 1, quantity=40)
    banks.onboarding.suspend("bank 2", "checked")
    run = banks.queue.run(rule)
    assert run.settled == ("B",)
    (parked,) = run.waiting
    assert (parked.reference, parked.parked) == ("A", True)
    assert parked.why[0] == "bank 2's wallet is suspended"
    banks.onboarding.reinstate("bank 2", "fine")
    sell(banks, "C", 1, 2, 1, quantity=60, amount="60.00")
    run = banks.queue.run(Rule.FIFO)
    assert run.settled == ()
    assert "A" in waiting(run)
    assert "C" in waiting(run)


@pytest.mark.parametrize("rule", ALL_RULES)
def test_what_is_frozen_or_paused_is_not_there(banks, rule):
    pay_in(banks, 2, "100.00")
    sell(banks, "A", 1, 2, 1)
    banks.onboarding.freeze("bank 2", "USD", 1)
    assert waiting(banks.queue.run(rule)) == {"A": ("bank 2 is short of 0.000001 USD",)}
    banks.onboarding.freeze("bank 2", "USD", 0)
    banks.onboarding.pause("T-1", "checked")
    assert waiting(banks.queue.run(rule)) == {"A": ("T-1 is paused",)}
    banks.onboarding.unpause("T-1", "fine")
    assert banks.queue.run(rule).settled == ("A",)


@pytest.mark.parametrize("rule", ALL_RULES)
def test_nothing_waits(banks, rule):
    sent, run = banks.journal.transactions, banks.queue.run(rule)
    assert (run.settled, run.waiting, banks.journal.transactions) == ((), (), sent)


def test_more_than_one_transaction_carries_is_refused_before_anything_is_sent(banks):
    """At one moment (behaviour 38); one by one it takes as many as it needs."""
    pay_in(banks, 2, "101.00")
    for number in range(101):
        sell(banks, str(number), 1, 2, 1, quantity=1, amount="1.00")
    banks.onboarding.deposit("bank 1", "T-1", 1)
    banks.onboarding.tokenize("bank 1", "T-1", 1)
    before = banks.balances()
    with pytest.raises(BadInput, match="do not fit one transaction, which carries 100"):
        banks.queue.run(Rule.LARGEST)
    assert banks.balances() == before
    assert len(banks.queue.run(Rule.FIFO).settled) == 101
