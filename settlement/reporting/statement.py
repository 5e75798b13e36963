"""The statement of a repo as text: every cash flow, and the formula with its figures under it."""

from __future__ import annotations

from collections.abc import Iterator

from settlement.coordinator.statement import Flow, Statement
from settlement.reporting.story import Row
from settlement.units import show_cash

_INDENT = " " * 12
_WHAT, _SIDES, _AMOUNT = 22, 20, 15


def statement_lines(statement: Statement) -> Iterator[str]:
    """Line by line."""
    sides = f"{statement.seller} sells to {statement.buyer}"
    yield f"Repo {statement.reference}: {sides}, {statement.collateral}, {statement.state}"
    for entry in statement.entries:
        if isinstance(entry, Flow):
            yield from _flow_lines(entry)
        else:
            yield f"{entry.date}  {entry.what}"
    received = statement.seller_received
    verb = "received" if received >= 0 else "paid"
    total = f"{show_cash(abs(received))} {statement.currency}"
    yield f"In all {statement.seller} {verb} {total}"


def statement_tables(statement: Statement) -> dict[str, list[Row]]:
    """The cash flows for a program."""
    flows: list[Row] = [
        {
            "date": flow.date.isoformat(),
            "what": flow.what,
            "payer": flow.payer,
            "receiver": flow.receiver,
            "amount": flow.amount,
        }
        for flow in statement.flows
    ]
    return {"flows": flows}


def _flow_lines(flow: Flow) -> Iterator[str]:
    sides = f"{flow.payer} → {flow.receiver}"
    yield f"{flow.date}  {flow.what:{_WHAT}}{sides:{_SIDES}}{show_cash(flow.amount):>{_AMOUNT}}"
    for formula in flow.formulas:
        yield f"{_INDENT}{formula}"
