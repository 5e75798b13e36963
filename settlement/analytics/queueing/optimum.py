"""The most value that any set settles at once, skipping allowed: a mixed-integer programme.

    largest Σ value·x,  x in {0, 1},  for every account: Σ (debits − credits)·x ≤ balance

HiGHS calculates in floats, so what it says is never taken on trust where integers can tell. What it
is given is looser than the truth: each row is divided until its coefficients are small enough for
floats to be exact, with coefficients and balance rounded down, and values are rounded up. A set
that it finds is checked in integers. If an account is short the set is cut off and the search goes
on: that account's debits in the set cannot all settle unless a credit from outside the set does.
A set that is good is cut off too: a better one has something outside it.

So `settled` is exactly feasible and exactly worth `value`. That nothing is worth more than `bound`
is HiGHS' proof for the looser programme, whose numbers are at most 2³⁰ and whose steps are whole,
far above its tolerances; nothing else is taken from floats.

The search starts from the better of two greedy sets, and they are the answer where it has nothing
better when time runs out: the largest set that skips nobody, and what settles one by one with
bypass, each with what then still fits, highest value first. scipy hands HiGHS no set to start from,
and reports no bound for a search that ends without a set; so HiGHS is not asked to beat the greedy
value from the start, only to find something new once its bound is near.
"""

from __future__ import annotations

import math
import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from settlement.analytics.obligations import Account, Balances, Obligation, nets
from settlement.analytics.queueing.gridlock import largest
from settlement.analytics.queueing.gross import bypass
from settlement.analytics.queueing.quiet import quiet

_MOST = 2**30
"""What the numbers of a row sum to at most: floats then err by less than HiGHS tolerates, 1e-6."""

_SLACK = 0.1
"""Added to a bound of HiGHS before it is rounded down to a whole step."""

_NOTHING_LEFT = 2
"""The status with which scipy says that no set meets all rows."""


@dataclass(frozen=True, slots=True)
class Optimum:
    """A set that settles at once, in submission order, and what no such set is worth more than."""

    settled: Sequence[Obligation]
    bound: int

    @property
    def value(self) -> int:
        """What the set is worth."""
        return sum(each.value for each in self.settled)

    @property
    def gap(self) -> int:
        """By how much the set may fall short of the best, at most."""
        return self.bound - self.value

    @property
    def proven(self) -> bool:
        """Whether no set is worth more."""
        return self.gap == 0


def best(obligations: Sequence[Obligation], balances: Balances, seconds: float) -> Optimum:
    """The best set found in about so many seconds.

    Every obligation has an id of its own; values and balances are zero or more.
    """
    deadline = time.monotonic() + seconds
    queue = _Queue(obligations, balances)
    chosen, bound = queue.greedy(), queue.value(range(len(obligations)))
    rows = queue.rows()
    while queue.value(chosen) < bound and (left := deadline - time.monotonic()) > 0:
        found = _search(queue.values, rows, left)
        if found.bound is not None:
            bound = min(bound, found.bound)
        if found.places is None:
            break
        short = queue.short_account(found.places)
        if short is None:
            chosen = max(chosen, found.places, key=queue.value)
            rows.append(queue.something_new(found.places))
        else:
            rows.append(queue.not_without_credit(found.places, short))
    value = queue.value(chosen)
    return Optimum([obligations[place] for place in sorted(chosen)], max(bound, value))


