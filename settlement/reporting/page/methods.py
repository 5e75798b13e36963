"""The page of the purchases of a trade file, settled by one method: needs, waiting, the log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from settlement.reporting.ledger import Ledger
from settlement.reporting.methods import (
    MEANINGS,
    Holding,
    MethodRun,
    SettlementMethod,
    Waited,
    need,
)
from settlement.reporting.page import holdings, log
from settlement.reporting.page.blocks import (
    Answer,
    Block,
    Cell,
    Column,
    Page,
    Prose,
    Section,
    Table,
    Ticks,
)
from settlement.reporting.page.book import INVENTED
from settlement.reporting.page.words import bars, cut, few, listed, period
from settlement.units import counted, show_cash

NOT_CLOSED = "Repurchase legs are not settled here."
FIRST = "Each member first held what it pays and delivers net, and no more."


def method_page(run: MethodRun, ledger: Ledger) -> Page:
    """The whole."""
    return Page(
        title=f"{run.file}: {run.method.value}",
        subtitle=subtitle(run),
        answers=[_moved(run), _avoided(run), _needed(run), _cost(run)],
        sections=[
            *_failures(run),
            Section("Cash by member", list(_needs(run))),
            Section("What waited", list(_waiting(run))),
            Section("Before and after", holdings.blocks(ledger)),
            Section("Trades", log.exchanges(ledger)),
            Section("Who signed what", [log.consents(ledger)]),
            Section("Gas", [log.gas(ledger)]),
            Section("Reconciliation", [Ticks(run.checks), log.positions(ledger)]),
        ],
    )


def subtitle(run: MethodRun) -> str:
    """What the file is, and when."""
    days = period(run.first_day, run.last_day)
    return f"{counted(run.trades, 'purchase')}, {days}, local chain, no real value"


def _moved(run: MethodRun) -> Answer:
    return Answer(
        "What moved?",
        f"{show_cash(run.cash_moved)} {run.currency}",
        [
            f"of cash, for {run.settled:,} of {counted(run.trades, 'purchase')}",
            ("Gross", show_cash(run.gross_cash)),
            ("Net", show_cash(run.net_cash)),
            ("Transfers in all", f"{run.transfers:,}"),
        ],
    )


def _avoided(run: MethodRun) -> Answer:
    detail = [
        "of principal: had cash gone first, it would have been out of hand before its securities"
        " came"
    ]
    if run.method is not SettlementMethod.GROSS:
        detail.append(f"{run.netted_percent}% of the gross cash never moved at all")
    if run.failures:
        failed = counted(len(run.failures), "trade")
        detail.append(f"{failed} did not settle, and nothing of that moved")
    return Answer("Which risk was avoided?", f"{show_cash(run.cash_moved)} {run.currency}", detail)


def _needed(run: MethodRun) -> Answer:
    largest = sorted(run.needed_by.items(), key=lambda item: -item[1])
    return Answer(
        "How much cash was needed?",
        f"{show_cash(run.cash_needed)} {run.currency}",
        [
            "of all members together",
            *few([(member, show_cash(cash)) for member, cash in largest if cash]),
        ],
    )


def _cost(run: MethodRun) -> Answer:
    return Answer(
        "What did it cost?",
        f"{run.gas:,} gas",
        [
            f"in {counted(run.transactions, 'transaction')}; registration and funding do not count",
            ("A trade", f"{run.gas_per_trade:,}"),
        ],
    )


def _failures(run: MethodRun) -> list[Section]:
    """First of all, where there are any."""
    if not run.failures:
        return []
    return [Section("Did not settle", [waited("What did not settle, and why", run.failures)])]


def _needs(run: MethodRun) -> Iterator[Block]:
    yield Prose([f"Settled {MEANINGS[run.method]}.", f"{INVENTED} {NOT_CLOSED}"])
    members = sorted(run.needed_by, key=lambda member: -run.needed_by[member])
    rows: list[list[Cell]] = [
        [member, show_cash(run.needed_by[member]), bar, show_cash(run.start[member].cash)]
        for member, bar in zip(
            members, bars([run.needed_by[each] for each in members]), strict=True
        )
    ]
    head = [
        ("Member", Column.NAME),
        (f"{run.currency} needed", Column.FIGURE),
        ("", Column.BAR),
        ("Given first", Column.FIGURE),
    ]
    yield cut(Table(need(run), head, rows))
    if run.brought_in:
        yield _brought_in(run.brought_in, run.currency)


def _brought_in(brought_in: Mapping[str, Holding], currency: str) -> Table:
    rows = [
        (member, show_cash(holding.cash), listed(holding.securities))
        for member, holding in brought_in.items()
    ]
    head = [("Member", Column.NAME), (currency, Column.FIGURE), ("Securities", Column.NAME)]
    caption = "Brought in on top of what each was given first, for the day, until its end"
    return cut(Table(caption, head, rows))


def _waiting(run: MethodRun) -> Iterator[Block]:
    yield Prose([FIRST])
    yield waiting(run)
    if run.waiting and run.method is SettlementMethod.GROSS:
        yield Prose(["What a trade is short of counts the trades before it that wait as well."])


def waiting(run: MethodRun) -> Block:
    """What could not settle on the net debits alone, and why."""
    method = run.method.value.capitalize()
    if not run.waiting:
        return Prose([f"{method}: nothing waited."])
    count = f"{len(run.waiting):,} of {counted(run.trades, 'trade')}"
    return waited(f"{method}: {count} waited on that until the rest was brought in", run.waiting)


def waited(caption: str, trades: Sequence[Waited]) -> Table:
    """Trades with their reasons."""
    rows = [(each.trade_id, "; ".join(each.why)) for each in trades]
    return cut(Table(caption, [("Trade", Column.NAME), ("Why", Column.NAME)], rows))
