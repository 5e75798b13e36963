"""Figures as formulas have them: what is below zero has the sign that formulas have, `−`."""

from __future__ import annotations

from decimal import Decimal

from settlement import units
from settlement.units import Exact

MINUS = "−"


def show_cash(amount: Decimal) -> str:
    """`−1,191.37`."""
    return _signed(units.show_cash(amount))


def show_exact(number: Exact) -> str:
    """`−332.475`, cut after nine places."""
    return _signed(units.show_exact(number))


def show_per_cent(fraction: Decimal) -> str:
    """`−0.40%`."""
    return _signed(units.show_per_cent(fraction))


def show_price(price: Decimal) -> str:
    """`1.0075`, never with an exponent."""
    return f"{price:f}"


def show_up(quantity: int, denomination: int) -> str:
    """What a step that rounds up ends in: `up to a multiple of 1,000: 165,000`."""
    return f"up to a multiple of {denomination:,}: {quantity:,}"


def plus(figure: str) -> str:
    """A figure as the next term of a sum: `+ 3`, or `− 3` where it is below zero."""
    return f"{MINUS} {figure[1:]}" if figure.startswith(MINUS) else f"+ {figure}"


def less(figure: str) -> str:
    """A figure as what is taken away: `− 3`, or `− (−3)` where it is below zero."""
    return f"{MINUS} ({figure})" if figure.startswith(MINUS) else f"{MINUS} {figure}"


def _signed(figure: str) -> str:
    return MINUS + figure[1:] if figure.startswith("-") else figure
