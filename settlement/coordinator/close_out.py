"""What a close-out made of a netting set: repos, prices, and the one sum. Cash in Decimals."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Valued:
    """A repo that is over: what its seller owed, and what the buyer has or gets of collateral."""

    reference: str
    owed: Decimal
    market_value: Decimal


@dataclass(frozen=True, slots=True)
class FixedPrice:
    """The price of a security in a close-out; disputed where a side stated it."""

    security: str
    price: Decimal
    disputed: bool


@dataclass(frozen=True, slots=True)
class CloseOut:
    """One sum for the whole netting set.

    `net` is what the defaulter owes the other side from it, below zero what that side owes; `claim`
    is what stands between the two from all close-outs, seen the same way. `steps` are the
    transactions of this call; repos and prices are those of earlier ones, too.
    """

    by: str
    against: str
    repos: tuple[Valued, ...]
    prices: tuple[FixedPrice, ...]
    steps: int
    net: Decimal
    claim: Decimal
