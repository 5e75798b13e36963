"""A lesson about principal at risk: what each way of settling did to the same trades, as figures.

`lessons.principal_at_risk` fills these in, from what moved on the chain; `lesson_text` prints them,
`document` gives them to programs, `chart` draws what was uncovered. Money is Decimal in the
currency, exact, with two places; what it means is said in `analytics.exposure`:

- `losses`: principal lost, by trade and by who lost it. Where cash is netted it has no trade.
- `replacements`: every trade that has to be done again, with what that costs the surviving side.
- `cash_needed`, `securities_needed`: by party, on the same day when nobody fails, for that is what
  has to be there; securities at the trade price.
- `value_seconds`: by party, value without counter-value times the seconds until it came, or until
  the end of the day.
- `uncovered`: that value over the day, of all parties, each from its moment until the next.
- `wealth`: by party, what it has at the end more than at the beginning, securities at the trade
  price. What one has less another has more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from settlement.reporting.chart import Axis, Chart, Mark, Series
from settlement.reporting.story import Check, checks_document
from settlement.units import show_cash

NAME = "principal-at-risk"

_MILLION = 10**6


@dataclass(frozen=True, slots=True)
class Sale:
    """A trade of the day: due `at`, so many of a security for so much cash."""

    reference: str
    at: datetime
    seller: str
    buyer: str
    quantity: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Loss:
    """Principal that a party gave and got nothing for; without a trade it is a net amount."""

    party: str
    trade: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Again:
    """A trade that a surviving side has to do again, and what that costs it more."""

    party: str
    trade: str
    cost: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class WayRun:
    """The day, settled in one way, which has a key for programs and a name for people."""

    key: str
    name: str
    how: str
    losses: tuple[Loss, ...]
    replacements: tuple[Again, ...]
    cash_needed: Mapping[str, Decimal]
    securities_needed: Mapping[str, Decimal]
    value_seconds: Mapping[str, Decimal]
    uncovered: tuple[tuple[datetime, Decimal], ...]
    wealth: Mapping[str, Decimal]
    checks: tuple[Check, ...]

    @property
    def principal_lost(self) -> Decimal:
        """By all."""
        return _total(loss.amount for loss in self.losses)

    def lost_by(self, party: str) -> Decimal:
        """The principal that one party lost."""
        return _total(loss.amount for loss in self.losses if loss.party == party)

    @property
    def replacement_cost(self) -> Decimal:
        """Of all."""
        return _total(again.cost for again in self.replacements)

    def replaced_by(self, party: str) -> Decimal:
        """The replacement cost of one party."""
        return _total(again.cost for again in self.replacements if again.party == party)

    @property
    def most_uncovered(self) -> Decimal:
        """At one moment, of all."""
        return max((amount for _, amount in self.uncovered), default=Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """The trades, who fails from when on (nobody where it is None), and each way to settle."""

    currency: str
    security: str
    price: Decimal
    price_move: Decimal
    agreed: datetime
    ends: datetime
    parties: tuple[str, ...]
    sales: tuple[Sale, ...]
    fails: str | None
    at: datetime
    ways: tuple[WayRun, ...]

    @property
    def moved_price(self) -> Decimal:
        """The price at which trades are done again."""
        return self.price * (1 + self.price_move)

    @property
    def checks(self) -> tuple[Check, ...]:
        """Each check once, with whatever broke it in any way."""
        broken: dict[str, list[str]] = {}
        for way in self.ways:
            for check in way.checks:
                found = broken.setdefault(check.name, [])
                found += [f"{way.name}: {each}" for each in check.broken]
        return tuple(Check(name, tuple(found)) for name, found in broken.items())

    @property
    def holds(self) -> bool:
        """Whether every record agrees."""
        return all(check.holds for check in self.checks)


def total(amounts: Mapping[str, Decimal]) -> Decimal:
    """Of all parties, with two places."""
    return _total(amounts.values())


# --- for programs ---------------------------------------------------------------------------------


def document(lesson: Lesson) -> dict[str, Any]:
    """The lesson with money, prices and per cents as strings, quantities as numbers."""
    return {
        "name": NAME,
        "currency": lesson.currency,
        "security": lesson.security,
        "price": str(lesson.price),
        "price_move_percent": f"{(lesson.price_move * 100).normalize():f}",
        "agreed": lesson.agreed.isoformat(),
        "ends": lesson.ends.isoformat(),
        "fails": lesson.fails,
        "fails_at": lesson.at.isoformat() if lesson.fails else None,
        "trades": [_sale_document(sale) for sale in lesson.sales],
        "ways": {way.key: _way_document(way) for way in lesson.ways},
    }


def _sale_document(sale: Sale) -> dict[str, Any]:
    return {
        "trade": sale.reference,
        "at": sale.at.isoformat(),
        "seller": sale.seller,
        "buyer": sale.buyer,
        "quantity": sale.quantity,
        "amount": _money(sale.amount),
    }


def _way_document(way: WayRun) -> dict[str, Any]:
    return {
        "name": way.name,
        "how": way.how,
        "principal_lost": {
            "total": _money(way.principal_lost),
            "losses": [
                {"party": loss.party, "trade": loss.trade or None, "amount": _money(loss.amount)}
                for loss in way.losses
            ],
        },
        "replacement_cost": {
            "total": _money(way.replacement_cost),
            "trades": [
                {"party": again.party, "trade": again.trade, "cost": _money(again.cost)}
                for again in way.replacements
            ],
        },
        "cash_needed": _by_party(way.cash_needed),
        "securities_needed": _by_party(way.securities_needed),
        "value_seconds": _by_party(way.value_seconds),
        "uncovered": [
            {"from": at.isoformat(), "value": _money(value)} for at, value in way.uncovered
        ],
        "wealth_change": {party: _money(amount) for party, amount in way.wealth.items()},
        "checks": checks_document(way.checks),
    }


def _by_party(amounts: Mapping[str, Decimal]) -> dict[str, Any]:
    by_party = {party: _money(amount) for party, amount in amounts.items()}
    return {"total": _money(total(amounts)), "by_party": by_party}


def _money(amount: Decimal) -> str:
    return f"{amount:.2f}"


def _total(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal("0.00"))


# --- as a chart -----------------------------------------------------------------------------------


def chart(lesson: Lesson) -> Chart:
    """What was uncovered through the day, a line for each way."""
    first, last = _hour(lesson.agreed), _hour(lesson.ends)
    most = max(way.most_uncovered for way in lesson.ways)
    failure = _hour(lesson.at)
    marks = [Mark(f"{lesson.fails} fails at {lesson.at:%H:%M}", failure)] if lesson.fails else []
    return Chart(
        title=f"Value without counter-value: the same trades settled {len(lesson.ways)} ways",
        description=_description(lesson),
        x=Axis("hour of the day", first, last),
        y=Axis(f"millions of {lesson.currency}", Decimal(0), most / _MILLION),
        series=[Series(way.name, _curve(way, first, last)) for way in lesson.ways],
        marks=[mark for mark in marks if first <= mark.at <= last],
    )


def _curve(way: WayRun, first: Decimal, last: Decimal) -> list[tuple[Decimal, Decimal]]:
    """From the morning to the evening."""
    steps = [(_hour(at), value / _MILLION) for at, value in way.uncovered]
    return [(first, Decimal(0)), *steps, (last, steps[-1][1] if steps else Decimal(0))]


def _description(lesson: Lesson) -> str:
    lost = "; ".join(
        f"{way.name} {show_cash(way.principal_lost)} {lesson.currency}" for way in lesson.ways
    )
    return f"What is still open at the end of the day is principal lost: {lost}."


def _hour(moment: datetime) -> Decimal:
    """`11.25` for a quarter past eleven."""
    return Decimal(moment.hour) + Decimal(60 * moment.minute + moment.second) / 3600
