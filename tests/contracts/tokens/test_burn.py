"""SecurityEntitlement.burn and CashToken.redeem: what the issuer takes out."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contracts.live import NOBODY, logged, reverts
from tests.contracts.tokens.conftest import LOT

REFERENCE = b"book entry 2".ljust(32, b"\0")


@pytest.fixture
def take_out(asset) -> Any:
    """burn of a security, redeem of cash."""
    is_security = asset.token.contract.name == "SecurityEntitlement"

    def take(account: Any, amount: int, sender: Any = None) -> Any:
        act = asset.token.burn if is_security else asset.token.redeem
        return act(account, amount, REFERENCE, sender=sender or asset.minter)

    return take


def test_only_the_minter(asset, take_out, intruder, operators):
    for caller in (intruder, asset.holder, operators.depository_admin, operators.root):
        with reverts("AccessManagedUnauthorized", caller=caller):
            take_out(asset.holder, LOT, sender=caller)


def test_not_from_nobody(take_out):
    with reverts("ERC20InvalidSender", sender=NOBODY):
        take_out(NOBODY, LOT)


def test_not_more_than_is_free(asset, take_out):
    asset.freeze(LOT)
    error = {"account": asset.holder, "needed": asset.held, "available": asset.held - LOT}
    with reverts("InsufficientFreeBalance", asset=asset.token, **error):
        take_out(asset.holder, asset.held)


def test_takes_out(asset, take_out, chain):
    supply, time = asset.token.totalSupply(), chain.now()
    events = take_out(asset.holder, 3 * LOT)
    is_security = asset.token.contract.name == "SecurityEntitlement"
    name, unit = ("Burned", "quantity") if is_security else ("Redeemed", "amount")
    assert logged(events, name) == {
        "from": asset.holder.address,
        unit: 3 * LOT,
        "bookReference": REFERENCE,
    }
    assert logged(events, "Transfer") == {
        "from": asset.holder.address,
        "to": NOBODY,
        "value": 3 * LOT,
    }
    assert asset.token.accountOf(asset.holder) == (asset.held - 3 * LOT, 0, time)
    assert asset.token.totalSupply() == supply - 3 * LOT


def test_works_while_paused_and_from_a_closed_wallet(asset, take_out, registry, operators):
    asset.token.pause("a reason", sender=asset.pauser)
    registry.close(asset.holder, "a reason", sender=operators.registrar)
    take_out(asset.holder, asset.held)
    assert asset.token.totalSupply() == asset.token.balanceOf(asset.holder) == 0
