"""Two instructions, written independently, become one trade, or the fields that differ are named.

They match on counterparty, direction, security, quantity, currency, amount, dates, window, number.
Nothing is corrected or assumed: a difference of a cent is a mismatch.
"""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from settlement.errors import Mismatch
from settlement.model.trade import Instruction, Side
from settlement.units import show_cash, show_quantity

_MIRRORED = {"side", "party", "counterparty"}
_TIMES = {"not_before", "not_after", "binding_from"}


def require_match(first: Instruction, second: Instruction) -> tuple[Instruction, Instruction]:
    """(deliverer's, receiver's) instruction of a trade. Raises {Mismatch} with differences."""
    wrong = mismatches(first, second)
    if wrong:
        listed = "; ".join(
            f"{name.replace('_', ' ')} {_show(name, ours)} against {_show(name, theirs)}"
            for name, ours, theirs in wrong
        )
        raise Mismatch(
            f"{first.reference} is unmatched: {listed}",
            error="Mismatch",
            details={name: [str(ours), str(theirs)] for name, ours, theirs in wrong},
        )
    return (first, second) if first.side is Side.DELIVER else (second, first)


def mismatches(first: Instruction, second: Instruction) -> list[tuple[str, Any, Any]]:
    """(field, the first's value, the second's value) for all that differ."""
    wrong: list[tuple[str, Any, Any]] = []
    if first.side is second.side:
        wrong.append(("side", first.side.value, second.side.value))
    if first.counterparty != second.party or first.party != second.counterparty:
        wrong.append(
            (
                "counterparty",
                f"{first.party} with {first.counterparty}",
                f"{second.party} with {second.counterparty}",
            )
        )
    for field in fields(Instruction):
        ours, theirs = getattr(first, field.name), getattr(second, field.name)
        if field.name not in _MIRRORED and ours != theirs:
            wrong.append((field.name, ours, theirs))
    return wrong


def _show(name: str, value: Any) -> str:
    if name in _TIMES:
        return f"{datetime.fromtimestamp(value, UTC):%Y-%m-%d %H:%M:%S} UTC"
    if name == "amount":
        return show_cash(value)
    return show_quantity(value) if name == "quantity" else str(value)
