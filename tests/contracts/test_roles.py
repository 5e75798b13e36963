"""Who may act, read from the chain: every function of every contract, its role, its holders."""

from __future__ import annotations

from itertools import product
from typing import Any
from unittest.mock import ANY

import pytest
from eth_abi import encode
from eth_utils.abi import collapse_if_tuple

from settlement.chain.base import Log, Reverted
from settlement.onchain import roles
from settlement.onchain.artifacts import load
from settlement.onchain.contract import interface, token
from settlement.onchain.roles import Permission
from tests.contracts.live import Live, decoded, logged, reverts

PUBLIC = {
    "WalletRegistry": set(),
    "SecurityEntitlement": {
        *("transfer", "transferFrom", "approve"),
        *("bookTransfer", "bookTransfers"),  # the mover's, not a role's
    },
    "CashToken": {
        *("transfer", "transferFrom", "approve"),
        *("bookTransfer", "bookTransfers"),
    },
    "CollateralPolicy": set(),
    "PriceBoard": set(),
    "Settlement": {
        *("settle", "settleBatch", "deliverFree", "cancel", "cancelTogether"),
        *("settleItem", "deliver", "deliverNets"),  # the venue's own
    },
    "NetSettlement": {"settle", "burn"},
    "RepoFacility": {
        *("open", "close", "cancel", "cancelTogether"),
        *("giveNotice", "amend", "substitute", "roll"),
        *("recordAgreement", "recordFail", "recordReversal", "recordIncome", "payIncome"),
        *("callMargin", "meetInCash", "meetInSecurities", "returnCash", "returnSecurities"),
        *("stopClock", "restartClock", "netExposure"),
        *("declareDefault", "stateValue", "closeOut", "collect", "payClaim"),
    },
    "TriPartyCustody": {"hold", "release"},  # the facility's
}
"""Functions that change something and ask for no role. A new one has to be put here on purpose."""

MANAGERS_ONLY = {"setAuthority"}
"""OpenZeppelin's own, which a contract's manager alone may call."""

EVERYBODY = 2**64 - 1
"""AccessManager's PUBLIC_ROLE."""


@pytest.fixture
def contracts(market) -> dict[str, Live]:
    """Every contract of the deployment but the two managers, by name."""
    deployment = market.deployment
    found = [
        *(deployment.registry, deployment.prices, deployment.policy),
        *(deployment.settlement, deployment.netting, deployment.repo, deployment.custody),
        *(token(asset) for asset in market.directory.assets()),
    ]
    return {contract.name: Live(contract, market) for contract in found}


@pytest.fixture
def depository(market) -> Live:
    """The depository's manager."""
    return Live(market.deployment.depository, market)


@pytest.fixture
def venue(market) -> Live:
    """The venue's manager."""
    return Live(market.deployment.venue, market)


def acts(name: str) -> list[Any]:
    """The functions of a contract that change something."""
    views = {"view", "pure"}
    return [
        entry
        for entry in load(name).abi
        if entry["type"] == "function" and entry["stateMutability"] not in views
    ]


def is_restricted(contract: Live, entry: Any, stranger: Any) -> bool:
    """Whether a stranger is turned away for want of a role, whatever it asks for."""
    kinds = [collapse_if_tuple(item) for item in entry["inputs"]]
    data = contract.contract.interface.selector(entry["name"]) + encode(
        kinds, [_nothing(item) for item in entry["inputs"]]
    )
    try:
        contract.call(data, sender=stranger)
    except Reverted as reverted:
        refusal = decoded(reverted.data)
        return refusal.name == "AccessManagedUnauthorized"
    return False


def _nothing(item: Any) -> Any:
    kind = item["type"]
    if kind.endswith("[]"):
        return []
    if kind == "tuple":
        return tuple(_nothing(part) for part in item["components"])
    if kind in {"bytes", "string"}:
        return b"" if kind == "bytes" else ""
    if kind.startswith("bytes"):
        return bytes(int(kind.removeprefix("bytes")))
    return {"address": "0x" + "00" * 20, "bool": False}.get(kind, 0)


