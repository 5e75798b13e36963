"""Settlement.deliverFree: what both sides signed, the receiver too, against nothing."""

import pytest

from settlement.model.party import WalletStatus
from settlement.onchain import signing
from tests.contracts.live import logged, reverts
from tests.contracts.pen import HOUR, QUANTITY


@pytest.fixture
def delivery(pen, dealer, fund):
    """dealer gives a million to fund."""
    return pen.delivery(dealer, fund)


def test_a_quantity_is_above_zero(settlement, pen, delivery):
    with reverts("ZeroQuantity"):
        settlement.deliverFree(*pen.delivered(pen.changed(delivery, quantity=0)))


def test_the_sides_differ(settlement, pen, delivery, dealer):
    with reverts("SelfTrade", wallet=dealer):
        settlement.deliverFree(*pen.delivered(pen.changed(delivery, receiver=dealer)))


@pytest.mark.parametrize(("opens_in", "closes_in"), [(1, HOUR), (-HOUR, -1)])
def test_not_outside_its_window(settlement, pen, delivery, chain, opens_in, closes_in):
    now = chain.now()
    window = {"not_before": now + opens_in, "not_after": now + closes_in}
    with reverts("OutsideWindow", notBefore=now + opens_in, notAfter=now + closes_in, time=now):
        settlement.deliverFree(*pen.delivered(pen.changed(delivery, **window)))


@pytest.mark.parametrize(("opens_in", "closes_in"), [(0, HOUR), (-HOUR, 0), (0, 0)])
def test_at_both_ends_of_its_window(settlement, pen, delivery, chain, opens_in, closes_in, used):
    now = chain.now()
    window = {"not_before": now + opens_in, "not_after": now + closes_in}
    settlement.deliverFree(*pen.delivered(pen.changed(delivery, **window)))
    assert used(delivery)


@pytest.mark.parametrize("side", ["deliverer", "receiver"])
def test_both_wallets_are_registered(settlement, pen, delivery, intruder, side):
    with reverts("WalletNotActive", wallet=intruder, status=WalletStatus.UNREGISTERED.value):
        settlement.deliverFree(*pen.delivered(pen.changed(delivery, **{side: intruder})))


def test_the_deliverer_signs(settlement, pen, delivery):
    signed, _, second = pen.delivered(delivery)
    with reverts("BadSignature", signer=delivery.deliverer):
        settlement.deliverFree(signed, second, second)


def test_the_receiver_signs_too(settlement, pen, delivery, changes):
    signed, first, _ = pen.delivered(delivery)
    for missing in (b"", first):
        with reverts("BadSignature", signer=delivery.receiver):
            settlement.deliverFree(signed, first, missing)
    assert changes() == {}


@pytest.mark.parametrize(
    "change",
    [{"quantity": 2_000_000}, {"trade_date": 1}, {"not_after": 2**64 - 1}, {"nonce": 0}],
    ids=lambda change: next(iter(change)),
)
def test_not_for_other_terms(settlement, pen, delivery, change):
    _, first, second = pen.delivered(delivery)
    with reverts("BadSignature", signer=delivery.deliverer):
        settlement.deliverFree(pen.changed(delivery, **change), first, second)


def test_a_trade_s_signatures_are_not_a_delivery_s(settlement, pen, delivery, trade):
    signed = pen.signed(pen.changed(trade, nonce=delivery.nonce))
    with reverts("BadSignature", signer=delivery.deliverer):
        settlement.deliverFree(delivery, signed.seller_signature, signed.buyer_signature)


def test_delivers_once(settlement, pen, delivery):
    settlement.deliverFree(*pen.delivered(delivery))
    first, second = sorted((delivery.deliverer, delivery.receiver), key=str.lower)
    spent = {"bindingFrom": delivery.binding_from, "nonce": delivery.nonce}
    with reverts("NonceUsed", first=first, second=second, **spent):
        settlement.deliverFree(*pen.delivered(delivery))


def test_not_more_than_is_held(settlement, pen, delivery, security, dealer, used):
    error = {"account": dealer, "needed": 12_001_000, "available": 12_000_000}
    with reverts("InsufficientFreeBalance", asset=security, **error):
        settlement.deliverFree(*pen.delivered(pen.changed(delivery, quantity=12_001_000)))
    assert not used(delivery)


def test_delivers(settlement, pen, delivery, security, changes, used):
    events = settlement.deliverFree(*pen.delivered(delivery))
    assert logged(events, "Delivered") == {
        "delivery": signing.free_delivery_hash(delivery, delivery.deliverer),
        "deliverer": delivery.deliverer,
        "receiver": delivery.receiver,
        "asset": security.address,
        "quantity": QUANTITY,
    }
    assert changes() == {"dealer": {"T-2035": -QUANTITY}, "fund": {"T-2035": QUANTITY}}
    assert used(delivery)


def test_delivers_cash(settlement, pen, delivery, cash, fund, dealer, changes):
    paid = pen.changed(delivery, deliverer=fund, receiver=dealer, asset=cash, quantity=10_000)
    settlement.deliverFree(*pen.delivered(paid))
    assert changes() == {"fund": {"USD": -10_000}, "dealer": {"USD": 10_000}}
