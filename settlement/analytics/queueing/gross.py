"""Settling one instruction at a time: first in, first out, and with bypass.

An instruction settles when every account it debits holds the sum of its debits there; what it
credits itself does not count. What it credits is there for the ones after it.

**First in, first out** settles only from the head of every queue that the instruction debits. Such
a head keeps what it needs, for nothing else may debit its accounts: which instructions settle does
not depend on the order in which heads are tried. Tried first is always the earliest.

**With bypass** scans the waiting in submission order, settles what fits, and starts again from the
front until a scan settles nothing. Neither rule settles more than the other in general: what has
been bypassed may find its money spent.

Both look at an instruction again only when something happened that could let it settle, and both
answer in the order of settlement. The first takes time in proportion to the debits, but for the
logarithm of a heap; the second tries all that wait for an account each time that it is credited.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from heapq import heappop, heappush

from settlement.analytics.obligations import Account, Balances, Obligation

_Holdings = defaultdict[Account, int]


def first_in_first_out(obligations: Sequence[Obligation], balances: Balances) -> list[Obligation]:
    """What settles one by one without skipping anyone in any queue, in the order of settlement."""
    debits = [_debits(each) for each in obligations]
    queues: defaultdict[Account, deque[int]] = defaultdict(deque)
    for place, needed in enumerate(debits):
        for account in needed:
            queues[account].append(place)
    holdings: _Holdings = defaultdict(int, balances)
    tried = list(range(len(obligations)))  # in order, which is a heap
    settled = []
    while tried:
        place = heappop(tried)
        needed = debits[place]
        if _is_head(place, needed, queues) and _short(needed, holdings) is None:
            for account in needed:
                queues[account].popleft()
            _settle(obligations[place], holdings)
            settled.append(obligations[place])
            for account in _touched(obligations[place]):
                if queues[account]:
                    heappush(tried, queues[account][0])
    return settled


def bypass(obligations: Sequence[Obligation], balances: Balances) -> list[Obligation]:
    """What settles one by one where any may be skipped, in the order of settlement."""
    debits = [_debits(each) for each in obligations]
    holdings: _Holdings = defaultdict(int, balances)
    waiting: defaultdict[Account, list[int]] = defaultdict(list)
    tried = [(1, place) for place in range(len(obligations))]  # (scan, place), in order: a heap
    settled = []
    while tried:
        scan, place = heappop(tried)
        short = _short(debits[place], holdings)
        if short is not None:
            waiting[short].append(place)
            continue
        _settle(obligations[place], holdings)
        settled.append(obligations[place])
        for move in obligations[place].moves:
            for woken in waiting.pop((move.taker, move.asset), ()):
                heappush(tried, (scan + (woken < place), woken))
    return settled


def _debits(obligation: Obligation) -> dict[Account, int]:
    """What it takes from each account, whatever it gives back."""
    debits: defaultdict[Account, int] = defaultdict(int)
    for move in obligation.moves:
        debits[move.giver, move.asset] += move.amount
    return debits


def _is_head(
    place: int, debited: Mapping[Account, int], queues: Mapping[Account, deque[int]]
) -> bool:
    return all(queues[account] and queues[account][0] == place for account in debited)


def _short(debits: Mapping[Account, int], holdings: _Holdings) -> Account | None:
    """An account that holds less than is taken from it."""
    return next((account for account in debits if holdings[account] < debits[account]), None)


def _settle(obligation: Obligation, holdings: _Holdings) -> None:
    for giver, taker, asset, amount in obligation.moves:
        holdings[giver, asset] -= amount
        holdings[taker, asset] += amount


def _touched(obligation: Obligation) -> set[Account]:
    """The accounts it debits or credits."""
    givers = {(move.giver, move.asset) for move in obligation.moves}
    return givers | {(move.taker, move.asset) for move in obligation.moves}