TABLES: dict[str, tuple[Permission, ...]] = {
    "WalletRegistry": roles.REGISTRY,
    "SecurityEntitlement": roles.SECURITY,
    "CashToken": roles.cash_permissions(roles.FIRST_ISSUER),
    "CollateralPolicy": roles.VENUE,
    "PriceBoard": roles.VENUE,
}


def table_of(name: str) -> dict[str, int]:
    """Role by function, as `onchain/roles.py` has it."""
    return {
        function: permission.role
        for permission in TABLES.get(name, ())
        if permission.contract == name
        for function in permission.functions
    }


@pytest.mark.parametrize("name", PUBLIC)
def test_what_is_not_restricted_is_on_the_public_list(contracts, intruder, name):
    contract = contracts[name]
    free = {entry["name"] for entry in acts(name) if not is_restricted(contract, entry, intruder)}
    assert free == PUBLIC[name]


@pytest.mark.parametrize("name", PUBLIC)
def test_what_is_restricted_is_in_the_table(contracts, intruder, name):
    contract = contracts[name]
    kept = {entry["name"] for entry in acts(name) if is_restricted(contract, entry, intruder)}
    assert kept - MANAGERS_ONLY == set(table_of(name))


@pytest.mark.parametrize("name", PUBLIC)
def test_the_chain_asks_for_the_role_in_the_table(contracts, depository, venue, name):
    contract = contracts[name]
    of_venue = name in {"CollateralPolicy", "PriceBoard"}
    asked, other = (venue, depository) if of_venue else (depository, venue)
    for entry in acts(name):
        selector = contract.contract.interface.selector(entry["name"])
        role = table_of(name).get(entry["name"], roles.ADMIN)
        assert asked.getTargetFunctionRole(contract, selector) == role != EVERYBODY
        assert other.getTargetFunctionRole(contract, selector) == roles.ADMIN
    assert asked.isTargetClosed(contract) is False
    assert asked.getTargetAdminDelay(contract) == 0


def test_every_contract_is_looked_at(contracts):
    assert set(contracts) == set(PUBLIC)
    assert {permission.contract for table in TABLES.values() for permission in table} == set(TABLES)


@pytest.mark.parametrize("name", TABLES)
def test_each_contract_answers_to_its_own_manager(contracts, depository, venue, name):
    of_venue = name in {"CollateralPolicy", "PriceBoard"}
    assert contracts[name].authority() == (venue if of_venue else depository).address


HOLDERS = {
    "depository": {
        roles.ADMIN: {"depository_admin"},
        roles.REGISTRAR: {"registrar"},
        roles.SUPERVISOR: {"supervisor"},
        roles.MINTER: {"minter"},
        roles.ROOT: {"root"},
        roles.FREEZER: {"freezer"},
        roles.PAUSER: {"pauser"},
        roles.MOVER_ADMIN: {"mover_admin"},
        roles.FIRST_ISSUER: {"issuer"},
    },
    "venue": {
        roles.ADMIN: {"venue_admin"},
        roles.POLICY_MAKER: {"policy_maker"},
        roles.PRICER: {"pricer"},
        roles.CONFIRMER: {"confirmer"},
    },
}


@pytest.mark.parametrize("manager", HOLDERS)
def test_each_role_has_one_holder_and_the_deployer_none(market, cast, request, manager):
    live = request.getfixturevalue(manager)
    names = type(market.operators).__dataclass_fields__
    people = {name: getattr(market.operators, name) for name in names}
    people |= {name: getattr(cast, name) for name in ("dealer", "fund", "intruder")}
    of_venue = ("settlement", "netting", "repo", "custody")
    people |= {name: getattr(market.deployment, name) for name in of_venue}
    every_role = {*range(32), *range(roles.FIRST_ISSUER, roles.FIRST_ISSUER + 8)}
    found: dict[int, set[str]] = {}
    for role, (name, who) in product(sorted(every_role), people.items()):
        if live.hasRole(role, who)[0]:
            found.setdefault(role, set()).add(name)
    assert found == HOLDERS[manager]
    assert "deployer" not in set().union(*found.values())


