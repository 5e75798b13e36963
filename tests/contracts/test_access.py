"""The access lists: each entry is used, and with them everything costs less.

A word or an address that is used costs 100 gas less when listed; an unused one 1,900 or 2,400 more.
So each entry proves itself: without it the transaction costs exactly 100 more.
"""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from settlement.coordinator.cycle import Window
from settlement.coordinator.deals import Deal
from settlement.coordinator.dvp import ALL_OR_NONE, BEST_EFFORT
from settlement.model.asset import SecurityKind
from settlement.model.cycle import for_cycle
from settlement.model.policy import by_kind
from settlement.model.repo import Method

PRICE = Decimal("1.0075")
SAVED = 100


class Caught(Exception):
    """Stops a desk where it would send."""


@pytest.fixture
def sent(market, monkeypatch):
    """The transaction that a desk would submit, not sent."""
    caught = []

    def catch(transactions):
        caught.extend(transactions)
        raise Caught

    def act(do, *arguments):
        with monkeypatch.context() as patch:
            patch.setattr(market.journal, "submit", catch)
            with pytest.raises(Caught):
                do(*arguments)
        return caught.pop()

    return act


def require_each_used(chain, transaction):
    restore, listed = chain.checkpoint(), transaction.access_list

    def gas(access_list):
        (receipt,) = chain.submit([replace(transaction, access_list=access_list)])
        assert receipt.succeeded
        restore()
        return receipt.gas_used

    with_all = gas(listed)
    entries = 0
    for place, (address, words) in enumerate(listed):
        for word in words:
            fewer = tuple(each for each in words if each != word)
            shorter = (*listed[:place], (address, fewer), *listed[place + 1 :])
            assert gas(shorter) == with_all + SAVED, word.hex()
        without = (*listed[:place], *listed[place + 1 :])
        saved = SAVED * (1 + len(words))
        assert gas(without) == with_all + saved, address
        entries += 1 + len(words)
    assert gas(()) == with_all + SAVED * entries


def test_a_settlement_reads_what_it_lists(market, chain, sent):
    market.book_trade("S1", "dealer", "fund", "T-2035", 1_000, "USD", PRICE)
    require_each_used(chain, sent(market.dvp.settle, "S1"))


@pytest.mark.parametrize(("mode", "words"), [(ALL_OR_NONE, 9), (BEST_EFFORT, 11)])
def test_a_batch_reads_what_it_lists(market, chain, sent, mode, words):
    """The broker passes on what it gets, which a net does not touch."""
    market.add_participant("broker", {"USD": Decimal("5000.00")})
    market.book_trade("S1", "dealer", "fund", "T-2035", 2_000, "USD", PRICE)
    market.book_trade("S2", "dealer", "broker", "T-2035", 1_000, "USD", PRICE)
    market.book_trade("S3", "broker", "fund", "T-2035", 1_000, "USD", PRICE)
    batch = sent(market.dvp.settle_batch, ["S1", "S2", "S3"], mode)
    assert sum(len(listed) for _, listed in batch.access_list) == words
    require_each_used(chain, batch)


def test_a_cycle_reads_what_it_lists(market, chain, sent):
    """The broker passes on what it gets, and signs all the same: its registration is read."""
    market.add_participant("broker", {"USD": Decimal("5000.00")})
    market.add_participant("bank")
    number = market.cycles.new_cycle()
    confirm_for_cycle(market, number, "C1", "dealer", "fund", 2_000, "2015.00")
    confirm_for_cycle(market, number, "C2", "dealer", "broker", 1_000, "1007.50")
    confirm_for_cycle(market, number, "C3", "broker", "fund", 1_000, "1007.50")
    confirm_for_cycle(market, number, "C4", "dealer", "bank", 1_000, "1007.50")
    confirm_for_cycle(market, number, "C5", "bank", "fund", 1_000, "1000.00")
    market.onboarding.issue_cash("bank", "USD", Decimal("7.50"))
    window = Window(market.chain.now(), market.chain.now() + 3_600)
    draft = market.cycles.draft(number, window)
    assert sorted(map(len, draft.movements.values())) == [0, 1, 2, 2]
    cycle = sent(market.cycles.submit, draft, market.cycles.sign(draft))
    assert sum(len(listed) for _, listed in cycle.access_list) == 4 + 2 + 5
    require_each_used(chain, cycle)


def confirm_for_cycle(market, number, reference, seller, buyer, quantity, amount):
    """A matched trade, confirmed by both for a cycle."""
    both = market.instructions(reference, seller, buyer, "T-2035", quantity, "USD", Decimal(amount))
    market.cycles.confirm(reference, for_cycle(market.dvp.match(*both), number))


def agree_overnight(market, venue):
    """R1, of 10,000 T-2035 until tomorrow."""
    market.repo.agree(
        Deal(
            reference="R1",
            venue=venue,
            seller="dealer",
            buyer="fund",
            currency="USD",
            collateral={"T-2035": 10_000},
            margins={"T-2035": Decimal("0.01")},
            repo_rate=Decimal("0.043"),
            purchase_date=market.today(),
            repurchase_date=market.today() + timedelta(days=1),
        )
    )


@pytest.mark.parametrize("venue", ["bilateral", "tri-party"])
def test_a_repo_reads_what_it_lists(market, chain, sent, venue):
    market.onboarding.issue_cash("dealer", "USD", Decimal("10.00"))
    market.board.adopt_policy(
        by_kind({SecurityKind.TREASURY_NOTE: Decimal("0.01")}, Method.HAIRCUT)
    )
    market.board.post_price("T-2035", 100_750_000)
    agree_overnight(market, venue)
    require_each_used(chain, sent(market.repo.open, "R1"))
    market.repo.open("R1")
    market.at(market.now() + timedelta(days=1))
    require_each_used(chain, sent(market.repo.close, "R1"))


@pytest.mark.parametrize("venue", ["bilateral", "tri-party"])
@pytest.mark.parametrize("kept", [0, 4_000, 10_000])
def test_a_substitution_reads_what_it_lists(market, chain, sent, venue, kept):
    """All of a line goes, or a part of it, or none: then the new line is more on top."""
    market.add_security("T-2034", denomination=1_000)
    market.onboarding.deposit("dealer", "T-2034", 20_000)
    market.onboarding.tokenize("dealer", "T-2034", 20_000)
    market.board.adopt_policy(
        by_kind({SecurityKind.TREASURY_NOTE: Decimal("0.01")}, Method.HAIRCUT)
    )
    for symbol in ("T-2034", "T-2035"):
        market.board.post_price(symbol, 100_750_000)
    agree_overnight(market, venue)
    market.repo.open("R1")
    basket = {"T-2035": kept, "T-2034": 10_000}
    require_each_used(chain, sent(market.changes.substitute_basket, "R1", basket))
