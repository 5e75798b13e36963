"""Baskets of collateral: what is in them, what they are worth today, and what a need asks for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from settlement.analytics.collateral import collateral_up, market_value, value_after_margin
from settlement.coordinator.board import Board
from settlement.coordinator.facility import Facility
from settlement.coordinator.repo_record import RepoRecord
from settlement.coordinator.terms import in_order
from settlement.model.repo import Agreement, Line, Method
from settlement.units import Exact, rate_from_chain, rate_to_chain


class Baskets:
    """Lines by symbol, valued at the board's prices by the method of a repo's agreement."""

    def __init__(self, facility: Facility, board: Board) -> None:
        self._facility = facility
        self._directory = facility.directory
        self._board = board

    def by_symbol(self, lines: Iterable[Line]) -> dict[str, int]:
        """Quantities by symbol."""
        return {self._directory.name(line.security): line.quantity for line in lines}

    def margins(self, lines: Iterable[Line]) -> dict[str, Decimal]:
        """Haircuts or ratios by symbol."""
        return {self._directory.name(line.security): rate_from_chain(line.margin) for line in lines}

    def moved(self, before: Iterable[Line], after: Iterable[Line]) -> dict[str, int]:
        """What the seller delivered by symbol, below zero what came back to it."""
        had, has = self.by_symbol(before), self.by_symbol(after)
        changes = {symbol: has.get(symbol, 0) - had.get(symbol, 0) for symbol in {**had, **has}}
        return {symbol: change for symbol, change in changes.items() if change}

    def line(self, record: RepoRecord, symbol: str, quantity: int) -> Line:
        """So much of a security, at the margin that the repo has for it already.

        A new one has the least that the policy of its terms asks for; but where the seller
        substitutes alone it lowers no margin, so there it has the largest of the basket. Raises
        {Refused}: not eligible.
        """
        security = self._directory.security(symbol)
        for line in record.lines:
            if line.security == security.address:
                return replace(line, quantity=quantity)
        least = self._board.rule(security, record.terms.policy_version).margin
        largest = max(line.margin for line in record.lines) if record.terms.may_substitute else 0
        return Line(security.address, quantity, max(rate_to_chain(least), largest))

    def lines(self, record: RepoRecord, collateral: Mapping[str, int]) -> tuple[Line, ...]:
        """Quantities by symbol as lines; what has no quantity is left out."""
        return in_order(
            self.line(record, symbol, quantity)
            for symbol, quantity in collateral.items()
            if quantity
        )

    def value(self, record: RepoRecord, lines: Iterable[Line]) -> Fraction:
        """What lines are worth after margin, unrounded. Raises {Refused} without a price."""
        values = (
            value_after_margin(
                market_value(line.quantity, self.price(record, line.security)),
                self.method(record),
                rate_from_chain(line.margin),
            )
            for line in lines
        )
        return sum(values, Fraction(0))

    def needed(self, record: RepoRecord, value: Exact, symbol: str) -> int:
        """The least quantity of a security worth so much after margin, up to the denomination."""
        line = self.line(record, symbol, 0)
        return collateral_up(
            value,
            self.price(record, line.security),
            self.method(record),
            rate_from_chain(line.margin),
            self._directory.security(symbol).denomination,
        )

    def price(self, record: RepoRecord, security: str) -> Decimal:
        """The price that the repo's agreement takes."""
        symbol = self._directory.name(security)
        return self._board.price(symbol, self._agreement(record).maximum_price_age)

    def method(self, record: RepoRecord) -> Method:
        """How the repo's collateral is valued."""
        return Method(self._agreement(record).method)

    def _agreement(self, record: RepoRecord) -> Agreement:
        return self._facility.records.agreement(record.terms.agreement)
