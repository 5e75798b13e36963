"""Amounts and rates of the chain as people write them."""

from __future__ import annotations

from settlement.model.asset import Asset, Cash
from settlement.units import (
    CENT_UNITS,
    cash_from_chain,
    rate_from_chain,
    show_cash,
    show_per_cent,
    show_quantity,
)


def show_amount(asset: Asset | None, units: int) -> str:
    """`2,013,808.64 USD` or `10,000,000 T-2035`; bare units of an asset nobody knows."""
    if asset is None:
        return f"{units:,} units"
    if isinstance(asset, Cash):
        return f"{show_cash(cash_from_chain(units))} {asset.symbol}"
    return f"{show_quantity(units)} {asset.symbol}"


def in_cash(units: int) -> str:
    """Millionths of the currency unit; what is finer than a cent shows it."""
    return show_cash(cash_from_chain(units))


def in_cash_up(units: int) -> str:
    """Millionths to the next whole cent, for what is needed."""
    return in_cash(-(-units // CENT_UNITS) * CENT_UNITS)


def in_cash_down(units: int) -> str:
    """Millionths to the last whole cent, for what is there."""
    return in_cash(units // CENT_UNITS * CENT_UNITS)


def in_per_cent(units: int) -> str:
    """A rate, haircut, ratio or share of 10^-9."""
    return show_per_cent(rate_from_chain(units))
