"""Inputs of the calculators: what they are called, and how all of them are read together.

A calculator is a frozen dataclass whose fields are its inputs: the annotation of each carries an
`Input` that says how it is read. A row (a period, a lot, a transaction) is such a dataclass too; it
is given as a list, in the order of its `POSITIONS`, or as a mapping by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields, replace
from typing import Any, TypeVar, get_type_hints

from settlement.errors import BadInput, UnknownName

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Input:
    """How an input is read, how it is written, and what it means.

    `row` is the dataclass of a structured one; `several` says that it is a list.
    """

    read: Callable[[object], Any]
    written: str
    meaning: str
    row: type | None = None
    several: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """An input of a calculator: its name outside, its attribute in Python.

    `default` is what holds where it is not given; nothing may be meant by it.
    """

    name: str
    attribute: str
    required: bool
    default: Any
    input: Input


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with one input; an input within a row is named `lots.2.haircut`.

    A message that begins with its verb, such as `is missing`, has the name as its subject.
    """

    name: str
    message: str

    def __str__(self) -> str:
        colon = "" if self.message.startswith(("is ", "does ")) else ":"
        return f"{self.name}{colon} {self.message}"


class BadInputs(BadInput):
    """Everything that is wrong with the inputs of one calculation, in one sentence."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(map(str, faults)))


def refused(name: str, given: object, needed: str, hint: str = "") -> BadInputs:
    """The error for one input: what was given, what is needed, and what may have been meant."""
    hinted = f" ({hint})" if hint else ""
    return BadInputs([Fault(name, f"{given} given, {needed} needed{hinted}")])


def missing(name: str, meaning: str) -> BadInputs:
    """The error for an input that was not given."""
    return BadInputs([Fault(name, f"is missing: {meaning}")])


def fields_of(kind: type) -> Mapping[str, Field]:
    """The inputs of a calculator or of a row, by the name that they have outside."""
    hints = get_type_hints(kind, include_extras=True)
    found = [
        Field(
            name=each.name.rstrip("_"),
            attribute=each.name,
            required=each.default is MISSING,
            default=None if each.default is MISSING else each.default,
            input=hints[each.name].__metadata__[0],
        )
        for each in fields(kind)
    ]
    return {each.name: each for each in found}


def read(kind: type[T], given: Mapping[str, object]) -> T:
    """A calculator or a row from what was given. Raises {BadInputs} with all that is wrong."""
    known = fields_of(kind)
    faults = [
        Fault(name, str(UnknownName("input", name, known))) for name in given if name not in known
    ]
    values = {}
    for each in known.values():
        try:
            if each.name in given:
                values[each.attribute] = each.input.read(given[each.name])
            elif each.required:
                raise missing(each.name, each.input.meaning)
        except BadInputs as inner:
            faults += inner.faults if each.name not in given else _within(each.name, inner)
        except BadInput as trouble:
            faults.append(Fault(each.name, str(trouble)))
    if faults:
        raise BadInputs(faults)
    return kind(**values)


def rows(row: type, meaning: str) -> Input:
    """Several rows of one kind, at least one of them; a single mapping is one row."""

    def read_rows(given: object) -> tuple[Any, ...]:
        listed = [given] if isinstance(given, Mapping) else given
        return _each(listed, lambda each: read(row, _by_name(row, each)))

    return Input(read_rows, row.__name__.upper(), meaning, row, several=True)


def several(one: Input) -> Input:
    """A list of what `one` reads, with at least one of it."""
    return replace(one, read=lambda given: _each(given, one.read), several=True)


def row_from_text(row: type, text: str) -> dict[str, str]:
    """A row as a command line has it: `25000000.00:4.31%:3`, some parts with `name=value`.

    Parts without a name are taken in the order of the row's positions; one with nothing in it was
    not given.
    """
    given: dict[str, str] = {}
    positions = iter(_positions(row))
    for part in text.split(":"):
        name, equals, named = part.partition("=")
        name = name if equals else next(positions, "")
        if not name or name in given:
            raise BadInput(f"'{text}' given, {row_written(row)} needed")
        if part:
            given[name] = named if equals else part
    return given


def row_written(row: type) -> str:
    """How a row is written on a command line: `PURCHASE_PRICE:RATE:DAYS`, then names.

    Rows within a row, the lines of a basket, are for files only.
    """
    known, placed = fields_of(row), _positions(row)
    parts = [name.upper() if known[name].required else f"[{name.upper()}]" for name in placed]
    for name, each in known.items():
        if name not in placed and each.input.row is None:
            named = f"{name}={each.input.written}"
            parts.append(named if each.required else f"[{named}]")
    return ":".join(parts)


def shown(given: object) -> str:
    """What was given, as an error quotes it."""
    return f"'{given}'" if isinstance(given, str) else f"{given}"


def _each(given: object, read_one: Callable[[object], Any]) -> tuple[Any, ...]:
    """Reads all of a list; places count from one, as people count."""
    if not isinstance(given, list | tuple) or not given:
        raise BadInput(f"{shown(given)} given, a list with something in it needed")
    values, faults = [], []
    for place, one in enumerate(given, 1):
        try:
            values.append(read_one(one))
        except BadInputs as inner:
            faults += _within(str(place), inner)
        except BadInput as trouble:
            faults.append(Fault(str(place), str(trouble)))
    if faults:
        raise BadInputs(faults)
    return tuple(values)


def _by_name(row: type, given: object) -> Mapping[str, object]:
    if isinstance(given, Mapping):
        return given
    placed = _positions(row)
    if not isinstance(given, list | tuple) or len(given) > len(placed):
        raise BadInput(f"{shown(given)} given, [{', '.join(placed)}] needed")
    return dict(zip(placed, given, strict=False))


def _positions(row: type) -> tuple[str, ...]:
    return getattr(row, "POSITIONS", ()) or tuple(fields_of(row))


def _within(place: str, inner: BadInputs) -> list[Fault]:
    return [Fault(f"{place}.{fault.name}", fault.message) for fault in inner.faults]
