"""`dvp run`: tells a scenario of the package or of a file; on request with a page and evidence."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from settlement.cli.output import AsJson, show_document
from settlement.cli.written import Report, require_writable, write_page
from settlement.errors import BadInput

if TYPE_CHECKING:
    from settlement.scenario.runner import Runner

Story = Annotated[
    str | None, typer.Argument(metavar="[NAME|FILE]", help="A scenario's name, or a YAML file.")
]
Evidence = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Leave evidence there; dvp verify checks it. New or empty."),
]


def run(
    story: Story = None, report: Report = None, evidence: Evidence = None, as_json: AsJson = False
) -> int:
    """Run a scenario; without an argument, list those that come with the package."""
    from settlement.scenario import catalogue

    if story is not None:
        return _run(story, report, evidence, as_json)
    if report is not None or evidence is not None:
        what = "a report" if report is not None else "evidence"
        raise BadInput(f"{what} is of a scenario: name one, or a YAML file")
    return _list(catalogue.names(), as_json)


def _list(names: list[str], as_json: bool) -> int:
    from settlement.scenario.catalogue import find

    titles = {name: find(name).name for name in names}
    if as_json:
        show_document("run", {"scenarios": titles})
    else:
        for name, title in titles.items():
            print(f"{name:<17}{title}")
        print("\ndvp run NAME tells one; dvp new FILE begins your own.")
    return 0


def _run(story: str, report: Path | None, evidence: Path | None, as_json: bool) -> int:
    from settlement.cli.pages import page_of
    from settlement.evidence.bundle import require_room
    from settlement.reporting.story import document
    from settlement.reporting.text import story_lines
    from settlement.scenario.catalogue import find
    from settlement.scenario.runner import Runner

    scenario = find(story)
    require_writable(report, ".html", "a report")
    if evidence is not None:
        if report is not None and report.resolve().is_relative_to(evidence.resolve()):
            raise BadInput(f"{report} is in {evidence}, which is for evidence alone")
        require_room(evidence)
    runner = Runner(scenario)
    told = runner.run()
    if not as_json:
        print("\n".join(story_lines(told)))
    left = _leave(evidence, runner, told.name, aloud=not as_json)
    written = write_page(report, lambda: page_of(runner, told), aloud=not as_json)
    if as_json:
        show_document("run", document(told) | left | written)
    return 0 if told.went_as_told else 1


def _leave(evidence: Path | None, runner: Runner, name: str, aloud: bool) -> dict[str, Any]:
    """Leaves evidence where it is asked for; what a document says of it. Says so if `aloud`."""
    if evidence is None:
        return {}
    from settlement.evidence.writing import write
    from settlement.reporting.evidence import written_document, written_line

    written = write(runner.market, name, evidence)
    if aloud:
        print(written_line(written))
    return {"evidence": written_document(written)}
