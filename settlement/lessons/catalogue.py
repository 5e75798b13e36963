"""All lessons by name, and what each is about."""

from __future__ import annotations

from collections.abc import Mapping

from settlement.errors import UnknownName
from settlement.reporting import lesson

LESSONS: Mapping[str, str] = {
    lesson.NAME: "The same trades settled five ways while a party fails: who loses what?"
}


def require_known(name: str) -> None:
    """Raises {UnknownName} with the nearest."""
    if name not in LESSONS:
        raise UnknownName("lesson", name, LESSONS)
