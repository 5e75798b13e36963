"""What a bundle is of: the market by name, and how it stood in the end. The lines of the manifest.

The closing balances and supplies are the chain's own answers, the omnibus positions the
depository's: what `verify` rebuilds from the events is reconciled with these.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from settlement.evidence.bundle import statement_names
from settlement.evidence.chained import Line
from settlement.model.asset import CashKind, SecurityKind
from settlement.onchain.contract import Contract, deployed
from settlement.units import cash_from_chain

FORMAT = "1"

TOKENS = {"CashToken": 6, "SecurityEntitlement": 0}
"""The contracts of assets, with their decimals."""

_KINDS = {
    "CashToken": {kind.value for kind in CashKind},
    "SecurityEntitlement": {kind.value for kind in SecurityKind},
}

_ALONE = {
    *("WalletRegistry", "Settlement", "NetSettlement", "RepoFacility", "TriPartyCustody"),
    *("PriceBoard", "CollateralPolicy"),
}
"""The venue's and the depository's own, of which a market has one each."""

CONTRACTS = {*TOKENS, *_ALONE}
"""Those whose events a bundle decodes; of any other contract it keeps the raw log."""

_DISTINCT = (
    ("contract", "address"),
    ("wallet", "address"),
    ("asset", "symbol"),
    ("asset", "address"),
)
"""What no two lines of a part have in common."""

_CHAIN_ID = re.compile(r"[1-9][0-9]{0,76}", re.ASCII)


@dataclass(frozen=True, slots=True)
class HeldAsset:
    """An asset and its closing figures. `isin` and `omnibus` are empty for cash."""

    symbol: str
    address: str
    kind: str
    isin: str
    decimals: int
    supply: str
    omnibus: str

    def amount(self, units: int) -> Decimal | int:
        """Units of the chain as people count them."""
        return cash_from_chain(units) if self.decimals else units

    def shown(self, units: int) -> str:
        """The same as text: cash with two places, quantities without any."""
        return shown(self.decimals, units)


@dataclass(frozen=True, slots=True)
class HeldWallet:
    """A wallet and what it held in the end, by symbol; `lei` is empty where it is unregistered."""

    name: str
    address: str
    lei: str
    balances: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Facts:
    """The whole. `chain` is the chain's id."""

    chain: str
    name: str
    contracts: tuple[Contract, ...]
    assets: tuple[HeldAsset, ...]
    wallets: tuple[HeldWallet, ...]

    @property
    def statements(self) -> list[str]:
        """The file of each wallet's statement, in the order of the wallets."""
        return statement_names(wallet.name for wallet in self.wallets)

    def called(self, address: str) -> str:
        """The name of a wallet; the address itself where nobody named it."""
        named = (wallet.name for wallet in self.wallets if wallet.address == address)
        return next(named, address)

    def only(self, contract: str) -> str:
        """The address of a contract of which a market has one."""
        return next((each.address for each in self.contracts if each.name == contract), "")


def shown(decimals: int, units: int) -> str:
    """Units of the chain as people write them."""
    return f"{cash_from_chain(units):f}" if decimals else str(units)


def fact_rows(facts: Facts) -> Iterator[dict[str, Any]]:
    """The lines of the manifest that say what the bundle is of."""
    yield {"part": "bundle", "format": FORMAT, "chain": facts.chain, "name": facts.name}
    for contract in facts.contracts:
        yield {"part": "contract", "name": contract.name, "address": contract.address}
    for asset in facts.assets:
        yield {"part": "asset"} | {name: getattr(asset, name) for name in HeldAsset.__slots__}
    for wallet, statement in zip(facts.wallets, facts.statements, strict=True):
        held = {name: getattr(wallet, name) for name in HeldWallet.__slots__}
        yield {"part": "wallet", "statement": statement} | held


def facts_in(lines: Sequence[Line]) -> Facts:
    """What the first lines of a manifest say. Raises {BadFile}."""
    parts = _by_part(lines)
    first = lines[0]
    if not _CHAIN_ID.fullmatch(first.text("chain")):
        first.refuse("chain", "is not the number of a chain")
    facts = Facts(
        chain=first.text("chain"),
        name=first.text("name"),
        contracts=tuple(map(_contract, parts.get("contract", ()))),
        assets=tuple(map(_asset, parts.get("asset", ()))),
        wallets=tuple(map(_wallet, parts.get("wallet", ()))),
    )
    for line, row in zip(lines, fact_rows(facts), strict=False):
        line.require(row)
    for part, field in _DISTINCT:
        _require_distinct(parts.get(part, ()), field)
    _require_distinct(
        (line for line in parts.get("contract", ()) if line.text("name") in _ALONE), "name"
    )
    _require_tokens(parts.get("asset", ()), facts)
    _require_whole(lines, facts)
    return facts


def _by_part(lines: Iterable[Line]) -> dict[str, list[Line]]:
    parts: dict[str, list[Line]] = {}
    for line in lines:
        parts.setdefault(line.text("part"), []).append(line)
    return parts


def _contract(line: Line) -> Contract:
    name = line.text("name")
    if name not in CONTRACTS:
        line.refuse("name", "is no contract of a market")
    return deployed(name, line.text("address"))


def _asset(line: Line) -> HeldAsset:
    return HeldAsset(
        symbol=line.text("symbol"),
        address=line.text("address"),
        kind=line.text("kind"),
        isin=line.text("isin"),
        decimals=line.whole("decimals"),
        supply=line.text("supply"),
        omnibus=line.text("omnibus"),
    )


def _wallet(line: Line) -> HeldWallet:
    return HeldWallet(
        line.text("name"), line.text("address"), line.text("lei"), line.part("balances")
    )


def _require_distinct(lines: Iterable[Line], field: str) -> None:
    seen: set[str] = set()
    for line in lines:
        if line.text(field) in seen:
            line.refuse(field, "stands twice")
        seen.add(line.text(field))


def _require_tokens(lines: Iterable[Line], facts: Facts) -> None:
    """Every asset is a token of this market, of a kind and with the decimals that such have."""
    names = {each.address: each.name for each in facts.contracts}
    for line, asset in zip(lines, facts.assets, strict=True):
        name = names.get(asset.address, "")
        if TOKENS.get(name) != asset.decimals:
            line.refuse("decimals", "is not that of the contract at the asset's address")
        if asset.kind not in _KINDS[name]:
            line.refuse("kind", f"is none of a {name}")
        if bool(asset.isin) == bool(asset.decimals):
            line.refuse("isin", "stands with a security, and with no cash")


def _require_whole(lines: Sequence[Line], facts: Facts) -> None:
    """Every contract that a market has one of is there, and every token is an asset."""
    for name in sorted(_ALONE):
        if not facts.only(name):
            lines[0].refuse("part", f"comes before no {name}, which every market has")
    assets = {asset.address for asset in facts.assets}
    for line in lines:
        token = line.content["part"] == "contract" and line.text("name") in TOKENS
        if token and line.text("address") not in assets:
            line.refuse("address", "is that of a token, and of no asset")
