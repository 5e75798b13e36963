"""The bounds of everything that a repo may have many or much of: lines, repos of a set, rates."""

from __future__ import annotations

from dataclasses import replace

import pytest

from settlement.chain.base import TRANSACTION_GAS_CAP, Transaction
from settlement.model.repo import Amendment, Position
from settlement.onchain.repo_signing import repo_id
from tests.contracts.live import logged, reverts
from tests.contracts.repo.margin_pen import MarginPen
from tests.contracts.repo.pen import CUT_OFF, DAY, PRICE

ONE = 10**9
MOST_OPEN = 250
MOST_LINES = 8


@pytest.fixture
def securities(market):
    """As many as a repo may have, and one more; the dealer holds a thousand thousand of each."""
    found = [market.directory.security("T-2035")]
    for number in range(MOST_LINES):
        symbol = f"B-{2040 + number}"
        found.append(market.add_security(symbol))
        market.onboarding.deposit("dealer", symbol, 1_000_000)
        market.onboarding.tokenize("dealer", symbol, 1_000_000)
        market.board.post_price(symbol, PRICE)
    return found


@pytest.fixture
def fill(facility, pen, market):
    """Opens repos that differ in their number only, by the bulk path."""

    def open_all(terms, count):
        opened = [replace(terms, nonce=1_000 + number) for number in range(count)]
        sender = market.operators.coordinator
        calls = [
            Transaction(
                sender, facility.address, facility.encode("open", *pen.signed(each)), 1_000_000
            )
            for each in opened
        ]
        assert all(receipt.succeeded for receipt in market.journal.submit(calls))
        return opened

    return open_all


@pytest.fixture
def small(terms, pen):
    """A thousand of T-2035 for a cent."""
    return replace(terms, lines=(pen.line("T-2035", 1_000),), purchase_price=10_000)


# --- lines


def test_the_limits_are_told(facility):
    assert (facility.MOST_OPEN(), facility.MOST_LINES()) == (MOST_OPEN, MOST_LINES)


def test_a_repo_has_no_more_lines(facility, pen, terms, securities, watch):
    moved = watch()
    lines = pen.lines(*(pen.line(each, 1_000) for each in securities))
    with reverts("TooManyLines", lines=MOST_LINES + 1, most=MOST_LINES):
        facility.open(*pen.signed(replace(terms, lines=lines, purchase_price=10_000)))
    assert moved() == {}


def test_nor_after_it_was_amended_or_substituted(facility, pen, small, securities):
    facility.open(*pen.signed(small))
    many = pen.lines(*(pen.line(each, 1_000) for each in securities))
    too_many = {"lines": MOST_LINES + 1, "most": MOST_LINES}
    with reverts("TooManyLines", **too_many):
        facility.substitute(*pen.substituting(Position(small), many))
    amendment = Amendment(small.purchase_date, small.purchase_price, small.rate, many)
    with reverts("TooManyLines", **too_many):
        facility.amend(*pen.amending(Position(small), amendment))


@pytest.mark.parametrize("in_custody", [False, True])
def test_as_many_as_there_may_be_open_and_close(
    facility, custody, pen, terms, securities, dealer, at, watch, in_custody
):
    moved = watch()
    lines = pen.lines(*(pen.line(each, 1_000) for each in securities[:MOST_LINES]))
    held = {"custody": custody.address} if in_custody else {}
    full = replace(terms, lines=lines, purchase_price=10_000, **held)
    facility.open(*pen.signed(full))
    gone = {each.symbol: -1_000 for each in securities[:MOST_LINES]}
    assert moved()["dealer"] == gone | {"USD": 10_000}
    at(1, 12)
    facility.close(*pen.closing(full, dealer))
    assert moved() == {}


# --- repos of a set


