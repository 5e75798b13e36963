"""Every error that a caller of this package may meet, as one tree.

    SettlementError
    ├── BadInput              2   what was asked for cannot be read or makes no sense
    │   ├── BadFile               a file, with every problem found in it: file, line, field
    │   └── UnknownName           a name that nobody has, with the nearest one that somebody has
    ├── Refused               1   the rules said no; nothing moved
    │   ├── Mismatch              two instructions do not describe the same trade
    │   └── RefusedToSign         a client would not sign what it was shown
    └── ChainTrouble          3   the chain or the compiler did not answer as it should
        └── CompilerTrouble

The number is the exit code of the command line. Each error is one sentence in the units of the
trade: who, what, needed, available. None of them reaches a user as a traceback.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar


def hint(name: str, known: Iterable[str]) -> str:
    """What somebody who wrote `name` may have meant: the nearest that is known, else all of it."""
    choices = list(known)
    nearest = difflib.get_close_matches(name, choices, n=1)
    if nearest:
        return f"did you mean '{nearest[0]}'?"
    return "known: " + ", ".join(choices) if choices else "none exists yet"


class SettlementError(Exception):
    """The root. `exit_code` is what the command line returns when this reaches it."""

    exit_code: ClassVar[int] = 1


class BadInput(SettlementError):
    """The request itself is wrong: a file, an option, an identifier, an amount."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with one place of a file. Lines count from one; zero means the whole file."""

    file: str
    line: int
    field: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return (
            f"{place}: {self.field}: {self.message}" if self.field else f"{place}: {self.message}"
        )


class BadFile(BadInput):
    """A file with one or more problems, all of them, in the order of their lines."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: (problem.line, problem.field)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class UnknownName(BadInput):
    """A name that does not exist, answered with the nearest one that does."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        super().__init__(f"there is no {kind} '{name}'; {hint(name, sorted(known))}")


class Refused(SettlementError):
    """The rules said no and nothing moved.

    `error` is the name of the contract error that said so, `reason` the ISO 20022 word where one
    exists (MONY: lack of money, LACK: lack of securities), `details` the figures by name.
    """

    def __init__(
        self,
        sentence: str,
        *,
        error: str = "",
        reason: str = "",
        details: Mapping[str, Any] | None = None,
    ) -> None:
        self.sentence = sentence
        self.error = error
        self.reason = reason
        self.details = dict(details or {})
        super().__init__(sentence)


class Mismatch(Refused):
    """Two instructions that name each other do not describe the same trade."""


class RefusedToSign(Refused):
    """A party's own client would not sign: an asset outside the directory, a figure it disputes."""


class ChainTrouble(SettlementError):
    """The chain did not answer, or answered with something that is not an answer."""

    exit_code = 3


class CompilerTrouble(ChainTrouble):
    """The contracts could not be compiled, or the artifacts do not belong to the sources."""
