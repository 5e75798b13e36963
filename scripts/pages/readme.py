"""What `README.md` says about the code."""

from __future__ import annotations

import json
from pathlib import Path

from pages.commands import summary
from pages.markdown import sentence, table
from settlement.reporting.text import story_lines
from settlement.scenario import catalogue
from settlement.scenario.runner import Runner

GAS = Path(__file__).resolve().parents[2] / "gas.json"


def demonstration() -> str:
    """What `dvp demo` tells, shortened to a sale, a repo, a refusal and the checks."""
    story = Runner(catalogue.find(catalogue.DEMONSTRATION)).run()
    paragraphs = "\n".join(story_lines(story)).split("\n\n")
    sale, opening, closing, refusal, checks = (
        next(text for text in paragraphs if begins in text).splitlines()
        for begins in ("Sale S1", "Repo R1 opens", "Repo R1 closes", "Sale S2", "Register =")
    )
    told = [*sale, "…", *opening[:3], *closing[:4], "…", *refusal, checks[0]]
    return "\n".join(("```text", *told, "```"))


def _gas() -> str:
    """The committed gas figures in one line."""
    if not GAS.is_file():
        return "`dvp bench gas` measures gas."
    figures = json.loads(GAS.read_text("utf-8"))
    named = {
        "a settlement": figures["settle"]["steady"],
        "a trade in a batch of 50": max(figures["settle_batch_50"].values()),
        "one in a netting cycle of 1,000": figures["net_cycle"]["per_trade_1000"],
        "opening a repo": figures["repo_open"]["steady"],
        "closing it": figures["repo_close"]["steady"],
    }
    shown = ", ".join(f"{used:,} for {what}" for what, used in named.items())
    return f"[Gas](gas.json), steady state: {shown}."


def command_table() -> str:
    """Every command or large group in a line, and under them what the contracts cost."""
    rows = [(f"`dvp {' '.join(name)}`", sentence(text)) for name, text in summary()]
    more = (
        "All take `--json`; `demo`, `drill`, `lesson`, `run` and `book` take `--report FILE.html`, "
        "a page to hand out; [docs/commands.md](docs/commands.md) has options and exit codes."
    )
    return table(("Command", "What it does"), rows) + f"\n\n{more} {_gas()}"


BLOCKS = {
    "demonstration": demonstration,
    "command-table": command_table,
}
