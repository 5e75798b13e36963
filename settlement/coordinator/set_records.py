"""What the log says of every netting set: margin, the call that stands, default and claim.

"First" and "second" are the two participants in the order of their ids, as in the contract. Amounts
are in the chain's units.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from settlement.coordinator.chronicle import Entry
from settlement.coordinator.repo_record import lines_from
from settlement.coordinator.repo_records import RepoRecords
from settlement.onchain.contract import Event


@dataclass(frozen=True, slots=True)
class StandingCall:
    """A call: who made it, how much, and its deadline; zero while its clock stands still."""

    by: str
    amount: int
    deadline: int


@dataclass(frozen=True, slots=True)
class HeldSecurity:
    """What the first participant holds of the second's; below zero, the other way round."""

    quantity: int
    margin: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SetRecord:
    """A netting set as it stands.

    `cash` and `claim` are what the first participant holds as margin of the second, and what the
    second owes the first; below zero the other way round. `cash_days` count the interest up to
    `accrues_from`. `numbers` are how many acts each of the two signed, each for its place.
    """

    id: bytes
    first: bytes
    second: bytes
    agreement: bytes
    currency: str
    cash: int = 0
    cash_days: int = 0
    accrues_from: int = 0
    numbers: tuple[int, int] = (0, 0)
    call: StandingCall | None = None
    securities: Mapping[str, HeldSecurity] = field(default_factory=dict)
    declared_at: int = 0
    declared_by: bytes = b""
    claim: int = 0
    entries: tuple[Entry, ...] = ()

    @property
    def last_default(self) -> tuple[Event, ...]:
        """What happened from the last declaration on, that included; nothing without one."""
        events = [entry.event for entry in self.entries]
        declared = [place for place, event in enumerate(events) if event.name == "DefaultDeclared"]
        return tuple(events[declared[-1] :]) if declared else ()

    @property
    def sorted_securities(self) -> list[str]:
        """The securities that stand as margin, in the contract's order."""
        return sorted(self.securities, key=lambda address: int(address, 16))


class SetRecords:
    """Every netting set, from the log alone. Listens to a chronicle, after the repos did."""

    def __init__(self, facility: str, repos: RepoRecords) -> None:
        self._facility = facility
        self._repos = repos
        self._sets: dict[bytes, SetRecord] = {}
        self._readers: dict[str, Callable[[Entry, SetRecord], SetRecord]] = {
            "MarginCalled": self._called,
            "CallMet": _ended,
            "CallVoided": _ended,
            "ClockSet": _clocked,
            "MarginPaid": self._paid,
            "MarginDelivered": self._delivered,
            "DefaultDeclared": self._declared,
            "DefaultPriceFixed": self._fixed,
            "ClosedOut": _closed_out,
            "ClaimPaid": self._claim_paid,
            "Valued": _unchanged,
        }

    def apply(self, entry: Entry) -> None:
        """Takes in one event; what says nothing about netting sets is passed over."""
        if entry.event.address != self._facility:
            return
        if entry.event.name == "Opened":
            self._opened(entry)
        reader = self._readers.get(entry.event.name)
        if reader is not None:
            record = self._sets[entry.event.arguments["nettingSet"]]
            changed = reader(entry, record)
            self._sets[record.id] = replace(changed, entries=(*record.entries, entry))

    def of(self, netting_set: bytes) -> SetRecord:
        """A set in which a repo was opened."""
        return self._sets[netting_set]

    def between(self, one: bytes, other: bytes) -> list[SetRecord]:
        """Every set of two participants, in the order of their first repos."""
        pair = {one, other}
        return [record for record in self._sets.values() if {record.first, record.second} == pair]

    def _opened(self, entry: Entry) -> None:
        repo = self._repos.repo(entry.event.arguments["repo"])
        if repo is None or repo.netting_set in self._sets:
            return
        terms = repo.terms
        sides = (self._repos.participant(terms.seller), self._repos.participant(terms.buyer))
        first, second = sorted(sides)
        self._sets[repo.netting_set] = SetRecord(
            id=repo.netting_set,
            first=first,
            second=second,
            agreement=terms.agreement,
            currency=terms.cash,
        )

    def _paid(self, entry: Entry, record: SetRecord) -> SetRecord:
        cash, cash_days, accrues_from, *numbers = entry.event.arguments["account"]
        first, second = numbers
        return replace(
            record,
            cash=cash,
            cash_days=cash_days,
            accrues_from=accrues_from,
            numbers=(first, second),
        )

    def _called(self, entry: Entry, record: SetRecord) -> SetRecord:
        a = entry.event.arguments
        call = StandingCall(a["by"], a["amount"], a["deadline"])
        return replace(self._acted(record, a["by"]), call=call)

    def _delivered(self, entry: Entry, record: SetRecord) -> SetRecord:
        giver = entry.event.arguments["from"]
        sign = -1 if self._repos.participant(giver) == record.first else 1
        held = dict(record.securities)
        for line in lines_from(entry.event.arguments["lines"]):
            before = held.pop(line.security, HeldSecurity(0, line.margin))
            quantity = before.quantity + sign * line.quantity
            if quantity:
                held[line.security] = HeldSecurity(quantity, line.margin)
        return replace(self._acted(record, giver), securities=held)

    def _declared(self, entry: Entry, record: SetRecord) -> SetRecord:
        a = entry.event.arguments
        declarer = self._repos.participant(a["by"])
        declared = replace(record, declared_at=a["declaredAt"], declared_by=declarer)
        return self._acted(declared, a["by"])

    def _fixed(self, entry: Entry, record: SetRecord) -> SetRecord:
        """A stated value is an act of who declared; a price of the board is nobody's."""
        a = entry.event.arguments
        return _one_more(record, record.declared_by) if a["disputed"] else record

    def _claim_paid(self, entry: Entry, record: SetRecord) -> SetRecord:
        a = entry.event.arguments
        return self._acted(replace(record, claim=a["claim"]), a["from"])

    def _acted(self, record: SetRecord, wallet: str) -> SetRecord:
        return _one_more(record, self._repos.participant(wallet))


def _one_more(record: SetRecord, participant: bytes) -> SetRecord:
    first, second = record.numbers
    by_second = participant == record.second
    return replace(record, numbers=(first + (not by_second), second + by_second))


def _ended(_: Entry, record: SetRecord) -> SetRecord:
    return replace(record, call=None)


def _clocked(entry: Entry, record: SetRecord) -> SetRecord:
    deadline = entry.event.arguments["deadline"]
    return replace(record, call=record.call and replace(record.call, deadline=deadline))


def _closed_out(entry: Entry, record: SetRecord) -> SetRecord:
    """The set is given back empty; what is left is the claim."""
    return replace(
        record,
        cash=0,
        cash_days=0,
        call=None,
        securities={},
        declared_at=0,
        claim=entry.event.arguments["claim"],
    )


def _unchanged(_: Entry, record: SetRecord) -> SetRecord:
    return record
