"""`RepoFacility.nettingSetOf` and `openInSet`: by participants, agreement and currency."""

from __future__ import annotations

from dataclasses import replace

import pytest
from eth_abi import encode
from eth_utils import keccak

from settlement.coordinator.directory import Party
from settlement.market import Market
from settlement.model.party import Wallet
from settlement.onchain.operators import key_of
from tests.contracts.live import logged
from tests.contracts.repo.pen import QUANTITY

HALF = QUANTITY // 2
HALF_PRICE = 4_987_120_000_000


def second_wallet(market: Market, party: Party) -> Party:
    """Another wallet of the same participant, registered."""
    key = key_of(f"another wallet of {party.name}")
    name = f"{party.name}, second wallet"
    return market.onboarding.register(Party(name, Wallet(key.address, party.participant), key))


@pytest.fixture
def half(terms, pen):
    """Half of the usual repo, so that two of them can be open."""
    return replace(terms, lines=(pen.line("T-2035", HALF),), purchase_price=HALF_PRICE)


def test_is_the_sorted_pair_with_agreement_and_currency(facility, terms, dealer, fund):
    pair = sorted(party.participant.lei.encode() for party in (dealer, fund))
    words = (*pair, terms.agreement, b"USD")
    expected = keccak(encode(("bytes20", "bytes20", "bytes32", "bytes3"), words))
    assert facility.nettingSetOf(terms) == expected


def test_is_the_same_either_way_and_for_every_wallet(facility, terms, market, dealer, fund):
    known = facility.nettingSetOf(terms)
    assert facility.nettingSetOf(replace(terms, seller=fund.address, buyer=dealer.address)) == known
    other = second_wallet(market, dealer)
    assert facility.nettingSetOf(replace(terms, seller=other.address)) == known


def test_is_another_for_another_agreement_currency_or_participant(facility, terms, market, broker):
    euro = market.add_cash("EUR")
    sets = [
        facility.nettingSetOf(each)
        for each in (
            terms,
            replace(terms, agreement=bytes(32)),
            replace(terms, cash=euro.address),
            replace(terms, buyer=broker.address),
        )
    ]
    assert len(set(sets)) == 4


def test_counts_what_is_open(facility, custody, pen, half, dealer, at):
    """Bilateral and tri-party repos of one agreement are one set; cancelled terms never count."""
    names = [half, replace(half, nonce=8, custody=custody.address), replace(half, nonce=9)]
    nettings = {facility.nettingSetOf(each) for each in names}
    (netting,) = nettings
    assert facility.openInSet(netting) == 0
    for count, each in enumerate(names[:2], start=1):
        facility.open(*pen.signed(each))
        assert facility.openInSet(netting) == count
    last = names[2]
    facility.cancelTogether(
        last, pen.cancellation(last, last.seller), pen.cancellation(last, last.buyer)
    )
    assert facility.openInSet(netting) == 2
    at(1, 12)
    for count, each in ((1, names[0]), (0, names[1])):
        facility.close(*pen.closing(each, dealer))
        assert facility.openInSet(netting) == count


def test_a_day_later_the_count_starts_from_nought(facility, pen, half, dealer, market, at):
    for day in (0, 1, 2):
        at(day, 10)
        market.repo.post_price("T-2035", 100_750_000)
        date = half.purchase_date + day
        today = replace(half, purchase_date=date, repurchase_date=date + 1, nonce=70 + day)
        events = facility.open(*pen.signed(today))
        assert logged(events, "Opened")["repo"] == facility.idOf(today)
        netting = facility.nettingSetOf(today)
        assert facility.openInSet(netting) == 1
        at(day + 1, 9)
        facility.close(*pen.closing(today, dealer))
        assert facility.openInSet(netting) == 0
