"""Securities on one chain, cash on another, exchanged under the hash of a secret.

1. The seller makes the secret and locks the securities, until the later deadline.
2. The buyer locks the cash under the same hash, until the earlier one.
3. The seller claims the cash, and with that the secret stands in the log of the cash chain.
4. The buyer reads it there and claims the securities.

What is locked and not claimed goes back when its deadline has come. The chains know nothing of each
other: see `contracts/mocks/HashLock.sol`, which is on both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from eth_utils import keccak

from settlement.lessons.fresh_chain import FreshChain
from settlement.lessons.trades import CASH, FIRMS, NOTE, SALES, Failure
from settlement.lessons.way import Act, Way, later, submit
from settlement.market import Market
from settlement.model.identifiers import demonstration_lei
from settlement.model.party import Participant, Purpose, SignerKind, Wallet
from settlement.onchain.contract import Event, interface, token
from settlement.reporting.lesson import Sale
from settlement.units import cash_to_chain

STEP = 30
"""Minutes between one step and the next."""
CASH_KEPT, NOTES_KEPT = 3 * STEP, 4 * STEP
"""Minutes until the deadlines, from the agreed time on."""

_KEEPER = "hash lock"
_ALL = 2**256 - 1


class HashLocks(Way):
    """Whoever has not failed is on time with every step."""

    key, name = "hash_locks", "hash locks"
    how = (
        f"On two chains, {STEP} minutes a step: the seller locks the securities, the buyer locks"
        " the cash; the seller claims the cash, which shows everybody its secret; with the secret"
        " the buyer claims the securities."
    )
    chains_needed = 2
    keepers = frozenset({_KEEPER})

    def __init__(self, chains: Sequence[FreshChain], failure: Failure) -> None:
        super().__init__(chains, failure)
        notes, cash = self.markets
        self._notes, self._cash = _Locks(notes, NOTE), _Locks(cash, CASH)

    def acts(self) -> Iterator[Act]:
        steps = (
            (0, self._seller_locks),
            (STEP, self._buyer_locks),
            (2 * STEP, self._seller_claims),
            (3 * STEP, self._buyer_claims),
            (CASH_KEPT, self._cash_goes_back),
            (NOTES_KEPT, self._securities_go_back),
        )
        for sale in SALES:
            for minutes, step in steps:
                yield Act(later(sale.at, minutes), partial(step, sale), sale)

    def _seller_locks(self, sale: Sale) -> None:
        if self.active(sale.seller, sale.buyer):
            deadline, digest = later(sale.at, NOTES_KEPT), keccak(_secret(sale))
            self._notes.lock(sale, sale.seller, sale.buyer, sale.quantity, digest, deadline)

    def _buyer_locks(self, sale: Sale) -> None:
        if self._notes.holds(sale) and self.active(sale.seller, sale.buyer):
            deadline, digest = later(sale.at, CASH_KEPT), self._notes.digest(sale)
            units = cash_to_chain(sale.amount)
            self._cash.lock(sale, sale.buyer, sale.seller, units, digest, deadline)

    def _seller_claims(self, sale: Sale) -> None:
        if self._cash.holds(sale) and self.active(sale.seller):
            self._cash.claim(sale, sale.seller, _secret(sale))

    def _buyer_claims(self, sale: Sale) -> None:
        secret = self._cash.published(sale)
        if secret and self.active(sale.buyer):
            self._notes.claim(sale, sale.buyer, secret)

    def _cash_goes_back(self, sale: Sale) -> None:
        if self._cash.holds(sale):
            self._cash.refund(sale, self._survivor(sale))

    def _securities_go_back(self, sale: Sale) -> None:
        if self._notes.holds(sale):
            self._notes.refund(sale, self._survivor(sale))

    def _survivor(self, sale: Sale) -> str:
        """Who asks for a refund: anybody may, and it goes to whose it is."""
        return sale.seller if self.active(sale.seller) else sale.buyer


class _Locks:
    """The contract on one chain, with the one asset that is locked there."""

    def __init__(self, market: Market, symbol: str) -> None:
        self._market = market
        self._asset = market.directory.asset(symbol)
        self._contract = market.deploy(interface("HashLock"))
        self._ids: dict[str, bytes] = {}
        owner = Participant(_KEEPER, demonstration_lei(_KEEPER))
        wallet = Wallet(self._contract.address, owner, Purpose.VENUE, SignerKind.CONTRACT)
        market.onboarding.register_venue_wallet(wallet, _KEEPER)
        asset = token(self._asset)
        keys = (market.directory.party(firm).key for firm in FIRMS)
        approved = (self._contract.address, _ALL)
        submit(market, [asset.transaction(key, "approve", *approved) for key in keys])

    def lock(
        self, sale: Sale, owner: str, receiver: str, units: int, digest: bytes, until: datetime
    ) -> None:
        """Locks for the trade, under the hash of a secret."""
        to = self._market.directory.party(receiver).address
        deadline = int(until.timestamp())
        events = self._run(owner, "lock", to, self._asset.address, units, digest, deadline)
        self._ids[sale.reference] = next(e for e in events if e.name == "Locked").arguments["id"]

    def claim(self, sale: Sale, receiver: str, secret: bytes) -> None:
        """The receiver shows the secret and gets what is locked."""
        self._run(receiver, "claim", self._ids[sale.reference], secret)

    def refund(self, sale: Sale, caller: str) -> None:
        """What is locked goes back."""
        self._run(caller, "refund", self._ids[sale.reference])

    def holds(self, sale: Sale) -> bool:
        """Whether something is locked for the trade."""
        return [event.name for event in self._log(sale)] == ["Locked"]

    def digest(self, sale: Sale) -> bytes:
        """The hash under which it is, as whoever reads this chain's log finds it."""
        return bytes(self._log(sale)[0].arguments["hash"])

    def published(self, sale: Sale) -> bytes | None:
        """The secret, likewise; nothing before it was claimed with."""
        claims = [event for event in self._log(sale) if event.name == "Claimed"]
        return claims[0].arguments["secret"] if claims else None

    def _log(self, sale: Sale) -> list[Event]:
        """What happened to what was locked for the trade."""
        known = self._ids.get(sale.reference)
        events = self._market.journal.events
        return [event for event in events if known and event.arguments.get("id") == known]

    def _run(self, sender: str, function: str, *arguments: Any) -> list[Event]:
        key = self._market.directory.party(sender).key
        return self._market.journal.run(self._contract.transaction(key, function, *arguments))


def _secret(sale: Sale) -> bytes:
    """What only the seller knows at first; it follows from the trade, so each run is the same."""
    return keccak(text=f"secret of {sale.seller} for {sale.reference}")
