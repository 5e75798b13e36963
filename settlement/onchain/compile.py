"""From Solidity to the artifacts that the package carries.

    python -m settlement.onchain.compile                       compile, write the artifacts
    python -m settlement.onchain.compile --check               compile, compare, weigh
    python -m settlement.onchain.compile --standard-json FILE  write the input, for Slither

**Compiler.** A native solc of the pinned version, if py-solc-x has one installed
(`python -c "import solcx; solcx.install_solc('X.Y.Z')"`), else npm's, run by node through
`scripts/solc` after `npm ci`. Both give the same bytes: names of sources are relative and no
metadata hash is appended. Warnings in our own contracts are errors.

**Artifacts** are one file per contract in `settlement/onchain/artifacts/`: its name, its ABI and
its creation bytecode. Interfaces are there for their errors and events, with empty bytecode;
abstract contracts and libraries without an ABI are not. What `contracts/mocks/` holds, for tests
and for teaching, goes to `artifacts/mocks/`. A contract that calls external libraries has a `links`
entry: by library, the placeholder to replace with its address. `storage` says in which slot each
state variable is, for access lists; where two inherited ones share a name, neither is listed.
`manifest.json` says which sources, by fingerprint, the artifacts belong to.

**Check** compiles again and fails, naming the files that differ, are missing or are left over; it
prints the size of each deployed contract and fails above the limits below.

This module imports py-solc-x only when it compiles; `artifacts.py` reads what is written here.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from settlement.errors import CompilerTrouble, SettlementError
from settlement.onchain import sources

ARTIFACTS = Path(__file__).resolve().parent / "artifacts"
MANIFEST = "manifest.json"
MOCKS = "contracts/mocks/"
OWN_SIZE_LIMIT = 22_000
EVM_SIZE_LIMIT = 24_576

_LAUNCHER = sources.CHECKOUT / "scripts" / "solc"
_PLACE = re.compile(r"--> (\S+?:\d+:\d+)")


@dataclass(frozen=True, slots=True)
class Compiled:
    """One contract as the compiler gave it; `size` counts the bytes of its deployed code."""

    source: str
    name: str
    abi: list[dict[str, Any]]
    bytecode: str
    links: dict[str, str]
    storage: dict[str, int]
    size: int

    @property
    def file(self) -> str:
        """Where its artifact goes, relative to the folder of artifacts."""
        return f"mocks/{self.name}.json" if self.source.startswith(MOCKS) else f"{self.name}.json"

    @property
    def size_limit(self) -> int:
        """Our own contracts stay clear of the limit of the chain; mocks and libraries need not."""
        own = self.source.startswith("contracts/") and not self.source.startswith(MOCKS)
        return OWN_SIZE_LIMIT if own else EVM_SIZE_LIMIT


def compile_contracts() -> list[Compiled]:
    """Compile everything; the contracts worth an artifact, in the order of their names."""
    output = _run_compiler(sources.standard_json())
    _raise_problems(output.get("errors", []))
    found = [
        _compiled(source, name, raw)
        for source, contracts in output["contracts"].items()
        if source.startswith("contracts/") or source == sources.ACCESS_MANAGER
        for name, raw in contracts.items()
    ]
    kept = sorted(filter(_worth_an_artifact, found), key=lambda contract: contract.name)
    _raise_duplicates(kept)
    return kept


def write_artifacts(contracts: list[Compiled], folder: Path) -> None:
    """Write one file per contract and the manifest, and remove what no contract stands for."""
    files = _files(contracts)
    for name in _present(folder) - files.keys():
        (folder / name).unlink()
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")


def differences(contracts: list[Compiled], folder: Path) -> list[str]:
    """The artifacts in `folder` that are not what these contracts give, by name."""
    files, present = _files(contracts), _present(folder)
    changed = {
        name for name in present & files.keys() if (folder / name).read_text("utf-8") != files[name]
    }
    return sorted(changed | (present ^ files.keys()))


# --- the compiler ---------------------------------------------------------------------------------


def _run_compiler(standard_json: dict[str, Any]) -> dict[str, Any]:
    import solcx
    from solcx.exceptions import SolcError

    try:
        with _node_of_this_environment():
            return solcx.compile_standard(standard_json, solc_binary=_compiler())
    except SolcError as trouble:
        _raise_problems(json.loads(trouble.stdout_data or "{}").get("errors", []))
        raise CompilerTrouble(f"the compiler failed: {trouble.stderr_data}") from trouble
    except (OSError, subprocess.SubprocessError, ValueError) as trouble:
        raise CompilerTrouble(f"the compiler gave no answer ({trouble}); {_ADVICE}") from trouble


_ADVICE = "install it with `npm ci` in the checkout, which needs node 20 or later"


def _compiler() -> Path:
    """A native solc of the pinned version, else the launcher of npm's."""
    import solcx
    from solcx.install import get_executable

    if sources.COMPILER in map(str, solcx.get_installed_solc_versions()):
        return get_executable(version=sources.COMPILER)
    modules = sources.CHECKOUT / "node_modules"
    if not (modules / "solc").is_dir() or not (modules / sources.ACCESS_MANAGER).is_file():
        raise CompilerTrouble(f"there is no Solidity compiler {sources.COMPILER}; {_ADVICE}")
    return _LAUNCHER


