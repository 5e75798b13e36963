"""Calculator of the close-out after a default."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, ClassVar

from settlement.analytics.calculators import values
from settlement.analytics.calculators.answer import Answer, Entry
from settlement.analytics.calculators.entries import CashMargin, cash_entries, other_entries
from settlement.analytics.calculators.figures import less, show_cash, show_exact
from settlement.analytics.calculators.inputs import rows
from settlement.analytics.calculators.terms import BUYS, Loan
from settlement.analytics.default import Accelerated, close_out
from settlement.units import cents_half_up


@dataclass(frozen=True, kw_only=True)
class Accelerating(Loan):
    """A repo whose repurchase date becomes the day of the close-out."""

    POSITIONS: ClassVar = (
        *("non_defaulter_is", "purchase_price", "rate", "days"),
        "default_market_value",
    )

    default_market_value: Annotated[
        Decimal, values.market_value("value of the collateral, no haircut")
    ]
    non_defaulter_is: Annotated[bool, values.choice("side of the non-defaulting party", BUYS)]

    @property
    def accelerated(self) -> Accelerated:
        """The repo as close-out takes it."""
        return Accelerated(self.repurchase_price, self.default_market_value, self.non_defaulter_is)

    def entry(self, place: int) -> Entry:
        """What it adds to the sum, in figures."""
        price, worth = show_exact(self.repurchase_price), show_cash(self.default_market_value)
        amount = close_out([self.accelerated])
        if self.non_defaulter_is:
            return Entry(f"transaction {place}, as buyer: RP − DMV = {price} − {worth}", amount)
        return Entry(f"transaction {place}, as seller: DMV − RP = {worth} {less(price)}", amount)


@dataclass(frozen=True, kw_only=True)
class CloseOut:
    """One sum after a default; below zero the non-defaulting party pays the excess."""

    transactions: Annotated[
        tuple[Accelerating, ...], rows(Accelerating, "a repo of the netting set")
    ]
    cash_margin_held: Annotated[
        tuple[CashMargin, ...], rows(CashMargin, "cash margin that the non-defaulting party holds")
    ] = ()
    cash_margin_given: Annotated[
        tuple[CashMargin, ...], rows(CashMargin, "cash margin that the non-defaulting party gave")
    ] = ()
    securities_margin_held: Annotated[
        Decimal, values.market_value("default market value of securities that it holds as margin")
    ] = Decimal(0)
    securities_margin_given: Annotated[
        Decimal, values.market_value("default market value of securities that it gave as margin")
    ] = Decimal(0)
    income_due_to_non_defaulter: Annotated[Decimal, values.cash_from_zero("income due to it")] = (
        Decimal(0)
    )
    income_due_by_non_defaulter: Annotated[
        Decimal, values.cash_from_zero("income that it owes")
    ] = Decimal(0)
    fails_charges_due_to_non_defaulter: Annotated[
        Decimal, values.cash_from_zero("charges for fails due to it")
    ] = Decimal(0)
    fails_charges_due_by_non_defaulter: Annotated[
        Decimal, values.cash_from_zero("charges for fails that it owes")
    ] = Decimal(0)

    def answer(self) -> Answer:
        """`Σ (RP − DMV) as buyer + Σ (DMV − RP) as seller − held + given + due to − due by`."""
        others = [
            *cash_entries(self.cash_margin_held, self.cash_margin_given),
            *other_entries(
                securities_margin_held=self.securities_margin_held,
                securities_margin_given=self.securities_margin_given,
                income_due_to_non_defaulter=self.income_due_to_non_defaulter,
                income_due_by_non_defaulter=self.income_due_by_non_defaulter,
                fails_charges_due_to_non_defaulter=self.fails_charges_due_to_non_defaulter,
                fails_charges_due_by_non_defaulter=self.fails_charges_due_by_non_defaulter,
            ),
        ]
        net = close_out(
            [each.accelerated for each in self.transactions],
            due_to=[each.amount for each in others],
        )
        entries = [*(each.entry(place) for place, each in enumerate(self.transactions, 1)), *others]
        return Answer(
            {"net_to_non_defaulter": cents_half_up(net)},
            [*map(str, entries), f"net to non-defaulter = {show_exact(net)}"],
        )
