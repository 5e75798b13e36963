"""Tri-party allocation: which lots cover a need, as a linear programme.

A lot may be split. With `yᵢ` the value after haircut taken from lot i and `T = Σ yᵢ`:

    0 ≤ yᵢ ≤ what the lot is worth after haircut,  T ≤ need,  Σ of a group ≤ its share × T

`T` is as large as the limits let it be, at most the need; what is missing is `short`. Among all
ways to reach it an objective chooses: `best-first` bears as little haircut as possible (least
`Σ hᵢ yᵢ`), `cheapest-first` as much (the lots that are cheapest to post); equal lots go in the
order given. The solver's floats only say which lots are full, empty or between and which limits
bind; the amounts are then solved from that in exact fractions and checked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from itertools import pairwise

from settlement.analytics.linear import Bound, Programme, solve
from settlement.units import CENT, Exact


class Objective(Enum):
    """Which lots are taken first where there is a choice."""

    BEST_FIRST = "best-first"
    CHEAPEST_FIRST = "cheapest-first"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """Collateral that may be posted, whole or in part.

    `quantity` at `price` is its market value; with the price of one and cents as denomination the
    quantity is the value itself. `kind` and `issuer` matter where a limit speaks of them.
    """

    name: str
    quantity: Exact
    haircut: Decimal
    price: Decimal = Decimal(1)
    denomination: Exact = CENT
    kind: str = ""
    issuer: str = ""

    @property
    def unit_value(self) -> Fraction:
        """Value after haircut of one unit."""
        return Fraction(self.price) * (1 - Fraction(self.haircut))

    @property
    def value(self) -> Fraction:
        """Value after haircut of all whole denominations in it."""
        pieces = Fraction(self.quantity) // Fraction(self.denomination)
        return pieces * Fraction(self.denomination) * self.unit_value

    def quantity_up(self, value: Fraction) -> Fraction:
        """The least quantity in whole denominations with this value after haircut."""
        piece = Fraction(self.denomination)
        return -(-value // (piece * self.unit_value)) * piece


class Group(Enum):
    """What a limit counts together."""

    SECURITY = "security"
    ISSUER = "issuer"
    KIND = "kind"

    def of(self, lot: Lot) -> str:
        """The security, issuer or kind of a lot; those that do not say it count together."""
        return {Group.SECURITY: lot.name, Group.ISSUER: lot.issuer, Group.KIND: lot.kind}[self]


@dataclass(frozen=True, slots=True)
class Limit:
    """No more than `share` of the value after haircut from one security, issuer or kind.

    `of` names the one that is limited; without it each of them is.
    """

    by: Group
    share: Exact
    of: str = ""


@dataclass(frozen=True, slots=True)
class Allocation:
    """What is taken: `values` after haircut, unrounded, and `quantities`, up to the denomination.

    The values are within all limits and sum to the need less `short`. Rounding up adds less than
    one denomination per lot, to the limits too. Lots of which nothing is taken are left out.
    """

    values: dict[str, Fraction]
    quantities: dict[str, Fraction]
    short: Fraction


def allocate(
    need: Exact, lots: Sequence[Lot], objective: Objective, limits: Sequence[Limit] = ()
) -> Allocation:
    """Covers `need`, a value after haircut, from `lots`, or as much of it as the limits allow."""
    total = Fraction(need)
    programme = Programme(
        most=[lot.value / total for lot in lots],
        costs=_costs(lots, objective),
        bounds=[bound for limit in limits for bound in _bounds(limit, lots)],
    )
    taken = [(lot, share * total) for lot, share in zip(lots, solve(programme), strict=True)]
    values = {lot.name: value for lot, value in taken if value}
    quantities = {lot.name: lot.quantity_up(value) for lot, value in taken if value}
    return Allocation(values, quantities, total - sum(values.values()))


def _bounds(limit: Limit, lots: Sequence[Lot]) -> list[Bound]:
    groups: dict[str, list[int]] = {}
    for place, lot in enumerate(lots):
        groups.setdefault(limit.by.of(lot), []).append(place)
    return [
        Bound(frozenset(members), Fraction(limit.share))
        for name, members in groups.items()
        if limit.of in ("", name)
    ]


def _costs(lots: Sequence[Lot], objective: Objective) -> list[Fraction]:
    """Haircuts in units of their smallest difference, then the order of the lots in small steps."""
    sign = 1 if objective is Objective.BEST_FIRST else -1
    haircuts = [sign * Fraction(lot.haircut) for lot in lots]
    steps = [after - before for before, after in pairwise(sorted(set(haircuts)))]
    unit, lowest = min(steps, default=Fraction(1)), min(haircuts)
    return [
        (haircut - lowest) / unit + Fraction(place, 10 * len(lots))
        for place, haircut in enumerate(haircuts)
    ]
