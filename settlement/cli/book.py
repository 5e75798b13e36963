"""`dvp book`: a public repo trade file, by delivery versus payment.

Its repos open and close one by one, or its purchases alone settle by a method of choice.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from settlement.cli.output import AsJson, show_document
from settlement.cli.written import Report, require_writable, write_page
from settlement.errors import Refused
from settlement.reporting.methods import SettlementMethod

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from settlement.tradefile.model import TradeFile


class Settle(Enum):
    """Each `SettlementMethod`, and all side by side; an enum with members has no heirs."""

    GROSS = "gross"
    CASH_NET = "cash-net"
    NET = "net"
    CCP = "ccp"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What came of a file: for the exit code, for programs, for people, and to hand out."""

    went_through: bool
    document: dict[str, Any]
    lines: Iterator[str]
    page: Callable[[], str]


_MANY = 50
"""Rows from which the run says what it is doing: it will take more than a second."""


def book(
    file: Annotated[Path, typer.Argument(metavar="TRADES.csv", help="A repo trade file.")],
    method: Annotated[
        Settle | None,
        typer.Option(
            "--settle", help="Instead, settle the purchases alone, by this method or all."
        ),
    ] = None,
    report: Report = None,
    as_json: AsJson = False,
) -> int:
    """Open every repo of a trade file by DvP and close it at term, or settle it netted."""
    require_writable(report, ".html", "a report")
    from settlement.tradefile.reading import read_trade_file

    trades = read_trade_file(file)

    def progress(words: str) -> None:
        if len(trades.rows) >= _MANY:
            print(words, file=sys.stderr)

    if method is None:
        outcome = _repos(trades, progress)
    elif method is Settle.ALL:
        outcome = _compared(trades, progress)
    else:
        outcome = _purchases(trades, SettlementMethod(method.value), progress)
    if not as_json:
        print("\n".join(outcome.lines))
    written = write_page(report, outcome.page, aloud=not as_json)
    if as_json:
        show_document("book", outcome.document | written)
    return 0 if outcome.went_through else 1


def _repos(trades: TradeFile, progress: Callable[[str], None]) -> _Outcome:
    from settlement.reporting.book import book_lines, document
    from settlement.tradefile.runner import BookRunner

    runner = BookRunner(trades, progress)
    run = runner.run()

    def page() -> str:
        from settlement.ledger import ledger_of
        from settlement.reporting.page.book import book_page
        from settlement.reporting.page.render import html

        return html(book_page(run, ledger_of(runner.market, run.currency)))

    return _Outcome(run.went_through, document(run), book_lines(run), page)


def _purchases(
    trades: TradeFile, method: SettlementMethod, progress: Callable[[str], None]
) -> _Outcome:
    from settlement.reporting.methods import document, method_lines
    from settlement.tradefile.methods import MethodRunner

    runner = MethodRunner(trades, method, progress)
    run = runner.run()

    def page() -> str:
        from settlement.ledger import ledger_of
        from settlement.reporting.page.methods import method_page
        from settlement.reporting.page.render import html

        return html(method_page(run, ledger_of(runner.market, run.currency)))

    return _Outcome(run.went_through, document(run), method_lines(run), page)


def _compared(trades: TradeFile, progress: Callable[[str], None]) -> _Outcome:
    from settlement.coordinator.cycle import CYCLE_TOO_LARGE
    from settlement.reporting.comparison import Comparison, comparison_lines, document
    from settlement.tradefile.methods import BatchTooLarge, MethodRunner

    runs, left_out = [], {}
    for method in SettlementMethod:
        try:
            runs.append(MethodRunner(trades, method, progress).run())
        except BatchTooLarge as too_large:
            left_out[method.value] = str(too_large)
        except Refused as refused:
            if refused.error != CYCLE_TOO_LARGE:
                raise
            left_out[method.value] = refused.sentence
    compared = Comparison(runs, left_out)

    def page() -> str:
        from settlement.reporting.page.comparison import comparison_page
        from settlement.reporting.page.render import html

        return html(comparison_page(compared))

    return _Outcome(compared.went_through, document(compared), comparison_lines(compared), page)
