"""Consent: a signature is good for exactly one trade, one side, one contract and one chain."""

from dataclasses import replace

import pytest

from settlement.onchain import signing
from tests.contracts.live import reverts

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
OTHER = "0x" + "12" * 20


def test_not_for_another_chain(settlement, pen, trade):
    domain = replace(pen.domain, chain_id=pen.domain.chain_id + 1)
    with reverts("BadSignature", signer=trade.seller):
        settlement.settle(trade, *(pen.trade_by(side, trade, domain) for side in _sides(trade)))


@pytest.mark.parametrize(
    "change", [{"contract": OTHER}, {"name": "DvP Repo Facility"}, {"version": "2"}]
)
def test_not_for_another_contract(settlement, pen, trade, change):
    domain = replace(pen.domain, **change)
    with reverts("BadSignature", signer=trade.seller):
        settlement.settle(trade, *(pen.trade_by(side, trade, domain) for side in _sides(trade)))


def _sides(trade):
    return trade.seller, trade.buyer


@pytest.mark.parametrize(
    "change",
    [
        {"security": OTHER},
        {"quantity": 999_000},
        {"quantity": 1_001_000},
        {"cash": OTHER},
        {"amount": 10_000},
        {"trade_date": 1},
        {"not_before": 0},
        {"not_after": 2**64 - 1},
        {"binding_from": 0},
        {"nonce": 0},
    ],
    ids=lambda change: next(iter(change)),
)
def test_not_for_other_terms(settlement, pen, trade, changes, change):
    signed = pen.signed(trade)
    altered = pen.changed(trade, **change)
    with reverts("BadSignature", signer=trade.seller):
        settlement.settle(altered, signed.seller_signature, signed.buyer_signature)
    own = pen.trade_by(trade.seller, altered)
    with reverts("BadSignature", signer=trade.buyer):
        settlement.settle(altered, own, signed.buyer_signature)
    assert changes() == {}


@pytest.mark.parametrize("side", ["seller", "buyer"])
def test_not_for_another_beneficiary(settlement, pen, trade, broker, side):
    signed = pen.signed(trade)
    altered = pen.changed(trade, **{side: broker})
    with reverts("BadSignature", signer=altered.seller):
        settlement.settle(altered, signed.seller_signature, signed.buyer_signature)


def test_not_with_the_sides_exchanged(settlement, pen, trade):
    signed = pen.signed(trade)
    reversed_trade = pen.changed(trade, seller=trade.buyer, buyer=trade.seller)
    with reverts("BadSignature", signer=trade.buyer):
        settlement.settle(reversed_trade, signed.buyer_signature, signed.seller_signature)


def test_the_seller_s_signature_is_not_the_buyer_s(settlement, pen, trade):
    signed = pen.signed(trade)
    with reverts("BadSignature", signer=trade.buyer):
        settlement.settle(trade, signed.seller_signature, signed.seller_signature)


def test_the_buyer_s_signature_is_not_the_seller_s(settlement, pen, trade):
    signed = pen.signed(trade)
    with reverts("BadSignature", signer=trade.seller):
        settlement.settle(trade, signed.buyer_signature, signed.buyer_signature)


def test_a_side_does_not_sign_in_the_name_of_the_other(settlement, pen, trade, dealer):
    in_the_name_of_fund = signing.sign(
        dealer.key, pen.domain, signing.trade_hash(trade, trade.buyer)
    )
    with reverts("BadSignature", signer=trade.buyer):
        settlement.settle(trade, pen.trade_by(dealer, trade), in_the_name_of_fund)


def test_what_a_side_signs_as_the_other_side_of_the_same_trade_is_not_its_consent(
    settlement, pen, trade, fund
):
    """One key for both: were `signer` not part of what is signed, this would be one consent."""
    signature = signing.sign(fund.key, pen.domain, signing.trade_hash(trade, trade.seller))
    with reverts("BadSignature", signer=trade.buyer):
        settlement.settle(trade, pen.trade_by(trade.seller, trade), signature)


def test_a_malleable_signature(settlement, pen, trade, used):
    signed = pen.signed(trade)
    r, s, v = _parts(signed.seller_signature)
    twin = r.to_bytes(32) + (ORDER - s).to_bytes(32) + bytes([55 - v])
    with reverts("BadSignature", signer=trade.seller):
        settlement.settle(trade, twin, signed.buyer_signature)
    assert not used(trade)


def test_a_compact_signature_of_64_bytes(settlement, pen, trade):
    signed = pen.signed(trade)
    r, s, v = _parts(signed.buyer_signature)
    compact = r.to_bytes(32) + (s | (v - 27) << 255).to_bytes(32)
    with reverts("BadSignature", signer=trade.buyer):
        settlement.settle(trade, signed.seller_signature, compact)


@pytest.mark.parametrize("size", [0, 1, 32, 64, 66, 96, 130])
def test_a_signature_of_another_size(settlement, pen, trade, size):
    signed = pen.signed(trade)
    resized = signed.seller_signature.ljust(size, b"\0")[:size]
    with reverts("BadSignature", signer=trade.seller):
        settlement.settle(trade, resized, signed.buyer_signature)


@pytest.mark.parametrize("v", [0, 1, 2, 26, 29, 255])
def test_a_signature_with_another_parity(settlement, pen, trade, v):
    signed = pen.signed(trade)
    with reverts("BadSignature", signer=trade.seller):
        settlement.settle(trade, signed.seller_signature[:64] + bytes([v]), signed.buyer_signature)


def test_a_signature_of_zeros_is_nobody_s(settlement, pen, trade):
    with reverts("BadSignature", signer=trade.seller):
        settlement.settle(trade, bytes(65), bytes(65))


def test_a_stranger_s_signature(settlement, pen, trade, intruder):
    signature = signing.sign(intruder.key, pen.domain, signing.trade_hash(trade, trade.seller))
    with reverts("BadSignature", signer=trade.seller):
        settlement.settle(trade, signature, pen.trade_by(trade.buyer, trade))


def test_a_free_delivery_s_signature_is_not_a_trade_s(settlement, pen, trade, dealer, fund):
    delivery = pen.delivery(dealer, fund, nonce=trade.nonce)
    _, first, second = pen.delivered(delivery)
    with reverts("BadSignature", signer=dealer):
        settlement.settle(trade, first, second)


def _parts(signature):
    return int.from_bytes(signature[:32]), int.from_bytes(signature[32:64]), signature[64]
