"""`dvp why`: what stands between what waits in a story, trade or repo, and its settlement."""

from __future__ import annotations

from typing import Annotated

import typer

from settlement.cli.output import AsJson, show_document


def why(
    story: Annotated[str, typer.Argument(metavar="NAME|FILE", help="A scenario.")],
    as_json: AsJson = False,
) -> int:
    """Run a scenario, then say why trades have not settled and repos have not opened."""
    from settlement.reporting.waiting import document, waiting_lines
    from settlement.scenario.catalogue import find
    from settlement.scenario.runner import Runner

    runner = Runner(find(story))
    told = runner.run()
    waiting = runner.waiting()
    if as_json:
        show_document("why", document(told.name, waiting))
    else:
        print("\n".join(waiting_lines(told.name, waiting)))
    return 0
