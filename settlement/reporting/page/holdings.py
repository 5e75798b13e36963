"""What everybody held before anything was exchanged and at the end, as bars; cash in between."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import takewhile

from settlement.reporting.chart import Axis, Chart, Series, svg
from settlement.reporting.ledger import FUNDING, Amount, Ledger, Movement
from settlement.reporting.page.blocks import Bar, Block, Cell, Column, Drawing, Prose, Table
from settlement.reporting.page.words import MOST_ROWS, cut
from settlement.reporting.text import show_amount

Holdings = Mapping[tuple[str, str], Amount]
"""Amounts by asset and holder."""

_MOST_SERIES, _MOST_PAYMENTS = 4, 120
_MILLION = 1_000_000


def blocks(ledger: Ledger) -> list[Block]:
    """The bars, and a chart of cash where any was paid."""
    given = list(takewhile(lambda movement: movement.reason in FUNDING, ledger.movements))
    before, after = _held(given), _held(ledger.movements)
    found: list[Block] = [_table(before, after, ledger.currency)]
    paid = [each for each in ledger.movements[len(given) :] if each.asset == ledger.currency]
    if paid:
        found.append(Drawing(svg(_chart(ledger.currency, before, paid[:_MOST_PAYMENTS]))))
    if len(paid) > _MOST_PAYMENTS:
        found.append(Prose([f"Drawn are the first {_MOST_PAYMENTS} of {len(paid):,} payments."]))
    return found


def _held(movements: Iterable[Movement]) -> Holdings:
    held: defaultdict[tuple[str, str], Amount] = defaultdict(int)
    for each in movements:
        for holder, amount in ((each.source, -each.amount), (each.target, each.amount)):
            if holder:
                held[each.asset, holder] += amount
    return held


def _table(before: Holdings, after: Holdings, currency: str) -> Table:
    """Bars of one asset are to scale with each other and with no other's."""
    table = Table(
        "Every holder and asset; bars are to scale within an asset",
        [
            ("Holder", Column.NAME),
            ("Asset", Column.NAME),
            ("Before", Column.FIGURE),
            ("", Column.BAR),
            ("After", Column.FIGURE),
            ("", Column.BAR),
        ],
        list(_rows(before, after, currency)),
    )
    return cut(table)


def _rows(before: Holdings, after: Holdings, currency: str) -> Iterator[list[Cell]]:
    """By holder; where that is too long, cash before anything else."""
    keys = {*before, *after}
    long = len(keys) > MOST_ROWS
    most: defaultdict[str, Amount] = defaultdict(int)
    for held in (before, after):
        for (asset, _), amount in held.items():
            most[asset] = max(most[asset], amount)
    for asset, holder in sorted(keys, key=lambda key: (long and key[0] != currency, *key[::-1])):
        row: list[Cell] = [holder, asset]
        nothing: Amount = Decimal("0.00") if asset == currency else 0
        for held in (before, after):
            amount = held.get((asset, holder)) or nothing
            row += [show_amount(amount), Bar(0, float(Decimal(amount) / Decimal(most[asset])))]
        yield row


def _chart(currency: str, before: Holdings, paid: list[Movement]) -> Chart:
    """Cash of those who paid or were paid the most; a point where it changes, and at both ends."""
    turnover: defaultdict[str, Amount] = defaultdict(int)
    for each in paid:
        for holder in filter(None, (each.source, each.target)):
            turnover[holder] += each.amount
    shown = sorted(turnover, key=lambda holder: (-turnover[holder], holder))[:_MOST_SERIES]
    series = [Series(holder, list(_points(currency, before, paid, holder))) for holder in shown]
    highest = max(y for line in series for _, y in line.points)
    return Chart(
        title="Cash, payment by payment",
        description=_described(series),
        x=Axis("payments", Decimal(0), Decimal(len(paid) + 1)),
        y=Axis(f"million {currency}", Decimal(0), highest or Decimal(1)),
        series=series,
    )


def _points(
    currency: str, before: Holdings, paid: list[Movement], holder: str
) -> Iterator[tuple[Decimal, Decimal]]:
    held = before.get((currency, holder), 0)
    yield Decimal(0), Decimal(held) / _MILLION
    for number, each in enumerate(paid, start=1):
        if holder in (each.source, each.target):
            held += each.amount * ((each.target == holder) - (each.source == holder))
            yield Decimal(number), Decimal(held) / _MILLION
    yield Decimal(len(paid) + 1), Decimal(held) / _MILLION


def _described(series: list[Series]) -> str:
    """The first and the last of every line, in words."""
    said = (
        f"{line.name} goes from {line.points[0][1]:,f} to {line.points[-1][1]:,f} million"
        for line in series
    )
    return "; ".join(said) + "."
