"""Repo: what both sides sign and bring, in the contract's order and units.

Each class has the fields of the contract's struct of the same name; what each means and how it is
scaled stands in `contracts/interfaces/`, in `IRepoFacility.sol` unless another file is named. The
arithmetic is in `settlement.analytics`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import Enum
from typing import Any


class Method(Enum):
    """How collateral is valued: market value less a haircut, or divided by a margin ratio."""

    HAIRCUT = 0
    RATIO = 1


class Duration(Enum):
    """How long a repo runs."""

    TERM = 0
    OPEN_ENDED = 1
    INTRADAY = 2


class Income(Enum):
    """What becomes of income in the term: paid across (classic), or kept in the price."""

    MANUFACTURED = 0
    IN_THE_PRICE = 1


class RepoState(Enum):
    """Where a repo stands."""

    NONE = 0
    OPEN = 1
    CLOSED = 2
    CANCELLED = 3
    CLOSED_OUT = 4


class Failing(Enum):
    """Whose doing it is that a repo did not close when due."""

    NOBODY = 0
    SELLER = 1
    BUYER = 2
    IMPEDED = 3


class SetState(Enum):
    """Where a netting set stands."""

    UNUSED = 0
    PERFORMING = 1
    IN_DEFAULT = 2


NO_DATE = 2**32 - 1
"""The repurchase date of an open-ended repo before any notice."""


class Words:
    """A struct as the contract takes it."""

    __slots__ = ()

    def words(self) -> tuple[Any, ...]:
        """The fields, in order; what has words itself by its own."""
        return tuple(_plain(getattr(self, field.name)) for field in fields(self))  # type: ignore[arg-type]  # every subclass is a dataclass


@dataclass(frozen=True, slots=True)
class Line(Words):
    """One security of the collateral: address, quantity, haircut or ratio in 10^-9."""

    security: str
    quantity: int
    margin: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement(Words):
    """What two participants agree for all their repos."""

    master: bytes
    method: int
    basis: int
    maximum_price_age: int
    grace: int
    late_rate: int
    fails_rate: int
    margin_rate: int
    threshold: int
    minimum_transfer: int
    call_deadline: int
    valuation_period: int
    valuation_bound: int
    utc_offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RepoTerms(Words):
    """Everything about a repo that never changes. Both sides sign it once, for both legs."""

    seller: str
    buyer: str
    cash: str
    agreement: bytes
    purchase_price: int
    rate: int
    duration: int
    purchase_date: int
    repurchase_date: int
    utc_offset: int
    cut_off: int
    notice_period: int
    policy_version: int
    income: int
    may_reuse: bool
    may_substitute: bool
    may_terminate: bool
    custody: str
    binding_from: int
    nonce: int
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Position(Words):
    """A repo as it stands: terms, and the collateral now where that changed, else no lines."""

    terms: RepoTerms
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Amendment(Words):
    """What a repo becomes by agreement (`IRepoChanges.sol`); no lines: collateral as it is."""

    date: int
    purchase_price: int
    rate: int
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class IncomeNotice(Words):
    """Income that the buyer owes the seller (`IRepoServicing.sol`)."""

    security: str
    record_date: int
    payment_date: int
    amount: int


@dataclass(frozen=True, slots=True)
class Pair(Words):
    """A netting set, seen by who acts (`IRepoMargin.sol`)."""

    agreement: Agreement
    cash: str
    by: str
    against: str


def _plain(value: Any) -> Any:
    if isinstance(value, Words):
        return value.words()
    return tuple(_plain(item) for item in value) if isinstance(value, tuple) else value
