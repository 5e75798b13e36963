"""EIP-712: what the parties of a trade sign, the mirror of `TradeLib.sol`; see `repo_signing`.

A type is written once, as the text that EIP-712 hashes; the fields of the model go in in the same
order. What both sides sign ends in `signer`, so that one signature is never two consents.

A hash made here is bytes like any other and remembers what it is of, so that whoever signed it can
still show it: see `typed_data`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Self

from eth_abi import encode
from eth_account.signers.local import LocalAccount
from eth_keys import keys
from eth_keys.exceptions import BadSignature, ValidationError
from eth_typing import Hash32
from eth_utils import keccak

from settlement.model.trade import Cancellation, FreeDelivery, Trade

TRADE = (
    "Trade(address seller,address buyer,address security,uint256 quantity,address cash,"
    "uint256 amount,uint32 tradeDate,uint64 notBefore,uint64 notAfter,uint64 bindingFrom,"
    "bytes32 group,uint256 nonce,address signer)"
)
FREE_DELIVERY = (
    "FreeDelivery(address deliverer,address receiver,address asset,uint256 quantity,"
    "uint32 tradeDate,uint64 notBefore,uint64 notAfter,uint64 bindingFrom,uint256 nonce,"
    "address signer)"
)
CANCELLATION = (
    "Cancellation(address first,address second,uint64 bindingFrom,uint256 nonce,address signer)"
)
DOMAIN = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
_FIELD = re.compile(r"(\w+(?:\[\])?) \w+")


class StructHash(bytes):
    """The hash of a struct, with its type and its values; arrays among them as {ArrayHash}."""

    type_text: str
    values: Sequence[Any]

    def __new__(cls, digest: bytes, type_text: str, values: Sequence[Any]) -> Self:
        made = super().__new__(cls, digest)
        made.type_text, made.values = type_text, values
        return made

    def __getnewargs__(self) -> tuple[Any, ...]:
        return bytes(self), self.type_text, self.values


class ArrayHash(bytes):
    """The hash of an array, with its items: addresses, or structs by their hashes."""

    items: Sequence[Any]

    def __new__(cls, digest: bytes, items: Sequence[Any]) -> Self:
        made = super().__new__(cls, digest)
        made.items = items
        return made

    def __getnewargs__(self) -> tuple[Any, ...]:
        return bytes(self), self.items


@dataclass(frozen=True, slots=True)
class Domain:
    """What a signature is good for: one contract on one chain."""

    name: str
    chain_id: int
    contract: str
    version: str = "1"

    def separator(self) -> bytes:
        """The domain's hash."""
        return _separator(self.name, self.version, self.chain_id, self.contract)

    def digest(self, struct_hash: bytes) -> bytes:
        """What a key signs."""
        return keccak(b"\x19\x01" + self.separator() + struct_hash)


def settlement_domain(chain_id: int, contract: str) -> Domain:
    """Trades, free deliveries and their cancellations."""
    return Domain("DvP Settlement", chain_id, contract)


def repo_domain(chain_id: int, contract: str) -> Domain:
    """Everything about repos."""
    return Domain("DvP Repo Facility", chain_id, contract)


def trade_hash(trade: Trade, signer: str) -> StructHash:
    """The struct hash that `signer` signs; the seller's is the id of the trade."""
    return struct_hash(TRADE, (*trade.words(), signer))


def trade_id(trade: Trade) -> StructHash:
    """The id of a trade: the struct hash that its seller signs."""
    return trade_hash(trade, trade.seller)


def group_of(trades: Sequence[Trade]) -> bytes:
    """The group of linked trades: the hash of the ids that they would have outside any group."""
    unlinked = [
        struct_hash(TRADE, (*trade.words()[:10], bytes(32), trade.nonce, trade.seller))
        for trade in trades
    ]
    return keccak(b"".join(unlinked))


def free_delivery_hash(delivery: FreeDelivery, signer: str) -> StructHash:
    """The struct hash that `signer` signs; the deliverer's is the id of the delivery."""
    return struct_hash(FREE_DELIVERY, (*delivery.words(), signer))


def cancellation_hash(cancellation: Cancellation, signer: str) -> StructHash:
    """The struct hash that `signer` signs."""
    return struct_hash(CANCELLATION, (*cancellation.words(), signer))


def sign(key: LocalAccount, domain: Domain, struct: bytes) -> bytes:
    """65 bytes: r, s, v."""
    digest = Hash32(domain.digest(struct))
    return bytes(key.unsafe_sign_hash(digest).signature)


def signer_of(domain: Domain, struct: bytes, signature: bytes) -> str | None:
    """Whose key signed; None where it is no signature of 65 bytes."""
    return recovered(domain.digest(struct), signature)


def recovered(digest: bytes, signature: bytes) -> str | None:
    """Whose key signed a digest; None where it is no signature of 65 bytes."""
    if len(signature) != 65:
        return None
    try:
        sides = keys.Signature(signature[:64] + bytes([signature[64] - 27]))
        key = sides.recover_public_key_from_msg_hash(digest)
    except (ValueError, BadSignature, ValidationError):
        return None
    return str(key.to_checksum_address())


def struct_hash(type_text: str, values: Sequence[Any]) -> StructHash:
    """EIP-712 `hashStruct` of a struct whose dynamic members are given by their hashes."""
    type_hash, kinds = _parsed(type_text)
    digest = keccak(encode(("bytes32", *kinds), (type_hash, *values)))
    return StructHash(digest, type_text, values)


def structs_hash(structs: Iterable[StructHash]) -> ArrayHash:
    """The hash of an array of structs, given by theirs."""
    items = tuple(structs)
    return ArrayHash(keccak(b"".join(items)), items)


def addresses_hash(addresses: Sequence[str]) -> ArrayHash:
    """The hash of an array of addresses."""
    words = (encode(["address"], [address]) for address in addresses)
    return ArrayHash(keccak(b"".join(words)), tuple(addresses))


@cache
def _parsed(type_text: str) -> tuple[bytes, tuple[str, ...]]:
    members = type_text[type_text.index("(") + 1 : type_text.index(")")]
    kinds = tuple("bytes32" if kind.endswith("[]") else kind for kind in _FIELD.findall(members))
    return keccak(text=type_text), kinds


@cache
def _separator(name: str, version: str, chain_id: int, contract: str) -> bytes:
    values = (keccak(text=name), keccak(text=version), chain_id, contract)
    kinds = ("bytes32", "bytes32", "bytes32", "uint256", "address")
    return keccak(encode(kinds, (keccak(text=DOMAIN), *values)))
