"""What a command says of a file of agreed figures: each that does not come out, and how many do."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from settlement.cli.output import show_document

if TYPE_CHECKING:
    from settlement.analytics.jsonfile import Checked, Mismatch


def show_checked(
    checked: Checked,
    line: Callable[[Mismatch], str],
    document: tuple[str, str, str],
    as_json: bool,
) -> int:
    """Shows it all and returns the exit code.

    `document` names the command, its part of the document, and what a mismatch's field is there.
    """
    command, part, field = document
    if as_json:
        described = {
            "vectors": checked.vectors,
            "reproduced": checked.reproduced,
            "mismatches": [
                {
                    "id": mismatch.id,
                    field: mismatch.field,
                    "expected": mismatch.expected,
                    "computed": mismatch.computed,
                }
                for mismatch in checked.mismatches
            ],
        }
        show_document(command, {part: described})
    else:
        for mismatch in checked.mismatches:
            print(line(mismatch))
        print(f"{checked.reproduced:,} of {checked.vectors:,} vectors reproduced")
    return 1 if checked.mismatches else 0
