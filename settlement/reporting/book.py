"""What became of a repo trade file: funding, repos opened and closed, end amounts that differ.

`tradefile.runner` fills these in; `book_lines` prints them, `document` gives them to programs.
Cash is Decimal in the file's currency, quantities are int.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from settlement.reporting.story import Check, Refusal, checks_document
from settlement.reporting.text import check_lines
from settlement.units import show_cash, show_quantity

_NAME, _COLUMN = 16, 19


@dataclass(frozen=True, slots=True)
class Funds:
    """What a firm was given beforehand: cash to lend, cash for its interest, securities."""

    cash: Decimal
    interest: Decimal
    securities: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Differing:
    """A row whose printed end amount is not what the repo pays."""

    trade_id: str
    printed: Decimal
    recomputed: Decimal

    @property
    def difference(self) -> Decimal:
        """Printed less recomputed."""
        return self.printed - self.recomputed


@dataclass(frozen=True, slots=True)
class Failure:
    """A leg (`open` or `close`) that was refused; nothing of it moved."""

    trade_id: str
    leg: str
    refusal: Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class BookRun:
    """The whole run. `securities` maps the file's symbols to the ISINs they were given.

    `gross_cash` is the cash of all opening legs; `interest` what each borrower paid at the end.
    """

    file: str
    currency: str
    first_day: date
    last_day: date
    trades: int
    opened: int
    closed: int
    gross_cash: Decimal
    securities: Mapping[str, str]
    funding: Mapping[str, Funds]
    interest: Mapping[str, Decimal]
    differing: tuple[Differing, ...]
    failures: tuple[Failure, ...]
    checks: tuple[Check, ...]
    transactions: int
    gas: int

    @property
    def went_through(self) -> bool:
        """Whether every repo opened and closed and every record agrees."""
        return not self.failures and all(check.holds for check in self.checks)

    @property
    def total_interest(self) -> Decimal:
        """Interest of all repos that closed."""
        return sum(self.interest.values(), Decimal("0.00"))


def document(run: BookRun) -> dict[str, Any]:
    """The run for programs: money as strings, counts and quantities as numbers."""
    return {
        "file": run.file,
        "currency": run.currency,
        "trades": run.trades,
        "opened": run.opened,
        "closed": run.closed,
        "gross_cash": _money(run.gross_cash),
        "policy": {"kind": "treasury-note", "method": "haircut", "haircut": "0"},
        "basis": "ACT/360",
        "securities": {
            symbol: {"isin": isin, "demonstration": True} for symbol, isin in run.securities.items()
        },
        "funding": {
            firm: {
                "cash": _money(funds.cash),
                "interest": _money(funds.interest),
                "securities": dict(funds.securities),
            }
            for firm, funds in run.funding.items()
        },
        "interest": {
            "total": _money(run.total_interest),
            "by_borrower": {firm: _money(paid) for firm, paid in run.interest.items()},
        },
        "differing_end_amounts": [
            {
                "tradeId": row.trade_id,
                "printed": _money(row.printed),
                "recomputed": _money(row.recomputed),
                "difference": _money(row.difference),
            }
            for row in run.differing
        ],
        "refused": [
            {
                "tradeId": failure.trade_id,
                "leg": failure.leg,
                "sentence": failure.refusal.sentence,
                "error": failure.refusal.error,
                "reason": failure.refusal.reason,
            }
            for failure in run.failures
        ],
        "checks": checks_document(run.checks),
        "transactions": run.transactions,
        "gas": run.gas,
    }


def book_lines(run: BookRun) -> Iterator[str]:
    """The run for people, line by line."""
    yield f"{run.file}: {run.trades} repos in {run.currency}, {run.first_day} to {run.last_day}"
    yield "Local chain, no real value. The file's securities are symbols here, each with an ISIN"
    yield "that belongs to nobody; firms have such LEIs. Policy adopted: treasury-note, haircut 0%."
    yield ""
    yield from _funding_lines(run)
    yield ""
    yield f"{run.opened} of {run.trades} opened by DvP: {_shown(run.gross_cash)} {run.currency}"
    yield f"{run.closed} of {run.trades} closed: interest {_shown(run.total_interest)} ACT/360"
    for firm, paid in run.interest.items():
        yield _line(firm, _shown(paid))
    for failure in run.failures:
        reason = f" ({failure.refusal.reason})" if failure.refusal.reason else ""
        yield f"✗ {failure.trade_id} did not {failure.leg}{reason}: {failure.refusal.sentence}"
    yield ""
    yield from _differing_lines(run)
    yield ""
    yield from check_lines(run.checks)
    yield f"{run.transactions} transactions, {run.gas:,} gas"


def _funding_lines(run: BookRun) -> Iterator[str]:
    yield "Funded beforehand, as little as lets each repo settle gross, one by one"
    yield _line("", "cash to lend", "cash for interest")
    for firm, funds in run.funding.items():
        yield _line(firm, _shown(funds.cash), _shown(funds.interest))
        for symbol, quantity in funds.securities.items():
            yield f"{_line('', show_quantity(quantity))} {symbol}"


def _differing_lines(run: BookRun) -> Iterator[str]:
    if not run.differing:
        yield "Every printed end amount is the recomputed one"
        return
    count = len(run.differing)
    yield f"{count} of {run.trades} printed end amounts are not start + interest"
    yield _line("trade", "printed", "recomputed", "difference")
    for row in run.differing:
        amounts = (row.printed, row.recomputed, row.difference)
        yield _line(row.trade_id, *map(_shown, amounts))


def _line(name: str, *cells: str) -> str:
    return f"      {name:{_NAME}}" + "".join(f" {cell:>{_COLUMN}}" for cell in cells)


def _money(amount: Decimal) -> str:
    return f"{amount:.2f}"


def _shown(amount: Decimal) -> str:
    return show_cash(amount)
