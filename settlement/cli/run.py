"""`dvp run`: tells a scenario of the package or of a file."""

from __future__ import annotations

from typing import Annotated

import typer

from settlement.cli.output import AsJson, show_document

Story = Annotated[
    str | None, typer.Argument(metavar="[NAME|FILE]", help="A scenario's name, or a YAML file.")
]


def run(story: Story = None, as_json: AsJson = False) -> int:
    """Run a scenario; without an argument, list those that come with the package."""
    from settlement.scenario import catalogue

    if story is None:
        return _list(catalogue.names(), as_json)
    return _run(story, as_json)


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


def _run(story: str, as_json: bool) -> int:
    from settlement.reporting.story import document
    from settlement.reporting.text import story_lines
    from settlement.scenario.catalogue import find
    from settlement.scenario.runner import Runner

    told = Runner(find(story)).run()
    if as_json:
        show_document("run", document(told))
    else:
        print("\n".join(story_lines(told)))
    return 0 if told.went_as_told else 1
