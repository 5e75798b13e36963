"""The page of a trade file by its repos: funding, end amounts that differ, what the log says."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from settlement.reporting.book import BookRun, Failure, Funds
from settlement.reporting.ledger import Ledger
from settlement.reporting.page import holdings, log
from settlement.reporting.page.blocks import Block, Cell, Column, Page, Prose, Section, Table, Ticks
from settlement.reporting.page.words import bars, cut, listed, period
from settlement.units import counted, show_cash

INVENTED = (
    "The file's securities are symbols here, each with an ISIN that belongs to nobody; firms have"
    " such LEIs."
)
"""What a page of a trade file says of its names."""


def book_page(run: BookRun, ledger: Ledger) -> Page:
    """The whole."""
    days = period(run.first_day, run.last_day)
    closed = f"{run.closed:,} of {counted(run.trades, 'repo')} opened and closed"
    return Page(
        title=run.file,
        subtitle=f"{closed}, {days}, local chain, no real value",
        answers=[
            log.moved(ledger),
            log.avoided(ledger, _refused(run)),
            log.needed(ledger),
            log.cost(ledger),
        ],
        sections=[
            *_refusals(run.failures),
            Section("Funding", _funding(run)),
            Section("End amounts", [_end_amounts(run)]),
            Section("Before and after", holdings.blocks(ledger)),
            Section("Repos", log.exchanges(ledger)),
            Section("Who signed what", [log.consents(ledger)]),
            Section("Gas", [log.gas(ledger)]),
            Section("Reconciliation", [Ticks(run.checks), log.positions(ledger)]),
        ],
    )


def _refused(run: BookRun) -> list[str]:
    if not run.failures:
        return ["nothing was refused"]
    return [f"{counted(len(run.failures), 'leg')} refused, of which nothing moved"]


def _refusals(failures: Sequence[Failure]) -> list[Section]:
    """First of all, where there are any."""
    if not failures:
        return []
    head = ("Trade", "Leg", "Reason", "Why")
    rows = [
        (
            failure.trade_id,
            failure.leg,
            failure.refusal.reason or failure.refusal.error,
            failure.refusal.sentence,
        )
        for failure in failures
    ]
    table = Table(
        "What was refused; nothing of it moved", [(title, Column.NAME) for title in head], rows
    )
    return [Section("Refused", [cut(table)])]


def _funding(run: BookRun) -> list[Block]:
    adopted = "Policy adopted: treasury notes at a haircut of 0%, interest ACT/360."
    return [Prose([f"{INVENTED} {adopted}"]), _firms(run)]


def _firms(run: BookRun) -> Table:
    """Whoever needs most first."""
    ranked = sorted(run.funding.items(), key=lambda item: -_cash(item[1]))
    given = bars([_cash(funds) for _, funds in ranked])
    rows: list[list[Cell]] = [
        [
            firm,
            show_cash(_cash(funds)),
            bar,
            show_cash(funds.interest),
            show_cash(run.interest.get(firm, Decimal(0))),
            listed(funds.securities),
        ]
        for (firm, funds), bar in zip(ranked, given, strict=True)
    ]
    table = Table(
        "What each firm was given beforehand, as little as lets each repo settle gross, one by one",
        [
            ("Firm", Column.NAME),
            (f"{run.currency} given", Column.FIGURE),
            ("", Column.BAR),
            ("For interest", Column.FIGURE),
            ("Interest paid", Column.FIGURE),
            ("Securities", Column.NAME),
        ],
        rows,
    )
    return cut(table)


def _cash(funds: Funds) -> Decimal:
    return funds.cash + funds.interest


def _end_amounts(run: BookRun) -> Block:
    if not run.differing:
        return Prose(["Every printed end amount is the recomputed one."])
    differences = bars([abs(row.difference) for row in run.differing])
    rows: list[list[Cell]] = [
        [
            row.trade_id,
            show_cash(row.printed),
            show_cash(row.recomputed),
            show_cash(row.difference),
            bar,
        ]
        for row, bar in zip(run.differing, differences, strict=True)
    ]
    table = Table(
        f"{len(run.differing):,} of {run.trades:,} printed end amounts are not start + interest",
        [
            ("Trade", Column.NAME),
            ("Printed", Column.FIGURE),
            ("Recomputed", Column.FIGURE),
            ("Difference", Column.FIGURE),
            ("", Column.BAR),
        ],
        rows,
    )
    return cut(table)
