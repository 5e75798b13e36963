"""What the log says of every repo and agreement, and of whose wallets they are.

Nothing here is taken from what anybody sent: a repo that two strangers open is known as well as one
that the desk arranged.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from settlement.chain.base import checksummed
from settlement.coordinator.accrual import Period
from settlement.coordinator.chronicle import Entry
from settlement.coordinator.repo_record import (
    RecordedIncome,
    RepoRecord,
    agreement_from,
    begun,
    lines_from,
    terms_from,
    with_settled,
)
from settlement.model.repo import Agreement, Failing, IncomeNotice, RepoState, RepoTerms
from settlement.onchain import repo_signing


class RepoRecords:
    """Every repo and every agreement, from the log alone. Listens to a chronicle."""

    def __init__(self, facility: str, registry: str, prices: str) -> None:
        self._repos: dict[bytes, RepoRecord] = {}
        self._agreements: dict[bytes, Agreement] = {}
        self._participants: dict[str, bytes] = {}
        self._prices: dict[str, int] = {}
        self._open: dict[bytes, set[bytes]] = {}
        self._readers: dict[tuple[str, str], Callable[[Entry], None]] = {
            (registry, "WalletRegistered"): self._registered,
            (prices, "PricePosted"): self._priced,
            (prices, "PriceConfirmed"): self._priced,
            (facility, "AgreementRecorded"): self._agreed,
            (facility, "Opened"): self._opened,
            (facility, "Closed"): self._closed,
            (facility, "Valued"): self._valued,
            (facility, "NoticeGiven"): self._noticed,
            (facility, "Amended"): self._amended,
            (facility, "Substituted"): self._substituted,
            (facility, "Reversed"): self._reversed,
            (facility, "FailRecorded"): self._failed,
            (facility, "IncomeRecorded"): self._income,
            (facility, "IncomePaid"): self._income_paid,
            (facility, "IncomePriced"): self._income_priced,
            (facility, "Rolled"): self._rolled,
            (facility, "Collected"): self._noted,
        }

    def apply(self, entry: Entry) -> None:
        """Takes in one event; what says nothing about repos is passed over."""
        reader = self._readers.get((entry.event.address, entry.event.name))
        if reader is not None:
            reader(entry)

    def repo(self, repo: bytes) -> RepoRecord | None:
        """A repo that opened."""
        return self._repos.get(repo)

    def agreement(self, agreement: bytes) -> Agreement:
        """A recorded agreement."""
        return self._agreements[agreement]

    def knows(self, agreement: bytes) -> bool:
        """Whether an agreement is on record."""
        return agreement in self._agreements

    def participant(self, wallet: str) -> bytes:
        """Whose wallet it is, as the register says; empty for one that is not registered."""
        return self._participants.get(wallet, b"")

    def netting_set(self, terms: RepoTerms) -> bytes:
        """The netting set to which a repo of these terms belongs."""
        sides = (self.participant(terms.seller), self.participant(terms.buyer))
        return repo_signing.netting_set(*sides, terms.agreement, terms.cash)

    def open_in(self, netting_set: bytes) -> list[RepoRecord]:
        """The open repos of a netting set, in the order of their ids."""
        return [self._repos[repo] for repo in sorted(self._open.get(netting_set, ()))]

    def all_open(self) -> list[RepoRecord]:
        """Every open repo, in the order of their opening."""
        return [record for record in self._repos.values() if record.is_open]

    def alive(self) -> list[RepoRecord]:
        """Every repo that is open, or closed with income still to be paid."""
        states = {RepoState.OPEN, RepoState.CLOSED}
        repos = [record for record in self._repos.values() if record.state in states]
        return [record for record in repos if record.is_open or record.income_due]

    def _registered(self, entry: Entry) -> None:
        arguments = entry.event.arguments
        self._participants[arguments["wallet"]] = arguments["participant"]

    def _priced(self, entry: Entry) -> None:
        self._prices[entry.event.arguments["security"]] = entry.event.arguments["price"]

    def _agreed(self, entry: Entry) -> None:
        arguments = entry.event.arguments
        self._agreements[arguments["agreement"]] = agreement_from(arguments["content"])

    def _opened(self, entry: Entry) -> None:
        terms = terms_from(entry.event.arguments["terms"])
        repo = entry.event.arguments["repo"]
        record = begun(repo, terms, self.netting_set(terms), entry.time)
        prices = tuple(self._prices.get(line.security, 0) for line in terms.lines)
        self._repos[record.id] = replace(record, prices=prices, entries=(entry,))
        self._open.setdefault(record.netting_set, set()).add(record.id)

    def _closed(self, entry: Entry) -> None:
        record = self._of(entry)
        periods, failed = self._accrued(record, entry, entry.event.arguments["date"])
        self._end(entry, RepoState.CLOSED, periods=periods, failed_days=failed)

    def _valued(self, entry: Entry) -> None:
        self._end(entry, RepoState.CLOSED_OUT)

    def _noticed(self, entry: Entry) -> None:
        self._note(entry, repurchase_date=entry.event.arguments["repurchaseDate"])

    def _amended(self, entry: Entry) -> None:
        record, arguments = self._of(entry), entry.event.arguments
        periods, _ = self._accrued(record, entry, arguments["date"])
        lines = lines_from(arguments["lines"])
        self._note(
            entry,
            number=arguments["number"],
            periods=periods,
            accrues_from=arguments["date"],
            purchase_price=arguments["purchasePrice"],
            rate=arguments["rate"],
            lines=lines,
            replaced=record.replaced or lines != record.lines,
        )

    def _substituted(self, entry: Entry) -> None:
        arguments = entry.event.arguments
        lines = lines_from(arguments["lines"])
        self._note(entry, number=arguments["number"], lines=lines, replaced=True)

    def _reversed(self, entry: Entry) -> None:
        record, lines = self._of(entry), lines_from(entry.event.arguments["lines"])
        taken = {
            before.security: record.reversed.get(before.security, 0)
            + before.quantity
            - after.quantity
            for before, after in zip(record.lines, lines, strict=True)
        }
        number = entry.event.arguments["number"]
        reversed_ = {**record.reversed, **taken}
        self._note(entry, number=number, lines=lines, replaced=True, reversed=reversed_)

    def _failed(self, entry: Entry) -> None:
        record, arguments = self._of(entry), entry.event.arguments
        periods, _ = self._accrued(record, entry, arguments["date"])
        self._note(
            entry,
            periods=periods,
            accrues_from=arguments["date"],
            failing=Failing(arguments["failing"]),
            failing_since=entry.time,
            failed_days=arguments["failedDays"],
        )

    def _income(self, entry: Entry) -> None:
        arguments = entry.event.arguments
        dates = (arguments["recordDate"], arguments["paymentDate"])
        notice = IncomeNotice(arguments["security"], *dates, arguments["amount"])
        self._note(entry, incomes=(*self._of(entry).incomes, RecordedIncome(notice)))

    def _income_paid(self, entry: Entry) -> None:
        arguments = entry.event.arguments
        record = with_settled(self._of(entry), arguments["security"], arguments["recordDate"])
        self._note(entry, incomes=record.incomes)

    def _income_priced(self, entry: Entry) -> None:
        record, arguments = self._of(entry), entry.event.arguments
        periods, failed = self._accrued(record, entry, arguments["date"])
        action = (checksummed(arguments["security"]), arguments["recordDate"])
        self._note(
            entry,
            periods=periods,
            failed_days=failed,
            accrues_from=arguments["date"],
            number=arguments["number"],
            purchase_price=arguments["purchasePrice"],
            incomes=with_settled(record, *action).incomes,
        )

    def _rolled(self, entry: Entry) -> None:
        self._note(entry)
        following = self._repos[entry.event.arguments["next"]]
        self._repos[following.id] = replace(following, entries=(*following.entries, entry))

    def _noted(self, entry: Entry) -> None:
        self._note(entry)

    def _accrued(
        self, record: RepoRecord, entry: Entry, day: int
    ) -> tuple[tuple[Period, ...], int]:
        agreement = self._agreements[record.terms.agreement]
        return record.accrued_to(day, entry.time, agreement)

    def _of(self, entry: Entry) -> RepoRecord:
        return self._repos[entry.event.arguments["repo"]]

    def _end(self, entry: Entry, state: RepoState, **changes: Any) -> None:
        record = self._of(entry)
        self._open[record.netting_set].discard(record.id)
        self._note(entry, state=state, **changes)

    def _note(self, entry: Entry, **changes: Any) -> None:
        record = self._of(entry)
        entries = (*record.entries, entry)
        self._repos[record.id] = replace(record, **changes, entries=entries)
