"""Repo: terms agreed, signed once by both sides, opened, closed or cancelled.

A `Deal` is what two parties say to each other, in Decimals and dates; the desk writes it down as
terms, has both clients sign, and submits. How each repo stands is in the records, which follow the
log; what happens to it in between is in `changes`, `servicing`, `margin` and `default`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from settlement.chain.base import NOBODY, Transaction
from settlement.coordinator.accrual import Period, interest_formula, interest_of
from settlement.coordinator.deals import Deal, MasterAgreement
from settlement.coordinator.directory import Party
from settlement.coordinator.facility import REPO_GAS, Facility
from settlement.coordinator.repo_record import RepoRecord, begun
from settlement.coordinator.terms import TermsWriter
from settlement.errors import BadInput, Refused, UnknownName
from settlement.model.repo import Line, RepoState, RepoTerms
from settlement.onchain import access, repo_signing
from settlement.onchain.contract import Event
from settlement.units import cash_from_chain, cents_half_up, date_to_chain


@dataclass(frozen=True, slots=True)
class BookedRepo:
    """A repo that both sides agreed on; `id` names it on the chain."""

    reference: str
    deal: Deal
    terms: RepoTerms
    id: bytes

    @property
    def agreement(self) -> MasterAgreement:
        """What the sides agreed for all their repos."""
        return self.deal.agreement

    @property
    def purchase_price(self) -> Decimal:
        """Cash of the opening leg."""
        return cash_from_chain(self.terms.purchase_price)


@dataclass(frozen=True, slots=True)
class Closing:
    """What the closing leg paid, and how it came about.

    `accrual` are the stretches over which interest ran; `purchase_price` is the last one, and
    `repurchase_price` that and the price differential. The seller `paid` as much less the fails
    charge of the buyer.
    """

    purchase_price: Decimal
    accrual: tuple[Period, ...]
    basis: int
    price_differential: Decimal
    fails_charge: Decimal
    paid: Decimal

    @property
    def repurchase_price(self) -> Decimal:
        """Purchase price and price differential."""
        return self.purchase_price + self.price_differential

    @property
    def periods(self) -> tuple[tuple[Decimal, int], ...]:
        """The (rate, days) of the stretches."""
        return tuple((period.rate, period.days) for period in self.accrual)

    @property
    def formula(self) -> str:
        """`9,974,250.00 × 4.30% × 1/360 = 1,191.37`."""
        return interest_formula(self.accrual, self.basis, self.price_differential)


class RepoDesk:
    """The desk for repos."""

    def __init__(self, facility: Facility, terms: TermsWriter) -> None:
        self._facility = facility
        self._directory = facility.directory
        self._journal = facility.journal
        self._deployment = facility.deployment
        self._terms = terms
        self._booked: dict[str, BookedRepo] = {}
        self._drafted = 0
        self.domain = facility.domain

    def agree(self, deal: Deal) -> BookedRepo:
        """Writes the terms down and books them."""
        self.require_unused(deal.reference)
        return self.book(self.draft(deal))

    def require_unused(self, reference: str) -> None:
        """Raises {BadInput} where a repo of that name was booked before."""
        if reference in self._booked:
            raise BadInput(f"a repo called {reference} was booked before")

    def draft(self, deal: Deal) -> BookedRepo:
        """Writes the terms down, under a number of their own; nobody is bound yet."""
        terms = self._terms.write(deal, self._drafted)
        self._drafted += 1
        return BookedRepo(deal.reference, deal, terms, repo_signing.repo_id(terms))

    def book(self, booked: BookedRepo) -> BookedRepo:
        """Books terms under their reference, in place of what it named before."""
        self._booked[booked.reference] = booked
        return booked

    def open(self, reference: str) -> BookedRepo:
        """Both clients sign; collateral against cash, or nothing. Raises {Refused}."""
        booked = self.booked(reference)
        self._journal.run(self._opening(booked))
        return booked

    def rehearse(self, booked: BookedRepo) -> None:
        """Asks whether it would open now; nothing is sent. Raises {Refused} where it would not."""
        self._facility.ask("open", booked.terms.words(), *self._consents(booked.terms))

    def open_all(self, references: Sequence[str]) -> dict[str, Refused | None]:
        """Opens repos in their order by the bulk path; by reference, what refused each."""
        openings = [self._opening(self.booked(reference)) for reference in references]
        receipts = self._journal.submit(openings)
        return {
            reference: None if receipt.succeeded else self._journal.refused(receipt.output)
            for reference, receipt in zip(references, receipts, strict=True)
        }

    def close(self, reference: str, closer: str | None = None) -> Closing:
        """Collateral back against the repurchase price, or nothing. Raises {Refused}.

        `closer` is the side that asks for it, the seller unless named.
        """
        booked = self.booked(reference)
        party = self._directory.party(closer) if closer else None
        events = self._journal.run(self._closure(booked.id, booked.terms, party))
        return self.closing(booked.id, events)

    def close_late(self, repo: bytes) -> Closing:
        """Closes a repo from the cut-off on, on nobody's word. Raises {Refused}."""
        record = self._facility.record(repo)
        words = record.position.words()
        return self.closing(repo, self._facility.send("close", *words, NOBODY, b""))

    def close_all(self, references: Sequence[str]) -> dict[str, Closing | Refused]:
        """Closes repos in their order by the bulk path, each on its seller's word."""
        repos = [self.booked(reference) for reference in references]
        receipts = self._journal.submit([self._closure(each.id, each.terms) for each in repos])
        return {
            booked.reference: self.closing(booked.id, self._journal.events_of(receipt))
            if receipt.succeeded
            else self._journal.refused(receipt.output)
            for booked, receipt in zip(repos, receipts, strict=True)
        }

    def cancel(self, reference: str, names: Sequence[str]) -> None:
        """Cancels terms that did not open, on the word of one side, or of both."""
        booked = self.booked(reference)
        signatures = {
            party.address: party.sign(
                self.domain, repo_signing.cancellation_hash(booked.id, party.address)
            )
            for party in map(self._directory.party, names)
        }
        terms = booked.terms
        if len(signatures) == 1:
            ((signer, signature),) = signatures.items()
            self._facility.send("cancel", terms.words(), signer, signature)
        else:
            both = (signatures.get(side, b"") for side in (terms.seller, terms.buyer))
            self._facility.send("cancelTogether", terms.words(), *both)

    def state(self, reference: str) -> RepoState:
        """Where a repo stands on the chain."""
        repo = self.booked(reference).id
        word = self._deployment.repo.read(self._journal.chain, "repoOf", repo)
        return RepoState(word[0])

    def expected_closing(self, reference: str, day: date) -> tuple[Decimal, Decimal]:
        """(price differential, repurchase price) on `day`, by the reference arithmetic."""
        booked = self.booked(reference)
        found = self._facility.records.repo(booked.id)
        record = found or begun(booked.id, booked.terms, b"", self._facility.now())
        agreement = self._facility.records.agreement(booked.terms.agreement)
        periods, _ = record.accrued_to(date_to_chain(day), self._facility.now(), agreement)
        interest = cents_half_up(interest_of(periods, agreement.basis))
        return interest, cash_from_chain(record.purchase_price) + interest

    def booked(self, reference: str) -> BookedRepo:
        """The repo called `reference`."""
        if reference not in self._booked:
            raise UnknownName("repo", reference, self._booked)
        return self._booked[reference]

    def record(self, reference: str) -> RepoRecord:
        """What the log says of a repo that opened. Raises {Refused} where it has not."""
        record = self._facility.records.repo(self.booked(reference).id)
        if record is None:
            raise Refused(f"the repo {reference} has not opened", error="WrongState")
        return record

    def reference_of(self, repo: bytes) -> str:
        """What people call a repo; the first eight digits of its id where nobody named it."""
        names = (booked.reference for booked in self._booked.values() if booked.id == repo)
        return next(names, f"0x{repo.hex()[:8]}…")

    def closing(self, repo: bytes, events: Sequence[Event]) -> Closing:
        """What a closing paid, from its event and what the log said before it."""
        record = self._facility.record(repo)
        closed = next(e.arguments for e in events if e.name == "Closed" and _is_of(e, repo))
        return Closing(
            purchase_price=cash_from_chain(record.purchase_price),
            accrual=record.periods,
            basis=self._facility.records.agreement(record.terms.agreement).basis,
            price_differential=cash_from_chain(closed["priceDifferential"]),
            fails_charge=cash_from_chain(closed["failsCharge"]),
            paid=cash_from_chain(closed["paid"]),
        )

    def _opening(self, booked: BookedRepo) -> Transaction:
        terms, assets = booked.terms, self._directory.by_address()
        return self._deployment.repo.transaction(
            self._facility.coordinator,
            "open",
            terms.words(),
            *self._consents(terms),
            gas=REPO_GAS,
            access_list=access.opening(self._deployment, assets, terms),
        )

    def _consents(self, terms: RepoTerms) -> list[bytes]:
        return [
            self._client(terms, address).sign(self.domain, repo_signing.terms_hash(terms, address))
            for address in (terms.seller, terms.buyer)
        ]

    def _closure(self, repo: bytes, terms: RepoTerms, closer: Party | None = None) -> Transaction:
        party = closer or self._facility.party_at(terms.seller)
        signature = party.sign(self.domain, repo_signing.closing_hash(repo, party.address))
        lines = self._lines_now(repo)
        now = replace(terms, lines=lines or terms.lines)
        assets = self._directory.by_address()
        return self._deployment.repo.transaction(
            self._facility.coordinator,
            "close",
            terms.words(),
            tuple(line.words() for line in lines),
            party.address,
            signature,
            gas=REPO_GAS,
            access_list=access.closing(self._deployment, assets, now),
        )

    def _lines_now(self, repo: bytes) -> tuple[Line, ...]:
        record = self._facility.records.repo(repo)
        return record.position.lines if record else ()

    def _client(self, terms: RepoTerms, address: str) -> Party:
        party = self._facility.party_at(address)
        securities = (line.security for line in terms.lines)
        self._directory.require_listed(party.name, terms.cash, *securities)
        return party


def _is_of(event: Event, repo: bytes) -> bool:
    return bool(event.arguments["repo"] == repo)
