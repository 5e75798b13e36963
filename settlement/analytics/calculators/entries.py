"""Terms of a net sum besides the repos: margin in cash and in securities, income, charges."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, ClassVar

from settlement.analytics import margin
from settlement.analytics.calculators import values
from settlement.analytics.calculators.answer import Entry, label
from settlement.analytics.calculators.figures import plus, show_cash, show_per_cent
from settlement.analytics.collateral import value_after_margin
from settlement.model.repo import Method


@dataclass(frozen=True, kw_only=True)
class CashMargin:
    """Cash margin, which earns its agreed rate."""

    POSITIONS: ClassVar = ("amount", "rate", "days")

    amount: Annotated[Decimal, values.cash("cash of the margin")]
    rate: Annotated[Decimal, values.rate("its rate a year")]
    days: Annotated[int, values.days("actual days that it is held")]
    basis: Annotated[int, values.basis()] = 360

    @property
    def worth(self) -> Fraction:
        """With its interest, unrounded."""
        return margin.cash_margin(self.amount, self.rate, self.days, self.basis)

    @property
    def step(self) -> str:
        """The worth in figures."""
        grown = f"1 {plus(show_per_cent(self.rate))} × {self.days} / {self.basis}"
        return f"{show_cash(self.amount)} × ({grown})"


@dataclass(frozen=True, kw_only=True)
class SecuritiesMargin:
    """Margin in securities: at market value by ratio, after haircut by haircut."""

    market_value: Annotated[Decimal, values.market_value("its market value now")]
    haircut: Annotated[Decimal | None, values.haircut()] = None

    @property
    def worth(self) -> Fraction:
        """Unrounded."""
        return value_after_margin(self.market_value, Method.HAIRCUT, self.haircut or Decimal(0))


def cash_entries(held: Sequence[CashMargin], given: Sequence[CashMargin]) -> Iterator[Entry]:
    """Cash margin as terms of a sum: what is held counts against the one who holds it."""
    yield from (Entry(f"cash margin held: {each.step}", -each.worth) for each in held)
    yield from (Entry(f"cash margin given: {each.step}", each.worth) for each in given)


def securities_entries(
    held: Sequence[SecuritiesMargin], given: Sequence[SecuritiesMargin]
) -> Iterator[Entry]:
    """Margin in securities as terms of a sum."""
    yield from (Entry("securities margin held", -each.worth) for each in held)
    yield from (Entry("securities margin given", each.worth) for each in given)


def other_entries(**amounts: Decimal) -> Iterator[Entry]:
    """Amounts by the name of their input; `..._due_by_...` and `..._held` take away."""
    for name, amount in amounts.items():
        sign = -1 if "_due_by_" in name or name.endswith("_held") else 1
        if amount:
            yield Entry(label(name), sign * Fraction(amount))


def summed(entries: Sequence[Entry]) -> Fraction:
    """The sum of all terms, unrounded."""
    return margin.net_sum(
        [entry.amount for entry in entries if entry.amount > 0],
        [-entry.amount for entry in entries if entry.amount < 0],
    )
