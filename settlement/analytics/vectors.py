"""Files of agreed figures: each row names a calculator, its inputs and its outputs.

    {"vectors": [{"id": "...", "calc": "haircut", "in": {...}, "out": {...}}]}

Other keys, such as `about` and `note`, are for people. Figures are compared as they are written,
to the last place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from settlement.analytics.calculators import calculator
from settlement.analytics.calculators.answer import Calculator, written
from settlement.analytics.calculators.inputs import BadInputs, read, shown
from settlement.errors import BadFile, BadInput, Problem, UnknownName

MOST_BYTES = 5_000_000
MOST_DEPTH = 20
MOST_DIGITS = 100
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A figure that the file has and that does not come out; the two as they are written."""

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


@dataclass(frozen=True, slots=True)
class _Vector:
    id: str
    calculator: Calculator
    expected: Mapping[str, Any]


def check(path: Path) -> Checked:
    """Runs every vector of a file. Raises {BadFile} with all that is wrong with the file."""
    reader = _Reader(str(path), _text(path))
    vectors = reader.read()
    mismatches = [mismatch for vector in vectors for mismatch in reader.compare(vector)]
    if reader.problems:
        raise BadFile(reader.problems)
    return Checked(len(vectors), mismatches)


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


class _Reader:
    """Collects vectors and problems on one way through a file."""

    def __init__(self, file: str, text: str) -> None:
        self.problems: list[Problem] = []
        self._file = file
        self._text = text
        self._lines: dict[str, int] = {}

    def read(self) -> list[_Vector]:
        if _depth(self._text) > MOST_DEPTH:
            self._note(0, "", f"is not JSON that can be read: more than {MOST_DEPTH} levels deep")
            return []
        try:
            content = json.loads(
                self._text, object_pairs_hook=_without_doubles, parse_int=_whole_number
            )
        except json.JSONDecodeError as trouble:
            self._note(trouble.lineno, "", f"is not JSON from column {trouble.colno} on")
            return []
        except ValueError as trouble:
            self._note(0, "", f"is not JSON that can be read: {trouble}")
            return []
        listed = content.get("vectors") if isinstance(content, dict) else None
        if not isinstance(listed, list) or not listed:
            self._note(0, "vectors", "is missing: a list of vectors")
            return []
        found = [self._vector(place, row) for place, row in enumerate(listed, 1)]
        return [vector for vector in found if vector is not None]

    def compare(self, vector: _Vector) -> Iterator[Mismatch]:
        """The figures that do not come out. An expected one that cannot is a problem."""
        try:
            answer = vector.calculator.answer()
        except BadInput as trouble:
            self._note(self._lines[vector.id], f"{vector.id}.in", str(trouble))
            return
        for name, expected in vector.expected.items():
            field = f"{vector.id}.out.{name}"
            if name not in answer.outputs:
                message = str(UnknownName("output", name, answer.outputs))
                self._note(self._lines[vector.id], field, message)
            elif not _is_figure(expected):
                message = f"{shown(expected)} given, figures in strings needed"
                self._note(self._lines[vector.id], field, message)
            elif _plain(expected) != _plain(written(answer.outputs[name])):
                yield Mismatch(vector.id, name, expected, written(answer.outputs[name]))

    def _vector(self, place: int, row: object) -> _Vector | None:
        if not isinstance(row, dict):
            self._note(0, f"vectors.{place}", f"{shown(row)} given, an object needed")
            return None
        name = row.get("id")
        if not isinstance(name, str) or not name:
            self._note(0, f"vectors.{place}.id", "is missing: the name of the vector")
            return None
        if name in self._lines:
            self._note(self._lines[name], name, "is the id of two vectors")
            return None
        self._lines[name] = self._line_of(name)
        calculates = self._calculator(name, row)
        expected = self._part(name, row, "out")
        return _Vector(name, calculates, expected) if calculates and expected else None

    def _calculator(self, name: str, row: Mapping[str, object]) -> Calculator | None:
        inputs = self._part(name, row, "in")
        try:
            kind = calculator(str(row.get("calc", "")))
        except UnknownName as trouble:
            self._note(self._lines[name], f"{name}.calc", str(trouble))
            return None
        try:
            return read(kind, inputs) if inputs else None
        except BadInputs as trouble:
            for fault in trouble.faults:
                self._note(self._lines[name], f"{name}.in.{fault.name}", fault.message)
            return None

    def _part(self, name: str, row: Mapping[str, object], part: str) -> Mapping[str, Any]:
        found = row.get(part)
        if isinstance(found, dict) and found:
            return found
        self._note(self._lines[name], f"{name}.{part}", "is missing: an object with figures")
        return {}

    def _line_of(self, name: str) -> int:
        """Where the id stands; zero where it is written in another way than it reads."""
        place = self._text.find(json.dumps(name, ensure_ascii=False))
        return self._text.count("\n", 0, place) + 1 if place >= 0 else 0

    def _note(self, line: int, field: str, message: str) -> None:
        self.problems.append(Problem(self._file, line, field, message))


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


def _is_figure(expected: object) -> bool:
    if isinstance(expected, dict | list):
        inner = expected.values() if isinstance(expected, dict) else expected
        return all(isinstance(each, str) for each in inner)
    return isinstance(expected, str)


def _plain(figures: Any) -> Any:
    """What is compared: a lot of which nothing is taken may be named or left out."""
    if isinstance(figures, dict):
        return {name: figure for name, figure in figures.items() if figure.strip("0.")}
    return figures
