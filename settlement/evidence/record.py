"""Transactions and what they logged, each as a line and back.

A transaction's line is taken as it is. Of an entry's line only the raw part is: the address, the
topics, the data, and the transaction that it is of. The rest is derived from those, when the line
is written and when it is checked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from eth_abi.exceptions import DecodingError

from settlement.chain.base import Log
from settlement.coordinator.journal import Sent
from settlement.evidence.chained import Line
from settlement.onchain.contract import Contract, Event


@dataclass(frozen=True, slots=True)
class Posted:
    """A transaction that was sent, and what became of it. `to` is empty where it made a contract.

    `output` is what it reverted with.
    """

    block: int
    time: int
    hash: str
    sender: str
    to: str
    data: bytes
    gas_used: int
    succeeded: bool
    output: bytes


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the log: its line, the transaction that wrote it, and the event if it is one."""

    line: Line
    posted: Posted
    log: Log
    event: Event | None

    @property
    def name(self) -> str:
        """The name of the event; empty where it is none."""
        return self.event.name if self.event else ""

    def of(self, contract: str) -> bool:
        """Whether it is an event of a contract of this name."""
        return self.event is not None and self.event.contract == contract

    @property
    def said(self) -> Mapping[str, Any]:
        """The event's arguments."""
        return self.event.arguments if self.event else {}


Contracts = Mapping[str, Contract]
"""Those that the market listened to, by address."""


def by_address(contracts: Iterable[Contract]) -> Contracts:
    """Contracts by address."""
    return {contract.address: contract for contract in contracts}


def posted_of(sent: Sent) -> Posted:
    """What the journal kept of a transaction."""
    transaction, receipt = sent.transaction, sent.receipt
    return Posted(
        block=receipt.block,
        time=receipt.time,
        hash=plain(receipt.transaction_hash),
        sender=str(transaction.sender.address),
        to=transaction.to or "",
        data=transaction.data,
        gas_used=receipt.gas_used,
        succeeded=receipt.succeeded,
        output=receipt.output,
    )


def posted_row(number: int, posted: Posted) -> dict[str, Any]:
    """A transaction as a line."""
    return {
        "sequence": number,
        "block": posted.block,
        "time": posted.time,
        "at": clock(posted.time),
        "transaction": posted.hash,
        "sender": posted.sender,
        "to": posted.to,
        "data": plain(posted.data),
        "gas_used": posted.gas_used,
        "succeeded": posted.succeeded,
        "output": plain(posted.output),
    }


def posted_in(lines: Sequence[Line]) -> list[Posted]:
    """The transactions of a file, in order, none twice. Raises {BadFile}."""
    found: list[Posted] = []
    seen: set[str] = set()
    for line in lines:
        posted = Posted(
            block=line.whole("block"),
            time=_second(line),
            hash=plain(line.raw("transaction")),
            sender=line.text("sender"),
            to=line.text("to"),
            data=line.raw("data"),
            gas_used=line.whole("gas_used"),
            succeeded=line.truth("succeeded"),
            output=line.raw("output"),
        )
        line.require(posted_row(line.number, posted))
        if posted.hash in seen:
            line.refuse("transaction", "stands twice")
        seen.add(posted.hash)
        if found and (posted.block, posted.time) < (found[-1].block, found[-1].time):
            line.refuse("block", "comes before that of the line before")
        found.append(posted)
    return found


def entry_row(number: int, posted: Posted, log: Log, contracts: Contracts) -> dict[str, Any]:
    """An entry of the log as a line."""
    event = decoded(log, contracts)
    contract = contracts.get(log.address)
    return {
        "sequence": number,
        "block": posted.block,
        "time": posted.time,
        "at": clock(posted.time),
        "transaction": posted.hash,
        "address": log.address,
        "topics": plain(log.topics),
        "data": plain(log.data),
        "contract": contract.name if contract else "",
        "event": event.name if event else "",
        "arguments": {name: plain(value) for name, value in event.arguments.items()}
        if event
        else {},
    }


def entries_in(
    lines: Sequence[Line], posted: Sequence[Posted], contracts: Contracts
) -> list[Entry]:
    """The entries of a file, each of a transaction that succeeded, in order. Raises {BadFile}."""
    places = {each.hash: place for place, each in enumerate(posted)}
    found: list[Entry] = []
    last = 0
    for line in lines:
        place = places.get(line.text("transaction"), -1)
        if place < 0 or not posted[place].succeeded:
            line.refuse("transaction", "is none that succeeded")
        if place < last:
            line.refuse("transaction", "comes before that of the line before")
        log = Log(line.text("address"), line.raws("topics"), line.raw("data"))
        try:
            event = decoded(log, contracts)
        except (DecodingError, ValueError, OverflowError):
            line.refuse("data", "is not what its event would have written")
        line.require(entry_row(line.number, posted[place], log, contracts))
        found.append(Entry(line, posted[place], log, event))
        last = place
    return found


def decoded(log: Log, contracts: Contracts) -> Event | None:
    """The event in an entry, where it is one that its contract's ABI has."""
    contract = contracts.get(log.address)
    return contract.interface.event(log) if contract else None


def plain(value: Any) -> Any:
    """What a line says for a value of the chain: integers as text, bytes in hexadecimal."""
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def clock(second: int) -> str:
    """`2026-03-02T14:00:00Z`."""
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _second(line: Line) -> int:
    second = line.whole("time")
    if second >= 2**35:
        line.refuse("time", "is after the year 3000")
    return second
