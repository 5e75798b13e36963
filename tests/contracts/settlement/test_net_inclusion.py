"""NetSettlement.isIncluded: both confirmed a trade, and it is among those of a root.

Trees and proofs are Python's; OpenZeppelin's `MerkleProof` checks them.
"""

from dataclasses import replace

import pytest
from eth_utils import keccak, to_canonical_address
from hypothesis import given
from hypothesis import strategies as st

from settlement.onchain.cycle_signing import NETTED_TRADE, leaf_of
from settlement.onchain.merkle import MerkleTree
from tests.contracts.live import NOBODY, reverts
from tests.contracts.settlement.cycles import NUMBER
from tests.contracts.settlement.test_contract_wallets import REFUSING

OTHER = "0x" + "12" * 20


@pytest.fixture
def bought(cycles, dealer, fund):
    """Five trades, and their tree."""
    trades = [cycles.trade(dealer, fund, nonce=nonce) for nonce in range(5)]
    return trades, MerkleTree(leaf_of(trade) for trade in trades)


# --- both confirmed -------------------------------------------------------------------------------


@pytest.mark.parametrize("side", ["seller", "buyer"])
def test_both_sides_confirm(netting, cycles, bought, side):
    """Whether it is in the tree or not."""
    trades, tree = bought
    trade, *signatures = cycles.confirmed(trades[0])
    proof = tree.proof(leaf_of(trade))
    place = 0 if side == "seller" else 1
    other = cycles.confirmation_by(trade.sides[1 - place], trade)
    for forged in (b"", bytes(65), other):
        signatures[place] = forged
        with reverts("BadSignature", signer=trade.sides[place]):
            netting.isIncluded(trade, *signatures, tree.root, proof)
        with reverts("BadSignature", signer=trade.sides[place]):
            netting.isIncluded(trade, *signatures, bytes(32), [])


@pytest.mark.parametrize(
    "change",
    [
        {"security": OTHER},
        {"quantity": 999_000},
        {"cash": OTHER},
        {"amount": 10_000},
        {"trade_date": 1},
        {"cycle": NUMBER + 1},
        {"nonce": 99},
    ],
    ids=lambda change: next(iter(change)),
)
def test_not_for_other_terms(netting, cycles, pen, bought, change):
    trades, tree = bought
    trade, *signatures = cycles.confirmed(trades[0])
    altered = pen.changed(trade, **change)
    with reverts("BadSignature", signer=trade.seller):
        netting.isIncluded(altered, *signatures, tree.root, tree.proof(leaf_of(trade)))


def test_not_with_the_sides_exchanged(netting, cycles, pen, bought):
    trades, tree = bought
    trade, by_seller, by_buyer = cycles.confirmed(trades[0])
    turned = pen.changed(trade, seller=trade.buyer, buyer=trade.seller)
    with reverts("BadSignature", signer=trade.buyer):
        netting.isIncluded(turned, by_buyer, by_seller, tree.root, ())


@pytest.mark.parametrize(
    "change",
    [{"chain_id": 1}, {"contract": OTHER}, {"name": "DvP Settlement"}, {"version": "2"}],
    ids=lambda change: next(iter(change)),
)
def test_not_for_another_chain_or_contract(netting, cycles, bought, change):
    trades, tree = bought
    trade, _, by_buyer = cycles.confirmed(trades[0])
    domain = replace(cycles.domain, **change)
    elsewhere = cycles.confirmation_by(trade.seller, trade, domain)
    with reverts("BadSignature", signer=trade.seller):
        netting.isIncluded(trade, elsewhere, by_buyer, tree.root, ())


def test_a_burn_or_a_statement_confirms_nothing(netting, cycles, bought, dealer, fund):
    trades, tree = bought
    trade, _, by_buyer = cycles.confirmed(trades[0])
    _, statements = cycles.signed({dealer: {}, fund: {}})
    signatures = [each.signature for each in statements if each.participant == trade.seller]
    for signature in (*signatures, cycles.burn_by(trade.seller, NUMBER)):
        with reverts("BadSignature", signer=trade.seller):
            netting.isIncluded(trade, signature, by_buyer, tree.root, ())


def test_nobody_confirms(netting, cycles, pen, bought):
    trades, tree = bought
    nobody_s = pen.changed(trades[0], seller=NOBODY)
    with reverts("BadSignature", signer=NOBODY):
        netting.isIncluded(nobody_s, bytes(65), bytes(65), tree.root, ())


