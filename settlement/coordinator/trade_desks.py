"""The desks for trades, and trades by name, for today, as the people of both sides would have them.

`dvp` settles what both signed, `queue` works off what waits, `cycles` nets. One business clock: the
chain's, shown in the market's zone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from settlement.chain.base import Chain
from settlement.coordinator.chronicle import Chronicle
from settlement.coordinator.consents import Consents
from settlement.coordinator.cycle import CycleDesk
from settlement.coordinator.cycle_draft import Window
from settlement.coordinator.directory import Directory
from settlement.coordinator.dvp import DvpDesk
from settlement.coordinator.queue import QueueDesk
from settlement.model.cycle import for_cycle
from settlement.model.trade import FreeDelivery, Instruction, Side
from settlement.onchain.deployment import Deployment
from settlement.onchain.operators import Operators
from settlement.units import cents_half_up, date_to_chain


@dataclass
class TradeDesks:
    """All of them, on one directory and one clock."""

    chain: Chain
    zone: ZoneInfo
    directory: Directory
    dvp: DvpDesk
    queue: QueueDesk
    cycles: CycleDesk

    def now(self) -> datetime:
        """The clock, in the market's zone."""
        return datetime.fromtimestamp(self.chain.now(), UTC).astimezone(self.zone)

    def today(self) -> date:
        """The business date."""
        return self.now().date()

    def instructions(
        self,
        reference: str,
        seller: str,
        buyer: str,
        security: str,
        quantity: int,
        currency: str,
        amount: Decimal,
    ) -> tuple[Instruction, Instruction]:
        """The two instructions of a trade for today, as the sides would write them.

        The window is the whole day, and both are bound from its first second.
        """
        today = self.today()
        start, end = self._day(today)
        delivery = Instruction(
            reference=reference,
            side=Side.DELIVER,
            party=seller,
            counterparty=buyer,
            security=security,
            quantity=quantity,
            currency=currency,
            amount=amount,
            trade_date=today,
            settlement_date=today,
            not_before=start,
            not_after=end,
            binding_from=start,
            nonce=self.dvp.next_number(seller, buyer, start),
        )
        receipt = replace(delivery, side=Side.RECEIVE, party=buyer, counterparty=seller)
        return delivery, receipt

    def book_trade(
        self,
        reference: str,
        seller: str,
        buyer: str,
        security: str,
        quantity: int,
        currency: str,
        price: Decimal,
    ) -> Decimal:
        """Instructs, matches and signs a trade; returns its cash amount, `quantity × price`."""
        amount = cents_half_up(quantity * price)
        both = self.instructions(reference, seller, buyer, security, quantity, currency, amount)
        self.dvp.sign(reference, self.dvp.match(*both))
        return amount

    def confirm_trade(
        self,
        reference: str,
        cycle: int,
        seller: str,
        buyer: str,
        security: str,
        quantity: int,
        currency: str,
        amount: Decimal,
        clearing_house: str | None = None,
    ) -> None:
        """Instructs and matches a trade, which both sides confirm for a netting cycle.

        Through a clearing house it is two trades, each with it as a side.
        """
        both = self.instructions(reference, seller, buyer, security, quantity, currency, amount)
        trade = for_cycle(self.dvp.match(*both), cycle)
        if clearing_house is None:
            self.cycles.confirm(reference, trade)
        else:
            self.cycles.clear(reference, trade, clearing_house)

    def window_of_today(self) -> Window:
        """The business day, from its first second to its last."""
        return Window(*self._day(self.today()))

    def deliver_free(self, deliverer: str, receiver: str, symbol: str, units: int) -> None:
        """A free delivery for today, signed by both sides, in the chain's units."""
        start, end = self._day(self.today())
        sides = [self.directory.party(name) for name in (deliverer, receiver)]
        self.dvp.deliver_free(
            FreeDelivery(
                deliverer=sides[0].address,
                receiver=sides[1].address,
                asset=self.directory.asset(symbol).address,
                quantity=units,
                trade_date=date_to_chain(self.today()),
                not_before=start,
                not_after=end,
                binding_from=start,
                nonce=self.dvp.next_number(deliverer, receiver, start),
            )
        )

    def _day(self, day: date) -> tuple[int, int]:
        start = seconds_of(datetime.combine(day, time()), self.zone)
        end = seconds_of(datetime.combine(day + timedelta(days=1), time()), self.zone) - 1
        return start, end


def trade_desks(
    journal: Chronicle,
    directory: Directory,
    deployment: Deployment,
    operators: Operators,
) -> TradeDesks:
    """Sets them up; they listen to the journal from now on."""
    consents = Consents(journal)
    desks = (journal, directory, deployment, operators, consents)
    dvp = DvpDesk(*desks)
    return TradeDesks(
        chain=journal.chain,
        zone=directory.zone,
        directory=directory,
        dvp=dvp,
        queue=QueueDesk(journal.chain, directory, deployment.registry, dvp),
        cycles=CycleDesk(*desks),
    )


def seconds_of(moment: datetime, zone: ZoneInfo) -> int:
    """Seconds since 1970 (UTC) of a moment, local to `zone` where it names no zone."""
    local = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    return int(local.timestamp())
