"""`dvp study liquidity`: how much of a flow settles for how much cash."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from settlement.cli.output import AsJson, show_document
from settlement.cli.written import require_writable, write
from settlement.errors import BadInput

if TYPE_CHECKING:
    from settlement.analytics.liquidity import Level
    from settlement.analytics.obligations import Obligation
    from settlement.reporting.liquidity import Flow

_TRADES, _MOST_TRADES = 100, 2_000
_MEMBERS, _MOST_MEMBERS = 10, 200
_MANY = 50
"""Trades from which the study says what it is doing: it will take more than a second."""


def liquidity(
    file: Annotated[
        Path | None, typer.Argument(metavar="TRADES.csv", help="A repo trade file.")
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option("--random", metavar="SEED", min=0, help="Instead, a flow made by this seed."),
    ] = None,
    trades: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=1, max=_MOST_TRADES, help=f"Of a random flow.  [default: {_TRADES}]"
        ),
    ] = None,
    members: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=2, max=_MOST_MEMBERS, help=f"Of a random flow.  [default: {_MEMBERS}]"
        ),
    ] = None,
    chart: Annotated[
        Path | None,
        typer.Option(metavar="FILE.svg", help="Draw it too; a file of this name is replaced."),
    ] = None,
    as_json: AsJson = False,
) -> int:
    """What settles for how much cash: gross, by queue rules, netted, and in between."""
    flow, queues = _flow(file, seed, trades, members)
    require_writable(chart, ".svg", "a chart")

    from settlement.analytics.liquidity import study
    from settlement.reporting import liquidity as report

    def progress(level: Level) -> None:
        if flow.trades >= _MANY:
            print(f"cash held: {report.level_name(level)}", file=sys.stderr)

    studied = study(queues, flow.currency, progress)
    if chart:
        from settlement.reporting.chart import svg

        write(chart, svg(report.chart(flow, studied)))
    if as_json:
        drawn = {"chart": str(chart)} if chart else {}
        show_document("study", {"liquidity": report.document(flow, studied), **drawn})
        return 0
    print("\n".join(report.study_lines(flow, studied)))
    if chart:
        print(f"\n{chart} is written")
    return 0


def _flow(
    file: Path | None, seed: int | None, trades: int | None, members: int | None
) -> tuple[Flow, list[list[Obligation]]]:
    """What is to be studied, with the queue of each settlement date."""
    if file and seed is None:
        if trades or members:
            raise BadInput("--trades and --members go with --random, and a file is given")
        return _from_file(file)
    if seed is None or file:
        given = "both are" if file else "neither is"
        raise BadInput(f"a trade file or --random SEED needed, {given} given")
    return _random(seed, trades or _TRADES, members or _MEMBERS)


def _from_file(file: Path) -> tuple[Flow, list[list[Obligation]]]:
    from settlement.reporting.liquidity import Flow
    from settlement.tradefile.obligations import purchases
    from settlement.tradefile.reading import read_trade_file

    read = read_trade_file(file)
    queues = [*purchases(read.rows).values()]
    return Flow(read.name, len(read.rows), len(queues), read.currency), queues


def _random(seed: int, trades: int, members: int) -> tuple[Flow, list[list[Obligation]]]:
    from settlement.analytics.flows import CURRENCY, random_flow
    from settlement.reporting.liquidity import Flow

    name = f"random flow {seed} of {members} members"
    return Flow(name, trades, 1, CURRENCY), [random_flow(seed, trades, members)]
