"""The purchases of a trade file settled by all four methods, side by side.

`tradefile.methods` runs each in a market of its own; `comparison_lines` prints the runs in columns,
`document` gives them to programs. A method that a book is too large for is left out, with the
sentence that says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from settlement.reporting import methods
from settlement.reporting.methods import MethodRun
from settlement.reporting.story import Check
from settlement.reporting.text import check_mark
from settlement.units import show_cash

_NAME, _COLUMN = 24, 18
_REPORTED = ("settled", "cash_needed", "waiting", "refused", "cash_moved", "transfers")
_COSTS = ("transactions", "gas")


@dataclass(frozen=True, slots=True)
class Comparison:
    """One run of each method, at least one; `left_out` has a sentence for each other method."""

    runs: Sequence[MethodRun]
    left_out: Mapping[str, str]

    @property
    def positions(self) -> Check:
        """Whether every method leaves every member with the same."""
        first, *others = self.runs
        broken = [
            f"{run.method.value} leaves other positions than {first.method.value}"
            for run in others
            if run.positions != first.positions
        ]
        return Check("every method leaves the same positions", tuple(broken))

    @property
    def went_through(self) -> bool:
        """Whether every trade settled by every method that was run, and every record agrees."""
        return self.positions.holds and all(run.went_through for run in self.runs)


def document(comparison: Comparison) -> dict[str, Any]:
    """The runs for programs: what they share, then each by its name."""
    shared = ("file", "currency", "first_day", "last_day", "trades")
    figures = ("gross_cash", "net_cash", "netted_percent", "start", "positions")
    runs = [methods.document(run) for run in comparison.runs]
    return {
        **{key: runs[0][key] for key in (*shared, *figures)},
        "settle": "all",
        "methods": {
            run["settle"]: {key: run[key] for key in (*_REPORTED, *_COSTS, "checks")}
            for run in runs
        },
        "left_out": dict(comparison.left_out),
        "same_positions": comparison.positions.holds,
    }


def comparison_lines(comparison: Comparison) -> Iterator[str]:
    """The runs for people, a column each."""
    runs, first = comparison.runs, comparison.runs[0]
    yield from methods.heading_lines(first)
    yield ""
    yield f"{'':{_NAME}}" + "".join(f"{run.method.value:>{_COLUMN}}" for run in runs)
    yield _row("cash needed", runs, lambda run: show_cash(run.cash_needed))
    for member in first.needed_by:
        yield _row(f"  {member}", runs, lambda run, name=member: show_cash(run.needed_by[name]))  # type: ignore[misc]
    yield _row("cash that moves", runs, lambda run: show_cash(run.cash_moved))
    yield _row("trades that wait", runs, lambda run: f"{len(run.waiting):,}")
    yield _row("trades that fail", runs, lambda run: f"{run.trades - run.settled:,}")
    yield _row("transfers", runs, lambda run: f"{run.transfers:,}")
    yield _row("transactions", runs, lambda run: f"{run.transactions:,}")
    yield _row("gas", runs, lambda run: f"{run.gas:,}")
    yield _row("  a trade", runs, lambda run: f"{run.gas_per_trade:,}")
    yield ""
    yield "Each member first holds what it pays and delivers net, and no more. What waits on that"
    yield "settles once the rest is brought in for the day. Only settling is counted in gas."
    for name, sentence in comparison.left_out.items():
        yield f"Left out, {name}: {sentence}"
    yield from _checks(comparison)


def _checks(comparison: Comparison) -> Iterator[str]:
    yield check_mark(comparison.positions)
    for broken in comparison.positions.broken:
        yield f"✗ {broken}"
    for run in comparison.runs:
        marks = " · ".join(map(check_mark, run.checks))
        yield f"{run.method.value}: {marks}"
        for check in run.checks:
            yield from (f"✗ {broken}" for broken in check.broken)


def _row(name: str, runs: Sequence[MethodRun], shown: Callable[[MethodRun], str]) -> str:
    return f"{name:{_NAME}}" + "".join(f"{shown(run):>{_COLUMN}}" for run in runs)