def test_every_grant_that_was_ever_made_is_in_the_table(market):
    """From the log of both managers, so that no role outside the numbers above hides a holder."""
    known = interface("AccessManager")
    web3 = market.chain.web3
    for manager in HOLDERS:
        contract = getattr(market.deployment, manager)
        entries = web3.eth.get_logs({"address": contract.address, "fromBlock": 0})
        granted: dict[int, set[str]] = {}
        for entry in entries:
            topics = tuple(bytes(topic) for topic in entry["topics"])
            event = known.event(Log(entry["address"], topics, bytes(entry["data"])))
            if event is None or event.name != "RoleGranted":
                continue
            granted.setdefault(event.arguments["roleId"], set()).add(event.arguments["account"])
        operators = market.operators
        assert granted == {
            role: {getattr(operators, name).address for name in names}
            for role, names in HOLDERS[manager].items()
        }


@pytest.mark.parametrize("manager", HOLDERS)
def test_nobody_but_the_admin_is_anybody_s_admin(request, manager):
    live = request.getfixturevalue(manager)
    for role in HOLDERS[manager]:
        assert live.getRoleAdmin(role) == roles.ADMIN
        assert live.getRoleGuardian(role) == roles.ADMIN
        assert live.getRoleGrantDelay(role) == 0


def test_the_deployer_grants_itself_nothing(depository, venue, operators):
    deployer = operators.deployer
    error = {"msgsender": deployer, "roleId": roles.ADMIN}
    for manager, role in product((depository, venue), (roles.ADMIN, roles.REGISTRAR)):
        with reverts("AccessManagerUnauthorizedAccount", **error):
            manager.grantRole(role, deployer, 0, sender=deployer)


def test_the_admins_have_no_power_over_each_other(depository, venue, operators):
    pairs = [(depository, operators.venue_admin), (venue, operators.depository_admin)]
    for manager, admin in pairs:
        error = {"msgsender": admin, "roleId": roles.ADMIN}
        with reverts("AccessManagerUnauthorizedAccount", **error):
            manager.grantRole(roles.PRICER, admin, 0, sender=admin)
        assert manager.hasRole(roles.ADMIN, admin)[0] is False


ACTS_OF_DEPOSITORY = [
    ("WalletRegistry", "register", lambda m, c: (c.intruder, b"\1" * 20, 0, 0, 0)),
    ("WalletRegistry", "suspend", lambda m, c: (c.fund, "a reason")),
    ("SecurityEntitlement", "mint", lambda m, c: (c.dealer, 1_000, bytes(32))),
    ("SecurityEntitlement", "setFrozenTokens", lambda m, c: (c.dealer, 1_000)),
    ("SecurityEntitlement", "removeMover", lambda m, c: ()),
    ("CashToken", "mint", lambda m, c: (c.dealer, 1_000, bytes(32))),
]
ACTS_OF_VENUE = [
    ("CollateralPolicy", "adopt", lambda m, c: ([],)),
    ("PriceBoard", "post", lambda m, c: (c.dealer, 1, m.chain.now())),
    ("PriceBoard", "confirm", lambda m, c: (c.dealer, 1)),
]


@pytest.mark.parametrize(("name", "function", "arguments"), ACTS_OF_DEPOSITORY)
def test_nobody_of_the_venue_acts_for_the_depository(
    market, cast, contracts, operators, name, function, arguments
):
    venue_people = ("venue_admin", "policy_maker", "pricer", "confirmer")
    for who in (getattr(operators, person) for person in venue_people):
        with reverts("AccessManagedUnauthorized", caller=who):
            contracts[name].sender(function)(*arguments(market, cast), sender=who)


