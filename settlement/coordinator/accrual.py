"""Interest of a repo: stretches of one purchase price at one rate, their sum, and its formula.

The arithmetic is that of `analytics.interest`; here it is applied to periods and told in figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from settlement.analytics.interest import MINUTES_A_DAY, accrued_interest, intraday_interest
from settlement.units import show_cash, show_per_cent


@dataclass(frozen=True, slots=True)
class Period:
    """So many days, or minutes of one day, of one purchase price at one rate."""

    purchase_price: Decimal
    rate: Decimal
    days: int
    minutes: int = 0


def interest_of(periods: Sequence[Period], basis: int) -> Fraction:
    """`Σ purchase price × rate × days / basis`, unrounded; an intraday period counts minutes."""
    days = accrued_interest(
        ((period.purchase_price, period.rate, period.days) for period in periods), basis
    )
    minutes = (
        intraday_interest(period.purchase_price, period.rate, period.minutes, basis)
        for period in periods
    )
    return days + sum(minutes, Fraction(0))


def interest_formula(periods: Sequence[Period], basis: int, interest: Decimal) -> str:
    """`9,974,250.00 × 4.30% × 1/360 = 1,191.37`; a sum in brackets where something changed."""
    result = show_cash(interest)
    if not periods:
        return f"no day counted = {result}"
    if len({period.purchase_price for period in periods}) > 1:
        products = " + ".join(f"{show_cash(p.purchase_price)} × {_rated(p)}" for p in periods)
        return f"({products})/{basis} = {result}"
    rated = " + ".join(map(_rated, periods))
    inside = f"({rated})" if len(periods) > 1 else rated
    divisor = f"({basis} × {MINUTES_A_DAY:,})" if periods[0].minutes else str(basis)
    return f"{show_cash(periods[0].purchase_price)} × {inside}/{divisor} = {result}"


def _rated(period: Period) -> str:
    return f"{show_per_cent(period.rate)} × {period.minutes or period.days}"
