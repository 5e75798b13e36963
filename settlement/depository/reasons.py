"""Why an asset moved: the event of its transaction that says so.

A movement is explained by the event before it in the log, or where there is none, by the first
after it. A plain transfer by its holder explains itself.
"""

from __future__ import annotations

from collections.abc import Sequence

TRANSFER = "Transfer"
_SILENT = {TRANSFER, "Held", "Released", "CallMet", "NotSettled"}
"""Events that come with a movement and are not its reason."""


def reasons(names: Sequence[str]) -> list[int]:
    """For every event of one transaction, by name, the place of the event that explains it."""
    speaking = [place for place, name in enumerate(names) if name not in _SILENT]
    found = []
    reason = speaking[0] if speaking else None
    for place, name in enumerate(names):
        if name not in _SILENT:
            reason = place
        found.append(place if reason is None else reason)
    return found
