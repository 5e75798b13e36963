"""What a way of settling puts at risk and what it ties up, from the transfers of a day.

What two sides give each other in one exchange is set off at the value that they agreed. An exchange
is a trade; where cash is netted all trades of the cycle are one, and what a party gave in one of
them stands against what it got in another.

| figure           | of a party                                                                   |
|------------------|------------------------------------------------------------------------------|
| uncovered        | in each exchange what it gave less what it got, if above zero; summed        |
| principal lost   | what is still uncovered at the end of the day                                |
| value × seconds  | what is uncovered, times the seconds for which it is, until the day ends     |
| replacement cost | what a trade that has to be done again costs it more than was agreed         |
| needed           | of an asset, the most that it has given at any time less what it got by then |

A keeper, such as a hash lock, holds for whoever put something there. That is not given yet, but it
is no longer free: it counts as needed from the moment at which it is locked, and as given when
somebody else gets it.

Replacement. A trade has to be done again where its securities were never delivered and its seller
was not paid. The buyer then pays more where the price rose, the seller gets less where it fell; a
seller that delivered has nothing left to sell, and what it lost is principal.

Nothing here knows a chain. Values are whole cents, times are seconds since 1970; all is exact but
the value at a moved price, which is rounded to the cent, half up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from settlement.analytics.netting import bounds
from settlement.analytics.obligations import Move, Obligation
from settlement.units import half_up


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """One asset from one party or keeper to another, at a second; a net payment has no trade."""

    at: int
    trade: str
    giver: str
    taker: str
    asset: str
    value: int


@dataclass(frozen=True, slots=True)
class Uncovered:
    """What each party has given without counter-value from a second on; no zeros."""

    at: int
    by_party: Mapping[str, int]

    @property
    def total(self) -> int:
        """Of all parties."""
        return sum(self.by_party.values())


@dataclass(frozen=True, slots=True)
class Replacement:
    """A trade that somebody has to do again, and what that costs it more; never below zero."""

    trade: str
    party: str
    cost: int


def legs(transfers: Iterable[Transfer], keepers: Collection[str]) -> list[Transfer]:
    """What parties gave each other, in order; what a keeper hands on was its owner's.

    For a trade a keeper holds an asset once.
    """
    owners: dict[tuple[str, str], str] = {}
    found = []
    for transfer in transfers:
        kept = (transfer.trade, transfer.asset)
        giver = owners[kept] if transfer.giver in keepers else transfer.giver
        if transfer.taker in keepers:
            owners[kept] = giver
        elif giver != transfer.taker:
            found.append(replace(transfer, giver=giver))
    return found


def positions(given: Iterable[Transfer], netted: bool) -> dict[tuple[str, str], int]:
    """By exchange and party, what it gave less what it got; the exchange of a cycle has no name."""
    balances: defaultdict[tuple[str, str], int] = defaultdict(int)
    for leg in given:
        exchange = "" if netted else leg.trade
        balances[exchange, leg.giver] += leg.value
        balances[exchange, leg.taker] -= leg.value
    return dict(balances)


def uncovered(given: Sequence[Transfer], netted: bool) -> list[Uncovered]:
    """After each second at which something was given."""
    return [
        Uncovered(at, _above_zero(positions((leg for leg in given if leg.at <= at), netted)))
        for at in sorted({leg.at for leg in given})
    ]


def value_seconds(steps: Sequence[Uncovered], end: int) -> dict[str, int]:
    """By party, up to `end`, beyond which no step goes."""
    found: defaultdict[str, int] = defaultdict(int)
    ends = [*(step.at for step in steps[1:]), end]
    for step, until in zip(steps, ends, strict=False):
        for party, value in step.by_party.items():
            found[party] += value * (until - step.at)
    return dict(found)


def replacements(
    trades: Iterable[Obligation], given: Sequence[Transfer], failed: str | None, move: Decimal
) -> Iterator[Replacement]:
    """What the surviving sides have to do again, at prices that moved by a fraction."""
    for trade in trades:
        (seller, buyer, *_), _ = trade.moves
        givers = {leg.giver for leg in given if leg.trade == trade.id}
        rise = cents_at(trade.value, move) - trade.value
        if seller in givers:
            continue
        if buyer != failed:
            yield Replacement(trade.id, buyer, max(0, rise))
        if seller != failed and buyer not in givers:
            yield Replacement(trade.id, seller, max(0, -rise))


def cents_at(value: int, move: Decimal) -> int:
    """A value in cents after its price moved by a fraction; half up."""
    return int(half_up(value * (1 + Fraction(move)), 0))


def needed(transfers: Iterable[Transfer], asset: str) -> dict[str, int]:
    """By party, in the value of the asset; who needs none is left out."""
    moves = (Move(each.giver, each.taker, each.asset, each.value) for each in transfers)
    payments = [Obligation("", move.amount, (move,)) for move in moves]
    return {who: need.upper for who, need in bounds(payments, asset).items() if need.upper}


def _above_zero(balances: Mapping[tuple[str, str], int]) -> dict[str, int]:
    found: defaultdict[str, int] = defaultdict(int)
    for (_, party), balance in balances.items():
        if balance > 0:
            found[party] += balance
    return dict(found)
