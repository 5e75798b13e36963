"""A nonce is one bit, in the space of the sorted pair of wallets and `bindingFrom`."""

import pytest

from tests.contracts.live import reverts
from tests.contracts.pen import HOUR


def spent(trade):
    """The error's arguments for the nonce of `trade`, the lower address first."""
    first, second = sorted(trade.words()[:2], key=str.lower)
    return {
        "first": first,
        "second": second,
        "bindingFrom": trade.binding_from,
        "nonce": trade.nonce,
    }


def test_not_with_other_terms(settlement, pen, trade):
    settlement.settle(*pen.signed(trade).words())
    other = pen.changed(trade, quantity=5_000, amount=10_000)
    with reverts("NonceUsed", **spent(trade)):
        settlement.settle(*pen.signed(other).words())


def test_not_the_other_way_round(settlement, pen, trade, fund, dealer):
    settlement.settle(*pen.signed(trade).words())
    back = pen.changed(trade, seller=fund, buyer=dealer)
    with reverts("NonceUsed", **spent(trade)):
        settlement.settle(*pen.signed(back).words())


def test_not_by_a_free_delivery(settlement, pen, trade, dealer, fund):
    settlement.settle(*pen.signed(trade).words())
    free = pen.delivery(dealer, fund, nonce=trade.nonce, binding_from=trade.binding_from)
    with reverts("NonceUsed", **spent(trade)):
        settlement.deliverFree(*pen.delivered(free))


def test_a_free_delivery_uses_its_nonce(settlement, pen, trade, dealer, fund):
    free = pen.delivery(dealer, fund, nonce=trade.nonce, binding_from=trade.binding_from)
    settlement.deliverFree(*pen.delivered(free))
    with reverts("NonceUsed", **spent(trade)):
        settlement.settle(*pen.signed(trade).words())


def test_a_trade_that_binds_later_cannot_burn_one_that_binds_already(
    settlement, pen, trade, dealer, used, changes, exchanged, chain
):
    later = pen.changed(trade, binding_from=chain.now() + HOUR)
    cancellation = pen.cancellation(later)
    signature = pen.cancellation_by(dealer, cancellation)
    settlement.cancel(cancellation, dealer, signature)
    assert used(later)
    assert not used(trade)

    settlement.settle(*pen.signed(trade).words())
    assert changes() == exchanged


def test_settling_one_leaves_the_other(settlement, pen, trade, used, chain):
    later = pen.changed(trade, binding_from=chain.now() + HOUR)
    settlement.settle(*pen.signed(later).words())
    assert used(later)
    assert not used(trade)
    settlement.settle(*pen.signed(trade).words())


def test_a_pair_has_its_own_numbers(settlement, pen, trade, dealer, broker, fund, used):
    settlement.settle(*pen.signed(trade).words())
    for pair in ((dealer, broker), (broker, fund)):
        assert not used(pen.changed(trade, seller=pair[0], buyer=pair[1]))


@pytest.mark.parametrize("nonce", [0, 1, 255, 256, 257, 2**64, 2**256 - 1])
def test_one_bit_each(settlement, pen, trade, nonce, used):
    numbered = pen.changed(trade, nonce=nonce)
    settlement.settle(*pen.signed(numbered).words())
    assert used(numbered)
    for near in {0, 1, 255, 256, 257, 511, 512, 2**256 - 1, nonce ^ 1, nonce ^ 256} - {nonce}:
        assert not used(pen.changed(trade, nonce=near))


def test_is_asked_for_in_either_order(settlement, pen, trade):
    settlement.settle(*pen.signed(trade).words())
    number = (trade.binding_from, trade.nonce)
    assert settlement.nonceUsed(trade.seller, trade.buyer, *number)
    assert settlement.nonceUsed(trade.buyer, trade.seller, *number)
