"""Linked trades settle only together, whole and in order; groupOf says what links them."""

from dataclasses import replace

import pytest
from eth_utils import keccak

from settlement.onchain import signing
from tests.contracts.live import reverts

ALL_OR_NONE = 0


@pytest.fixture
def linked(pen, dealer, fund, broker):
    """Three linked trades, signed: dealer to broker to fund and cash for cash."""
    pen.keys[broker.address] = broker.key
    return pen.linked(
        pen.trade(dealer, broker, quantity=5_000, amount=50_000),
        pen.trade(broker, fund, quantity=5_000, amount=60_000),
        pen.trade(dealer, fund, quantity=1_000, amount=10_000),
    )


def group(linked):
    return linked[0].trade.group


def test_a_group_is_the_hash_of_the_ids_outside_any_group(settlement, linked):
    trades = [signed.trade for signed in linked]
    unlinked = [replace(trade, group=bytes(32)) for trade in trades]
    ids = b"".join(signing.trade_id(trade) for trade in unlinked)
    assert settlement.groupOf(trades) == settlement.groupOf(unlinked) == keccak(ids)
    assert group(linked) == keccak(ids)
    assert settlement.groupOf(trades[::-1]) != keccak(ids)


def test_settles_whole(settlement, linked, changes, used):
    settlement.settleBatch(linked, ALL_OR_NONE)
    assert changes() == {
        "dealer": {"T-2035": -6_000, "USD": 60_000},
        "broker": {"USD": 10_000},
        "fund": {"T-2035": 6_000, "USD": -70_000},
    }
    assert all(used(signed.trade) for signed in linked)


def test_settles_among_others(settlement, pen, linked, trade, dealer, fund, used):
    others = [pen.signed(trade), pen.signed(pen.trade(dealer, fund))]
    settlement.settleBatch([others[0], *linked, others[1]], ALL_OR_NONE)
    assert all(used(signed.trade) for signed in [*linked, *others])


def test_two_groups_settle_side_by_side(settlement, pen, linked, dealer, fund, used):
    other = pen.linked(pen.trade(dealer, fund, quantity=1_000, amount=10_000))
    settlement.settleBatch([*linked, *other], ALL_OR_NONE)
    assert all(used(signed.trade) for signed in [*linked, *other])


def test_not_alone(settlement, linked):
    for signed in linked:
        with reverts("GroupBroken", group=group(linked)):
            settlement.settle(*signed.words())


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_not_with_one_left_out(settlement, linked, changes, missing):
    rest = linked[:missing] + linked[missing + 1 :]
    with reverts("GroupBroken", group=group(linked)):
        settlement.settleBatch(rest, ALL_OR_NONE)
    assert changes() == {}


def test_not_in_another_order(settlement, linked):
    with reverts("GroupBroken", group=group(linked)):
        settlement.settleBatch(linked[::-1], ALL_OR_NONE)


def test_not_with_a_stranger_between(settlement, pen, linked, trade):
    with reverts("GroupBroken", group=group(linked)):
        settlement.settleBatch([linked[0], pen.signed(trade), *linked[1:]], ALL_OR_NONE)


def test_not_twice(settlement, linked):
    with reverts("GroupBroken", group=group(linked)):
        settlement.settleBatch([*linked, *linked], ALL_OR_NONE)


def test_not_with_a_stranger_who_claims_to_belong(settlement, pen, linked, trade, changes):
    joined = pen.signed(pen.changed(trade, group=group(linked)))
    with reverts("GroupBroken", group=group(linked)):
        settlement.settleBatch([*linked, joined], ALL_OR_NONE)
    assert changes() == {}


def test_not_with_other_terms_in_one_of_them(settlement, pen, linked):
    altered = pen.signed(pen.changed(linked[2].trade, amount=20_000))
    with reverts("GroupBroken", group=group(linked)):
        settlement.settleBatch([*linked[:2], altered], ALL_OR_NONE)


def test_a_signature_outside_the_group_is_none_inside(settlement, pen, linked):
    last = linked[2]
    alone = pen.signed(replace(last.trade, group=bytes(32)))
    item = (last.trade.words(), alone.seller_signature, alone.buyer_signature)
    items = [*(signed.words() for signed in linked[:2]), item]
    with reverts("BadSignature", signer=last.trade.seller):
        settlement.settleBatch(items, ALL_OR_NONE)
    free = (alone.trade.words(), last.seller_signature, last.buyer_signature)
    with reverts("BadSignature", signer=last.trade.seller):
        settlement.settle(*free)


def test_the_whole_group_waits_for_its_weakest_member(
    settlement, linked, registry, broker, operators, changes, used
):
    registry.suspend(broker, "a reason", sender=operators.supervisor)
    with reverts("WalletNotActive", wallet=broker, status=2):
        settlement.settleBatch(linked, ALL_OR_NONE)
    assert changes() == {}
    registry.reinstate(broker, "nothing found", sender=operators.registrar)
    settlement.settleBatch(linked, ALL_OR_NONE)
    assert all(used(signed.trade) for signed in linked)


def test_no_trades_make_the_hash_of_nothing(settlement):
    assert settlement.groupOf([]) == keccak(b"")
