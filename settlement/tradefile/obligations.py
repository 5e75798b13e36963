"""The purchase legs of a trade file as obligations: securities against the start amount."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from settlement.analytics.obligations import Obligation, against_payment
from settlement.tradefile.model import Row
from settlement.units import CENT


def purchases(rows: Iterable[Row]) -> dict[date, list[Obligation]]:
    """By settlement date, earliest first, on each date in the order of the file; cash in cents."""
    ordered = sorted(rows, key=lambda row: row.settlement_date)  # stable: a date keeps its order
    found: dict[date, list[Obligation]] = {}
    for row in ordered:
        found.setdefault(row.settlement_date, []).append(_purchase(row))
    return found


def _purchase(row: Row) -> Obligation:
    """The borrower sells the collateral, the lender pays for it."""
    return against_payment(
        row.trade_id,
        seller=row.borrower,
        buyer=row.lender,
        security=row.cusip,
        quantity=row.quantity,
        currency=row.currency,
        amount=int(row.start_amount / CENT),
    )
