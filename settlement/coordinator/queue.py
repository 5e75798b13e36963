"""The queue of trades that wait, and four rules by which it is worked off.

The queue is every signed trade that neither settled nor was cancelled, in the order of booking, the
same in every account that it debits. A trade outside its window, with a wallet that is stopped or
an asset that does not circulate, is parked: it stands in no queue, holds up nobody, and keeps its
place for when it is free again. Balances are what is free.

`first-in-first-out` and `bypass` settle gross, one by one (DvP model 1). `largest` and `most-value`
settle what they choose at one moment, in one all-or-none batch that nets it (model 3): the way out
of a gridlock. The rules themselves are pure and stand in `analytics.queueing`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from settlement.analytics.obligations import Account, Obligation, against_payment
from settlement.analytics.queueing import gridlock, gross
from settlement.chain.base import Chain
from settlement.coordinator.directory import Directory
from settlement.coordinator.dvp import ALL_OR_NONE, BEST_EFFORT, BookedTrade, DvpDesk
from settlement.coordinator.readiness import Diagnosis, diagnose
from settlement.onchain.contract import Contract


class Rule(Enum):
    """Who may go first, and whether credits fund debits."""

    FIFO = "first-in-first-out"
    BYPASS = "bypass"
    LARGEST = "largest"
    MOST_VALUE = "most-value"


SIMULTANEOUS = {Rule.LARGEST, Rule.MOST_VALUE}
"""The rules that settle at one moment, so that credits fund debits."""

SECONDS = 10.0
"""What the rule of the most value may take; the best set found by then settles."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A trade that is still there after a run, and why."""

    reference: str
    why: tuple[str, ...]
    parked: bool


@dataclass(frozen=True, slots=True)
class QueueRun:
    """What one run settled, in the order in which it did, and what waits on.

    `bound` is the cash, in millionths, that no set is worth more than: of the rule of the most
    value what it proved, of the others all that stood in the queue.
    """

    rule: Rule
    settled: tuple[str, ...]
    waiting: tuple[Waiting, ...]
    bound: int


class QueueDesk:
    """Works off the queue of the desk of trades."""

    def __init__(
        self, chain: Chain, directory: Directory, registry: Contract, dvp: DvpDesk
    ) -> None:
        self._chain = chain
        self._directory = directory
        self._registry = registry
        self._dvp = dvp

    def run(self, rule: Rule) -> QueueRun:
        """Settles what the rule lets settle now."""
        trades = self._dvp.unsettled()
        diagnoses = {each.reference: each for each in self._diagnose(trades)}
        queued = [trade for trade in trades if not diagnoses[trade.reference].impediments]
        free = {
            (leg.wallet, leg.asset.symbol): leg.free
            for trade in queued
            for leg in diagnoses[trade.reference].legs
        }
        settled, bound = _chosen(rule, [self._obligation(trade) for trade in queued], free)
        if settled:
            self._settle(settled, rule)
        left = [trade for trade in trades if trade.reference not in set(settled)]
        return QueueRun(rule, tuple(settled), tuple(self._waiting(left)), bound)

    def _diagnose(self, trades: Sequence[BookedTrade]) -> list[Diagnosis]:
        return diagnose(self._chain, self._directory, self._registry, trades)

    def _obligation(self, booked: BookedTrade) -> Obligation:
        trade, name = booked.trade, self._directory.name
        return against_payment(
            booked.reference,
            seller=name(trade.seller),
            buyer=name(trade.buyer),
            security=name(trade.security),
            quantity=trade.quantity,
            currency=name(trade.cash),
            amount=trade.amount,
        )

    def _settle(self, references: Sequence[str], rule: Rule) -> None:
        """Raises {Refused} where the chain disagrees, which would be a mistake of a rule."""
        mode = ALL_OR_NONE if rule in SIMULTANEOUS else BEST_EFFORT
        for refused in self._dvp.settle_batch(references, mode).values():
            if refused is not None:
                raise refused

    def _waiting(self, trades: Sequence[BookedTrade]) -> Iterator[Waiting]:
        """Each with what it lacks; where it lacks nothing, what stands before it."""
        first: dict[Account, str] = {}
        for diagnosis in self._diagnose(trades):
            parked = bool(diagnosis.impediments)
            accounts = [(leg.wallet, leg.asset.symbol) for leg in diagnosis.legs]
            before = tuple(
                f"{first[account]} comes first in {account[0]}'s queue of {account[1]}"
                for account in accounts
                if account in first
            )
            yield Waiting(diagnosis.reference, diagnosis.obstacles or before, parked)
            if not parked:
                for account in accounts:
                    first.setdefault(account, diagnosis.reference)


def _chosen(
    rule: Rule, queue: Sequence[Obligation], free: dict[Account, int]
) -> tuple[list[str], int]:
    """The references that settle, in the order in which they do, and the bound."""
    bound = sum(obligation.value for obligation in queue)
    if rule is Rule.FIFO:
        chosen: Sequence[Obligation] = gross.first_in_first_out(queue, free)
    elif rule is Rule.BYPASS:
        chosen = gross.bypass(queue, free)
    elif rule is Rule.LARGEST:
        chosen = gridlock.largest(queue, free)
    else:
        from settlement.analytics.queueing import optimum  # half a second, for scipy

        found = optimum.best(queue, free, SECONDS)
        chosen, bound = found.settled, found.bound
    return [obligation.id for obligation in chosen], bound
