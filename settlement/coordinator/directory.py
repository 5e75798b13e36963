"""The names of the market: parties with their keys, assets with their addresses, and its time zone.

A party's own client signs for it, and keeps what it signed. It refuses an asset that is not listed
here: an address that only looks like a token stays out of everybody's signature.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NoReturn
from zoneinfo import ZoneInfo

from eth_account.signers.local import LocalAccount

from settlement.errors import RefusedToSign, UnknownName
from settlement.model.asset import Asset, Cash, Security
from settlement.model.party import Participant, Wallet
from settlement.onchain.signing import Domain, StructHash, sign


@dataclass(frozen=True, slots=True)
class Signed:
    """A consent: the struct by its hash, for which domain, and the signature over both."""

    struct: StructHash
    domain: Domain
    signature: bytes


@dataclass(frozen=True, slots=True)
class Party:
    """A participant with one wallet, the key that signs for it, and what it signed so far."""

    name: str
    wallet: Wallet
    key: LocalAccount
    signed: list[Signed] = field(default_factory=list, compare=False, repr=False)

    @property
    def address(self) -> str:
        """The wallet's address."""
        return self.wallet.address

    @property
    def participant(self) -> Participant:
        """Whose wallet it is."""
        return self.wallet.participant

    def sign(self, domain: Domain, struct_hash: StructHash) -> bytes:
        """The party's consent, 65 bytes."""
        signature = sign(self.key, domain, struct_hash)
        self.signed.append(Signed(struct_hash, domain, signature))
        return signature


class Directory:
    """Names to things, and addresses back to names."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self._parties: dict[str, Party] = {}
        self._assets: dict[str, Asset] = {}
        self._names: dict[str, str] = {}

    def add_party(self, party: Party) -> None:
        """Lists a party; its wallet is known by its name from now on."""
        self._parties[party.name] = party
        self._names[party.address] = party.name

    def add_asset(self, asset: Asset) -> None:
        """Lists an asset; only listed assets are ever signed for."""
        self._assets[asset.symbol] = asset
        self._names[asset.address] = asset.symbol

    def add_name(self, address: str, name: str) -> None:
        """Names an address that is neither party nor asset, a venue contract for instance."""
        self._names[address] = name

    def parties(self) -> list[Party]:
        """All parties, in the order of their registration."""
        return list(self._parties.values())

    def assets(self) -> list[Asset]:
        """All assets, in the order of their issue."""
        return list(self._assets.values())

    def by_address(self) -> dict[str, Asset]:
        """All assets by their addresses."""
        return {asset.address: asset for asset in self._assets.values()}

    def party(self, name: str) -> Party:
        """The party called `name`."""
        if name not in self._parties:
            raise UnknownName("participant", name, self._parties)
        return self._parties[name]

    def asset(self, symbol: str) -> Asset:
        """The asset called `symbol`."""
        if symbol not in self._assets:
            raise UnknownName("asset", symbol, self._assets)
        return self._assets[symbol]

    def security(self, symbol: str) -> Security:
        """The security called `symbol`."""
        asset = self._assets.get(symbol)
        if not isinstance(asset, Security):
            raise UnknownName("security", symbol, self._symbols(Security))
        return asset

    def cash(self, symbol: str) -> Cash:
        """The cash called `symbol`."""
        asset = self._assets.get(symbol)
        if not isinstance(asset, Cash):
            raise UnknownName("cash", symbol, self._symbols(Cash))
        return asset

    def party_at(self, address: str) -> Party | None:
        """The party whose wallet this is."""
        party = self._parties.get(self.name(address))
        return party if party and party.address == address else None

    def asset_at(self, address: str) -> Asset | None:
        """The listed asset at an address."""
        asset = self._assets.get(self.name(address))
        return asset if asset and asset.address == address else None

    def name(self, address: str) -> str:
        """What people call an address; the address itself where nobody named it."""
        return self._names.get(address, address)

    def require_listed(self, signer: str, *addresses: str) -> None:
        """Refuses to sign for an asset outside the directory."""
        for address in addresses:
            if self.asset_at(address) is None:
                refuse_to_sign(
                    signer,
                    f"{self.name(address)} is not an asset of this market's directory",
                    asset=address,
                )

    def show_time(self, seconds: int) -> str:
        """`2026-03-02 14:00:00` on the market's clock."""
        moment = datetime.fromtimestamp(seconds, UTC).astimezone(self.zone)
        return moment.strftime("%Y-%m-%d %H:%M:%S")

    def _symbols(self, kind: type[Asset]) -> list[str]:
        return [symbol for symbol, asset in self._assets.items() if isinstance(asset, kind)]


def refuse_to_sign(signer: str, why: str, what: str = "", **details: str) -> NoReturn:
    """What a party's client answers; `what` is what it was shown, where that has a name."""
    raise RefusedToSign(
        f"{signer}'s client does not sign{f' {what}' if what else ''}: {why}",
        error="RefusedToSign",
        details={"signer": signer, **(details or {"why": why})},
    )
