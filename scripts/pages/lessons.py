"""What `docs/lessons.md` says about the code, and the chart that it shows."""

from __future__ import annotations

from decimal import Decimal
from functools import cache

from settlement.lessons.principal_at_risk import PrincipalAtRisk
from settlement.lessons.trades import Failure, on_the_day
from settlement.reporting.chart import svg
from settlement.reporting.lesson import Lesson, chart
from settlement.reporting.lesson_text import lesson_lines


@cache
def _lesson() -> Lesson:
    """What the command teaches unless it is told otherwise."""
    return PrincipalAtRisk().run(Failure("fund", on_the_day(11, 15)), Decimal("-0.02"))


def principal_at_risk() -> str:
    """What the lesson says up to its bars."""
    said = "\n".join(lesson_lines(_lesson()))
    told, _, _ = said.partition("\n\nprincipal lost\n")
    return f"```text\n{told}\n```"


def principal_chart() -> str:
    """What the lesson draws."""
    return svg(chart(_lesson()))


BLOCKS = {
    "principal-at-risk": principal_at_risk,
}
