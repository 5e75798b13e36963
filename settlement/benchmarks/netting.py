"""How long the largest set of a queue takes to find, against sorting the same queue.

The queue: trades against payment between random members in random securities, always the same.
With `scarce` balances about half of it settles and the rest is dropped one by one; with `ample`
ones all of it settles. Sorting is by value and then id, as a scheduler would. All start from the
list of obligations and take turns, garbage is collected before each of them and may be within, and
the medians are compared.

Whether the time grows with the queue and no faster is told by the time for each instruction, from a
thousand to a million between the same members, with balances that grow as what is owed net does,
by the square root. Where members grow with the queue too, there are as many more accounts; each
instruction then takes about five times as long in a million as in a thousand, because memory is
slower than a cache. So does each instruction that is sorted. The largest queue takes a gigabyte.
"""

from __future__ import annotations

import gc
import math
import random
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter

from settlement.analytics.obligations import Balances, Obligation, against_payment
from settlement.analytics.queueing.gridlock import largest

INSTRUCTIONS, MEMBERS, SECURITIES = 100_000, 1_000, 100
SIZES = (1_000, 10_000, 100_000, 1_000_000)
TURNS = 5

MOST_SORTS = 10.0
"""Finding the largest set takes at most so many times what sorting takes."""

_SEED = 2026
_MEMBERS = [f"M{number}" for number in range(MEMBERS)]
_SECURITIES = [f"T{number}" for number in range(SECURITIES)]
_MOST_LOTS, _LOT, _PRICES = 1_000, 1_000, (900, 1_100)
_CASH, _HOLDING = 10**10, 2 * 10**6
"""What a member holds for 100,000 instructions: cash of about twenty, securities of four each."""

_AMPLE = 1_000
"""So many times as much covers everything."""


@dataclass(frozen=True, slots=True)
class Netting:
    """Medians in seconds for one queue, and the parts of it that settle, from zero to one."""

    instructions: int
    sort: float
    scarce: float
    ample: float
    scarce_settles: float
    ample_settles: float

    @property
    def ratio(self) -> float:
        """How many times as long as sorting the slower of the two takes."""
        return max(self.scarce, self.ample) / self.sort


@dataclass(frozen=True, slots=True)
class Growth:
    """Seconds for each instruction, by the size of the queue."""

    each: dict[int, float]

    @property
    def ratio(self) -> float:
        """How many times as long an instruction of the largest queue takes as one of the least."""
        return self.each[max(self.each)] / self.each[min(self.each)]


def measure(instructions: int = INSTRUCTIONS) -> Netting:
    """Sorting, scarce and ample balances in turn."""
    queue = book(instructions)
    scarce, ample = _balances(instructions), _balances(instructions * _AMPLE**2)
    sort, few, all_ = _medians(
        lambda: sorted(queue, key=attrgetter("value", "id")),
        lambda: largest(queue, scarce),
        lambda: largest(queue, ample),
    )
    parts = (len(largest(queue, balances)) / instructions for balances in (scarce, ample))
    return Netting(instructions, sort, few, all_, *parts)


def measure_growth(sizes: Sequence[int] = SIZES) -> Growth:
    """Queues of several sizes, one after the other."""
    return Growth({size: _seconds_each(size) for size in sizes})


def book(instructions: int) -> list[Obligation]:
    """The queue of this size."""
    chance = random.Random(_SEED)
    queue = []
    for number in range(instructions):
        seller, buyer = chance.sample(_MEMBERS, 2)
        security = chance.choice(_SECURITIES)
        quantity = chance.randint(1, _MOST_LOTS) * _LOT
        amount = quantity * chance.randint(*_PRICES)
        queue.append(against_payment(f"{number}", seller, buyer, security, quantity, "USD", amount))
    return queue


def _balances(instructions: int) -> Balances:
    share = math.sqrt(instructions / INSTRUCTIONS)
    cash = {(member, "USD"): int(share * _CASH) for member in _MEMBERS}
    holding = int(share * _HOLDING)
    return {(member, each): holding for member in _MEMBERS for each in _SECURITIES} | cash


def _seconds_each(size: int) -> float:
    queue, balances = book(size), _balances(size)
    (seconds,) = _medians(lambda: largest(queue, balances))
    return seconds / size


def _medians(*functions: Callable[[], object]) -> list[float]:
    """Of several turns of each, after one that is not counted."""
    turns = [[_seconds(function) for function in functions] for _ in range(TURNS + 1)]
    return [statistics.median(times) for times in zip(*turns[1:], strict=True)]


def _seconds(function: Callable[[], object]) -> float:
    gc.collect()
    before = time.perf_counter()
    function()
    return time.perf_counter() - before
