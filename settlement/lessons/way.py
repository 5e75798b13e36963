"""One way to settle the trades of the day, lived through from morning to evening.

A way is a list of acts, each at a time of its own. Whoever has failed does nothing any more. The
others know it at once and are sensible: they begin nothing with a party that has failed, they still
owe what they were given, and they take back what they can. What moves is read from the log.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from settlement.analytics.exposure import Transfer
from settlement.chain.base import Transaction
from settlement.lessons.fresh_chain import FreshChain
from settlement.lessons.trades import AGREED, CASH, PRICE, Failure
from settlement.market import Market
from settlement.onchain.contract import Event, token
from settlement.reporting.lesson import Sale
from settlement.units import CENT, CENT_UNITS, cents_half_up


@dataclass(frozen=True, slots=True)
class Act:
    """Something to do at a time, for a trade or, without one, for all."""

    at: datetime
    do: Callable[[], None]
    sale: Sale | None = None


class Way(ABC):
    """One day with one failure, on chains that begin afresh. What to do when, each way says."""

    key: ClassVar[str]
    name: ClassVar[str]
    how: ClassVar[str]
    """In a sentence or two."""

    chains_needed: ClassVar[int] = 1
    netted: ClassVar[bool] = False
    keepers: ClassVar[frozenset[str]] = frozenset()
    """Contracts that hold for whoever put something there."""

    def __init__(self, chains: Sequence[FreshChain], failure: Failure) -> None:
        self.markets = [chain.begin() for chain in chains[: self.chains_needed]]
        self._failure = failure
        self._now = AGREED

    @abstractmethod
    def acts(self) -> Iterator[Act]:
        """What there is to do, trade by trade."""

    def live(self) -> list[Transfer]:
        """Does it all, in order of time; what moved."""
        moved: list[Transfer] = []
        for act in sorted(self.acts(), key=lambda act: act.at):
            self._now = act.at
            for market in self.markets:
                market.at(act.at)
            moments = [
                (market, market.chain.now(), len(market.journal.events)) for market in self.markets
            ]
            act.do()
            for market, at, before in moments:
                events = market.journal.events[before:]
                moved += _transfers(market, at, act.sale, events)
        return moved

    def active(self, *parties: str) -> bool:
        """Whether they all still act."""
        return all(self._failure.acts(party, self._now) for party in parties)

    def wealth(self) -> dict[str, int]:
        """What each party has on all chains, in cents."""
        found: dict[str, int] = {}
        for market in self.markets:
            for party, held in market.balances().items():
                worth = (value(symbol, units) for symbol, units in held.items())
                found[party] = found.get(party, 0) + sum(worth)
        return found


def later(moment: datetime, minutes: int) -> datetime:
    """So many minutes after."""
    return moment + timedelta(minutes=minutes)


def sending(market: Market, source: str, target: str, symbol: str, units: int) -> Transaction:
    """A plain ERC-20 transfer, which a party's wallet sends by itself."""
    asset, parties = market.directory.asset(symbol), market.directory
    key, to = parties.party(source).key, parties.party(target).address
    return token(asset).transaction(key, "transfer", to, units)


def submit(market: Market, transactions: Sequence[Transaction]) -> None:
    """Sends them in one block. Raises {Refused} where one does not get through."""
    for receipt in market.journal.submit(transactions):
        if not receipt.succeeded:
            raise market.journal.refused(receipt.output)


def value(symbol: str, units: int) -> int:
    """Of so many of the chain's units at the trade price, in cents."""
    if symbol == CASH:
        return units // CENT_UNITS
    return int(cents_half_up(units * PRICE) / CENT)


def _transfers(
    market: Market, at: int, sale: Sale | None, events: Iterable[Event]
) -> Iterator[Transfer]:
    name = market.directory.name
    for event in events:
        if event.name == "Transfer":
            asset, units = name(event.address), event.arguments["value"]
            yield Transfer(
                at=at,
                trade=sale.reference if sale else "",
                giver=name(event.arguments["from"]),
                taker=name(event.arguments["to"]),
                asset=asset,
                value=value(asset, units),
            )
