"""The largest set that settles at once without skipping anyone in any queue.

All are taken. While an account is below zero its last debit is dropped, and with it all that would
then have been skipped: everything after it in every queue that it debits. Why what remains is the
largest set stands in the docstring of the package.

Each instruction is dropped at most once and each debit leaves its queue at most once, so the time
grows with the number of moves. Accounts are numbered and all else is lists of numbers: a queue is
the number of its last debit and, for each debit, the number of the one before it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, count

from settlement.analytics.obligations import Balances, Obligation
from settlement.errors import BadInput


def largest(obligations: Sequence[Obligation], balances: Balances) -> list[Obligation]:
    """The one set that contains every other such set, in submission order.

    No balance is below zero: then not even the empty set is feasible.
    """
    if min(balances.values(), default=0) < 0:
        raise BadInput("a balance below zero given, zero or more needed")
    book = _book(obligations, balances)
    short = [account for account, position in enumerate(book.positions) if position < 0]
    kept = [True] * len(obligations)
    while short:
        account = short.pop()
        while book.positions[account] < 0:
            last = book.places[book.last[account]]
            short += _drop(book, last, kept)
    return [obligation for obligation, keeps in zip(obligations, kept, strict=True) if keeps]


@dataclass(frozen=True, slots=True)
class _Book:
    """Moves of all instructions in one row, and where the accounts stand if what is kept settles.

    A move stands in the queue of its giver's account. `last` has for each account the move at the
    end of its queue and `previous` for each move the one before it; minus one is none. `places` has
    the instruction of each move, `starts` the first move of each instruction.
    """

    givers: list[int]
    takers: list[int]
    amounts: list[int]
    places: list[int]
    starts: list[int]
    positions: list[int]
    last: list[int]
    previous: list[int]


def _book(obligations: Sequence[Obligation], balances: Balances) -> _Book:
    number = count().__next__
    assets: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(number))
    givers, takers, amounts, places = [], [], [], []
    for place, obligation in enumerate(obligations):
        for giver, taker, asset, amount in obligation.moves:
            holders = assets[asset]
            givers.append(holders[giver])
            takers.append(holders[taker])
            amounts.append(amount)
            places.append(place)
    positions = [0] * number()
    for asset, holders in assets.items():
        for party, account in holders.items():
            positions[account] = balances.get((party, asset), 0)
    for debited, credited, amount in zip(givers, takers, amounts, strict=True):
        positions[debited] -= amount
        positions[credited] += amount
    starts = [0, *accumulate(len(obligation.moves) for obligation in obligations)]
    last, previous = _queues(givers, len(positions))
    return _Book(givers, takers, amounts, places, starts, positions, last, previous)


def _queues(givers: Sequence[int], accounts: int) -> tuple[list[int], list[int]]:
    """`last` and `previous`."""
    last, previous = [-1] * accounts, []
    for move, giver in enumerate(givers):
        previous.append(last[giver])
        last[giver] = move
    return last, previous


def _drop(book: _Book, first: int, kept: list[bool]) -> list[int]:
    """Drops an instruction and all that it would leave behind a gap.

    Returns the accounts that went below zero for want of a credit.
    """
    givers, takers, amounts, places = book.givers, book.takers, book.amounts, book.places
    positions, last, previous = book.positions, book.last, book.previous
    short, dropped = [], [first]
    for place in dropped:  # grows while it is read
        if not kept[place]:
            continue
        kept[place] = False
        for move in range(book.starts[place], book.starts[place + 1]):
            giver, taker, amount = givers[move], takers[move], amounts[move]
            positions[giver] += amount
            positions[taker] -= amount
            if positions[taker] < 0:
                short.append(taker)
            if last[giver] >= move:
                later = last[giver]
                while later > move:
                    dropped.append(places[later])
                    later = previous[later]
                last[giver] = previous[move]
    return short
