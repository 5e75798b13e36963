"""Writes the bundle of a market: what was sent and signed, and how it all stood in the end.

Transactions and their log come from the journal, consents from each party's own client, closing
balances and supplies from the chain itself, omnibus positions from the depository's book.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from settlement.chain.base import Log
from settlement.evidence.bundle import EVENTS, INSTRUCTIONS, MANIFEST, TRANSACTIONS, write_files
from settlement.evidence.chained import chained
from settlement.evidence.consents import consent_row, consents_of
from settlement.evidence.facts import CONTRACTS, TOKENS, Facts, HeldAsset, HeldWallet, shown
from settlement.evidence.manifest import manifest
from settlement.evidence.positions import leis_of
from settlement.evidence.record import (
    Posted,
    by_address,
    decoded,
    entry_row,
    posted_of,
    posted_row,
)
from settlement.evidence.statements import Happened, statements
from settlement.market import Market
from settlement.model.asset import Asset, Security
from settlement.onchain.contract import token
from settlement.reporting.evidence import Counts, Written

T = TypeVar("T")


def write(market: Market, name: str, folder: Path) -> Written:
    """Writes the bundle of a story called `name` into a folder that has room."""
    sent = market.journal.sent
    posted = [posted_of(each) for each in sent]
    logged = [(posted_of(each), log) for each in sent for log in each.receipt.logs]
    title = name.encode(errors="backslashreplace").decode()  # a title may have what no file can
    facts = _facts(market, title)
    consents = consents_of(market.directory.parties(), posted)
    told = statements(facts, _happened(facts, logged))
    contracts = by_address(facts.contracts)
    files = {
        TRANSACTIONS: _numbered(posted_row, posted),
        EVENTS: _numbered(lambda number, each: entry_row(number, *each, contracts), logged),
        INSTRUCTIONS: _numbered(lambda number, each: consent_row(number, each, facts), consents),
        **told,
    }
    last, bundle = manifest(facts, files)
    write_files(folder, {**files, MANIFEST: last})
    counts = Counts(len(posted), len(logged), len(consents), len(told))
    return Written(str(folder), counts, bundle)


def _numbered(row: Callable[[int, T], dict[str, Any]], items: Iterable[T]) -> bytes:
    return chained(row(number, item) for number, item in enumerate(items, start=1))


def _happened(facts: Facts, logged: Iterable[tuple[Posted, Log]]) -> list[Happened]:
    contracts = by_address(facts.contracts)
    found = ((posted, decoded(log, contracts)) for posted, log in logged)
    return [Happened(posted.time, posted.hash, event) for posted, event in found if event]


def _facts(market: Market, name: str) -> Facts:
    directory = market.directory
    parties = [party.address for party in directory.parties()]
    leis = leis_of(market.journal.events)
    return Facts(
        chain=str(market.chain.chain_id),
        name=name,
        contracts=tuple(each for each in market.journal.watched if each.name in CONTRACTS),
        assets=tuple(_asset(market, asset) for asset in directory.assets()),
        wallets=tuple(
            HeldWallet(
                name=directory.name(wallet),
                address=wallet,
                lei=leis.get(wallet, ""),
                balances=_balances(market, wallet),
            )
            for wallet in dict.fromkeys([*parties, *market.journal.register.wallets()])
        ),
    )


def _asset(market: Market, asset: Asset) -> HeldAsset:
    security = isinstance(asset, Security)
    return HeldAsset(
        symbol=asset.symbol,
        address=asset.address,
        kind=asset.kind.value,
        isin=asset.isin if isinstance(asset, Security) else "",
        decimals=TOKENS[token(asset).name],
        supply=_read(market, asset, "totalSupply"),
        omnibus=str(market.book.omnibus(asset.symbol)) if security else "",
    )


def _balances(market: Market, wallet: str) -> dict[str, str]:
    """What the chain says that a wallet holds, by symbol."""
    return {
        asset.symbol: _read(market, asset, "balanceOf", wallet)
        for asset in market.directory.assets()
    }


def _read(market: Market, asset: Asset, function: str, *arguments: str) -> str:
    contract = token(asset)
    return shown(TOKENS[contract.name], contract.read(market.chain, function, *arguments))
