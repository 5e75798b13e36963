"""Positions, rebuilt from the log alone, against what the chain and the depository said at the end.

Every registered wallet is in the bundle, and nobody else gets anything: see `settled`. So the
balances of an asset are its supply; every balance is the chain's; and the supply of a security is
its omnibus position.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from settlement.depository.register import Register
from settlement.evidence.chained import Line
from settlement.evidence.facts import Facts, HeldAsset, HeldWallet
from settlement.evidence.manifest import Manifest
from settlement.evidence.record import Entry
from settlement.onchain.contract import Event

_REGISTERED = "WalletRegistered"


def leis_of(events: Iterable[Event]) -> dict[str, str]:
    """The LEI of every wallet that was registered, by address."""
    return {
        event.arguments["wallet"]: event.arguments["participant"].decode("ascii", "replace")
        for event in events
        if event.name == _REGISTERED
    }


def require_positions(manifest: Manifest, entries: Sequence[Entry]) -> Register:
    """The register at the end. Raises {BadFile} at the first line that is otherwise."""
    facts, register = manifest.facts, Register()
    events = [entry.event for entry in entries if entry.event]
    register.apply(events)
    _require_all_wallets(facts, entries)
    leis = leis_of(events)
    for line, wallet in zip(manifest.part("wallet"), facts.wallets, strict=True):
        line.require({**line.content, "lei": leis.get(wallet.address, "")})
        _require_balances(line, wallet, facts, register)
    for line, asset in zip(manifest.part("asset"), facts.assets, strict=True):
        _require_supply(line, asset, register)
    return register


def _require_all_wallets(facts: Facts, entries: Iterable[Entry]) -> None:
    wallets = {wallet.address for wallet in facts.wallets}
    for entry in entries:
        if entry.name == _REGISTERED and entry.said["wallet"] not in wallets:
            entry.line.refuse("arguments.wallet", "is no wallet of this bundle")


def _require_balances(line: Line, wallet: HeldWallet, facts: Facts, register: Register) -> None:
    rebuilt = {
        asset.symbol: asset.shown(register.balance(asset.address, wallet.address))
        for asset in facts.assets
    }
    for symbol in sorted({*rebuilt, *wallet.balances}):
        _require_equal(line, f"balances.{symbol}", wallet.balances.get(symbol), rebuilt.get(symbol))


def _require_supply(line: Line, asset: HeldAsset, register: Register) -> None:
    supply = asset.shown(register.supply(asset.address))
    _require_equal(line, "supply", asset.supply, supply)
    _require_equal(line, "omnibus", asset.omnibus, "" if asset.decimals else supply)


def _require_equal(line: Line, field: str, found: str | None, rebuilt: str | None) -> None:
    if found != rebuilt:
        line.refuse(field, f"is {found or 'missing'}, and by the events {rebuilt or 'nothing'}")
