"""Three records, one truth: the register from events, the chain, and the depository's book.

After every story: the register's balances are the chain's; every holder is registered; the balances
of an asset sum to its supply, and to what was issued less what was taken back; a security's supply
is its omnibus position. A difference is named, not repaired.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from settlement.chain.base import Chain
from settlement.depository.book import Book
from settlement.depository.register import Register
from settlement.model.asset import Asset, Cash, Security
from settlement.model.party import WalletStatus
from settlement.onchain.contract import Event, token
from settlement.units import cash_from_chain, show_cash, show_quantity

_ISSUES = {"Minted": 1, "Burned": -1, "Redeemed": -1}


@dataclass(frozen=True, slots=True)
class Difference:
    """Two records that do not agree about one thing."""

    subject: str
    expected: int
    found: int

    def __str__(self) -> str:
        return f"{self.subject}: {self.found:,} instead of {self.expected:,}"


def differences(
    chain: Chain, register: Register, book: Book, assets: Iterable[Asset]
) -> list[Difference]:
    """Everything that does not agree; empty when all is well."""
    listed = list(assets)
    return [*against_chain(chain, register, listed), *against_omnibus(book, register, listed)]


def against_omnibus(book: Book, register: Register, assets: Iterable[Asset]) -> list[Difference]:
    """Where a security's supply is not what the omnibus account holds."""
    found: list[Difference] = []
    for asset in assets:
        if isinstance(asset, Security):
            omnibus, supply = book.omnibus(asset.symbol), register.supply(asset.address)
            found += _compare(f"supply of {asset.symbol} against the omnibus", omnibus, supply)
    return found


def against_issues(
    events: Iterable[Event], register: Register, assets: Iterable[Asset]
) -> list[str]:
    """Where what is held of an asset is not what was issued less what was taken back."""
    issued: Counter[str] = Counter()
    for event in events:
        if event.name in _ISSUES:
            word = "quantity" if "quantity" in event.arguments else "amount"
            issued[event.address] += event.arguments[word] * _ISSUES[event.name]
    found = []
    for asset in assets:
        address = asset.address
        held = sum(register.balance(address, holder) for holder in register.holders(address))
        if held != issued[address]:
            shown = [_shown(asset, units) for units in (issued[address], held)]
            found.append(f"{shown[0]} {asset.symbol} issued, {shown[1]} held")
    return found


def against_chain(chain: Chain, register: Register, assets: Iterable[Asset]) -> list[Difference]:
    """Where the register says otherwise than the chain."""
    return [each for asset in assets for each in _against_chain(chain, register, asset)]


def _against_chain(chain: Chain, register: Register, asset: Asset) -> list[Difference]:
    contract = token(asset)
    found: list[Difference] = []
    total = 0
    for wallet in register.wallets():
        held = contract.read(chain, "balanceOf", wallet)
        total += held
        subject = f"{asset.symbol} of {wallet} in the register"
        found += _compare(subject, held, register.balance(asset.address, wallet))
    for holder in register.holders(asset.address):
        if register.status(holder) is WalletStatus.UNREGISTERED:
            found.append(Difference(f"{asset.symbol} of {holder}, who is not registered", 0, 1))
    supply = contract.read(chain, "totalSupply")
    found += _compare(
        f"supply of {asset.symbol} in the register", supply, register.supply(asset.address)
    )
    found += _compare(f"{asset.symbol} of all wallets against its supply", supply, total)
    return found


def _compare(subject: str, expected: int, found: int) -> list[Difference]:
    return [] if expected == found else [Difference(subject, expected, found)]


def _shown(asset: Asset, units: int) -> str:
    cash = isinstance(asset, Cash)
    return show_cash(cash_from_chain(units)) if cash else show_quantity(units)
