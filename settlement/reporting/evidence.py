"""The evidence of a story: that it was written, and what checking it came to.

`settlement.evidence` fills these in; here they become lines for people and parts of documents.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from settlement.analytics.queueing.files import printable
from settlement.reporting.columns import aligned
from settlement.reporting.text import show_amount
from settlement.units import counted

CHECKS = (
    "every file is there, every line as it was written",
    "every event is what the raw entry of the log says",
    "every signature is that of its signer, a wallet of this market",
    "no trade, opening or net without the consent of every side, none twice",
    "positions from the events = statements = chain, supply = omnibus account",
)
"""What was checked, in this order; the first that does not hold is an error instead."""

_NAME, _COLUMN = 18, 18


@dataclass(frozen=True, slots=True)
class Counts:
    """How much a bundle has of each."""

    transactions: int
    events: int
    instructions: int
    statements: int


@dataclass(frozen=True, slots=True)
class Written:
    """A bundle that was written: where, how much, and its hash."""

    folder: str
    counts: Counts
    bundle: str


@dataclass(frozen=True, slots=True)
class Holding:
    """What a wallet held in the end, by symbol."""

    wallet: str
    balances: Mapping[str, Decimal | int]


@dataclass(frozen=True, slots=True)
class Verified:
    """A bundle that was checked and holds.

    `carried` is how many of its instructions a transaction carried. `supply` is by symbol.
    """

    folder: str
    name: str
    chain: str
    counts: Counts
    carried: int
    settlements: int
    holdings: tuple[Holding, ...]
    supply: Mapping[str, Decimal | int]
    bundle: str


def written_line(written: Written) -> str:
    """Where, how much, and its hash."""
    return f"Evidence in {written.folder}: {_counted(written.counts)} · bundle {written.bundle}"


def written_document(written: Written) -> dict[str, Any]:
    """The same for a program."""
    return {"folder": written.folder, **asdict(written.counts), "bundle": written.bundle}


def verified_lines(verified: Verified) -> Iterator[str]:
    """What it is, how it stood in the end, what was checked, and the hash to compare.

    The names are whoever's who wrote the bundle: a terminal obeys nothing of what stands in them.
    """
    yield f"{printable(verified.name)}: evidence in {verified.folder}, chain {verified.chain}"
    settled = counted(verified.settlements, "settlement")
    yield f"{settled}, {_counted(verified.counts)}"
    yield f"{counted(verified.carried, 'instruction')} carried by a transaction"
    yield ""
    yield from aligned(list(_rows(verified)), _NAME, _COLUMN)
    yield ""
    for check in CHECKS:
        yield f"✓ {check}"
    yield ""
    yield f"bundle {verified.bundle}"
    yield "the same hash on the other side is the same bundle"


def verified_document(verified: Verified) -> dict[str, Any]:
    """The same for a program: cash as strings, quantities as numbers."""
    return {
        "folder": verified.folder,
        "name": verified.name,
        "chain": verified.chain,
        **asdict(verified.counts),
        "carried": verified.carried,
        "settlements": verified.settlements,
        "holdings": [
            {"wallet": holding.wallet, "balances": _plain(holding.balances)}
            for holding in verified.holdings
        ],
        "supply": _plain(verified.supply),
        "checks": list(CHECKS),
        "bundle": verified.bundle,
    }


def _counted(counts: Counts) -> str:
    return ", ".join(
        (
            counted(counts.transactions, "transaction"),
            counted(counts.events, "event"),
            counted(counts.instructions, "instruction"),
            counted(counts.statements, "statement"),
        )
    )


def _rows(verified: Verified) -> Iterator[tuple[str, ...]]:
    yield ("", *map(printable, verified.supply))
    for holding in verified.holdings:
        yield (
            printable(holding.wallet),
            *(show_amount(amount) for amount in holding.balances.values()),
        )
    yield ("supply", *(show_amount(amount) for amount in verified.supply.values()))


def _plain(amounts: Mapping[str, Decimal | int]) -> dict[str, str | int]:
    return {
        symbol: str(amount) if isinstance(amount, Decimal) else amount
        for symbol, amount in amounts.items()
    }
