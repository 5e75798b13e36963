"""Every error that our contracts can revert with is asserted by name somewhere in these tests.

The rule. Ours are the errors in the ABIs of our interfaces (`I...`): none is exempt. OpenZeppelin's
are those in the ABIs of our contracts that no interface of ours declares: each is asserted too,
unless it is listed below with the reason why no call reaches it. `AccessManager`'s own are not
looked at: it is deployed as it is.

An assertion names an error by a call of `reverts`, or of a helper that is one (`refuses`), or by a
comparison in an `assert`, directly or through the parameters of the test.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from settlement.onchain import sources
from settlement.onchain.artifacts import load, names

HERE = Path(__file__).parent
ASSERTING = {"reverts", "refuses"}

UNREACHABLE = {
    "AccessManagedRequiredDelay": "declared by OpenZeppelin and thrown nowhere in it",
    "ERC20InsufficientBalance": "our books replace OpenZeppelin's, with InsufficientFreeBalance",
    "ERC20InvalidApprover": "no transaction comes from the zero address",
    "InvalidShortString": "name and version of the EIP-712 domain are constants",
    "StringTooLong": "name and version of the EIP-712 domain are constants",
}


def errors_in(name: str) -> set[str]:
    return {entry["name"] for entry in load(name).abi if entry["type"] == "error"}


def is_interface(name: str) -> bool:
    return name[0] == "I" and name[1].isupper()


def is_mock(name: str) -> bool:
    """Mocks are not deployed; nor is AccessManager ours."""
    folder = "contracts/mocks/"
    return name == "AccessManager" or f"{folder}{name}.sol" in sources.own_sources()


def errors_of(chosen: Callable[[str], bool]) -> set[str]:
    return set().union(*(errors_in(name) for name in names() if chosen(name)))


OURS = errors_of(is_interface)
OPENZEPPELIN_S = errors_of(lambda name: not is_interface(name) and not is_mock(name)) - OURS


@cache
def asserted() -> frozenset[str]:
    """Every name that an assertion of these tests can be about."""
    found: set[str] = set()
    for path in sorted(HERE.rglob("test_*.py")):
        if path == Path(__file__):
            continue
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            found |= _texts(node) if _is_assertion(node) else set()
        found |= _parameters(tree)
    return frozenset(found)


def _is_assertion(node: ast.AST) -> bool:
    return isinstance(node, ast.Assert) or (
        isinstance(node, ast.Call)
        and isinstance(node.func, (ast.Name, ast.Attribute))
        and (node.func.id if isinstance(node.func, ast.Name) else node.func.attr) in ASSERTING
    )


def _parameters(tree: ast.Module) -> set[str]:
    """What the parameters of tests and the tables that they are made of say, where the file asserts
    by a variable: `reverts(error)`, or a comparison with it."""
    variables = {
        name.id
        for node in ast.walk(tree)
        if _is_assertion(node)
        for name in ast.walk(node)
        if isinstance(name, ast.Name)
    }
    if not variables & {"error", "errors", "expected"}:
        return set()
    return set().union(
        *(_texts(node.value) for node in tree.body if isinstance(node, ast.Assign)),
        *(
            _texts(decorator)
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef)
            for decorator in node.decorator_list
        ),
        *(_texts(node.iter) for node in ast.walk(tree) if isinstance(node, ast.For)),
    )


def _texts(node: ast.AST) -> set[str]:
    return {
        part.value
        for part in ast.walk(node)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    }


@pytest.mark.parametrize("error", sorted(OURS))
def test_each_of_ours_is_asserted(error):
    assert error in asserted(), f"no test of tests/contracts asserts {error}"


@pytest.mark.parametrize("error", sorted(OPENZEPPELIN_S))
def test_each_of_openzeppelin_s_is_asserted_or_unreachable(error):
    assert (error in asserted()) is (error not in UNREACHABLE), error


def test_what_is_unreachable_exists():
    assert set(UNREACHABLE) <= OPENZEPPELIN_S


def test_ours_are_all_declared_in_interfaces():
    """Else an error of a contract would pass for OpenZeppelin's."""
    declared = {
        line.split("error ")[1].split("(")[0]
        for name, text in sources.own_sources().items()
        if not name.startswith(("contracts/interfaces/", "contracts/mocks/"))
        for line in text.splitlines()
        if line.strip().startswith("error ")
    }
    assert declared == set()
