"""Inputs that several calculators share: what was lent for how long, and against which margin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated

from settlement.analytics.calculators import values
from settlement.analytics.calculators.figures import (
    plus,
    show_cash,
    show_exact,
    show_per_cent,
)
from settlement.analytics.calculators.inputs import BadInputs, Fault, missing, refused
from settlement.analytics.collateral import value_after_margin
from settlement.analytics.interest import MINUTES_A_DAY, intraday_interest, simple_interest
from settlement.model.repo import Method
from settlement.units import Exact

BUYS = {"buyer": True, "seller": False}


@dataclass(frozen=True, kw_only=True)
class Loan:
    """Cash lent at a rate: for actual days, between two dates, or for minutes of one day."""

    purchase_price: Annotated[Decimal, values.cash("cash that was lent")]
    rate: Annotated[Decimal, values.rate("repo rate a year, simple; may be negative")]
    days: Annotated[
        int | None, values.days("actual days of the term; or from and to, or minutes")
    ] = None
    from_: Annotated[date | None, values.day("purchase date, the first day counted")] = None
    to: Annotated[date | None, values.day("repurchase date, not counted")] = None
    minutes: Annotated[int | None, values.minutes("minutes of an intraday repo", MINUTES_A_DAY)] = (
        None
    )
    basis: Annotated[int, values.basis()] = 360

    def __post_init__(self) -> None:
        if (self.from_ is None) != (self.to is None):
            raise missing("from" if self.from_ is None else "to", "from and to go together")
        if self.from_ and self.to and self.to < self.from_:
            raise refused("to", self.to, f"a date not before {self.from_}")
        if self.term > values.MOST_DAYS:
            latest = f"a date at most {values.MOST_DAYS:,} days after {self.from_}"
            raise refused("to", self.to, latest)
        terms = (self.days, self.to, self.minutes)
        if sum(term is not None for term in terms) != 1:
            raise BadInputs([Fault("days", "one of days, from and to, or minutes needed")])

    @property
    def term(self) -> int:
        """Actual days; the purchase date counts and the repurchase date does not."""
        if self.from_ and self.to:
            return (self.to - self.from_).days
        return self.days or 0

    @property
    def interest(self) -> Fraction:
        """The price differential, unrounded."""
        if self.minutes is not None:
            return intraday_interest(self.purchase_price, self.rate, self.minutes, self.basis)
        return simple_interest(self.purchase_price, self.rate, self.term, self.basis)

    @property
    def repurchase_price(self) -> Fraction:
        """`RP = PP + PD`, unrounded."""
        return Fraction(self.purchase_price) + self.interest

    @property
    def interest_step(self) -> str:
        """The interest in figures."""
        lent = f"{show_cash(self.purchase_price)} × {show_per_cent(self.rate)}"
        if self.minutes is not None:
            formula, ended = "PP × rate × minutes / (basis × 1440)", f"{self.minutes} / "
            ended += f"({self.basis} × {MINUTES_A_DAY})"
        else:
            formula, ended = "PP × rate × days / basis", f"{self.term} / {self.basis}"
        return f"PD = {formula} = {lent} × {ended} = {show_exact(self.interest)}"

    @property
    def repurchase_step(self) -> str:
        """The repurchase price in figures, unrounded."""
        figures = f"{show_cash(self.purchase_price)} {plus(show_exact(self.interest))}"
        return f"RP = PP + PD = {figures} = {show_exact(self.repurchase_price)}"


@dataclass(frozen=True, slots=True)
class Margin:
    """A haircut or a margin ratio."""

    method: Method
    figure: Decimal

    def after(self, value: Exact) -> Fraction:
        """Value after margin."""
        return value_after_margin(value, self.method, self.figure)

    @property
    def formula(self) -> str:
        """What a market value is to be followed by."""
        return "× (1 − h)" if self.method is Method.HAIRCUT else "/ m"

    def __str__(self) -> str:
        figure = show_per_cent(self.figure)
        return f"× (1 − {figure})" if self.method is Method.HAIRCUT else f"/ {figure}"


@dataclass(frozen=True, kw_only=True)
class Margined:
    """Collateral with a haircut or with a margin ratio, one of the two."""

    haircut: Annotated[
        Decimal | None, values.haircut("haircut, such as 0.02 or 2%; or a margin ratio")
    ] = None
    margin_ratio: Annotated[Decimal | None, values.margin_ratio()] = None

    def __post_init__(self) -> None:
        require_one_margin(self.haircut, self.margin_ratio)

    @property
    def margin(self) -> Margin:
        """Which of the two it is."""
        return margin_of(self.haircut, self.margin_ratio)


def margin_of(haircut: Decimal | None, ratio: Decimal | None) -> Margin:
    """The one that was given."""
    if haircut is not None:
        return Margin(Method.HAIRCUT, haircut)
    return Margin(Method.RATIO, ratio or Decimal(1))


def require_one_margin(haircut: Decimal | None, ratio: Decimal | None) -> None:
    """Refuses both and neither."""
    if (haircut is None) == (ratio is None):
        neither = "neither a haircut nor a margin ratio"
        given = neither if haircut is None else "both a haircut and a margin ratio"
        raise refused("haircut", given, "exactly one")


def require_margin(name: str, method: Method, margin: Decimal) -> None:
    """Refuses a haircut of one and more, and a ratio below one."""
    if method is Method.HAIRCUT and margin >= 1:
        needed, meant = "a haircut of less than 100%", "is a margin ratio meant?"
        raise refused(name, show_per_cent(margin), needed, meant)
    if method is Method.RATIO and margin < 1:
        needed, meant = "a margin ratio of at least 100%", "is a haircut meant?"
        raise refused(name, show_per_cent(margin), needed, meant)
