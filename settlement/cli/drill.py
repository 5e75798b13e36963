"""`dvp drill`: breaks a trade on purpose and shows that nothing moved."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from settlement.cli.output import AsJson, show_document
from settlement.cli.written import Report, require_writable, write_page
from settlement.errors import BadInput

if TYPE_CHECKING:
    from settlement.drills.drill import Drill
    from settlement.reporting.drill import Performance

Names = Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="Drills by name.")]
All = Annotated[bool, typer.Option("--all", help="Every drill, and a line for each at the end.")]
Step = Annotated[bool, typer.Option("--step", help="Wait for Enter before each phase.")]


def drill(
    names: Names = None,
    everything: All = False,
    step: Step = False,
    report: Report = None,
    as_json: AsJson = False,
) -> int:
    """Break a trade or a repo on purpose, and see that nothing moved; alone, list the drills."""
    if everything and names:
        raise BadInput("--all or drills by name, and both are given")
    if step and as_json:
        raise BadInput("--step is for people and --json for programs, and both are given")
    if not everything and not names:
        if report or step:
            what = "--report" if report else "--step"
            raise BadInput(f"{what} goes with drills: name some, or --all")
        return _list(as_json)

    from settlement.drills.catalogue import ALL, find

    drills = list(ALL) if everything else [find(name) for name in names or ()]
    require_writable(report, ".html", "a report")
    performances = _performed(drills) if as_json else _shown(drills, step)
    written = write_page(report, lambda: _page(performances), aloud=not as_json)
    if as_json:
        _document(performances, written)
    return 0 if all(performance.held for performance in performances) else 1


def _list(as_json: bool) -> int:
    from settlement.drills.catalogue import ALL
    from settlement.reporting.drill import list_document
    from settlement.reporting.drill_text import list_lines

    drills = [drill.about() for drill in ALL]
    if as_json:
        show_document("drill", list_document(drills))
    else:
        print("\n".join(list_lines(drills)))
        print("\nThe number is the behaviour's. dvp drill NAME performs one, dvp drill --all all.")
    return 0


def _performed(drills: Iterable[type[Drill]]) -> list[Performance]:
    from settlement.drills.performance import perform

    return [perform(drill) for drill in drills]


def _document(performances: Iterable[Performance], written: dict[str, str]) -> None:
    from settlement.reporting.drill import document

    show_document("drill", document(performances) | written)


def _shown(drills: Iterable[type[Drill]], step: bool) -> list[Performance]:
    from settlement.reporting.drill_text import summary_lines

    performances = [_perform(drill, step) for drill in drills]
    if len(performances) > 1:
        print("\n".join(summary_lines(performances)))
    return performances


def _page(performances: Sequence[Performance]) -> str:
    from settlement.reporting.page.drills import drills_page
    from settlement.reporting.page.render import html

    return html(drills_page(performances))


def _perform(drill: type[Drill], step: bool) -> Performance:
    from settlement.drills.performance import phases
    from settlement.reporting.drill import Performance
    from settlement.reporting.drill_text import phase_lines, question_lines, title_lines

    print("\n".join(title_lines(drill.about())))
    played = []
    for phase in phases(drill):
        if step:
            _wait()
        played.append(phase)
        print("\n".join(["", *phase_lines(phase)]))
    print("\n".join(["", *question_lines(drill.about()), ""]))
    return Performance(drill.about(), tuple(played))


def _wait() -> None:
    """Until Enter; where nobody can press it, not at all."""
    print("Enter goes on ", end="", file=sys.stderr, flush=True)
    sys.stdin.readline()
