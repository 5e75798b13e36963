"""Settlement.cancelTogether: both sides, at any time."""

import pytest

from tests.contracts.live import NOBODY, logged, reverts


def test_the_first_signs(settlement, pen, trade, fund):
    cancellation = pen.cancellation(trade)
    own = pen.cancellation_by(fund, cancellation)
    for other in (b"", own):
        with reverts("BadSignature", signer=cancellation.first):
            settlement.cancelTogether(cancellation, other, own)


def test_the_second_signs(settlement, pen, trade, dealer, used):
    cancellation = pen.cancellation(trade)
    own = pen.cancellation_by(dealer, cancellation)
    for other in (b"", own):
        with reverts("BadSignature", signer=cancellation.second):
            settlement.cancelTogether(cancellation, own, other)
    assert not used(trade)


def test_once(settlement, pen, trade):
    cancellation = pen.cancellation(trade)
    both = [pen.cancellation_by(side, cancellation) for side in (trade.seller, trade.buyer)]
    settlement.cancelTogether(cancellation, *both)
    first, second = sorted((trade.seller, trade.buyer), key=str.lower)
    spent = {"bindingFrom": trade.binding_from, "nonce": trade.nonce}
    with reverts("NonceUsed", first=first, second=second, **spent):
        settlement.cancelTogether(cancellation, *both)


@pytest.mark.parametrize("after", [0, 10**6], ids=["in its window", "long after"])
def test_cancels_what_binds(settlement, pen, trade, market, chain, used, after):
    assert trade.binding_from < chain.now()
    chain.advance_to(chain.now() + after)
    market.onboarding.pause("T-2035", "a reason")
    market.onboarding.pause("USD", "a reason")
    cancellation = pen.cancellation(trade)
    both = [pen.cancellation_by(side, cancellation) for side in (trade.seller, trade.buyer)]
    events = settlement.cancelTogether(cancellation, *both)
    assert logged(events, "Cancelled") == {
        "first": trade.seller,
        "second": trade.buyer,
        "bindingFrom": trade.binding_from,
        "nonce": trade.nonce,
        "by": NOBODY,
    }
    assert used(trade)


def test_a_stranger_and_a_side_end_nothing_of_the_other(settlement, pen, trade, intruder, used):
    cancellation = pen.cancellation(trade, second=intruder)
    both = [pen.cancellation_by(side, cancellation) for side in (trade.seller, intruder)]
    settlement.cancelTogether(cancellation, *both)
    assert not used(trade)
