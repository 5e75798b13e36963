"""Netting sets by name: what two participants have between them, as the log tells it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from settlement.coordinator.accrual import Period, interest_of
from settlement.coordinator.deals import MasterAgreement
from settlement.coordinator.directory import Party
from settlement.coordinator.facility import Facility
from settlement.coordinator.repo_record import RepoRecord
from settlement.coordinator.set_records import SetRecord
from settlement.errors import BadInput
from settlement.model.asset import Cash
from settlement.model.repo import Agreement, Method, Pair
from settlement.units import cash_from_chain, date_from_chain, rate_from_chain


@dataclass(frozen=True, slots=True)
class Which:
    """Tells apart the netting sets of two participants, where they have several."""

    agreement: MasterAgreement | None = None
    currency: str | None = None


THE_ONE = Which()
"""Enough where they have just one."""


@dataclass(frozen=True, slots=True)
class Netting:
    """A netting set, seen by who acts in it."""

    by: Party
    against: Party
    agreement: Agreement
    cash: Cash
    record: SetRecord
    repos: tuple[RepoRecord, ...]
    by_first: bool

    @property
    def id(self) -> bytes:
        """The id of the set."""
        return self.record.id

    @property
    def pair(self) -> tuple[object, ...]:
        """As the contract takes it."""
        return Pair(
            self.agreement, self.cash.address, self.by.address, self.against.address
        ).words()

    @property
    def positions(self) -> list[tuple[object, ...]]:
        """Every open repo of the set by increasing id, as the contract takes it."""
        return [repo.position.words() for repo in self.repos]

    @property
    def method(self) -> Method:
        """How collateral is valued."""
        return Method(self.agreement.method)

    @property
    def next_number(self) -> int:
        """The place of the next act that `by` signs."""
        return 1 + self.record.numbers[not self.by_first]

    def sign_of(self, of_first: int) -> int:
        """What is the first participant's, as that of who acts."""
        return of_first if self.by_first else -of_first

    def day(self, time: int) -> int:
        """The day of a second on the clock of the agreement."""
        return (time + self.agreement.utc_offset) // 86_400

    def date(self, time: int) -> date:
        """The date of a second on the clock of the agreement."""
        return date_from_chain(self.day(time))


class NettingSets:
    """Finds the set of two participants, and everything that is in it."""

    def __init__(self, facility: Facility) -> None:
        self._facility = facility

    def of(self, by: str, against: str, which: Which = THE_ONE) -> Netting:
        """The set in which `by` acts against `against`. Raises {BadInput} unless just one is."""
        directory, records = self._facility.directory, self._facility.records
        sides = (directory.party(by), directory.party(against))
        first, second = (records.participant(side.address) for side in sides)
        found = [
            record
            for record in self._facility.sets.between(first, second)
            if self._is(record, which)
        ]
        if not found:
            raise BadInput(f"{by} and {against} have had no such repo with each other")
        if len(found) > 1:
            raise BadInput(
                f"{by} and {against} have {len(found)} netting sets: name agreement and currency"
            )
        (record,) = found
        cash = directory.asset_at(record.currency)
        assert isinstance(cash, Cash)  # clients sign for listed cash only
        return Netting(
            *sides,
            records.agreement(record.agreement),
            cash,
            record,
            tuple(records.open_in(record.id)),
            by_first=first == record.first,
        )

    def _is(self, record: SetRecord, which: Which) -> bool:
        directory, records = self._facility.directory, self._facility.records
        if which.currency and record.currency != directory.cash(which.currency).address:
            return False
        recorded = records.agreement(record.agreement)
        wanted = which.agreement
        return wanted is None or wanted.in_chain_units(recorded.utc_offset) == recorded


def margin_periods(netting: Netting, day: int) -> list[Period]:
    """The stretches over which cash margin earned what is not paid yet, up to a day.

    Balances are what `by` holds, below zero what it gave.
    """
    rate = rate_from_chain(netting.agreement.margin_rate)
    balance, since, periods = 0, 0, list[Period]()
    accounts = [
        entry.event.arguments.get("account", (0, 0, netting.day(entry.time)))
        for entry in netting.record.entries
        if entry.event.name in {"MarginPaid", "ClosedOut"}
    ]
    for cash, cash_days, date_of, *_ in [*accounts, (0, 1, day)]:
        if balance and date_of > since:
            held = cash_from_chain(netting.sign_of(balance))
            periods.append(Period(held, rate, date_of - since))
        if not cash_days:
            periods = []
        balance, since = cash, date_of
    return periods


def margin_interest(netting: Netting, day: int) -> Fraction:
    """What cash margin has earned up to a day, due by `by`; unrounded, below zero due to it."""
    return interest_of(margin_periods(netting, day), netting.agreement.basis)
