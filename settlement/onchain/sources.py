"""What is compiled, and the one number that says whether it changed.

Inputs are every contract in `contracts/`, OpenZeppelin's `AccessManager`, which is deployed as it
is, and the OpenZeppelin sources these import, no others. `standard_json` puts them, with the
settings below, into the form that every Solidity compiler reads; sources go by the names that the
imports use (`contracts/...` and `@openzeppelin/...`), so the bytecode does not depend on where the
checkout is.

`fingerprint` hashes our own sources, the settings and the pinned versions of compiler and
OpenZeppelin. It reads no OpenZeppelin file and takes a few milliseconds: it runs at every start in
a checkout.
"""

from __future__ import annotations

import hashlib
import json
import posixpath
import re
from pathlib import Path
from typing import Any

COMPILER = "0.8.37"
OPTIMIZER_RUNS = 1_000_000
SETTINGS: dict[str, Any] = {
    "optimizer": {"enabled": True, "runs": OPTIMIZER_RUNS},
    "viaIR": True,
    "evmVersion": "prague",
    "metadata": {"bytecodeHash": "none", "appendCBOR": False},
}
OUTPUTS = [
    "abi",
    "evm.bytecode.object",
    "evm.bytecode.linkReferences",
    "evm.deployedBytecode.object",
    "storageLayout",
]
AUDIT_OUTPUTS = ["abi", "devdoc", "evm.bytecode", "evm.deployedBytecode", "metadata", "userdoc"]
ACCESS_MANAGER = "@openzeppelin/contracts/access/manager/AccessManager.sol"

CHECKOUT = Path(__file__).resolve().parents[2]
LOCK = CHECKOUT / "package-lock.json"
_LIBRARY = "@openzeppelin/"
_IMPORT = re.compile(r"""^\s*import\b[^;"']*["']([^"']+)["']""", re.MULTILINE)


def in_checkout() -> bool:
    """Whether this package runs from its own repository, where sources can change."""
    return (CHECKOUT / "contracts").is_dir() and LOCK.is_file()


def own_sources() -> dict[str, str]:
    """Our contracts by name, `contracts/...`, in the order of their names."""
    found = sorted((CHECKOUT / "contracts").rglob("*.sol"))
    return {path.relative_to(CHECKOUT).as_posix(): path.read_text("utf-8") for path in found}


def all_sources() -> dict[str, str]:
    """Our contracts, `AccessManager`, and all that they import.

    A file that does not exist is left out: the compiler then names the line that imports it.
    """
    sources = own_sources()
    waiting = [ACCESS_MANAGER, *_imports_of(sources)]
    while waiting:
        name = waiting.pop()
        path = CHECKOUT / "node_modules" / name
        if name in sources or not name.startswith(_LIBRARY) or not path.is_file():
            continue
        sources[name] = path.read_text("utf-8")
        waiting.extend(_imports_of({name: sources[name]}))
    return dict(sorted(sources.items()))


def standard_json(*, for_audit: bool = False) -> dict[str, Any]:
    """The compiler's whole input, contents inline; for Slither with trees and source maps."""
    selection = {"*": {"*": AUDIT_OUTPUTS, "": ["ast"]} if for_audit else {"*": OUTPUTS}}
    return {
        "language": "Solidity",
        "sources": {name: {"content": text} for name, text in all_sources().items()},
        "settings": {**SETTINGS, "outputSelection": selection},
    }


def openzeppelin_version() -> str:
    """The version that `package-lock.json` pins."""
    packages = json.loads(LOCK.read_text("utf-8"))["packages"]
    return str(packages["node_modules/@openzeppelin/contracts"]["version"])


def fingerprint() -> str:
    """The SHA-256 of everything that decides the bytecode."""
    decides = [own_sources(), SETTINGS, OUTPUTS, COMPILER, openzeppelin_version()]
    return hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()


def _imports_of(sources: dict[str, str]) -> list[str]:
    return [
        _resolved(importer, target)
        for importer, text in sources.items()
        for target in _IMPORT.findall(text)
    ]


def _resolved(importer: str, target: str) -> str:
    """The name a source goes by, where a relative import starts at its importer."""
    if not target.startswith("."):
        return target
    return posixpath.normpath(posixpath.join(posixpath.dirname(importer), target))
