"""`nettingSetOf` and what `setOf` counts: by participants, agreement and cash."""

from __future__ import annotations

from dataclasses import replace

import pytest
from eth_abi import encode
from eth_utils import keccak

from settlement.coordinator.directory import Party
from settlement.market import Market
from settlement.model.party import Wallet
from settlement.onchain.operators import key_of
from tests.contracts.live import Live, logged
from tests.contracts.repo.pen import QUANTITY

HALF = QUANTITY // 2
HALF_PRICE = 4_987_120_000_000


def second_wallet(market: Market, party: Party) -> Party:
    """Another wallet of the same participant, registered."""
    key = key_of(f"another wallet of {party.name}")
    name = f"{party.name}, second wallet"
    return market.onboarding.register(Party(name, Wallet(key.address, party.participant), key))


def set_of(facility: Live, terms, **others) -> bytes:
    """The netting set of terms, or of others that differ in this."""
    names = ("seller", "buyer", "agreement", "cash")
    return facility.nettingSetOf(*(others.get(name, getattr(terms, name)) for name in names))


@pytest.fixture
def half(terms, pen):
    """Half of the usual repo, so that two of them can be open."""
    return replace(terms, lines=(pen.line("T-2035", HALF),), purchase_price=HALF_PRICE)


@pytest.fixture
def count(facility):
    """How many repos are open in the set of terms."""
    return lambda terms: facility.setOf(set_of(facility, terms))[0]


def test_is_the_sorted_pair_with_agreement_and_cash(facility, pen, terms, dealer, fund):
    pair = sorted(party.participant.lei.encode() for party in (dealer, fund))
    words = (*pair, terms.agreement, terms.cash)
    expected = keccak(encode(("bytes20", "bytes20", "bytes32", "address"), words))
    assert set_of(facility, terms) == expected == pen.netting_set(pen.pair(dealer, fund))


def test_is_the_same_either_way_and_for_every_wallet(facility, terms, market, dealer, fund):
    known = set_of(facility, terms)
    assert set_of(facility, terms, seller=fund, buyer=dealer) == known
    other = second_wallet(market, dealer)
    assert set_of(facility, terms, seller=other) == known
    assert set_of(facility, terms, seller=fund, buyer=other) == known


def test_is_another_for_another_agreement_currency_or_participant(facility, terms, market, broker):
    euro = market.add_cash("EUR")
    sets = [
        set_of(facility, terms, **changes)
        for changes in ({}, {"agreement": bytes(32)}, {"cash": euro}, {"buyer": broker})
    ]
    assert len(set(sets)) == 4


def test_repos_of_every_wallet_count_in_the_set_of_their_participants(
    facility, pen, half, market, cash, fund, count
):
    other = second_wallet(market, fund)
    pen.keys[other.address] = other.key
    cash.transfer(other, HALF_PRICE, sender=fund)
    facility.open(*pen.signed(half))
    facility.open(*pen.signed(replace(half, nonce=8, buyer=other.address)))
    assert count(half) == 2


def test_counts_what_is_open(facility, custody, pen, half, dealer, count, at):
    """Bilateral and tri-party repos of one agreement are one set; cancelled terms never count."""
    names = [half, replace(half, nonce=8, custody=custody.address), replace(half, nonce=9)]
    assert count(half) == 0
    for number, each in enumerate(names[:2], start=1):
        facility.open(*pen.signed(each))
        assert count(half) == number
    last = names[2]
    facility.cancelTogether(
        last, pen.cancellation(last, last.seller), pen.cancellation(last, last.buyer)
    )
    assert count(half) == 2
    at(1, 12)
    for number, each in ((1, names[0]), (0, names[1])):
        facility.close(*pen.closing(each, dealer))
        assert count(half) == number


def test_a_day_later_the_count_starts_from_nought(facility, pen, half, dealer, market, count, at):
    for day in (0, 1, 2):
        at(day, 10)
        market.board.post_price("T-2035", 100_750_000)
        date = half.purchase_date + day
        today = replace(half, purchase_date=date, repurchase_date=date + 1, nonce=70 + day)
        events = facility.open(*pen.signed(today))
        assert logged(events, "Opened")["repo"] == facility.idOf(today)
        assert count(today) == 1
        at(day + 1, 9)
        facility.close(*pen.closing(today, dealer))
        assert count(today) == 0
