"""What was sent to the chain and what came of it: the only way by which the desks submit.

Events are decoded as receipts arrive and fed to the register, so that the register is rebuilt from
the log and from nothing else. Every transaction is kept with its receipt; gas is counted here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from settlement.chain.base import Chain, Log, Receipt, Reverted, Transaction
from settlement.chain.reverts import ErrorBook
from settlement.coordinator.directory import Directory
from settlement.coordinator.refusals import refusal
from settlement.depository.register import Register
from settlement.errors import Refused
from settlement.onchain.artifacts import load, names
from settlement.onchain.contract import Contract, Event

SETTLEMENTS = {"Settled", "Delivered", "Opened", "Closed", "CycleSettled"}
"""The events that say that something settled."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A transaction and what became of it."""

    transaction: Transaction
    receipt: Receipt


class Journal:
    """Submits, listens and remembers."""

    def __init__(self, chain: Chain, directory: Directory) -> None:
        self.chain = chain
        self.register = Register()
        self.events: list[Event] = []
        self.sent: list[Sent] = []
        self.gas_used = 0
        self.settlements = 0
        self._directory = directory
        self._contracts: dict[str, Contract] = {}
        self._decoded: dict[bytes, list[Event]] = {}
        self._errors: ErrorBook | None = None

    def watch(self, *contracts: Contract) -> None:
        """Listens to these contracts from now on."""
        self._contracts.update({contract.address: contract for contract in contracts})

    def submit(self, transactions: Sequence[Transaction]) -> list[Receipt]:
        """Sends all; failures are in the receipts."""
        receipts = self.chain.submit(transactions)
        for transaction, receipt in zip(transactions, receipts, strict=True):
            self.sent.append(Sent(transaction, receipt))
            self._record(receipt)
        return receipts

    def run(self, transaction: Transaction) -> list[Event]:
        """Sends one and returns its events. Raises {Refused} if the contracts said no."""
        (receipt,) = self.submit([transaction])
        if not receipt.succeeded:
            raise self.refused(receipt.output)
        return self.events_of(receipt)

    def events_of(self, receipt: Receipt) -> list[Event]:
        """The events of a receipt that came from here, of all contracts watched at the time."""
        return self._decoded[receipt.transaction_hash]

    def refused(self, output: bytes) -> Refused:
        """What a contract reverted with, in words."""
        return refusal(self._directory, self.errors.decode(output))

    def ask(self, contract: Contract, function: str, *arguments: object) -> object:
        """Reads; a revert is a {Refused} too."""
        try:
            return contract.read(self.chain, function, *arguments)
        except Reverted as reverted:
            raise self.refused(reverted.data) from None

    @property
    def transactions(self) -> int:
        """How many were sent."""
        return len(self.sent)

    @property
    def watched(self) -> list[Contract]:
        """The contracts it listens to, in the order in which it began to."""
        return list(self._contracts.values())

    @property
    def errors(self) -> ErrorBook:
        """Every error of every contract; read on the first refusal only."""
        if self._errors is None:
            self._errors = ErrorBook(load(name).abi for name in names())
        return self._errors

    def _record(self, receipt: Receipt) -> None:
        self.gas_used += receipt.gas_used
        found = map(self._decode, receipt.logs)
        events = [event for event in found if event is not None]
        self._decoded[receipt.transaction_hash] = events
        self.events += events
        self.settlements += _count_settlements(events)
        self.register.apply(events)

    def _decode(self, log: Log) -> Event | None:
        contract = self._contracts.get(log.address)
        return contract.interface.event(log) if contract else None


def _count_settlements(events: Iterable[Event]) -> int:
    return sum(event.name in SETTLEMENTS for event in events)
