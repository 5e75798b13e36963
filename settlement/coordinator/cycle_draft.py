"""A netting cycle before it is signed: what was confirmed, who cannot pay, what all are shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from settlement.coordinator.amounts import show_amount
from settlement.model.asset import Asset, Cash
from settlement.model.cycle import Cycle, NetMovement, NettedTrade, Proposal, movements_of
from settlement.onchain.cycle_signing import leaf_of
from settlement.onchain.merkle import MerkleTree
from settlement.units import cash_from_chain


@dataclass(frozen=True, slots=True)
class Window:
    """When a cycle may settle, in seconds since 1970, both included."""

    not_before: int
    not_after: int


@dataclass(frozen=True, slots=True)
class ConfirmedTrade:
    """A trade with both confirmations, by its reference.

    Where a clearing house clears it, one of the two that replace it, and `deal` names the original.
    """

    deal: str
    reference: str
    trade: NettedTrade
    seller_signature: bytes
    buyer_signature: bytes


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A member that cannot pay its net in one asset, in the chain's units."""

    member: str
    asset: Asset
    needs: int
    free: int

    @property
    def missing(self) -> Decimal | int:
        """What it would take, as people write it."""
        units = self.needs - self.free
        return cash_from_chain(units) if isinstance(self.asset, Cash) else units

    def __str__(self) -> str:
        needs, free = (show_amount(self.asset, units) for units in (self.needs, self.free))
        return f"{self.member} needs {needs} net and has {free}"


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything that the proposals to the members of a cycle say.

    `movements` by participant, by increasing address; `short` says why the members `without` are
    left out, and the trades `left_out` with them.
    """

    cycle: Cycle
    trades: tuple[ConfirmedTrade, ...]
    left_out: tuple[ConfirmedTrade, ...]
    movements: dict[str, tuple[NetMovement, ...]]
    without: tuple[str, ...]
    short: tuple[Shortfall, ...]
    tree: MerkleTree

    @property
    def participants(self) -> tuple[str, ...]:
        """Their addresses, increasing."""
        return tuple(self.movements)

    def proposal_to(self, participant: str) -> Proposal:
        """What one participant gets to see."""
        own = [leaf_of(each.trade) for each in self.trades if participant in each.trade.sides]
        return Proposal(
            self.cycle,
            self.participants,
            self.movements[participant],
            {leaf: self.tree.proof(leaf) for leaf in own},
            self.without,
        )


def nets_of(trades: Iterable[NettedTrade]) -> dict[str, tuple[NetMovement, ...]]:
    """What each participant gets and gives, by participant, by increasing address."""
    own: dict[str, list[NettedTrade]] = {}
    for trade in trades:
        for side in trade.sides:
            own.setdefault(side, []).append(trade)
    ordered = sorted(own, key=lambda address: int(address, 16))
    return {member: movements_of(member, own[member]) for member in ordered}
