"""The page of the lesson on principal at risk: the same trades, way by way."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from settlement.reporting.chart import svg
from settlement.reporting.columns import TOGETHER
from settlement.reporting.lesson import Lesson, WayRun, chart, total
from settlement.reporting.lesson_text import FIGURES, MEANINGS, QUESTION, failure, happened, price
from settlement.reporting.page.blocks import (
    Answer,
    Bar,
    Cell,
    Column,
    Drawing,
    Outcome,
    Page,
    Prose,
    Section,
    Step,
    Steps,
    Table,
    Ticks,
)
from settlement.units import counted, show_cash, show_quantity

_ATOMIC = "atomic"


def lesson_page(lesson: Lesson) -> Page:
    """The whole."""
    ways = f"the same trades settled {len(lesson.ways)} ways"
    return Page(
        title="Principal at risk",
        subtitle=f"{lesson.agreed:%-d %B %Y}, {ways}, local chains, no real value",
        answers=[_moved(lesson), _avoided(lesson), _needed(lesson), _cost(lesson)],
        sections=[
            Section("The day", [Prose([f"{failure(lesson)} {price(lesson)}"]), _trades(lesson)]),
            Section("Side by side", list(_comparison(lesson))),
            Section("Through the day", [Drawing(svg(chart(lesson)))]),
            Section("What happened", [Steps([("", [_step(lesson, way) for way in lesson.ways])])]),
            Section("Reconciliation", [Ticks(lesson.checks)]),
            Section("For the class", [Prose([QUESTION])]),
        ],
    )


def _moved(lesson: Lesson) -> Answer:
    agreed = sum((sale.amount for sale in lesson.sales), Decimal(0))
    return Answer(
        "What moved?",
        f"{counted(len(lesson.sales), 'trade')}, {show_cash(agreed)} {lesson.currency}",
        [f"agreed in the morning between {len(lesson.parties)} firms, to settle the same day"],
    )


def _avoided(lesson: Lesson) -> Answer:
    worst = max(lesson.ways, key=lambda way: way.principal_lost)
    return Answer(
        "Which risk was avoided?",
        f"{show_cash(worst.principal_lost - _atomic(lesson).principal_lost)} {lesson.currency}",
        [
            "of principal, which the worst way lost and the atomic one did not",
            *((way.name, show_cash(way.principal_lost)) for way in lesson.ways),
        ],
    )


def _needed(lesson: Lesson) -> Answer:
    return Answer(
        "How much cash was needed?",
        f"{show_cash(total(_atomic(lesson).cash_needed))} {lesson.currency}",
        [
            "where settlement is atomic, of all firms together",
            *(
                (way.name, show_cash(total(way.cash_needed)))
                for way in lesson.ways
                if way.key != _ATOMIC
            ),
        ],
    )


def _cost(lesson: Lesson) -> Answer:
    return Answer(
        "What did it cost?",
        f"{show_cash(_atomic(lesson).replacement_cost)} {lesson.currency}",
        ["to trade again what had not settled yet: no way of settling takes that away"],
    )


def _atomic(lesson: Lesson) -> WayRun:
    return next(way for way in lesson.ways if way.key == _ATOMIC)


def _trades(lesson: Lesson) -> Table:
    return Table(
        f"What was agreed at {lesson.agreed:%H:%M}",
        [
            ("Trade", Column.NAME),
            ("Due", Column.NAME),
            ("Seller", Column.NAME),
            ("Buyer", Column.NAME),
            (lesson.security, Column.FIGURE),
            (lesson.currency, Column.FIGURE),
        ],
        [
            (
                sale.reference,
                f"{sale.at:%H:%M}",
                sale.seller,
                sale.buyer,
                show_quantity(sale.quantity),
                show_cash(sale.amount),
            )
            for sale in lesson.sales
        ],
    )


def _comparison(lesson: Lesson) -> Iterator[Table]:
    """A table with bars for each figure, all ways beneath each other."""
    for figure, amount in FIGURES.items():
        amounts = [amount(way) for way in lesson.ways]
        most = max(amounts) or Decimal(1)
        rows: list[list[Cell]] = [
            [way.name, show_cash(each), Bar(0, float(each / most))]
            for way, each in zip(lesson.ways, amounts, strict=True)
        ]
        head = [("Way", Column.NAME), (lesson.currency, Column.FIGURE), ("", Column.BAR)]
        yield Table(f"{figure[:1].upper()}{figure[1:]}: {MEANINGS[figure]}", head, rows)


def _step(lesson: Lesson, way: WayRun) -> Step:
    said = [line.replace(TOGETHER, " ") for line in happened(lesson, way)]
    return Step(way.name[:1].upper() + way.name[1:], Outcome.DONE, lines=[way.how, *said])
