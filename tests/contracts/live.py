"""Contracts under test, called by name, and what they refuse.

    security.transfer(fund, 1_000, sender=dealer)
    with reverts("AssetPaused", asset=security):
        security.transfer(fund, 1_000, sender=dealer)

People, contracts and signed things go in as themselves; addresses, structs and bytes come out as
the chain has them. Everything that is sent goes through the market's journal, so that its register
can be compared with the chain afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest
from eth_account.signers.local import LocalAccount
from eth_utils import is_address, to_checksum_address

from settlement.chain.base import DEFAULT_GAS, Receipt, Reverted, Transaction
from settlement.chain.reverts import ErrorBook, Revert
from settlement.coordinator.directory import Party
from settlement.market import Market
from settlement.model.asset import Cash, Security
from settlement.onchain.artifacts import load, names
from settlement.onchain.contract import Contract, Event

NOBODY = "0x" + "00" * 20


class Live:
    """A deployed contract whose functions are methods.

    A function that changes nothing is read, as `sender` would; any other is sent by `sender`, the
    coordinator unless named, and returns its events. Both raise {Reverted}.
    """

    def __init__(self, contract: Contract, market: Market) -> None:
        self.contract = contract
        self.address = contract.address
        self._market = market
        self._views = _views(contract.name)

    def __getattr__(self, function: str) -> Callable[..., Any]:
        return self.reader(function) if function in self._views else self.sender(function)

    def reader(self, function: str) -> Callable[..., Any]:
        """A call that leaves nothing behind, even of a function that would."""

        def read(*arguments: Any, sender: Any = None) -> Any:
            data = self.encode(function, *arguments)
            output = _call_as(self._market.chain, self.address, data, sender)
            return _checksummed(self.contract.interface.decode(function, output))

        return read

    def sender(self, function: str) -> Callable[..., list[Event]]:
        """A transaction, and its events."""

        def send(*arguments: Any, sender: Any = None, gas: int = DEFAULT_GAS) -> list[Event]:
            receipt = self.receipt(function, *arguments, sender=sender, gas=gas)
            if not receipt.succeeded:
                raise Reverted(receipt.output)
            return self._market.journal.events_of(receipt)

        return send

    def receipt(
        self, function: str, *arguments: Any, sender: Any = None, gas: int = DEFAULT_GAS
    ) -> Receipt:
        """What became of a transaction, whether it succeeded or not."""
        account = key_of(sender or self._market.operators.coordinator)
        data = self.encode(function, *arguments)
        (receipt,) = self._market.journal.submit([Transaction(account, self.address, data, gas)])
        return receipt

    def call(self, data: bytes, sender: Any = None) -> bytes:
        """A call of bare calldata that leaves nothing behind."""
        return _call_as(self._market.chain, self.address, data, sender)

    def encode(self, function: str, *arguments: Any) -> bytes:
        """Calldata."""
        values = (plain(argument) for argument in arguments)
        return self.contract.interface.encode(function, *values)


@dataclass
class Refusal:
    """What `reverts` caught, once its block has ended."""

    arguments: dict[str, Any] = field(default_factory=dict)


@contextmanager
def reverts(error: str, /, **arguments: Any) -> Iterator[Refusal]:
    """The block must revert with exactly this error, every argument of it named."""
    refusal = Refusal()
    with pytest.raises(Reverted) as caught:
        yield refusal
    revert = decoded(caught.value.data)
    refusal.arguments = dict(revert.arguments)
    expected = {name: plain(value) for name, value in arguments.items()}
    assert (revert.name, revert.arguments) == (error, expected)


def decoded(data: bytes) -> Revert:
    """Revert data by name, addresses in the form that the market uses."""
    revert = _errors().decode(data)
    arguments = {name: _checksummed(value) for name, value in revert.arguments.items()}
    return Revert(revert.name, arguments, revert.data)


def logged(events: Iterable[Event], name: str) -> Mapping[str, Any]:
    """The arguments of the one event called `name`."""
    (found,) = (event.arguments for event in events if event.name == name)
    return found


def plain(value: Any) -> Any:
    """What goes into calldata for a person, a contract, a struct or a list of them."""
    if isinstance(value, (Party, Live, Contract, LocalAccount, Security, Cash)):
        return address_of(value)
    if hasattr(value, "words"):
        return value.words()
    if isinstance(value, (list, tuple)):
        return type(value)(plain(item) for item in value)
    return value


def address_of(who: Any) -> str:
    """The address of a person or a contract, or the one given."""
    return who if isinstance(who, str) else str(who.address)


def key_of(who: Any) -> LocalAccount:
    """The key with which a person sends."""
    return who.key if isinstance(who, Party) else who


def _checksummed(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return type(value)(_checksummed(item) for item in value)
    return to_checksum_address(value) if isinstance(value, str) and is_address(value) else value


def _call_as(chain: Any, to: str, data: bytes, sender: Any) -> bytes:
    """A call from any address, a contract's too."""
    return bytes(chain.call(to, data, None if sender is None else address_of(sender)))


@cache
def _views(name: str) -> frozenset[str]:
    return frozenset(
        entry["name"]
        for entry in load(name).abi
        if entry["type"] == "function" and entry["stateMutability"] in {"view", "pure"}
    )


@cache
def _errors() -> ErrorBook:
    return ErrorBook(load(name).abi for name in names())
