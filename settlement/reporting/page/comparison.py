"""The page of the purchases of a trade file, settled by every method, side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain

from settlement.reporting.comparison import Comparison
from settlement.reporting.methods import MEANINGS, MethodRun
from settlement.reporting.page.blocks import (
    Answer,
    Block,
    Cell,
    Column,
    Line,
    Page,
    Prose,
    Section,
    Table,
    Ticks,
)
from settlement.reporting.page.book import INVENTED
from settlement.reporting.page.methods import FIRST, NOT_CLOSED, subtitle, waited, waiting
from settlement.reporting.page.words import bars, cut
from settlement.units import show_cash


def comparison_page(comparison: Comparison) -> Page:
    """The whole."""
    runs = comparison.runs
    return Page(
        title=f"{runs[0].file}: every method",
        subtitle=subtitle(runs[0]),
        answers=[_moved(runs), _avoided(comparison), _needed(runs), _cost(runs)],
        sections=[
            *_failures(comparison),
            Section("Side by side", list(_side_by_side(runs))),
            Section("Cash by member", [_needs(runs)]),
            Section("What waited", [Prose([FIRST]), *map(waiting, runs)]),
            Section("Reconciliation", list(_reconciliation(comparison))),
        ],
    )


def _moved(runs: Sequence[MethodRun]) -> Answer:
    first = runs[0]
    return Answer(
        "What moved?",
        f"{show_cash(first.gross_cash)} {first.currency}",
        [
            f"of purchases; {first.netted_percent}% can be netted. Cash that moved:",
            *_each(runs, lambda run: show_cash(run.cash_moved)),
        ],
    )


def _avoided(comparison: Comparison) -> Answer:
    most = max(comparison.runs, key=lambda run: run.cash_moved)
    same = "and every method left the same positions"
    return Answer(
        "Which risk was avoided?",
        f"{show_cash(most.cash_moved)} {most.currency}",
        [
            f"of principal ({most.method.value}): had cash gone first, it would have been out of"
            " hand before its securities came",
            same if comparison.positions.holds else "but methods left different positions",
        ],
    )


def _needed(runs: Sequence[MethodRun]) -> Answer:
    needs = [run.cash_needed for run in runs]
    return Answer(
        "How much cash was needed?",
        f"{show_cash(min(needs))} {runs[0].currency}",
        [
            "at the least, of all members together",
            *_each(runs, lambda run: show_cash(run.cash_needed)),
        ],
    )


def _cost(runs: Sequence[MethodRun]) -> Answer:
    return Answer(
        "What did it cost?",
        f"{min(run.gas for run in runs):,} gas",
        [
            "at the least; only settling is counted. Gas a trade:",
            *_each(runs, lambda run: f"{run.gas_per_trade:,}"),
        ],
    )


def _each(runs: Sequence[MethodRun], shown: Callable[[MethodRun], str]) -> list[Line]:
    return [(run.method.value, shown(run)) for run in runs]


def _failures(comparison: Comparison) -> list[Section]:
    """First of all, where there are any; and what was left out."""
    failed: list[Block] = [
        waited(f"What did not settle by {run.method.value}, and why", run.failures)
        for run in comparison.runs
        if run.failures
    ]
    left_out = [f"{name}: {sentence}." for name, sentence in comparison.left_out.items()]
    sections = [Section("Did not settle", failed)] if failed else []
    return [*sections, Section("Left out", [Prose(left_out)])] if left_out else sections


def _side_by_side(runs: Sequence[MethodRun]) -> Iterator[Block]:
    yield Prose([f"{INVENTED} {NOT_CLOSED}"])
    yield Prose([f"{MEANINGS[run.method].capitalize()}." for run in runs])
    yield _cash(runs)
    yield _effort(runs)


def _cash(runs: Sequence[MethodRun]) -> Table:
    needed = bars([run.cash_needed for run in runs])
    moved = bars([run.cash_moved for run in runs])
    return Table(
        "Cash that has to be there, of all members together, and cash that moves",
        [
            ("Method", Column.NAME),
            (f"{runs[0].currency} needed", Column.FIGURE),
            ("", Column.BAR),
            ("That moves", Column.FIGURE),
            ("", Column.BAR),
        ],
        [
            (
                run.method.value,
                show_cash(run.cash_needed),
                need,
                show_cash(run.cash_moved),
                move,
            )
            for run, need, move in zip(runs, needed, moved, strict=True)
        ],
    )


def _effort(runs: Sequence[MethodRun]) -> Table:
    return Table(
        "What it takes, and what it costs",
        [
            ("Method", Column.NAME),
            ("Wait", Column.FIGURE),
            ("Fail", Column.FIGURE),
            ("Transfers", Column.FIGURE),
            ("Transactions", Column.FIGURE),
            ("Gas a trade", Column.FIGURE),
            ("Gas", Column.FIGURE),
            ("", Column.BAR),
        ],
        [
            (
                run.method.value,
                f"{len(run.waiting):,}",
                f"{run.trades - run.settled:,}",
                f"{run.transfers:,}",
                f"{run.transactions:,}",
                f"{run.gas_per_trade:,}",
                f"{run.gas:,}",
                bar,
            )
            for run, bar in zip(runs, bars([run.gas for run in runs]), strict=True)
        ],
    )


def _needs(runs: Sequence[MethodRun]) -> Table:
    """Bars are to scale with each other, whatever the method; whoever needs most comes first."""
    needs = {member: [run.needed_by[member] for run in runs] for member in runs[0].needed_by}
    most = max(chain.from_iterable(needs.values()))
    rows: list[list[Cell]] = []
    for member in sorted(needs, key=lambda member: -max(needs[member])):
        row: list[Cell] = [member]
        for amount, bar in zip(needs[member], bars(needs[member], most), strict=True):
            row += [show_cash(amount), bar]
        rows.append(row)
    columns = [((run.method.value, Column.FIGURE), ("", Column.BAR)) for run in runs]
    table = Table(
        f"{runs[0].currency} that each member needs by each method",
        [("Member", Column.NAME), *chain.from_iterable(columns)],
        rows,
    )
    return cut(table)


def _reconciliation(comparison: Comparison) -> Iterator[Block]:
    yield Ticks([comparison.positions])
    for run in comparison.runs:
        yield Ticks(run.checks, run.method.value.capitalize())
