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

from collections.abc import Iterable, Iterator, Sequence
from enum import Enum

from settlement.chain.base import TRANSACTION_GAS_CAP
from settlement.coordinator.consents import Consents
from settlement.coordinator.cycle_client import CycleClient
from settlement.coordinator.cycle_draft import ConfirmedTrade, Draft, Shortfall, Window, nets_of
from settlement.coordinator.directory import Directory
from settlement.coordinator.journal import Journal
from settlement.errors import BadInput, Refused, UnknownName
from settlement.model.asset import Cash
from settlement.model.cycle import Cycle, NetStatement, NettedTrade
from settlement.onchain import access
from settlement.onchain.contract import token
from settlement.onchain.cycle_signing import cycle_domain, leaf_of, novation_of
from settlement.onchain.deployment import Deployment
from settlement.onchain.merkle import MerkleTree
from settlement.onchain.operators import Operators

CYCLE_TOO_LARGE = "CycleTooLarge"
"""The error of a refusal to net more than one transaction can do."""

CYCLE_GAS, GAS_OF_PARTICIPANT, GAS_OF_MOVEMENT = 100_000, 45_000, 30_000
"""Given to a cycle, its participants and movements: words fresh everywhere, and a quarter more."""


class Standing(Enum):
    """What became of a trade that was confirmed for a cycle."""

    WAITS = "is for netting cycle {}, which has not settled"
    REFUSED = "is for netting cycle {}, which was refused: {}"
    LEFT_OUT = "was left out of netting cycle {}: {}"
    SETTLED = "was settled by netting cycle {}"


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
        self._confirmed: list[ConfirmedTrade] = []
        self._netted: set[NettedTrade] = set()
        self._standings: dict[str, tuple[Standing, str]] = {}
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
        self._require_new(reference, trade)
        signatures = [self.client(side).confirm(trade) for side in trade.sides]
        return self._book(ConfirmedTrade(reference, reference, trade, *signatures))

    def clear(self, reference: str, trade: NettedTrade, clearing_house: str) -> None:
        """Novation: two trades with the clearing house replace one, `/seller` and `/buyer`."""
        self._require_new(reference, trade)
        house = self._directory.party(clearing_house)
        clears, halves = self.client(house.address), novation_of(trade, house.address)
        sold = self.client(trade.seller).confirm_cleared(trade, house)
        bought = self.client(trade.buyer).confirm_cleared(trade, house)
        first, second = halves
        for name, half, signatures in (
            ("seller", first, (sold, clears.confirm(first))),
            ("buyer", second, (clears.confirm(second), bought)),
        ):
            self._book(ConfirmedTrade(reference, f"{reference}/{name}", half, *signatures))

    def require_free(self, reference: str) -> None:
        """Refuses a trade that was confirmed for a cycle: nothing else settles it."""
        if reference in self._standings:
            raise Refused(f"{reference} {self._standings[reference][1]}", error="Netted")

    def unsettled(self) -> dict[str, str]:
        """By reference, each trade that was confirmed and that no cycle settled, and why."""
        return {
            name: why
            for name, (standing, why) in self._standings.items()
            if standing is not Standing.SETTLED
        }

    def draft(self, number: int, window: Window, short: Sequence[Shortfall] = ()) -> Draft:
        """Nets the trades of a cycle but those of the members that are `short`."""
        left = {self._directory.party(each.member).address for each in short}
        trades = [each for each in self._confirmed if each.trade.cycle == number]
        netted = [each for each in trades if left.isdisjoint(each.trade.sides)]
        if not netted:
            why = f": {'; '.join(map(str, short))}" if short else ""
            raise Refused(f"the cycle has no trade left to net{why}", error="NothingToNet")
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
        try:
            _require_fitting(draft)
            self._require_funded(draft)
            self.submit(draft, self.sign(draft))
        except Refused as refused:
            self._note(draft.trades, Standing.REFUSED, str(refused))
            raise

    def submit(self, draft: Draft, statements: Sequence[NetStatement]) -> None:
        """Submits what was signed. Raises {Refused}."""
        at, assets = self._deployment, self._directory.by_address()
        self._journal.run(
            at.netting.transaction(
                self._coordinator,
                "settle",
                draft.cycle.words(),
                [statement.words() for statement in statements],
                gas=_require_fitting(draft),
                access_list=access.cycling(at, assets, draft.movements),
            )
        )
        why = "; ".join(map(str, draft.short))
        self._note(draft.left_out, Standing.LEFT_OUT, why)
        self._note(draft.trades, Standing.SETTLED)

    def burn(self, number: int, name: str) -> None:
        """Takes a member out of a cycle for good, on its own word."""
        client = self.client(self._directory.party(name).address)
        self._journal.run(
            self._deployment.netting.transaction(
                self._coordinator, "burn", number, client.party.address, client.burn(number)
            )
        )

    def _require_new(self, reference: str, trade: NettedTrade) -> None:
        free = {Standing.LEFT_OUT, None}
        standing, _ = self._standings.get(reference, (None, ""))
        if standing not in free or trade in self._netted:
            raise BadInput(f"{reference}, or the same trade by another name, was confirmed before")

    def _book(self, confirmed: ConfirmedTrade) -> ConfirmedTrade:
        """Each side gets the other's confirmation."""
        trade = confirmed.trade
        self.client(trade.seller).receive(trade, confirmed.buyer_signature)
        self.client(trade.buyer).receive(trade, confirmed.seller_signature)
        self._confirmed.append(confirmed)
        self._netted.add(trade)
        self._note([confirmed], Standing.WAITS)
        return confirmed

    def _note(self, trades: Iterable[ConfirmedTrade], standing: Standing, why: str = "") -> None:
        """What settled stays settled, whatever is refused later."""
        for each in trades:
            before, _ = self._standings.get(each.deal, (None, ""))
            if before is not Standing.SETTLED:
                sentence = standing.value.format(each.trade.cycle, why)
                self._standings[each.deal] = standing, sentence

    def _shortfalls(self, draft: Draft) -> Iterator[Shortfall]:
        for participant, movements in draft.movements.items():
            for movement in movements:
                if movement.amount > 0:
                    continue
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
                f"the cycle is refused whole: {'; '.join(map(str, short))}",
                error="InsufficientFreeBalance",
                reason="MONY" if isinstance(short[0].asset, Cash) else "LACK",
                details={"short": str(short[0].missing), "members": [s.member for s in short]},
            )


def _require_fitting(draft: Draft) -> int:
    """Gas to give a cycle. Refuses one that might need more than a transaction may use."""
    members = len(draft.movements)
    moved = sum(map(len, draft.movements.values()))
    gas = CYCLE_GAS + members * GAS_OF_PARTICIPANT + moved * GAS_OF_MOVEMENT
    if gas > TRANSACTION_GAS_CAP:
        raise Refused(
            f"the cycle does not fit one transaction: {moved:,} movements of "
            f"{members:,} participants may take {gas:,} gas, "
            f"and a transaction has {TRANSACTION_GAS_CAP:,}; "
            "net fewer trades at a time, by settlement date or by group of assets",
            error=CYCLE_TOO_LARGE,
        )
    return gas
