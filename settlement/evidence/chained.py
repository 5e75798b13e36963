"""Chained lines: JSON, one object a line, each with a hash over itself and the line before it.

    hash = SHA-256(hash of the line before + the line without its hash), in hexadecimal

Before the first line stand 64 zeros. A line is canonical JSON: keys sorted, no blanks, UTF-8. Its
bytes must be exactly that, so a changed byte is found in its line, wherever it is.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from settlement.analytics.queueing.files import printable
from settlement.errors import BadFile, Problem

_BEFORE_THE_FIRST = "0" * 64
_DEEPEST = 30
_STRING_OR_BRACKET = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[\]{}]')
_HEXADECIMAL = re.compile(r"0x((?:[0-9a-f]{2})*)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it was read, without its hash. Whatever is wrong with it raises {BadFile}."""

    file: str
    number: int
    content: Mapping[str, Any]

    def text(self, field: str) -> str:
        """A field that is text."""
        return str(self._typed(field, str, "text"))

    def whole(self, field: str) -> int:
        """A field that is a whole number, zero or more."""
        number = self._typed(field, int, "a whole number")
        if isinstance(number, bool) or not 0 <= number < 2**53:
            self.refuse(field, "is not a whole number")
        return int(number)

    def truth(self, field: str) -> bool:
        """A field that is true or false."""
        return bool(self._typed(field, bool, "true or false"))

    def raw(self, field: str) -> bytes:
        """A field that is bytes."""
        return self._bytes(field, self.text(field))

    def raws(self, field: str) -> tuple[bytes, ...]:
        """A field that is a list of bytes."""
        items = self._typed(field, list, "a list")
        return tuple(self._bytes(field, str(item)) for item in items)

    def part(self, field: str) -> Mapping[str, Any]:
        """A field that is an object."""
        found: Mapping[str, Any] = self._typed(field, dict, "an object")
        return found

    def require(self, derived: Mapping[str, Any]) -> None:
        """Refuses the first field that is not as it was derived from the others."""
        for field in sorted({*derived, *self.content}):
            if field not in self.content:
                self.refuse(field, "is missing")
            if field not in derived:
                self.refuse(field, "does not belong here")
            found, expected = canonical(self.content[field]), canonical(derived[field])
            if found != expected:
                self.refuse(field, f"is {_short(found)} and would be {_short(expected)}")

    def refuse(self, field: str, message: str) -> NoReturn:
        """Names this line. A terminal obeys nothing of what stands in it."""
        raise BadFile([Problem(self.file, self.number, printable(field), printable(message))])

    def _typed(self, field: str, kind: type, what: str) -> Any:
        if field not in self.content:
            self.refuse(field, "is missing")
        if not isinstance(self.content[field], kind):
            self.refuse(field, f"is not {what}")
        return self.content[field]

    def _bytes(self, field: str, text: str) -> bytes:
        found = _HEXADECIMAL.fullmatch(text)
        if found is None:
            self.refuse(field, "is not bytes in hexadecimal")
        return bytes.fromhex(found[1])


def canonical(content: Any) -> str:
    """The one way to write it."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def chained(rows: Iterable[Mapping[str, Any]]) -> bytes:
    """The rows as a file."""
    before = _BEFORE_THE_FIRST
    lines = []
    for row in rows:
        before = _hash(before, row)
        lines.append(canonical({**row, "hash": before}) + "\n")
    return "".join(lines).encode()


def read_chain(file: str, data: bytes) -> list[Line]:
    """The lines of a file. Raises {BadFile} at the first that is not as it was written."""
    *texts, rest = data.split(b"\n")
    before = _BEFORE_THE_FIRST
    lines: list[Line] = []
    for number, text in enumerate(texts, start=1):
        content = _parsed(file, number, text)
        line = Line(file, number, {key: value for key, value in content.items() if key != "hash"})
        before = _hash(before, line.content)
        if content.get("hash") != before:
            line.refuse("hash", "is not that of this line after the lines before it")
        lines.append(line)
    if rest:
        raise BadFile([Problem(file, len(texts) + 1, "", "is cut off: no end of line")])
    return lines


def _parsed(file: str, number: int, text: bytes) -> dict[str, Any]:
    try:
        written = text.decode("utf-8")
        content = json.loads(written) if _depth(written) <= _DEEPEST else None
        if isinstance(content, dict) and canonical(content).encode() == text:
            return content
    except ValueError:
        pass
    raise BadFile([Problem(file, number, "", "is not an object in canonical JSON")])


def _depth(text: str) -> int:
    """How deep it is nested, found without going as deep."""
    depth = deepest = 0
    for token in _STRING_OR_BRACKET.findall(text):
        depth += (token in "[{") - (token in "]}")
        deepest = max(deepest, depth)
    return deepest


def _hash(before: str, content: Mapping[str, Any]) -> str:
    return hashlib.sha256((before + canonical(content)).encode()).hexdigest()


def _short(shown: str) -> str:
    return shown if len(shown) <= 60 else f"{shown[:60]}…"
