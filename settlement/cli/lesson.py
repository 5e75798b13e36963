"""`dvp lesson`: shows one thing done in several ways, for whoever teaches it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import typer

from settlement.cli.output import AsJson, show_document
from settlement.cli.written import Report, require_writable, write_page
from settlement.errors import BadInput, UnknownName
from settlement.units import parse_decimal

if TYPE_CHECKING:
    from settlement.lessons.trades import Failure

_NOBODY = "nobody"

Name = Annotated[str | None, typer.Argument(metavar="NAME", help="A lesson's name.")]
Fails = Annotated[str, typer.Option(metavar="PARTY", help="Who fails: a party, or nobody.")]
At = Annotated[str, typer.Option(metavar="HH:MM", help="From when on it does nothing.")]
PriceMove = Annotated[
    str, typer.Option(metavar="PER_CENT", help="How the price moves, from -100% to 100%.")
]


def lesson(
    name: Name = None,
    fails: Fails = "fund",
    at: At = "11:15",
    price_move: PriceMove = "-2%",
    report: Report = None,
    as_json: AsJson = False,
) -> int:
    """Settle the same trades five ways while a party fails; without a name, list the lessons."""
    from settlement.lessons import catalogue

    if name is None:
        if report:
            raise BadInput("a report is of a lesson: name one")
        return _list(catalogue.LESSONS, as_json)
    catalogue.require_known(name)
    failure, move = _failure(fails, at), _move(price_move)
    require_writable(report, ".html", "a report")

    from settlement.lessons.principal_at_risk import PrincipalAtRisk
    from settlement.reporting.lesson import document
    from settlement.reporting.lesson_text import lesson_lines
    from settlement.reporting.page.lesson import lesson_page
    from settlement.reporting.page.render import html

    taught = PrincipalAtRisk().run(failure, move)
    if not as_json:
        print("\n".join(lesson_lines(taught)))
    written = write_page(report, lambda: html(lesson_page(taught)), aloud=not as_json)
    if as_json:
        show_document("lesson", {"lesson": document(taught)} | written)
    return 0 if taught.holds else 1


def _list(lessons: Mapping[str, str], as_json: bool) -> int:
    if as_json:
        show_document("lesson", {"lessons": dict(lessons)})
    else:
        for name, about in lessons.items():
            print(f"{name:<19}{about}")
        print("\ndvp lesson NAME teaches one.")
    return 0


def _failure(fails: str, at: str) -> Failure:
    from settlement.lessons.trades import AGREED, END, FIRMS, Failure, on_the_day

    if fails not in (*FIRMS, _NOBODY):
        raise UnknownName("party", fails, (*FIRMS, _NOBODY))
    try:
        time = datetime.strptime(at, "%H:%M")  # noqa: DTZ007 - the day and its zone are the lesson's
    except ValueError:
        raise BadInput(f"'{at}' is not a time of the day like 11:15") from None
    moment = on_the_day(time.hour, time.minute)
    if not AGREED <= moment <= END:
        raise BadInput(f"the day goes from {AGREED:%H:%M} to {END:%H:%M}, and {at} is not in it")
    return Failure(None if fails == _NOBODY else fails, moment)


def _move(written: str) -> Decimal:
    move = parse_decimal(written)
    if not written.strip().endswith("%"):
        raise BadInput(f"'{written}' is not in per cent, like -2%")
    if abs(move) > 1:
        raise BadInput(f"a price moves by -100% to 100% here, not by {written}")
    return move
