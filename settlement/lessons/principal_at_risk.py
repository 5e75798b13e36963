"""The same trades, settled five ways, on a day on which a party fails: who loses what?

Each way lives through the day twice: once while nobody fails, which shows what cash and securities
have to be there, and once with the failure. `analytics.exposure` makes figures of what moved. At
the end every record is compared, and what each party has more or less, read from its balances, with
what the figures say it lost or gained.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal

from settlement.analytics.exposure import (
    legs,
    needed,
    positions,
    replacements,
    uncovered,
    value_seconds,
)
from settlement.lessons.atomic import Atomic
from settlement.lessons.fresh_chain import FreshChain
from settlement.lessons.hash_locks import HashLocks
from settlement.lessons.legs_apart import DeliveryFirst, PaymentFirst
from settlement.lessons.net_cash import NetCash
from settlement.lessons.trades import (
    AGREED,
    CASH,
    END,
    FIRMS,
    NOTE,
    PRICE,
    SALES,
    Failure,
    obligation,
)
from settlement.lessons.way import Way
from settlement.reporting.lesson import Again, Lesson, Loss, WayRun
from settlement.reporting.story import Check
from settlement.units import CENT, show_cash

WAYS: tuple[type[Way], ...] = (PaymentFirst, DeliveryFirst, HashLocks, Atomic, NetCash)

NOBODY_FAILS = Failure(None, END)


class PrincipalAtRisk:
    """Opens the chains once; `run` may be asked for any failure, as often as one likes."""

    def __init__(self) -> None:
        self._chains = [FreshChain() for _ in range(max(way.chains_needed for way in WAYS))]
        self._undisturbed = {way: self._begun(way, NOBODY_FAILS).live() for way in WAYS}

    def run(self, failure: Failure, price_move: Decimal) -> Lesson:
        """The lesson, for a price that moves by a fraction."""
        return Lesson(
            currency=CASH,
            security=NOTE,
            price=PRICE,
            price_move=price_move,
            agreed=AGREED,
            ends=END,
            parties=FIRMS,
            sales=SALES,
            fails=failure.party,
            at=failure.at,
            ways=tuple(self._run(way, failure, price_move) for way in WAYS),
        )

    def _begun(self, way: type[Way], failure: Failure) -> Way:
        return way(self._chains, failure)

    def _run(self, way: type[Way], failure: Failure, price_move: Decimal) -> WayRun:
        begun = self._begun(way, failure)
        start = begun.wealth()
        given = legs(begun.live(), way.keepers)
        wealth = {firm: cents - start[firm] for firm, cents in begun.wealth().items()}
        left = positions(given, way.netted)
        steps = uncovered(given, way.netted)
        again = replacements(map(obligation, SALES), given, failure.party, price_move)
        return WayRun(
            key=way.key,
            name=way.name,
            how=way.how,
            losses=tuple(_losses(left)),
            replacements=tuple(Again(each.party, each.trade, each.cost * CENT) for each in again),
            cash_needed=_money(needed(self._undisturbed[way], CASH)),
            securities_needed=_money(needed(self._undisturbed[way], NOTE)),
            value_seconds=_money(value_seconds(steps, int(END.timestamp()))),
            uncovered=tuple((_moment(step.at), step.total * CENT) for step in steps),
            wealth=_money(wealth),
            checks=tuple(_checks(begun, wealth, left)),
        )


def _losses(left: Mapping[tuple[str, str], int]) -> Iterator[Loss]:
    for (exchange, party), cents in left.items():
        if cents > 0:
            yield Loss(party, exchange, cents * CENT)


def _checks(
    lived: Way, wealth: Mapping[str, int], left: Mapping[tuple[str, str], int]
) -> Iterator[Check]:
    differences = (each for market in lived.markets for each in market.differences())
    yield Check("Register = chain = book", tuple(map(str, differences)))
    figures = Counter(dict.fromkeys(wealth, 0))
    for (_, party), cents in left.items():
        figures[party] -= cents
    broken = (
        f"{party} has {show_cash(cents * CENT)} more than before, "
        f"by the figures {show_cash(figures[party] * CENT)}"
        for party, cents in wealth.items()
        if cents != figures[party]
    )
    yield Check("what one lost another has", tuple(broken))


def _money(cents: Mapping[str, int]) -> dict[str, Decimal]:
    return {party: amount * CENT for party, amount in cents.items()}


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, END.tzinfo)
