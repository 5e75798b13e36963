"""Where a command's words go: text for people, or one JSON document for programs.

With `--json` standard output carries the document and nothing else. Money, quantities of cash and
rates are strings in it; counts are numbers.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from settlement.errors import BadFile, Refused, SettlementError

AsJson = Annotated[bool, typer.Option("--json", help="One JSON document instead of text.")]
"""The option that every command has."""


def show_document(command: str, content: Mapping[str, Any]) -> None:
    """Prints the one document of a command."""
    print(json.dumps({"schema": f"dvp/{command}/1", **content}, indent=2, ensure_ascii=False))


def show_error(error: SettlementError, arguments: list[str]) -> None:
    """One sentence to a person; to a program, its document with the error in it."""
    if "--json" in arguments:
        command = next((word for word in arguments if not word.startswith("-")), "dvp")
        show_document(command, {"error": _described(error)})
    print(f"dvp: {error}", file=sys.stderr)


def _described(error: SettlementError) -> dict[str, Any]:
    described: dict[str, Any] = {"sentence": str(error), "exit_code": error.exit_code}
    if isinstance(error, BadFile):
        described["problems"] = [
            {
                "file": problem.file,
                "line": problem.line,
                "field": problem.field,
                "message": problem.message,
            }
            for problem in error.problems
        ]
    if isinstance(error, Refused):
        described |= {"error": error.error, "reason": error.reason}
    return described
