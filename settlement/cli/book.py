"""`dvp book`: a public repo trade file, opened and closed by delivery versus payment."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from settlement.cli.output import AsJson, show_document

_MANY = 50
"""Rows from which the run says what it is doing: it will take more than a second."""


def book(
    file: Annotated[Path, typer.Argument(metavar="TRADES.csv", help="A repo trade file.")],
    as_json: AsJson = False,
) -> int:
    """Open every repo of a trade file by DvP and close it at term with recomputed interest."""
    from settlement.reporting.book import book_lines, document
    from settlement.tradefile.reading import read_trade_file

    trades = read_trade_file(file)

    from settlement.tradefile.runner import BookRunner

    def progress(words: str) -> None:
        if len(trades.rows) >= _MANY:
            print(words, file=sys.stderr)

    run = BookRunner(trades, progress).run()
    if as_json:
        show_document("book", document(run))
    else:
        print("\n".join(book_lines(run)))
    return 0 if run.went_through else 1
