"""What really moves in each way: on which chain, when, and that nothing is created or kept."""

from collections import Counter
from datetime import datetime

import pytest

from settlement.analytics.exposure import legs
from settlement.lessons.atomic import Atomic
from settlement.lessons.hash_locks import HashLocks
from settlement.lessons.legs_apart import DeliveryFirst, PaymentFirst
from settlement.lessons.net_cash import NetCash, payments
from settlement.lessons.principal_at_risk import NOBODY_FAILS, WAYS
from settlement.lessons.trades import AGREED, FIRMS, SALES, Failure, on_the_day
from settlement.onchain.contract import token

ways = pytest.mark.parametrize("way", WAYS, ids=lambda way: way.key)


@pytest.fixture
def lived(chains):
    """A way that was lived through, and the legs of S1 as (time, giver, asset)."""

    def live(way, party=None, hour=9, minute=0):
        failure = Failure(party, on_the_day(hour, minute)) if party else NOBODY_FAILS
        begun = way(chains, failure)
        moved = begun.live()
        begun.legs = [
            (f"{datetime.fromtimestamp(leg.at, AGREED.tzinfo):%H:%M:%S}", leg.giver, leg.asset)
            for leg in legs(moved, way.keepers)
            if leg.trade == "S1"
        ]
        return begun

    return live


@ways
@pytest.mark.parametrize(
    ("party", "hour", "minute"), [(None, 9, 0), ("fund", 10, 45), ("dealer", 12, 45)]
)
def test_every_asset_is_conserved_on_every_chain(lived, way, party, hour, minute):
    begun = lived(way, party, hour, minute)
    assert len(begun.markets) == way.chains_needed
    for market in begun.markets:
        assert market.differences() == []
        totals = Counter()
        for held in market.balances().values():
            totals.update(held)
        assert totals == {"USD": 15_000_000 * 10**6, "T-2035": 15_000_000}


@ways
def test_on_a_good_day_all_have_what_they_agreed(lived, way):
    begun = lived(way)
    held = Counter()
    for market in begun.markets:
        for party, balances in market.balances().items():
            for symbol, units in balances.items():
                held[party, symbol] += units
    expected = Counter()
    for firm in FIRMS:
        expected[firm, "USD"] = 5_000_000 * 10**6 * way.chains_needed
        expected[firm, "T-2035"] = 5_000_000 * way.chains_needed
    for sale in SALES:
        expected[sale.seller, "T-2035"] -= sale.quantity
        expected[sale.buyer, "T-2035"] += sale.quantity
        expected[sale.seller, "USD"] += int(sale.amount * 10**6)
        expected[sale.buyer, "USD"] -= int(sale.amount * 10**6)
    assert held == expected


def test_legs_are_an_hour_and_a_half_apart(lived):
    paid, delivered = ("fund", "USD"), ("dealer", "T-2035")
    assert lived(PaymentFirst).legs == [("10:00:00", *paid), ("11:30:00", *delivered)]
    assert lived(DeliveryFirst).legs == [("10:00:00", *delivered), ("11:30:00", *paid)]
    assert lived(PaymentFirst, "dealer", 11, 30).legs == [("10:00:00", *paid)]


def test_nothing_is_begun_with_who_has_failed(lived):
    for way in (PaymentFirst, DeliveryFirst, HashLocks, NetCash):
        assert lived(way, "fund", 10).legs == lived(way, "dealer", 10).legs == []


def test_both_legs_move_in_one_second(lived):
    assert {leg[0] for leg in lived(Atomic).legs} == {"10:00:00"}


def test_the_contract_refuses_what_one_side_signed(lived):
    begun = lived(Atomic, "fund", 10)
    settled = [e for e in begun.markets[0].journal.events if e.name == "Settled"]
    assert (begun.legs, len(settled)) == ([], 1)  # S4, between the others
    assert begun.markets[0].journal.transactions > len(settled)


def test_securities_move_on_one_chain_and_cash_on_the_other(lived):
    begun = lived(HashLocks)
    notes, cash = begun.markets
    assert begun.legs == [("11:00:00", "fund", "USD"), ("11:30:00", "dealer", "T-2035")]
    for firm in FIRMS:
        assert notes.cash(firm, "USD") == cash.balance(firm, "T-2035") == 5_000_000


@pytest.mark.parametrize(("party", "minute"), [("fund", 15), ("fund", 45), ("dealer", 45)])
def test_a_hash_lock_keeps_nothing(lived, party, minute):
    for market in lived(HashLocks, party, 10, minute).markets:
        (lock,) = {e.address for e in market.journal.events if e.name == "Locked"}
        assets = map(token, market.directory.assets())
        assert [asset.read(market.chain, "balanceOf", lock) for asset in assets] == [0, 0]


def test_nobody_locks_cash_for_who_has_failed(lived):
    """Dealer has locked the securities of S1; S2 is the others'."""
    cash = lived(HashLocks, "dealer", 10, 15).markets[1]
    locked = [e.arguments["amount"] for e in cash.journal.events if e.name == "Locked"]
    assert locked == [1_511_250 * 10**6]


def test_the_secret_is_read_where_the_cash_is(lived):
    notes, cash = lived(HashLocks).markets
    shown = [
        [e.arguments["secret"] for e in market.journal.events if e.name == "Claimed"]
        for market in (cash, notes)
    ]
    assert shown[0] == shown[1]
    assert len(set(shown[0])) == len(SALES)


def test_securities_wait_for_cash_until_four(lived):
    begun = lived(NetCash)
    assert begun.legs == [("10:00:00", "dealer", "T-2035")]
    events = begun.markets[0].journal.events
    assert sum(event.name == "Delivered" for event in events) == len(SALES)
    assert not any(event.name == "Settled" for event in events)


def test_payers_pay_receivers_in_order():
    net = {"a": -5, "b": 3, "c": -1, "d": 3}
    assert [*payments(net)] == [("a", "b", 3), ("a", "d", 2), ("c", "d", 1)]
    assert [*payments({"a": 0, "b": 0})] == []


def test_a_day_begins_where_the_last_one_began(chains):
    first, second = (chains[0].begin() for _ in range(2))
    assert first.balances() == second.balances()
    assert second.now() < AGREED
