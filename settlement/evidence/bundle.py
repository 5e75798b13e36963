"""The layout of a bundle: which files it has, how they come to disk and back.

manifest.jsonl        what the bundle is of, and the SHA-256 of every other file
transactions.jsonl    what was sent, and what became of it
events.jsonl          every entry of the log, raw and decoded
instructions.jsonl    every consent, as typed data with its signature
statements/NAME.csv   the movements and balances of one wallet
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from settlement.analytics.queueing.files import printable
from settlement.errors import BadFile, BadInput, Problem

MANIFEST = "manifest.jsonl"
TRANSACTIONS = "transactions.jsonl"
EVENTS = "events.jsonl"
INSTRUCTIONS = "instructions.jsonl"
STATEMENTS = "statements"

CHAINED = (TRANSACTIONS, EVENTS, INSTRUCTIONS)
"""The files of chained lines that the manifest names."""

MOST_BYTES = 500_000_000
"""All files of a bundle together."""

_LONGEST = 60
_UNSAFE = re.compile(r"[^A-Za-z0-9]+")

Files = Mapping[str, bytes]
"""The bytes of each file by its name in the bundle."""


def statement_names(wallets: Iterable[str]) -> list[str]:
    """The file of each wallet's statement, by the wallets' names; no two are the same."""
    taken: set[str] = set()
    names = []
    for wallet in wallets:
        plain = _UNSAFE.sub("-", wallet).strip("-")[:_LONGEST] or "wallet"
        choices = [plain, *(f"{plain}-{number}" for number in range(2, len(taken) + 3))]
        chosen = next(choice for choice in choices if choice.casefold() not in taken)
        taken.add(chosen.casefold())
        names.append(f"{STATEMENTS}/{chosen}.csv")
    return names


def digest(data: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def require_room(folder: Path) -> None:
    """Makes the folder if needed. Refuses one that has something in it or takes nothing."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise BadInput(f"{folder} is not empty, and evidence is written to a folder of its own")
        (folder / STATEMENTS).mkdir()
        (folder / STATEMENTS).rmdir()
    except OSError as problem:
        raise _unwritable(folder, problem) from None


def write_files(folder: Path, files: Files) -> None:
    """Puts the files into a folder that has room; the manifest last, so that it vouches for all."""
    try:
        (folder / STATEMENTS).mkdir()
        for name, data in files.items():
            (folder / name).write_bytes(data)
    except OSError as problem:
        raise _unwritable(folder, problem) from None


def read_files(folder: Path) -> dict[str, bytes]:
    """Every file in the folder. Raises {BadFile} for what can be in no bundle."""
    if not folder.is_dir():
        raise BadFile([Problem(str(folder), 0, "", "is not a folder")])
    files = {}
    left = MOST_BYTES
    try:
        for path in _paths(folder):
            left -= path.stat().st_size
            if left < 0:
                message = f"is more than a bundle has: {MOST_BYTES:,} bytes in all its files"
                raise BadFile([Problem(str(path), 0, "", message)])
            files[path.relative_to(folder).as_posix()] = path.read_bytes()
    except OSError as problem:
        reason = (problem.strerror or "cannot be read").lower()
        raise BadFile([Problem(str(problem.filename or folder), 0, "", reason)]) from None
    return files


def _paths(folder: Path) -> Iterator[Path]:
    """The files of a bundle, no folder but that of the statements, and nothing that is a link."""
    for path in sorted(folder.iterdir()):
        if path == folder / STATEMENTS and path.is_dir() and not path.is_symlink():
            yield from _paths(path)
        elif path.is_file() and not path.is_symlink():
            yield path
        else:
            raise BadFile([Problem(printable(str(path)), 0, "", "does not belong to a bundle")])


def require_exactly(folder: Path, expected: Iterable[str], found: Iterable[str]) -> None:
    """Refuses the first file that is missing, or else the first that is too many."""
    wanted, there = list(expected), list(found)
    for name in wanted:
        if name not in there:
            raise BadFile([Problem(str(folder / name), 0, "", "is missing")])
    for name in there:
        if name not in wanted:
            where = printable(str(folder / name))
            raise BadFile([Problem(where, 0, "", "does not belong to this bundle")])


def _unwritable(folder: Path, problem: OSError) -> BadInput:
    return BadInput(f"{problem.filename or folder} cannot be written: {problem.strerror}")
