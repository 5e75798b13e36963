"""Exposure of repos under one agreement, and the margin call that follows from it.

An exposure is positive where the buyer, who lent the cash, is exposed. Nothing is rounded but the
call. One agreement has one currency and one method.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from settlement.analytics.collateral import value_after_margin
from settlement.analytics.interest import simple_interest
from settlement.model.repo import Method
from settlement.units import Exact, cents_half_up


@dataclass(frozen=True, slots=True)
class CollateralLine:
    """One line of a repo: cash that it carries, haircut or ratio, market value now."""

    purchase_price: Decimal
    margin: Decimal
    market_value: Decimal


def exposure(repurchase_price: Exact, method: Method, lines: Sequence[CollateralLine]) -> Fraction:
    """The transaction's exposure, unrounded.

    By ratio `RP × Σ(wᵢ × mᵢ) − Σ MVᵢ`, where `wᵢ` is the line's part in the sum of all
    purchase prices; by haircut `RP − Σ MVᵢ × (1 − hᵢ)`.
    """
    price = Fraction(repurchase_price)
    if method is Method.RATIO:
        carried = sum((Fraction(line.purchase_price) for line in lines), Fraction(0))
        weighted = sum(Fraction(line.purchase_price) * Fraction(line.margin) for line in lines)
        return price * weighted / carried - sum(Fraction(line.market_value) for line in lines)
    return price - sum(value_after_margin(line.market_value, method, line.margin) for line in lines)


def net_sum(due_to: Sequence[Exact], due_by: Sequence[Exact]) -> Fraction:
    """All that is due to a party less all that is due by it, unrounded.

    For the net exposure: due to it are exposures where it is buyer, income due to it and margin it
    gave; due by it exposures where it is seller, income due by it and margin it holds.
    """
    plus, minus = (
        sum((Fraction(amount) for amount in side), Fraction(0)) for side in (due_to, due_by)
    )
    return plus - minus


def cash_margin(amount: Decimal, rate: Decimal, days: int, basis: int) -> Fraction:
    """Cash margin with the interest that it has earned, unrounded."""
    return Fraction(amount) + simple_interest(amount, rate, days, basis)


def margin_call(net_exposure: Exact, threshold: Decimal, minimum_transfer: Decimal) -> Decimal:
    """`X = net exposure − threshold`, half up, where X > 0 and X ≥ minimum; nothing otherwise."""
    excess = Fraction(net_exposure) - Fraction(threshold)
    called = excess > 0 and excess >= Fraction(minimum_transfer)
    return cents_half_up(excess if called else Fraction(0))
