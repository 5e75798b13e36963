"""The margin report of a netting set, from the log and the board, by the reference arithmetic.

Nothing of it is asked of the repo facility: that its totals equal the chain's is a test.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

from settlement.analytics.collateral import market_value, value_after_margin
from settlement.analytics.interest import simple_interest
from settlement.analytics.margin import margin_call
from settlement.coordinator.accrual import interest_of
from settlement.coordinator.board import Board
from settlement.coordinator.facility import Facility
from settlement.coordinator.margin_report import MarginHeld, MarginReport, RepoExposure
from settlement.coordinator.netting_sets import (
    THE_ONE,
    Netting,
    NettingSets,
    Which,
    margin_interest,
)
from settlement.coordinator.repo import RepoDesk
from settlement.coordinator.repo_record import RepoRecord
from settlement.model.repo import Method
from settlement.units import (
    cash_from_chain,
    cents_half_up,
    rate_from_chain,
)


class MarginReportWriter:
    """Writes margin reports."""

    def __init__(
        self, facility: Facility, board: Board, repos: RepoDesk, sets: NettingSets
    ) -> None:
        self._facility = facility
        self._board = board
        self._repos = repos
        self._sets = sets

    def report(self, by: str, against: str, which: Which = THE_ONE) -> MarginReport:
        """The set of two participants today, seen by `by`. Raises {Refused} without a price."""
        netting = self._sets.of(by, against, which)
        now = self._facility.now()
        repos = tuple(self._repo(netting, record, now) for record in netting.repos)
        margin = tuple(self._margin(netting, now))
        exposure = sum((repo.exposure for repo in repos), Fraction(0))
        net = exposure - sum((held.value for held in margin), Fraction(0))
        threshold = cash_from_chain(netting.agreement.threshold)
        minimum = cash_from_chain(netting.agreement.minimum_transfer)
        call = netting.record.call
        return MarginReport(
            by=by,
            against=against,
            currency=netting.cash.symbol,
            at=datetime.fromtimestamp(now, UTC).astimezone(self._facility.directory.zone),
            today=netting.date(now),
            method=netting.method,
            repos=repos,
            margin=margin,
            threshold=threshold,
            minimum_transfer=minimum,
            exact_exposure=net,
            net_exposure=cents_half_up(net),
            call=margin_call(net, threshold, minimum),
            standing_call=cash_from_chain(call.amount) if call else None,
        )

    def _repo(self, netting: Netting, record: RepoRecord, now: int) -> RepoExposure:
        basis = netting.agreement.basis
        periods, failed_days = record.accrued_to(record.day_of(now), now, netting.agreement)
        price = cash_from_chain(record.purchase_price)
        repurchase = max(Fraction(0), Fraction(price) + interest_of(periods, basis))
        rate = rate_from_chain(netting.agreement.fails_rate)
        charge = cents_half_up(simple_interest(cents_half_up(repurchase), rate, failed_days, basis))
        due_to_seller = Fraction(cash_from_chain(record.income_due)) + Fraction(charge)
        value, after_margin = self._values(netting, record)
        if netting.method is Method.RATIO:
            short = repurchase * value / after_margin - value
        else:
            short = repurchase - after_margin
        bought = self._facility.records.participant(record.terms.buyer) == (
            netting.record.first if netting.by_first else netting.record.second
        )
        exposure = short - due_to_seller
        return RepoExposure(
            reference=self._repos.reference_of(record.id),
            bought=bought,
            repurchase_price=repurchase,
            market_value=value,
            margin_value=after_margin,
            due_to_seller=due_to_seller,
            exposure=exposure if bought else -exposure,
        )

    def _values(self, netting: Netting, record: RepoRecord) -> tuple[Fraction, Fraction]:
        values = [
            (
                market_value(line.quantity, self._price(netting, line.security)),
                rate_from_chain(line.margin),
            )
            for line in record.lines
        ]
        after = (value_after_margin(value, netting.method, margin) for value, margin in values)
        return sum((value for value, _ in values), Fraction(0)), sum(after, Fraction(0))

    def _margin(self, netting: Netting, now: int) -> list[MarginHeld]:
        record, found = netting.record, cash_held(netting, netting.day(now))
        for address in record.sorted_securities:
            held = record.securities[address]
            quantity = netting.sign_of(held.quantity)
            value = market_value(quantity, self._price(netting, address))
            if netting.method is Method.HAIRCUT:
                margin = rate_from_chain(held.margin)
                value = value_after_margin(value, netting.method, margin)
            found.append(
                MarginHeld(
                    asset=self._facility.directory.name(address),
                    quantity=quantity,
                    interest=Fraction(0),
                    value=value,
                )
            )
        return found

    def _price(self, netting: Netting, security: str) -> Decimal:
        symbol = self._facility.directory.name(security)
        return self._board.price(symbol, netting.agreement.maximum_price_age)


def cash_held(netting: Netting, day: int) -> list[MarginHeld]:
    """The cash margin with its interest up to a day; nothing where there is neither."""
    cash, interest = netting.sign_of(netting.record.cash), margin_interest(netting, day)
    if not cash and not interest:
        return []
    value = Fraction(cash_from_chain(cash)) + interest
    return [MarginHeld(asset=netting.cash.symbol, quantity=None, interest=interest, value=value)]
