"""Delivery versus payment: two instructions in, one settlement out.

    instruct -> match -> sign twice -> submit -> confirm

Each side's instruction comes from its own books; the desk matches them, each side's client signs
the matched trade with its own key, and anybody submits. The desk keeps every trade with its
status, so that `readiness` can say why one has not settled. Nothing here can move an asset: the
contract asks for both signatures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NoReturn

from settlement.chain.base import Transaction
from settlement.coordinator.consents import Consents
from settlement.coordinator.directory import Directory, Party
from settlement.coordinator.journal import Journal
from settlement.coordinator.matching import require_match
from settlement.errors import BadInput, Refused, UnknownName
from settlement.model.trade import (
    Cancellation,
    FreeDelivery,
    Instruction,
    SignedTrade,
    Status,
    Trade,
)
from settlement.onchain import access, signing
from settlement.onchain.contract import Event
from settlement.onchain.deployment import Deployment
from settlement.onchain.operators import Operators
from settlement.units import cash_from_chain, cash_to_chain, date_to_chain

ALL_OR_NONE, BEST_EFFORT, CASH_NET = 0, 1, 2
"""The modes of a batch, as the contract counts them: DvP models 3, 1 and 2."""

SETTLE_GAS = 1_000_000

BATCH_GAS, GAS_IN_BATCH = 1_000_000, 150_000
"""Given to a batch, and to each trade in it: two fresh holders and a fresh nonce word included."""

MOST_IN_BATCH = 100
"""So many trades stay under the cap of a transaction, 16,777,216 gas."""

_ENDED = {Status.SETTLED, Status.CANCELLED}
"""Where a trade stays, whoever submits it again."""


@dataclass(frozen=True, slots=True)
class BookedTrade:
    """A matched trade, where it stands, and what refused it last."""

    reference: str
    signed: SignedTrade
    status: Status
    refusal: Refused | None = None

    @property
    def trade(self) -> Trade:
        """What both sides signed."""
        return self.signed.trade


class DvpDesk:
    """The desk for trades against cash and free deliveries."""

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
        self._settlement = deployment.settlement
        self._registry = deployment.registry
        self._coordinator = operators.coordinator
        self._consents = consents
        self._booked: dict[str, BookedTrade] = {}
        self._references: dict[bytes, str] = {}
        self._numbers: dict[tuple[str, str, int], int] = {}
        self.domain = signing.settlement_domain(
            journal.chain.chain_id, deployment.settlement.address
        )

    def match(self, first: Instruction, second: Instruction, group: bytes = bytes(32)) -> Trade:
        """The trade that both sides describe. Raises {Mismatch}."""
        deliverer, receiver = require_match(first, second)
        return Trade(
            seller=self._directory.party(deliverer.party).address,
            buyer=self._directory.party(receiver.party).address,
            security=self._directory.security(deliverer.security).address,
            quantity=deliverer.quantity,
            cash=self._directory.cash(deliverer.currency).address,
            amount=cash_to_chain(deliverer.amount),
            trade_date=date_to_chain(deliverer.trade_date),
            not_before=deliverer.not_before,
            not_after=deliverer.not_after,
            binding_from=deliverer.binding_from,
            group=group,
            nonce=deliverer.nonce,
        )

    def sign(self, reference: str, trade: Trade) -> SignedTrade:
        """Both clients sign, each for itself; the desk books the trade as matched."""
        if reference in self._booked:
            raise BadInput(f"a trade called {reference} was booked before")
        seller, buyer = (self._client(trade, address) for address in (trade.seller, trade.buyer))
        id_ = signing.trade_id(trade)
        signed = SignedTrade(
            trade,
            seller.sign(self.domain, id_),
            buyer.sign(self.domain, signing.trade_hash(trade, buyer.address)),
        )
        self._booked[reference] = BookedTrade(reference, signed, Status.MATCHED)
        self._references[id_] = reference
        return signed

    def settle(self, reference: str) -> BookedTrade:
        """Settles one booked trade: both legs or neither. Raises {Refused}."""
        try:
            self._journal.run(self.settlement_of(reference))
        except Refused as refused:
            self._note(reference, refused)
            raise
        return self._mark(reference, Status.SETTLED)

    def settlement_of(self, reference: str) -> Transaction:
        """The transaction that settles a booked trade, not sent."""
        booked, assets = self.booked(reference), self._directory.by_address()
        return self._settlement.transaction(
            self._coordinator,
            "settle",
            *booked.signed.words(),
            gas=SETTLE_GAS,
            access_list=access.settling(self._registry, assets, [booked.trade]),
        )

    def settle_batch(self, references: Sequence[str], mode: int) -> dict[str, Refused | None]:
        """Settles booked trades together; by reference, what refused each.

        All-or-none and cash-net are one transaction, raise {Refused}, and refuse more trades than
        one carries. Best-effort reports, and takes as many transactions as it needs.
        """
        if len(set(references)) < len(references):
            raise BadInput("a batch names each trade once")
        if mode != BEST_EFFORT and len(references) > MOST_IN_BATCH:
            raise BadInput(
                f"all or none of {len(references):,} trades do not fit one transaction, "
                f"which carries {MOST_IN_BATCH}"
            )
        parts = [
            references[start : start + MOST_IN_BATCH]
            for start in range(0, max(1, len(references)), MOST_IN_BATCH)
        ]
        receipts = self._journal.submit([self._batch(part, mode) for part in parts])
        outcome: dict[str, Refused | None] = {}
        for part, receipt in zip(parts, receipts, strict=True):
            if not receipt.succeeded:
                self._fail(references, self._journal.refused(receipt.output))
            outcome |= self._outcome(part, self._journal.events_of(receipt))
        for reference, failure in outcome.items():
            if failure is None:
                self._mark(reference, Status.SETTLED)
            else:
                self._note(reference, failure)
        return outcome

    def cancel(self, reference: str, names: Sequence[str]) -> None:
        """Cancels a booked trade on the word of one side, or of both."""
        trade = self.booked(reference).trade
        first, second = sorted((trade.seller, trade.buyer), key=lambda address: int(address, 16))
        cancellation = Cancellation(first, second, trade.binding_from, trade.nonce)
        signatures = {
            party.address: party.sign(
                self.domain, signing.cancellation_hash(cancellation, party.address)
            )
            for party in map(self._directory.party, names)
        }
        if len(signatures) == 1:
            ((signer, signature),) = signatures.items()
            self._send("cancel", cancellation.words(), signer, signature)
        else:
            both = (signatures.get(address, b"") for address in (first, second))
            self._send("cancelTogether", cancellation.words(), *both)
        self._mark(reference, Status.CANCELLED)

    def deliver_free(self, delivery: FreeDelivery) -> None:
        """Delivers without payment what both sides sign."""
        signatures = []
        for address in (delivery.deliverer, delivery.receiver):
            party = self._party(address)
            self._directory.require_listed(party.name, delivery.asset)
            struct = signing.free_delivery_hash(delivery, address)
            signatures.append(party.sign(self.domain, struct))
        self._send("deliverFree", delivery.words(), *signatures)

    def next_number(self, first: str, second: str, binding_from: int) -> int:
        """The next free number of two parties, by name, in the space of `binding_from`."""
        low, high = sorted((first, second))
        number = self._numbers.get((low, high, binding_from), 0)
        self._numbers[low, high, binding_from] = number + 1
        return number

    def booked(self, reference: str) -> BookedTrade:
        """The trade called `reference`."""
        if reference not in self._booked:
            raise UnknownName("trade", reference, self._booked)
        return self._booked[reference]

    def reference_of(self, trade: bytes) -> str:
        """What people call a trade, by its id; its first eight digits where nobody named it."""
        return self._references.get(trade, f"0x{trade.hex()[:8]}…")

    def unsettled(self) -> list[BookedTrade]:
        """Every booked trade that neither settled nor was cancelled, in the order of booking."""
        return [booked for booked in self._booked.values() if booked.status not in _ENDED]

    def amount_of(self, reference: str) -> Decimal:
        """The cash of a booked trade."""
        return cash_from_chain(self.booked(reference).trade.amount)

    def _batch(self, references: Sequence[str], mode: int) -> Transaction:
        signed = [self.booked(reference).signed for reference in references]
        reads = access.netting if mode == ALL_OR_NONE else access.settling
        trades = [each.trade for each in signed]
        return self._settlement.transaction(
            self._coordinator,
            "settleBatch",
            [each.words() for each in signed],
            mode,
            gas=BATCH_GAS + len(signed) * GAS_IN_BATCH,
            access_list=reads(self._registry, self._directory.by_address(), trades),
        )

    def _outcome(
        self, references: Sequence[str], events: Sequence[Event]
    ) -> dict[str, Refused | None]:
        failed = {
            int(event.arguments["position"]): self._journal.refused(event.arguments["reason"])
            for event in events
            if event.name == "NotSettled"
        }
        return {name: failed.get(place) for place, name in enumerate(references)}

    def _fail(self, references: Sequence[str], refused: Refused) -> NoReturn:
        for reference in references:
            self._note(reference, refused)
        raise refused

    def _client(self, trade: Trade, address: str) -> Party:
        party = self._party(address)
        self._directory.require_listed(party.name, trade.security, trade.cash)
        self._consents.to_trade(party, trade)
        return party

    def _party(self, address: str) -> Party:
        party = self._directory.party_at(address)
        if party is None:
            raise UnknownName("wallet", address, ())
        return party

    def _send(self, function: str, *arguments: object) -> None:
        self._journal.run(
            self._settlement.transaction(self._coordinator, function, *arguments, gas=SETTLE_GAS)
        )

    def _note(self, reference: str, refused: Refused) -> None:
        booked = self._booked[reference]
        pending = refused.reason in {"MONY", "LACK"}
        status = Status.PENDING if pending else Status.FAILED
        if booked.status in _ENDED:
            status = booked.status
        self._booked[reference] = replace(booked, status=status, refusal=refused)

    def _mark(self, reference: str, status: Status) -> BookedTrade:
        booked = replace(self._booked[reference], status=status, refusal=None)
        self._booked[reference] = booked
        return booked
