"""A file that a command writes at its end, and that it tries before it starts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from settlement.errors import BadInput

Report = Annotated[
    Path | None,
    typer.Option(metavar="FILE.html", help="Make a page of it too; such a file is replaced."),
]


def require_writable(file: Path | None, suffix: str, what: str) -> None:
    """Refuses a file that cannot be written, or is called otherwise; leaves it as it was."""
    if file is None:
        return
    if file.suffix != suffix:
        raise BadInput(f"{file} does not end in {suffix}, which is what {what} is")
    new = not file.exists()
    _write(file, "", "a")
    if new:
        file.unlink()


def write(file: Path, text: str) -> None:
    """Writes it, in place of what there was."""
    _write(file, text, "w")


def write_page(file: Path | None, page: Callable[[], str], aloud: bool) -> dict[str, str]:
    """Writes a report where one is asked for; what a document says of it. Says so if `aloud`."""
    if file is None:
        return {}
    write(file, page())
    if aloud:
        print(f"\n{file} is written")
    return {"report": str(file)}


def _write(file: Path, text: str, mode: str) -> None:
    try:
        with file.open(mode, encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except OSError as trouble:
        raise BadInput(f"{file} cannot be written: {trouble.strerror}") from None
