"""Calculator of tri-party allocation."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, ClassVar

from settlement.analytics import allocation
from settlement.analytics.calculators import values
from settlement.analytics.calculators.answer import Answer
from settlement.analytics.calculators.figures import (
    show_cash,
    show_exact,
    show_per_cent,
    show_price,
    show_up,
)
from settlement.analytics.calculators.inputs import BadInputs, Fault, missing, refused, rows
from settlement.units import cents_up

GROUPS = {group.value: group for group in allocation.Group}
OBJECTIVES = {objective.value: objective for objective in allocation.Objective}


@dataclass(frozen=True, kw_only=True)
class Lot:
    """Collateral that may be posted: a value in cash, or a quantity at a price."""

    POSITIONS: ClassVar = ("name", "value", "haircut")

    name: Annotated[str, values.name("name of the security")]
    value: Annotated[Decimal | None, values.cash_from_zero("market value that is there")] = None
    haircut: Annotated[Decimal, values.haircut()]
    quantity: Annotated[
        int | None, values.nominal("quantity that is there, instead of a value")
    ] = None
    price: Annotated[Decimal | None, values.price("dirty price of the quantity")] = None
    denomination: Annotated[int, values.nominal("least nominal that can be posted")] = 1
    kind: Annotated[str, values.name("kind, where a limit needs it")] = ""
    issuer: Annotated[str, values.name("issuer, where a limit needs it")] = ""

    def __post_init__(self) -> None:
        if (self.quantity is None) != (self.price is None):
            absent = "price" if self.price is None else "quantity"
            raise missing(absent, "quantity and price go together")
        if (self.value is None) == (self.quantity is None):
            raise BadInputs([Fault("value", "exactly one of value, and quantity and price needed")])

    @property
    def lot(self) -> allocation.Lot:
        """The lot as allocation takes it."""
        if self.value is not None:
            return allocation.Lot(
                name=self.name,
                quantity=self.value,
                haircut=self.haircut,
                kind=self.kind,
                issuer=self.issuer,
            )
        return allocation.Lot(
            name=self.name,
            quantity=Decimal(self.quantity or 0),
            price=self.price or Decimal(1),
            denomination=Decimal(self.denomination),
            haircut=self.haircut,
            kind=self.kind,
            issuer=self.issuer,
        )


@dataclass(frozen=True, kw_only=True)
class Limit:
    """The largest share of the collateral value, after haircut, from one security or group."""

    POSITIONS: ClassVar = ("by", "share", "of")

    by: Annotated[allocation.Group, values.choice("what is limited", GROUPS)]
    share: Annotated[Decimal, values.share("largest share")]
    of: Annotated[str, values.name("the one that is limited; each of them where none is given")] = (
        ""
    )


@dataclass(frozen=True, kw_only=True)
class Allocate:
    """Lots that cover a need after haircut, by linear programme; a lot may be split.

    `best-first` bears as little haircut as possible, `cheapest-first` as much; equal lots go in the
    order given.
    """

    need: Annotated[Decimal, values.cash("value after haircut that is needed")]
    objective: Annotated[allocation.Objective, values.choice("which lots go first", OBJECTIVES)]
    lots: Annotated[tuple[Lot, ...], rows(Lot, "collateral that may be posted")]
    limits: Annotated[
        tuple[Limit, ...], rows(Limit, "largest share of one security, issuer or kind")
    ] = ()

    def __post_init__(self) -> None:
        counted = Counter(lot.name for lot in self.lots)
        for lot_name, count in counted.items():
            if count > 1:
                raise refused("lots", f"{count} of the name {lot_name}", "each name once")
        for place, lot in enumerate(self.lots, 1):
            for limit in self.limits:
                if not limit.by.of(lot.lot):
                    raise missing(f"lots.{place}.{limit.by.value}", "a limit needs it")

    def answer(self) -> Answer:
        """Values before haircut, up to the cent, or quantities, up to the denomination."""
        lots = [each.lot for each in self.lots]
        limits = [allocation.Limit(each.by, each.share, each.of) for each in self.limits]
        found = allocation.allocate(self.need, lots, self.objective, limits)
        taken = [each for each in self.lots if each.name in found.quantities]
        return Answer(
            {
                "allocated": {each.name: _up(each, found) for each in taken},
                "short": cents_up(found.short),
            },
            [*(_step(each, found) for each in taken), f"short = {show_exact(found.short)}"],
        )


def _up(lot: Lot, found: allocation.Allocation) -> Decimal | int:
    """What is taken of a lot: value up to the cent, or quantity up to the denomination."""
    quantity = found.quantities[lot.name]
    return int(quantity) if lot.value is None else cents_up(quantity)


def _step(lot: Lot, found: allocation.Allocation) -> str:
    """What is taken of a lot, before it goes up and after."""
    after, taken = found.values[lot.name], _up(lot, found)
    if isinstance(taken, int):
        price, up = f" × {show_price(lot.lot.price)}", show_up(taken, lot.denomination)
    else:
        price, up = "", f"up to the cent: {show_cash(taken)}"
    worth = f"{price} × (1 − {show_per_cent(lot.haircut)}) = {show_exact(after)} after haircut"
    return f"{lot.name} {show_exact(after / lot.lot.unit_value)}{worth}, {up}"
