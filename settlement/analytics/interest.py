"""Interest of repo: simple, on actual days, rounded once.

Rates are fractions a year, days are counted between dates, `basis` is 360 or 365. What returns a
Fraction is not rounded; what returns a Decimal is a payment, half up to the cent.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from settlement.units import Exact, cents_half_up

MINUTES_A_DAY = 1_440
FAILS_RATE = Decimal("0.03")
FAILS_BASIS = 360


@dataclass(frozen=True, slots=True)
class Roll:
    """What a roll pays, and what the second repo lends and earns."""

    paid_at_roll: Decimal
    second_purchase_price: Decimal
    second_interest: Fraction


def simple_interest(principal: Exact, rate: Decimal, days: int, basis: int) -> Fraction:
    """`PP × rate × days / basis`, unrounded; negative where the rate is."""
    return Fraction(principal) * Fraction(rate) * days / basis


def intraday_interest(principal: Exact, rate: Decimal, minutes: int, basis: int) -> Fraction:
    """`PP × rate × minutes / (basis × 1440)`, unrounded."""
    return simple_interest(principal, rate, minutes, basis * MINUTES_A_DAY)


def accrued_interest(periods: Iterable[tuple[Exact, Decimal, int]], basis: int) -> Fraction:
    """`Σ(PPᵢ × rateᵢ × daysᵢ) / basis`, unrounded, over changes of rate or price.

    `periods` are (purchase price, rate, days).
    """
    return sum((simple_interest(*period, basis) for period in periods), Fraction(0))


def price_differential(
    principal: Decimal, periods: Iterable[tuple[Decimal, int]], basis: int
) -> Decimal:
    """Interest `Σ(principal × rate × days) / basis`, rounded once, half up; may be negative.

    `periods` are (rate, days) of one principal.
    """
    return cents_half_up(accrued_interest(((principal, *period) for period in periods), basis))


def roll(
    principal: Decimal, rate: Decimal, days: tuple[int, int], basis: int, *, capitalise: bool
) -> Roll:
    """A repo that ends as the next of the same rate opens; `days` are those of the two.

    The interest of the first is paid, or added to the purchase price of the second. It is a payment
    either way and so rounded, half up to the cent.
    """
    first, second = days
    interest = price_differential(principal, [(rate, first)], basis)
    paid, lent = (Decimal("0.00"), principal + interest) if capitalise else (interest, principal)
    return Roll(paid, lent, simple_interest(lent, rate, second, basis))


def sell_back_price(
    principal: Decimal, rate: Decimal, days: int, basis: int, *, income: Decimal, days_after: int
) -> Fraction:
    """`PP × (1 + r·d / basis) − C × (1 + r·d_after / basis)`, unrounded.

    Income of a buy/sell-back is not paid across: the buyer keeps it and earns the repo rate on it
    for the `days_after` that are left, and the sell-back price is so much less.
    """
    repaid = Fraction(principal) + simple_interest(principal, rate, days, basis)
    kept = Fraction(income) + simple_interest(income, rate, days_after, basis)
    return repaid - kept


def fails_charge(value: Exact, reference_rate: Decimal, floor: Decimal, days: int) -> Fraction:
    """`value × max(3% − reference rate, floor) × days / 360`, unrounded: a Treasury that failed."""
    return simple_interest(value, fails_rate(reference_rate, floor), days, FAILS_BASIS)


def fails_rate(reference_rate: Decimal, floor: Decimal) -> Decimal:
    """`max(3% − reference rate, floor)` a year."""
    return max(FAILS_RATE - reference_rate, floor)
