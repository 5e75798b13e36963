"""The liquidity study for people, for programs and as a chart.

Money is exact, with two places; per cents have two places and are rounded half up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from settlement.analytics.liquidity import SECONDS, Level, Point, Study
from settlement.analytics.netting import netted_share, per_cent
from settlement.reporting.chart import Axis, Chart, Mark, Series
from settlement.reporting.columns import aligned
from settlement.units import counted, show_cash

_TOTAL, _LEVEL, _CASH, _SHARE = 45, 13, 19, 10


@dataclass(frozen=True, slots=True)
class Flow:
    """What was studied: a name, the numbers of trades and of dates, their currency."""

    name: str
    trades: int
    dates: int
    currency: str


@dataclass(frozen=True, slots=True)
class _Rule:
    """A way to settle: its column, its figure in a point and in the document, what it says."""

    name: str
    key: str
    meaning: str

    def settled(self, point: Point) -> int | None:
        """What settles by it, in cents."""
        value: int | None = getattr(point, self.key)
        return value


_RULES = (
    _Rule(
        "in order",
        "in_order",
        "gross, first in, first out: what a member cannot pay holds up all its later trades",
    ),
    _Rule("bypass", "bypass", "gross, one by one, but what a member cannot pay is passed over"),
    _Rule(
        "together",
        "together",
        "the largest set that can settle at one moment with nobody's trades out of order",
    ),
    _Rule(
        "most value",
        "most_value",
        "the set of the most value that can settle at one moment, any trade left out",
    ),
    _Rule(
        "gross part",
        "gross_part",
        "all settles: so much gross, one by one, and the rest in one net at the end",
    ),
)


# --- for people -----------------------------------------------------------------------------------


def study_lines(flow: Flow, study: Study) -> Iterator[str]:
    """The study line by line, none longer than 100 letters unless amounts or names are."""
    trades, dates = counted(flow.trades, "purchase"), counted(flow.dates, "settlement date")
    yield f"{flow.name}: {trades} in {flow.currency}, {dates}"
    yield ""
    yield from _totals(study)
    yield ""
    points = _distinct(study)
    yield "Per cent of the gross value that settles, for the cash that members hold at the start"
    yield from aligned([*_level_rows(points, study.gross)], _LEVEL, _SHARE)
    yield ""
    if len(points) < len(study.points):
        yield "Levels of the same cash are one line, with the name of the last of them."
    if study.lower < study.upper:
        yield _meaning("net + 10%", "each has its net, and 10% of what one by one needs beyond it")
    yield _meaning("of gross", "the cash, as per cent of the gross value")
    for rule in _RULES:
        yield _meaning(rule.name, rule.meaning)
    yield ""
    yield "Sellers hold what they deliver. Cash is rounded down to the cent, per cents half up."
    yield from _unproven_lines(study)
    yield ""
    yield "The other way about: the cash for a gross part of at most so much, where it is needed"
    yield from aligned([*_partial_rows(study)], _LEVEL, _SHARE)


def _totals(study: Study) -> Iterator[str]:
    rows = [
        ("gross       value of all trades", _cash(study.gross)),
        ("net         cash to settle all at one moment", _cash(study.lower)),
        ("one by one  cash to settle all in their order", _cash(study.upper)),
    ]
    gross, net, one_by_one = aligned(rows, _TOTAL, _CASH)
    yield gross
    yield f"{net}  {netted_share(study.gross, study.lower)}% netted"
    yield one_by_one


def _distinct(study: Study) -> Sequence[Point]:
    """The points, one for each amount of cash: the last, for more gives no member less."""
    return [*{point.cash: point for point in study.points}.values()]


def _level_rows(points: Sequence[Point], gross: int) -> Iterator[list[str]]:
    yield ["", f"{'cash':>{_CASH - 2}}", "of gross", *(rule.name for rule in _RULES)]
    for point in points:
        shares = (_share(rule, point, gross) for rule in _RULES)
        yield [level_name(point.level), _cash(point.cash), _shown(point.cash, gross), *shares]


def _partial_rows(study: Study) -> Iterator[list[str]]:
    yield ["at most", f"{'cash':>{_CASH - 2}}", "of gross", "gross part"]
    for part in study.partial:
        shares = (_shown(amount, study.gross) for amount in (part.cash, part.value))
        yield [f"{part.share}%", _cash(part.cash), *shares]


def _unproven_lines(study: Study) -> Iterator[str]:
    unproven = [point for point in _distinct(study) if not _is_certain(point, study.gross)]
    if unproven:
        yield f"≥: found within {SECONDS:g} seconds a line and not proven to be the most"
    for point in unproven:
        yield f"   with {level_name(point.level)} no more than {_shown(point.at_most, study.gross)}"


def _share(rule: _Rule, point: Point, gross: int) -> str:
    settled = rule.settled(point)
    if settled is None:
        return "–"
    certain = rule.key != "most_value" or _is_certain(point, gross)
    return f"{'' if certain else '≥'}{_shown(settled, gross)}"


def _is_certain(point: Point, gross: int) -> bool:
    """Whether the most value is proven as far as it is shown."""
    return _shown(point.most_value, gross) == _shown(point.at_most, gross)


def level_name(level: Level) -> str:
    """`40% of net`, `net`, `net + 30%`, `one by one`."""
    if level.of_lower < 100:
        return f"{level.of_lower}% of net"
    return {0: "net", 100: "one by one"}.get(level.of_rest, f"net + {level.of_rest}%")


def _meaning(name: str, meaning: str) -> str:
    return f"{name:<{_LEVEL}}{meaning}"


# --- for programs ---------------------------------------------------------------------------------


def document(flow: Flow, study: Study) -> dict[str, Any]:
    """The study with money and per cents as strings, counts as numbers."""
    return {
        "flow": flow.name,
        "currency": flow.currency,
        "trades": flow.trades,
        "dates": flow.dates,
        "gross": _money(study.gross),
        "net": _money(study.lower),
        "netted_percent": str(netted_share(study.gross, study.lower)),
        "one_by_one": _money(study.upper),
        "levels": [_level_document(point, study.gross) for point in _distinct(study)],
        "partial_gross": [
            {
                "share_percent": str(part.share),
                "cash": _money(part.cash),
                "gross_part": _settled_document(part.value, study.gross),
            }
            for part in study.partial
        ],
    }


def _level_document(point: Point, gross: int) -> dict[str, Any]:
    """`net_percent` of the net, `rest_percent` of the way from there to one by one."""
    rules = {rule.key: _settled_document(rule.settled(point), gross) for rule in _RULES}
    return {
        "level": level_name(point.level),
        "net_percent": str(point.level.of_lower),
        "rest_percent": str(point.level.of_rest),
        "cash": _money(point.cash),
        **rules,
        "most_value_at_most": _settled_document(point.at_most, gross),
        "most_value_proven": point.proven,
    }


def _settled_document(cents: int | None, gross: int) -> dict[str, str] | None:
    if cents is None:
        return None
    return {"value": _money(cents), "percent": str(per_cent(cents, gross))}


# --- as a chart -----------------------------------------------------------------------------------


def chart(flow: Flow, study: Study) -> Chart:
    """Per cent of value over cash, steps for each rule, the two bounds marked."""
    unit, scale = _unit(study.upper)
    return Chart(
        title=f"Value settled for cash held: {flow.name}",
        description=_description(flow, study),
        x=Axis(
            f"cash of all members, {unit}{flow.currency}",
            Decimal(0),
            _scaled(study.upper or 1, scale),
        ),
        y=Axis(
            "settled, % of gross value; dots are computed, lines hold them until the next",
            Decimal(0),
            Decimal(100),
        ),
        series=[Series(rule.name, _curve(rule, study, scale)) for rule in _RULES],
        marks=[
            Mark("net", _scaled(study.lower, scale)),
            Mark("one by one", _scaled(study.upper, scale)),
        ],
    )


def _curve(rule: _Rule, study: Study, scale: int) -> list[tuple[Decimal, Decimal]]:
    settled = ((point.cash, rule.settled(point)) for point in _distinct(study))
    return [
        (_scaled(cash, scale), per_cent(value, study.gross))
        for cash, value in settled
        if value is not None
    ]


def _description(flow: Flow, study: Study) -> str:
    net = next(point for point in study.points if point.level.of_lower == 100)
    shares = ", ".join(f"{rule.name} {_share(rule, net, study.gross)}" for rule in _RULES)
    return (
        f"{flow.trades:,} trades of {_cash(study.gross)} {flow.currency} gross. With the net of"
        f" {_cash(study.lower)} held as cash there settle: {shares}. With the"
        f" {_cash(study.upper)} that members need one by one, every rule settles all."
    )


def _unit(cents: int) -> tuple[str, int]:
    """A unit in which an amount has at least two digits, and how many places of cents it is."""
    if cents >= 10 * 10**8:
        return "millions of ", 8
    return ("thousands of ", 5) if cents >= 10 * 10**5 else ("", 2)


def _scaled(cents: int, scale: int) -> Decimal:
    return Decimal(f"{cents}E-{scale}")


def _shown(part: int, whole: int) -> str:
    return f"{per_cent(part, whole)}%"


def _cash(cents: int) -> str:
    return show_cash(Decimal(f"{cents}E-2"))


def _money(cents: int) -> str:
    return f"{Decimal(f'{cents}E-2'):.2f}"
