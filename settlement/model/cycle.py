"""Netting cycles: what is confirmed, what is proposed and what is signed.

The structs are those of `contracts/interfaces/INetSettlement.sol`, in its order and units. A trade
for a cycle is confirmed and never signed as a `Trade`: nothing settles on a confirmation.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from settlement.model.trade import Signable, Trade


@dataclass(frozen=True, slots=True)
class NettedTrade(Signable):
    """What both sides confirm for one cycle."""

    seller: str
    buyer: str
    security: str
    quantity: int
    cash: str
    amount: int
    trade_date: int
    cycle: int
    nonce: int

    @property
    def sides(self) -> tuple[str, str]:
        """Seller and buyer."""
        return self.seller, self.buyer


@dataclass(frozen=True, slots=True)
class Cycle(Signable):
    """What all participants of a cycle sign alike, beside who they are."""

    number: int
    trades_root: bytes
    trade_count: int
    not_before: int
    not_after: int


@dataclass(frozen=True, slots=True)
class NetMovement(Signable):
    """What a participant gets of one asset; below zero what it gives."""

    asset: str
    amount: int


@dataclass(frozen=True, slots=True)
class NetStatement:
    """One participant's part of a cycle, and its consent to it."""

    participant: str
    movements: tuple[NetMovement, ...]
    signature: bytes

    def words(self) -> tuple[Any, ...]:
        """The struct as the contract takes it."""
        movements = [movement.words() for movement in self.movements]
        return self.participant, movements, self.signature


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the coordinator shows one participant and asks it to sign.

    `participants` by increasing address; `proofs` has one for each of its trades that is netted, by
    leaf; `without` are the members left out of the cycle, whose trades are therefore not netted.
    """

    cycle: Cycle
    participants: tuple[str, ...]
    movements: tuple[NetMovement, ...]
    proofs: dict[bytes, tuple[bytes, ...]]
    without: tuple[str, ...] = ()


def movements_of(participant: str, trades: Iterable[NettedTrade]) -> tuple[NetMovement, ...]:
    """What a participant's trades come to: by increasing address of the asset, none of zero."""
    nets: dict[str, int] = {}
    for trade in trades:
        sign = (participant == trade.buyer) - (participant == trade.seller)
        nets[trade.security] = nets.get(trade.security, 0) + sign * trade.quantity
        nets[trade.cash] = nets.get(trade.cash, 0) - sign * trade.amount
    ordered = sorted(nets.items(), key=lambda net: int(net[0], 16))
    return tuple(NetMovement(asset, amount) for asset, amount in ordered if amount)


def for_cycle(trade: Trade, cycle: int) -> NettedTrade:
    """A matched trade that nobody signed, to be confirmed for a cycle instead."""
    return NettedTrade(
        trade.seller,
        trade.buyer,
        trade.security,
        trade.quantity,
        trade.cash,
        trade.amount,
        trade.trade_date,
        cycle,
        trade.nonce,
    )


def novated(trade: NettedTrade, house: str, nonce: int) -> tuple[NettedTrade, NettedTrade]:
    """The two trades that replace a trade: the clearing house buys it, and sells it on.

    They have a number of their own, because the trades of two pairs may have the same one.
    """
    common = replace(trade, nonce=nonce)
    return replace(common, buyer=house), replace(common, seller=house)
