"""A participant's own side of netting: the trades that it confirmed, and what it will sign.

The chain cannot tell whether a net follows from trades. So each client keeps its own book of what
it confirmed, recomputes its movements from that, and signs a proposal only if everything in it that
concerns it is so: its trades are all there, each under the root, unless the other side is named as
left out; its movements are theirs and nothing else; and the window is of one day at most.
"""

from __future__ import annotations

from typing import NoReturn

from settlement.coordinator.directory import Directory, Party
from settlement.errors import RefusedToSign
from settlement.model.cycle import NettedTrade, Proposal, movements_of
from settlement.onchain.cycle_signing import burn_hash, confirmation_hash, leaf_of, statement_hash
from settlement.onchain.merkle import proves
from settlement.onchain.signing import Domain
from settlement.units import CENT_UNITS

LONGEST_WINDOW = 86_400
"""Seconds: what a client signs is settled within a day or not at all."""


class CycleClient:
    """Signs for one participant, with its key."""

    def __init__(self, party: Party, directory: Directory, domain: Domain, venue: str) -> None:
        self.party = party
        self._directory = directory
        self._domain = domain
        self._venue = venue
        self._confirmed: dict[bytes, NettedTrade] = {}

    def confirm(self, trade: NettedTrade) -> bytes:
        """Confirms a trade for its cycle, and remembers it. Raises {RefusedToSign}."""
        self._directory.require_listed(self.party.name, trade.security, trade.cash)
        if self.party.address not in trade.sides or trade.seller == trade.buyer:
            self._refuse("it is not one of two sides of that trade")
        if trade.quantity <= 0 or trade.amount <= 0 or trade.amount % CENT_UNITS:
            self._refuse("that trade has no quantity, or no price in whole cents")
        self._confirmed[leaf_of(trade)] = trade
        return self.party.sign(self._domain, confirmation_hash(trade, self.party.address))

    def sign(self, proposal: Proposal) -> bytes:
        """Signs its statement of a cycle. Raises {RefusedToSign} for whatever it disputes."""
        self._check_company(proposal)
        self._check_window(proposal)
        netted = self._netted(proposal)
        if proposal.movements != movements_of(self.party.address, netted):
            self._refuse("its movements are not those of its own trades", proposal)
        cycle, address = proposal.cycle, self.party.address
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

    def _check_window(self, proposal: Proposal) -> None:
        cycle = proposal.cycle
        if not 0 <= cycle.not_after - cycle.not_before < LONGEST_WINDOW:
            self._refuse("the window is not within a day", proposal)

    def _netted(self, proposal: Proposal) -> list[NettedTrade]:
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
        return list(expected.values())

    def _refuse(self, why: str, proposal: Proposal | None = None) -> NoReturn:
        cycle = f" cycle {proposal.cycle.number}" if proposal else ""
        raise RefusedToSign(
            f"{self.party.name}'s client does not sign{cycle}: {why}",
            error="RefusedToSign",
            details={"signer": self.party.name, "why": why},
        )
