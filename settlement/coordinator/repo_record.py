"""A repo as the log tells it: its terms, how it stands, and what it has earned.

Amounts are in the chain's units, except periods of interest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from settlement.chain.base import checksummed
from settlement.coordinator.accrual import Period
from settlement.coordinator.chronicle import Entry
from settlement.model.repo import (
    NO_DATE,
    Agreement,
    Duration,
    Failing,
    IncomeNotice,
    Line,
    Position,
    RepoState,
    RepoTerms,
)
from settlement.units import cash_from_chain, rate_from_chain


@dataclass(frozen=True, slots=True)
class RecordedIncome:
    """Income that the buyer acknowledged, and whether it was paid or went into the price."""

    notice: IncomeNotice
    settled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RepoRecord:
    """A repo as it stands.

    `lines` are the collateral now, `replaced` whether they took the place of those of the terms;
    `number` is how many changes there were. `accrues_from` is a day, of an intraday repo the second
    of its opening; `periods` are what was counted before it. `prices` are the board's when it
    opened, in the order of the terms' lines; `reversed` is what reversals took, by security.
    """

    id: bytes
    terms: RepoTerms
    netting_set: bytes
    state: RepoState
    lines: tuple[Line, ...]
    purchase_price: int
    rate: int
    repurchase_date: int
    accrues_from: int
    replaced: bool = False
    number: int = 0
    periods: tuple[Period, ...] = ()
    failing: Failing = Failing.NOBODY
    failing_since: int = 0
    failed_days: int = 0
    incomes: tuple[RecordedIncome, ...] = ()
    prices: tuple[int, ...] = ()
    reversed: Mapping[str, int] = field(default_factory=dict)
    entries: tuple[Entry, ...] = ()

    @property
    def position(self) -> Position:
        """As the contract wants to be told of it."""
        return Position(self.terms, self.lines if self.replaced else ())

    @property
    def holder(self) -> str:
        """The wallet that has the collateral: the buyer's, or custody."""
        return self.terms.custody if int(self.terms.custody, 16) else self.terms.buyer

    @property
    def is_open(self) -> bool:
        """Whether it is open."""
        return self.state is RepoState.OPEN

    @property
    def due_date(self) -> int:
        """The day from whose cut-off on it is late; an intraday repo has until the next day."""
        intraday = self.terms.duration == Duration.INTRADAY.value
        return self.repurchase_date + 1 if intraday else self.repurchase_date

    @property
    def income_due(self) -> int:
        """Income that the buyer owes, in millionths."""
        return sum(income.notice.amount for income in self.incomes if not income.settled)

    def day_of(self, time: int) -> int:
        """The day of a second on the terms' own clock."""
        return (time + self.terms.utc_offset) // 86_400

    def cut_off(self, day: int) -> int:
        """The second of a day from which on anyone may act."""
        return day * 86_400 + self.terms.cut_off - self.terms.utc_offset

    def lines_at(self, time: int) -> tuple[Line, ...]:
        """The collateral at a second."""
        lines = self.terms.lines
        for entry in self.entries:
            if entry.event.name in {"Amended", "Substituted", "Reversed"} and entry.time <= time:
                lines = lines_from(entry.event.arguments["lines"])
        return lines

    def accrued_to(
        self, day: int, time: int, agreement: Agreement
    ) -> tuple[tuple[Period, ...], int]:
        """All periods up to a day (intraday: a second), and the days of the fails charge so far.

        From the repurchase date on nothing is earned while a fail on record is not the seller's;
        else the late rate, or the repo rate where there is none.
        """
        terms, start, due = self.terms, self.accrues_from, self.due_date
        if terms.duration == Duration.INTRADAY.value:
            if day == terms.purchase_date:
                minutes = max(1, -((start - time) // 60))
                return (self._period(self.rate, 0, minutes),), 0
            start = terms.purchase_date if start > day else start
        in_term, late = max(0, min(day, due) - start), max(0, day - max(start, due))
        failed = self.failed_days + (late if self.failing is Failing.BUYER else 0)
        if self.failing in {Failing.BUYER, Failing.IMPEDED}:
            late = 0
        found = ((self.rate, in_term), (agreement.late_rate or self.rate, late))
        new = (self._period(rate, days) for rate, days in found if days)
        return (*self.periods, *new), failed

    def _period(self, rate: int, days: int, minutes: int = 0) -> Period:
        return Period(cash_from_chain(self.purchase_price), rate_from_chain(rate), days, minutes)


def begun(repo: bytes, terms: RepoTerms, netting_set: bytes, time: int) -> RepoRecord:
    """A repo at the second of its opening."""
    intraday = terms.duration == Duration.INTRADAY.value
    open_ended = terms.duration == Duration.OPEN_ENDED.value
    return RepoRecord(
        id=repo,
        terms=terms,
        netting_set=netting_set,
        state=RepoState.OPEN,
        lines=terms.lines,
        purchase_price=terms.purchase_price,
        rate=terms.rate,
        repurchase_date=NO_DATE if open_ended else terms.repurchase_date,
        accrues_from=time if intraday else terms.purchase_date,
    )


def with_settled(record: RepoRecord, security: str, record_date: int) -> RepoRecord:
    """The same with one income paid, or taken into the price."""
    action = (security, record_date)
    incomes = (
        replace(income, settled=True)
        if (income.notice.security, income.notice.record_date) == action
        else income
        for income in record.incomes
    )
    return replace(record, incomes=tuple(incomes))


def terms_from(words: Sequence[Any]) -> RepoTerms:
    """The terms as an event carries them."""
    named = {field.name: _named(word) for field, word in zip(fields(RepoTerms), words, strict=True)}
    return RepoTerms(**named | {"lines": lines_from(words[-1])})


def agreement_from(words: Sequence[Any]) -> Agreement:
    """An agreement as an event carries it."""
    return Agreement(
        **{field.name: word for field, word in zip(fields(Agreement), words, strict=True)}
    )


def lines_from(words: Iterable[Sequence[Any]]) -> tuple[Line, ...]:
    """Lines as an event carries them."""
    return tuple(Line(checksummed(security), *figures) for security, *figures in words)


def _named(value: Any) -> Any:
    """An address as people write it; anything else as it is."""
    return checksummed(value) if isinstance(value, str) else value
