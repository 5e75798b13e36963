"""Trades that have not settled: who needs what, has what, and what would unblock them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from settlement.reporting.text import show_amount

_NAME, _COLUMN = 22, 17


@dataclass(frozen=True, slots=True)
class Debit:
    """One leg that a trade takes out of a wallet.

    `all_needs` sums over every unsettled trade of the wallet, this one included; `free` is what it
    has less what is frozen; `short` is what is missing after the trades before this one.
    """

    wallet: str
    asset: str
    needs: Decimal | int
    all_needs: Decimal | int
    has: Decimal | int
    free: Decimal | int
    short: Decimal | int


@dataclass(frozen=True, slots=True)
class Waiting:
    """A trade that has not settled; ready where nothing stands in its way."""

    reference: str
    debits: tuple[Debit, ...]
    obstacles: tuple[str, ...]
    remedies: tuple[str, ...]

    @property
    def ready(self) -> bool:
        """Whether it would settle if it were submitted now."""
        return not self.obstacles


def waiting_lines(name: str, waiting: Sequence[Waiting]) -> Iterator[str]:
    """The trades, in order, as text."""
    yield f"{name}: {_count(waiting)}"
    for trade in waiting:
        yield ""
        state = "ready: submit it" if trade.ready else "; ".join(trade.obstacles)
        yield f"{trade.reference}  {state}"
        heads = ("needs", "all its trades", "has", "free", "short")
        yield "  " + " " * _NAME + "".join(f"{head:>{_COLUMN}}" for head in heads)
        for debit in trade.debits:
            amounts = (debit.needs, debit.all_needs, debit.has, debit.free, debit.short)
            columns = "".join(f"{show_amount(amount):>{_COLUMN}}" for amount in amounts)
            yield f"  {debit.wallet + ', ' + debit.asset:{_NAME}}{columns}"
        for remedy in trade.remedies:
            yield f"  → {remedy}"


def document(name: str, waiting: Sequence[Waiting]) -> dict[str, Any]:
    """The same for a program."""
    return {
        "name": name,
        "waiting": [
            {
                "reference": trade.reference,
                "ready": trade.ready,
                "debits": [
                    {
                        "wallet": debit.wallet,
                        "asset": debit.asset,
                        "needs": str(debit.needs),
                        "all_needs": str(debit.all_needs),
                        "has": str(debit.has),
                        "free": str(debit.free),
                        "short": str(debit.short),
                    }
                    for debit in trade.debits
                ],
                "obstacles": list(trade.obstacles),
                "remedies": list(trade.remedies),
            }
            for trade in waiting
        ],
    }


def _count(waiting: Sequence[Waiting]) -> str:
    if not waiting:
        return "every trade has settled or was cancelled"
    return f"{len(waiting)} trade{'s have' if len(waiting) > 1 else ' has'} not settled"
