"""A journal that also tells its listeners what happened, event by event, each with its second.

Whoever remembers something of the chain listens here and so remembers what the log says, and not
what somebody meant to send.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from settlement.chain.base import Chain, Receipt, Transaction
from settlement.coordinator.directory import Directory
from settlement.coordinator.journal import Journal
from settlement.onchain.contract import Event


@dataclass(frozen=True, slots=True)
class Entry:
    """An event and the second of its block."""

    time: int
    event: Event


Listener = Callable[[Entry], None]


class Chronicle(Journal):
    """Submits, listens, remembers, and tells."""

    def __init__(self, chain: Chain, directory: Directory) -> None:
        super().__init__(chain, directory)
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> None:
        """Tells `listener` of every event from now on, in the order of the log."""
        self._listeners.append(listener)

    def submit(self, transactions: Sequence[Transaction]) -> list[Receipt]:
        """Sends all; failures are in the receipts."""
        receipts = super().submit(transactions)
        for receipt in receipts:
            for event in self.events_of(receipt):
                for listener in self._listeners:
                    listener(Entry(receipt.time, event))
        return receipts
