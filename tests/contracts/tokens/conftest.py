"""Both tokens, so that what they share is tested on each, and the three ways to move one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from eth_account.signers.local import LocalAccount

from settlement.coordinator.directory import Party
from tests.contracts.live import Live

LOT = 1_000
"""A quantity that either token moves."""


@dataclass(frozen=True)
class Asset:
    """A token, a holder, somebody who holds nothing yet, and the token's operators."""

    token: Live
    holder: Party
    receiver: Party
    held: int
    pauser: LocalAccount
    freezer: LocalAccount
    minter: LocalAccount
    mover_admin: LocalAccount

    def freeze(self, amount: int, account: Any = None) -> Any:
        """Freezes units of the holder."""
        return self.token.setFrozenTokens(account or self.holder, amount, sender=self.freezer)

    def free(self) -> int:
        """What the holder can move."""
        return self.token.freeBalanceOf(self.holder)


@pytest.fixture(params=["security", "cash"])
def asset(request, security, cash, dealer, fund, operators) -> Asset:
    """Either token."""
    if request.param == "security":
        acting = (operators.pauser, operators.freezer, operators.minter, operators.mover_admin)
        return Asset(security, dealer, fund, 12_000_000, *acting)
    acting = (operators.issuer, operators.issuer, operators.issuer, operators.mover_admin)
    return Asset(cash, fund, dealer, 12_000_000_000_000, *acting)


@pytest.fixture
def move(request, asset, operators, chain) -> Callable[..., Any]:
    """`move(from, to, amount)` by transfer, by transferFrom or by bookTransfer.

    The receiver holds an allowance, and a key is made the mover for the last.
    """
    way = request.param
    if way == "bookTransfer":
        become_mover(asset, operators.coordinator, chain)

    def move_asset(source: Any, target: Any, amount: int) -> Any:
        if way == "transfer":
            return asset.token.transfer(target, amount, sender=source)
        if way == "transferFrom":
            asset.token.approve(asset.receiver, amount, sender=source)
            return asset.token.transferFrom(source, target, amount, sender=asset.receiver)
        return asset.token.bookTransfer(source, target, amount, sender=operators.coordinator)

    return move_asset


def become_mover(asset: Asset, mover: Any, chain: Any) -> None:
    """Makes somebody the mover of a token, in the two days that it takes."""
    asset.token.announceMover(mover, sender=asset.mover_admin)
    chain.advance_to(chain.now() + asset.token.MOVER_DELAY())
    asset.token.adoptMover(sender=asset.mover_admin)


every_way = pytest.mark.parametrize(
    "move", ["transfer", "transferFrom", "bookTransfer"], indirect=True
)
