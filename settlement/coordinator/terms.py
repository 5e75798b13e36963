"""A deal becomes the terms that both sides sign: words, dates and amounts in the chain's units."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from settlement.analytics.collateral import market_value, purchase_price, value_after_margin
from settlement.chain.base import NOBODY
from settlement.coordinator.board import Board
from settlement.coordinator.deals import Deal
from settlement.coordinator.facility import Facility
from settlement.errors import UnknownName
from settlement.model.repo import Agreement, Line, RepoTerms
from settlement.onchain import repo_signing
from settlement.units import cash_to_chain, date_to_chain, rate_to_chain


class TermsWriter:
    """Writes terms, and puts agreements on record that terms will name."""

    def __init__(self, facility: Facility, board: Board) -> None:
        self._facility = facility
        self._directory = facility.directory
        self._board = board
        custody = facility.deployment.custody.address
        self._custody = {"bilateral": NOBODY, "tri-party": custody}

    def write(self, deal: Deal, nonce: int) -> RepoTerms:
        """The terms of a deal; its agreement goes on record with the first of them."""
        if deal.venue not in self._custody:
            raise UnknownName("repo venue", deal.venue, self._custody)
        repurchase_date = deal.repurchase_date
        return RepoTerms(
            seller=self._directory.party(deal.seller).address,
            buyer=self._directory.party(deal.buyer).address,
            cash=self._directory.cash(deal.currency).address,
            agreement=self._recorded(self._agreement(deal)),
            purchase_price=cash_to_chain(self.purchase_price(deal)),
            rate=rate_to_chain(deal.repo_rate),
            duration=deal.duration.value,
            purchase_date=date_to_chain(deal.purchase_date),
            repurchase_date=0 if repurchase_date is None else date_to_chain(repurchase_date),
            # The clock of the day on which the cut-off counts, whatever summer time does between.
            utc_offset=_utc_offset(self._directory.zone, repurchase_date or deal.purchase_date),
            cut_off=deal.cut_off.hour * 3_600 + deal.cut_off.minute * 60,
            notice_period=deal.notice,
            policy_version=self._board.policy_version(),
            income=deal.income.value,
            may_reuse=deal.venue == "bilateral",
            may_substitute=deal.may_substitute,
            may_terminate=deal.may_terminate,
            custody=self._custody[deal.venue],
            binding_from=self._facility.now(),
            nonce=nonce,
            lines=self.lines(deal.collateral, deal.margins),
        )

    def lines(
        self, collateral: Mapping[str, int], margins: Mapping[str, Decimal]
    ) -> tuple[Line, ...]:
        """Collateral by symbol, as the contract has it."""
        return in_order(
            Line(self._directory.security(symbol).address, quantity, rate_to_chain(margins[symbol]))
            for symbol, quantity in collateral.items()
        )

    def purchase_price(self, deal: Deal) -> Decimal:
        """What the sides agreed on, or all that the collateral carries at the board's prices."""
        if deal.purchase_price is not None:
            return deal.purchase_price
        return purchase_price(self.values(deal))

    def values(self, deal: Deal) -> list[Fraction]:
        """What each security of a deal is worth after margin, unrounded. Raises {Refused}."""
        method = deal.agreement.method
        age = deal.agreement.maximum_price_age // timedelta(seconds=1)
        return [
            value_after_margin(
                market_value(quantity, self._board.price(symbol, age)), method, deal.margins[symbol]
            )
            for symbol, quantity in deal.collateral.items()
        ]

    def _agreement(self, deal: Deal) -> Agreement:
        """Its clock is that of the first of January, the same all year."""
        new_year = deal.purchase_date.replace(month=1, day=1)
        return deal.agreement.in_chain_units(_utc_offset(self._directory.zone, new_year))

    def _recorded(self, agreement: Agreement) -> bytes:
        """The id of an agreement that is on record; the first repo under it puts it there."""
        found = repo_signing.agreement_id(agreement)
        if not self._facility.records.knows(found):
            self._facility.send("recordAgreement", agreement.words())
        return found


def in_order(lines: Iterable[Line]) -> tuple[Line, ...]:
    """Lines as the contract wants them: increasing by the security's address."""
    return tuple(sorted(lines, key=lambda line: int(line.security, 16)))


def _utc_offset(zone: ZoneInfo, day: date) -> int:
    """Seconds that a zone's clock is ahead of UTC at noon of a day."""
    offset = datetime.combine(day, time(12), zone).utcoffset()
    return int(offset.total_seconds()) if offset else 0
