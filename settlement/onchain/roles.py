"""Who may act: every restricted function and the role that it needs, in one table.

Depository and venue have an AccessManager each, with different admins. A function that no table
lists can be called by its manager's admin only; `tests/contracts/test_roles.py` reads every
(contract, function) from the chain and compares. Holders are the operators of
`settlement.onchain.operators`.
"""

from __future__ import annotations

from dataclasses import dataclass

ADMIN = 0
"""AccessManager's own: grants every other role."""

REGISTRAR = 1
SUPERVISOR = 2
MINTER = 3
ROOT = 4
FREEZER = 5
PAUSER = 6
MOVER_ADMIN = 7

POLICY_MAKER = 1
PRICER = 2
CONFIRMER = 3

FIRST_ISSUER = 100
"""Issuers of cash have a role each, numbered from here in the order of their tokens."""


@dataclass(frozen=True, slots=True)
class Permission:
    """These functions of a contract need this role."""

    contract: str
    functions: tuple[str, ...]
    role: int


REGISTRY = (
    Permission("WalletRegistry", ("register", "screen", "reinstate", "close"), REGISTRAR),
    Permission("WalletRegistry", ("suspend",), SUPERVISOR),
)

SECURITY = (
    Permission("SecurityEntitlement", ("mint", "burn"), MINTER),
    Permission("SecurityEntitlement", ("rootMove",), ROOT),
    Permission("SecurityEntitlement", ("setFrozenTokens",), FREEZER),
    Permission("SecurityEntitlement", ("pause", "unpause"), PAUSER),
    Permission("SecurityEntitlement", ("announceMover", "adoptMover", "removeMover"), MOVER_ADMIN),
)

VENUE = (
    Permission("CollateralPolicy", ("adopt",), POLICY_MAKER),
    Permission("PriceBoard", ("post",), PRICER),
    Permission("PriceBoard", ("confirm",), CONFIRMER),
)


def cash_permissions(issuer_role: int) -> tuple[Permission, ...]:
    """A cash token's issuer does everything with it but choose its mover."""
    acts = ("mint", "redeem", "pause", "unpause", "setFrozenTokens")
    movers = ("announceMover", "adoptMover", "removeMover")
    return (
        Permission("CashToken", acts, issuer_role),
        Permission("CashToken", movers, MOVER_ADMIN),
    )
