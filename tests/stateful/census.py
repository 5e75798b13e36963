"""Many questions to the chain in one call.

    census = Census(contract)
    census.ask(chain, [(facility, "repoOf", (id,)), (token, "totalSupply", ())])

An answer is a tuple of whole numbers, one a word: structs of words alone are all that is asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from settlement.chain.base import Chain
from settlement.onchain.contract import Contract

Question = tuple[Contract, str, tuple[Any, ...], int]
"""Whom, which function, of what, and how many words it answers."""

_SIGN = 1 << 255


@dataclass(frozen=True)
class Census:
    """The contract of that name, deployed."""

    contract: Contract

    def ask(self, chain: Chain, questions: Sequence[Question]) -> list[tuple[int, ...]]:
        """The answers, in the order of the questions; each word as a signed number."""
        asked = b"".join(_packed(*question[:3]) for question in questions)
        output = self.contract.read(chain, "ask", asked)
        words = [int.from_bytes(output[at : at + 32], "big") for at in range(0, len(output), 32)]
        signed = [word - 2 * _SIGN if word & _SIGN else word for word in words]
        answers, at = [], 0
        for *_, size in questions:
            answers.append(tuple(signed[at : at + size]))
            at += size
        assert at == len(signed), "an answer has another length"
        return answers


def word(value: bytes | str | int) -> int:
    """A hash or an address as the number that an answer has for it."""
    if isinstance(value, str):
        return int(value, 16)
    if isinstance(value, bytes):
        number = int.from_bytes(value, "big")
        return number - 2 * _SIGN if number & _SIGN else number
    return int(value)


def _packed(contract: Contract, function: str, arguments: tuple[Any, ...]) -> bytes:
    """Hashes and addresses alone, each one word."""
    data = contract.interface.selector(function)
    for value in arguments:
        data += value if isinstance(value, bytes) else bytes.fromhex(value[2:]).rjust(32, b"\0")
    return bytes.fromhex(contract.address[2:]) + len(data).to_bytes(2, "big") + data
