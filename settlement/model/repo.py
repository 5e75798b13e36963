"""Repo: the terms that both sides sign, in the contract's order and units, and its arithmetic.

Fields of `RepoTerms` are those of the contract's struct of the same name; what each means and how
it is scaled stands in `contracts/interfaces/IRepoFacility.sol`. The functions below are the
reference that `contracts/repo/RepoMath.sol` is tested against; formulas in `docs/protocol.md`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from decimal import Decimal
from enum import Enum
from typing import Any

from settlement.units import cents_half_up


class Method(Enum):
    """How collateral is valued: market value less a haircut, or divided by a margin ratio."""

    HAIRCUT = 0
    RATIO = 1


class RepoState(Enum):
    """Where a repo stands; the order is the contract's."""

    NONE = 0
    OPEN = 1
    CLOSED = 2
    CANCELLED = 3


@dataclass(frozen=True, slots=True)
class Line:
    """One security of the collateral: address, quantity, haircut or ratio in 10^-9."""

    security: str
    quantity: int
    margin: int

    def words(self) -> tuple[Any, ...]:
        """The fields as the contract takes them."""
        return (self.security, self.quantity, self.margin)


@dataclass(frozen=True, slots=True, kw_only=True)
class RepoTerms:
    """Everything about a repo that never changes. Both sides sign it once, for both legs."""

    seller: str
    buyer: str
    cash: str
    agreement: bytes
    purchase_price: int
    rate: int
    late_rate: int
    basis: int
    duration: int
    purchase_date: int
    repurchase_date: int
    utc_offset: int
    cut_off: int
    notice_period: int
    method: int
    policy_version: int
    price_board: str
    maximum_price_age: int
    threshold: int
    minimum_transfer: int
    call_deadline: int
    grace: int
    income: int
    may_reuse: bool
    may_substitute: bool
    may_terminate: bool
    custody: str
    binding_from: int
    nonce: int
    lines: tuple[Line, ...]

    def words(self) -> tuple[Any, ...]:
        """The fields as the contract takes them."""
        static = tuple(getattr(self, field.name) for field in fields(self)[:-1])
        return (*static, tuple(line.words() for line in self.lines))


def market_value(quantity: int, price: Decimal) -> Decimal:
    """`nominal × dirty price`, never rounded."""
    return quantity * price


def value_after_margin(value: Decimal, method: Method, margin: Decimal) -> Decimal:
    """`MV × (1 − h)` for a haircut, `MV / m` for a ratio; never rounded to cents."""
    return value * (1 - margin) if method is Method.HAIRCUT else value / margin


def purchase_price(values_after_margin: Iterable[Decimal]) -> Decimal:
    """The cash that collateral carries, rounded once, half up, to the cent."""
    return cents_half_up(sum(values_after_margin, Decimal(0)))


def price_differential(
    principal: Decimal, periods: Iterable[tuple[Decimal, int]], basis: int
) -> Decimal:
    """Interest `Σ(principal × rate × days) / basis`, rounded once, half up; may be negative.

    `periods` are (rate, days); days are actual, counted between dates.
    """
    accrued = sum((rate * days for rate, days in periods), Decimal(0))
    return cents_half_up(principal * accrued / basis)
