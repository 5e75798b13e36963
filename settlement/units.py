"""Decimal outside, integers inside, and one rounding rule.

| quantity   | unit on the chain                  | outside                         |
|------------|------------------------------------|---------------------------------|
| cash       | 10^-6 of the currency unit         | Decimal with two places         |
| securities | one unit of nominal, or one share  | int                             |
| prices     | 10^-8                              | Decimal, fraction of par or per unit |
| rates, haircuts, ratios | 10^-9                 | Decimal, 0.043 for 4.3%         |
| dates      | days since 1970-01-01              | datetime.date                   |
| times      | seconds since 1970 (UTC)           | datetime with a zone            |

Payments are whole cents, rounded once, half up on the magnitude: a tie goes away from zero.
Quantities of collateral go up to the denomination, released ones down; the name says which.
What is never rounded is `Exact`; nothing here accepts a float.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from settlement.errors import BadInput

CASH = 10**6
PRICE = 10**8
RATE = 10**9
CENT = Decimal("0.01")
CENT_UNITS = CASH // 100

Exact = Decimal | Fraction
"""A number that nobody rounded; a Fraction where a Decimal could not hold it."""

_MOST_DIGITS = 26

_EPOCH = date(1970, 1, 1)
_NUMBER = re.compile(r"([+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?) ?(%?)", re.ASCII)


def cents_half_up(amount: Exact) -> Decimal:
    """A payment: two places, a tie goes away from zero (−332.475 is −332.48)."""
    return half_up(amount, 2)


def half_up(number: Exact, places: int) -> Decimal:
    """So many places, a tie goes away from zero."""
    units = floor(abs(Fraction(number)) * 10**places + Fraction(1, 2))
    return Decimal(f"{-units if number < 0 else units}E-{places}")


def cents_up(amount: Exact) -> Decimal:
    """The next whole cent, for a value that must not fall short."""
    return Decimal(f"{ceil(Fraction(amount) * 100)}E-2")


def quantity_up(quantity: Exact, denomination: int) -> int:
    """The least multiple of `denomination` that is enough: collateral and margin delivered."""
    return ceil(Fraction(quantity) / denomination) * denomination


def quantity_down(quantity: Exact, denomination: int) -> int:
    """The largest multiple of `denomination` that is not too much: excess released."""
    return floor(Fraction(quantity) / denomination) * denomination


def cash_to_chain(amount: Decimal) -> int:
    """Millionths of the currency unit. Refuses what is finer than a cent."""
    if amount != amount.quantize(CENT):
        raise BadInput(f"{amount} is finer than a cent")
    return int(amount * CASH)


def cash_from_chain(units: int) -> Decimal:
    """Two places; what is not whole cents has all six. Exact for every word of the chain."""
    return Decimal(f"{units}E-6" if units % CENT_UNITS else f"{units // CENT_UNITS}E-2")


def price_to_chain(price: Decimal) -> int:
    """Units of 10^-8. Refuses a finer price."""
    return _exact(price, PRICE, "price")


def price_from_chain(units: int) -> Decimal:
    """The price as a Decimal without trailing zeros."""
    return _plain(Decimal(units) / PRICE)


def rate_to_chain(rate: Decimal) -> int:
    """Units of 10^-9: rates, haircuts, margin ratios. Refuses a finer one."""
    return _exact(rate, RATE, "rate")


def rate_from_chain(units: int) -> Decimal:
    """The rate as a Decimal without trailing zeros."""
    return _plain(Decimal(units) / RATE)


def date_to_chain(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - _EPOCH).days


def date_from_chain(days: int) -> date:
    """The date that many days after 1970-01-01."""
    return _EPOCH + timedelta(days=days)


def parse_decimal(text: str) -> Decimal:
    """Reads what a person writes: thousands commas and a per cent sign are allowed.

    A comma must part thousands, so that `10,5` is refused and never read as 105; so are exponents,
    NaN, and numbers of more digits than a Decimal carries exactly.
    """
    found = _NUMBER.fullmatch(text.strip())
    if found is None:
        raise BadInput(f"'{text}' is not a number")
    digits, per_cent = found.groups()
    number = Decimal(digits.replace(",", ""))
    if len(number.as_tuple().digits) > _MOST_DIGITS:
        raise BadInput(f"'{text[:20]}...' has more than {_MOST_DIGITS} digits")
    return number / 100 if per_cent else number


def show_cash(amount: Decimal) -> str:
    """`1,191.37`: what people read."""
    shown = f"{amount:,.2f}"
    return shown if Decimal(shown.replace(",", "")) == amount else f"{amount:,f}"


def show_exact(number: Exact) -> str:
    """`332.475`; what has more than nine places is cut there and ends in `…`."""
    billionths, rest = divmod(abs(Fraction(number)) * 10**9, 1)
    whole, places = divmod(int(billionths), 10**9)
    shown = (
        f"{whole:,}.{places:09}".rstrip("0").rstrip(".") if not rest else f"{whole:,}.{places:09}…"
    )
    return f"-{shown}" if number < 0 else shown


def show_quantity(quantity: int) -> str:
    """`10,000,000`."""
    return f"{quantity:,}"


def counted(number: int, what: str) -> str:
    """`1 day`, `2 days`, `1,000 securities`."""
    if number != 1:
        what = f"{what[:-1]}ies" if what.endswith("ty") else f"{what}s"
    return f"{number:,} {what}"


def show_per_cent(fraction: Decimal) -> str:
    """`4.30%`: at least two places, more where there are more; whole per cents without any."""
    hundredfold = _plain(fraction * 100)
    places = -int(hundredfold.as_tuple().exponent)
    if places <= 0:
        return f"{hundredfold:f}%"
    return f"{hundredfold:.{max(places, 2)}f}%"


def _exact(number: Decimal, scale: int, what: str) -> int:
    scaled = number * scale
    if scaled != scaled.to_integral_value():
        raise BadInput(f"{number} is finer than a {what} can be")
    return int(scaled)


def _plain(number: Decimal) -> Decimal:
    normal = number.normalize()
    return normal if int(normal.as_tuple().exponent) <= 0 else normal.quantize(Decimal(1))
