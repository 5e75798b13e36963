"""What `docs/commands.md` says about the code."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import redirect_stdout
from typing import Any

from settlement.cli import run
from settlement.cli.app import app


def commands() -> list[tuple[tuple[str, ...], str]]:
    """Every command: its words, and the text of its function."""
    return list(_commands(app, ()))


def summary() -> list[tuple[tuple[str, ...], str]]:
    """The same, but a group of commands is one entry."""
    groups = {
        str(inner.name): str(inner.typer_instance.info.help) for inner in app.registered_groups
    }
    single = [(words, text) for words, text in commands() if words[0] not in groups]
    return [*single, *(((name,), text) for name, text in groups.items())]


def _commands(group: Any, words: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    for command in group.registered_commands:
        name = command.name or command.callback.__name__.replace("_", "-")
        yield (*words, name), command.help or command.callback.__doc__ or ""
    for inner in group.registered_groups:
        yield from _commands(inner.typer_instance, (*words, inner.name))


def command_help() -> str:
    """What `--help` says of every command."""
    sections = []
    for name, _ in commands():
        said = io.StringIO()
        with redirect_stdout(said):
            run([*name, "--help"])
        title = f"## dvp {' '.join(name)}"
        sections.append(f"{title}\n\n```text\n{said.getvalue().strip()}\n```")
    return "\n\n".join(sections)


BLOCKS = {
    "command-help": command_help,
}
