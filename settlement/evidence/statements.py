"""The statement of each wallet, from the log alone: every movement, what explains it, the balance.

`depository.reasons` finds what explains a movement.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from settlement.analytics.queueing.files import printable
from settlement.chain.base import NOBODY
from settlement.depository.reasons import TRANSFER, reasons
from settlement.errors import BadFile, Problem
from settlement.evidence.facts import Facts, HeldAsset
from settlement.evidence.record import clock
from settlement.onchain.contract import Event

_COLUMNS = ("time", "transaction", "asset", "counterparty", "what", "change", "balance")


@dataclass(frozen=True, slots=True)
class Happened:
    """An event, when, and in which transaction, by its hash."""

    time: int
    transaction: str
    event: Event


def statements(facts: Facts, log: Sequence[Happened]) -> dict[str, bytes]:
    """The statement of every wallet, by the name of its file."""
    explained = list(_reasons(log))
    return {
        file: _statement(facts, wallet.address, log, explained)
        for file, wallet in zip(facts.statements, facts.wallets, strict=True)
    }


def require_same(file: str, found: bytes, rebuilt: bytes) -> None:
    """Refuses a statement at its first line that is not as the events have it."""
    there, wanted = found.split(b"\n"), rebuilt.split(b"\n")
    for number, (line, expected) in enumerate(zip(there, wanted, strict=False), start=1):
        if line != expected:
            said = printable(expected.decode()) or "its end"
            raise BadFile([Problem(file, number, "", f"by the events this line is {said}")])
    if len(there) != len(wanted):
        number = min(len(there), len(wanted))
        message = f"has {len(there) - 1:,} lines, and by the events {len(wanted) - 1:,}"
        raise BadFile([Problem(file, number, "", message)])


def _statement(facts: Facts, wallet: str, log: Sequence[Happened], reasons: Sequence[str]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    assets = {asset.address: asset for asset in facts.assets}
    for asset in facts.assets:
        writer.writerow(("", "", asset.symbol, "", "opening", asset.shown(0), asset.shown(0)))
    balances = dict.fromkeys(assets, 0)
    for happened, reason in zip(log, reasons, strict=True):
        asset_moved = assets.get(happened.event.address)
        if asset_moved is None or happened.event.name != TRANSFER:
            continue
        for other, units in _changes(happened.event, wallet):
            balances[asset_moved.address] += units
            balance = balances[asset_moved.address]
            writer.writerow(_row(facts, happened, asset_moved, other, reason, units, balance))
    return text.getvalue().encode()


def _row(
    facts: Facts,
    happened: Happened,
    asset: HeldAsset,
    other: str,
    reason: str,
    units: int,
    balance: int,
) -> tuple[str, ...]:
    return (
        clock(happened.time),
        happened.transaction,
        asset.symbol,
        "" if other == NOBODY else facts.called(other),
        reason,
        asset.shown(units),
        asset.shown(balance),
    )


def _changes(transfer: Event, wallet: str) -> Iterator[tuple[str, int]]:
    """What a transfer is to a wallet: (the other side, units)."""
    source, target = transfer.arguments["from"], transfer.arguments["to"]
    units = int(transfer.arguments["value"])
    if wallet == source:
        yield target, -units
    if wallet == target:
        yield source, units


def _reasons(log: Sequence[Happened]) -> Iterator[str]:
    """For every event the one that explains what moves with it, by name."""
    by_transaction: dict[str, list[str]] = {}
    for happened in log:
        by_transaction.setdefault(happened.transaction, []).append(happened.event.name)
    for names in by_transaction.values():
        yield from (names[place] for place in reasons(names))
