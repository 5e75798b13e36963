"""Netting cycles: many trades in, one movement per participant and asset out.

    confirm -> propose -> every client recomputes and signs -> submit

Both sides confirm a trade for one cycle; nothing settles on that. The desk nets what was confirmed
and shows each participant its part; the participants' own clients decide. A member that cannot pay
its net is named, and the cycle is refused whole, or proposed anew without that member, as the
caller chose; what is left out is listed, and is free for a later cycle once this one has settled.

A cycle is one transaction, all or none. One that might not fit the gas of a transaction is refused
before it is sent: nets of one settlement date, or of one group of assets, make a cycle of their
own, and each needs numbers and signatures of its own. Source: CPMI, DvP model 3.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from eth_utils import keccak

from settlement.coordinator.consents import Consents
from settlement.coordinator.cycle_client import CycleClient
from settlement.coordinator.cycle_draft import ConfirmedTrade, Draft, Shortfall, Window, nets_of
from settlement.coordinator.directory import Directory
from settlement.coordinator.journal import Journal
from settlement.errors import BadInput, Refused, UnknownName
from settlement.model.asset import Cash
from settlement.model.cycle import (
    Cycle,
    NetStatement,
    NettedTrade,
    novated,
)
from settlement.model.party import Purpose
from settlement.onchain import access
from settlement.onchain.contract import token
from settlement.onchain.cycle_signing import cycle_domain, leaf_of
from settlement.onchain.deployment import Deployment
from settlement.onchain.merkle import MerkleTree
from settlement.onchain.operators import Operators

MOST_GAS = 16_777_216
"""The cap of a transaction (EIP-7825)."""

CYCLE_GAS, GAS_OF_PARTICIPANT, GAS_OF_MOVEMENT = 100_000, 45_000, 30_000
"""Given to a cycle, its participants and movements: words fresh everywhere, and a quarter more."""


class CycleDesk:
    """The desk for netting cycles."""

    def __init__(
        self,
        journal: Journal,
        directory: Directory,
        deployment: Deployment,
        operators: Operators,
        consents: Consents,
    ) -> None:
        self._journal = journal
        self._directory = directory
        self._deployment = deployment
        self._coordinator = operators.coordinator
        self._consents = consents
        self._clients: dict[str, CycleClient] = {}
        self._confirmed: dict[str, ConfirmedTrade] = {}
        self._netted: set[NettedTrade] = set()
        self._cycles = 0
        self.domain = cycle_domain(journal.chain.chain_id, deployment.netting.address)

    def new_cycle(self) -> int:
        """The number of the next cycle."""
        self._cycles += 1
        return self._cycles

    def client(self, address: str) -> CycleClient:
        """The client of the participant whose wallet this is."""
        if address not in self._clients:
            party = self._directory.party_at(address)
            if party is None:
                raise UnknownName("wallet", address, ())
            self._clients[address] = CycleClient(
                party,
                self._directory,
                self._consents,
                self._journal.chain,
                self.domain,
                self._deployment.settlement.address,
            )
        return self._clients[address]

    def confirm(self, reference: str, trade: NettedTrade) -> ConfirmedTrade:
        """Both sides confirm a trade for its cycle, and get each other's confirmation."""
        if reference in self._confirmed or trade in self._netted:
            raise BadInput(f"{reference}, or the same trade by another name, was confirmed before")
        seller, buyer = map(self.client, trade.sides)
        confirmed = ConfirmedTrade(reference, trade, seller.confirm(trade), buyer.confirm(trade))
        seller.receive(trade, confirmed.buyer_signature)
        buyer.receive(trade, confirmed.seller_signature)
        self._confirmed[reference] = confirmed
        self._netted.add(trade)
        return confirmed

    def require_free(self, reference: str) -> None:
        """Refuses a trade that was confirmed for a cycle: nothing else settles it."""
        if reference in self._confirmed:
            number = self._confirmed[reference].trade.cycle
            raise Refused(
                f"{reference} was confirmed for netting cycle {number}: nothing else settles it",
                error="Netted",
            )

    def clear(self, reference: str, trade: NettedTrade, clearing_house: str) -> None:
        """Novation: two trades with the clearing house replace one, `/seller` and `/buyer`."""
        house = self._directory.party(clearing_house)
        if house.wallet.purpose is not Purpose.CLEARING_HOUSE:
            raise BadInput(f"{clearing_house} is not registered as a clearing house")
        nonce = int.from_bytes(keccak(text=reference), "big")  # the numbers of two pairs may clash
        both = novated(replace(trade, nonce=nonce), house.address)
        for side, replacement in zip(trade.sides, both, strict=True):
            self._consents.to_net(self.client(side).party, trade, leaf_of(replacement))
        for name, replacement in zip(("seller", "buyer"), both, strict=True):
            self.confirm(f"{reference}/{name}", replacement)

    def draft(self, number: int, window: Window, short: Sequence[Shortfall] = ()) -> Draft:
        """Nets the trades of a cycle but those of the members that are `short`."""
        left = {self._directory.party(each.member).address for each in short}
        trades = [each for each in self._confirmed.values() if each.trade.cycle == number]
        netted = [each for each in trades if left.isdisjoint(each.trade.sides)]
        if not netted:
            raise Refused(f"cycle {number} has no trade left to net", error="NothingToNet")
        tree = MerkleTree(leaf_of(each.trade) for each in netted)
        return Draft(
            Cycle(number, tree.root, len(netted), window.not_before, window.not_after),
            tuple(netted),
            tuple(each for each in trades if not left.isdisjoint(each.trade.sides)),
            nets_of(each.trade for each in netted),
            tuple(sorted(left)),
            tuple(short),
            tree,
        )

    def shortfalls(self, draft: Draft) -> list[Shortfall]:
        """The members that cannot pay what they owe net, each asset by itself."""
        return list(self._shortfalls(draft))

    def draft_of_able(self, number: int, window: Window) -> Draft:
        """The cycle without the members that cannot pay, and without those who then cannot.

        A clearing house pays for a member that is left out, or is itself one that cannot.
        """
        draft = self.draft(number, window)
        while short := self.shortfalls(draft):
            draft = self.draft(number, window, [*draft.short, *short])
        return draft

    def sign(self, draft: Draft) -> list[NetStatement]:
        """Every participant's client recomputes and signs. Raises {RefusedToSign}."""
        return [
            NetStatement(
                participant,
                movements,
                self.client(participant).sign(draft.proposal_to(participant)),
            )
            for participant, movements in draft.movements.items()
        ]

    def settle(self, draft: Draft) -> None:
        """Has a cycle signed and submits it: all of it or nothing. Raises {Refused}."""
        _gas_for(draft)
        self._require_funded(draft)
        self.submit(draft, self.sign(draft))

    def submit(self, draft: Draft, statements: Sequence[NetStatement]) -> None:
        """Submits what was signed. Raises {Refused}."""
        at, assets = self._deployment, self._directory.by_address()
        self._journal.run(
            at.netting.transaction(
                self._coordinator,
                "settle",
                draft.cycle.words(),
                [statement.words() for statement in statements],
                gas=_gas_for(draft),
                access_list=access.cycling(at, assets, draft.movements),
            )
        )

    def burn(self, number: int, name: str) -> None:
        """Takes a member out of a cycle for good, on its own word."""
        client = self.client(self._directory.party(name).address)
        self._journal.run(
            self._deployment.netting.transaction(
                self._coordinator, "burn", number, client.party.address, client.burn(number)
            )
        )

    def _shortfalls(self, draft: Draft) -> Iterator[Shortfall]:
        for participant, movements in draft.movements.items():
            for movement in movements:
                asset = self._directory.asset_at(movement.asset)
                assert asset is not None  # clients confirm trades in listed assets only
                free = token(asset).read(self._journal.chain, "freeBalanceOf", participant)
                if free < -movement.amount:
                    member = self._directory.name(participant)
                    yield Shortfall(member, asset, -movement.amount, free)

    def _require_funded(self, draft: Draft) -> None:
        short = self.shortfalls(draft)
        if short:
            raise Refused(
                f"cycle {draft.cycle.number} is refused whole: {'; '.join(map(str, short))}",
                error="InsufficientFreeBalance",
                reason="MONY" if isinstance(short[0].asset, Cash) else "LACK",
                details={"short": str(short[0].missing), "members": [s.member for s in short]},
            )


def _gas_for(draft: Draft) -> int:
    """Gas to give a cycle. Refuses one that might need more than a transaction may use."""
    members = len(draft.movements)
    moved = sum(map(len, draft.movements.values()))
    gas = CYCLE_GAS + members * GAS_OF_PARTICIPANT + moved * GAS_OF_MOVEMENT
    if gas > MOST_GAS:
        raise Refused(
            f"cycle {draft.cycle.number} does not fit one transaction: {moved:,} movements of "
            f"{members:,} participants may take {gas:,} gas, and a transaction has {MOST_GAS:,}; "
            "net fewer trades at a time, by settlement date or by group of assets",
            error="CycleTooLarge",
        )
    return gas
