"""A drill that was performed: what was tried, what was refused, what moved, what would be lost.

The stage of drills fills these in; `drill_text` prints them, `document` gives them to programs.
Amounts are in the units that people use: Decimal for cash, int for securities.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from settlement.reporting.story import (
    Change,
    Check,
    Refusal,
    changes_document,
    checks_document,
    refusal_document,
)

SETTLED = "Settled"


@dataclass(frozen=True, slots=True)
class Attempt:
    """Something that was submitted, and the five invariants right after it.

    `amiss` says what did not come as the drill has it: another refusal, none, or other movements.
    """

    what: str
    refusal: Refusal | None
    lines: tuple[str, ...]
    checks: tuple[Check, ...]
    amiss: tuple[str, ...]
    gas: int

    @property
    def held(self) -> bool:
        """Whether it came as it should and every invariant is true."""
        return not self.amiss and all(check.holds for check in self.checks)


@dataclass(frozen=True, slots=True)
class Loss:
    """What a party gave without getting anything for it, at the price of the trade."""

    party: str
    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of a drill. `changes` are every wallet's holdings, what stayed the same among them."""

    heading: str
    lines: tuple[str, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    changes: tuple[Change, ...] = ()
    lost: tuple[Loss, ...] | None = None

    @property
    def held(self) -> bool:
        """Whether every attempt did."""
        return all(attempt.held for attempt in self.attempts)

    @property
    def checks(self) -> tuple[Check, ...]:
        """Each invariant once, with everything that broke it after any attempt."""
        broken: dict[str, list[str]] = {}
        for attempt in self.attempts:
            for check in attempt.checks:
                broken.setdefault(check.name, []).extend(check.broken)
        return tuple(Check(name, tuple(what)) for name, what in broken.items())


@dataclass(frozen=True, slots=True)
class Drill:
    """What a drill is about; `behaviour` is its number in the list of behaviours."""

    name: str
    behaviour: int
    title: str
    question: str


@dataclass(frozen=True, slots=True)
class Performance:
    """A drill with all its phases, in order."""

    drill: Drill
    phases: tuple[Phase, ...]

    @property
    def held(self) -> bool:
        """Whether the system did what the behaviour asks for, and every invariant held.

        Where nothing was refused, or nothing settled in the end, nothing was shown.
        """
        shown = self.refusals and self.settled.attempts
        return bool(shown) and all(phase.held for phase in self.phases)

    @property
    def settled(self) -> Phase:
        """The phase in which the same was submitted again."""
        return next(phase for phase in self.phases if phase.heading == SETTLED)

    @property
    def gas(self) -> int:
        """What all attempts used."""
        return sum(attempt.gas for phase in self.phases for attempt in phase.attempts)

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """Everything that was refused, in order."""
        attempts = (attempt for phase in self.phases for attempt in phase.attempts)
        return tuple(attempt.refusal for attempt in attempts if attempt.refusal)

    @property
    def lost(self) -> tuple[Loss, ...]:
        """What was given for nothing where nothing was atomic."""
        return next((phase.lost for phase in self.phases if phase.lost is not None), ())


def document(performances: Iterable[Performance]) -> dict[str, Any]:
    """Performed drills for a program."""
    return {"drills": [_drill(performance) for performance in performances]}


def list_document(drills: Iterable[Drill]) -> dict[str, Any]:
    """Drills that can be performed, for a program."""
    return {"drills": [_about(drill) for drill in drills]}


def _drill(performance: Performance) -> dict[str, Any]:
    return {
        **_about(performance.drill),
        "held": performance.held,
        "lost_without_dvp": [
            {"party": loss.party, "amount": str(loss.amount), "currency": loss.currency}
            for loss in performance.lost
        ],
        "phases": [_phase(phase) for phase in performance.phases],
    }


def _about(drill: Drill) -> dict[str, Any]:
    return {
        "name": drill.name,
        "behaviour": drill.behaviour,
        "title": drill.title,
        "question": drill.question,
    }


def _phase(phase: Phase) -> dict[str, Any]:
    return {
        "heading": phase.heading,
        "lines": list(phase.lines),
        "attempts": [_attempt(attempt) for attempt in phase.attempts],
        "changes": changes_document(phase.changes),
    }


def _attempt(attempt: Attempt) -> dict[str, Any]:
    return {
        "what": attempt.what,
        "outcome": "refused" if attempt.refusal else "done",
        **({"refusal": refusal_document(attempt.refusal)} if attempt.refusal else {}),
        "lines": list(attempt.lines),
        "checks": checks_document(attempt.checks),
        "amiss": list(attempt.amiss),
        "gas": attempt.gas,
        "held": attempt.held,
    }
