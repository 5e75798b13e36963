"""What a page is made of. Everything is text by now; nothing in here computes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from settlement.reporting.story import Check


class Column(Enum):
    """What a column of a table holds: names, figures, or bars that repeat a figure beside them."""

    NAME = "name"
    FIGURE = "figure"
    BAR = "bar"


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar from `start` to `end`, in parts of the width of its column, from 0 to 1."""

    start: float
    end: float

    @property
    def width(self) -> float:
        """How long it is."""
        return self.end - self.start


Cell = str | Bar


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells; the first cell of a row names it. `head` has a title for every column.

    `note` stands under it.
    """

    kind: ClassVar[str] = "table"
    caption: str
    head: Sequence[tuple[str, Column]]
    rows: Sequence[Sequence[Cell]]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Prose:
    """Paragraphs."""

    kind: ClassVar[str] = "prose"
    paragraphs: Sequence[str]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart as SVG, which describes itself."""

    kind: ClassVar[str] = "drawing"
    svg: str


@dataclass(frozen=True, slots=True)
class Ticks:
    """Invariants, each with whether it holds and what broke it."""

    kind: ClassVar[str] = "ticks"
    checks: Sequence[Check]
    caption: str = ""


class Outcome(Enum):
    """How a step came out: as it should, refused as it should, or neither."""

    DONE = "done"
    REFUSED = "refused"
    AMISS = "not as expected"


@dataclass(frozen=True, slots=True)
class Columns:
    """Lines of text whose figures stand under each other."""

    text: str


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened. `tables` stand under its lines."""

    heading: str
    outcome: Outcome
    time: str = ""
    lines: Sequence[str | Columns] = ()
    tables: Sequence[Table] = ()


@dataclass(frozen=True, slots=True)
class Steps:
    """What happened, in order. `day` stands above the steps of each day."""

    kind: ClassVar[str] = "steps"
    days: Sequence[tuple[str, Sequence[Step]]]


Block = Table | Prose | Drawing | Ticks | Steps


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page under a heading of its own."""

    title: str
    blocks: Sequence[Block]


Line = str | tuple[str, str]
"""A sentence, or a name and its figure."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One of the four answers of the first screen."""

    question: str
    answer: str
    detail: Sequence[Line] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """A report. `answers` are what moved, what risk was avoided, the cash needed, and the cost."""

    title: str
    subtitle: str
    answers: Sequence[Answer]
    sections: Sequence[Section]
