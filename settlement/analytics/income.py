"""Income of a bond that pays its coupon twice a year."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction


def coupon_payment(nominal: int, coupon: Decimal) -> Fraction:
    """`nominal × coupon / 2`, unrounded: what the buyer passes on to the seller in the term."""
    return nominal * Fraction(coupon) / 2


def treasury_accrued(nominal: int, coupon: Decimal, days: int, period: int) -> Fraction:
    """`nominal × coupon/2 × days since the last coupon / days in the period`, unrounded."""
    return coupon_payment(nominal, coupon) * days / period
