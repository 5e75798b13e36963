"""All drills, in the order of the behaviours that they stand for, and how one is found."""

from __future__ import annotations

from settlement.drills import (
    batches,
    consent,
    forged_nets,
    hostile,
    nets,
    operation,
    papers,
    permission,
    powers,
    repo_dates,
    repo_default,
    repo_life,
    repo_opening,
)
from settlement.drills.drill import Drill
from settlement.errors import UnknownName

_MODULES = (
    consent,
    papers,
    hostile,
    permission,
    powers,
    batches,
    nets,
    forged_nets,
    repo_opening,
    repo_life,
    repo_dates,
    repo_default,
    operation,
)

ALL: tuple[type[Drill], ...] = tuple(
    sorted(
        (drill for module in _MODULES for drill in module.DRILLS),
        key=lambda drill: drill.behaviour,
    )
)


def find(name: str) -> type[Drill]:
    """The drill called `name`. Raises {UnknownName} with the nearest."""
    drills = {drill.name: drill for drill in ALL}
    if name not in drills:
        raise UnknownName("drill", name, drills)
    return drills[name]