@pytest.mark.parametrize(("name", "function", "arguments"), ACTS_OF_VENUE)
def test_nobody_of_the_depository_acts_for_the_venue(
    market, cast, contracts, operators, name, function, arguments
):
    depository_people = ("depository_admin", "registrar", "minter", "root", "issuer")
    for who in (getattr(operators, person) for person in depository_people):
        with reverts("AccessManagedUnauthorized", caller=who):
            contracts[name].sender(function)(*arguments(market, cast), sender=who)


def test_the_admin_itself_does_nothing_but_grant(market, cast, contracts, operators):
    for name, function, arguments in ACTS_OF_DEPOSITORY:
        with reverts("AccessManagedUnauthorized", caller=operators.depository_admin):
            contracts[name].sender(function)(
                *arguments(market, cast), sender=operators.depository_admin
            )
    for name, function, arguments in ACTS_OF_VENUE:
        with reverts("AccessManagedUnauthorized", caller=operators.venue_admin):
            contracts[name].sender(function)(*arguments(market, cast), sender=operators.venue_admin)


def test_an_admin_that_handed_over_no_longer_registers_freezes_or_prices(
    market, cast, contracts, depository, venue, operators
):
    """It had taken every role, handed over, and is left with none; its successor has them all."""
    handing_over = [
        (depository, operators.depository_admin, operators.registrar, ACTS_OF_DEPOSITORY),
        (venue, operators.venue_admin, operators.pricer, ACTS_OF_VENUE),
    ]
    for manager, admin, successor, performed in handing_over:
        held = list(HOLDERS["depository" if manager is depository else "venue"])
        for role in held:
            manager.grantRole(role, admin, 0, sender=admin)
        for name, function, arguments in performed:
            if function != "confirm":
                act = contracts[name].sender(function)
                act(*_with_a_price(market, name, function, arguments(market, cast)), sender=admin)
        for role in reversed(held):
            manager.grantRole(role, successor, 0, sender=admin)
            manager.renounceRole(role, admin, sender=admin)

        for name, function, arguments in performed:
            with reverts("AccessManagedUnauthorized", caller=admin):
                contracts[name].sender(function)(*arguments(market, cast), sender=admin)
        with reverts("AccessManagerUnauthorizedAccount", msgsender=admin, roleId=roles.ADMIN):
            manager.grantRole(roles.REGISTRAR, admin, 0, sender=admin)
        manager.revokeRole(held[1], successor, sender=successor)


def _with_a_price(market, name, function, arguments):
    """The price's security is the real one, so that posting it works."""
    if (name, function) != ("PriceBoard", "post"):
        return arguments
    return (market.directory.security("T-2035").address, *arguments[1:])


def test_a_role_with_a_delay_schedules_first(security, depository, operators, intruder):
    depository.grantRole(roles.FREEZER, intruder, 3_600, sender=operators.depository_admin)
    with reverts("AccessManagerNotScheduled", operationId=ANY):
        security.setFrozenTokens(intruder, 1, sender=intruder)


def test_a_contract_is_handed_to_a_contract_only(registry, depository, venue, operators, intruder):
    admin = operators.depository_admin
    with reverts("AccessManagedUnauthorized", caller=admin):
        registry.setAuthority(venue, sender=admin)
    with reverts("AccessManagedInvalidAuthority", authority=intruder):
        depository.updateAuthority(registry, intruder, sender=admin)


def test_a_role_is_given_up_by_its_holder_alone(depository, operators):
    depository.renounceRole(roles.MINTER, operators.minter, sender=operators.minter)
    assert depository.hasRole(roles.MINTER, operators.minter)[0] is False
    with reverts("AccessManagerBadConfirmation"):
        depository.renounceRole(roles.ROOT, operators.root, sender=operators.minter)


def test_granting_is_told(depository, operators, intruder, market):
    market.journal.watch(depository.contract)
    events = depository.grantRole(roles.MINTER, intruder, 0, sender=operators.depository_admin)
    assert logged(events, "RoleGranted")["account"] == intruder.address
