"""The repo facility as the desks use it: who signs, what is sent, and what the log says of it."""

from __future__ import annotations

from collections.abc import Sequence

from eth_account.signers.local import LocalAccount

from settlement.chain.base import TRANSACTION_GAS_CAP
from settlement.coordinator.chronicle import Chronicle
from settlement.coordinator.directory import Directory, Party
from settlement.coordinator.repo_record import RepoRecord
from settlement.coordinator.repo_records import RepoRecords
from settlement.coordinator.set_records import SetRecords
from settlement.errors import UnknownName
from settlement.onchain import signing
from settlement.onchain.access import AccessList
from settlement.onchain.contract import Event
from settlement.onchain.deployment import Deployment
from settlement.onchain.operators import Operators
from settlement.onchain.signing import StructHash

REPO_GAS = 2_000_000
"""Given to an act on one repo: eight lines, every account and record fresh."""

_GAS_OF_REPO, _GAS_OF_LINE = 100_000, 40_000


class Facility:
    """What every repo desk shares. Clients sign, the coordinator submits, the log is remembered."""

    def __init__(
        self,
        journal: Chronicle,
        directory: Directory,
        deployment: Deployment,
        operators: Operators,
    ) -> None:
        self.journal = journal
        self.directory = directory
        self.deployment = deployment
        contract = deployment.repo.address
        self.records = RepoRecords(contract, deployment.registry.address, deployment.prices.address)
        self.sets = SetRecords(contract, self.records)
        journal.listen(self.records.apply)
        journal.listen(self.sets.apply)
        self.coordinator: LocalAccount = operators.coordinator
        self.domain = signing.repo_domain(journal.chain.chain_id, contract)

    def send(
        self,
        function: str,
        *arguments: object,
        gas: int = REPO_GAS,
        access_list: AccessList = (),
    ) -> list[Event]:
        """Submits one act; its events. Raises {Refused}."""
        contract = self.deployment.repo
        transaction = contract.transaction(
            self.coordinator, function, *arguments, gas=gas, access_list=access_list
        )
        return self.journal.run(transaction)

    def ask(self, function: str, *arguments: object) -> object:
        """Reads; a revert is a {Refused} too."""
        return self.journal.ask(self.deployment.repo, function, *arguments)

    def sign(self, party: Party, struct_hash: StructHash) -> bytes:
        """The consent of a party's client."""
        return party.sign(self.domain, struct_hash)

    def record(self, repo: bytes) -> RepoRecord:
        """What the log says of a repo, which opened."""
        record = self.records.repo(repo)
        assert record is not None
        return record

    def party_at(self, address: str) -> Party:
        """The party whose wallet it is; the desks act for nobody else."""
        party = self.directory.party_at(address)
        if party is None:
            raise UnknownName("wallet", address, ())
        return party

    def now(self) -> int:
        """The second that the next block will carry."""
        return self.journal.chain.now()

    def advance_to(self, second: int) -> None:
        """Moves the clock on to a second, unless it is past it."""
        self.journal.chain.advance_to(max(second, self.now()))


def event_of(events: Sequence[Event], name: str) -> Event:
    """The event called `name` among those of one act."""
    return next(event for event in events if event.name == name)


def gas_for(records: list[RepoRecord]) -> int:
    """What an act over so many repos is given; a transaction carries no more than its cap."""
    needed = sum(_GAS_OF_REPO + _GAS_OF_LINE * len(record.lines) for record in records)
    return min(REPO_GAS + needed, TRANSACTION_GAS_CAP)
