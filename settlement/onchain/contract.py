"""A contract at an address: calls in, events out, by the names of its ABI.

Encoding is eth-abi's. Structs go in as tuples of their fields (`words()` of the models); a struct
or several values come out as tuples, one value as itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from eth_abi import decode, encode
from eth_account.signers.local import LocalAccount
from eth_utils import event_abi_to_log_topic, function_abi_to_4byte_selector
from eth_utils.abi import collapse_if_tuple

from settlement.chain.base import DEFAULT_GAS, Chain, Log, Transaction, checksummed
from settlement.model.asset import Asset, Cash
from settlement.onchain.artifacts import load


@dataclass(frozen=True, slots=True)
class Event:
    """A decoded entry of the log."""

    contract: str
    address: str
    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Function:
    selector: bytes
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _EventType:
    name: str
    indexed: tuple[tuple[str, str], ...]
    plain: tuple[tuple[str, str], ...]


class Interface:
    """What an ABI says, ready to encode and decode; `bytecode` in hexadecimal creates it.

    Our own contracts have theirs by name: see `interface`.
    """

    def __init__(self, name: str, abi: Sequence[Any], bytecode: str) -> None:
        self.name = name
        self._bytecode = bytes.fromhex(bytecode.removeprefix("0x"))
        self._functions = {
            entry["name"]: _Function(
                bytes(function_abi_to_4byte_selector(entry)),
                tuple(collapse_if_tuple(item) for item in entry["inputs"]),
                tuple(collapse_if_tuple(item) for item in entry["outputs"]),
            )
            for entry in abi
            if entry["type"] == "function"
        }
        self._events = {
            bytes(event_abi_to_log_topic(entry)): _event_type(entry)
            for entry in abi
            if entry["type"] == "event"
        }
        constructor = next((entry for entry in abi if entry["type"] == "constructor"), None)
        self._constructor = tuple(
            collapse_if_tuple(item) for item in (constructor["inputs"] if constructor else ())
        )

    def selector(self, function: str) -> bytes:
        """The four bytes that name a function."""
        return self._functions[function].selector

    def function(self, selector: bytes) -> str:
        """The function that four bytes name."""
        names = {each.selector: name for name, each in self._functions.items()}
        return str(names[selector])

    def encode(self, function: str, *arguments: Any) -> bytes:
        """Calldata."""
        entry = self._functions[function]
        return entry.selector + encode(entry.inputs, arguments)

    def decode(self, function: str, output: bytes) -> Any:
        """What a call returned."""
        values = decode(self._functions[function].outputs, output)
        return values[0] if len(values) == 1 else values

    def creation(self, *arguments: Any) -> bytes:
        """The code that deploys the contract."""
        return self._bytecode + encode(self._constructor, arguments)

    def event(self, log: Log) -> Event | None:
        """The event in `log`, or None where this ABI has none like it."""
        entry = self._events.get(log.topics[0]) if log.topics else None
        if entry is None or len(entry.indexed) != len(log.topics) - 1:
            return None
        arguments: dict[str, Any] = {}
        for (name, kind), topic in zip(entry.indexed, log.topics[1:], strict=True):
            arguments[name] = _checksummed(kind, decode([kind], topic)[0])
        values = decode([kind for _, kind in entry.plain], log.data)
        for (name, kind), value in zip(entry.plain, values, strict=True):
            arguments[name] = _checksummed(kind, value)
        return Event(self.name, log.address, entry.name, arguments)


@cache
def interface(name: str) -> Interface:
    """The interface of our contract called `name`."""
    artifact = load(name)
    return Interface(name, artifact.abi, artifact.bytecode)


@dataclass(frozen=True, slots=True)
class Contract:
    """A deployed contract: what it understands, and where it is."""

    interface: Interface
    address: str

    @property
    def name(self) -> str:
        """What it is called in its source."""
        return self.interface.name

    def transaction(
        self,
        sender: LocalAccount,
        function: str,
        *arguments: Any,
        gas: int = DEFAULT_GAS,
        access_list: tuple[tuple[str, tuple[bytes, ...]], ...] = (),
    ) -> Transaction:
        """A call that changes something, not sent yet."""
        data = self.interface.encode(function, *arguments)
        return Transaction(sender, self.address, data, gas, access_list)

    def read(self, chain: Chain, function: str, *arguments: Any, sender: str | None = None) -> Any:
        """A call that changes nothing, as the next block would see it."""
        output = chain.call(self.address, self.interface.encode(function, *arguments), sender)
        return self.interface.decode(function, output)

    def events(self, logs: Iterable[Log]) -> list[Event]:
        """The events among `logs` that this contract wrote."""
        decoded = (self.interface.event(log) for log in logs if log.address == self.address)
        return [event for event in decoded if event is not None]


def token(asset: Asset) -> Contract:
    """The contract of an asset."""
    return deployed(
        "CashToken" if isinstance(asset, Cash) else "SecurityEntitlement", asset.address
    )


def deployed(name: str, address: str) -> Contract:
    """Our contract called `name`, at an address."""
    return Contract(interface(name), address)


def _event_type(entry: Any) -> _EventType:
    items = [(item["name"], collapse_if_tuple(item), item["indexed"]) for item in entry["inputs"]]
    return _EventType(
        entry["name"],
        tuple((name, kind) for name, kind, indexed in items if indexed),
        tuple((name, kind) for name, kind, indexed in items if not indexed),
    )


def _checksummed(kind: str, value: Any) -> Any:
    if kind == "address[]":
        return tuple(map(checksummed, value))
    return checksummed(value) if kind == "address" else value
