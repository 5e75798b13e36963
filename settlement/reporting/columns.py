"""Figures in columns, wide enough for what stands in them, and sentences that go on below.

Names stand on the left, everything else ends at the right. Lines of sentences are 100 letters wide.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

TOGETHER = "\N{NO-BREAK SPACE}"
"""Written between words that stay on one line; a space is printed."""

_WIDTH = 100


def aligned(rows: Sequence[Sequence[str]], name: int, column: int) -> Iterator[str]:
    """Rows of equally many cells, the first at least as wide as a name, the others as a column.

    What is longer makes its column wider in every row. At least two blanks stand before a cell.
    """
    first = max(name, *(len(cells[0]) for cells in rows))
    others = [
        max(column, 2 + max(map(len, cells)))
        for cells in zip(*(row[1:] for row in rows), strict=True)
    ]
    for head, *cells in rows:
        placed = (f"{cell:>{width}}" for cell, width in zip(cells, others, strict=True))
        yield f"{head:{first}}" + "".join(placed)


def wrapped(first: str, text: str) -> list[str]:
    """Text after a beginning; what is too long goes on under itself."""
    then = " " * len(first)
    lines = textwrap.wrap(
        text, _WIDTH, initial_indent=first, subsequent_indent=then, break_on_hyphens=False
    )
    return [line.replace(TOGETHER, " ") for line in lines]
