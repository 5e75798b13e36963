"""What `docs/netting.md` says about the code, and the chart that it shows."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory

from pages.markdown import table
from pages.readme import GAS
from settlement.cli import run

FLOW = ("--random", "7", "--trades", "60", "--members", "8")
"""Small enough for every point of the chart to be proven in a second."""


def cycle_gas() -> str:
    """What the committed figures say of netting cycles."""
    figures = json.loads(GAS.read_text("utf-8"))
    cycle, cheaper = figures["net_cycle"], figures["net_cycle_cheaper_from"]
    rows = [
        (f"a trade in a cycle of {int(name.rpartition('_')[2]):,}", f"{used:,} gas")
        for name, used in cycle.items()
    ]
    rows += [
        ("a cycle is cheaper than a best-effort batch from", f"{cheaper['batch']} trades on"),
        ("a cycle is cheaper than a transaction each from", f"{cheaper['single']} trades on"),
    ]
    return table(("Ten participants, ten assets, steady state", ""), rows)


def liquidity_chart() -> str:
    """What `dvp study liquidity` draws of `FLOW`."""
    with TemporaryDirectory() as folder, redirect_stdout(io.StringIO()):
        chart = Path(folder) / "liquidity.svg"
        with redirect_stderr(io.StringIO()):
            run(["study", "liquidity", *FLOW, "--chart", str(chart)])
        return chart.read_text("utf-8")


BLOCKS = {
    "cycle-gas": cycle_gas,
}
