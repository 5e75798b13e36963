"""A reversal nobody recorded yet makes no fail, no call and no close-out, and holds nothing up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from settlement.model.repo import Position
from settlement.onchain import repo_signing
from tests.contracts.live import logged, reverts
from tests.contracts.repo.life import Life, call_margin, enrich, margin_pen, supply
from tests.contracts.repo.pen import HOUR, PRICE, QUANTITY

TAKEN = 4_000_000


@pytest.fixture
def reverse(market):
    """`reverse(terms, quantity)`: the root wallet takes it back to the seller, naming the repo."""

    def move(terms, quantity):
        held = int(terms.custody, 16)
        market.onboarding.root_move(
            terms.custody if held else terms.buyer,
            terms.seller,
            "T-2035",
            quantity,
            "delivered in error",
            repo_signing.repo_id(terms),
        )

    return move


def less(life, quantity):
    (line,) = life.terms.lines
    return (replace(line, quantity=line.quantity - quantity),)


def test_the_buyer_does_not_fail_for_what_it_no_longer_owes(facility, pen, terms, at, reverse):
    """Else its interest stopped, the charge ran, and after the grace it was in default."""
    life = Life.opened(facility, pen, terms)
    reverse(terms, TAKEN)
    at(1, 18)
    security = terms.lines[0].security
    with reverts("ReversalUnrecorded", repo=life.id, security=security):
        facility.recordFail(pen.agreement(), life.position)
    facility.recordReversal(life.position, less(life, TAKEN))
    life.lines = less(life, TAKEN)
    with reverts("NothingToRecord", repo=life.id, failing=0):
        facility.recordFail(pen.agreement(), life.position)


def test_no_default_on_a_fail_before_the_reversal_is_on_record(
    facility, pen, terms, market, at, dealer, fund, reverse
):
    life = Life.opened(facility, pen, terms)
    market.onboarding.detokenize("fund", "T-2035", 1_000)
    at(1, 18)
    facility.recordFail(pen.agreement(), life.position)
    market.onboarding.tokenize("fund", "T-2035", 1_000)
    reverse(terms, TAKEN)
    at(2, 19)
    margin = margin_pen(life)
    pair = margin.pair(dealer, fund, pen.agreement())
    with reverts("ReversalUnrecorded", repo=life.id, security=terms.lines[0].security):
        facility.declareDefault(*margin.declaring(pair, [life.position]))


def test_a_call_on_what_was_gone_is_void(facility, pen, terms, market, dealer, fund, reverse):
    """The seller has everything back and calls margin for its rise; recorded, the call ends, and
    the buyer is the one exposed."""
    week = replace(terms, repurchase_date=terms.purchase_date + 7)
    life = Life.opened(facility, pen, week)
    reverse(week, QUANTITY)
    market.chain.advance_to(market.chain.now() + 1)
    market.board.post_price("T-2035", PRICE * 11 // 10)
    netting_set = call_margin(life, dealer, fund)
    events = facility.recordReversal(life.position, less(life, QUANTITY))
    assert logged(events, "CallVoided") == {"nettingSet": netting_set}
    assert not facility.setOf(netting_set)[9]
    margin = margin_pen(life)
    market.chain.advance_to(market.chain.now() + 5 * HOUR)
    owing = margin.pair(dealer, fund, pen.agreement())
    with reverts("NoDefault", nettingSet=netting_set, earliest=0):
        facility.declareDefault(*margin.declaring(owing))
    pair = margin.pair(fund, dealer, pen.agreement())
    exposure, call = facility.reader("netExposure")(
        pair, [Position(week, less(life, QUANTITY))], []
    )
    assert exposure == call == week.purchase_price


def test_without_a_call_nothing_is_void(facility, pen, terms, reverse):
    life = Life.opened(facility, pen, terms)
    reverse(terms, TAKEN)
    events = facility.recordReversal(life.position, less(life, TAKEN))
    assert [event.name for event in events] == ["Reversed"]


def test_after_one_side_collected_the_rest_is_not_held_up(
    facility, pen, terms, market, dealer, fund, custody, reverse
):
    """Line one has left custody when the root wallet reverses it; line two still goes where it is
    due."""
    enrich(market)
    supply(market, "T-2036", 20_000_000)
    two = pen.lines(pen.line("T-2035", 5_000_000), pen.line("T-2036", 5_000_000))
    week = replace(
        terms, custody=custody.address, repurchase_date=terms.purchase_date + 7, lines=two
    )
    other = Life.opened(facility, pen, replace(week, lines=terms.lines, nonce=99))
    life = Life.opened(facility, pen, week)
    margin = margin_pen(life)
    pair, repos = margin.pair(fund, dealer, pen.agreement()), [life.position, other.position]

    def fall():
        market.chain.advance_to(market.chain.now() + 1)
        for symbol in ("T-2035", "T-2036"):
            market.board.post_price(symbol, PRICE * 9 // 10)

    fall()
    facility.callMargin(*margin.calling(pair, repos))
    market.chain.advance_to(market.chain.now() + 5 * HOUR)
    facility.declareDefault(*margin.declaring(pair))
    market.onboarding.pause("T-2036", "halt")
    fall()
    facility.closeOut(*margin.exposed(pair, repos))
    facility.collect(life.terms, (), fund.address)
    reverse(life.terms, 5_000_000)
    market.onboarding.unpause("T-2036", "over")
    security = market.directory.security("T-2035").address
    with reverts("ReversalUnrecorded", repo=life.id, security=security):
        facility.collect(life.terms, (), fund.address)
    left = tuple(replace(each, quantity=0) if each.security == security else each for each in two)
    before = custody.heldInAll(security)
    facility.recordReversal(life.position, left)
    assert custody.heldInAll(security) == before
    collected = logged(facility.collect(life.terms, left, fund.address), "Collected")
    assert [line[1] for line in collected["lines"]] == [5_000_000]
