"""Puts the contracts on a chain and hands every power over: the deployer ends with none.

The venue's contracts know each other from construction, in a circle: `Settlement` names the repo
facility and the netting cycles; both name it; the facility also names the custody and the contracts
whose code it runs; the custody names the facility. Their addresses follow from the deployer and its
nonce, so each is known before it exists; a later venue contract is deployed after them and moves
none of these addresses.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import rlp
from eth_account.signers.local import LocalAccount
from eth_utils import keccak, to_canonical_address, to_checksum_address

from settlement.chain.base import Chain, Receipt, Transaction
from settlement.errors import ChainTrouble
from settlement.model.asset import Cash, Security
from settlement.onchain import roles
from settlement.onchain.contract import Contract, deployed, interface
from settlement.onchain.operators import Operators
from settlement.onchain.roles import Permission
from settlement.units import date_to_chain

PRICE_GUARD = 200_000_000
"""A price more than 20% away from the last day's waits for its confirmation (10^-9)."""

REPO_MODULES = (
    "RepoChanges",
    "RepoServicing",
    "MarginCalls",
    "MarginTransfers",
    "RepoDefault",
)
"""The contracts whose code the repo facility runs on its storage, in the order of its `Modules`."""

DEPLOYMENT_GAS = 6_000_000
"""Enough for any contract that a chain takes."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """Where everything is."""

    depository: Contract
    registry: Contract
    venue: Contract
    settlement: Contract
    prices: Contract
    policy: Contract
    repo: Contract
    custody: Contract
    changes: Contract
    netting: Contract


def deploy(chain: Chain, operators: Operators) -> Deployment:
    """Deploys registry and venue, grants the roles, and leaves the deployer without any."""
    deployer = operators.deployer
    names = (
        "AccessManager",
        "WalletRegistry",
        "AccessManager",
        "Settlement",
        "PriceBoard",
        "CollateralPolicy",
        "RepoFacility",
        "TriPartyCustody",
        *REPO_MODULES,
        "NetSettlement",
    )
    at = [deployed(name, _address(deployer, nonce)) for nonce, name in enumerate(names)]
    deployment = Deployment(*[*at[:9], at[-1]])
    depository, registry, venue, settlement, prices, policy, repo, custody, *modules, netting = (
        contract.address for contract in at
    )
    for_repo = (settlement, registry, policy, prices, custody)
    arguments: tuple[tuple[Any, ...], ...] = (
        (operators.depository_admin.address,),
        (depository,),
        (operators.venue_admin.address,),
        (registry, repo, netting),
        (venue, PRICE_GUARD),
        (venue,),
        (for_repo, tuple(modules)),
        (repo,),
        *((for_repo,) for _ in modules),
        (settlement, registry),
    )
    creations = [
        _creation(deployer, name, *values) for name, values in zip(names, arguments, strict=True)
    ]
    _run(chain, [*creations, *_grants(deployment, operators)])
    return deployment


def deploy_security(
    chain: Chain, operators: Operators, deployment: Deployment, security: Security
) -> Security:
    """Deploys the entitlement to an issue; returns it with its address."""
    issue = (
        f"{security.symbol} entitlement",
        security.symbol,
        security.isin.encode(),
        security.kind.number,
        security.issuer.encode(),
        date_to_chain(security.maturity) if security.maturity else 0,
        security.denomination,
        keccak(text=f"offering document of {security.isin}"),
        security.last_second,
    )
    authorities = (deployment.registry.address, deployment.depository.address)
    address = _deploy_token(
        chain,
        operators,
        deployment,
        _creation(
            operators.deployer,
            "SecurityEntitlement",
            issue,
            *authorities,
            deployment.settlement.address,
        ),
        roles.SECURITY,
    )
    return replace(security, address=address)


def deploy_cash(
    chain: Chain,
    operators: Operators,
    deployment: Deployment,
    cash: Cash,
    issuer_role: int = roles.FIRST_ISSUER,
) -> Cash:
    """Deploys a cash token whose issuer holds `issuer_role`; returns it with its address."""
    creation = _creation(
        operators.deployer,
        "CashToken",
        f"{cash.symbol} {cash.kind.value}",
        cash.symbol,
        cash.issuer.encode(),
        cash.kind.number,
        cash.currency.encode(),
        deployment.registry.address,
        deployment.depository.address,
        deployment.settlement.address,
    )
    address = _deploy_token(
        chain, operators, deployment, creation, roles.cash_permissions(issuer_role)
    )
    grant = _grant(deployment.depository, operators.depository_admin, issuer_role, operators.issuer)
    _run(chain, [grant])
    return Cash(cash.symbol, cash.currency, cash.kind, cash.issuer, address)


def _deploy_token(
    chain: Chain,
    operators: Operators,
    deployment: Deployment,
    creation: Transaction,
    permissions: Iterable[Permission],
) -> str:
    (receipt,) = _run(chain, [creation])
    address = str(receipt.contract)
    admin = operators.depository_admin
    _run(
        chain,
        [_permit(deployment.depository, admin, permission, address) for permission in permissions],
    )
    return address


def _grants(deployment: Deployment, operators: Operators) -> list[Transaction]:
    depository_admin, venue_admin = operators.depository_admin, operators.venue_admin
    addresses = {
        "WalletRegistry": deployment.registry.address,
        "CollateralPolicy": deployment.policy.address,
        "PriceBoard": deployment.prices.address,
    }
    depository_holders = {
        roles.REGISTRAR: operators.registrar,
        roles.SUPERVISOR: operators.supervisor,
        roles.MINTER: operators.minter,
        roles.ROOT: operators.root,
        roles.FREEZER: operators.freezer,
        roles.PAUSER: operators.pauser,
        roles.MOVER_ADMIN: operators.mover_admin,
    }
    venue_holders = {
        roles.POLICY_MAKER: operators.policy_maker,
        roles.PRICER: operators.pricer,
        roles.CONFIRMER: operators.confirmer,
    }
    depository, venue = deployment.depository, deployment.venue
    return [
        *(
            _permit(depository, depository_admin, permission, addresses[permission.contract])
            for permission in roles.REGISTRY
        ),
        *(
            _permit(venue, venue_admin, permission, addresses[permission.contract])
            for permission in roles.VENUE
        ),
        *(
            _grant(depository, depository_admin, role, holder)
            for role, holder in depository_holders.items()
        ),
        *(_grant(venue, venue_admin, role, holder) for role, holder in venue_holders.items()),
    ]


def _permit(
    manager: Contract, admin: LocalAccount, permission: Permission, target: str
) -> Transaction:
    of = interface(permission.contract)
    selectors = [of.selector(function) for function in permission.functions]
    return manager.transaction(
        admin, "setTargetFunctionRole", target, selectors, permission.role, gas=500_000
    )


def _grant(manager: Contract, admin: LocalAccount, role: int, holder: LocalAccount) -> Transaction:
    return manager.transaction(admin, "grantRole", role, holder.address, 0, gas=500_000)


def _creation(deployer: LocalAccount, name: str, *arguments: Any) -> Transaction:
    return Transaction(deployer, None, interface(name).creation(*arguments), DEPLOYMENT_GAS)


def _run(chain: Chain, transactions: Sequence[Transaction]) -> list[Receipt]:
    receipts = chain.submit(transactions)
    for number, receipt in enumerate(receipts):
        if not receipt.succeeded:
            raise ChainTrouble(f"deployment step {number} failed: 0x{receipt.output.hex()}")
    return receipts


def _address(deployer: LocalAccount, nonce: int) -> str:
    digest = keccak(rlp.encode([to_canonical_address(deployer.address), nonce]))
    return str(to_checksum_address(digest[12:]))