@dataclass(frozen=True, slots=True)
class _Row:
    """The sum of the coefficients at the chosen places is at most `most`."""

    coefficients: Mapping[int, int]
    most: int

    def scaled(self) -> _Row:
        """The same or looser, in numbers that floats add up exactly."""
        step = _step(self.coefficients.values())
        scaled = {place: number // step for place, number in self.coefficients.items()}
        return _Row(scaled, self.most // step)


@dataclass(frozen=True, slots=True)
class _Found:
    """A set by its places and what no set that meets the rows is worth more than, where known."""

    places: frozenset[int] | None
    bound: int | None


class _Queue:
    """Instructions by their places, and what each does to the accounts."""

    def __init__(self, obligations: Sequence[Obligation], balances: Balances) -> None:
        self.values = [each.value for each in obligations]
        self._obligations = obligations
        self._balances = balances
        self._effects = [nets([each]) for each in obligations]

    def value(self, places: Iterable[int]) -> int:
        return sum(self.values[place] for place in places)

    def greedy(self) -> frozenset[int]:
        """The better of two sets that settle at once."""
        places = {each.id: place for place, each in enumerate(self._obligations)}
        starts = (rule(self._obligations, self._balances) for rule in (largest, bypass))
        sets = [self._filled({places[each.id] for each in start}) for start in starts]
        return max(sets, key=self.value)

    def rows(self) -> list[_Row]:
        """What may settle at once; accounts that cannot fall short are left out."""
        columns: defaultdict[Account, dict[int, int]] = defaultdict(dict)
        for place, effect in enumerate(self._effects):
            for account, gets in effect.items():
                if gets:
                    columns[account][place] = -gets
        rows = [_Row(column, self._balances.get(account, 0)) for account, column in columns.items()]
        return [
            row.scaled()
            for row in rows
            if sum(number for number in row.coefficients.values() if number > 0) > row.most
        ]

    def short_account(self, places: Iterable[int]) -> Account | None:
        """An account that would be below zero."""
        positions = self._positions(places)
        return next((account for account in positions if positions[account] < 0), None)

    def not_without_credit(self, places: frozenset[int], short: Account) -> _Row:
        """Not all debits of the short account settle, or a credit to it does that was not there."""
        effects = {place: effect.get(short, 0) for place, effect in enumerate(self._effects)}
        debits = {place: 1 for place in places if effects[place] < 0}
        credits = {place: -1 for place, gets in effects.items() if gets > 0 and place not in places}
        return _Row(debits | credits, len(debits) - 1)

    def something_new(self, places: frozenset[int]) -> _Row:
        """Something settles that is not among these."""
        others = set(range(len(self.values))) - places
        return _Row(dict.fromkeys(others, -1), -1)

    def _positions(self, places: Iterable[int]) -> defaultdict[Account, int]:
        positions = defaultdict(int, self._balances)
        for place in places:
            for account, gets in self._effects[place].items():
                positions[account] += gets
        return positions

    def _filled(self, places: set[int]) -> frozenset[int]:
        """A set that settles at once with all that then still fits, highest value first."""
        positions = self._positions(places)
        waiting = sorted(set(range(len(self.values))) - places, key=lambda i: (-self.values[i], i))
        fits = True
        while fits:
            fits = False
            for place in [each for each in waiting if each not in places]:
                effect = self._effects[place]
                if all(positions[account] + gets >= 0 for account, gets in effect.items()):
                    for account, gets in effect.items():
                        positions[account] += gets
                    places.add(place)
                    fits = True
        return frozenset(places)


def _step(numbers: Collection[int]) -> int:
    """What numbers are divided by: their common divisor, times more where they are too large."""
    divisor = math.gcd(*numbers)
    return divisor * -(-sum(map(abs, numbers)) // (divisor * _MOST))


def _search(values: Sequence[int], rows: Sequence[_Row], seconds: float) -> _Found:
    """HiGHS' best set that meets the rows."""
    from scipy.optimize import Bounds, LinearConstraint, milp  # half a second to import

    step = _step(values)
    with quiet():
        found = milp(
            [float(value // -step) for value in values],
            integrality=[1] * len(values),
            bounds=Bounds(0, 1),
            constraints=LinearConstraint(_matrix(rows, len(values)), ub=[row.most for row in rows]),
            options={"time_limit": seconds, "mip_rel_gap": 0.0},
        )
    if found.status == _NOTHING_LEFT:
        return _Found(None, 0)
    if found.x is None:
        return _Found(None, None)
    chosen = frozenset(place for place, x in enumerate(found.x) if x > 0.5)
    most = -found.mip_dual_bound
    return _Found(chosen, step * math.floor(most + _SLACK) if math.isfinite(most) else None)


def _matrix(rows: Sequence[_Row], columns: int) -> Any:
    """The coefficients as a sparse array."""
    from scipy.sparse import coo_array

    entries = [
        (float(number), line, place)
        for line, row in enumerate(rows)
        for place, number in row.coefficients.items()
    ]
    numbers, lines, places = zip(*entries, strict=True)
    return coo_array((numbers, (lines, places)), (len(rows), columns))
