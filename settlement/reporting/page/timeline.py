"""Trades and repos in time, as SVG: a row for each, a dot for each moment at which something moved.

Moments stand at equal distances, in their order, for a day of trades and the weeks of a repo would
not fit one scale; dates stand where they begin. A full dot is an exchange, securities and cash at
once; a ring is one of the two alone. The page has the same in a table, so a reader that hears the
page is told only what the drawing is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

_DESCRIBED = (
    "A row for each; a full dot where securities and cash are exchanged, a ring where one of them"
    " moves alone. The table below has their legs."
)
_WIDTH, _LEFT, _RIGHT = 800, 150, 24
_HEAD, _ROW, _FOOT = 46, 30, 12
_DATE = 56
_MOST_TIMES = 12
_MOST_LETTERS = 20


@dataclass(frozen=True, slots=True)
class Flow:
    """What moved at one moment for one trade or repo: its legs in words."""

    subject: str
    time: datetime
    what: str
    securities: tuple[str, ...]
    cash: tuple[str, ...]


def timeline(flows: Sequence[Flow]) -> str:
    """The drawing."""
    return "\n".join(_lines(flows)) + "\n"


def _lines(flows: Sequence[Flow]) -> Iterator[str]:
    moments = sorted({flow.time for flow in flows})
    subjects = list(dict.fromkeys(flow.subject for flow in flows))
    across = {moment: _place(number, len(moments)) for number, moment in enumerate(moments)}
    height = _HEAD + _ROW * len(subjects) + _FOOT
    yield (
        '<svg xmlns="http://www.w3.org/2000/svg" class="timeline" role="img"'
        f' viewBox="0 0 {_WIDTH} {height}">'
    )
    yield "<title>Trades and repos in time</title>"
    yield f"<desc>{_DESCRIBED}</desc>"
    yield from _dates(moments, across, height)
    for number, subject in enumerate(subjects):
        own = [flow for flow in flows if flow.subject == subject]
        yield from _row(own, across, _HEAD + _ROW * number + _ROW / 2)
    yield "</svg>"


def _place(number: int, count: int) -> float:
    room = _WIDTH - _LEFT - _RIGHT
    return _LEFT + room * (number + 0.5) / count


def _dates(
    moments: Sequence[datetime], across: dict[datetime, float], height: int
) -> Iterator[str]:
    """A line where a day begins; dates and times where there is room for them."""
    half = (_WIDTH - _LEFT - _RIGHT) / len(moments) / 2
    day, written = None, 0.0
    for moment in moments:
        x = across[moment]
        if moment.date() != day:
            day = moment.date()
            start = x - half
            yield f'<line class="day" x1="{start:.1f}" y1="6" x2="{start:.1f}" y2="{height}"/>'
            if start >= written:
                yield f'<text x="{start + 5:.1f}" y="17">{day:%-d %b}</text>'
                written = start + _DATE
        if len(moments) <= _MOST_TIMES:
            yield f'<text class="time" x="{x:.1f}" y="36">{moment:%H:%M}</text>'


def _row(flows: Sequence[Flow], across: dict[datetime, float], y: float) -> Iterator[str]:
    places = [across[flow.time] for flow in flows]
    yield f'<text x="0" y="{y + 4.5:.1f}">{escape(_cut(flows[0].subject))}</text>'
    first, last = min(places), max(places)
    yield f'<line class="life" x1="{first:.1f}" y1="{y:.1f}" x2="{last:.1f}" y2="{y:.1f}"/>'
    for flow, x in zip(flows, places, strict=True):
        kind = "both" if flow.securities and flow.cash else "one"
        yield f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="6"/>'


def _cut(name: str) -> str:
    return name if len(name) <= _MOST_LETTERS else f"{name[: _MOST_LETTERS - 1]}…"
