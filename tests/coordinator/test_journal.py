"""The journal: what was sent, what came of it, and the record that it keeps on the way."""

from decimal import Decimal

import pytest

from settlement.errors import Refused
from settlement.onchain.contract import token


def test_a_run_returns_its_events_and_counts(market, cast):
    security = token(market.directory.security("T-2035"))
    before = (market.journal.transactions, market.journal.gas_used, len(market.journal.events))
    transfer = security.transaction(cast.dealer.key, "transfer", cast.fund.address, 1_000)
    (event,) = market.journal.run(transfer)
    assert (event.contract, event.name) == ("SecurityEntitlement", "Transfer")
    assert event.arguments == {
        "from": cast.dealer.address,
        "to": cast.fund.address,
        "value": 1_000,
    }
    assert market.journal.transactions == before[0] + 1
    assert market.journal.gas_used > before[1] + 21_000
    assert market.journal.events[before[2] :] == [event]
    assert market.journal.settlements == 0


def test_a_refused_run_is_counted_and_changes_no_record(market, cast):
    security = token(market.directory.security("T-2035"))
    before = (market.journal.transactions, len(market.journal.events), market.balances())
    transfer = security.transaction(cast.fund.key, "transfer", cast.dealer.address, 1_000)
    with pytest.raises(Refused, match="fund needs 1,000 T-2035, has 0, short 1,000"):
        market.journal.run(transfer)
    assert market.journal.transactions == before[0] + 1
    assert (len(market.journal.events), market.balances()) == before[1:]


def test_submitting_reports_failures_instead_of_raising_them(market, cast):
    security = token(market.directory.security("T-2035"))
    transfers = [
        security.transaction(cast.dealer.key, "transfer", cast.fund.address, units)
        for units in (1_000, 1_500, 2_000)
    ]
    receipts = market.journal.submit(transfers)
    assert [receipt.succeeded for receipt in receipts] == [True, False, True]
    assert market.journal.refused(receipts[1].output).error == "NotDenominated"
    assert market.balance("fund", "T-2035") == 3_000
    assert market.differences() == []


def test_what_was_sent_is_kept_with_what_became_of_it(market, cast):
    security = token(market.directory.security("T-2035"))
    transfers = [
        security.transaction(cast.dealer.key, "transfer", cast.fund.address, units)
        for units in (1_000, 1_500)
    ]
    before = len(market.journal.sent)
    receipts = market.journal.submit(transfers)
    kept = market.journal.sent[before:]
    assert [each.transaction for each in kept] == transfers
    assert [each.receipt for each in kept] == receipts
    assert market.journal.transactions == before + 2


def test_it_says_what_it_watches(market, deploy):
    stranger = deploy("AccessManager", market.operators.deployer.address)
    first, *_, last = [each.address for each in market.journal.watched]
    assert (first, last) == (market.deployment.registry.address, stranger.address)


def test_what_is_not_watched_is_not_heard(market, cast):
    security = token(market.directory.security("T-2035"))
    market.journal._contracts.pop(security.address)
    transfer = security.transaction(cast.dealer.key, "transfer", cast.fund.address, 1_000)
    assert market.journal.run(transfer) == []
    assert len(market.differences()) == 2
    market.journal.watch(security)
    assert [event.name for event in market.journal.run(transfer)] == ["Transfer"]


def test_reading_answers_or_refuses(market):
    prices = market.deployment.prices
    security = market.directory.security("T-2035").address
    with pytest.raises(Refused, match="T-2035 has no price") as caught:
        market.journal.ask(prices, "priceOf", security, 60)
    assert caught.value.error == "PriceMissing"
    market.board.post_price("T-2035", 100_750_000)
    assert market.journal.ask(prices, "priceOf", security, 60) == 100_750_000


def test_settlements_are_trades_deliveries_and_both_legs_of_repos(market):
    market.book_trade("S1", "dealer", "fund", "T-2035", 1_000, "USD", Decimal(1))
    market.dvp.settle("S1")
    market.deliver_free("dealer", "fund", "T-2035", 1_000)
    assert market.journal.settlements == 2
