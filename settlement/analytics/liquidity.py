"""How much of a flow settles for how much cash: gross, by queue rules, netted, and in between.

The question of a liquidity-saving mechanism, answered without a clock: a queue holds all trades of
one settlement date in the order of submission, members hold what they hold, and a rule settles what
it can. What is left fails on that date and waits for no other. Each date is a queue of its own with
its own cash; values and cash of several dates are summed.

Cash. The bounds of a member on a date are those of `netting.bounds`: its net debit, and the peak of
its running debit one by one. A level gives every member the same part of the way, first from
nothing to its lower bound, then on to its upper, rounded down to the cent. Below the lower bounds
somebody cannot pay what it owes net; between them and the upper ones lies gridlock, where the cash
is enough for all at once and not for all one by one. Cash is the only thing that is scarce: each
seller holds all that it delivers on the date.

Rules. `in_order` and `bypass` settle gross, one by one: with the first a member's payments go in
their order, with the second what cannot be paid is passed over. `together` is the largest set that
settles at one moment with nobody's payments out of order, `most_value` the set of the most value
with any left out. From the lower bounds on `together` settles all, at the upper ones every rule.

Partial gross. The first trades settle gross, one by one, the rest in one net at the end, so that
all settle. A member needs the larger of its peak over the gross part and its net debit. At a level
of cash `gross_part` is the value of the longest gross part for which everybody has enough; where
somebody has less than its net debit there is none. The other way about, `PartialGross` is the cash
for so much of the flow, each member holding just what it needs.

Everything is exact but `most_value`, an integer programme with a time limit: when time runs out it
is the best set found, and `at_most` says what no set exceeds. Of the others only `bypass` may
settle less with more cash, for what it lets through first may use up what others wait for.

Gridlock and the set without skipping are after Bech and Soramäki, Bank of Finland Discussion Paper
9/2001; bounds and their curve after Leinonen and Soramäki, Bank of Finland Discussion Paper 16/99.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from settlement.analytics.netting import Bounds, bounds, gross
from settlement.analytics.obligations import Account, Obligation
from settlement.analytics.queueing.gridlock import largest
from settlement.analytics.queueing.gross import bypass, first_in_first_out
from settlement.analytics.queueing.optimum import best

SECONDS = 5.0
"""The time limit of the integer programmes of one level, shared equally by its dates."""


@dataclass(frozen=True, slots=True)
class Level:
    """Cash in whole per cents of the lower bound, and of the rest of the way to the upper one."""

    of_lower: int
    of_rest: int

    def cash(self, member: Bounds) -> int:
        """What a member holds, rounded down."""
        rest = member.upper - member.lower
        return (member.lower * self.of_lower + rest * self.of_rest) // 100


LEVELS = (
    *(Level(of_lower, 0) for of_lower in range(0, 100, 20)),
    *(Level(100, of_rest) for of_rest in range(0, 101, 10)),
)

SHARES = range(0, 101, 10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """What settles at one level of cash, by rule; all in the unit of the cash.

    `cash` is what all members hold together. `at_most` is above `most_value` only where time ran
    out. `gross_part` is nothing where somebody cannot pay its net debit.
    """

    level: Level
    cash: int
    in_order: int
    bypass: int
    together: int
    most_value: int
    at_most: int
    gross_part: int | None

    @property
    def proven(self) -> bool:
        """Whether no set has more value than `most_value`."""
        return self.most_value == self.at_most


@dataclass(frozen=True, slots=True)
class PartialGross:
    """The first trades of each date, up to `share` per cent of its value, gross, the rest net.

    `value` is that of the gross part, `cash` the least that all members need together.
    """

    share: int
    value: int
    cash: int


@dataclass(frozen=True, slots=True)
class Study:
    """Value of the whole flow, bounds of all members together, and what settles in between."""

    gross: int
    lower: int
    upper: int
    points: tuple[Point, ...]
    partial: tuple[PartialGross, ...]


def study(
    queues: Sequence[Sequence[Obligation]],
    currency: str,
    progress: Callable[[Level], None] = lambda _: None,
) -> Study:
    """Every rule at every level. A queue holds the trades of one date, in order of submission."""
    dates = [_Date(queue, currency) for queue in queues]
    points = []
    for level in LEVELS:
        progress(level)
        points.append(_together([date.point(level, SECONDS / len(dates)) for date in dates]))
    needs = [need for date in dates for need in date.needs.values()]
    return Study(
        gross=sum(gross(queue) for queue in queues),
        lower=sum(need.lower for need in needs),
        upper=sum(need.upper for need in needs),
        points=tuple(points),
        partial=tuple(_partial_gross(queues, currency, share) for share in SHARES),
    )


def gross_part(queue: Sequence[Obligation], currency: str, cash: Mapping[str, int]) -> int | None:
    """Value of the longest beginning of a queue that settles one by one, the rest net at the end.

    Nothing where somebody holds less than its net debit.
    """
    if any(cash[member] < need.lower for member, need in bounds(queue, currency).items()):
        return None
    held, value = dict(cash), 0
    for obligation in queue:
        moves = [move for move in obligation.moves if move.asset == currency]
        for move in moves:
            held[move.giver] -= move.amount
        if any(held[move.giver] < 0 for move in moves):
            break
        for move in moves:
            held[move.taker] += move.amount
        value += obligation.value
    return value


class _Date:
    """One queue, with all that does not change from level to level."""

    def __init__(self, queue: Sequence[Obligation], currency: str) -> None:
        self.needs = bounds(queue, currency)
        self._queue = queue
        self._currency = currency
        self._securities: defaultdict[Account, int] = defaultdict(int)
        for obligation in queue:
            for giver, _, asset, amount in obligation.moves:
                if asset != currency:
                    self._securities[giver, asset] += amount

    def point(self, level: Level, seconds: float) -> Point:
        """What settles at a level, the most value if it is found in so many seconds."""
        cash = {member: level.cash(need) for member, need in self.needs.items()}
        accounts = {(member, self._currency): held for member, held in cash.items()}
        balances = {**self._securities, **accounts}
        together = gross(largest(self._queue, balances))
        if together == gross(self._queue):
            most_value = at_most = together  # nothing is left that a programme could add
        else:
            found = best(self._queue, balances, seconds)
            most_value, at_most = found.value, found.bound
        return Point(
            level=level,
            cash=sum(cash.values()),
            in_order=gross(first_in_first_out(self._queue, balances)),
            bypass=gross(bypass(self._queue, balances)),
            together=together,
            most_value=most_value,
            at_most=at_most,
            gross_part=gross_part(self._queue, self._currency, cash),
        )


def _together(points: Sequence[Point]) -> Point:
    """The points of several dates at one level as one."""
    parts = [point.gross_part for point in points if point.gross_part is not None]
    return Point(
        level=points[0].level,
        cash=sum(point.cash for point in points),
        in_order=sum(point.in_order for point in points),
        bypass=sum(point.bypass for point in points),
        together=sum(point.together for point in points),
        most_value=sum(point.most_value for point in points),
        at_most=sum(point.at_most for point in points),
        gross_part=sum(parts) if len(parts) == len(points) else None,
    )


def _partial_gross(
    queues: Sequence[Sequence[Obligation]], currency: str, share: int
) -> PartialGross:
    parts = [_first(queue, share) for queue in queues]
    cash = 0
    for queue, part in zip(queues, parts, strict=True):
        peaks = {member: need.upper for member, need in bounds(part, currency).items()}
        for member, need in bounds(queue, currency).items():
            cash += max(need.lower, peaks.get(member, 0))
    return PartialGross(share, sum(gross(part) for part in parts), cash)


def _first(queue: Sequence[Obligation], share: int) -> Sequence[Obligation]:
    """The longest beginning that is at most so many per cent of the value."""
    sums = [*accumulate(obligation.value for obligation in queue)]
    return queue[: sum(100 * value <= share * sums[-1] for value in sums)]
