"""Changes of an open repo: notice, new rate, new price, new collateral, roll.

Both clients sign what the contract asks of them, each for its place in the order of the repo's
changes. Where the caller leaves a figure out, the desk works it out by the conventions of the
trade: the price that the collateral carries, the quantity that the price needs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from settlement.analytics.collateral import purchase_price as carried_by
from settlement.coordinator.baskets import Baskets
from settlement.coordinator.facility import Facility, event_of
from settlement.coordinator.repo import BookedRepo, Closing, RepoDesk
from settlement.errors import BadInput
from settlement.model.repo import Amendment
from settlement.onchain import access, repo_signing
from settlement.units import (
    cash_from_chain,
    cash_to_chain,
    date_from_chain,
    date_to_chain,
    rate_from_chain,
    rate_to_chain,
)


@dataclass(frozen=True, slots=True)
class Notice:
    """A repo that is due on a new date."""

    reference: str
    by: str
    repurchase_date: date


@dataclass(frozen=True, slots=True)
class Amended:
    """What a repo became.

    `cash_to_seller` is the difference in purchase price, below zero where the seller paid it;
    `delivered` are quantities by symbol that the seller gave, below zero what it got back.
    """

    reference: str
    date: date
    purchase_price: Decimal
    repo_rate: Decimal
    cash_to_seller: Decimal
    delivered: Mapping[str, int]
    collateral: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Substitution:
    """Collateral exchanged in one step; values after margin at the board's prices, unrounded."""

    reference: str
    returned: Mapping[str, int]
    delivered: Mapping[str, int]
    value_before: Fraction
    value_after: Fraction
    collateral: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Rolled:
    """A repo closed into the next: only `paid` moved, from the seller; below zero to it."""

    reference: str
    next: BookedRepo
    closing: Closing
    paid: Decimal


