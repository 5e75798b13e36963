"""The manifest: the facts, then every file with its hash, then the hash of the whole bundle.

The last line has the SHA-256 of all the bytes before it. Since those have the hash of every other
file, it stands for the bundle: two sides that have the same, have the same bundle.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from settlement.errors import BadFile, Problem
from settlement.evidence.bundle import CHAINED, MANIFEST, Files, digest
from settlement.evidence.chained import Line, chained, read_chain
from settlement.evidence.facts import Facts, fact_rows, facts_in


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest that was read. `files` are the lines of the files that it names, by name."""

    facts: Facts
    lines: tuple[Line, ...]
    files: Mapping[str, Line]
    bundle: str

    def part(self, part: str) -> list[Line]:
        """The lines of contracts, of assets or of wallets, in their order."""
        return [line for line in self.lines if line.content["part"] == part]


def manifest(facts: Facts, files: Files) -> tuple[bytes, str]:
    """The manifest of a bundle with these files, and the bundle's hash."""
    rows = [*fact_rows(facts), *(_file_row(name, data) for name, data in files.items())]
    bundle = digest(chained(rows))
    return chained([*rows, _last_row(bundle)]), bundle


def read_manifest(folder: Path, data: bytes) -> Manifest:
    """Reads it. Raises {BadFile}."""
    lines = read_chain(str(folder / MANIFEST), data)
    if not lines or lines[-1].content.get("part") != "end":
        message = "ends before its last line"
        raise BadFile([Problem(str(folder / MANIFEST), len(lines), "", message)])
    bundle = digest(data[: data.rindex(b"\n", 0, -1) + 1]) if len(lines) > 1 else digest(b"")
    lines[-1].require(_last_row(bundle))
    facts = facts_in(lines)
    names = [*CHAINED, *facts.statements]
    start = len(list(fact_rows(facts)))
    files = dict(zip(names, lines[start:-1], strict=False))
    if len(lines) != start + len(names) + 1:
        lines[-1].refuse("part", "comes after more or fewer lines than a manifest has")
    for name, line in files.items():
        if (line.content.get("part"), line.content.get("name")) != ("file", name):
            line.refuse("name", f"is not {name}, which comes here")
    return Manifest(facts, tuple(lines), files, bundle)


def require_hash(folder: Path, name: str, data: bytes, line: Line) -> None:
    """Refuses a file that is not the one of which the manifest has the hash."""
    row = _file_row(name, data)
    if line.whole("lines") != row["lines"]:
        last = min(line.whole("lines"), row["lines"]) + 1
        message = f"has {row['lines']:,} lines, and its manifest names {line.whole('lines'):,}"
        raise BadFile([Problem(str(folder / name), last, "", message)])
    line.require(row)


def _file_row(name: str, data: bytes) -> dict[str, Any]:
    return {"part": "file", "name": name, "sha256": digest(data), "lines": data.count(b"\n")}


def _last_row(bundle: str) -> dict[str, Any]:
    return {"part": "end", "bundle": bundle}
