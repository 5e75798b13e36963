"""Three records, one truth: the register from events, the chain, and the depository's book.

After every story: the register's balances are the chain's; every holder is registered; the balances
of an asset sum to its supply; a security's supply is its omnibus position. A difference is named,
not repaired.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from settlement.chain.base import Chain
from settlement.depository.book import Book
from settlement.depository.register import Register
from settlement.model.asset import Asset, Security
from settlement.model.party import WalletStatus
from settlement.onchain.contract import token


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
    found: list[Difference] = []
    for asset in assets:
        found += _against_chain(chain, register, asset)
        if isinstance(asset, Security):
            omnibus, supply = book.omnibus(asset.symbol), register.supply(asset.address)
            found += _compare(f"supply of {asset.symbol} against the omnibus", omnibus, supply)
    return found


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
