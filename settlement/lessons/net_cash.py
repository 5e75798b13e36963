"""Model 2 as it is meant: securities trade by trade through the day, cash net at its end.

This is not our own cash-net batch, which moves everything in one transaction and has no gap: see
`ISettlement`. The gap between deliveries and payments is what is to be compared here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from settlement.analytics.obligations import nets
from settlement.lessons.fresh_chain import FreshChain
from settlement.lessons.trades import CASH, NOTE, SALES, Failure, obligation, on_the_day
from settlement.lessons.way import Act, Way, sending, submit
from settlement.reporting.lesson import Sale
from settlement.units import CENT_UNITS

PAYMENT = on_the_day(16)


class NetCash(Way):
    """Each delivery is signed by both sides and goes through our venue, free of payment."""

    key, name = "net_cash", f"net at {PAYMENT:%H:%M}"
    how = (
        f"Securities move at the agreed times, each delivery signed by both sides; at "
        f"{PAYMENT:%H:%M} each firm pays, or is paid, one net amount for all of them."
    )
    netted = True

    def __init__(self, chains: Sequence[FreshChain], failure: Failure) -> None:
        super().__init__(chains, failure)
        self._delivered: list[Sale] = []

    def acts(self) -> Iterator[Act]:
        for sale in SALES:
            yield Act(sale.at, partial(self._deliver, sale), sale)
        yield Act(PAYMENT, self._pay)

    def _deliver(self, sale: Sale) -> None:
        (market,) = self.markets
        if self.active(sale.seller, sale.buyer):
            market.deliver_free(sale.seller, sale.buyer, NOTE, sale.quantity)
            self._delivered.append(sale)

    def _pay(self) -> None:
        (market,) = self.markets
        net = {
            party: amount
            for (party, asset), amount in nets(map(obligation, self._delivered)).items()
            if asset == CASH
        }
        paid = (
            sending(market, payer, receiver, CASH, cents * CENT_UNITS)
            for payer, receiver, cents in payments(net)
            if self.active(payer)
        )
        submit(market, [*paid])


def payments(net: Mapping[str, int]) -> Iterator[tuple[str, str, int]]:
    """Payers pay receivers directly, both in order, until every net is zero."""
    left = dict(net)
    for payer in net:
        for receiver in net:
            amount = min(-left[payer], left[receiver])
            if amount > 0:
                left[payer] += amount
                left[receiver] -= amount
                yield payer, receiver, amount
