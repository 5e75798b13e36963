"""Settlement.cancel: one side alone, before it binds."""

import pytest

from settlement.onchain import signing
from tests.contracts.live import NOBODY, logged, reverts
from tests.contracts.pen import HOUR


@pytest.fixture
def trade(pen, dealer, fund, chain):
    """A trade that binds in an hour."""
    return pen.trade(dealer, fund, binding_from=chain.now() + HOUR)


def cancel(settlement, pen, trade, signer, **changes):
    cancellation = pen.cancellation(trade, **changes)
    return settlement.cancel(cancellation, signer, pen.cancellation_by(signer, cancellation))


def test_a_stranger_does_not_cancel(settlement, pen, trade, intruder, broker, used):
    pen.keys[broker.address] = broker.key
    for stranger in (intruder, broker):
        with reverts("NotAParty", signer=stranger):
            cancel(settlement, pen, trade, stranger)
    assert not used(trade)


def test_a_stranger_burns_no_nonce_by_naming_itself(settlement, pen, trade, intruder, used):
    cancel(settlement, pen, trade, intruder, second=intruder)
    assert not used(trade)


@pytest.mark.parametrize("late", [0, 1])
def test_not_alone_once_it_binds(settlement, pen, trade, dealer, chain, used, late):
    chain.advance_to(trade.binding_from + late)
    error = {"bindingFrom": trade.binding_from, "time": trade.binding_from + late}
    with reverts("AlreadyBinding", **error):
        cancel(settlement, pen, trade, dealer)
    assert not used(trade)


def test_alone_until_the_last_second_before(settlement, pen, trade, dealer, chain, used):
    chain.advance_to(trade.binding_from - 1)
    cancel(settlement, pen, trade, dealer)
    assert used(trade)


def test_a_later_bindingfrom_does_not_reach_a_binding_trade(settlement, pen, trade, dealer, used):
    cancel(settlement, pen, trade, dealer, binding_from=trade.binding_from + 1)
    assert not used(trade)


def test_the_signer_signs(settlement, pen, trade, dealer, fund, used):
    cancellation = pen.cancellation(trade)
    for signature in (b"", bytes(65), pen.cancellation_by(fund, cancellation)):
        with reverts("BadSignature", signer=dealer):
            settlement.cancel(cancellation, dealer, signature)
    assert not used(trade)


def test_a_signature_ends_one_nonce(settlement, pen, trade, dealer):
    signature = pen.cancellation_by(dealer, pen.cancellation(trade))
    other = pen.cancellation(trade, nonce=trade.nonce + 1)
    with reverts("BadSignature", signer=dealer):
        settlement.cancel(other, dealer, signature)


def test_what_settled_is_not_cancelled(settlement, pen, trade, dealer, changes, exchanged):
    settlement.settle(*pen.signed(trade).words())
    first, second = sorted((trade.seller, trade.buyer), key=str.lower)
    spent = {"bindingFrom": trade.binding_from, "nonce": trade.nonce}
    with reverts("NonceUsed", first=first, second=second, **spent):
        cancel(settlement, pen, trade, dealer)
    assert changes() == exchanged


@pytest.mark.parametrize("side", ["dealer", "fund"])
def test_what_is_cancelled_never_settles(settlement, pen, trade, cast, changes, used, side):
    signer = getattr(cast, side)
    events = cancel(settlement, pen, trade, signer)
    assert logged(events, "Cancelled") == {
        "first": trade.seller,
        "second": trade.buyer,
        "bindingFrom": trade.binding_from,
        "nonce": trade.nonce,
        "by": signer.address,
    }
    assert used(trade)

    signed = pen.signed(trade)
    first, second = sorted((trade.seller, trade.buyer), key=str.lower)
    error = {
        "first": first,
        "second": second,
        "bindingFrom": trade.binding_from,
        "nonce": trade.nonce,
    }
    with reverts("NonceUsed", **error):
        settlement.settle(*signed.words())
    with reverts("NonceUsed", **error):
        settlement.settleBatch([signed], 0)
    settlement.settleBatch([signed], 1)
    assert changes() == {}


def test_the_pair_may_be_named_in_either_order(settlement, pen, trade, dealer, used):
    cancel(settlement, pen, trade, dealer, first=trade.buyer, second=trade.seller)
    assert used(trade)


def test_anybody_submits(settlement, pen, trade, dealer, intruder, used):
    cancellation = pen.cancellation(trade)
    signature = pen.cancellation_by(dealer, cancellation)
    settlement.cancel(cancellation, dealer, signature, sender=intruder)
    assert used(trade)


def test_works_while_paused_suspended_and_without_a_mover(
    settlement, market, security, registry, pen, trade, dealer, operators, used
):
    market.onboarding.pause("T-2035", "a reason")
    market.onboarding.pause("USD", "a reason")
    registry.suspend(dealer, "a reason", sender=operators.supervisor)
    security.removeMover(sender=operators.mover_admin)
    cancel(settlement, pen, trade, dealer)
    assert used(trade)


def test_cancels_a_free_delivery(settlement, pen, dealer, fund, chain):
    delivery = pen.delivery(dealer, fund, binding_from=chain.now() + HOUR)
    cancel(settlement, pen, delivery, fund)
    first, second = sorted((dealer.address, fund.address), key=str.lower)
    spent = {"bindingFrom": delivery.binding_from, "nonce": delivery.nonce}
    with reverts("NonceUsed", first=first, second=second, **spent):
        settlement.deliverFree(*pen.delivered(delivery))


def test_a_contract_wallet_cancels(settlement, pen, vault, fund, chain, used):
    trade = pen.trade(vault, fund, binding_from=chain.now() + HOUR)
    vault.setMood(1)
    with reverts("BadSignature", signer=vault):
        cancel(settlement, pen, trade, vault)
    vault.setMood(0)
    cancel(settlement, pen, trade, vault)
    assert used(trade)


def test_nobody_is_no_party(settlement, pen, trade):
    cancellation = pen.cancellation(trade)
    with reverts("NotAParty", signer=NOBODY):
        settlement.cancel(cancellation, NOBODY, b"")
    with reverts("BadSignature", signer=NOBODY):
        settlement.cancel(pen.changed(cancellation, first=NOBODY), NOBODY, bytes(65))


def test_a_trade_s_signature_does_not_cancel_it(settlement, pen, trade, dealer):
    consent = signing.sign(dealer.key, pen.domain, signing.trade_hash(trade, dealer.address))
    with reverts("BadSignature", signer=dealer):
        settlement.cancel(pen.cancellation(trade), dealer, consent)
