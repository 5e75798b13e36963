"""Where the labels of a line chart go: beside their lines, off the others and off each other.

Each label in turn takes the best of a few places along its line, above or below it. Best is where
it covers least of any line and of the labels before it, and then where it is farthest from the
other lines.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

Point = tuple[float, float]

_GAP = 8.0
_APART = 10.0
"""What is free between two labels, so that nobody takes the key of one for the end of another."""
_STEP = 6.0
"""How densely lines are looked at."""
_COVERED_LABEL = 1_000
_COVERED_POINT = 60
_FAR = 60.0
"""A line this far from the others is as good as alone."""


class Box(NamedTuple):
    """A rectangle; heights grow downwards."""

    left: float
    top: float
    right: float
    bottom: float

    def holds(self, point: Point) -> bool:
        """Whether a point is in it."""
        return self.left <= point[0] <= self.right and self.top <= point[1] <= self.bottom

    def distance(self, point: Point) -> float:
        """How far off a point is, across and down together; zero within."""
        across = max(self.left - point[0], point[0] - self.right, 0)
        return across + max(self.top - point[1], point[1] - self.bottom, 0)

    def wider(self, by: float) -> Box:
        """The same with so much more on every side."""
        return Box(self.left - by, self.top - by, self.right + by, self.bottom + by)

    def within(self, other: Box) -> bool:
        """Whether it does not leave another."""
        return other.holds((self.left, self.top)) and other.holds((self.right, self.bottom))

    def meets(self, other: Box) -> bool:
        """Whether they have a point in common."""
        across = self.left <= other.right and other.left <= self.right
        return across and self.top <= other.bottom and other.top <= self.bottom


def place(
    curves: Sequence[Sequence[Point]], widths: Sequence[float], height: float, plot: Box
) -> list[Box]:
    """A box within the plot for each curve, as wide as said and all of one height."""
    traces = [_trace(curve) for curve in curves]
    taken: list[Box] = []
    for number, width in enumerate(widths):
        others = [point for other, trace in enumerate(traces) if other != number for point in trace]
        covered = [
            (_covered(box, (*traces[number], *others), taken), box)
            for anchor in traces[number]
            for box in _beside(anchor, width, height)
            if box.within(plot)
        ]
        least = min((cost for cost, _ in covered), default=0)
        candidates = (  # being alone makes up for less than the rest is worse
            (cost - _alone(box, others), box) for cost, box in covered if cost <= least + _FAR
        )
        taken.append(min(candidates, default=(0.0, _corner(plot, width, height)))[1])
    return taken


def _trace(curve: Sequence[Point]) -> list[Point]:
    """Points along a curve, no farther apart than a step."""
    found = [curve[0]]
    for (x1, y1), (x2, y2) in pairwise(curve):
        pieces = int(max(abs(x2 - x1), abs(y2 - y1)) // _STEP) + 1
        found += [
            (x1 + (x2 - x1) * piece / pieces, y1 + (y2 - y1) * piece / pieces)
            for piece in range(1, pieces + 1)
        ]
    return found


def _beside(anchor: Point, width: float, height: float) -> Iterator[Box]:
    x, y = anchor
    for left in (x - width / 2, x + _GAP, x - _GAP - width):
        for top in (y - _GAP - height, y + _GAP):
            yield Box(left, top, left + width, top + height)


def _covered(box: Box, points: Sequence[Point], taken: Sequence[Box]) -> int:
    labels = sum(box.wider(_APART).meets(other) for other in taken)
    return _COVERED_LABEL * labels + _COVERED_POINT * sum(box.holds(point) for point in points)


def _alone(box: Box, others: Sequence[Point]) -> float:
    return min(_FAR, min((box.distance(point) for point in others), default=_FAR))


def _corner(plot: Box, width: float, height: float) -> Box:
    return Box(plot.left, plot.top, plot.left + width, plot.top + height)
