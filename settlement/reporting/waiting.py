"""Trades and repos that wait: who needs what, has what, and what would unblock them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

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
    """A trade that has not settled, or a repo that has not opened.

    It is ready where nothing stands in its way. Debits are known of trades alone.
    """

    what: Literal["trade", "repo"]
    reference: str
    debits: tuple[Debit, ...]
    obstacles: tuple[str, ...]
    remedies: tuple[str, ...]

    @property
    def ready(self) -> bool:
        """Whether it would settle or open if it were submitted now."""
        return not self.obstacles


def waiting_lines(name: str, waiting: Sequence[Waiting]) -> Iterator[str]:
    """What waits, in order, as text."""
    yield f"{name}: {_count(waiting)}"
    for each in waiting:
        yield ""
        state = "ready: submit it" if each.ready else "; ".join(each.obstacles)
        yield f"{each.reference}  {state}"
        yield from _debit_lines(each.debits)
        for remedy in each.remedies:
            yield f"  → {remedy}"


def document(name: str, waiting: Sequence[Waiting]) -> dict[str, Any]:
    """The same for a program."""
    return {
        "name": name,
        "waiting": [
            {
                "what": each.what,
                "reference": each.reference,
                "ready": each.ready,
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
                    for debit in each.debits
                ],
                "obstacles": list(each.obstacles),
                "remedies": list(each.remedies),
            }
            for each in waiting
        ],
    }


def _count(waiting: Sequence[Waiting]) -> str:
    if not waiting:
        return "every trade has settled or was cancelled"
    trades = sum(each.what == "trade" for each in waiting)
    counts = ((trades, "trade", "settled"), (len(waiting) - trades, "repo", "opened"))
    return ", ".join(
        f"{count} {what}{'s have' if count > 1 else ' has'} not {done}"
        for count, what, done in counts
        if count
    )


def _debit_lines(debits: Sequence[Debit]) -> Iterator[str]:
    heads = ("needs", "all its trades", "has", "free", "short")
    if debits:
        yield "  " + " " * _NAME + "".join(f"{head:>{_COLUMN}}" for head in heads)
    for debit in debits:
        amounts = (debit.needs, debit.all_needs, debit.has, debit.free, debit.short)
        columns = "".join(f"{show_amount(amount):>{_COLUMN}}" for amount in amounts)
        yield f"  {debit.wallet + ', ' + debit.asset:{_NAME}}{columns}"
