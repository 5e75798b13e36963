"""What collateral is worth, how much cash it carries, and how much of it some cash needs.

Margins are fractions: 0.02 for a haircut of 2%, 1.02 for a ratio of 102%. Prices are dirty, as a
fraction of par for nominal and as currency per unit otherwise. Values are never rounded.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate, pairwise

from settlement.model.repo import Method
from settlement.units import Exact, cents_half_up, quantity_up


def market_value(quantity: int, price: Decimal) -> Fraction:
    """`nominal × dirty price`, never rounded."""
    return quantity * Fraction(price)


def value_after_margin(value: Exact, method: Method, margin: Decimal) -> Fraction:
    """`MV × (1 − h)` for a haircut, `MV / m` for a ratio; never rounded."""
    if method is Method.HAIRCUT:
        return Fraction(value) * (1 - Fraction(margin))
    return Fraction(value) / Fraction(margin)


def purchase_price(values_after_margin: Iterable[Exact]) -> Decimal:
    """The cash that collateral carries, rounded once, half up, to the cent."""
    return cents_half_up(sum((Fraction(value) for value in values_after_margin), Fraction(0)))


def collateral_up(
    value: Exact, price: Decimal, method: Method, margin: Decimal, denomination: int
) -> int:
    """The least quantity worth at least `value` after margin, up to the denomination.

    For another quantity against the same cash `value` is the purchase price; for a substitution
    what the returned lines are worth after margin; for a margin call the call.
    """
    return quantity_up(Fraction(value) / value_after_margin(price, method, margin), denomination)


def shaped(values_after_margin: Iterable[Exact]) -> tuple[Decimal, ...]:
    """Purchase prices of lots that sum to the purchase price of the whole.

    Each is the rounded sum up to and with its lot, less the rounded sum before it, and so less than
    a cent from the lot's own value.
    """
    values = (Fraction(value) for value in values_after_margin)
    sums = [cents_half_up(total) for total in accumulate(values, initial=Fraction(0))]
    return tuple(after - before for before, after in pairwise(sums))


def haircut_of_ratio(ratio: Decimal) -> Fraction:
    """`h = 1 − 1/m`, unrounded: 102% is a haircut of 1.960784…%, not 2%."""
    return 1 - 1 / Fraction(ratio)
