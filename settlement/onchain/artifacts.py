"""The compiled contracts, by name: `load("Settlement").abi`.

An installed package reads the artifacts it carries. In a checkout, where a contract may have been
edited since, the fingerprint of the sources is compared with the one in the manifest first; where
they differ the contracts are compiled again, once, into `.cache/artifacts/` under that fingerprint.
`make artifacts` makes the committed ones match again.

A start without an edit compiles nothing and imports no compiler.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from settlement.errors import CompilerTrouble, UnknownName
from settlement.onchain import sources
from settlement.onchain.compile import ARTIFACTS, MANIFEST, compile_contracts, write_artifacts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eth_typing import ABI

_CACHE = sources.CHECKOUT / ".cache" / "artifacts"


@dataclass(frozen=True, slots=True)
class Artifact:
    """One compiled contract. `bytecode` creates it, in hexadecimal; an interface has none.

    `storage` maps its state variables to their slots.
    """

    name: str
    abi: ABI
    bytecode: str
    links: Mapping[str, str] = field(default_factory=dict)
    storage: Mapping[str, int] = field(default_factory=dict)

    def linked(self, libraries: Mapping[str, str]) -> str:
        """The bytecode with the addresses of the external libraries that it calls put in."""
        bytecode = self.bytecode
        for library, placeholder in self.links.items():
            if library not in libraries:
                raise CompilerTrouble(f"{self.name} needs the address of its library {library}")
            bytecode = bytecode.replace(placeholder, libraries[library].removeprefix("0x").lower())
        return bytecode


@cache
def load(name: str) -> Artifact:
    """The artifact of a contract or an interface, mocks included."""
    for path in (_folder() / f"{name}.json", _folder() / "mocks" / f"{name}.json"):
        if path.is_file() and name in names():
            content = json.loads(path.read_text("utf-8"))
            return Artifact(
                content["contract"],
                content["abi"],
                content["bytecode"],
                content.get("links", {}),
                content.get("storage", {}),
            )
    raise UnknownName("contract", name, names())


@cache
def names() -> tuple[str, ...]:
    """Every contract and interface that can be loaded, in order."""
    found = {path.stem for path in _folder().rglob("*.json") if path.name != MANIFEST}
    return tuple(sorted(found))


@cache
def published() -> tuple[str, ...]:
    """Those of the names that a venue or a depository uses: all but the mocks."""
    return tuple(sorted(path.stem for path in _folder().glob("*.json") if path.name != MANIFEST))


@cache
def _folder() -> Path:
    """Where the artifacts of the present sources are; compiles where there are none yet."""
    if not sources.in_checkout():
        return ARTIFACTS
    wanted = sources.fingerprint()
    if _fingerprint_in(ARTIFACTS) == wanted:
        return ARTIFACTS
    cached = _CACHE / wanted
    if _fingerprint_in(cached) != wanted:
        _compile_into(cached)
    return cached


def _fingerprint_in(folder: Path) -> str:
    manifest = folder / MANIFEST
    return str(json.loads(manifest.read_text("utf-8"))["sources"]) if manifest.is_file() else ""


def _compile_into(folder: Path) -> None:
    """Compile beside `folder` and move there at once: another process may be doing the same."""
    print("the contracts changed: compiling them (10 to 30 s, once)", file=sys.stderr)
    contracts = compile_contracts()
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=folder.parent))
    write_artifacts(contracts, fresh)
    try:
        fresh.rename(folder)
    except OSError:
        shutil.rmtree(fresh)