def test_a_set_has_no_more_open(facility, pen, small, fill, dealer, fund, watch, at, market):
    """Full, it takes no other; a roll needs no room, a closing makes some, another set has it."""
    netting_set = pen.netting_set(pen.pair(dealer, fund))
    opened = fill(small, MOST_OPEN - 1)
    last = replace(small, nonce=1)
    facility.open(*pen.signed(last))
    assert facility.setOf(netting_set)[0] == MOST_OPEN

    moved, more = watch(), replace(small, nonce=2)
    with reverts("SetFull", nettingSet=netting_set, most=MOST_OPEN):
        facility.open(*pen.signed(more))
    with reverts("SetFull", nettingSet=netting_set, most=MOST_OPEN):
        facility.open(*pen.signed(replace(more, seller=more.buyer, buyer=more.seller)))
    assert moved() == {}
    facility.open(*pen.signed(pen.terms(dealer, fund, under=pen.agreement(threshold=1))))

    facility.roll(*pen.rolling(Position(last), replace(small, nonce=3)))
    assert facility.setOf(netting_set)[0] == MOST_OPEN
    at(1, 9)
    market.board.post_price("T-2035", PRICE)
    facility.close(*pen.closing(opened[0], dealer))
    date = small.purchase_date + 1
    facility.open(*pen.signed(replace(more, purchase_date=date, repurchase_date=date + 1)))
    assert facility.setOf(netting_set)[0] == MOST_OPEN


def test_a_full_set_is_called_in_one_transaction(
    facility, pen, terms, fill, securities, market, dealer, fund
):
    """What the limits are for: every repo, each of as many lines as there may be."""
    lines = pen.lines(*(pen.line(each, 1_000) for each in securities[:MOST_LINES]))
    opened = fill(replace(terms, lines=lines, purchase_price=7_979_400_000), MOST_OPEN)
    for each in securities[:MOST_LINES]:
        market.board.post_price(each.symbol, 95_000_000)
    margins = MarginPen(market, dealer, fund)
    calling = margins.calling(pen.pair(fund, dealer), opened)
    receipt = facility.receipt("callMargin", *calling, gas=TRANSACTION_GAS_CAP)
    assert receipt.succeeded
    called = logged(market.journal.events_of(receipt), "MarginCalled")
    assert called["amount"] == MOST_OPEN * 455_400_000


# --- rates


@pytest.mark.parametrize("rate", [4_300_000_000, ONE + 1, -ONE - 1, 2**63 - 1, -(2**63)])
def test_a_rate_is_at_most_all_of_it(facility, pen, terms, rate, watch):
    """4.3 given for 4.3% is the usual cause."""
    moved = watch()
    with reverts("BadRate", rate=rate):
        facility.open(*pen.signed(replace(terms, rate=rate)))
    assert moved() == {}


def test_nor_is_it_after_it_was_amended_or_rolled(facility, pen, opened):
    for rate in (4_300_000_000, -ONE - 1):
        amendment = Amendment(opened.purchase_date, opened.purchase_price, rate)
        with reverts("BadRate", rate=rate):
            facility.amend(*pen.amending(Position(opened), amendment))
        following = replace(opened, nonce=99, rate=rate)
        with reverts("BadRate", rate=rate):
            facility.roll(*pen.rolling(Position(opened), following))


@pytest.mark.parametrize("rate", [ONE, -ONE])
def test_a_rate_reaches_its_bounds(facility, pen, terms, rate):
    highest = replace(terms, rate=rate)
    facility.open(*pen.signed(highest))
    assert facility.repoOf(repo_id(highest))[6] == rate


# --- the clock


@pytest.mark.parametrize("offset", [14 * 3_600, -12 * 3_600])
def test_a_clock_reaches_its_bounds(facility, pen, terms, chain, offset):
    today = (chain.now() + offset) // DAY
    dates = {"purchase_date": today, "repurchase_date": today + 1}
    assert terms.cut_off == CUT_OFF
    facility.open(*pen.signed(replace(terms, utc_offset=offset, cut_off=DAY, **dates)))
