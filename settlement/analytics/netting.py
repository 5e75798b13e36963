"""What netting saves in one asset, and what settlement needs with and without it.

All figures are of obligations that settle on one date; over several dates their sums are summed.
They are whole numbers in the unit of the asset, and exact.

The lower bound of a member is its net debit: what it pays when all settle at one moment, as in
deferred net settlement (models 2 and 3 of the BIS report on delivery versus payment, 1992). The
upper bound is the peak of its running debit: what it pays out before it is paid, when all settle
gross, one by one, in the order of submission (model 1). With less than the lower bound it cannot
meet all its obligations in any way; between the two there may be gridlock, which a liquidity-saving
mechanism resolves (Bech and Soramäki, Bank of Finland Discussion Paper 9/2001).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from settlement.analytics.obligations import Obligation
from settlement.units import half_up


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one member needs of an asset: `lower` when all settle at once, `upper` one by one."""

    lower: int
    upper: int


def gross(obligations: Iterable[Obligation]) -> int:
    """The value of all: what changes hands in cash when each settles by itself."""
    return sum(obligation.value for obligation in obligations)


def bounds(obligations: Iterable[Obligation], asset: str) -> dict[str, Bounds]:
    """By member, for all who give or take the asset, in the order in which they first do.

    One by one an obligation needs all that it debits; what it credits is there for those after it.
    """
    running: defaultdict[str, int] = defaultdict(int)
    lowest: defaultdict[str, int] = defaultdict(int)
    for obligation in obligations:
        moves = [move for move in obligation.moves if move.asset == asset]
        for move in moves:
            running[move.giver] -= move.amount
            lowest[move.giver] = min(lowest[move.giver], running[move.giver])
        for move in moves:
            running[move.taker] += move.amount
    return {
        member: Bounds(max(0, -position), -lowest[member]) for member, position in running.items()
    }


def paid_net(obligations: Iterable[Obligation], asset: str) -> int:
    """What those who are to pay net pay together when all settle at once."""
    return sum(member.lower for member in bounds(obligations, asset).values())


def netted_share(gross_value: int, net_value: int) -> Decimal:
    """Per cent of a gross value above zero that need not be paid; two places, half up."""
    return per_cent(gross_value - net_value, gross_value)


def per_cent(part: int, whole: int) -> Decimal:
    """A part of a whole above zero; two places, half up."""
    return half_up(Fraction(100 * part, whole), 2)
