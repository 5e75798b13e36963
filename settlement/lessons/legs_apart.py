"""Two transfers, which the wallets send by themselves, the second one a while after the first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import ClassVar

from settlement.lessons.fresh_chain import FreshChain
from settlement.lessons.trades import CASH, NOTE, SALES, Failure
from settlement.lessons.way import Act, Way, later, sending, submit
from settlement.reporting.lesson import Sale
from settlement.units import cash_to_chain

GAP = 90
"""Minutes between the legs."""


class LegsApart(Way):
    """The first leg at the agreed time. Who has been given the first one still owes the second."""

    pays_first: ClassVar[bool]

    def __init__(self, chains: Sequence[FreshChain], failure: Failure) -> None:
        super().__init__(chains, failure)
        self._begun: set[str] = set()

    def acts(self) -> Iterator[Act]:
        for sale in SALES:
            yield Act(sale.at, partial(self._first, sale), sale)
            yield Act(later(sale.at, GAP), partial(self._second, sale), sale)

    def _first(self, sale: Sale) -> None:
        if self.active(sale.seller, sale.buyer):
            self._begun.add(sale.reference)
            self._move(sale, payment=self.pays_first)

    def _second(self, sale: Sale) -> None:
        owing = sale.seller if self.pays_first else sale.buyer
        if sale.reference in self._begun and self.active(owing):
            self._move(sale, payment=not self.pays_first)

    def _move(self, sale: Sale, payment: bool) -> None:
        (market,) = self.markets
        if payment:
            leg = (sale.buyer, sale.seller, CASH, cash_to_chain(sale.amount))
        else:
            leg = (sale.seller, sale.buyer, NOTE, sale.quantity)
        submit(market, [sending(market, *leg)])


class PaymentFirst(LegsApart):
    """The buyer trusts the seller."""

    key, name = "payment_first", "payment first"
    how = f"The buyer pays at the agreed time; the seller delivers {GAP} minutes later."
    pays_first = True


class DeliveryFirst(LegsApart):
    """The seller trusts the buyer."""

    key, name = "delivery_first", "delivery first"
    how = f"The seller delivers at the agreed time; the buyer pays {GAP} minutes later."
    pays_first = False
