"""Files of agreed figures: each row names a calculator, its inputs and its outputs.

    {"vectors": [{"id": "...", "calc": "haircut", "in": {...}, "out": {...}}]}

Other keys, such as `about` and `note`, are for people. Figures are compared as they are written,
to the last place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from settlement.analytics.calculators import calculator
from settlement.analytics.calculators.answer import Calculator, written
from settlement.analytics.calculators.inputs import BadInputs, read, shown
from settlement.analytics.jsonfile import Checked, Mismatch, VectorFile
from settlement.errors import BadInput, UnknownName


@dataclass(frozen=True, slots=True)
class _Vector:
    id: str
    calculator: Calculator
    expected: Mapping[str, Any]


def check(path: Path) -> Checked:
    """Runs every vector of a file. Raises {BadFile} with all that is wrong with the file."""
    file = VectorFile(path)
    found = [_vector(file, name, row) for name, row in file.rows()]
    vectors = [vector for vector in found if vector is not None]
    mismatches = [mismatch for vector in vectors for mismatch in _compared(file, vector)]
    file.require_good()
    return Checked(len(vectors), mismatches)


def _vector(file: VectorFile, name: str, row: Mapping[str, Any]) -> _Vector | None:
    calculates = _calculator(file, name, row)
    expected = file.part(name, row, "out", "figures")
    return _Vector(name, calculates, expected) if calculates and expected else None


def _calculator(file: VectorFile, name: str, row: Mapping[str, Any]) -> Calculator | None:
    inputs = file.part(name, row, "in", "figures")
    try:
        kind = calculator(str(row.get("calc", "")))
    except UnknownName as trouble:
        file.note(name, f"{name}.calc", str(trouble))
        return None
    try:
        return read(kind, inputs) if inputs else None
    except BadInputs as trouble:
        for fault in trouble.faults:
            file.note(name, f"{name}.in.{fault.name}", fault.message)
        return None


def _compared(file: VectorFile, vector: _Vector) -> Iterator[Mismatch]:
    """The figures that do not come out. An expected one that cannot is a problem."""
    try:
        answer = vector.calculator.answer()
    except BadInput as trouble:
        file.note(vector.id, f"{vector.id}.in", str(trouble))
        return
    for name, expected in vector.expected.items():
        field = f"{vector.id}.out.{name}"
        if name not in answer.outputs:
            file.note(vector.id, field, str(UnknownName("output", name, answer.outputs)))
        elif not _is_figure(expected):
            file.note(vector.id, field, f"{shown(expected)} given, figures in strings needed")
        elif _plain(expected) != _plain(written(answer.outputs[name])):
            yield Mismatch(vector.id, name, expected, written(answer.outputs[name]))


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
