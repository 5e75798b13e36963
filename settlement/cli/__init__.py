"""The command line, `dvp`: parse, open a market, let a desk work, show a table.

Exit codes: 0 done, refusals that the story expects included; 1 a trade or an expectation failed;
2 bad input; 3 chain or compiler trouble. Every command takes `--json`: one document on standard
output that begins with its schema, everything else on standard error. An error is one sentence.
"""

from __future__ import annotations

import sys

import click

from settlement.cli.app import app
from settlement.cli.output import show_error
from settlement.errors import SettlementError


def main() -> None:
    """Runs `dvp` and leaves with its exit code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Runs `dvp` with these arguments; returns the exit code and raises nothing."""
    try:
        status = app(arguments, prog_name="dvp", standalone_mode=False)
    except SettlementError as error:
        show_error(error, arguments)
        return error.exit_code
    except click.ClickException as problem:
        problem.show()
        return problem.exit_code
    except (click.Abort, KeyboardInterrupt):
        print("stopped", file=sys.stderr)
        return 130
    return status if isinstance(status, int) else 0
