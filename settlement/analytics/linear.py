"""A linear programme over parts of a whole: HiGHS finds the vertex, fractions make it exact.

HiGHS answers in floats, to about seven places. The same programme is solved again around that
answer under a magnifying glass (iterative refinement), until even a cent in a billion is told from
nothing. Which parts are full or empty and which limits bind is then certain, and the vertex follows
by elimination in fractions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from settlement.errors import BadInput

_ZOOMS = (1, 10**7, 10**14, 10**21)
_NEAR = Fraction(1, 10**24)
_FIELD = 10**6
"""How far the magnified programme looks, in units of the magnification."""
_NO_VERTEX = "the lots differ too much in size to be allocated exactly"


@dataclass(frozen=True, slots=True)
class Bound:
    """The parts at `members` are together at most `share` of the total of all parts."""

    members: frozenset[int]
    share: Fraction


@dataclass(frozen=True, slots=True)
class Programme:
    """Parts from zero to `most`, in total at most one, within `bounds`.

    The total is to be as large as possible, and then `Σ costs × parts` as small as possible.
    """

    most: Sequence[Fraction]
    costs: Sequence[Fraction]
    bounds: Sequence[Bound]


@dataclass(frozen=True, slots=True)
class _Linear:
    """Least `costs · x` where the first row is zero, the others at most zero, `low ≤ x ≤ high`."""

    costs: Sequence[Fraction]
    rows: Sequence[Sequence[Fraction]]
    low: Sequence[Fraction]
    high: Sequence[Fraction]


def solve(programme: Programme) -> list[Fraction]:
    """The parts, exactly."""
    count = len(programme.most)
    nothing, one = Fraction(0), Fraction(1)
    rows = _rows(programme)
    low = [nothing] * count
    high = [min(most, one) for most in programme.most]
    largest = _Linear([*low, -one], rows, [*low, nothing], [*high, one])
    reached = _optimum(largest, [nothing] * (count + 1))
    total = one if one - reached[-1] <= _NEAR else reached[-1]
    cheapest = _Linear([*programme.costs, nothing], rows, [*low, total], [*high, total])
    vertex = _vertex_at(largest, _optimum(cheapest, reached))
    _require_inside(largest, vertex)
    return vertex[:-1]


def _rows(programme: Programme) -> list[list[Fraction]]:
    """Coefficients of the parts and, last, of the total.

    `Σ parts − total = 0` comes first, then for each bound `Σ members − share × total ≤ 0`.
    """
    count = len(programme.most)
    bounds = [Bound(frozenset(range(count)), Fraction(1)), *programme.bounds]
    return [
        [*(Fraction(place in bound.members) for place in range(count)), -bound.share]
        for bound in bounds
    ]


def _optimum(linear: _Linear, start: Sequence[Fraction]) -> list[Fraction]:
    """A best point, nearer to the truth than `_NEAR`."""
    point = list(start)
    for zoom in _ZOOMS:
        point = _refined(linear, point, zoom)
    return point


def _require_inside(linear: _Linear, exact: Sequence[Fraction]) -> None:
    """Refuses a point that breaks a bound: the floats did not lead to a vertex."""
    first, *others = (_dot(row, exact) for row in linear.rows)
    inside = all(a <= x <= b for a, x, b in zip(linear.low, exact, linear.high, strict=True))
    if first or not inside or any(excess > 0 for excess in others):
        raise BadInput(_NO_VERTEX)


def _refined(linear: _Linear, point: Sequence[Fraction], zoom: int) -> list[Fraction]:
    """HiGHS' optimum of the programme around `point`, seen `zoom` times as large."""
    from scipy.optimize import linprog  # half a second, and only allocations need it

    rows = [[float(factor) for factor in row] for row in linear.rows]
    room = [float(-zoom * _dot(row, point)) for row in linear.rows]
    field = Fraction(_FIELD)
    bounds = [
        (float(max(-field, zoom * (low - x))), float(min(field, zoom * (high - x))))
        for low, x, high in zip(linear.low, point, linear.high, strict=True)
    ]
    found = linprog(
        [float(cost) for cost in linear.costs],
        A_eq=rows[:1],
        b_eq=room[:1],
        A_ub=rows[1:] or None,
        b_ub=room[1:] or None,
        bounds=bounds,
        method="highs",
        options={"presolve": False},
    )
    if found.x is None:
        raise BadInput(_NO_VERTEX)
    return [x + Fraction(float(step)) / zoom for x, step in zip(point, found.x, strict=True)]


def _vertex_at(linear: _Linear, point: Sequence[Fraction]) -> list[Fraction]:
    """The vertex next to `point`: what is at a bound stays, the rest follows from the rows."""
    exact = [
        next((bound for bound in (low, high) if abs(x - bound) <= _NEAR), None)
        for low, x, high in zip(linear.low, point, linear.high, strict=True)
    ]
    between = [place for place, number in enumerate(exact) if number is None]
    known = [number or Fraction(0) for number in exact]
    binding = [
        [*(row[place] for place in between), -_dot(row, known)]
        for row in linear.rows
        if abs(_dot(row, point)) <= len(point) * _NEAR
    ]
    for place, number in zip(between, _eliminated(binding, len(between)), strict=True):
        known[place] = number
    return known


def _eliminated(equations: Sequence[list[Fraction]], unknowns: int) -> list[Fraction]:
    """Gauss-Jordan elimination; each equation ends in its right-hand side."""
    rows = list(equations)
    solved: dict[int, list[Fraction]] = {}
    for column in range(unknowns):
        found = next((row for row in rows if row[column]), None)
        if found is None:
            raise BadInput(_NO_VERTEX)
        pivot = [number / found[column] for number in found]
        rows = [_without(row, column, pivot) for row in rows if row is not found]
        solved = {place: _without(row, column, pivot) for place, row in solved.items()}
        solved[column] = pivot
    return [solved[column][-1] for column in range(unknowns)]


def _without(row: list[Fraction], column: int, pivot: list[Fraction]) -> list[Fraction]:
    factor = row[column]
    return [number - factor * other for number, other in zip(row, pivot, strict=True)]


def _dot(row: Sequence[Fraction], point: Sequence[Fraction]) -> Fraction:
    return sum((factor * x for factor, x in zip(row, point, strict=True)), Fraction(0))
