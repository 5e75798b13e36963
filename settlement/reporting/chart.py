"""A chart of steps as SVG, by itself or within a page, without a library.

Nothing is drawn that was not computed: a value holds from its point on until the next, as a step.

Lines are told apart by colour, by dash and by a label beside each, so that print in black and white
and eyes that see colours alike lose nothing; the colours are those of Okabe and Ito, lighter ones
on a dark ground. Text is in `currentColor`, the ground follows `prefers-color-scheme`, the drawing
scales to whatever width it is given. Programs that read aloud find title and description. The same
chart gives the same bytes.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from html import escape
from itertools import chain, pairwise

from settlement.reporting.chart_labels import Box, Point, place

LIGHT = ("#0072b2", "#b34700", "#007a58", "#a3437b", "#4d4d4d", "#7a5c00")
DARK = ("#56b4e9", "#ff9d4d", "#2fc79a", "#e79ac6", "#c9c9c9", "#f0e442")
GROUNDS = ("#ffffff", "#16181c")

_INKS = ("#1c1c1c", "#ececec")
_DASHES = ("", "9 4", "2 3", "10 3 2 3", "7 3 2 3 2 3", "16 4")
_WIDTH, _LEFT, _RIGHT = 640, 52, 20
_TITLE_LINE, _LINE, _PLOT, _FOOT = 21, 18, 300, 48
_TITLE_LETTERS = 66
_MOST_TICKS = 6
_LETTER = 7.2
"""How wide a letter of a label is on average, never less in the fonts that browsers choose."""
_SAMPLE = 46
"""How wide the piece of line before a label is, with the space after it: two of every dash."""


@dataclass(frozen=True, slots=True)
class Axis:
    """From `low` to `high`, which are not the same; `label` says what is measured in which unit."""

    label: str
    low: Decimal
    high: Decimal

    def ticks(self) -> list[Decimal]:
        """Round numbers within it, no more than six steps: 1, 2 or 5 times a power of ten apart."""
        span = self.high - self.low
        power = Decimal(1).scaleb(span.adjusted() - 1)
        steps = (power * factor for factor in (1, 2, 5, 10, 20))
        step = next(step for step in steps if span / step <= _MOST_TICKS)
        first = (self.low / step).to_integral_value(ROUND_CEILING)
        return [(first + number) * step for number in range(int(self.high / step - first) + 1)]

    def part(self, value: Decimal) -> float:
        """How far along the axis a value is, from 0 to 1."""
        return float((value - self.low) / (self.high - self.low))


@dataclass(frozen=True, slots=True)
class Series:
    """One line of steps: points from left to right."""

    name: str
    points: Sequence[tuple[Decimal, Decimal]]


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on the horizontal axis that has a name of its own."""

    name: str
    at: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """At most six series, all within the axes. `description` says in words what is to be seen."""

    title: str
    description: str
    x: Axis
    y: Axis
    series: Sequence[Series]
    marks: Sequence[Mark] = ()


def svg(chart: Chart) -> str:
    """The chart as one SVG element, in lines."""
    return "\n".join(_Drawing(chart).lines()) + "\n"


