"""`dvp new`: a commented scenario to begin with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from settlement.cli.output import AsJson, show_document
from settlement.errors import BadInput
from settlement.scenario.starter import STARTER


def new(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The YAML file to write.")],
    as_json: AsJson = False,
) -> int:
    """Write a commented scenario that runs as it is."""
    if file.suffix not in {".yaml", ".yml"}:
        raise BadInput(f"{file} does not end in .yaml, by which dvp knows a scenario")
    try:
        with file.open("x", encoding="utf-8") as stream:
            stream.write(STARTER)
    except FileExistsError:
        raise BadInput(f"{file} exists, and dvp new does not overwrite") from None
    except OSError as problem:
        raise BadInput(f"{file} cannot be written: {problem.strerror}") from None
    if as_json:
        show_document("new", {"file": str(file)})
    else:
        print(f"{file} is written; dvp run {file} tells it.")
    return 0
