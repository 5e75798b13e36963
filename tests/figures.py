"""Worked figures of repo, copied from the project's agreed vectors (`repo.json`), each by its id.

The ids that begin with `cdm` are the examples of the FINOS Common Domain Model. Figures stand as
Decimals in text, exactly as published.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from settlement.model.repo import Method


@dataclass(frozen=True, slots=True)
class PurchaseFigure:
    """The cash that `nominal` at `dirty` carries, less a haircut or divided by a ratio."""

    id: str
    nominal: int
    dirty: Decimal
    method: Method
    margin: Decimal
    purchase_price: Decimal


@dataclass(frozen=True, slots=True)
class InterestFigure:
    """Interest on a purchase price over periods of (rate, days)."""

    id: str
    purchase_price: Decimal
    periods: tuple[tuple[Decimal, int], ...]
    basis: int
    price_differential: Decimal


def _purchase(
    id: str, nominal: int, dirty: str, method: Method, margin: str, price: str
) -> PurchaseFigure:
    return PurchaseFigure(id, nominal, Decimal(dirty), method, Decimal(margin), Decimal(price))


def _interest(
    id: str, price: str, periods: list[tuple[str, int]], interest: str, basis: int = 360
) -> InterestFigure:
    rates = tuple((Decimal(rate), days) for rate, days in periods)
    return InterestFigure(id, Decimal(price), rates, basis, Decimal(interest))


PURCHASES = [
    _purchase("cdm-purchase-price", 10_000_000, "1.0075", Method.HAIRCUT, "0.01", "9974250.00"),
    _purchase("ratio-102", 10_000_000, "1", Method.RATIO, "1.02", "9803921.57"),
    _purchase("reprice-lower", 20_000_000, "0.98", Method.HAIRCUT, "0.02", "19208000.00"),
    _purchase("cdm-shaping, lots 1, 2", 4_000_000, "1.0075", Method.HAIRCUT, "0.01", "3989700.00"),
    _purchase("cdm-shaping, lot 3", 2_000_000, "1.0075", Method.HAIRCUT, "0.01", "1994850.00"),
    _purchase("cdm-partial", 750_000, "1.0075", Method.HAIRCUT, "0.01", "748068.75"),
]

INTERESTS = [
    _interest("cdm-interest-act360", "9974250.00", [("0.004", 3)], "332.48"),
    _interest("cdm-interest-act365", "9974250.00", [("0.004", 3)], "327.92", basis=365),
    _interest("cdm-early-termination", "9974250.00", [("0.004", 2)], "221.65"),
    _interest("overnight-textbook", "9998195.00", [("0.065", 1)], "1805.23"),
    _interest("overnight-10m", "10000000.00", [("0.03", 1)], "833.33"),
    _interest("negative-tie", "9974250.00", [("-0.004", 3)], "-332.48"),
    _interest("margin-interest-tie", "99000.00", [("0.043", 1)], "11.83"),
    _interest("accrual-rerate", "25000000.00", [("0.0431", 3), ("0.0455", 4)], "21618.06"),
]
