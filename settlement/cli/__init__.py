"""The command line, `dvp`: parse, open a market, let a desk work, show a table.

Exit codes: 0 done, refusals that the story expects included; 1 a trade or an expectation failed;
2 bad input; 3 chain or compiler trouble. Every command takes `--json`: one document on standard
output that begins with its schema, everything else on standard error. An error is one sentence.
"""

from __future__ import annotations

import io
import os
import re
import sys
from collections.abc import Iterator

import typer
from typer.main import get_command

from settlement.cli.app import app
from settlement.cli.output import show_error
from settlement.errors import BadInput, SettlementError

_SUGGESTION = re.compile(r"\. Did you mean (.*\?)$")
_OPTIONS = ("(Possible options:", "(possible options:")
_VALUE_ERROR = ("Value error, ", "")


def main() -> None:
    """Runs `dvp` and leaves with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal without ✓ still gets text
    status = run(sys.argv[1:])
    try:
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read the output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(status)


def run(arguments: list[str]) -> int:
    """Runs `dvp` with these arguments; returns the exit code and raises nothing."""
    try:
        status = app(arguments, prog_name="dvp", standalone_mode=False)
    except SettlementError as error:
        show_error(error, arguments)
        return error.exit_code
    except typer.TyperException as problem:
        return _misused(problem, arguments)
    except (typer.Abort, KeyboardInterrupt):
        print("stopped", file=sys.stderr)
        return 130
    return status if isinstance(status, int) else 0


def _misused(problem: typer.TyperException, arguments: list[str]) -> int:
    """A command line that says nothing `dvp` knows; an empty one gets the help."""
    message = problem.format_message().strip()
    if not arguments:
        print(message, file=sys.stderr)
        return BadInput.exit_code
    words = " ".join(["dvp", *_command(arguments)])
    show_error(BadInput(f"{_one_sentence(message)}; see {words} --help"), arguments)
    return BadInput.exit_code


def _command(arguments: list[str]) -> Iterator[str]:
    """The command that a command line names, as far as it names one."""
    command: object = get_command(app)
    for word in arguments:
        command = getattr(command, "commands", {}).get(word)
        if command is None:
            return
        yield word


def _one_sentence(message: str) -> str:
    """What typer says, as the middle of a sentence: hints in brackets, no capitals."""
    said = _SUGGESTION.sub(r" (did you mean \1)", message).removesuffix(".")
    for words in (_OPTIONS, _VALUE_ERROR):
        said = said.replace(*words)
    return f"{said[:1].lower()}{said[1:]}"