class ChangeDesk:
    """The desk for changes of open repos."""

    def __init__(self, facility: Facility, baskets: Baskets, repos: RepoDesk) -> None:
        self._facility = facility
        self._directory = facility.directory
        self._baskets = baskets
        self._repos = repos

    def give_notice(self, reference: str, by: str, repurchase_date: date) -> Notice:
        """One side ends an open-ended repo, or a term repo early. Raises {Refused}."""
        record, party = self._repos.record(reference), self._directory.party(by)
        day = date_to_chain(repurchase_date)
        consent = repo_signing.notice_hash(record.id, day, party.address)
        signature = self._facility.sign(party, consent)
        words = record.terms.words()
        self._facility.send("giveNotice", words, day, party.address, signature)
        return Notice(reference, by, repurchase_date)

    def rerate(self, reference: str, repo_rate: Decimal) -> Amended:
        """A new rate from today on; interest so far is kept. Raises {Refused}."""
        return self.amend(reference, repo_rate=repo_rate)

    def reprice(self, reference: str, price: Decimal | None = None) -> Amended:
        """A new purchase price for the same collateral: all that it carries today, unless given.

        The difference is paid. Raises {Refused}.
        """
        record = self._repos.record(reference)
        carried = carried_by([self._baskets.value(record, record.lines)])
        return self.amend(reference, purchase_price=carried if price is None else price)

    def adjust(self, reference: str, collateral: Mapping[str, int] | None = None) -> Amended:
        """New quantities for the same cash: those given, or of the one security what it needs.

        Raises {Refused}.
        """
        if collateral is not None:
            return self.amend(reference, collateral=collateral)
        record = self._repos.record(reference)
        if len(record.lines) != 1:
            raise BadInput(f"{reference} has {len(record.lines)} securities: say how much of each")
        (line,) = record.lines
        price = cash_from_chain(record.purchase_price)
        symbol = self._directory.name(line.security)
        return self.amend(
            reference, collateral={symbol: self._baskets.needed(record, price, symbol)}
        )

    def amend(
        self,
        reference: str,
        *,
        purchase_price: Decimal | None = None,
        repo_rate: Decimal | None = None,
        collateral: Mapping[str, int] | None = None,
    ) -> Amended:
        """Both sides change price, rate and collateral as of today. Raises {Refused}."""
        record = self._repos.record(reference)
        lines = () if collateral is None else self._baskets.lines(record, collateral)
        amendment = Amendment(
            date=record.day_of(self._facility.now()),
            purchase_price=record.purchase_price
            if purchase_price is None
            else cash_to_chain(purchase_price),
            rate=record.rate if repo_rate is None else rate_to_chain(repo_rate),
            lines=lines,
        )
        number = record.number + 1
        signatures = [
            self._facility.sign(
                self._facility.party_at(side),
                repo_signing.amendment_hash(record.id, number, amendment, side),
            )
            for side in (record.terms.seller, record.terms.buyer)
        ]
        self._facility.send("amend", record.position.words(), amendment.words(), *signatures)
        after = self._repos.record(reference)
        return Amended(
            reference=reference,
            date=date_from_chain(amendment.date),
            purchase_price=cash_from_chain(after.purchase_price),
            repo_rate=rate_from_chain(after.rate),
            cash_to_seller=cash_from_chain(after.purchase_price - record.purchase_price),
            delivered=self._baskets.moved(record.lines, after.lines),
            collateral=self._baskets.by_symbol(after.lines),
        )

    def substitute(
        self,
        reference: str,
        returned: str,
        into: str,
        quantity: int | None = None,
        delivered: int | None = None,
    ) -> Substitution:
        """`returned` goes back to the seller and `into` takes its place. Raises {Refused}.

        All of it goes back unless a `quantity` is given; `delivered`, unless given, is as much as
        is worth the same after margin, up to the denomination.
        """
        record = self._repos.record(reference)
        held = self._baskets.by_symbol(record.lines)
        back = held.get(returned, 0) if quantity is None else quantity
        if delivered is None:
            gone = self._baskets.line(record, returned, back)
            delivered = self._baskets.needed(record, self._baskets.value(record, [gone]), into)
        after = dict(held)
        after[returned] = held.get(returned, 0) - back
        after[into] = after.get(into, 0) + delivered
        return self.substitute_basket(reference, after)

    def substitute_basket(self, reference: str, collateral: Mapping[str, int]) -> Substitution:
        """The collateral is from now on this, by symbol. Raises {Refused}.

        The buyer signs only where the terms do not leave it to the seller.
        """
        record = self._repos.record(reference)
        terms, lines = record.terms, self._baskets.lines(record, collateral)
        place = (record.id, record.number + 1, record.day_of(self._facility.now()))
        signatures = [
            self._facility.sign(
                self._facility.party_at(side), repo_signing.substitution_hash(*place, lines, side)
            )
            for side in (terms.seller, terms.buyer)
        ]
        if terms.may_substitute:
            signatures[1] = b""
        before, after = (self._baskets.value(record, each) for each in (record.lines, lines))
        words = [line.words() for line in lines]
        access_list = access.substituting(
            self._facility.deployment, self._directory.by_address(), terms, record.lines, lines
        )
        self._facility.send(
            "substitute", record.position.words(), words, *signatures, access_list=access_list
        )
        moved = self._baskets.moved(record.lines, lines)
        return Substitution(
            reference=reference,
            returned={symbol: -more for symbol, more in moved.items() if more < 0},
            delivered={symbol: more for symbol, more in moved.items() if more > 0},
            value_before=before,
            value_after=after,
            collateral=self._baskets.by_symbol(lines),
        )

    def roll(
        self,
        reference: str,
        next_reference: str,
        repurchase_date: date | None,
        *,
        capitalise: bool = False,
        repo_rate: Decimal | None = None,
    ) -> Rolled:
        """Closes a repo into the next of the same collateral; only the difference moves.

        The interest is paid, or, capitalised, added to the next purchase price. Raises {Refused}.
        """
        self._repos.require_unused(next_reference)
        booked, record = self._repos.booked(reference), self._repos.record(reference)
        today = date_from_chain(record.day_of(self._facility.now()))
        _, owed = self._repos.expected_closing(reference, today)
        deal = replace(
            booked.deal,
            reference=next_reference,
            collateral=self._baskets.by_symbol(record.lines),
            margins=self._baskets.margins(record.lines),
            repo_rate=rate_from_chain(record.rate) if repo_rate is None else repo_rate,
            purchase_date=today,
            repurchase_date=repurchase_date,
            purchase_price=owed if capitalise else cash_from_chain(record.purchase_price),
        )
        following = self._repos.draft(deal)
        signatures = [
            self._facility.sign(
                self._facility.party_at(side),
                repo_signing.roll_hash(record.id, following.id, side),
            )
            for side in (record.terms.seller, record.terms.buyer)
        ]
        position, words = record.position.words(), following.terms.words()
        events = self._facility.send("roll", position, words, *signatures)
        paid = event_of(events, "Rolled").arguments["paid"]
        self._repos.book(following)
        closing = self._repos.closing(record.id, events)
        return Rolled(reference, following, closing, cash_from_chain(paid))
