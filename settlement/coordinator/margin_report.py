"""What a margin report says: figures of one netting set on one day, seen by one participant.

Exposures are positive where that participant is the one exposed. What is not rounded is a
Fraction; the net exposure and the call are payments, half up to the cent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from settlement.model.repo import Method


@dataclass(frozen=True, slots=True, kw_only=True)
class RepoExposure:
    """One open repo.

    `market_value` and `margin_value` are its collateral before and after haircut or ratio; what the
    buyer owes of income and fails charges is `due_to_seller`.
    """

    reference: str
    bought: bool
    repurchase_price: Fraction
    market_value: Fraction
    margin_value: Fraction
    due_to_seller: Fraction
    exposure: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginHeld:
    """Margin of one asset; held by the participant of the report, or given where below zero.

    `quantity` is none for cash; `interest` is earned so far, and none on securities; `value` is
    what it counts for, interest included.
    """

    asset: str
    quantity: int | None
    interest: Fraction
    value: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginReport:
    """One netting set."""

    by: str
    against: str
    currency: str
    at: datetime
    today: date
    method: Method
    repos: tuple[RepoExposure, ...]
    margin: tuple[MarginHeld, ...]
    threshold: Decimal
    minimum_transfer: Decimal
    exact_exposure: Fraction
    net_exposure: Decimal
    call: Decimal
    standing_call: Decimal | None
