"""What every firm must hold beforehand so that each repo of a file settles gross, one by one.

The order of settlement is fixed here: day by day, on each day what ends before what begins, what
begins in the order of the file and what ends in the opposite order, so that securities that were
lent on come back before they are returned. Along that order each firm's balance of each asset is
followed from zero; the lowest it reaches is what it needs, and less would not do. Interest is kept
apart: whoever pays it, the borrower unless the rate is negative, has all of it from the start.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from settlement.reporting.book import Funds
from settlement.tradefile.model import Row


@dataclass(frozen=True, slots=True)
class Day:
    """What happens on one date, in this order."""

    date: date
    closings: tuple[Row, ...]
    openings: tuple[Row, ...]


def schedule(rows: Sequence[Row]) -> list[Day]:
    """The days on which something settles."""
    opened = [row for _, row in sorted(enumerate(rows), key=lambda at: at[1].settlement_date)]
    openings, closings = defaultdict(list), defaultdict(list)
    for row in opened:
        openings[row.settlement_date].append(row)
    for row in reversed(opened):
        closings[row.repurchase_date].append(row)
    return [
        Day(day, tuple(closings[day]), tuple(openings[day]))
        for day in sorted({*openings, *closings})
    ]


def needed(rows: Sequence[Row]) -> dict[str, Funds]:
    """By firm, in the order of the file: cash to lend, cash for interest, securities."""
    balances: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    lowest: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for giver, taker, asset, amount in _movements(rows):
        balances[giver, asset] -= amount
        balances[taker, asset] += amount
        lowest[giver, asset] = min(lowest[giver, asset], balances[giver, asset])
    interest: defaultdict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        interest[row.borrower if row.interest > 0 else row.lender] += abs(row.interest)
    firms = dict.fromkeys(name for row in rows for name in (row.lender, row.borrower))
    symbols = dict.fromkeys(row.cusip for row in rows)
    return {
        firm: Funds(
            cash=-lowest[firm, rows[0].currency],
            interest=interest[firm],
            securities={
                symbol: -int(lowest[firm, symbol]) for symbol in symbols if lowest[firm, symbol]
            },
        )
        for firm in firms
    }


def _movements(rows: Sequence[Row]) -> Iterator[tuple[str, str, str, Decimal]]:
    """(who gives, who takes, asset, amount) in the order of settlement, interest left out."""
    for day in schedule(rows):
        for row in day.closings:
            yield row.lender, row.borrower, row.cusip, Decimal(row.quantity)
            yield row.borrower, row.lender, row.currency, row.start_amount
        for row in day.openings:
            yield row.borrower, row.lender, row.cusip, Decimal(row.quantity)
            yield row.lender, row.borrower, row.currency, row.start_amount
