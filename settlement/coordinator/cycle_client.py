"""A participant's own side of netting: the trades that it confirmed, and what it will sign.

The chain cannot tell whether a net follows from trades. So each client keeps its own book of what
both sides confirmed, recomputes its movements from that, and signs a proposal only if everything in
it that concerns it is so: its trades are all there, each under the root and with its other side
among the participants, unless that side is named as left out; its movements are theirs and nothing
else; and the window ends within a day from now. It agrees to no deal twice: see `consents`.

What no client can see: trades of others behind the root, and whether the count has too many.
"""

from __future__ import annotations

from typing import NoReturn

from settlement.chain.base import Chain
from settlement.coordinator.consents import Consents
from settlement.coordinator.directory import Directory, Party, refuse_to_sign
from settlement.model.asset import Cash, Security
from settlement.model.cycle import NettedTrade, Proposal, movements_of
from settlement.model.party import Purpose
from settlement.onchain.cycle_signing import (
    burn_hash,
    confirmation_hash,
    leaf_of,
    novation_of,
    statement_hash,
)
from settlement.onchain.merkle import proves
from settlement.onchain.signing import Domain, signer_of
from settlement.units import CENT_UNITS

LONGEST_WINDOW = 86_400
"""Seconds from now: what a client signs is settled within a day or not at all."""

MOST_UNITS = 2**96 - 1
"""What an account word holds."""


class CycleClient:
    """Signs for one participant, with its key."""

    def __init__(
        self,
        party: Party,
        directory: Directory,
        consents: Consents,
        chain: Chain,
        domain: Domain,
        venue: str,
    ) -> None:
        self.party = party
        self._directory = directory
        self._consents = consents
        self._chain = chain
        self._domain = domain
        self._venue = venue
        self._offered: set[NettedTrade] = set()
        self._confirmed: dict[bytes, NettedTrade] = {}

    def confirm(self, trade: NettedTrade) -> bytes:
        """Confirms a trade for its cycle. Raises {RefusedToSign}."""
        self._check(trade)
        self._consents.to_net(self.party, trade)
        self._offered.add(trade)
        return self.party.sign(self._domain, confirmation_hash(trade, self.party.address))

    def confirm_cleared(self, trade: NettedTrade, house: Party) -> bytes:
        """Confirms what replaces its side of a trade that a clearing house clears.

        It takes the trade itself as agreed to as well. Raises {RefusedToSign}.
        """
        if house.wallet.purpose is not Purpose.CLEARING_HOUSE:
            self._refuse(f"{house.name} is not registered as a clearing house")
        if house.address in trade.sides:
            self._refuse(f"{house.name} is a side of that trade and cannot clear it")
        self._check(trade)
        own = novation_of(trade, house.address)[trade.sides.index(self.party.address)]
        self._consents.to_net(self.party, trade, leaf_of(own))
        return self.confirm(own)

    def receive(self, trade: NettedTrade, confirmation: bytes) -> None:
        """Takes a trade into its book, which it confirmed, when the other side did, too."""
        if trade not in self._offered:
            self._refuse("it did not confirm that trade itself")
        (other,) = {*trade.sides} - {self.party.address}
        if signer_of(self._domain, confirmation_hash(trade, other), confirmation) != other:
            self._refuse("the other side did not confirm that trade")
        self._confirmed[leaf_of(trade)] = trade

    def sign(self, proposal: Proposal) -> bytes:
        """Signs its statement of a cycle. Raises {RefusedToSign} for whatever it disputes."""
        self._check_company(proposal)
        self._check_window(proposal)
        netted = self._netted(proposal)
        if proposal.movements != movements_of(self.party.address, netted.values()):
            self._refuse("its movements are not those of its own trades", proposal)
        cycle, address = proposal.cycle, self.party.address
        self._consents.to_proposal(self.party, cycle.trades_root, netted)
        return self.party.sign(
            self._domain,
            statement_hash(self._venue, cycle, proposal.participants, proposal.movements, address),
        )

    def burn(self, number: int) -> bytes:
        """Signs that it takes no part in a cycle any more."""
        return self.party.sign(self._domain, burn_hash(number, self.party.address))

    def _check_company(self, proposal: Proposal) -> None:
        present = set(proposal.participants)
        if self.party.address not in present:
            self._refuse("it is not among the participants", proposal)
        if present.intersection(proposal.without):
            self._refuse("somebody takes part and is left out at once", proposal)

    def _check(self, trade: NettedTrade) -> None:
        self._directory.require_listed(self.party.name, trade.security, trade.cash)
        if self.party.address not in trade.sides or trade.seller == trade.buyer:
            self._refuse("it is not one of two sides of that trade")
        security, cash = map(self._directory.asset_at, (trade.security, trade.cash))
        if not (isinstance(security, Security) and isinstance(cash, Cash)):
            self._refuse("that trade is not of a security against cash")
        if not (0 < trade.quantity <= MOST_UNITS and 0 < trade.amount <= MOST_UNITS):
            self._refuse("that trade has no quantity or no price, or more than there can be")
        if trade.amount % CENT_UNITS:
            self._refuse("the price of that trade is not in whole cents")

    def _check_window(self, proposal: Proposal) -> None:
        cycle, now = proposal.cycle, self._chain.now()
        within = cycle.not_before <= cycle.not_after and now <= cycle.not_after
        if not within or cycle.not_after - now >= LONGEST_WINDOW:
            self._refuse("the window does not end within a day from now", proposal)

    def _netted(self, proposal: Proposal) -> dict[bytes, NettedTrade]:
        """Its own trades that the proposal nets: all of the cycle but with those left out."""
        own = {
            leaf: trade
            for leaf, trade in self._confirmed.items()
            if trade.cycle == proposal.cycle.number
        }
        expected = {
            leaf: trade
            for leaf, trade in own.items()
            if not set(trade.sides).intersection(proposal.without)
        }
        if set(proposal.proofs) != set(expected):
            self._refuse("trades of its own are missing, or are not its own", proposal)
        root = proposal.cycle.trades_root
        if not all(proves(root, leaf, proof) for leaf, proof in proposal.proofs.items()):
            self._refuse("trades of its own are not under the root", proposal)
        if proposal.cycle.trade_count < len(expected):
            self._refuse("the count of trades is less than its own", proposal)
        sides = {side for trade in expected.values() for side in trade.sides}
        if not sides.issubset(proposal.participants):
            self._refuse("the other side of a trade does not take part", proposal)
        return expected

    def _refuse(self, why: str, proposal: Proposal | None = None) -> NoReturn:
        refuse_to_sign(self.party.name, why, f"cycle {proposal.cycle.number}" if proposal else "")
