"""What pages do alike: name a span of days, draw amounts to scale, cut what is too long to read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from settlement.reporting.ledger import Amount
from settlement.reporting.page.blocks import Bar, Line, Table
from settlement.units import show_quantity

MOST_ROWS = 60
"""So many rows of a table can be read; of what is longer the first are shown."""

_MOST_LINES, _MOST_LISTED = 4, 6
_DIGITS = re.compile("([0-9]+)")


def period(first: date, last: date) -> str:
    """`2 March 2026`, `2 to 3 March 2026`, `30 March to 2 April 2026`."""
    if first == last:
        return f"{first:%-d %B %Y}"
    if first.year != last.year:
        return f"{first:%-d %B %Y} to {last:%-d %B %Y}"
    begins = f"{first:%-d}" if first.month == last.month else f"{first:%-d %B}"
    return f"{begins} to {last:%-d %B %Y}"


def natural(name: str) -> tuple[str | int, ...]:
    """For sorting: numbers in a name count, so that 2 comes before 10."""
    return tuple(int(part) if part.isdigit() else part for part in _DIGITS.split(name))


def bars(amounts: Sequence[Amount], most: Amount = 0) -> list[Bar]:
    """A bar for each, to scale with the most that there is; by itself, that is among these."""
    whole = Decimal(most or max(amounts, default=0) or 1)
    return [Bar(0, float(Decimal(amount) / whole)) for amount in amounts]


def listed(securities: Mapping[str, int]) -> str:
    """`1,000 CUSIP1, 500 CUSIP2`, or only the first of many."""
    shown = [f"{show_quantity(held)} {name}" for name, held in securities.items()]
    more = len(shown) - _MOST_LISTED
    return ", ".join(shown) if more <= 0 else f"{', '.join(shown[:_MOST_LISTED])} and {more:,} more"


def few(lines: Sequence[Line]) -> list[Line]:
    """All of them, or the first, and how many there are besides."""
    if len(lines) <= _MOST_LINES:
        return list(lines)
    return [*lines[: _MOST_LINES - 1], f"and {len(lines) - _MOST_LINES + 1:,} more"]


def cut(table: Table) -> Table:
    """The table, as far as it can be read; a note under it counts the rest."""
    more = len(table.rows) - MOST_ROWS
    if more <= 0:
        return table
    rows = "row is" if more == 1 else "rows are"
    return replace(table, rows=table.rows[:MOST_ROWS], note=f"{more:,} more {rows} not shown.")
