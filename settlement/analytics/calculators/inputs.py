"""Inputs of the calculators: what they are called, and how all of them are read together.

A calculator is a frozen dataclass; its fields are its inputs, declared with `rows` and `several`
below and with the functions of `values`. A row (a period, a lot, a transaction) is a dataclass too;
it is given as a list, in the order of its `POSITIONS`, or as a mapping by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, field, fields
from typing import Any, TypeVar

from settlement.errors import BadInput, UnknownName

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Input:
    """One input: its name, what it means, how it is written and read.

    `row` is the dataclass of a structured input, which may be given more than once if `several`.
    """

    name: str
    attribute: str
    meaning: str
    written: str
    read: Callable[[object], Any]
    required: bool
    row: type | None
    several: bool


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with one input; the name of an input within a row is `lots.2.haircut`."""

    name: str
    message: str

    def __str__(self) -> str:
        return f"{self.name}: {self.message}" if self.name else self.message


class BadInputs(BadInput):
    """Everything that is wrong with the inputs of one calculation, in one sentence."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(str(fault) for fault in self.faults))


def refused(name: str, given: object, needed: str) -> BadInputs:
    """The error for one input: what was given and what is needed."""
    return BadInputs([Fault(name, f"{given} given, {needed} needed")])


def inputs_of(kind: type) -> dict[str, Input]:
    """The inputs of a calculator or of a row, by name."""
    found = [_input_of(each) for each in fields(kind)]
    return {each.name: each for each in found}


def read(kind: type[T], given: Mapping[str, object]) -> T:
    """A calculator or a row from what was given. Raises {BadInputs} with all that is wrong."""
    known = inputs_of(kind)
    faults = [Fault(name, _unknown(name, known)) for name in given if name not in known]
    values = {}
    for each in known.values():
        try:
            if each.name in given:
                values[each.attribute] = each.read(given[each.name])
            elif each.required:
                faults.append(Fault(each.name, f"is missing: {each.meaning}"))
        except BadInputs as inner:
            faults += [_within(each.name, fault) for fault in inner.faults]
        except BadInput as trouble:
            faults.append(Fault(each.name, str(trouble)))
    if faults:
        raise BadInputs(faults)
    return kind(**values)


def row_from_text(row: type, text: str) -> dict[str, str]:
    """A row as it is written on a command line: `25000000.00:4.31%:3`, or with `name=value`.

    Parts without a name are taken in the order of the row's positions.
    """
    given: dict[str, str] = {}
    positions = iter(_positions(row))
    for part in text.split(":"):
        named, equals, value = part.partition("=")
        name = named.strip().replace("-", "_") if equals else next(positions, None)
        if name is None or name in given:
            raise BadInput(f"'{text}' has too many parts; needed is {row_written(row)}")
        given[name] = value if equals else part
    return given


def row_written(row: type) -> str:
    """How a row is written on a command line: `PURCHASE_PRICE:RATE:DAYS`, then names."""
    placed = _positions(row)
    named = [each for name, each in inputs_of(row).items() if name not in placed]
    parts = [name.upper() for name in placed]
    return ":".join([*parts, *(f"[{each.name}={each.written}]" for each in named)])


def declared(
    read_as: Callable[[object], Any],
    written: str,
    meaning: str,
    default: Any = MISSING,
    **more: Any,
) -> Any:
    """A field of a calculator; without a default the input is needed."""
    metadata = {"read": read_as, "written": written, "meaning": meaning, **more}
    return field(default=default, metadata=metadata)


def several(one: Any) -> Any:
    """A list of what `one` declares, with at least one of it."""
    read_one = one.metadata["read"]
    metadata = {**one.metadata, "several": True, "read": lambda given: _each(given, read_one)}
    return field(metadata=metadata)


def rows(row: type, meaning: str, default: Any = MISSING) -> Any:
    """Several rows of one kind, at least one of them; a single mapping is one row."""

    def read_rows(given: object) -> tuple[Any, ...]:
        listed = [given] if isinstance(given, Mapping) else given
        return _each(listed, lambda each: read(row, _by_name(row, each)))

    return declared(read_rows, row_written(row), meaning, default, row=row, several=True)


def _each(given: object, read_one: Callable[[object], Any]) -> tuple[Any, ...]:
    """Reads all of a list; places count from one, as people count."""
    if not isinstance(given, list | tuple) or not given:
        raise BadInput(f"{shown(given)} given, a list with something in it needed")
    values, faults = [], []
    for place, one in enumerate(given, 1):
        try:
            values.append(read_one(one))
        except BadInputs as inner:
            faults += [_within(str(place), fault) for fault in inner.faults]
        except BadInput as trouble:
            faults.append(Fault(str(place), str(trouble)))
    if faults:
        raise BadInputs(faults)
    return tuple(values)


def shown(given: object) -> str:
    """What was given, as an error quotes it."""
    return f"'{given}'" if isinstance(given, str) else f"{given}"


def _by_name(row: type, given: object) -> Mapping[str, object]:
    if isinstance(given, Mapping):
        return given
    placed = _positions(row)
    if not isinstance(given, list | tuple) or len(given) > len(placed):
        raise BadInput(f"{shown(given)} given, [{', '.join(placed)}] needed")
    return dict(zip(placed, given, strict=False))


def _positions(row: type) -> tuple[str, ...]:
    return getattr(row, "POSITIONS", ()) or tuple(inputs_of(row))


def _within(place: str, fault: Fault) -> Fault:
    return Fault(f"{place}.{fault.name}" if fault.name else place, fault.message)


def _unknown(name: str, known: Mapping[str, Input]) -> str:
    return str(UnknownName("input", name, known))


def _input_of(each: Field[Any]) -> Input:
    declared = each.metadata
    return Input(
        name=each.name.rstrip("_"),
        attribute=each.name,
        meaning=declared["meaning"],
        written=declared["written"],
        read=declared["read"],
        required=each.default is MISSING,
        row=declared.get("row"),
        several=declared.get("several", False),
    )
