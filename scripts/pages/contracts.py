"""What `contracts/README.md` says about the code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pages.markdown import table
from settlement import units
from settlement.model.asset import CashKind, SecurityKind
from settlement.model.party import Purpose, SignerKind
from settlement.onchain import roles


def role_table() -> str:
    """Every restricted function and the role that it needs."""
    cash = roles.cash_permissions(roles.FIRST_ISSUER)
    depository = [*roles.REGISTRY, *roles.SECURITY, *cash]
    rows = [*_permissions("depository", depository), *_permissions("venue", roles.VENUE)]
    return table(("Manager", "Role", "Number", "Contract", "Functions"), rows)


def _permissions(
    manager: str, permissions: Iterable[roles.Permission]
) -> Iterator[tuple[str, ...]]:
    for permission in permissions:
        functions = ", ".join(f"`{name}`" for name in permission.functions)
        role = f"`{_role_name(manager, permission.role)}`"
        number = f"{permission.role}{' and up' if permission.role == roles.FIRST_ISSUER else ''}"
        yield manager, role, number, permission.contract, functions


def _role_name(manager: str, number: int) -> str:
    """The constant of a role; the two managers count theirs apart."""
    if number == roles.FIRST_ISSUER:
        return "ISSUER"
    of_venue = {"POLICY_MAKER", "PRICER", "CONFIRMER"}
    return next(
        name
        for name, value in vars(roles).items()
        if name.isupper() and value == number and (name in of_venue) == (manager == "venue")
    )


def unit_table() -> str:
    """The units, as the Python module states them."""
    lines = str(units.__doc__).splitlines()
    return "\n".join(re.sub(r" {2,}", " ", line) for line in lines if line.startswith("|"))


def enumerations() -> str:
    """The numbers that the contracts give to kinds; Python's have the same order."""
    kinds = {
        "SecurityKind": [kind.value for kind in SecurityKind],
        "CashKind": [kind.value for kind in CashKind],
        "Purpose": [purpose.name.lower().replace("_", "-") for purpose in Purpose],
        "SignerKind": [kind.name.lower() for kind in SignerKind],
    }
    rows = [
        (f"`{name}`", ", ".join(f"{number} {word}" for number, word in enumerate(words)))
        for name, words in kinds.items()
    ]
    return table(("Enumeration", "Members"), rows)


BLOCKS = {
    "role-table": role_table,
    "unit-table": unit_table,
    "enumerations": enumerations,
}