def test_a_contract_wallet_confirms(netting, cycles, vault, fund):
    trade, *signatures = cycles.confirmed(cycles.trade(vault, fund))
    assert netting.isIncluded(trade, *signatures, leaf_of(trade), ()) is True
    for mood in REFUSING:
        vault.setMood(mood)
        with reverts("BadSignature", signer=vault):
            netting.isIncluded(trade, *signatures, leaf_of(trade), ())


def test_a_confirmation_settles_nothing_at_the_door(
    netting, settlement, pen, cycles, dealer, fund, changes
):
    """Nor does a trade's signature confirm it."""
    trade = pen.trade(dealer, fund)
    netted = cycles.trade(dealer, fund, nonce=trade.nonce)
    _, *confirmations = cycles.confirmed(netted)
    with reverts("BadSignature", signer=dealer):
        settlement.settle(trade, *confirmations)
    for mode in (0, 2):
        with reverts("BadSignature", signer=dealer):
            settlement.settleBatch([(trade.words(), *confirmations)], mode)
    delivery = pen.delivery(dealer, fund, nonce=trade.nonce)
    with reverts("BadSignature", signer=dealer):
        settlement.deliverFree(delivery, *confirmations)
    assert changes() == {}

    signed = pen.signed(trade)
    consents = (signed.seller_signature, signed.buyer_signature)
    with reverts("BadSignature", signer=dealer):
        netting.isIncluded(netted, *consents, leaf_of(netted), ())


def test_works_while_suspended(netting, registry, cycles, bought, dealer, operators):
    """What was netted stays provable, whatever became of the sides."""
    trades, tree = bought
    registry.suspend(dealer, "a reason", sender=operators.supervisor)
    trade, *signatures = cycles.confirmed(trades[0])
    assert netting.isIncluded(trade, *signatures, tree.root, tree.proof(leaf_of(trade))) is True


# --- it is among them -----------------------------------------------------------------------------


@pytest.mark.parametrize("size", range(1, 10))
def test_every_trade_of_a_cycle_is_included_and_no_other(netting, cycles, dealer, fund, size):
    trades = [cycles.trade(dealer, fund, nonce=nonce) for nonce in range(size + 1)]
    *netted, absent = trades
    tree = MerkleTree(leaf_of(trade) for trade in netted)
    for trade in netted:
        confirmed, proof = cycles.confirmed(trade), tree.proof(leaf_of(trade))
        assert netting.isIncluded(*confirmed, tree.root, proof) is True
        assert netting.isIncluded(*cycles.confirmed(absent), tree.root, proof) is False


def test_a_proof_is_good_for_its_own_root_and_leaf(netting, cycles, bought):
    trades, tree = bought
    trade = trades[0]
    confirmed, proof = cycles.confirmed(trade), tree.proof(leaf_of(trade))
    wrong = [
        (bytes(32), proof),
        (leaf_of(trade), proof),
        (tree.root, ()),
        (tree.root, proof[:-1]),
        (tree.root, proof[1:]),
        (tree.root, (*proof, tree.root)),
        (tree.root, (*proof[:-1], bytes(32))),
        (tree.root, (bytes(32), *proof[1:])),
        (tree.root, proof[::-1]),
    ]
    for root, path in wrong:
        assert netting.isIncluded(*confirmed, root, path) is False
    assert netting.isIncluded(*confirmed, tree.root, proof) is True


def test_an_inner_node_is_no_leaf(netting, cycles, bought):
    """A leaf is the hash of eleven words and a node of two: no trade stands where a node does."""
    trade = bought[0][0]
    words = netting.encode("isIncluded", trade, b"", b"", bytes(32), ())[4 : 4 + 9 * 32]
    hashed = keccak(text=NETTED_TRADE) + words + bytes(12) + to_canonical_address(trade.seller)
    assert len(hashed) == 11 * 32
    assert keccak(hashed) == leaf_of(trade)


trees = st.lists(st.integers(0, 2**256 - 1), min_size=1, max_size=40, unique=True)


@given(nonces=trees, data=st.data())
def test_python_s_proofs_are_openzeppelin_s(netting, cycles, dealer, fund, nonces, data):
    trades = [cycles.trade(dealer, fund, nonce=nonce) for nonce in nonces]
    tree = MerkleTree(leaf_of(trade) for trade in trades)
    trade, other = data.draw(st.sampled_from(trades)), data.draw(st.sampled_from(trades))
    proof = tree.proof(leaf_of(trade))
    assert netting.isIncluded(*cycles.confirmed(trade), tree.root, proof) is True
    proves_other = netting.isIncluded(*cycles.confirmed(other), tree.root, proof)
    assert proves_other is (other == trade)