class _Drawing:
    """Where everything of one chart is, in units of the view box."""

    def __init__(self, chart: Chart) -> None:
        self._chart = chart
        self._titles = textwrap.wrap(_plain(chart.title), _TITLE_LETTERS)
        head = 8 + _TITLE_LINE * len(self._titles) + _LINE * len(chart.marks) + _LINE + 8
        self._plot = Box(_LEFT, head, _WIDTH - _RIGHT, head + _PLOT)
        self._height = head + _PLOT + _FOOT
        self._curves = [
            [self._point(x, y) for x, y in series.points]
            for series in chart.series
            if series.points
        ]
        self._named = [series.name for series in chart.series if series.points]

    def lines(self) -> Iterator[str]:
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img"'
            f' viewBox="0 0 {_WIDTH} {self._height}">'
        )
        yield f"<title>{_escaped(self._chart.title)}</title>"
        yield f"<desc>{_escaped(self._chart.description)}</desc>"
        yield from _STYLE
        yield f'<rect class="ground" width="{_WIDTH}" height="{self._height}"/>'
        for number, title in enumerate(self._titles, 1):
            yield _text(_LEFT, 4 + _TITLE_LINE * number, title, "start", "heading")
        yield from self._marks()
        yield from self._axes()
        for number, curve in enumerate(self._curves):
            yield from _curve(curve, number)
        yield from self._labels()
        yield "</svg>"

    def _axes(self) -> Iterator[str]:
        chart, plot = self._chart, self._plot
        for tick in chart.y.ticks():
            height = self._point(chart.x.low, tick)[1]
            yield _line((plot.left, height), (plot.right, height), "grid")
            yield _text(plot.left - 7, height + 4.5, _number(tick), "end")
        for tick in chart.x.ticks():
            across = self._point(tick, chart.y.low)[0]
            yield _line((across, plot.bottom), (across, plot.bottom + 5), "axis")
            yield _text(across, plot.bottom + 19, _number(tick), "middle")
        yield _line((plot.left, plot.bottom), (plot.right, plot.bottom), "axis")
        yield _text(8, plot.top - 10, chart.y.label, "start", "label")
        yield _text(plot.right, plot.bottom + 38, chart.x.label, "end")

    def _marks(self) -> Iterator[str]:
        """Each name on a line of its own above the plot, for two may be close to each other."""
        plot, count = self._plot, len(self._chart.marks)
        for number, mark in enumerate(self._chart.marks):
            across = self._point(mark.at, self._chart.y.low)[0]
            height = plot.top - 10 - _LINE * (count - number)
            left = across < (plot.left + plot.right) / 2
            yield _line((across, height - 9), (across, plot.bottom), "mark")
            yield _text(
                across + (5 if left else -5), height, mark.name, "start" if left else "end", "label"
            )

    def _labels(self) -> Iterator[str]:
        widths = [_SAMPLE + _LETTER * len(name) for name in self._named]
        lines = [_steps(curve) for curve in self._curves]
        for number, box in enumerate(place(lines, widths, _LINE, self._plot)):
            height = (box.top + box.bottom) / 2
            sample = ((box.left, height), (box.left + _SAMPLE - 6, height))
            yield _path(sample, number)
            name = self._named[number]
            yield _text(box.left + _SAMPLE, height + 4.5, name, "start", "label")

    def _point(self, x: Decimal, y: Decimal) -> Point:
        plot = self._plot
        across = plot.left + self._chart.x.part(x) * (plot.right - plot.left)
        return across, plot.bottom - self._chart.y.part(y) * (plot.bottom - plot.top)


# --- elements -------------------------------------------------------------------------------------


def _curve(points: Sequence[Point], number: int) -> Iterator[str]:
    yield _path(_steps(points), number)
    for x, y in points:
        yield f'<circle class="dot s{number}" cx="{x:.1f}" cy="{y:.1f}" r="2.5"/>'


def _steps(points: Sequence[Point]) -> list[Point]:
    """From point to point, first across and then up or down."""
    corners = ([(x, before), (x, y)] for (_, before), (x, y) in pairwise(points))
    return [points[0], *chain.from_iterable(corners)]


def _path(points: Sequence[Point], number: int) -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline class="line s{number}" points="{path}"/>'


def _line(start: Point, end: Point, kind: str) -> str:
    (x1, y1), (x2, y2) = start, end
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _text(x: float, y: float, text: str, anchor: str, kind: str = "") -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<text{named} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{_escaped(text)}</text>'


def _number(tick: Decimal) -> str:
    return f"{tick.normalize():,f}"


def _escaped(text: str) -> str:
    return escape(_plain(text), quote=False)


def _plain(text: str) -> str:
    """XML has no way to write what cannot be printed."""
    return "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text
    )


def _scheme(ink: str, ground: str, colours: Sequence[str]) -> str:
    lines = "".join(f".chart .s{number}{{color:{colour}}}" for number, colour in enumerate(colours))
    return f".chart{{color:{ink};--ground:{ground}}}{lines}"


_STYLE = (
    "<style>",
    _scheme(_INKS[0], GROUNDS[0], LIGHT),
    f"@media (prefers-color-scheme:dark){{{_scheme(_INKS[1], GROUNDS[1], DARK)}}}",
    ".chart{font:13px system-ui,sans-serif}",
    ".chart .ground{fill:var(--ground)}",
    ".chart text{fill:currentColor}",
    ".chart .heading{font-size:16px;font-weight:600}",
    ".chart .label{paint-order:stroke;stroke:var(--ground);stroke-width:4px}",
    ".chart .grid{stroke:currentColor;stroke-opacity:.15}",
    ".chart .axis{stroke:currentColor}",
    ".chart .mark{stroke:currentColor;stroke-opacity:.6;stroke-dasharray:1 3}",
    ".chart .line{fill:none;stroke:currentColor;stroke-width:2.2;stroke-linejoin:round}",
    ".chart .dot{fill:currentColor}",
    *(
        f".chart .line.s{number}{{stroke-dasharray:{dash}}}"
        for number, dash in enumerate(_DASHES)
        if dash
    ),
    "</style>",
)
