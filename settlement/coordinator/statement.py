"""What the statement of a repo says: every cash flow, with the figures that it came from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Flow:
    """Cash that moved. `formulas` end in `= amount`, each with its figures."""

    date: date
    what: str
    payer: str
    receiver: str
    amount: Decimal
    formulas: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that moved no cash, and what it changed."""

    date: date
    what: str


@dataclass(frozen=True, slots=True)
class Statement:
    """A repo from its first leg to where it stands."""

    reference: str
    seller: str
    buyer: str
    currency: str
    collateral: str
    state: str
    entries: tuple[Flow | Remark, ...]

    @property
    def flows(self) -> tuple[Flow, ...]:
        """The cash flows alone."""
        return tuple(entry for entry in self.entries if isinstance(entry, Flow))

    @property
    def seller_received(self) -> Decimal:
        """All that the seller received less all that it paid."""
        signs = (1 if flow.receiver == self.seller else -1 for flow in self.flows)
        amounts = (flow.amount for flow in self.flows)
        return sum((sign * amount for sign, amount in zip(signs, amounts, strict=True)), Decimal(0))
