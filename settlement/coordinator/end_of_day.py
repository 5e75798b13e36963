"""The end of a business day: what is due closes at its cut-off, and what does not is on record.

Nobody's word is needed for any of it: from the cut-off on anyone may close, have income paid or
record a fail, and the coordinator does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from settlement.coordinator.facility import Facility
from settlement.coordinator.repo import Closing, RepoDesk
from settlement.coordinator.repo_record import RepoRecord
from settlement.coordinator.servicing import Fail, Income, ServicingDesk
from settlement.errors import Refused
from settlement.units import date_to_chain


@dataclass(slots=True)
class DayEnd:
    """What the end of a day did: closings, and why others did not close or pay, by reference.

    `fails` are those that were put on record; one that is there already is not recorded again.
    """

    date: date
    incomes: list[Income] = field(default_factory=list)
    closed: dict[str, Closing] = field(default_factory=dict)
    refused: dict[str, Refused] = field(default_factory=dict)
    fails: list[Fail] = field(default_factory=list)


class EndOfDay:
    """The coordinator's routine at the end of a day; `last` is the day that it ran last."""

    def __init__(self, facility: Facility, repos: RepoDesk, servicing: ServicingDesk) -> None:
        self._facility = facility
        self._repos = repos
        self._servicing = servicing
        self.last: date | None = None

    def run(self, day: date) -> DayEnd:
        """Goes through the cut-offs of a day in their order; the clock moves on to each."""
        end, number, records = DayEnd(day), date_to_chain(day), self._facility.records
        for record in sorted(records.alive(), key=lambda record: record.cut_off(number)):
            self._facility.advance_to(record.cut_off(number))
            self._pay_income(record, end)
            if record.is_open and record.repurchase_date <= number:
                self._close(record, number, end)
        self.last = day
        return end

    def _pay_income(self, record: RepoRecord, end: DayEnd) -> None:
        try:
            end.incomes += self._servicing.pay_what_is_due(record)
        except Refused as refused:
            end.refused[self._repos.reference_of(record.id)] = refused

    def _close(self, record: RepoRecord, day: int, end: DayEnd) -> None:
        reference = self._repos.reference_of(record.id)
        try:
            end.closed[reference] = self._repos.close_late(record.id)
        except Refused as refused:
            end.refused[reference] = refused
            if record.due_date <= day:
                self._record_fail(record, end)

    def _record_fail(self, record: RepoRecord, end: DayEnd) -> None:
        try:
            end.fails.append(self._servicing.record_fail_of(self._facility.record(record.id)))
        except Refused as refused:
            if refused.error != "NothingToRecord":
                end.refused[self._repos.reference_of(record.id)] = refused
