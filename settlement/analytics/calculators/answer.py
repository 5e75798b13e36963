"""What a calculator answers: outputs by name, and the way there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Protocol

from settlement.analytics.calculators.figures import plus, show_exact
from settlement.units import show_cash

Output = Decimal | int | Sequence[Decimal] | Mapping[str, Decimal | int]
"""Cash or a per cent figure, a quantity, several of them, or one for each name."""

_HYPHENATED = {"non defaulter": "non-defaulter", "sell back": "sell-back"}


class Calculator(Protocol):
    """A dataclass of inputs that knows its answer."""

    def answer(self) -> Answer:
        """Computes it. Raises {BadInput} where the inputs do not go together."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Outputs in the order in which they are shown; `steps` are formulas with the figures in them.

    The last figure of a step is the unrounded one, cut after nine places.
    """

    outputs: Mapping[str, Output]
    steps: Sequence[str]


@dataclass(frozen=True, slots=True)
class Entry:
    """One term of a sum: what it is, and what it adds; below zero it takes away."""

    label: str
    amount: Fraction

    def __str__(self) -> str:
        return f"{plus(show_exact(self.amount))}  {self.label}"


def label(name: str) -> str:
    """The name of an input or an output as people read it."""
    words = name.replace("_", " ")
    for apart, joined in _HYPHENATED.items():
        words = words.replace(apart, joined)
    return words


def written(output: Output) -> Any:
    """An output as JSON has it: text, whole cents with two places."""
    if isinstance(output, Mapping):
        return {name: written(one) for name, one in output.items()}
    if isinstance(output, Sequence):
        return [written(one) for one in output]
    return f"{output:f}" if isinstance(output, Decimal) else str(output)


def shown(output: Output) -> str:
    """An output as people read it, thousands parted; several of them a line each."""
    if isinstance(output, Mapping):
        width = max(map(len, output), default=0)
        return "\n".join(f"{name:<{width}}  {shown(one)}" for name, one in output.items())
    if isinstance(output, Sequence):
        return "\n".join(map(shown, output))
    return show_cash(output) if isinstance(output, Decimal) else f"{output:,}"
