"""Files of agreed queues: each vector has balances, instructions in order, and what settles.

    {"vectors": [{"id": "...",
      "in": {"balances": {"A": {"USD": 50}},
             "instructions": [{"id": "1", "value": 80, "moves": [["A", "B", "USD", 80]]}]},
      "out": {"gross_fifo": [], "bypass": [], "net_fifo": [], "optimal_value": 0}}]}

A move is giver, taker, asset and amount. `out` has one rule or more: `gross_fifo` and `bypass` as
in `gross`, `net_fifo` as in `gridlock`, `optimal_value` as in `optimum`. Amounts and values are
whole numbers. Ids are compared as sets, for what settles at once has no order. Other keys, such as
`about` and `note`, are for people; within `in` and `out` there are none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from settlement.analytics.calculators.inputs import shown
from settlement.analytics.jsonfile import Checked, Mismatch, VectorFile
from settlement.analytics.obligations import Account, Balances, Move, Obligation
from settlement.analytics.queueing.gridlock import largest
from settlement.analytics.queueing.gross import bypass, first_in_first_out
from settlement.analytics.queueing.optimum import best
from settlement.errors import UnknownName

SECONDS = 60.0
"""How long the optimum of one vector is looked for."""

_SETS: Mapping[str, Callable[[Sequence[Obligation], Balances], list[Obligation]]] = {
    "gross_fifo": first_in_first_out,
    "bypass": bypass,
    "net_fifo": largest,
}
_OPTIMAL = "optimal_value"
_RULES = (*_SETS, _OPTIMAL)
_INPUTS = ("balances", "instructions")
_INSTRUCTION = ("id", "value", "moves")


@dataclass(frozen=True, slots=True)
class _Vector:
    id: str
    obligations: Sequence[Obligation]
    balances: Balances
    expected: Mapping[str, Any]


def check(path: Path, seconds: float = SECONDS) -> Checked:
    """Settles every queue of a file by its rules. Raises {BadFile} with all that is wrong."""
    file = VectorFile(path)
    vectors = [_Reading(file, name).vector(row) for name, row in file.rows()]
    file.require_good()
    mismatches = [mismatch for vector in vectors for mismatch in _compared(vector, seconds)]
    return Checked(len(vectors), mismatches)


def _compared(vector: _Vector, seconds: float) -> Iterator[Mismatch]:
    for rule, expected in vector.expected.items():
        if rule == _OPTIMAL:
            computed = _optimal(vector, seconds)
            if str(expected) != computed:
                yield Mismatch(vector.id, rule, str(expected), computed)
            continue
        settled = {each.id for each in _SETS[rule](vector.obligations, vector.balances)}
        if set(expected) != settled:
            ids = [each.id for each in vector.obligations if each.id in settled]
            yield Mismatch(vector.id, rule, expected, ids)


def _optimal(vector: _Vector, seconds: float) -> str:
    """The value, or the two that it lies between where time ran out."""
    found = best(vector.obligations, vector.balances, seconds)
    return str(found.value) if found.proven else f"{found.value} to {found.bound}"


def printable(text: str) -> str:
    """Text with what a terminal would obey, or cannot show, written as `\\x1b`."""
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode()
        for letter in text
    )


class _Reading:
    """Reads one vector; what cannot be read is noted and left out."""

    def __init__(self, file: VectorFile, name: str) -> None:
        self._file = file
        self._name = name

    def vector(self, row: Mapping[str, Any]) -> _Vector:
        given = self._file.part(self._name, row, "in", "balances and instructions")
        expected = self._file.part(self._name, row, "out", "what settles")
        if given:
            self._require_known("in", "input", given, _INPUTS)
        balances = self._balances(given.get("balances")) if given else {}
        obligations = self._obligations(given.get("instructions")) if given else []
        self._require_known("out", "rule", expected, _RULES)
        ids = {each.id for each in obligations}
        for rule in (rule for rule in _RULES if rule in expected):
            if rule == _OPTIMAL:
                self._whole(f"out.{rule}", expected[rule], 0)
            elif given:
                self._require_ids(f"out.{rule}", expected[rule], ids)
        return _Vector(self._name, obligations, balances, expected)

    def _balances(self, given: object) -> dict[Account, int]:
        balances = {}
        for party, holdings in self._object("in.balances", given).items():
            field = f"in.balances.{party}"
            for asset, amount in self._object(field, holdings).items():
                balances[party, asset] = self._whole(f"{field}.{asset}", amount, 0)
        return balances

    def _obligations(self, given: object) -> list[Obligation]:
        obligations: dict[str, Obligation] = {}
        for place, row in enumerate(self._list("in.instructions", given), 1):
            field = f"in.instructions.{place}"
            if not isinstance(row, dict):
                self._note(field, _needed(row, "an object"))
                continue
            self._require_known(field, "part", row, _INSTRUCTION)
            name = self._text(f"{field}.id", row.get("id"))
            value = self._whole(f"{field}.value", row.get("value"), 0)
            moves = self._moves(f"{field}.moves", row.get("moves"))
            if name and name in obligations:
                self._note(f"{field}.id", f"{shown(name)} is the id of two instructions")
            obligations[name] = Obligation(name, value, moves)
        return list(obligations.values())

    def _moves(self, field: str, given: object) -> tuple[Move, ...]:
        if given == []:
            self._note(field, "is empty: one move or more needed")
        rows = enumerate(self._list(field, given), 1)
        moves = [self._move(f"{field}.{place}", row) for place, row in rows]
        return tuple(move for move in moves if move is not None)

    def _move(self, field: str, given: object) -> Move | None:
        if not isinstance(given, list) or len(given) != len(Move._fields):
            self._note(field, f"{shown(given)} given, [giver, taker, asset, amount] needed")
            return None
        giver, taker, asset = (
            self._text(f"{field}.{part}", word)
            for part, word in zip(Move._fields, given[:-1], strict=False)
        )
        if giver and giver == taker:
            self._note(field, f"{shown(giver)} gives to itself, two parties needed")
        return Move(giver, taker, asset, self._whole(f"{field}.amount", given[-1], 1))

    # --- what every part is made of ---------------------------------------------------------------

    def _require_known(
        self, field: str, kind: str, given: Mapping[str, Any], known: Sequence[str]
    ) -> None:
        for name in given:
            if name not in known:
                self._note(f"{field}.{name}", str(UnknownName(kind, name, known)))

    def _require_ids(self, field: str, given: object, known: set[str]) -> None:
        """Ids of instructions, each once."""
        met: set[str] = set()
        for place, each in enumerate(self._list(field, given), 1):
            name = self._text(f"{field}.{place}", each)
            if name and name not in known:
                self._note(f"{field}.{place}", f"{shown(name)} is no instruction of this vector")
            elif name in met:
                self._note(f"{field}.{place}", f"{shown(name)} stands twice")
            met.add(name)

    def _object(self, field: str, given: object) -> Mapping[str, Any]:
        if isinstance(given, dict):
            return given
        self._note(field, _needed(given, "an object"))
        return {}

    def _list(self, field: str, given: object) -> list[Any]:
        if isinstance(given, list):
            return given
        self._note(field, _needed(given, "a list"))
        return []

    def _text(self, field: str, given: object) -> str:
        if isinstance(given, str) and given:
            return given
        self._note(field, _needed(given, "a name in a string"))
        return ""

    def _whole(self, field: str, given: object, least: int) -> int:
        if isinstance(given, int) and not isinstance(given, bool) and given >= least:
            return given
        self._note(field, _needed(given, f"a whole number, {least} or more"))
        return least

    def _note(self, field: str, message: str) -> None:
        self._file.note(self._name, printable(f"{self._name}.{field}"), printable(message))


def _needed(given: object, needed: str) -> str:
    return f"is missing: {needed}" if given is None else f"{shown(given)} given, {needed} needed"
