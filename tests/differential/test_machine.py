"""Our machine against py-evm's own: the same program has the same end on both.

Programs are random words of the steps that were shortened, with a few that were not in between, so
that stacks run dry and over, jumps miss, memory grows and gas ends in the middle.
"""

import pytest
from eth.vm import opcode_values as op
from eth.vm.forks.prague import PragueVM
from eth.vm.forks.prague.computation import PragueComputation
from eth_tester import PyEVMBackend
from hypothesis import example, given
from hypothesis import strategies as st

from settlement.chain.machine import Computation, Machine

CALLER = b"\x11" * 20
SHORTENED = [
    number
    for number, step in Computation.opcodes.items()
    if step is not PragueComputation.opcodes[number]
]
OTHERS = [op.MUL, op.SHA3, op.CALLDATALOAD, op.MSTORE8, op.BYTE, op.SLT, op.CALLDATASIZE, op.PC]

numbers = st.one_of(
    st.integers(0, 64), st.integers(0, 2**256 - 1), st.sampled_from([2**255, 2**256 - 1, 255, 256])
)
pushes = numbers.map(lambda number: bytes([op.PUSH32]) + number.to_bytes(32, "big"))
small = st.integers(0, 255).map(lambda number: bytes([op.PUSH1, number]))
steps = st.sampled_from([*SHORTENED, *OTHERS]).map(lambda number: bytes([number]))
programs = st.lists(st.one_of(pushes, small, small, steps, steps, steps), max_size=60).map(b"".join)


@pytest.fixture(scope="module")
def machines():
    return [_state(PragueVM), _state(Machine)]


def _state(machine):
    return PyEVMBackend(vm_configuration=((0, machine),)).chain


def _end(chain, code, gas):
    done = chain.get_vm().execute_bytecode(
        origin=CALLER,
        gas_price=0,
        gas=gas,
        to=CALLER,
        sender=CALLER,
        value=0,
        data=b"\x07" * 40,
        code=code,
    )
    numbers = [
        int.from_bytes(word, "big") if isinstance(word, bytes) else word
        for word in done._stack.values
    ]
    error = type(done.error).__name__ if done.is_error else ""
    memory = done.memory_read_bytes(0, len(done._memory))
    if error:
        return error, done.get_gas_used()
    return error, done.get_gas_used(), done.output, numbers, memory


@given(code=programs, gas=st.sampled_from([0, 20, 100, 100_000]))
@example(code=bytes([op.PUSH1, 4, op.JUMP, op.PUSH1, op.JUMPDEST]), gas=100_000)
@example(code=bytes([op.PUSH1, 3, op.JUMP, op.JUMPDEST, op.PUSH32, 1]), gas=100_000)
@example(code=bytes([op.PUSH0] * 1025), gas=100_000)
@example(code=bytes([op.PUSH0] * 1024 + [op.DUP1]), gas=100_000)
@example(code=bytes([op.PUSH0] * 1024 + [op.SWAP1 + 15, op.POP]), gas=100_000)
@example(code=bytes([op.PUSH1, 1, op.PUSH32, *[0xFF] * 32, op.MSTORE]), gas=100_000)
@example(code=bytes([op.JUMPDEST, op.PUSH1, 1, op.PUSH0, op.JUMPI]), gas=1_000)
def test_a_program_ends_the_same_on_both(machines, code, gas):
    plain, ours = (_end(chain, code, gas) for chain in machines)
    assert plain == ours


@pytest.mark.parametrize("number", SHORTENED)
@pytest.mark.parametrize("depth", [0, 1, 2, 17])
def test_each_step_alone(machines, number, depth):
    words = b"".join(bytes([op.PUSH2, 0, value]) for value in range(depth))
    for gas in (3 * depth, 3 * depth + 1, 100_000):
        plain, ours = (_end(chain, words + bytes([number]), gas) for chain in machines)
        assert plain == ours
