"""`dvp study queue`: files of agreed queues, settled by every rule that they name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from settlement.cli.output import AsJson, show_document

if TYPE_CHECKING:
    from settlement.analytics.queueing.files import Checked


def queue(
    file: Annotated[Path, typer.Argument(metavar="FILE.json", help="Queues to reproduce.")],
    as_json: AsJson = False,
) -> int:
    """Settle every queue of a file by its rules and name each one that comes out otherwise."""
    from settlement.analytics.queueing import files

    checked = files.check(file)
    if as_json:
        show_document("study", {"queue": _document(checked)})
        return 1 if checked.mismatches else 0
    for mismatch in checked.mismatches:
        expected, computed = _settled(mismatch.expected), _settled(mismatch.computed)
        print(f"{mismatch.id}: {mismatch.rule}: expected {expected}, computed {computed}")
    print(f"{checked.reproduced:,} of {checked.vectors:,} vectors reproduced")
    return 1 if checked.mismatches else 0


def _document(checked: Checked) -> dict[str, Any]:
    return {
        "vectors": checked.vectors,
        "reproduced": checked.reproduced,
        "mismatches": [
            {
                "id": mismatch.id,
                "rule": mismatch.rule,
                "expected": mismatch.expected,
                "computed": mismatch.computed,
            }
            for mismatch in checked.mismatches
        ],
    }


def _settled(settled: Sequence[str] | str) -> str:
    """Ids in one line, or a value."""
    return settled if isinstance(settled, str) else ", ".join(settled) or "nothing"
