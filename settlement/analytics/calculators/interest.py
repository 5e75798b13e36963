"""Calculators of interest, roll, sell-back and the charge for a fail."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from settlement.analytics import interest
from settlement.analytics.calculators import values
from settlement.analytics.calculators.answer import Answer
from settlement.analytics.calculators.figures import (
    less,
    plus,
    show_cash,
    show_exact,
    show_per_cent,
)
from settlement.analytics.calculators.inputs import refused, rows
from settlement.analytics.calculators.terms import Loan
from settlement.units import cents_half_up


@dataclass(frozen=True, kw_only=True)
class Interest(Loan):
    """Interest and repurchase price of a repo, by days, dates or minutes."""

    def answer(self) -> Answer:
        """`PD = PP × rate × days / basis`, rounded once, half up; `RP = PP + PD`."""
        paid = cents_half_up(self.interest)
        lent, repaid = self.purchase_price, self.purchase_price + paid
        figures = f"{show_cash(lent)} {plus(show_cash(paid))} = {show_cash(repaid)}"
        return Answer(
            {"price_differential": paid, "repurchase_price": repaid},
            [self.interest_step, f"RP = PP + PD = {figures}"],
        )


@dataclass(frozen=True, kw_only=True)
class Period:
    """Days with one purchase price and one rate."""

    purchase_price: Annotated[Decimal, values.cash("cash that was lent")]
    rate: Annotated[Decimal, values.rate("repo rate a year")]
    days: Annotated[int, values.days("actual days")]


@dataclass(frozen=True, kw_only=True)
class Accrual:
    """Interest over changes of rate or purchase price, rounded once."""

    periods: Annotated[
        tuple[Period, ...], rows(Period, "what was lent, at which rate, for how many days")
    ]
    basis: Annotated[int, values.basis()] = 360

    def answer(self) -> Answer:
        """`PD = Σ(PPᵢ × rateᵢ × daysᵢ) / basis`, rounded once, half up."""
        periods = [(each.purchase_price, each.rate, each.days) for each in self.periods]
        exact = interest.accrued_interest(periods, self.basis)
        summed = " + ".join(
            f"{show_cash(lent)} × {show_per_cent(rate)} × {days}" for lent, rate, days in periods
        )
        step = f"PD = Σ(PPᵢ × rateᵢ × daysᵢ) / basis = ({summed}) / {self.basis}"
        return Answer(
            {"price_differential": cents_half_up(exact)}, [f"{step} = {show_exact(exact)}"]
        )


@dataclass(frozen=True, kw_only=True)
class Roll:
    """A repo that ends as the next opens: interest paid at the roll, or capitalised."""

    purchase_price: Annotated[Decimal, values.cash("cash lent by the first repo")]
    rate: Annotated[Decimal, values.rate("repo rate a year of both")]
    first_days: Annotated[int, values.days("actual days of the first repo")]
    second_days: Annotated[int, values.days("actual days of the second repo")]
    capitalise: Annotated[
        bool, values.flag("add the first interest to the second purchase price")
    ] = False
    basis: Annotated[int, values.basis()] = 360

    def answer(self) -> Answer:
        """Interest of each repo, rounded half up; the first is paid or lent on."""
        lent, days = self.purchase_price, (self.first_days, self.second_days)
        rolled = interest.roll(lent, self.rate, days, self.basis, capitalise=self.capitalise)
        first = interest.simple_interest(lent, self.rate, self.first_days, self.basis)
        what = "capitalised" if self.capitalise else "paid at the roll"
        second = rolled.second_purchase_price
        return Answer(
            {
                "paid_at_roll": rolled.paid_at_roll,
                "second_price_differential": cents_half_up(rolled.second_interest),
            },
            [
                f"PD₁ = {self._figures(lent, self.first_days)} = {show_exact(first)}, {what}",
                f"PP₂ = {show_cash(second)}",
                f"PD₂ = {self._figures(second, self.second_days)}"
                f" = {show_exact(rolled.second_interest)}",
            ],
        )

    def _figures(self, lent: Decimal, days: int) -> str:
        return f"{show_cash(lent)} × {show_per_cent(self.rate)} × {days} / {self.basis}"


@dataclass(frozen=True, kw_only=True)
class SellBack:
    """Sell-back price of a buy/sell-back in whose term the collateral paid income."""

    purchase_price: Annotated[Decimal, values.cash("cash lent")]
    rate: Annotated[Decimal, values.rate("repo rate a year")]
    days: Annotated[int, values.days("actual days of the term")]
    income: Annotated[Decimal, values.cash_from_zero("income that the buyer kept")] = Decimal(0)
    days_after_income: Annotated[int, values.days("actual days from the income to the end")] = 0
    basis: Annotated[int, values.basis()] = 360

    def __post_init__(self) -> None:
        if self.days_after_income > self.days:
            raise refused(
                "days_after_income", self.days_after_income, f"at most the {self.days} of the term"
            )

    def answer(self) -> Answer:
        """`PP × (1 + r·d / basis) − C × (1 + r·d_after / basis)`, rounded once, half up."""
        exact = interest.sell_back_price(
            self.purchase_price,
            self.rate,
            self.days,
            self.basis,
            income=self.income,
            days_after=self.days_after_income,
        )
        repaid = self._grown(self.purchase_price, self.days)
        kept = self._grown(self.income, self.days_after_income)
        formula = "PP × (1 + r × d / basis) − C × (1 + r × d after / basis)"
        return Answer(
            {"sell_back_price": cents_half_up(exact)},
            [f"{formula} = {repaid} − {kept} = {show_exact(exact)}"],
        )

    def _grown(self, amount: Decimal, days: int) -> str:
        grown = f"1 {plus(show_per_cent(self.rate))} × {days} / {self.basis}"
        return f"{show_cash(amount)} × ({grown})"


@dataclass(frozen=True, kw_only=True)
class Fails:
    """Charge for Treasuries that were not delivered in time."""

    value: Annotated[Decimal, values.market_value("what was to be paid for the delivery")]
    reference_rate: Annotated[Decimal, values.rate("reference rate a year")]
    floor: Annotated[Decimal, values.rate_from_zero("least rate that is charged")] = Decimal(0)
    days: Annotated[int, values.days("actual days of the fail")]

    def answer(self) -> Answer:
        """`value × max(3% − reference rate, floor) × days / 360`, rounded once, half up."""
        exact = interest.fails_charge(self.value, self.reference_rate, self.floor, self.days)
        charged = show_per_cent(interest.fails_rate(self.reference_rate, self.floor))
        rest = f"3% {less(show_per_cent(self.reference_rate))}"
        most = f"max({rest}, {show_per_cent(self.floor)})"
        figures = f"{show_cash(self.value)} × {charged} × {self.days} / {interest.FAILS_BASIS}"
        return Answer(
            {"charge": cents_half_up(exact)},
            [
                f"rate = max(3% − reference rate, floor) = {most} = {charged}",
                f"charge = value × rate × days / 360 = {figures} = {show_exact(exact)}",
            ],
        )
