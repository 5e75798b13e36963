"""Repos and netting sets as they should stand, and plans of what becomes of them.

Interest is counted as a sum of purchase price × rate × days, in Fractions, and rounded where the
protocol says so. `words()` are what the chain should have written down.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from settlement.analytics.default import Accelerated
from settlement.model.repo import (
    Agreement,
    Duration,
    Failing,
    IncomeNotice,
    Line,
    Position,
    RepoState,
    RepoTerms,
    SetState,
)
from settlement.onchain import repo_signing
from tests.stateful.repo_world import (
    ZERO,
    Leg,
    cents_half_up,
    day_on,
    money,
    rate_of,
)

MOST_LINES = 8
MINUTES = 1_440


@dataclass
class Plan:
    """What would refuse an act, what it moves, and what it changes."""

    errors: set[str] = field(default_factory=set)
    legs: list[Leg] = field(default_factory=list)
    effect: Callable[[], None] = lambda: None


@dataclass
class Repo:
    """A repo that opened. `earned` is Σ price × rate × days; `own_lines` whether they are no
    longer those of the terms."""

    id: bytes
    terms: RepoTerms
    agreement: Agreement
    netting_set: bytes
    opened_at: int
    due: int
    price: int
    rate: int
    lines: tuple[Line, ...]
    since: int
    state: RepoState = RepoState.OPEN
    changed: bool = False
    own_lines: bool = False
    counting_minutes: bool = False
    earned: Fraction = Fraction(0)
    number: int = 0
    failed_days: int = 0
    failing: Failing = Failing.NOBODY
    failing_since: int = 0
    fails_rate: int = 0
    income_due: int = 0
    incomes: dict[tuple[str, int], IncomeNotice | None] = field(default_factory=dict)
    awards: dict[str, int] = field(default_factory=dict)
    held: dict[str, int] = field(default_factory=dict)
    taken_back: dict[str, int] = field(default_factory=dict)
    """What root moves that name it took back for the seller and nobody has recorded yet."""

    @property
    def open(self) -> bool:
        return self.state is RepoState.OPEN

    @property
    def intraday(self) -> bool:
        return self.terms.duration == Duration.INTRADAY.value

    @property
    def in_custody(self) -> bool:
        return self.terms.custody != ZERO

    @property
    def holder(self) -> str:
        return self.terms.custody if self.in_custody else self.terms.buyer

    @property
    def position(self) -> Position:
        return Position(self.terms, self.lines if self.own_lines else ())

    @property
    def late_from(self) -> int:
        """The day from which it is late; an intraday repo has until the next."""
        return self.terms.purchase_date + 1 if self.intraday else self.due

    def today(self, now: int) -> int:
        return day_on(now, self.terms.utc_offset)

    def cut_off(self, day: int) -> int:
        return day * 86_400 + self.terms.cut_off - self.terms.utc_offset

    def count(self, day: int, now: int) -> tuple[Fraction, int]:
        """What it has earned up to a day, and the days that its buyer has failed."""
        price = money(self.price)
        if self.intraday and day == self.terms.purchase_date:
            minutes = max(1, -((self.opened_at - now) // 60))
            return price * rate_of(self.rate) * minutes / MINUTES, 0
        on_time = max(0, min(day, self.late_from) - self.since)
        late = max(0, day - max(self.since, self.late_from))
        failed = self.failed_days + (late if self.failing is Failing.BUYER else 0)
        if self.failing in (Failing.BUYER, Failing.IMPEDED):
            late = 0
        rates = rate_of(self.rate) * on_time
        rates += rate_of(self.agreement.late_rate or self.rate) * late
        return self.earned + price * rates, failed

    def settle_up(self, day: int, now: int) -> None:
        """Counts up to a day and starts from there."""
        self.earned, self.failed_days = self.count(day, now)
        self.since, self.counting_minutes = day, False

    def due_on(self, day: int, now: int) -> tuple[int, int, int]:
        """Interest, fails charge and what is paid at the close."""
        earned, failed = self.count(day, now)
        interest = max(cents_half_up(earned / self.agreement.basis), -self.price)
        total = self.price + interest
        charge = money(total) * rate_of(self.fails_rate) * failed / self.agreement.basis
        charge = min(cents_half_up(charge), total)
        return interest, charge, total - charge

    def owed(self, now: int) -> tuple[Fraction, Fraction]:
        """Unrounded: what the seller owes the buyer, and what the buyer owes the seller."""
        day = self.today(now)
        earned, failed = self.count(day, now)
        repurchase = max(Fraction(0), money(self.price) + earned / self.agreement.basis)
        charge = self.due_on(day, now)[1] if failed else 0
        return repurchase, money(self.income_due + charge)

    def words(self) -> tuple[Any, ...]:
        since = self.opened_at if self.counting_minutes else self.since
        place = (since, self.due, self.price, self.number)
        return (self.state.value, self.changed, *place, self.rate)

    def change_words(self) -> tuple[Any, ...]:
        accrued = self.earned * 10**15 * MINUTES
        assert accrued.denominator == 1
        return (
            repo_signing.lines_hash(self.lines) if self.own_lines else bytes(32),
            int(accrued),
            self.failed_days,
            self.failing.value,
            self.failing_since,
            self.fails_rate,
            self.income_due,
        )


@dataclass
class NettingSet:
    """Two participants under an agreement. Signed figures are the first one's."""

    id: bytes
    agreement: Agreement
    cash: str
    first: bytes
    second: bytes
    state: SetState = SetState.UNUSED
    call: tuple[int, str] | None = None
    deadline: int = 0
    held_cash: int = 0
    cash_days: int = 0
    cash_since: int = 0
    numbers: dict[bytes, int] = field(default_factory=dict)
    securities: dict[str, tuple[int, int]] = field(default_factory=dict)
    declared_at: int = 0
    second_defaulted: bool = False
    valued: int = 0
    net: Fraction = Fraction(0)
    prices: dict[str, int] = field(default_factory=dict)
    claim: int = 0
    accelerated: list[tuple[bytes, Accelerated, Fraction]] = field(default_factory=list)

    def number(self, participant: bytes) -> int:
        """The number of the next act that the participant signs."""
        return self.numbers.get(participant, 0) + 1

    def sign(self, participant: bytes) -> int:
        return 1 if participant == self.first else -1

    def count(self, now: int) -> None:
        """Counts the days of the cash margin up to today."""
        today = day_on(now, self.agreement.utc_offset)
        self.cash_days = self.days_to(now)
        self.cash_since = max(today, self.cash_since)

    def days_to(self, now: int) -> int:
        today = day_on(now, self.agreement.utc_offset)
        return self.cash_days + self.held_cash * max(0, today - self.cash_since)

    def interest(self, now: int) -> Fraction:
        """On the cash margin that the first participant holds, unrounded."""
        return money(self.days_to(now)) * rate_of(self.agreement.margin_rate) / self.agreement.basis

    def book(self, security: str, quantity: int, margin: int) -> None:
        held = self.securities.pop(security, (0, 0))[0] + quantity
        if held:
            self.securities[security] = (held, margin)

    def words(self, open_repos: int) -> tuple[Any, ...]:
        a = self.agreement
        if self.state is SetState.UNUSED:
            return (0,) * 11
        in_default = self.state is SetState.IN_DEFAULT
        return (
            open_repos,
            len(self.securities),
            self.state.value,
            *(a.method, a.basis, a.maximum_price_age, a.grace, a.late_rate),
            self.second_defaulted,
            self.call is not None,
            self.declared_at if in_default else self.deadline,
        )

    def margin_words(self) -> tuple[Any, ...]:
        counts = (self.numbers.get(side, 0) for side in (self.first, self.second))
        return (self.held_cash, self.cash_days, self.cash_since, *counts)

    def close_out_words(self) -> tuple[Any, ...]:
        if self.state is not SetState.IN_DEFAULT:
            return (0, False, 0)
        net = self.net * 10**17 * self.agreement.basis * MINUTES
        assert net.denominator == 1
        return (self.declared_at, self.second_defaulted, int(net))
