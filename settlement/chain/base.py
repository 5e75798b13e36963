"""The port: all that the rest of the package may ask of a chain.

Five methods. Transactions come signed by nobody yet: an adapter signs them with the sender's
account and numbers them. Time is the business clock: whole seconds since 1970 (UTC), set by the
caller and never read from the machine, so that the same story gives the same chain.

Assumptions: an adapter delivers receipts in the order of the transactions; a transaction that
reverts consumes gas and is reported, not raised.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol

from eth_account.signers.local import LocalAccount
from eth_utils import to_checksum_address

TRANSACTION_GAS_CAP = 16_777_216
"""EIP-7825: no transaction may ask for more gas, whatever the block allows."""

NOBODY = "0x" + "00" * 20
"""The address that no key has: where a token comes from that is issued, for instance."""

DEFAULT_GAS = 3_000_000
"""Given to every transaction that does not say otherwise; estimating costs more than the unused."""


@dataclass(frozen=True, slots=True)
class Transaction:
    """What to run: `data` sent to `to`, or deployed where `to` is None. Gas in units of gas.

    `access_list` names addresses and storage words that the transaction will touch (EIP-2930).
    """

    sender: LocalAccount
    to: str | None
    data: bytes
    gas: int = DEFAULT_GAS
    access_list: tuple[tuple[str, tuple[bytes, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Log:
    """One entry of the log: who wrote it, its topics, its data, undecoded."""

    address: str
    topics: tuple[bytes, ...]
    data: bytes


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a transaction. `output` is the revert data where `succeeded` is false."""

    succeeded: bool
    gas_used: int
    block: int
    time: int
    transaction_hash: bytes
    contract: str | None
    output: bytes
    logs: tuple[Log, ...] = field(default=())


@lru_cache(maxsize=10_000)
def checksummed(address: str | bytes) -> str:
    """An address as people write it (EIP-55). Remembered: a batch names the same few many times."""
    return str(to_checksum_address(address))


class Reverted(Exception):
    """A read-only call reverted; `data` is what it said. `chain.reverts` names it."""

    def __init__(self, data: bytes) -> None:
        super().__init__("0x" + data.hex())
        self.data = data


class Chain(Protocol):
    """A chain, whichever it is."""

    @property
    def chain_id(self) -> int:
        """The number that signatures are bound to (EIP-155, EIP-712)."""

    def now(self) -> int:
        """The time that the next block will carry."""

    def advance_to(self, time: int) -> None:
        """Sets the time of the next block. It must be later than the last block's."""

    def submit(self, transactions: Sequence[Transaction]) -> list[Receipt]:
        """Runs the transactions in their order, in as few blocks as they fit, and waits for all."""

    def call(self, to: str, data: bytes, sender: str | None = None) -> bytes:
        """Reads as the next block would see it. Raises {Reverted}."""

    def checkpoint(self) -> Callable[[], None]:
        """Remembers this state; what it returns goes back to it, as often as it is called."""
