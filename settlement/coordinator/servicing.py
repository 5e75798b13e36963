"""What has to be written down while a repo runs: fails, reversals, and income on the collateral."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from settlement.analytics.income import coupon_payment
from settlement.coordinator.facility import Facility, event_of
from settlement.coordinator.repo import RepoDesk
from settlement.coordinator.repo_record import RepoRecord
from settlement.errors import BadInput
from settlement.model.repo import Failing, IncomeNotice
from settlement.onchain import repo_signing
from settlement.onchain.contract import token
from settlement.units import (
    cash_from_chain,
    cash_to_chain,
    cents_half_up,
    date_from_chain,
    date_to_chain,
    show_cash,
)


@dataclass(frozen=True, slots=True)
class Fail:
    """Why a repo that is due has not closed; `who` is empty where it is nobody's doing."""

    reference: str
    failing: Failing
    who: str
    date: date


@dataclass(frozen=True, slots=True)
class Income:
    """Income on the collateral.

    `paid` is whether the buyer passed it on, now or before; in a buy/sell-back it went into the
    price instead, which is then `purchase_price`.
    """

    reference: str
    security: str
    record_date: date
    payment_date: date
    amount: Decimal
    paid: bool
    purchase_price: Decimal


class ServicingDesk:
    """The desk for fails and income."""

    def __init__(self, facility: Facility, repos: RepoDesk) -> None:
        self._facility = facility
        self._directory = facility.directory
        self._repos = repos

    def record_fail(self, reference: str) -> Fail:
        """Records who failed to close, by what the chain sees now. Raises {Refused}."""
        return self.record_fail_of(self._repos.record(reference))

    def record_fail_of(self, record: RepoRecord) -> Fail:
        """The same of any repo in the log."""
        agreement = self._facility.records.agreement(record.terms.agreement)
        words = (agreement.words(), record.position.words())
        recorded = event_of(self._facility.send("recordFail", *words), "FailRecorded").arguments
        failing = Failing(recorded["failing"])
        sides = {Failing.SELLER: record.terms.seller, Failing.BUYER: record.terms.buyer}
        who = self._directory.name(sides[failing]) if failing in sides else ""
        reference = self._repos.reference_of(record.id)
        return Fail(reference, failing, who, date_from_chain(recorded["date"]))

    def record_reversal(self, reference: str) -> dict[str, int]:
        """Records what root moves gave back of this repo's own leg; what is left, by symbol.

        Raises {Refused} where nothing was reversed that is not on record.
        """
        record = self._repos.record(reference)
        taken = {line.security: self._reversed(record, line.security) for line in record.lines}
        left = [
            replace(line, quantity=max(0, line.quantity - taken[line.security]))
            for line in record.lines
        ]
        words = [line.words() for line in left]
        self._facility.send("recordReversal", record.position.words(), words)
        return {self._directory.name(line.security): line.quantity for line in left}

    def _reversed(self, record: RepoRecord, security: str) -> int:
        """What root moves took back for this repo, less what the repo knows already."""
        chain = self._facility.journal.chain
        asset = self._directory.by_address()[security]
        in_all = token(asset).read(
            chain, "reversedOf", record.id, record.holder, record.terms.seller
        )
        return int(in_all) - int(record.reversed.get(security, 0))

    def pass_income(
        self,
        reference: str,
        symbol: str,
        record_date: date,
        payment_date: date,
        *,
        amount: Decimal | None = None,
        coupon: Decimal | None = None,
    ) -> Income:
        """The buyer acknowledges income, and from the payment date on it is paid.

        Give the amount, or the coupon of a year of a bond that pays it in halves, on what the repo
        held on the record date. Called again later, it pays what was only recorded, and the amount
        may be left out. Raises {Refused}, and {BadInput} where it is on record otherwise.
        """
        record = self._repos.record(reference)
        security = self._directory.security(symbol).address
        known = self._known(record, security, date_to_chain(record_date))
        if known is None:
            given = self._amount(record, symbol, record_date, amount, coupon)
            dates = (date_to_chain(record_date), date_to_chain(payment_date))
            known = IncomeNotice(security, *dates, cash_to_chain(given))
            self._record_income(record, known)
        else:
            self._require_same(record, known, symbol, payment_date, amount, coupon)
        settled = self._settled(record.id, known)
        if record.day_of(self._facility.now()) >= known.payment_date and not settled:
            self.pay(record, known)
        return self._told(record.id, known)

    def pay(self, record: RepoRecord, notice: IncomeNotice) -> None:
        """Pays recorded income, on nobody's word, from its payment date on. Raises {Refused}."""
        self._facility.send("payIncome", record.terms.words(), notice.words())

    def pay_what_is_due(self, record: RepoRecord) -> list[Income]:
        """Pays all recorded income of a repo whose payment date has come. Raises {Refused}."""
        today, paid = record.day_of(self._facility.now()), []
        for income in record.incomes:
            if not income.settled and income.notice.payment_date <= today:
                self.pay(record, income.notice)
                paid.append(self._told(record.id, income.notice))
        return paid

    def _require_same(
        self,
        record: RepoRecord,
        known: IncomeNotice,
        symbol: str,
        payment_date: date,
        amount: Decimal | None,
        coupon: Decimal | None,
    ) -> None:
        record_date = date_from_chain(known.record_date)
        on_record = cash_from_chain(known.amount)
        given = on_record
        if amount is not None or coupon is not None:
            given = self._amount(record, symbol, record_date, amount, coupon)
        if (given, date_to_chain(payment_date)) != (on_record, known.payment_date):
            raise BadInput(
                f"income of {symbol} for {record_date} is on record as {show_cash(on_record)} "
                f"paid on {date_from_chain(known.payment_date)}, not {show_cash(given)} "
                f"on {payment_date}"
            )

    def _record_income(self, record: RepoRecord, notice: IncomeNotice) -> None:
        buyer = self._facility.party_at(record.terms.buyer)
        self._directory.require_listed(buyer.name, notice.security)
        consent = repo_signing.income_hash(record.id, notice)
        signature = self._facility.sign(buyer, consent)
        words = (record.terms.words(), notice.words())
        self._facility.send("recordIncome", *words, signature)

    def _amount(
        self,
        record: RepoRecord,
        symbol: str,
        record_date: date,
        amount: Decimal | None,
        coupon: Decimal | None,
    ) -> Decimal:
        if (amount is None) == (coupon is None):
            raise BadInput("income has either an amount or a coupon")
        if amount is not None:
            return amount
        assert coupon is not None
        security = self._directory.security(symbol).address
        end = record.cut_off(date_to_chain(record_date)) - record.terms.cut_off + 86_399
        lines = record.lines_at(end)
        held = sum(line.quantity for line in lines if line.security == security)
        return cents_half_up(coupon_payment(held, coupon))

    def _known(self, record: RepoRecord, security: str, record_date: int) -> IncomeNotice | None:
        notices = (income.notice for income in record.incomes)
        action = (security, record_date)
        return next((n for n in notices if (n.security, n.record_date) == action), None)

    def _settled(self, repo: bytes, notice: IncomeNotice) -> bool:
        incomes = self._facility.record(repo).incomes
        return any(income.notice == notice and income.settled for income in incomes)

    def _told(self, repo: bytes, notice: IncomeNotice) -> Income:
        return Income(
            reference=self._repos.reference_of(repo),
            security=self._directory.name(notice.security),
            record_date=date_from_chain(notice.record_date),
            payment_date=date_from_chain(notice.payment_date),
            amount=cash_from_chain(notice.amount),
            paid=self._settled(repo, notice),
            purchase_price=cash_from_chain(self._facility.record(repo).purchase_price),
        )
