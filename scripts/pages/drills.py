"""What `docs/drills.md` says about the code."""

from __future__ import annotations

from pages.markdown import table
from settlement.drills.catalogue import ALL


def drill_table() -> str:
    """Every drill with its behaviour and what it breaks."""
    drills = [drill.about() for drill in ALL]
    rows = [(str(each.behaviour), f"`{each.name}`", each.title) for each in drills]
    return table(("Behaviour", "Drill", "What is broken"), rows)


BLOCKS = {
    "drill-table": drill_table,
}
