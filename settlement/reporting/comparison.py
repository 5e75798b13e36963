"""The purchases of a trade file settled by all four methods, side by side.

`tradefile.methods` runs each in a market of its own; `comparison_lines` prints the runs in columns,
`document` gives them to programs. A method that a book is too large for is left out, with the
sentence that says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from settlement.reporting import methods
from settlement.reporting.columns import aligned, wrapped
from settlement.reporting.methods import MethodRun
from settlement.reporting.story import Check
from settlement.reporting.text import check_lines
from settlement.units import counted, show_cash

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
    runs = comparison.runs
    yield from methods.heading_lines(runs[0])
    yield ""
    yield from aligned([*_rows(runs)], _NAME, _COLUMN)
    yield ""
    yield "Each member first holds what it pays and delivers net, and no more. What waits on that"
    yield "settles once the rest is brought in for the day. Only settling is counted in gas."
    for name, sentence in comparison.left_out.items():
        yield from wrapped("", f"Left out, {name}: {sentence}")
    for run in runs:
        yield from _failure_lines(run)
    yield from _checks(comparison)


def _rows(runs: Sequence[MethodRun]) -> Iterator[list[str]]:
    def row(name: str, shown: Callable[[MethodRun], str]) -> list[str]:
        return [name, *map(shown, runs)]

    yield row("", lambda run: run.method.value)
    yield row("cash needed", lambda run: show_cash(run.cash_needed))
    for member in runs[0].needed_by:
        yield [f"  {member}", *(show_cash(run.needed_by[member]) for run in runs)]
    yield row("cash that moves", lambda run: show_cash(run.cash_moved))
    yield row("trades that wait", lambda run: f"{len(run.waiting):,}")
    yield row("trades that fail", lambda run: f"{run.trades - run.settled:,}")
    yield row("transfers", lambda run: f"{run.transfers:,}")
    yield row("transactions", lambda run: f"{run.transactions:,}")
    yield row("gas", lambda run: f"{run.gas:,}")
    yield row("  a trade", lambda run: f"{run.gas_per_trade:,}")


def _failure_lines(run: MethodRun) -> Iterator[str]:
    """Why trades failed, each reason once."""
    for why, number in Counter("; ".join(each.why) for each in run.failures).items():
        failed = f"{counted(number, 'trade')} did not settle"
        yield from wrapped(f"✗ {run.method.value}: ", f"{failed}: {why}")


def _checks(comparison: Comparison) -> Iterator[str]:
    yield from check_lines([comparison.positions])
    for run in comparison.runs:
        marks, *broken = check_lines(run.checks)
        yield f"{run.method.value}: {marks}"
        yield from broken
