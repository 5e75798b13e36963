"""Writes the statement of a repo from its events, and from nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction

from settlement.analytics.collateral import market_value, purchase_price, value_after_margin
from settlement.coordinator.accrual import interest_formula
from settlement.coordinator.chronicle import Entry
from settlement.coordinator.facility import Facility
from settlement.coordinator.repo import RepoDesk
from settlement.coordinator.repo_record import RepoRecord, lines_from
from settlement.coordinator.statement import Flow, Remark, Statement
from settlement.model.repo import Agreement, Failing, Line, Method
from settlement.units import (
    cash_from_chain,
    date_from_chain,
    price_from_chain,
    rate_from_chain,
    show_cash,
    show_per_cent,
    show_quantity,
)

_FAILING = {
    Failing.SELLER: "the seller failed to close",
    Failing.BUYER: "the buyer failed to return the collateral: interest stops, the charge runs",
    Failing.IMPEDED: "closing is impeded, which is nobody's fail: the clocks stand still",
}


class StatementWriter:
    """Writes statements."""

    def __init__(self, facility: Facility, repos: RepoDesk) -> None:
        self._facility = facility
        self._repos = repos

    def of(self, reference: str) -> Statement:
        """The statement of a repo that opened. Raises {Refused} where it has not."""
        record = self._repos.record(reference)
        name = self._facility.directory.name
        return Statement(
            reference=reference,
            seller=name(record.terms.seller),
            buyer=name(record.terms.buyer),
            currency=name(record.terms.cash),
            collateral=", ".join(
                f"{show_quantity(line.quantity)} {name(line.security)}" for line in record.lines
            ),
            state=record.state.name.lower().replace("_", " "),
            entries=tuple(_Telling(self._facility, self._repos, record).entries()),
        )


class _Telling:
    """One record, told event by event; `price` follows the purchase price on the way."""

    def __init__(self, facility: Facility, repos: RepoDesk, record: RepoRecord) -> None:
        self._record = record
        self._repos = repos
        self._name = facility.directory.name
        self._agreement: Agreement = facility.records.agreement(record.terms.agreement)
        self._price = cash_from_chain(record.terms.purchase_price)
        self._rate = record.terms.rate
        self._lines = record.terms.lines
        self._rolled_on = self._roll("repo")
        self._rolled_from = self._roll("next")
        self._tellers: dict[str, Callable[[Entry], Iterator[Flow | Remark]]] = {
            "Opened": self._opened,
            "Closed": self._closed,
            "Amended": self._amended,
            "Substituted": self._substituted,
            "Reversed": self._reversed,
            "NoticeGiven": self._noticed,
            "FailRecorded": self._failed,
            "IncomeRecorded": self._income_recorded,
            "IncomePaid": self._income_paid,
            "IncomePriced": self._income_priced,
            "Valued": self._valued,
        }

    def entries(self) -> Iterator[Flow | Remark]:
        for entry in self._record.entries:
            teller = self._tellers.get(entry.event.name)
            if teller is not None:
                yield from teller(entry)

    def _opened(self, _: Entry) -> Iterator[Flow | Remark]:
        day = date_from_chain(self._record.terms.purchase_date)
        if self._rolled_from is not None:
            before = self._repos.reference_of(self._rolled_from.event.arguments["repo"])
            price = show_cash(self._price)
            yield Remark(
                day, f"rolled from {before}, purchase price {price}; the difference is there"
            )
            return
        yield self._flow(day, "purchase price", self._price, self._carried())

    def _closed(self, entry: Entry) -> Iterator[Flow | Remark]:
        a = entry.event.arguments
        interest = cash_from_chain(a["priceDifferential"])
        charge, paid = cash_from_chain(a["failsCharge"]), cash_from_chain(a["paid"])
        basis = self._agreement.basis
        formulas = [interest_formula(self._record.periods, basis, interest)]
        repurchase = self._price + interest
        formulas.append(_sum(self._price, interest, repurchase))
        if charge:
            days, rate = self._record.failed_days, rate_from_chain(self._agreement.fails_rate)
            factors = f"{show_per_cent(rate)} × {days}/{basis}"
            formulas.append(f"{show_cash(repurchase)} × {factors} = {show_cash(charge)}")
            formulas.append(_sum(repurchase, -charge, paid))
        what = "repurchase price"
        if self._rolled_on is not None:
            arguments = self._rolled_on.event.arguments
            what = f"roll into {self._repos.reference_of(arguments['next'])}"
            rest = cash_from_chain(arguments["paid"])
            formulas.append(_sum(paid, rest - paid, rest))
            paid = rest
        yield self._flow(date_from_chain(a["date"]), what, -paid, tuple(formulas))

    def _amended(self, entry: Entry) -> Iterator[Flow | Remark]:
        a = entry.event.arguments
        day, price = date_from_chain(a["date"]), cash_from_chain(a["purchasePrice"])
        if a["rate"] != self._rate:
            rates = (show_per_cent(rate_from_chain(rate)) for rate in (self._rate, a["rate"]))
            yield Remark(day, "re-rated: {} → {}".format(*rates))
        yield from self._collateral_changed(day, "adjusted", lines_from(a["lines"]))
        if price != self._price:
            more = price - self._price
            formula = f"{show_cash(price)} − {show_cash(self._price)} = {show_cash(more)}"
            yield self._flow(day, "repricing", more, (formula,))
        self._price, self._rate = price, a["rate"]

    def _substituted(self, entry: Entry) -> Iterator[Flow | Remark]:
        lines = lines_from(entry.event.arguments["lines"])
        yield from self._collateral_changed(self._day(entry), "substituted", lines)

    def _reversed(self, entry: Entry) -> Iterator[Flow | Remark]:
        lines = lines_from(entry.event.arguments["lines"])
        yield from self._collateral_changed(self._day(entry), "reversed", lines)

    def _noticed(self, entry: Entry) -> Iterator[Flow | Remark]:
        a = entry.event.arguments
        due = date_from_chain(a["repurchaseDate"])
        yield Remark(self._day(entry), f"{self._name(a['by'])} gave notice: due on {due}")

    def _failed(self, entry: Entry) -> Iterator[Flow | Remark]:
        a = entry.event.arguments
        yield Remark(date_from_chain(a["date"]), _FAILING[Failing(a["failing"])])

    def _income_recorded(self, entry: Entry) -> Iterator[Flow | Remark]:
        a = entry.event.arguments
        amount, pays = show_cash(cash_from_chain(a["amount"])), date_from_chain(a["paymentDate"])
        what = f"income of {self._name(a['security'])} on record: {amount}, due on {pays}"
        yield Remark(self._day(entry), what)

    def _income_paid(self, entry: Entry) -> Iterator[Flow | Remark]:
        a = entry.event.arguments
        what = f"income of {self._name(a['security'])}"
        recorded = (f"recorded for {date_from_chain(a['recordDate'])}",)
        yield self._flow(self._day(entry), what, cash_from_chain(a["amount"]), recorded)

    def _income_priced(self, entry: Entry) -> Iterator[Flow | Remark]:
        a = entry.event.arguments
        price = cash_from_chain(a["purchasePrice"])
        formula = _sum(self._price, price - self._price, price)
        yield Remark(date_from_chain(a["date"]), f"income lowers the purchase price: {formula}")
        self._price = price

    def _valued(self, entry: Entry) -> Iterator[Flow | Remark]:
        a = entry.event.arguments
        owed, worth = (show_cash(cash_from_chain(a[name])) for name in ("owed", "marketValue"))
        what = f"closed out: {owed} owed, collateral worth {worth}; the claim is the set's"
        yield Remark(self._day(entry), what)

    def _collateral_changed(
        self, day: date, what: str, lines: tuple[Line, ...]
    ) -> Iterator[Flow | Remark]:
        if lines == self._lines:
            return
        before, after = (
            ", ".join(
                f"{show_quantity(line.quantity)} {self._name(line.security)}" for line in each
            )
            for each in (self._lines, lines)
        )
        self._lines = lines
        yield Remark(day, f"{what}: {before} → {after}")

    def _flow(self, day: date, what: str, to_seller: Decimal, formulas: tuple[str, ...]) -> Flow:
        sides = (self._name(self._record.terms.buyer), self._name(self._record.terms.seller))
        payer, receiver = sides if to_seller >= 0 else reversed(sides)
        return Flow(day, what, payer, receiver, abs(to_seller), formulas)

    def _carried(self) -> tuple[str, ...]:
        """How collateral and price came to the cash, unless the sides agreed on less."""
        method = Method(self._agreement.method)
        products, values = [], list[Fraction]()
        for line, units in zip(self._record.terms.lines, self._record.prices, strict=True):
            price, margin = price_from_chain(units), rate_from_chain(line.margin)
            values.append(value_after_margin(market_value(line.quantity, price), method, margin))
            shown = show_per_cent(margin)
            after = f" × (1 − {shown})" if method is Method.HAIRCUT else f" / {shown}"
            products.append(f"{show_quantity(line.quantity)} × {price}{after}")
        if purchase_price(values) != self._price:
            return ("as agreed",)
        return (f"{' + '.join(products)} = {show_cash(self._price)}",)

    def _roll(self, role: str) -> Entry | None:
        rolls = (entry for entry in self._record.entries if entry.event.name == "Rolled")
        found = (each for each in rolls if each.event.arguments[role] == self._record.id)
        return next(found, None)

    def _day(self, entry: Entry) -> date:
        return date_from_chain(self._record.day_of(entry.time))


def _sum(first: Decimal, second: Decimal, result: Decimal) -> str:
    sign = "−" if second < 0 else "+"
    return f"{show_cash(first)} {sign} {show_cash(abs(second))} = {show_cash(result)}"
