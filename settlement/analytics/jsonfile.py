"""JSON files of vectors, read so that no file harms the process and every problem is named.

    {"vectors": [{"id": "...", "in": {...}, "out": {...}}]}

Other keys, such as `about` and `note`, are for people. What a vector means is for its reader.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from settlement.analytics.calculators.inputs import shown
from settlement.errors import BadFile, Problem

MOST_BYTES = 5_000_000
MOST_DEPTH = 20
MOST_DIGITS = 100
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A figure that the file has and that does not come out, in its field; both as written."""

    id: str
    field: str
    expected: Any
    computed: Any


@dataclass(frozen=True, slots=True)
class Checked:
    """How many vectors a file has, and every figure that is not reproduced."""

    vectors: int
    mismatches: Sequence[Mismatch]

    @property
    def reproduced(self) -> int:
        """Vectors without a mismatch."""
        return self.vectors - len({mismatch.id for mismatch in self.mismatches})


class VectorFile:
    """One way through a file: its vectors and all that is found wrong on it."""

    def __init__(self, path: Path) -> None:
        self._file = str(path)
        self._text = _text(path)
        self._lines: dict[str, int] = {}
        self._problems: list[Problem] = []

    def rows(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Every vector that has a name of its own, with that name."""
        for place, row in enumerate(self._listed(), 1):
            name = row.get("id") if isinstance(row, dict) else None
            if not isinstance(row, dict):
                self._add(0, f"vectors.{place}", f"{shown(row)} given, an object needed")
            elif not isinstance(name, str) or not name:
                self._add(0, f"vectors.{place}.id", "is missing: the name of the vector")
            elif name in self._lines:
                self._add(self._lines[name], name, "is the id of two vectors")
            else:
                self._lines[name] = self._line_of(name)
                yield name, row

    def part(self, name: str, row: Mapping[str, Any], part: str, content: str) -> Mapping[str, Any]:
        """`in` or `out` of a vector; empty, and a problem, where it has no content."""
        found = row.get(part)
        if isinstance(found, dict) and found:
            return found
        self.note(name, f"{name}.{part}", f"is missing: an object with {content}")
        return {}

    def note(self, name: str, field: str, message: str) -> None:
        """A problem with a vector, at its line."""
        self._add(self._lines[name], field, message)

    def require_good(self) -> None:
        """Raises {BadFile} with every problem, if there is one."""
        if self._problems:
            raise BadFile(self._problems)

    def _listed(self) -> list[object]:
        if _depth(self._text) > MOST_DEPTH:
            self._add(0, "", f"is not JSON that can be read: more than {MOST_DEPTH} levels deep")
            return []
        try:
            content = json.loads(
                self._text, object_pairs_hook=_without_doubles, parse_int=_whole_number
            )
        except json.JSONDecodeError as trouble:
            self._add(trouble.lineno, "", f"is not JSON from column {trouble.colno} on")
            return []
        except ValueError as trouble:
            self._add(0, "", f"is not JSON that can be read: {trouble}")
            return []
        listed = content.get("vectors") if isinstance(content, dict) else None
        if isinstance(listed, list) and listed:
            return listed
        self._add(0, "vectors", "is missing: a list of vectors")
        return []

    def _line_of(self, name: str) -> int:
        """Where the id stands; zero where it is written in another way than it reads."""
        place = self._text.find(json.dumps(name, ensure_ascii=False))
        return self._text.count("\n", 0, place) + 1 if place >= 0 else 0

    def _add(self, line: int, field: str, message: str) -> None:
        self._problems.append(Problem(self._file, line, field, message))


def _text(path: Path) -> str:
    try:
        if not path.is_file() and path.exists():
            raise BadFile([Problem(str(path), 0, "", "is not a file")])
        if path.stat().st_size > MOST_BYTES:
            message = f"is larger than the {MOST_BYTES:,} bytes that are read"
            raise BadFile([Problem(str(path), 0, "", message)])
        data = path.read_bytes()
    except OSError as trouble:
        message = (trouble.strerror or "cannot be read").lower()
        raise BadFile([Problem(str(path), 0, "", message)]) from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as trouble:
        line = data.count(b"\n", 0, trouble.start) + 1
        raise BadFile([Problem(str(path), line, "", "is not UTF-8 here")]) from None


def _depth(text: str) -> int:
    """How deep a JSON text goes; looked at first, for one deep enough would end the process."""
    depth = deepest = 0
    for mark in re.findall(r"[\[{\]}]", _STRING.sub("", text)):
        depth += 1 if mark in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; JSON would let the last of two equal names win."""
    content = dict(pairs)
    if len(content) < len(pairs):
        names = [name for name, _ in pairs]
        double = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"'{double}' stands twice in one object")
    return content


def _whole_number(digits: str) -> int:
    """A JSON number; Python itself refuses to read one of thousands of digits."""
    if len(digits) > MOST_DIGITS:
        raise ValueError(f"a number has more than {MOST_DIGITS} digits")
    return int(digits)
