"""Five invariants, checked after everything that a drill submits.

1. Each asset is conserved: what wallets hold of it is what was issued less what was taken back.
2. Supply equals the omnibus position, security by security.
3. Both legs moved, or none: every wallet's holdings changed by what was agreed, or not at all.
4. An instruction is consumed at most once: nothing in the log settles twice.
5. The register rebuilt from events, from the first to the last, equals the chain.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from settlement.coordinator.amounts import show_amount
from settlement.depository.reconciliation import against_chain, against_issues, against_omnibus
from settlement.depository.register import Register
from settlement.market import Market
from settlement.onchain.contract import Event
from settlement.reporting.story import Check

Moves = Mapping[tuple[str, str], int]
"""By party and symbol, what a wallet gets in the chain's units; below zero what it gives."""

_CONSUMED = {
    "Settled": "trade",
    "Delivered": "delivery",
    "Opened": "repo",
    "Closed": "repo",
    "CycleSettled": "cycle",
}


def invariants(market: Market, moved: Moves, agreed: Moves) -> tuple[Check, ...]:
    """The five, where wallets changed by `moved` and `agreed` was to move."""
    assets, events = market.directory.assets(), market.journal.events
    rebuilt = Register()
    rebuilt.apply(events)
    found: Mapping[str, Iterable[object]] = {
        "each asset is conserved": against_issues(events, rebuilt, assets),
        "supply equals the omnibus position": against_omnibus(market.book, rebuilt, assets),
        "both legs moved, or none": _other_than(market, moved, agreed),
        "an instruction is consumed at most once": _twice(events),
        "the register rebuilt from events equals the chain": against_chain(
            market.chain, rebuilt, assets
        ),
    }
    return tuple(Check(name, tuple(map(str, broken))) for name, broken in found.items())


def _other_than(market: Market, moved: Moves, agreed: Moves) -> Iterator[str]:
    for party, symbol in sorted({*moved, *agreed}):
        asset = market.directory.asset(symbol)
        found, wanted = (moves.get((party, symbol), 0) for moves in (moved, agreed))
        if found != wanted:
            shown = [show_amount(asset, units) for units in (found, wanted)]
            yield "{} has {} more, and {} more were agreed".format(party, *shown)


def _twice(events: Iterable[Event]) -> Iterator[str]:
    """What the log says was consumed more often than once."""
    counted: Counter[tuple[str, Any]] = Counter(
        (event.name, event.arguments[_CONSUMED[event.name]])
        for event in events
        if event.name in _CONSUMED
    )
    for (name, what), times in counted.items():
        if times > 1:
            yield f"{name} stands {times} times in the log for {_shown(what)}"


def _shown(what: Any) -> str:
    return f"0x{what.hex()}" if isinstance(what, bytes) else str(what)
