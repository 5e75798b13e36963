"""The day of the lesson: who is there, what they agree, and who fails when.

Three firms, each with cash and securities of its own, agree four trades in the morning, all for the
same day. Each pair of firms has a trade, so whoever fails, the others still have business.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from settlement.analytics.obligations import Obligation, against_payment
from settlement.market import NEW_YORK
from settlement.reporting.lesson import Sale
from settlement.units import CENT, cents_half_up

DAY = date(2026, 3, 2)
CASH, NOTE = "USD", "T-2035"
PRICE = Decimal("1.0075")
FIRMS = ("dealer", "fund", "broker")
CASH_OF_EACH, NOTES_OF_EACH = Decimal("5000000.00"), 5_000_000


def on_the_day(hour: int, minute: int = 0) -> datetime:
    """A moment of it."""
    return datetime.combine(DAY, time(hour, minute), ZoneInfo(NEW_YORK))


AGREED, END = on_the_day(9, 30), on_the_day(17)


def _sale(reference: str, at: datetime, seller: str, buyer: str, quantity: int) -> Sale:
    return Sale(reference, at, seller, buyer, quantity, cents_half_up(quantity * PRICE))


SALES = (
    _sale("S1", on_the_day(10), "dealer", "fund", 2_000_000),
    _sale("S2", on_the_day(11), "fund", "broker", 1_500_000),
    _sale("S3", on_the_day(11, 20), "dealer", "fund", 1_000_000),
    _sale("S4", on_the_day(12), "broker", "dealer", 1_000_000),
)


@dataclass(frozen=True, slots=True)
class Failure:
    """From `at` on `party` does nothing at all; where it is None nobody fails."""

    party: str | None
    at: datetime

    def acts(self, party: str, now: datetime) -> bool:
        """Whether a party still does something."""
        return party != self.party or now < self.at


def obligation(sale: Sale) -> Obligation:
    """What a sale moves, both legs in cents of its amount."""
    cents = int(sale.amount / CENT)
    return against_payment(sale.reference, sale.seller, sale.buyer, NOTE, cents, CASH, cents)
