"""Tables and sentences."""

from __future__ import annotations

from collections.abc import Iterable


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A table of Markdown."""
    lines = (head, tuple("---" for _ in head), *rows)
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def paragraph(docstring: str | None) -> str:
    """A docstring as a paragraph."""
    return " ".join(str(docstring).split())


def sentence(docstring: str) -> str:
    """The first paragraph of a docstring."""
    return paragraph(docstring.strip().split("\n\n")[0])


def upper(text: str) -> str:
    """A text that begins a sentence."""
    return text[:1].upper() + text[1:]
