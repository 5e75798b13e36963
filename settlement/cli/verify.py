"""`dvp verify`: checks an evidence bundle again, without the market that wrote it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from settlement.cli.output import AsJson, show_document


def verify(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="What dvp run --evidence wrote.")],
    as_json: AsJson = False,
) -> int:
    """Rebuild every position of an evidence bundle, or name the first line that is otherwise."""
    from settlement.evidence import verifying
    from settlement.reporting.evidence import verified_document, verified_lines

    verified = verifying.verify(folder)
    if as_json:
        show_document("verify", verified_document(verified))
    else:
        print("\n".join(verified_lines(verified)))
    return 0
