"""Calculators of purchase price and of what it means for the quantity of collateral."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Annotated

from settlement.analytics import collateral
from settlement.analytics.calculators import values
from settlement.analytics.calculators.answer import Answer
from settlement.analytics.calculators.figures import (
    show_cash,
    show_exact,
    show_per_cent,
    show_price,
    show_up,
)
from settlement.analytics.calculators.inputs import refused, rows, several
from settlement.analytics.calculators.terms import Margin, Margined, require_margin
from settlement.units import half_up, show_quantity


@dataclass(frozen=True, kw_only=True)
class PurchasePrice(Margined):
    """Cash that collateral carries."""

    nominal: Annotated[int, values.nominal("nominal of the collateral")]
    dirty: Annotated[Decimal, values.price_of_par("dirty price, clean and accrued")]

    @property
    def value(self) -> Fraction:
        """Value after margin, unrounded."""
        return self.margin.after(collateral.market_value(self.nominal, self.dirty))

    @property
    def step(self) -> str:
        """The value in figures."""
        formula = f"PP = nominal × dirty {self.margin.formula}"
        figures = f"{show_quantity(self.nominal)} × {show_price(self.dirty)} {self.margin}"
        return f"{formula} = {figures} = {show_exact(self.value)}"

    def answer(self) -> Answer:
        """`PP = nominal × dirty × (1 − h)`, or `/ m`, rounded once, half up."""
        return Answer({"purchase_price": collateral.purchase_price([self.value])}, [self.step])


@dataclass(frozen=True, kw_only=True)
class Reprice(PurchasePrice):
    """New price of the same collateral: the difference in purchase price is paid."""

    old_purchase_price: Annotated[Decimal, values.cash("cash lent so far")]

    def answer(self) -> Answer:
        """`cash to the buyer = old PP − new PP`; below zero the buyer pays."""
        new, old = collateral.purchase_price([self.value]), self.old_purchase_price
        difference = f"old PP − new PP = {show_cash(old)} − {show_cash(new)}"
        return Answer(
            {"purchase_price": new, "cash_to_buyer": old - new},
            [self.step, f"cash to buyer = {difference} = {show_exact(old - new)}"],
        )


@dataclass(frozen=True, kw_only=True)
class Adjust(Margined):
    """New quantity of collateral for the same cash."""

    purchase_price: Annotated[Decimal, values.cash("cash that stays lent")]
    dirty: Annotated[Decimal, values.price_of_par("dirty price now")]
    denomination: Annotated[int, values.nominal("least nominal that can be delivered")] = 1

    def answer(self) -> Answer:
        """`nominal = PP / (dirty × (1 − h))`, or `PP × m / dirty`, up to the denomination."""
        return _enough(Fraction(self.purchase_price), "PP", self.dirty, self)


@dataclass(frozen=True, kw_only=True)
class Returned:
    """A line that goes back to the seller; its margin is of the same method as the new one."""

    nominal: Annotated[int, values.nominal("nominal that goes back")]
    dirty: Annotated[Decimal, values.price_of_par("its dirty price")]
    margin: Annotated[Decimal, values.margin("its haircut, or margin ratio")]


@dataclass(frozen=True, kw_only=True)
class Substitute(Margined):
    """New collateral worth, after margin, at least what is returned."""

    returned: Annotated[tuple[Returned, ...], rows(Returned, "a line that goes back to the seller")]
    dirty: Annotated[Decimal, values.price_of_par("dirty price of the new collateral")]
    denomination: Annotated[int, values.nominal("least nominal that can be delivered")] = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        for place, line in enumerate(self.returned, 1):
            require_margin(f"returned.{place}.margin", self.margin.method, line.margin)

    def answer(self) -> Answer:
        """`MV new × (1 − h) ≥ Σ MV × (1 − h)` of what is returned, up to the denomination."""
        margins = [Margin(self.margin.method, line.margin) for line in self.returned]
        lines = list(zip(self.returned, margins, strict=True))
        out = sum(
            (
                margin.after(collateral.market_value(line.nominal, line.dirty))
                for line, margin in lines
            ),
            Fraction(0),
        )
        summed = " + ".join(
            f"{show_quantity(line.nominal)} × {show_price(line.dirty)} {margin}"
            for line, margin in lines
        )
        enough = _enough(out, "value out", self.dirty, self)
        return Answer(enough.outputs, [f"value out = {summed} = {show_exact(out)}", *enough.steps])


@dataclass(frozen=True, kw_only=True)
class Shape(Margined):
    """A transaction split into lots whose purchase prices sum to that of the whole."""

    nominals: Annotated[tuple[int, ...], several(values.nominal("nominal of a lot"))]
    dirty: Annotated[Decimal, values.price_of_par("dirty price")]

    def answer(self) -> Answer:
        """Each lot: the rounded sum with it, less the rounded sum before it."""
        lots = [(f"lot {place}", nominal) for place, nominal in enumerate(self.nominals, 1)]
        prices, steps = _shaped(lots, self.dirty, self.margin)
        return Answer({"purchase_prices": prices}, steps)


@dataclass(frozen=True, kw_only=True)
class Partial(Margined):
    """Purchase price of what was delivered, and of what stays open."""

    delivered: Annotated[int, values.nominal("nominal delivered")]
    of: Annotated[int, values.nominal("nominal of the whole transaction")]
    dirty: Annotated[Decimal, values.price_of_par("dirty price")]

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.delivered > self.of:
            whole = f"at most the whole of {show_quantity(self.of)}"
            raise refused("delivered", show_quantity(self.delivered), whole)

    def answer(self) -> Answer:
        """Pro rata for what was delivered, rounded half up; the rest of the whole stays open."""
        parts = [("delivered now", self.delivered), ("stays open", self.of - self.delivered)]
        (now, rest), steps = _shaped(parts, self.dirty, self.margin)
        return Answer({"now": now, "open": rest}, steps)


@dataclass(frozen=True, kw_only=True)
class Haircut:
    """The haircut that a margin ratio is, in per cent."""

    margin_ratio: Annotated[Decimal, values.margin_ratio()]

    def answer(self) -> Answer:
        """`h = 1 − 1/m`, in per cent to six places, half up."""
        per_cent = 100 * collateral.haircut_of_ratio(self.margin_ratio)
        step = f"h = 1 − 1/m = 1 − 1 / {show_per_cent(self.margin_ratio)} = {show_exact(per_cent)}%"
        return Answer({"haircut_percent": half_up(per_cent, 6)}, [step])


def _enough(value: Fraction, what: str, price: Decimal, new: Adjust | Substitute) -> Answer:
    """The least nominal at `price` worth `value` after margin."""
    margin, denomination = new.margin, new.denomination
    nominal = collateral.collateral_up(value, price, margin.method, margin.figure, denomination)
    exact = show_exact(value / margin.after(price))
    formula = f"nominal = {what} / (dirty {margin.formula})"
    figures = f"{show_exact(value)} / ({show_price(price)} {margin})"
    up = show_up(nominal, denomination)
    return Answer({"nominal": nominal}, [f"{formula} = {figures} = {exact}, {up}"])


def _shaped(
    parts: Sequence[tuple[str, int]], price: Decimal, margin: Margin
) -> tuple[tuple[Decimal, ...], list[str]]:
    """The purchase prices of the parts of a whole, by name and nominal, and how they come about."""
    worth = [margin.after(collateral.market_value(nominal, price)) for _, nominal in parts]
    figures = f"{show_price(price)} {margin}"
    steps = [
        f"{name} = {show_quantity(nominal)} × {figures} = {show_exact(exact)}"
        for (name, nominal), exact in zip(parts, worth, strict=True)
    ]
    whole = sum(worth, Fraction(0))
    return collateral.shaped(worth), [*steps, f"whole = {show_exact(whole)}"]
