"""`dvp study`: queues and liquidity of flows of trades, without a chain."""

from __future__ import annotations

import typer

from settlement.cli.study import liquidity, queue

app = typer.Typer(help="Study queues and liquidity, without a chain.")

app.command("queue")(queue.queue)
app.command("liquidity")(liquidity.liquidity)
