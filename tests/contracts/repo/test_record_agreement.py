"""`RepoFacility.recordAgreement`: what is refused, what is recorded, and what terms do with it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from eth_utils import keccak

from settlement.chain.base import Reverted
from settlement.model.repo import Agreement
from settlement.onchain.repo_signing import agreement_id, repo_id
from tests.contracts.live import decoded, logged, reverts
from tests.contracts.repo.pen import DAY, EASTERN, HOUR, PURCHASE_PRICE, QUANTITY

ONE = 10**9
WIDE = {
    "method": (1, 2),
    "basis": (2, 1 << 16),
    "maximum_price_age": (3, 1 << 32),
    "grace": (4, 1 << 32),
    "late_rate": (5, 1 << 63),
    "fails_rate": (6, 1 << 64),
    "margin_rate": (7, 1 << 63),
    "call_deadline": (10, 1 << 32),
    "valuation_period": (11, 1 << 32),
    "valuation_bound": (12, 1 << 64),
    "utc_offset": (13, 1 << 31),
}
"""Every field that is narrower than its word: its place, and the least that it does not hold."""


@pytest.fixture
def agreement() -> Agreement:
    """Nobody recorded it, and every field has a value of its own."""
    return Agreement(
        master=keccak(text="GMRA 2011"),
        method=1,
        basis=365,
        maximum_price_age=1,
        grace=2,
        late_rate=-3,
        fails_rate=4,
        margin_rate=-5,
        threshold=6,
        minimum_transfer=2**256 - 1,
        call_deadline=8,
        valuation_period=9,
        valuation_bound=2**64 - 1,
        utc_offset=-11,
    )


@pytest.mark.parametrize("field", WIDE)
def test_refuses_a_word_wider_than_its_type(facility, agreement, field):
    """Else the event could not be decoded."""
    index, value = WIDE[field]
    data = bytearray(facility.encode("recordAgreement", agreement))
    place = 4 + 32 * index
    data[place : place + 32] = value.to_bytes(32, "big")
    with pytest.raises(Reverted) as refusal:
        facility.call(bytes(data))
    assert decoded(refusal.value.data).name == "Silent"


def test_is_recorded_once(facility, agreement, intruder):
    facility.recordAgreement(agreement)
    with reverts("AgreementKnown", agreement=agreement_id(agreement)):
        facility.recordAgreement(agreement)
    with reverts("AgreementKnown", agreement=agreement_id(agreement)):
        facility.recordAgreement(agreement, sender=intruder)


@pytest.mark.parametrize("basis", [0, 364, 366, 2**16 - 1])
def test_refuses_another_basis(facility, agreement, basis):
    with reverts("BadBasis", basis=basis):
        facility.recordAgreement(replace(agreement, basis=basis))


@pytest.mark.parametrize("basis", [360, 365])
def test_takes_both_bases(facility, agreement, basis):
    facility.recordAgreement(replace(agreement, basis=basis))


@pytest.mark.parametrize(
    ("field", "rate"),
    [
        ("late_rate", ONE + 1),
        ("late_rate", -ONE - 1),
        ("late_rate", -(2**63)),
        ("margin_rate", ONE + 1),
        ("margin_rate", -ONE - 1),
        ("margin_rate", 2**63 - 1),
        ("fails_rate", ONE + 1),
        ("fails_rate", 2**64 - 1),
    ],
)
def test_refuses_a_rate_of_more_than_all(facility, agreement, field, rate):
    with reverts("BadRate", rate=rate):
        facility.recordAgreement(replace(agreement, **{field: rate}))


@pytest.mark.parametrize("sign", [1, -1])
def test_takes_rates_to_their_bounds(facility, agreement, sign):
    rates = {"late_rate": sign * ONE, "margin_rate": -sign * ONE, "fails_rate": ONE}
    facility.recordAgreement(replace(agreement, **rates))


@pytest.mark.parametrize("offset", [14 * HOUR + 1, -12 * HOUR - 1, 2**31 - 1, -(2**31)])
def test_refuses_a_clock_that_no_place_has(facility, agreement, offset):
    with reverts("BadClock", utcOffset=offset, cutOff=0):
        facility.recordAgreement(replace(agreement, utc_offset=offset))


@pytest.mark.parametrize("offset", [14 * HOUR, 0, -12 * HOUR])
def test_takes_every_clock_that_a_place_has(facility, agreement, offset):
    facility.recordAgreement(replace(agreement, utc_offset=offset))


def test_is_recorded_by_anyone_and_told_in_full(facility, agreement, intruder, watch):
    moved = watch()
    assert facility.reader("recordAgreement")(agreement) == agreement_id(agreement)
    (recorded,) = facility.recordAgreement(agreement, sender=intruder)
    assert recorded.name == "AgreementRecorded"
    assert recorded.arguments == {
        "agreement": agreement_id(agreement),
        "content": agreement.words(),
    }
    assert moved() == {}


# --- what terms do with it


def test_terms_name_one_that_is_recorded(facility, pen, terms, agreement, watch):
    moved = watch()
    unknown = replace(agreement, master=bytes(32))
    for name in (agreement_id(unknown), bytes(32)):
        with reverts("AgreementUnknown", agreement=name):
            facility.open(*pen.signed(replace(terms, agreement=name)))
    assert moved() == {}


def test_recorded_later_the_same_terms_open(facility, pen, terms):
    """What both signed does not say whether it was recorded already."""
    agreement = replace(pen.agreement(), threshold=1)
    early = replace(terms, agreement=agreement_id(agreement))
    with reverts("AgreementUnknown", agreement=early.agreement):
        facility.open(*pen.signed(early))
    facility.recordAgreement(agreement)
    facility.open(*pen.signed(early))
    assert facility.repoOf(repo_id(early))[0] == 1


def test_the_first_repo_of_a_set_copies_what_it_says(facility, pen, dealer, fund, terms):
    """Word for word what every repo of the set reads: the rest is brought where it is needed."""
    agreement = pen.agreement(
        basis=365, maximum_price_age=7 * DAY, grace=3 * HOUR, late_rate=-20_000_000
    )
    netting_set = pen.netting_set(pen.pair(dealer, fund, agreement))
    assert facility.setOf(netting_set) == (0, 0, 0, 0, 0, 0, 0, 0, False, False, 0)
    facility.open(*pen.signed(replace(terms, agreement=agreement_id(agreement))))
    said = (365, 7 * DAY, 3 * HOUR, -20_000_000)
    assert facility.setOf(netting_set) == (1, 0, 1, 0, *said, False, False, 0)


def test_the_next_repo_of_a_set_only_counts(facility, pen, dealer, fund, terms):
    half = replace(terms, lines=(pen.line("T-2035", QUANTITY // 2),), purchase_price=10_000)
    netting_set = pen.netting_set(pen.pair(dealer, fund))
    facility.open(*pen.signed(half))
    first = facility.setOf(netting_set)
    facility.open(*pen.signed(replace(half, nonce=99)))
    assert facility.setOf(netting_set) == (2, *first[1:])


def test_two_agreements_are_two_netting_sets(facility, pen, dealer, fund, terms, at):
    """Each repo by the rates of its own; one closes, and the other set does not notice."""
    small = replace(terms, lines=(pen.line("T-2035", QUANTITY // 2),), purchase_price=10**10)
    agreements = [pen.agreement(late_rate=rate) for rate in (360_000_000, 720_000_000)]
    both = [replace(small, agreement=agreement_id(agreement)) for agreement in agreements]
    sets = [pen.netting_set(pen.pair(dealer, fund, agreement)) for agreement in agreements]
    assert sets == [facility.nettingSetOf(dealer, fund, each.agreement, each.cash) for each in both]
    assert len(set(sets)) == 2
    for each in both:
        facility.open(*pen.signed(each))
    assert [facility.setOf(netting_set)[0] for netting_set in sets] == [1, 1]
    at(2, 12)
    paid = []
    for each, left in zip(both, ([0, 1], [0, 0]), strict=True):
        closed = logged(facility.close(*pen.closing(each, dealer)), "Closed")
        paid.append(closed["priceDifferential"])
        assert [facility.setOf(netting_set)[0] for netting_set in sets] == left
    assert paid == [11_190_000, 21_190_000]


def test_the_agreement_s_own_clock_is_not_that_of_its_repos(facility, pen, terms):
    """Terms have a clock of their own; an agreement's is for margin interest."""
    tokyo = pen.agreement(utc_offset=9 * HOUR)
    facility.open(*pen.signed(replace(terms, agreement=agreement_id(tokyo))))
    assert facility.repoOf(repo_id(replace(terms, agreement=agreement_id(tokyo))))[2:5] == (
        terms.purchase_date,
        terms.repurchase_date,
        PURCHASE_PRICE,
    )
    assert terms.utc_offset == EASTERN
