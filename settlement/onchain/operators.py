"""The keys of a local chain: operators who hold roles, and one for every wallet.

Keys follow from names, so a story is the same each time it is told. They protect nothing: use them
on a local chain and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache

from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_utils import keccak


@cache
def key_of(name: str) -> LocalAccount:
    """The key that follows from `name`."""
    account: LocalAccount = Account.from_key(keccak(text=f"dvp local key of {name}"))
    return account


@dataclass(frozen=True, slots=True)
class Operators:
    """Everyone who sends transactions. Parties send none: they sign, and anybody submits."""

    depository_admin: LocalAccount
    registrar: LocalAccount
    supervisor: LocalAccount
    minter: LocalAccount
    root: LocalAccount
    freezer: LocalAccount
    pauser: LocalAccount
    mover_admin: LocalAccount
    issuer: LocalAccount
    venue_admin: LocalAccount
    policy_maker: LocalAccount
    pricer: LocalAccount
    confirmer: LocalAccount
    coordinator: LocalAccount
    deployer: LocalAccount

    @classmethod
    def local(cls) -> Operators:
        """One key each, from the names of the fields."""
        return cls(**{field.name: key_of(field.name) for field in fields(cls)})

    def addresses(self) -> list[str]:
        """Who needs ether for gas."""
        return [getattr(self, field.name).address for field in fields(self)]
