"""py-evm's Prague machine with its most frequent steps shortened: the same rules in less time.

Nine in ten of the steps of a settlement move words about on the stack, jump, compare, add, or use
memory. py-evm runs each through several Python calls that check their own arguments; here it is one
or two calls on the same stack, memory and gas meter. Costs are read from py-evm's own table, and
everything else (calls, storage, logs, precompiles, transactions, blocks) is py-evm's.

`tests/differential/test_machine.py` runs random programs on both and compares outcome, gas, output,
stack and memory. To go back to the plain machine, give `LocalChain` py-evm's `PragueVM`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from operator import and_, eq, gt, lt, or_, xor
from typing import Any

from eth.abc import MessageAPI, StateAPI, TransactionContextAPI
from eth.exceptions import (
    FullStack,
    InsufficientStack,
    InvalidInstruction,
    InvalidJumpDestination,
    OutOfGas,
)
from eth.vm import opcode_values as op
from eth.vm.forks.prague import PragueVM
from eth.vm.forks.prague.computation import PragueComputation
from eth.vm.forks.prague.state import PragueState

Word = int | bytes
"""An item of py-evm's stack: whichever of the two it was pushed as."""

Step = Callable[[Any], None]

_LARGEST = 2**256 - 1
_DEEPEST = 1_023


def _number(word: Word) -> int:
    return int.from_bytes(word, "big") if isinstance(word, bytes) else word


def _charged(cost: int, logic: Callable[[list[Word], Any], None]) -> Step:
    """A step that pays `cost` and then does `logic` on the stack; a stack run dry is an error."""

    def step(computation: Any) -> None:
        meter = computation._gas_meter
        if meter.gas_remaining < cost:
            raise OutOfGas(f"needs {cost}, has {meter.gas_remaining}")
        meter.gas_remaining -= cost
        try:
            logic(computation._stack.values, computation)
        except IndexError:
            raise InsufficientStack("too few items on the stack") from None

    return step


def _binary(cost: int, operation: Callable[[int, int], int]) -> Step:
    """A step that replaces the two top items by `operation(top, next)`."""

    def step(computation: Any) -> None:
        meter = computation._gas_meter
        if meter.gas_remaining < cost:
            raise OutOfGas(f"needs {cost}, has {meter.gas_remaining}")
        meter.gas_remaining -= cost
        values = computation._stack.values
        if len(values) < 2:
            raise InsufficientStack("too few items on the stack")
        top, other = values.pop(), values[-1]
        if isinstance(top, bytes):
            top = int.from_bytes(top, "big")
        if isinstance(other, bytes):
            other = int.from_bytes(other, "big")
        values[-1] = operation(top, other)

    return step


def _push(size: int) -> Callable[[list[Word], Any], None]:
    def logic(values: list[Word], computation: Any) -> None:
        if len(values) > _DEEPEST:
            raise FullStack("the stack is full")
        code = computation.code
        start = code.program_counter
        code.program_counter = end = start + size
        values.append(code._raw_code_bytes[start:end].ljust(size, b"\0"))

    return logic


def _duplicate(depth: int) -> Callable[[list[Word], Any], None]:
    def logic(values: list[Word], _: Any) -> None:
        if len(values) > _DEEPEST:
            raise FullStack("the stack is full")
        values.append(values[-depth])

    return logic


def _swap(depth: int) -> Callable[[list[Word], Any], None]:
    place = -depth - 1

    def logic(values: list[Word], _: Any) -> None:
        values[-1], values[place] = values[place], values[-1]

    return logic


def _pop(values: list[Word], _: Any) -> None:
    values.pop()


def _nothing(_: list[Word], __: Any) -> None:
    pass


def _is_zero(values: list[Word], _: Any) -> None:
    values[-1] = int(_number(values[-1]) == 0)


def _jump(values: list[Word], computation: Any) -> None:
    _go_to(computation.code, _number(values.pop()))


def _jump_if(values: list[Word], computation: Any) -> None:
    destination, condition = values.pop(), values.pop()
    if _number(condition):
        _go_to(computation.code, _number(destination))


def _go_to(code: Any, destination: int) -> None:
    raw = code._raw_code_bytes
    if destination >= len(raw) or raw[destination] != op.JUMPDEST:
        raise InvalidJumpDestination(f"{destination} is no destination of a jump")
    if not code.is_valid_opcode(destination):
        raise InvalidInstruction(f"{destination} is in the middle of a push")
    code.program_counter = destination


def _store_in_memory(values: list[Word], computation: Any) -> None:
    place, word = _number(values.pop()), values.pop()
    content = word if isinstance(word, bytes) else word.to_bytes(32, "big")
    _memory(computation, place)[place : place + 32] = content.rjust(32, b"\0")


def _load_from_memory(values: list[Word], computation: Any) -> None:
    place = _number(values[-1])
    values[-1] = bytes(_memory(computation, place)[place : place + 32])


def _memory(computation: Any, place: int) -> bytearray:
    """Memory with room for a word at `place`; what is missing is paid for and added."""
    if place + 32 > len(computation._memory._bytes):
        computation.extend_memory(place, 32)
    memory: bytearray = computation._memory._bytes
    return memory


_BINARY: dict[int, Callable[[int, int], int]] = {
    op.ADD: lambda top, other: (top + other) & _LARGEST,
    op.SUB: lambda top, other: (top - other) & _LARGEST,
    op.LT: lambda top, other: int(lt(top, other)),
    op.GT: lambda top, other: int(gt(top, other)),
    op.EQ: lambda top, other: int(eq(top, other)),
    op.AND: and_,
    op.OR: or_,
    op.XOR: xor,
    op.SHL: lambda shift, word: (word << shift) & _LARGEST if shift < 256 else 0,
    op.SHR: lambda shift, word: word >> shift if shift < 256 else 0,
}

_LOGIC: dict[int, Callable[[list[Word], Any], None]] = {
    **{op.PUSH0 + size: _push(size) for size in range(33)},
    **{op.DUP1 + depth - 1: _duplicate(depth) for depth in range(1, 17)},
    **{op.SWAP1 + depth - 1: _swap(depth) for depth in range(1, 17)},
    op.POP: _pop,
    op.JUMPDEST: _nothing,
    op.ISZERO: _is_zero,
    op.JUMP: _jump,
    op.JUMPI: _jump_if,
    op.MSTORE: _store_in_memory,
    op.MLOAD: _load_from_memory,
}


def _steps() -> dict[int, Any]:
    """py-evm's table with ours in the places of the frequent ones, at its costs."""
    plain: Any = PragueComputation.opcodes
    return {
        **plain,
        **{number: _binary(plain[number].gas_cost, each) for number, each in _BINARY.items()},
        **{number: _charged(plain[number].gas_cost, each) for number, each in _LOGIC.items()},
    }


@lru_cache(maxsize=256)
def _known_positions(_: bytes) -> tuple[set[int], set[int]]:
    """(data, instructions) among the positions of a code, as far as jumps have asked so far."""
    return set(), set()


class Computation(PragueComputation):
    """One call, with the shorter steps; what is known of a code is kept from call to call."""

    opcodes = _steps()

    def __init__(
        self, state: StateAPI, message: MessageAPI, transaction_context: TransactionContextAPI
    ) -> None:
        super().__init__(state, message, transaction_context)
        code: Any = self.code
        code.invalid_positions, code.valid_positions = _known_positions(bytes(message.code))


class State(PragueState):
    """Prague's state, whose calls are those above."""

    computation_class = Computation


class Machine(PragueVM):
    """Prague, faster."""

    _state_class = State
