"""One row of a repo trade file, in the units of this package.

The file's price is per cent of par and its rate per cent a year; here both are fractions. The term
is actual days from the settlement date and interest counts ACT/360, rounded once, half up.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from settlement.analytics.collateral import market_value
from settlement.analytics.interest import price_differential
from settlement.units import cents_half_up

BASIS = 360
CURRENCIES = ("USD", "EUR")
"""Those that count interest ACT/360, as every trade file does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A repo as the file has it. The lender is its buyer, the borrower its seller.

    `cusip` is whatever the file calls the security: it is taken as a symbol and not checked.
    `end_amount` is what the file prints, not what the repo pays.
    """

    line: int
    trade_id: str
    lender: str
    borrower: str
    cusip: str
    trade_date: date
    settlement_date: date
    quantity: int
    price: Decimal
    term: int
    repo_rate: Decimal
    start_amount: Decimal
    end_amount: Decimal
    currency: str

    @property
    def repurchase_date(self) -> date:
        """The day on which it closes, whatever day of the week that is."""
        return self.settlement_date + timedelta(days=self.term)

    @property
    def value(self) -> Decimal:
        """Quantity × price, to the cent: with a haircut of zero, the cash it carries."""
        return cents_half_up(market_value(self.quantity, self.price))

    @property
    def interest(self) -> Decimal:
        """The price differential of the whole term."""
        return price_differential(self.start_amount, [(self.repo_rate, self.term)], BASIS)

    @property
    def repurchase_price(self) -> Decimal:
        """What the closing leg pays: the end amount, recomputed."""
        return self.start_amount + self.interest


@dataclass(frozen=True, slots=True)
class TradeFile:
    """A file without a problem in it: at least one row, all in one currency."""

    name: str
    rows: tuple[Row, ...]

    @property
    def currency(self) -> str:
        """The currency of every row."""
        return self.rows[0].currency

    def firms(self) -> list[str]:
        """Lenders and borrowers, in the order in which the file first names them."""
        return list(dict.fromkeys(name for row in self.rows for name in (row.lender, row.borrower)))

    def securities(self) -> list[str]:
        """What is lent against, in the order in which the file first names it."""
        return list(dict.fromkeys(row.cusip for row in self.rows))
