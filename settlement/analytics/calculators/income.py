"""Calculators of coupons and of accrued interest."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from settlement.analytics.calculators import values
from settlement.analytics.calculators.answer import Answer
from settlement.analytics.calculators.figures import show_exact, show_per_cent
from settlement.analytics.calculators.inputs import refused
from settlement.analytics.income import coupon_payment, treasury_accrued
from settlement.units import cents_half_up, show_quantity


@dataclass(frozen=True, kw_only=True)
class Coupon:
    """Manufactured payment: the half-year coupon that the buyer passes on to the seller."""

    nominal: Annotated[int, values.nominal("nominal of the collateral")]
    coupon: Annotated[Decimal, values.rate_from_zero("coupon a year")]

    def answer(self) -> Answer:
        """`nominal × coupon / 2`, rounded once, half up."""
        exact = coupon_payment(self.nominal, self.coupon)
        figures = f"{show_quantity(self.nominal)} × {show_per_cent(self.coupon)} / 2"
        return Answer(
            {"manufactured_payment": cents_half_up(exact)},
            [f"nominal × coupon / 2 = {figures} = {show_exact(exact)}"],
        )


@dataclass(frozen=True, kw_only=True)
class Accrued:
    """Accrued interest of a Treasury, from the last coupon on."""

    nominal: Annotated[int, values.nominal("nominal of the collateral")]
    coupon: Annotated[Decimal, values.rate_from_zero("coupon a year, paid half-yearly")]
    days: Annotated[int, values.days("actual days since the last coupon")]
    period: Annotated[int, values.days("actual days from the last coupon to the next")]

    def __post_init__(self) -> None:
        if self.period == 0:
            raise refused("period", self.period, "at least one day")
        if self.days > self.period:
            raise refused("days", self.days, f"at most the {self.period} of the coupon period")

    def answer(self) -> Answer:
        """`nominal × coupon/2 × days / period`, rounded once, half up."""
        exact = treasury_accrued(self.nominal, self.coupon, self.days, self.period)
        half = f"{show_quantity(self.nominal)} × {show_per_cent(self.coupon)} / 2"
        return Answer(
            {"accrued": cents_half_up(exact)},
            [
                f"nominal × coupon/2 × days / period = {half} × {self.days} / {self.period}"
                f" = {show_exact(exact)}"
            ],
        )
