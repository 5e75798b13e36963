"""What parties are to move when one instruction settles: the matter of queues and nets.

Nothing here knows a chain, a signature or a clock. Names of parties and assets are any text.
Amounts are whole numbers above zero, each asset in its own unit (cash in cents or in the chain's
millionths, securities in units of nominal), so sums are exact. `value` is what an obligation counts
for where obligations are weighed against each other: its cash.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

Account = tuple[str, str]
"""(party, asset)."""

Balances = Mapping[Account, int]
"""What each account holds free; an account that is not named holds nothing."""


class Move(NamedTuple):
    """One asset from one party to another."""

    giver: str
    taker: str
    asset: str
    amount: int


@dataclass(frozen=True, slots=True)
class Obligation:
    """An instruction that moves all of its legs or none."""

    id: str
    value: int
    moves: tuple[Move, ...]


def against_payment(
    id: str, seller: str, buyer: str, security: str, quantity: int, currency: str, amount: int
) -> Obligation:
    """A trade: the security one way, the cash the other; it counts for its cash."""
    delivery = Move(seller, buyer, security, quantity)
    return Obligation(id, amount, (delivery, Move(buyer, seller, currency, amount)))


def nets(obligations: Iterable[Obligation]) -> dict[Account, int]:
    """What each account gets less what it gives when all settle, accounts of zero included.

    Per asset these sum to zero, and no order of the obligations changes them.
    """
    positions: defaultdict[Account, int] = defaultdict(int)
    for obligation in obligations:
        for giver, taker, asset, amount in obligation.moves:
            positions[giver, asset] -= amount
            positions[taker, asset] += amount
    return dict(positions)
