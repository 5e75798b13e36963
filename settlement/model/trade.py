"""Trades: what each side instructs in words of the business, and what both sign for the chain.

An `Instruction` is one side's own account of a trade (ISO 20022 sese.023), written without seeing
the other's. Two that match become a `Trade`, whose fields are those of the contract's struct of the
same name, in its order and units: see `contracts/interfaces/ISettlement.sol`.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any


class Side(Enum):
    """Delivery against payment, or receipt against payment, from the instructing party's side."""

    DELIVER = "DELI"
    RECEIVE = "RECE"


class Status(Enum):
    """ISO 20022's words for where an instruction stands."""

    UNMATCHED = "unmatched"
    MATCHED = "matched"
    PENDING = "pending"
    SETTLED = "settled"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Instruction:
    """One side's instruction. Names are those of the market's directory; amounts are Decimals.

    `reference` is what both sides call the trade. Times are seconds since 1970 (UTC), the window
    inclusive at both ends.
    """

    reference: str
    side: Side
    party: str
    counterparty: str
    security: str
    quantity: int
    currency: str
    amount: Decimal
    trade_date: date
    settlement_date: date
    not_before: int
    not_after: int
    binding_from: int
    nonce: int


class Signable:
    """What the contracts call a struct: `words` are its fields in their order."""

    __slots__ = ()

    def words(self) -> tuple[Any, ...]:
        """The fields as the contract takes them."""
        return astuple(self)  # type: ignore[call-overload, no-any-return]  # every subclass is a dataclass


@dataclass(frozen=True, slots=True)
class Trade(Signable):
    """Both sides sign this: contract units, addresses, seconds and days."""

    seller: str
    buyer: str
    security: str
    quantity: int
    cash: str
    amount: int
    trade_date: int
    not_before: int
    not_after: int
    binding_from: int
    group: bytes
    nonce: int


@dataclass(frozen=True, slots=True)
class SignedTrade:
    """A trade with both consents."""

    trade: Trade
    seller_signature: bytes
    buyer_signature: bytes

    def words(self) -> tuple[Any, ...]:
        """The struct as a batch takes it."""
        return (self.trade.words(), self.seller_signature, self.buyer_signature)


@dataclass(frozen=True, slots=True)
class FreeDelivery(Signable):
    """A delivery free of payment; the receiver signs it too."""

    deliverer: str
    receiver: str
    asset: str
    quantity: int
    trade_date: int
    not_before: int
    not_after: int
    binding_from: int
    nonce: int


@dataclass(frozen=True, slots=True)
class Cancellation(Signable):
    """The end of a nonce before it was used."""

    first: str
    second: str
    binding_from: int
    nonce: int
