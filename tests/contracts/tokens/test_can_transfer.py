"""canTransfer gives the answer that the transfer gives, whatever the state of wallets and asset."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.chain.base import Reverted

LOT = 1_000

states = st.fixed_dictionaries(
    {
        "paused": st.booleans(),
        "holder": st.sampled_from(["active", "suspended", "closed"]),
        "receiver": st.sampled_from(["active", "suspended", "closed", "unregistered", "same"]),
        "frozen": st.sampled_from([0, 1, 3 * LOT, 5 * LOT, 9 * LOT, 2**96 - 1]),
        "ended": st.booleans(),
        "amount": st.sampled_from([0, 1, LOT, 2 * LOT, 2 * LOT + 1, 5 * LOT, 6 * LOT, 2**255]),
    }
)


@pytest.fixture
def in_state(asset, registry, operators, chain, intruder):
    """Puts a fresh market in a state; returns the receiver. The holder is left with five lots."""
    token = asset.token
    target = operators.issuer if token.contract.name == "CashToken" else operators.minter
    act = token.redeem if token.contract.name == "CashToken" else token.burn
    act(asset.holder, asset.held - 5 * LOT, bytes(32), sender=target)
    restore = chain.checkpoint()

    def put(state):
        restore()
        asset.freeze(state["frozen"])
        if state["paused"]:
            token.pause("a reason", sender=asset.pauser)
        receiver = {"unregistered": intruder, "same": asset.holder}.get(
            state["receiver"], asset.receiver
        )
        for wallet, status in (
            (asset.holder, state["holder"]),
            (asset.receiver, state["receiver"]),
        ):
            if status == "suspended":
                registry.suspend(wallet, "a reason", sender=operators.supervisor)
            if status == "closed":
                registry.close(wallet, "a reason", sender=operators.registrar)
        if state["ended"] and token.contract.name == "SecurityEntitlement":
            chain.advance_to(token.sunset() + 1)
        return receiver

    return put


@given(state=states)
def test_agrees_with_transfer_and_with_the_mover(asset, in_state, settlement, state):
    receiver = in_state(state)
    foretold = asset.token.canTransfer(asset.holder, receiver, state["amount"])
    for function, sender, first in (
        ("transfer", asset.holder, ()),
        ("bookTransfer", settlement, (asset.holder,)),
    ):
        try:
            asset.token.reader(function)(*first, receiver, state["amount"], sender=sender)
            happened = True
        except Reverted:
            happened = False
        assert foretold is happened, function


def test_nobody_neither_sends_nor_receives(asset):
    nobody = "0x" + "00" * 20
    assert asset.token.canTransfer(nobody, asset.receiver, 0) is False
    assert asset.token.canTransfer(asset.holder, nobody, 0) is False


def test_up_to_what_is_free(asset):
    asset.freeze(LOT)
    token, holder, receiver = asset.token, asset.holder, asset.receiver
    assert token.canTransfer(holder, receiver, asset.held - LOT) is True
    assert token.canTransfer(holder, receiver, asset.held) is False
