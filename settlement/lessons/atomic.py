"""Delivery versus payment: both legs in one transaction of our `Settlement`, or none.

Whoever acts signs when the trade is due, and anybody submits what there is: it is the contract that
decides. What is signed beforehand would settle whoever fails after that.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from settlement.lessons.trades import CASH, NOTE, SALES
from settlement.lessons.way import Act, Way
from settlement.model.trade import SignedTrade, Trade
from settlement.onchain import signing
from settlement.reporting.lesson import Sale


class Atomic(Way):
    """Model 1 of the report on delivery versus payment."""

    key, name = "atomic", "atomic"
    how = "Both sign at the agreed time, and one transaction moves both legs or neither."

    def acts(self) -> Iterator[Act]:
        for sale in SALES:
            yield Act(sale.at, partial(self._settle, sale), sale)

    def _settle(self, sale: Sale) -> None:
        (market,) = self.markets
        terms = (sale.seller, sale.buyer, NOTE, sale.quantity, CASH, sale.amount)
        trade = market.dvp.match(*market.instructions(sale.reference, *terms))
        signed = SignedTrade(
            trade, self._signed(sale.seller, trade), self._signed(sale.buyer, trade)
        )
        settle = market.deployment.settlement.transaction(
            market.operators.coordinator, "settle", *signed.words()
        )
        market.journal.submit([settle])  # without both signatures it reverts, and nothing moves

    def _signed(self, name: str, trade: Trade) -> bytes:
        """The signature of a party that acts, nothing of one that does not."""
        if not self.active(name):
            return b""
        (market,) = self.markets
        party = market.directory.party(name)
        return party.sign(market.dvp.domain, signing.trade_hash(trade, party.address))
