"""Default of a participant: declared, valued, closed out into one sum, collected and paid.

Who acts comes first: `declare_default("fund", "dealer")` is the fund's word against the dealer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from settlement.chain.base import NOBODY, TRANSACTION_GAS_CAP
from settlement.coordinator.baskets import Baskets
from settlement.coordinator.close_out import CloseOut, FixedPrice, Valued
from settlement.coordinator.facility import Facility, event_of
from settlement.coordinator.netting_sets import THE_ONE, NettingSets, Which
from settlement.coordinator.repo import RepoDesk
from settlement.coordinator.repo_record import RepoRecord, lines_from
from settlement.onchain import repo_signing as sign
from settlement.onchain.contract import Event
from settlement.units import (
    cash_from_chain,
    cash_to_chain,
    price_from_chain,
    price_to_chain,
)

GAS_IN_STEP = 14_000_000
"""What valuing repos may take of a transaction; the rest is for margin and the end."""

_GAS_OF_REPO, _GAS_OF_LINE, _GAS_OF_AWARD = 40_000, 4_000, 28_000
"""Valuing a repo, a line of it, and writing down what of it custody has for the buyer."""


@dataclass(frozen=True, slots=True)
class Declared:
    """A default; interest stops on its day, prices are those observed from it on."""

    by: str
    against: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Collected:
    """Collateral that left custody after a close-out."""

    reference: str
    wallet: str
    quantities: dict[str, int]


@dataclass(frozen=True, slots=True)
class ClaimPayment:
    """A claim that was paid, wholly or in part."""

    payer: str
    receiver: str
    amount: Decimal
    left: Decimal


class DefaultDesk:
    """The desk for defaults."""

    def __init__(
        self, facility: Facility, baskets: Baskets, repos: RepoDesk, sets: NettingSets
    ) -> None:
        self._facility = facility
        self._directory = facility.directory
        self._baskets = baskets
        self._repos = repos
        self._sets = sets

    def declare_default(
        self, by: str, against: str, failed: str | None = None, which: Which = THE_ONE
    ) -> Declared:
        """`by` declares `against` in default, for a call unmet or for the repo `failed`.

        Raises {Refused}.
        """
        netting = self._sets.of(by, against, which)
        record = self._repos.record(failed) if failed else None
        ground = record.id if record else bytes(32)
        consent = sign.default_notice_hash(
            netting.id, netting.next_number, ground, netting.by.address
        )
        signature = self._facility.sign(netting.by, consent)
        repos = [record.position.words()] if record else []
        events = self._facility.send("declareDefault", netting.pair, repos, signature)
        at = event_of(events, "DefaultDeclared").arguments["declaredAt"]
        return Declared(
            by, against, datetime.fromtimestamp(at, UTC).astimezone(self._directory.zone)
        )

    def state_value(
        self, by: str, against: str, symbol: str, price: Decimal, which: Which = THE_ONE
    ) -> FixedPrice:
        """`by`, who declared, states a price where the board has none since. Raises {Refused}."""
        netting = self._sets.of(by, against, which)
        security, units = self._directory.security(symbol).address, price_to_chain(price)
        consent = sign.stated_value_hash(
            netting.id, netting.next_number, security, units, netting.by.address
        )
        signature = self._facility.sign(netting.by, consent)
        self._facility.send("stateValue", netting.pair, security, units, signature)
        return FixedPrice(symbol, price, True)

    def close_out(self, by: str, against: str, which: Which = THE_ONE) -> CloseOut:
        """Values the whole set, in as many steps as it takes, and finishes. Raises {Refused}.

        `by` is the side that did not default. A step that is refused leaves those before it done;
        called again, it goes on from there.
        """
        netting = self._sets.of(by, against, which)
        steps = list(_steps(netting.repos))
        for place, step in enumerate(steps, start=1):
            positions = [repo.position.words() for repo in step]
            securities = netting.record.sorted_securities if place == len(steps) else []
            self._facility.send(
                "closeOut", netting.pair, positions, securities, gas=TRANSACTION_GAS_CAP
            )
        events = self._facility.sets.of(netting.id).last_default
        closed = event_of(events, "ClosedOut").arguments
        return CloseOut(
            by=by,
            against=against,
            repos=tuple(self._valued(event) for event in events if event.name == "Valued"),
            prices=tuple(self._prices(events)),
            steps=len(steps),
            net=cash_from_chain(netting.sign_of(closed["net"])),
            claim=cash_from_chain(netting.sign_of(closed["claim"])),
        )

    def collect(self, reference: str, name: str) -> Collected:
        """A side receives what custody has for it after a close-out. Raises {Refused}."""
        record = self._repos.record(reference)
        wallet = self._directory.party(name).address
        events = self._facility.send("collect", *record.position.words(), wallet)
        lines = lines_from(event_of(events, "Collected").arguments["lines"])
        return Collected(reference, name, self._baskets.by_symbol(lines))

    def claim(self, by: str, against: str, which: Which = THE_ONE) -> Decimal:
        """What `against` owes `by` from close-outs; below zero the other way round."""
        netting = self._sets.of(by, against, which)
        return cash_from_chain(netting.sign_of(netting.record.claim))

    def pay_claim(
        self, by: str, against: str, amount: Decimal | None = None, which: Which = THE_ONE
    ) -> ClaimPayment:
        """`by`, who owes, pays all of the claim unless an amount is given. Raises {Refused}."""
        netting = self._sets.of(by, against, which)
        owed = -netting.sign_of(netting.record.claim)
        units = max(0, owed) if amount is None else cash_to_chain(amount)
        sides = (netting.by.address, netting.against.address)
        consent = sign.claim_payment_hash(netting.id, netting.next_number, *sides, units)
        signature = self._facility.sign(netting.by, consent)
        self._facility.send("payClaim", netting.pair, units, signature)
        left = -self.claim(by, against, which)
        return ClaimPayment(by, against, cash_from_chain(units), left)

    def _valued(self, event: Event) -> Valued:
        arguments = event.arguments
        return Valued(
            self._repos.reference_of(arguments["repo"]),
            cash_from_chain(arguments["owed"]),
            cash_from_chain(arguments["marketValue"]),
        )

    def _prices(self, events: Sequence[Event]) -> Iterator[FixedPrice]:
        for event in events:
            if event.name == "DefaultPriceFixed":
                fixed = event.arguments
                name = self._directory.name(fixed["security"])
                yield FixedPrice(name, price_from_chain(fixed["price"]), fixed["disputed"])


def _steps(repos: Sequence[RepoRecord]) -> Iterator[list[RepoRecord]]:
    """Repos in their order, cut where they would be too many for one transaction.

    At least one step: a set without open repos is finished as well.
    """
    step, taken = list[RepoRecord](), 0
    for repo in repos:
        gas = _gas_of(repo)
        if step and taken + gas > GAS_IN_STEP:
            yield step
            step, taken = [], 0
        step.append(repo)
        taken += gas
    yield step


def _gas_of(repo: RepoRecord) -> int:
    of_line = _GAS_OF_LINE + (_GAS_OF_AWARD if repo.terms.custody != NOBODY else 0)
    return _GAS_OF_REPO + of_line * len(repo.lines)
