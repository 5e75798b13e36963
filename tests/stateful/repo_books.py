"""What the model of the repo desk keeps, and what all its acts ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from settlement.model.repo import (
    Agreement,
    Line,
    SetState,
)
from settlement.onchain import repo_signing
from tests.stateful.repo_standing import NettingSet, Repo
from tests.stateful.repo_world import (
    Leg,
    World,
)


@dataclass
class Books:
    """Everything that the repo desk should have written down."""

    world: World
    agreements: dict[bytes, Agreement] = field(default_factory=dict)
    repos: dict[bytes, Repo] = field(default_factory=dict)
    cancelled: set[bytes] = field(default_factory=set)
    sets: dict[bytes, NettingSet] = field(default_factory=dict)

    def set_of(self, one: str, other: str, agreement: Agreement, cash: str) -> NettingSet:
        """The set of two wallets' participants, whether anything ever happened in it or not."""
        first, second = sorted(self.world.participants[wallet] for wallet in (one, other))
        key = repo_signing.agreement_id(agreement)
        id = repo_signing.netting_set(first, second, key, cash)
        if id not in self.sets:
            self.sets[id] = NettingSet(id, agreement, cash, first, second)
        return self.sets[id]

    def open_in(self, netting: NettingSet) -> list[Repo]:
        """The open repos of a set, in the order of their ids."""
        found = (each for each in self.repos.values() if each.netting_set == netting.id)
        return sorted((each for each in found if each.open), key=lambda each: each.id)

    def who(self, wallet: str) -> bytes:
        return self.world.participants.get(wallet, b"")

    def frozen_set(self, repo: Repo) -> set[str]:
        in_default = self.sets[repo.netting_set].state is SetState.IN_DEFAULT
        return {"SetInDefault"} if in_default else set()

    def hold(self, repo: Repo) -> None:
        if repo.in_custody:
            repo.held = {line.security: line.quantity for line in repo.lines}

    def put(self, repo: Repo, lines: tuple[Line, ...], *, own: bool) -> None:
        repo.lines, repo.own_lines = lines, own
        self.hold(repo)


def not_the_collateral(repo: Repo, brought: Sequence[Line]) -> set[str]:
    expected = repo.lines if repo.own_lines else ()
    return set() if tuple(brought) == expected else {"NotTheCollateral"}


def deliveries(lines: Sequence[Line], by: str, against: str) -> list[Leg]:
    return [(line.security, by, against, line.quantity) for line in lines]


def net_leg(asset: str, source: str, target: str, amount: int) -> Leg:
    return (asset, source, target, amount) if amount >= 0 else (asset, target, source, -amount)
