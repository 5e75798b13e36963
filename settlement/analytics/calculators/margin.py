"""Calculators of net exposure, margin call and margin in securities."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Annotated

from settlement.analytics import margin
from settlement.analytics.calculators import values
from settlement.analytics.calculators.answer import Answer, Entry
from settlement.analytics.calculators.entries import (
    CashMargin,
    SecuritiesMargin,
    cash_entries,
    other_entries,
    securities_entries,
    summed,
)
from settlement.analytics.calculators.exposure import Transaction
from settlement.analytics.calculators.figures import (
    show_cash,
    show_exact,
    show_per_cent,
    show_price,
    show_up,
)
from settlement.analytics.calculators.inputs import missing, refused, rows
from settlement.analytics.collateral import collateral_up, value_after_margin
from settlement.model.repo import Method
from settlement.units import cents_half_up


@dataclass(frozen=True, kw_only=True)
class NetExposure:
    """Exposure of a party over all repos of one agreement, with margin and income."""

    transactions: Annotated[tuple[Transaction, ...], rows(Transaction, "a repo of the agreement")]
    cash_margin_held: Annotated[
        tuple[CashMargin, ...], rows(CashMargin, "cash margin that it holds")
    ] = ()
    cash_margin_given: Annotated[
        tuple[CashMargin, ...], rows(CashMargin, "cash margin that it gave")
    ] = ()
    securities_margin_held: Annotated[
        tuple[SecuritiesMargin, ...], rows(SecuritiesMargin, "margin in securities that it holds")
    ] = ()
    securities_margin_given: Annotated[
        tuple[SecuritiesMargin, ...], rows(SecuritiesMargin, "margin in securities that it gave")
    ] = ()
    income_due_to_party: Annotated[Decimal, values.cash_from_zero("income due to it")] = Decimal(0)
    income_due_by_party: Annotated[Decimal, values.cash_from_zero("income that it owes")] = Decimal(
        0
    )

    def __post_init__(self) -> None:
        methods = {transaction.by for transaction in self.transactions}
        if len(methods) > 1:
            raise refused("transactions", "haircuts and margin ratios", "one method for all")
        (method,) = methods
        for side in ("held", "given"):
            name = f"securities_margin_{side}"
            for place, each in enumerate(getattr(self, name), 1):
                _require_haircut(f"{name}.{place}.haircut", method, each)

    def answer(self) -> Answer:
        """`Σ TE as buyer − Σ TE as seller + income due to it − income due by it − held + given`."""
        entries = [
            *(_transaction_entry(*numbered) for numbered in enumerate(self.transactions, 1)),
            *cash_entries(self.cash_margin_held, self.cash_margin_given),
            *securities_entries(self.securities_margin_held, self.securities_margin_given),
            *other_entries(
                income_due_to_party=self.income_due_to_party,
                income_due_by_party=self.income_due_by_party,
            ),
        ]
        net = summed(entries)
        return Answer(
            {"net_exposure": cents_half_up(net)},
            [*map(str, entries), f"net exposure = {show_exact(net)}"],
        )


def _transaction_entry(place: int, transaction: Transaction) -> Entry:
    side, sign = ("buyer", 1) if transaction.party_is else ("seller", -1)
    return Entry(f"transaction {place}, as {side}: {transaction.step}", sign * transaction.exposure)


def _require_haircut(name: str, method: Method, margin: SecuritiesMargin) -> None:
    if method is Method.HAIRCUT and margin.haircut is None:
        raise missing(name, "the agreement values by haircut")
    if method is Method.RATIO and margin.haircut is not None:
        given = show_per_cent(margin.haircut)
        raise refused(name, given, "no haircut", "the agreement values by ratio")


@dataclass(frozen=True, kw_only=True)
class Call:
    """Margin call that follows from a net exposure."""

    net_exposure: Annotated[Decimal, values.exposure("net exposure of the party that calls")]
    threshold: Annotated[
        Decimal, values.cash_from_zero("exposure that is borne without a call")
    ] = Decimal(0)
    minimum_transfer: Annotated[Decimal, values.cash_from_zero("least call that is made")] = (
        Decimal(0)
    )

    def answer(self) -> Answer:
        """`X = net exposure − threshold`; the call is X if X > 0 and X ≥ minimum transfer."""
        excess = Fraction(self.net_exposure) - Fraction(self.threshold)
        called = margin.margin_call(self.net_exposure, self.threshold, self.minimum_transfer)
        figures = f"{show_exact(self.net_exposure)} − {show_cash(self.threshold)}"
        return Answer(
            {"call": called},
            [
                f"X = net exposure − threshold = {figures} = {show_exact(excess)}",
                f"call = X where X > 0 and X ≥ {show_cash(self.minimum_transfer)}, else nothing:"
                f" {show_cash(called)}",
            ],
        )


@dataclass(frozen=True, kw_only=True)
class MarginSecurities:
    """Securities that meet a call: at market value, or after a haircut where one is given."""

    call: Annotated[Decimal, values.cash("the call")]
    price: Annotated[Decimal, values.price_of_par("dirty price")]
    haircut: Annotated[Decimal | None, values.haircut()] = None
    denomination: Annotated[int, values.nominal("least nominal that can be delivered")] = 1

    def answer(self) -> Answer:
        """`nominal = call / (price × (1 − h))`, up to the denomination."""
        haircut = self.haircut or Decimal(0)
        nominal = collateral_up(self.call, self.price, Method.HAIRCUT, haircut, self.denomination)
        exact = Fraction(self.call) / value_after_margin(self.price, Method.HAIRCUT, haircut)
        after = f"{show_price(self.price)} × (1 − {show_per_cent(haircut)})"
        figures = f"{show_cash(self.call)} / ({after})"
        return Answer(
            {"nominal": nominal},
            [
                f"nominal = call / (price × (1 − h)) = {figures} = {show_exact(exact)},"
                f" {show_up(nominal, self.denomination)}"
            ],
        )
