"""Single values among the inputs: how each is read, and what it may be.

Numbers come as text, thousands commas and a per cent sign allowed, or as whole JSON numbers. Floats
are refused: they have lost what was meant. Bounds are those of a scenario, far beyond any trade;
within them no sum has more digits than a Decimal carries.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from settlement.analytics.calculators.inputs import Input, shown
from settlement.errors import BadInput
from settlement.units import CENT, parse_decimal

BASES = {"ACT/360": 360, "ACT/365": 365}
MOST = 10**15
"""Of cash, and of a quantity."""
MOST_PRICE = 10**9
MOST_PRICE_OF_PAR = 10
MOST_DAYS = 36_525
MOST_RATIO = 100
MOST_PLACES = 20

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

Rule = tuple[Callable[[Decimal], bool], str]

_CENTS: Rule = (lambda amount: amount % CENT == 0, "whole cents needed")
_ABOVE_ZERO: Rule = (lambda amount: amount > 0, "more than zero needed")
_FROM_ZERO: Rule = (lambda amount: amount >= 0, "zero or more needed")
_WHOLE: Rule = (lambda count: count % 1 == 0, "a whole number needed")
_RATE: Rule = (
    lambda rate: abs(rate) <= 1,
    "at most 100% either way needed (4.3% is written 0.043 or 4.3%)",
)
_SHARE: Rule = (lambda share: 0 < share <= 1, "more than 0 and at most 1 needed")
_NO_RATIO: Rule = (
    lambda cut: not 1 <= cut < 2,
    "less than 1 needed (is a margin ratio meant?)",
)
_HAIRCUT: Rule = (lambda cut: cut < 1, "less than 1 needed (2% is written 0.02 or 2%)")
_RATIO: Rule = (lambda ratio: ratio >= 1, "at least 1 needed (is a haircut meant?)")
_NOT_PER_CENT: Rule = (
    lambda ratio: ratio <= MOST_RATIO,
    f"at most {MOST_RATIO} needed (102% is written 1.02 or 102%)",
)
_MOST: Rule = (lambda number: number <= MOST, f"at most {MOST:,} needed")
_MOST_EITHER_WAY: Rule = (lambda number: abs(number) <= MOST, f"-{MOST:,} to {MOST:,} needed")
_PRICE: Rule = (lambda price: price <= MOST_PRICE, f"at most {MOST_PRICE:,} needed")
_PRICE_OF_PAR: Rule = (
    lambda price: price <= MOST_PRICE_OF_PAR,
    f"at most {MOST_PRICE_OF_PAR} needed (a price is a fraction of par: 100.75 per cent is 1.0075)",
)
_DAYS: Rule = (lambda days: days <= MOST_DAYS, f"at most {MOST_DAYS:,} needed")


def cash(meaning: str) -> Input:
    """Whole cents above zero."""
    return _number("CASH", meaning, _MOST, _CENTS, _ABOVE_ZERO)


def cash_from_zero(meaning: str) -> Input:
    """Whole cents, not below zero."""
    return _number("CASH", meaning, _MOST, _CENTS, _FROM_ZERO)


def exposure(meaning: str) -> Input:
    """Cash of either sign, as fine as it is."""
    return _number("CASH", meaning, _MOST_EITHER_WAY)


def market_value(meaning: str) -> Input:
    """A value that is not below zero, as fine as it is: collateral may have lost all of it."""
    return _number("VALUE", meaning, _MOST, _FROM_ZERO)


def price(meaning: str) -> Input:
    """A price above zero: a fraction of par for nominal, else currency per unit."""
    return _number("PRICE", meaning, _PRICE, _ABOVE_ZERO)


def price_of_par(meaning: str) -> Input:
    """A price of nominal: a fraction of par, so that a price in per cent is told from it."""
    return _number("PRICE", f"{meaning}, as a fraction of par", _PRICE_OF_PAR, _ABOVE_ZERO)


def rate(meaning: str) -> Input:
    """A rate a year, as a fraction or with a per cent sign, at most 100% either way."""
    return _number("RATE", meaning, _RATE)


def rate_from_zero(meaning: str) -> Input:
    """A rate a year that is not below zero."""
    return _number("RATE", meaning, _FROM_ZERO, _RATE)


def share(meaning: str) -> Input:
    """A share of a whole."""
    return _number("SHARE", meaning, _SHARE)


def haircut(meaning: str = "haircut, such as 0.02 or 2%") -> Input:
    """A haircut h, 0 ≤ h < 1."""
    return _number("HAIRCUT", meaning, _FROM_ZERO, _NO_RATIO, _HAIRCUT)


def margin_ratio() -> Input:
    """A margin ratio m ≥ 1."""
    return _number("RATIO", "margin ratio, such as 1.02 or 102%", _RATIO, _NOT_PER_CENT)


def margin(meaning: str) -> Input:
    """A haircut or a ratio: another input says which of the two, and then it is checked."""
    return _number("MARGIN", meaning, _FROM_ZERO, _NOT_PER_CENT)


def nominal(meaning: str) -> Input:
    """Nominal, or a number of units: whole and above zero."""
    return _whole("QUANTITY", meaning, _MOST, _ABOVE_ZERO)


def days(meaning: str) -> Input:
    """Actual days, at most a hundred years of them."""
    return _whole("DAYS", meaning, _FROM_ZERO, _DAYS)


def minutes(meaning: str, most: int) -> Input:
    """Minutes, at least one, or none given."""
    within: Rule = (lambda minutes: 1 <= minutes <= most, f"1 to {most:,} needed")
    return _whole("MINUTES", meaning, within)


def day(meaning: str) -> Input:
    """A date, or none given."""
    return Input(_read_date, "DATE", meaning)


def basis() -> Input:
    """The day count; `360` says as much as `ACT/360`."""
    named = choice("day count, ACT/360 or in short 360", BASES)

    def counted(given: object) -> int:
        full = f"ACT/{given}"
        return int(named.read(full if full in BASES else given))

    return replace(named, read=counted)


def name(meaning: str) -> Input:
    """A name."""
    return Input(_read_name, "NAME", meaning)


def flag(meaning: str) -> Input:
    """True or false, false where none is given."""
    return Input(_read_flag, "", meaning)


def choice(meaning: str, of: Mapping[str, Any]) -> Input:
    """One of a few words."""

    def chosen(given: object) -> Any:
        if not isinstance(given, str) or given not in of:
            raise BadInput(f"{shown(given)} given, {' or '.join(of)} needed")
        return of[given]

    return Input(chosen, "|".join(of), meaning)


def _number(written: str, meaning: str, *rules: Rule) -> Input:
    return Input(lambda given: _read_number(given, *rules), written, meaning)


def _whole(written: str, meaning: str, *rules: Rule) -> Input:
    def whole(given: object) -> int:
        return int(_read_number(given, _WHOLE, *rules))

    return Input(whole, written, meaning)


def _read_number(given: object, *rules: Rule) -> Decimal:
    if isinstance(given, float):
        raise BadInput(f'the JSON number {given} given, a string such as "{given}" needed')
    if isinstance(given, bool) or not isinstance(given, str | int):
        raise BadInput(f"{shown(given)} given, a number in a string needed")
    found = parse_decimal(str(given))
    if -int(found.as_tuple().exponent) > MOST_PLACES:
        raise BadInput(f"'{str(given)[:20]}...' has more than {MOST_PLACES} places")
    for accepts, needed in rules:
        if not accepts(found):
            raise BadInput(f"{given} given, {needed}")
    return found


def _read_date(given: object) -> date:
    try:
        if isinstance(given, str) and _DATE.fullmatch(given):
            return date.fromisoformat(given)
    except ValueError:
        pass
    raise BadInput(f"{shown(given)} given, a date like 2026-03-02 needed")


def _read_name(given: object) -> str:
    if not isinstance(given, str) or not given.strip() or not given.isprintable():
        raise BadInput(f"{shown(given)} given, a name needed")
    return given


def _read_flag(given: object) -> bool:
    if not isinstance(given, bool):
        raise BadInput(f"{shown(given)} given, true or false needed")
    return given
