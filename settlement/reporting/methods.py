"""The purchase legs of a trade file as one of four methods settled them: cash, waiting, cost.

`tradefile.methods` fills these in; `method_lines` prints them, `document` gives them to programs.
Cash is Decimal in the file's currency, quantities are int.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from settlement.reporting.columns import TOGETHER, aligned, wrapped
from settlement.reporting.story import Check, checks_document
from settlement.reporting.text import check_lines
from settlement.units import counted, show_cash, show_quantity

_NAME, _COLUMN = 22, 20
_INDENT = " " * 6


class SettlementMethod(Enum):
    """How the trades of a date settle; gross, cash-net and net are DvP models 1, 2 and 3."""

    GROSS = "gross"
    CASH_NET = "cash-net"
    NET = "net"
    CCP = "ccp"


MEANINGS = {
    SettlementMethod.GROSS: "gross: each trade by itself, cash and securities in full",
    SettlementMethod.CASH_NET: "cash-net: securities trade by trade, cash one net for each member",
    SettlementMethod.NET: "net: one net for each member in cash and in each security",
    SettlementMethod.CCP: "ccp: each trade becomes two with a clearing house, and those are netted",
}


@dataclass(frozen=True, slots=True)
class Holding:
    """What a member has, was given, or was lent for a day."""

    cash: Decimal
    securities: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Waited:
    """A trade that could not settle on what was there, and why."""

    trade_id: str
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodRun:
    """The whole run; members are named as in the file.

    `gross_cash` is the cash of all trades, `net_cash` what members pay net, summed over settlement
    dates. `cash_needed` and `needed_by` are the most that a date needs, of all members together and
    of each. `start` is what each was given to hold its net debits, `brought_in` the most that it
    had beyond that on a date, until the evening. `waiting` is what could not settle with the net
    debits alone, `failures` what did not settle at all, with which the run ends: on later dates
    nothing was tried. `cash_moved`, `transfers`, `transactions` and `gas` are of settling only:
    registration and funding are not counted.
    """

    file: str
    currency: str
    method: SettlementMethod
    first_day: date
    last_day: date
    trades: int
    settled: int
    gross_cash: Decimal
    net_cash: Decimal
    netted_percent: Decimal
    cash_needed: Decimal
    needed_by: Mapping[str, Decimal]
    start: Mapping[str, Holding]
    brought_in: Mapping[str, Holding]
    waiting: tuple[Waited, ...]
    failures: tuple[Waited, ...]
    cash_moved: Decimal
    transfers: int
    positions: Mapping[str, Holding]
    checks: tuple[Check, ...]
    transactions: int
    gas: int

    @property
    def went_through(self) -> bool:
        """Whether every trade settled and every record agrees."""
        return self.settled == self.trades and all(check.holds for check in self.checks)

    @property
    def gas_per_trade(self) -> int:
        """Rounded up; nothing where nothing settled."""
        return -(-self.gas // self.settled) if self.settled else 0


def document(run: MethodRun) -> dict[str, Any]:
    """The run for programs: money as strings, counts and quantities as numbers."""
    return {
        "file": run.file,
        "currency": run.currency,
        "settle": run.method.value,
        "first_day": run.first_day.isoformat(),
        "last_day": run.last_day.isoformat(),
        "trades": run.trades,
        "settled": run.settled,
        "gross_cash": _money(run.gross_cash),
        "net_cash": _money(run.net_cash),
        "netted_percent": str(run.netted_percent),
        "cash_needed": {
            "total": _money(run.cash_needed),
            "by_member": {name: _money(cash) for name, cash in run.needed_by.items()},
        },
        "start": _holdings(run.start),
        "brought_in": _holdings(run.brought_in),
        "waiting": _waiting(run.waiting),
        "refused": _waiting(run.failures),
        "cash_moved": _money(run.cash_moved),
        "transfers": run.transfers,
        "positions": _holdings(run.positions),
        "checks": checks_document(run.checks),
        "transactions": run.transactions,
        "gas": run.gas,
    }


def method_lines(run: MethodRun) -> Iterator[str]:
    """The run for people, line by line, none longer than 100 letters unless a name is."""
    yield from heading_lines(run)
    yield ""
    yield f"Settled {MEANINGS[run.method]}"
    yield ""
    yield from _need_lines(run)
    yield ""
    yield from _waiting_lines(run)
    yield from _brought_in_lines(run)
    yield ""
    yield from _outcome_lines(run)


def heading_lines(run: MethodRun) -> Iterator[str]:
    """What is the same by every method: the file, its dates, its cash gross and net."""
    dates = str(run.first_day)
    if run.last_day != run.first_day:
        dates += f" to {run.last_day}"
    yield f"{run.file}: {counted(run.trades, 'purchase')} in {run.currency}, {dates}"
    yield "Local chain, no real value. The file's securities are symbols here, each with an ISIN"
    yield "that belongs to nobody; firms have such LEIs. Repurchase legs are not settled here."
    yield ""
    rows = [("gross cash", run.gross_cash), ("net cash", run.net_cash)]
    cash_gross, cash_net = _amounts(rows)
    yield cash_gross
    yield f"{cash_net}  {run.netted_percent}% netted"


def need(run: MethodRun) -> str:
    """What the cash is that a member needs."""
    one_by_one = run.method is SettlementMethod.GROSS
    is_it = "the most it has paid out before it is paid" if one_by_one else "what it pays net"
    date_of_it = "" if run.first_day == run.last_day else " on the date that takes most"
    return f"Cash that each member needs{date_of_it}: {is_it}"


def _need_lines(run: MethodRun) -> Iterator[str]:
    yield need(run)
    rows = [*run.needed_by.items(), ("all together", run.cash_needed)]
    yield from _amounts(rows)


def _waiting_lines(run: MethodRun) -> Iterator[str]:
    yield "Each member first holds what it pays and delivers net, and no more"
    if not run.waiting:
        yield "Nothing waits on that"
        return
    yield f"{len(run.waiting):,} of {counted(run.trades, 'trade')} cannot settle on that and wait"
    width = max(6, *(len(each.trade_id) for each in run.waiting))
    for each in run.waiting:
        yield from wrapped(f"{_INDENT}{each.trade_id:{width}} ", "; ".join(each.why))
    if run.method is SettlementMethod.GROSS:
        yield "What a trade is short of counts the trades before it that wait as well"


def _brought_in_lines(run: MethodRun) -> Iterator[str]:
    if run.brought_in:
        yield "Brought in on top of that for the day, until its end"
    for name, holding in run.brought_in.items():
        cash = [(show_cash(holding.cash), run.currency)] if holding.cash else []
        securities = [(show_quantity(held), symbol) for symbol, held in holding.securities.items()]
        amounts = ", ".join(map(TOGETHER.join, [*cash, *securities]))
        yield from wrapped(f"{_INDENT + name:{_NAME}} ", amounts)


def _outcome_lines(run: MethodRun) -> Iterator[str]:
    moved = f"{show_cash(run.cash_moved)} {run.currency} of cash changed hands"
    yield f"{run.settled:,} of {counted(run.trades, 'trade')} settled: {moved}"
    for failure in run.failures:
        yield from wrapped(f"✗ {failure.trade_id} did not settle: ", "; ".join(failure.why))
    yield from check_lines(run.checks)
    sent = f"{counted(run.transactions, 'transaction')}, {counted(run.transfers, 'transfer')}"
    yield f"Settling took {sent}, {run.gas:,} gas: {run.gas_per_trade:,} a trade"
    yield "Registration and funding are not counted in that"


def _amounts(rows: Iterable[tuple[str, Decimal]]) -> Iterator[str]:
    cells = [(_INDENT + name, show_cash(cash)) for name, cash in rows]
    return aligned(cells, _NAME, _COLUMN)


def _holdings(holdings: Mapping[str, Holding]) -> dict[str, Any]:
    return {
        name: {"cash": _money(holding.cash), "securities": dict(holding.securities)}
        for name, holding in holdings.items()
    }


def _waiting(waiting: tuple[Waited, ...]) -> list[dict[str, Any]]:
    return [{"tradeId": each.trade_id, "why": list(each.why)} for each in waiting]


def _money(amount: Decimal) -> str:
    return f"{amount:.2f}"
