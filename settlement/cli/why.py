"""`dvp why`: what stands between each unsettled trade of a story and its settlement."""

from __future__ import annotations

from typing import Annotated

import typer

from settlement.cli.output import AsJson, show_document


def why(
    story: Annotated[str, typer.Argument(metavar="NAME|FILE", help="A scenario.")],
    as_json: AsJson = False,
) -> int:
    """Run a scenario, then say why each trade that has not settled has not, and what would help."""
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
