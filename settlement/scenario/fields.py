"""How the words of a scenario become values. Everything arrives as text.

Thousands commas and per cent signs are allowed in numbers. Amounts have at most two places, prices
eight, rates nine. `yes` and `no` are the only truths. Bounds are far beyond any story and keep
every value inside the words of the chain: a thousand million millions of cash or of nominal, a
thousand million a unit, all of it a year, the years 2000 to 2099.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from settlement.coordinator import queue
from settlement.errors import BadInput
from settlement.model.asset import CashKind, SecurityKind
from settlement.model.identifiers import valid_isin, valid_lei
from settlement.units import parse_decimal, show_per_cent

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
UP_TO = " up to "
_LONGEST = timedelta(days=36_525)
_MOST = Decimal(10**15)
_MOST_PRICE = Decimal(10**9)
_MOST_RATIO = Decimal(10)


def _number(
    least: Decimal | None, above: bool, places: int, what: str, most: Decimal = _MOST
) -> Callable[[Any], Decimal]:
    def read(written: Any) -> Decimal:
        number = _decimal(written)
        if abs(number) > most:
            raise ValueError(f"{what} is at most {most:,}, not {written}")
        _require_places(number, places, what, written)
        if least is not None and (number < least or (above and number == least)):
            bound = "above zero" if above else "zero or more"
            raise ValueError(f"{what} is {bound}, not {written}")
        return number

    return read


def _fraction(holds: Callable[[Decimal], bool], what: str, bound: str) -> Callable[[Any], Decimal]:
    """Reads what people write in per cent."""

    def read(written: Any) -> Decimal:
        number = _decimal(written)
        if not holds(number):
            raise ValueError(f"{what} is {bound}, not {written}")
        _require_places(number, 9, what, written)
        return number

    return read


def _require_places(number: Decimal, places: int, what: str, written: str) -> None:
    if number != round(number, places):
        raise ValueError(f"'{written}' is finer than {what} can be ({places} places)")


def _decimal(written: Any) -> Decimal:
    if not isinstance(written, str):
        raise ValueError("a number is needed here")
    try:
        return parse_decimal(written)
    except BadInput as problem:
        raise ValueError(str(problem)) from None


def _checked(check: Callable[[str], str]) -> Callable[[Any], str]:
    """Reads an identifier with check digits."""

    def read(written: Any) -> str:
        try:
            return check(_text(written))
        except BadInput as problem:
            raise ValueError(str(problem)) from None

    return read


def _basis(written: Any) -> int:
    if written not in {"360", "365"}:
        raise ValueError(f"a basis is 360 or 365, not {written}")
    return int(written)


def _quantity(written: Any) -> int:
    number = _decimal(written)
    if number != number.to_integral_value() or number <= 0:
        raise ValueError(f"a quantity is a whole number above zero, not {written}")
    if number > _MOST:
        raise ValueError(f"a quantity is at most {_MOST:,}, not {written}")
    return int(number)


def _count(written: Any) -> int:
    number = _decimal(written)
    if number != number.to_integral_value() or number < 0:
        raise ValueError(f"a whole number is needed, not {written}")
    return int(number)


def _text(written: Any) -> str:
    if not isinstance(written, str) or not written.strip():
        raise ValueError("a word is needed here")
    return written.strip()


def _truth(written: Any) -> bool:
    if written not in {"yes", "no"}:
        raise ValueError(f"yes or no, not {written}")
    return bool(written == "yes")


def _day(written: Any) -> date:
    try:
        day = datetime.strptime(str(written), "%Y-%m-%d").date()  # noqa: DTZ007 - a date has no zone
    except ValueError:
        raise ValueError(f"'{written}' is not a date like 2026-03-02") from None
    _require_this_century(day.year)
    return day


def _repurchase_day(written: Any) -> date | None:
    return None if written == "open" else _day(written)


def _moment(written: Any) -> datetime:
    try:
        moment = datetime.strptime(str(written), "%Y-%m-%d %H:%M")  # noqa: DTZ007 - the story's zone
    except ValueError:
        raise ValueError(f"'{written}' is not a time like 2026-03-02 09:00") from None
    _require_this_century(moment.year)
    return moment


def _require_this_century(year: int) -> None:
    if not 2000 <= year < 2100:
        raise ValueError(f"a story happens from 2000 to 2099, not in {year}")


def _span(written: Any) -> timedelta:
    text = str(written).strip()
    unit = _UNITS.get(text[-1:])
    if unit is None or not (text.isascii() and text[:-1].isdigit() and len(text) < 10):
        raise ValueError(f"'{written}' is not a span like 30m, 2h or 1d")
    span = timedelta(**{unit: int(text[:-1])})
    if span > _LONGEST:
        raise ValueError(f"a span is at most a century, not {written}")
    return span


def _eligible(written: Any) -> str:
    kind, limit, span = str(written).partition(UP_TO)
    if kind not in _KINDS:
        raise ValueError(f"'{kind}' is not a kind: {', '.join(_KINDS)}")
    if limit and days_of_tenor(span) is None:
        raise ValueError(f"'{span}' is not a remaining maturity like 5y or 90d")
    return str(written)


def days_of_tenor(written: str) -> int | None:
    """Days in so many years (`5y`, leap days counted up) or days (`90d`), at most a century."""
    number, unit = written[:-1], written[-1:]
    if unit not in {"d", "y"} or not (number.isascii() and number.isdigit() and len(number) < 6):
        return None
    days = int(number) if unit == "d" else -(-int(number) * 1461 // 4)
    return days if 0 < days <= _LONGEST.days else None


def written_span(span: timedelta) -> str:
    """As a scenario writes it, in its largest unit: `1d`, `4h`, `30m`."""
    for letter, unit in reversed(_UNITS.items()):
        count, rest = divmod(span, timedelta(**{unit: 1}))
        if not rest:
            return f"{count}{letter}"
    raise ValueError(f"{span} is no whole number of minutes")


def _choice(values: list[str], what: str) -> Callable[[Any], str]:
    def read(written: Any) -> str:
        if written not in values:
            raise ValueError(f"'{written}' is not a {what}: {', '.join(values)}")
        return str(written)

    return read


def _as(
    reader: Callable[[Any], Any], description: str, example: str, values: list[str] | None = None
) -> tuple[BeforeValidator, WithJsonSchema]:
    schema: dict[str, Any] = {"type": "string", "description": description, "examples": [example]}
    if values:
        schema["enum"] = values
    elif example[:1].isdigit():
        schema["type"] = ["string", "number"]
    return BeforeValidator(reader), WithJsonSchema(schema)


_KINDS = [kind.value for kind in SecurityKind]
_CASH_KINDS = [kind.value for kind in CashKind]
_VENUES = ["bilateral", "tri-party"]
_MODES = ["all-or-none", "best-effort", "cash-net"]
_RULES = [rule.value for rule in queue.Rule]
_SHORTAGES = ["refuse", "leave-out"]
_PURPOSES = ["own-account", "clearing-house"]
_INTEREST = ["paid", "capitalised"]
_INCOME = ["paid-across", "in-the-price"]
_OBJECTIVES = ["best-first", "cheapest-first"]

Text = Annotated[str, *_as(_text, "a word", "dealer")]
Truth = Annotated[bool, *_as(_truth, "yes or no", "yes", ["yes", "no"])]
Day = Annotated[date, *_as(_day, "a date", "2026-03-02")]
Moment = Annotated[datetime, *_as(_moment, "a time in the story's zone", "2026-03-02 09:00")]
Span = Annotated[timedelta, *_as(_span, "a span of minutes, hours or days", "30m")]
Amount = Annotated[
    Decimal, *_as(_number(Decimal(0), False, 2, "an amount"), "cash", "12,000,000.00")
]
PositiveAmount = Annotated[
    Decimal, *_as(_number(Decimal(0), True, 2, "an amount"), "cash above zero", "2,015,000.00")
]
Price = Annotated[
    Decimal,
    *_as(
        _number(Decimal(0), True, 8, "a price", _MOST_PRICE),
        "fraction of par for nominal, currency per unit otherwise",
        "1.0075",
    ),
]
Rate = Annotated[
    Decimal,
    *_as(
        _fraction(lambda rate: abs(rate) <= 1, "a rate", "at most 100% a year"),
        "a rate a year, at most 100%",
        "4.30%",
    ),
]
Haircut = Annotated[
    Decimal,
    *_as(
        _fraction(lambda haircut: 0 <= haircut < 1, "a haircut", "from 0% to below 100%"),
        "what is taken off the market value",
        "1%",
    ),
]
Ratio = Annotated[
    Decimal,
    *_as(
        _fraction(
            lambda ratio: 1 <= ratio <= _MOST_RATIO,
            "a margin ratio",
            f"from 100% to {show_per_cent(_MOST_RATIO)}",
        ),
        "market value over cash",
        "102%",
    ),
]
Share = Annotated[
    Decimal,
    *_as(
        _fraction(lambda share: 0 < share <= 1, "a share", "above zero and at most 100%"),
        "a share of the whole",
        "60%",
    ),
]
Basis = Annotated[int, *_as(_basis, "days of a year, 360 or 365", "360")]
Isin = Annotated[str, *_as(_checked(valid_isin), "ISO 6166", "US91282CZZ75")]
Lei = Annotated[str, *_as(_checked(valid_lei), "ISO 17442", "999900535C6F8EB51147")]
Quantity = Annotated[int, *_as(_quantity, "nominal or shares", "10,000,000")]
Count = Annotated[int, *_as(_count, "a whole number", "360")]
KindName = Annotated[str, *_as(_choice(_KINDS, "kind"), "kind of security", _KINDS[1], _KINDS)]
EligibleName = Annotated[
    str,
    BeforeValidator(_eligible),
    WithJsonSchema(
        {
            "type": "string",
            "description": "a kind, or a kind up to a remaining maturity",
            "examples": ["treasury-note up to 5y"],
            "allOf": [{"pattern": f"^({'|'.join(_KINDS)})({UP_TO}[0-9]+[dy])?$"}],
        }
    ),
]
CashKindName = Annotated[
    str, *_as(_choice(_CASH_KINDS, "kind of cash"), "kind of cash", _CASH_KINDS[1], _CASH_KINDS)
]
VenueName = Annotated[str, *_as(_choice(_VENUES, "venue"), "where", _VENUES[0], _VENUES)]
ModeName = Annotated[str, *_as(_choice(_MODES, "mode"), "how", _MODES[0], _MODES)]
QueueRuleName = Annotated[
    str, *_as(_choice(_RULES, "rule of a queue"), "who goes first", _RULES[0], _RULES)
]
ShortageName = Annotated[
    str, *_as(_choice(_SHORTAGES, "way out"), "what then", _SHORTAGES[0], _SHORTAGES)
]
PurposeName = Annotated[
    str, *_as(_choice(_PURPOSES, "purpose"), "what a wallet is for", _PURPOSES[0], _PURPOSES)
]
InterestName = Annotated[
    str, *_as(_choice(_INTEREST, "way with interest"), "interest", _INTEREST[0], _INTEREST)
]
IncomeName = Annotated[
    str, *_as(_choice(_INCOME, "way with income"), "income", _INCOME[0], _INCOME)
]
ObjectiveName = Annotated[
    str, *_as(_choice(_OBJECTIVES, "objective"), "objective", _OBJECTIVES[0], _OBJECTIVES)
]
RepurchaseDay = Annotated[
    date | None,
    *_as(_repurchase_day, "a date, or `open` for a repo until notice", "2026-03-03"),
]