@contextmanager
def _node_of_this_environment() -> Iterator[None]:
    """Let the launcher find a node that pip installed beside this Python."""
    before = os.environ.get("PATH", "")
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), before])
    try:
        yield
    finally:
        os.environ["PATH"] = before


def _raise_problems(problems: list[dict[str, Any]]) -> None:
    """Errors anywhere, and warnings in our own contracts, one per line with file and line."""
    ours = [
        problem
        for problem in problems
        if problem["severity"] == "error"
        or problem.get("sourceLocation", {}).get("file", "").startswith("contracts/")
    ]
    if ours:
        raise CompilerTrouble("\n".join(_sentence(problem) for problem in ours))


def _sentence(problem: Mapping[str, Any]) -> str:
    place = _PLACE.search(problem.get("formattedMessage", ""))
    sentence = f"{problem['type']}: {problem['message']}"
    return f"{place[1]}: {sentence}" if place else sentence


# --- the artifacts --------------------------------------------------------------------------------


def _compiled(source: str, name: str, raw: Mapping[str, Any]) -> Compiled:
    bytecode = raw["evm"]["bytecode"]["object"]
    links = {
        library: bytecode[2 * places[0]["start"] :][:40]
        for libraries in raw["evm"]["bytecode"]["linkReferences"].values()
        for library, places in libraries.items()
    }
    size = len(raw["evm"]["deployedBytecode"]["object"]) // 2
    return Compiled(source, name, raw["abi"], bytecode, links, _storage(raw), size)


def _storage(raw: Mapping[str, Any]) -> dict[str, int]:
    variables = raw.get("storageLayout", {}).get("storage", [])
    labels = Counter(variable["label"] for variable in variables)
    return {
        variable["label"]: int(variable["slot"])
        for variable in variables
        if labels[variable["label"]] == 1
    }


def _worth_an_artifact(contract: Compiled) -> bool:
    """Whatever can be deployed and called, and interfaces, for their errors and events."""
    if contract.source == sources.ACCESS_MANAGER and contract.name != "AccessManager":
        return False
    interface = re.match(r"I[A-Z]", contract.name) is not None
    return bool(contract.abi) and (bool(contract.bytecode) or interface)


def _raise_duplicates(contracts: list[Compiled]) -> None:
    for one, other in pairwise(contracts):
        if one.name == other.name:
            raise CompilerTrouble(f"{one.source} and {other.source} both define {one.name}")


def _files(contracts: list[Compiled]) -> dict[str, str]:
    """Every file of a folder of artifacts, with its text."""
    manifest = {
        "compiler": sources.COMPILER,
        "openzeppelin": sources.openzeppelin_version(),
        "sources": sources.fingerprint(),
    }
    return {MANIFEST: _text(manifest), **{each.file: _artifact(each) for each in contracts}}


def _artifact(contract: Compiled) -> str:
    content = {"abi": contract.abi, "bytecode": contract.bytecode, "contract": contract.name}
    extra = {"links": contract.links, "storage": contract.storage}
    return _text(content | {key: value for key, value in extra.items() if value})


def _text(content: Mapping[str, Any]) -> str:
    """JSON that changes only where its content does, one top-level entry per line."""
    lines = [
        f"{json.dumps(key)}: {json.dumps(content[key], sort_keys=True, separators=(',', ':'))}"
        for key in sorted(content)
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _present(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*.json")}


# --- the command ----------------------------------------------------------------------------------


def _print_sizes(contracts: list[Compiled]) -> list[str]:
    """Print the table of sizes, largest first; the names of the contracts that are too large."""
    print(f"{'contract':<28}{'bytes':>8}{'limit':>8}")
    deployed = [contract for contract in contracts if contract.size]
    for contract in sorted(deployed, key=lambda each: (-each.size, each.name)):
        mark = "  too large" if contract.size > contract.size_limit else ""
        print(f"{contract.name:<28}{contract.size:>8,}{contract.size_limit:>8,}{mark}")
    return [contract.name for contract in deployed if contract.size > contract.size_limit]


def _check(contracts: list[Compiled]) -> None:
    too_large = _print_sizes(contracts)
    if too_large:
        raise CompilerTrouble("too large to deploy: " + ", ".join(too_large))
    different = differences(contracts, ARTIFACTS)
    if different:
        names = ", ".join(different)
        raise CompilerTrouble(f"not what the sources give: {names}; run `make artifacts`")
    print("every artifact is what its source gives")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m settlement.onchain.compile",
        description="Compile the contracts and write the artifacts that the package carries.",
    )
    action = parser.add_mutually_exclusive_group()
    action.add_argument("--check", action="store_true", help="compare instead, and weigh the code")
    action.add_argument("--standard-json", metavar="FILE", type=Path, help="write the input only")
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Run the command; the exit code."""
    options = _parser().parse_args(arguments)
    try:
        if options.standard_json:
            text = json.dumps(sources.standard_json(for_audit=True), indent=1)
            options.standard_json.write_text(text, "utf-8")
            return 0
        print(f"compiling the contracts with solc {sources.COMPILER}", file=sys.stderr)
        contracts = compile_contracts()
        if options.check:
            _check(contracts)
        else:
            write_artifacts(contracts, ARTIFACTS)
            print(f"{len(contracts)} artifacts written")
    except SettlementError as trouble:
        print(trouble, file=sys.stderr)
        return trouble.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
