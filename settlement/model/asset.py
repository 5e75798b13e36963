"""What is held: entitlements to securities, and cash. Both are known by a symbol."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum

from settlement.units import date_to_chain


class SecurityKind(Enum):
    """The kind of a security, which is also its haircut class; the order is the contract's."""

    TREASURY_BILL = "treasury-bill"
    TREASURY_NOTE = "treasury-note"
    MONEY_MARKET_SHARE = "money-market-share"
    EXCHANGE_TRADED_FUND = "exchange-traded-fund"
    EQUITY = "equity"
    CORPORATE_BOND = "corporate-bond"
    AGENCY_MBS = "agency-mbs"
    ASSET_BACKED = "asset-backed"

    @property
    def number(self) -> int:
        """The kind as the contract counts it."""
        return list(SecurityKind).index(self)

    @classmethod
    def numbered(cls, number: int) -> SecurityKind:
        """The kind that the contract counts as `number`."""
        return list(cls)[number]


class CashKind(Enum):
    """Whose promise the cash is; the order is the contract's."""

    STABLECOIN = "stablecoin"
    TOKENIZED_DEPOSIT = "tokenized-deposit"
    WHOLESALE_CENTRAL_BANK_MONEY = "wholesale-central-bank-money"

    @property
    def number(self) -> int:
        """The kind as the contract counts it."""
        return list(CashKind).index(self)


@dataclass(frozen=True, slots=True)
class Security:
    """An issue. Quantities are nominal or shares, in multiples of `denomination`.

    `issuer` is an LEI, `maturity` None for what does not mature, `sunset` the last day on which the
    entitlement circulates.
    """

    symbol: str
    isin: str
    kind: SecurityKind
    issuer: str
    maturity: date | None
    denomination: int
    sunset: date
    address: str

    @property
    def last_second(self) -> int:
        """The last second at which it circulates, since 1970 (UTC)."""
        return (date_to_chain(self.sunset) + 1) * 86_400 - 1


@dataclass(frozen=True, slots=True)
class Cash:
    """A cash token of one issuer. `currency` follows ISO 4217, `issuer` is an LEI."""

    symbol: str
    currency: str
    kind: CashKind
    issuer: str
    address: str


Asset = Security | Cash
