"""The register of holders, rebuilt from the chain's events alone.

In the depository's pilot the off-chain scanner's record is the official one, so it must need
nothing but the log: feed every event to `apply` in the order of the log, and read positions, frozen
amounts and wallet statuses from here. `reconciliation` compares with the chain.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from settlement.chain.base import NOBODY
from settlement.model.party import WalletStatus

if TYPE_CHECKING:
    from settlement.onchain.contract import Event

_STATUS_AFTER = {
    "WalletRegistered": WalletStatus.REGISTERED,
    "WalletSuspended": WalletStatus.SUSPENDED,
    "WalletReinstated": WalletStatus.REGISTERED,
    "WalletClosed": WalletStatus.CLOSED,
}


class Register:
    """Who holds what, in the chain's units, and where every wallet stands."""

    def __init__(self) -> None:
        self._balances: defaultdict[tuple[str, str], int] = defaultdict(int)
        self._frozen: dict[tuple[str, str], int] = {}
        self._supply: defaultdict[str, int] = defaultdict(int)
        self._statuses: dict[str, WalletStatus] = {}

    def apply(self, events: Iterable[Event]) -> None:
        """Takes in events; those that say nothing about holdings or wallets are passed over."""
        for event in events:
            if event.name == "Transfer":
                self._transfer(event)
            elif event.name == "Frozen":
                key = (event.address, event.arguments["account"])
                self._frozen[key] = event.arguments["amount"]
            elif event.name in _STATUS_AFTER:
                self._statuses[event.arguments["wallet"]] = _STATUS_AFTER[event.name]

    def balance(self, asset: str, wallet: str) -> int:
        """What `wallet` holds of the token at `asset`."""
        return self._balances[asset, wallet]

    def frozen(self, asset: str, wallet: str) -> int:
        """How much of it cannot move."""
        return self._frozen.get((asset, wallet), 0)

    def supply(self, asset: str) -> int:
        """Units of the token in existence."""
        return self._supply[asset]

    def status(self, wallet: str) -> WalletStatus:
        """Where `wallet` stands."""
        return self._statuses.get(wallet, WalletStatus.UNREGISTERED)

    def wallets(self) -> list[str]:
        """Every wallet that was ever registered."""
        return list(self._statuses)

    def holders(self, asset: str) -> list[str]:
        """Every wallet with a balance."""
        return [
            wallet for (token, wallet), held in self._balances.items() if token == asset and held
        ]

    def _transfer(self, event: Event) -> None:
        asset, value = event.address, event.arguments["value"]
        source, target = event.arguments["from"], event.arguments["to"]
        if source == NOBODY:
            self._supply[asset] += value
        else:
            self._balances[asset, source] -= value
        if target == NOBODY:
            self._supply[asset] -= value
        else:
            self._balances[asset, target] += value
