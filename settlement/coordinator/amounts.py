"""Amounts of an asset as people write them."""

from __future__ import annotations

from settlement.model.asset import Asset, Cash
from settlement.units import cash_from_chain, show_cash, show_quantity


def show_amount(asset: Asset | None, units: int) -> str:
    """`2,013,808.64 USD` or `10,000,000 T-2035`; bare units of an asset nobody knows."""
    if asset is None:
        return f"{units:,} units"
    if isinstance(asset, Cash):
        return f"{show_cash(cash_from_chain(units))} {asset.symbol}"
    return f"{show_quantity(units)} {asset.symbol}"
