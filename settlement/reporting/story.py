"""A story that was run: its steps, what each changed, and whether all is well at the end.

The runner of scenarios fills these in; `reporting.text` prints them, `document` gives them to
programs. Amounts are already in the units that people use: Decimal for cash, int for securities.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

Figure = Decimal | int | str | bool
"""A result by name: money is Decimal, counts and quantities are int."""

Row = Mapping[str, Figure]
"""One line of a table."""


@dataclass(frozen=True, slots=True)
class Change:
    """What one party held of one asset before and after a step."""

    party: str
    asset: str
    before: Decimal | int
    after: Decimal | int


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a step was refused. `error` is the contract's, `reason` ISO 20022's word if any."""

    sentence: str
    error: str
    reason: str


@dataclass(frozen=True, slots=True)
class Told:
    """One step of a story. `failures` are expectations that it did not meet.

    `tables` are what `lines` show, for programs. `mistake` says why a step cannot be done as it is
    written, which is nobody's refusal.
    """

    at: datetime
    verb: str
    reference: str
    heading: str
    lines: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    figures: Mapping[str, Figure] = field(default_factory=dict)
    tables: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    refusal: Refusal | None = None
    mistake: str = ""
    nothing_moved: bool = False
    expected: bool = True
    failures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """An invariant, and what broke it where it does not hold."""

    name: str
    broken: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether it does."""
        return not self.broken


@dataclass(frozen=True, slots=True)
class Story:
    """The whole: steps in order, checks at the end, and what it cost."""

    name: str
    steps: tuple[Told, ...]
    checks: tuple[Check, ...]
    failures: tuple[str, ...]
    balances: Mapping[str, Mapping[str, Decimal | int]]
    settlements: int
    transactions: int
    gas: int

    @property
    def went_as_told(self) -> bool:
        """Every expectation met and every invariant true."""
        return not self.failures and all(check.holds for check in self.checks)


def document(story: Story) -> dict[str, Any]:
    """The story for a program: money as strings, counts as numbers."""
    return {
        "name": story.name,
        "steps": [_step(told) for told in story.steps],
        "balances": {
            party: {asset: _plain(amount) for asset, amount in held.items()}
            for party, held in story.balances.items()
        },
        "checks": checks_document(story.checks),
        "failures": list(story.failures),
        "settlements": story.settlements,
        "transactions": story.transactions,
        "gas": story.gas,
    }


def checks_document(checks: Sequence[Check]) -> list[dict[str, Any]]:
    """Invariants for a program."""
    return [
        {"name": check.name, "holds": check.holds, "broken": list(check.broken)} for check in checks
    ]


def changes_document(changes: Sequence[Change]) -> list[dict[str, Any]]:
    """Holdings before and after, for a program."""
    return [
        {
            "party": change.party,
            "asset": change.asset,
            "before": _plain(change.before),
            "after": _plain(change.after),
        }
        for change in changes
    ]


def refusal_document(refusal: Refusal) -> dict[str, Any]:
    """A refusal for a program."""
    return {"sentence": refusal.sentence, "error": refusal.error, "reason": refusal.reason}


def _step(told: Told) -> dict[str, Any]:
    step: dict[str, Any] = {
        "at": told.at.isoformat(),
        "step": told.verb,
        "reference": told.reference,
        "outcome": _outcome(told),
        "expected": told.expected,
        "figures": _row(told.figures),
        "changes": changes_document(told.changes),
    }
    step |= {name: [_row(row) for row in rows] for name, rows in told.tables.items()}
    if told.mistake:
        step["mistake"] = told.mistake
    if told.refusal:
        step["refusal"] = {
            **refusal_document(told.refusal),
            "nothing_moved": told.nothing_moved,
        }
    return step


def _outcome(told: Told) -> str:
    if told.mistake:
        return "not possible"
    return "refused" if told.refusal else "done"


def _row(row: Row) -> dict[str, str | int | bool]:
    return {name: _plain(figure) for name, figure in row.items()}


def _plain(figure: Figure) -> str | int | bool:
    return str(figure) if isinstance(figure, Decimal) else figure
