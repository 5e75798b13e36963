"""A story as plain text, the way it is told in a demonstration: times, trades, before and after."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from settlement.reporting.story import Change, Check, Story, Told
from settlement.units import counted, show_cash, show_quantity

_INDENT = " " * 6
_WIDTH = 78
_NAME, _COLUMN = 14, 20

_SIGN = re.compile(r"(?<![\w.])-(?=[\d.])")
_TOGETHER = re.compile(r"(?<=[a-z=]) (?=\d)| (?=→ )|(?<= →) ")
_FIRST_COLUMN = re.compile(r" +|[^ ]+ {2,}")


def story_lines(story: Story) -> Iterator[str]:
    """Line by line."""
    day = _long_date(story.steps[0].at.date())
    yield from _wrap(f"{story.name}: {day}, local chain, no real value", "", _INDENT)
    yield ""
    today = story.steps[0].at.date()
    previous: Told | None = None
    for told in story.steps:
        if told.at.date() != today:
            today = told.at.date()
            yield ""
            yield _day(today)
        elif _wants_space(previous, told):
            yield ""
        yield from _step_lines(told)
        previous = told
    yield ""
    yield from _closing_lines(story)


def show_amount(amount: Decimal | int) -> str:
    """Cash with two places, quantities without."""
    return show_cash(amount) if isinstance(amount, Decimal) else show_quantity(amount)


def check_lines(checks: Sequence[Check]) -> Iterator[str]:
    """`Register = chain = book ✓ · cash conserved ✓`, then a line for whatever broke one."""
    yield " · ".join(f"{check.name} {'✓' if check.holds else '✗'}" for check in checks)
    for check in checks:
        yield from (f"✗ {broken}" for broken in check.broken)


def _step_lines(told: Told) -> Iterator[str]:
    yield from _wrap(f"{told.at:%H:%M} {told.heading}", "", _INDENT)
    for line in told.lines:
        yield from _wrapped(line)
    if told.mistake:
        yield from _wrapped(f"cannot be done as written: {told.mistake}")
    if told.refusal:
        word = f"refused ({told.refusal.reason})" if told.refusal.reason else "refused"
        moved = "nothing moved ✓" if told.nothing_moved else "SOMETHING MOVED ✗"
        yield from _wrapped(f"{word}: {told.refusal.sentence}")
        yield f"{_INDENT}{moved:>{_WIDTH - len(_INDENT)}}"
    yield from _change_lines(told.changes)
    for failure in told.failures:
        yield from _wrapped(f"✗ {failure}")


def _change_lines(changes: Sequence[Change]) -> Iterator[str]:
    if not changes:
        return
    asset = changes[0].asset
    before, after = f"{asset} before", f"{asset} after"
    yield f"{_INDENT}{'':{_NAME}}{before:>{_COLUMN}}{after:>{_COLUMN}}"
    for change in changes:
        first, last = show_amount(change.before), show_amount(change.after)
        yield f"{_INDENT}{change.party:{_NAME}}{first:>{_COLUMN}}{last:>{_COLUMN}}"


def _closing_lines(story: Story) -> Iterator[str]:
    marks, *broken = check_lines(story.checks)
    yield marks
    for line in broken:
        yield from _wrapped(line)
    settled = counted(story.settlements, "settlement")
    yield f"{settled}, {counted(story.transactions, 'transaction')}, {story.gas:,} gas"
    for failure in story.failures:
        yield from _wrapped(f"✗ {failure}")


def _wrapped(text: str) -> list[str]:
    """Wraps a line of a step; what is too long goes on under its text.

    That is where the line begins, or where its first column ends, which two spaces follow.
    """
    column = _FIRST_COLUMN.match(text)
    return _wrap(text, _INDENT, _INDENT + " " * (column.end() if column else 0))


def _wrap(text: str, first: str, then: str) -> list[str]:
    """Wraps a sentence; a number has a minus below zero and stays with the word before it.

    Two sides stay together as well, and a result with its sign.
    """
    signed = _SIGN.sub("\N{MINUS SIGN}", text)
    together = _TOGETHER.sub("\N{NO-BREAK SPACE}", signed)
    lines = textwrap.wrap(
        together, _WIDTH, initial_indent=first, subsequent_indent=then, break_on_hyphens=False
    )
    return [line.replace("\N{NO-BREAK SPACE}", " ") for line in lines]


def _wants_space(previous: Told | None, told: Told) -> bool:
    """Quiet steps of one line stand together; the others have room."""
    if previous is None:
        return False
    return any(len(list(_step_lines(step))) > 2 for step in (previous, told))


def _day(day: date) -> str:
    return f"{day.day} {day:%B}"


def _long_date(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
