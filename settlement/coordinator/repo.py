"""Repo: terms agreed, signed once by both sides, opened and closed.

`Agreement` is what two parties say to each other, in Decimals and dates; the desk turns it into the
`RepoTerms` of the contract, has both clients sign, and keeps what the contract does not store. The
purchase price follows from collateral, price and margin unless the parties agree on less.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction

from settlement.analytics.collateral import market_value, purchase_price, value_after_margin
from settlement.analytics.interest import price_differential
from settlement.chain.base import Transaction
from settlement.coordinator.deals import Deal, MasterAgreement
from settlement.coordinator.directory import Directory, Party
from settlement.coordinator.journal import Journal
from settlement.errors import BadInput, Refused, UnknownName
from settlement.model.repo import (
    Agreement,
    Line,
    Method,
    RepoState,
    RepoTerms,
)
from settlement.onchain import access, repo_signing, signing
from settlement.onchain.contract import Event
from settlement.onchain.deployment import Deployment
from settlement.onchain.operators import Operators
from settlement.units import (
    cash_from_chain,
    cash_to_chain,
    date_to_chain,
    price_from_chain,
    rate_from_chain,
    rate_to_chain,
)

NOBODY = "0x" + "00" * 20

_GAS = 2_000_000
_PRICE_AGE = 86_400


@dataclass(frozen=True, slots=True)
class BookedRepo:
    """A repo that both sides signed."""

    reference: str
    terms: RepoTerms
    id: bytes
    agreement: MasterAgreement

    @property
    def purchase_price(self) -> Decimal:
        """Cash of the opening leg."""
        return cash_from_chain(self.terms.purchase_price)


@dataclass(frozen=True, slots=True)
class Closing:
    """What the closing leg paid, and how it came about: `periods` are (rate, days)."""

    purchase_price: Decimal
    periods: tuple[tuple[Decimal, int], ...]
    basis: int
    price_differential: Decimal
    repurchase_price: Decimal


class RepoDesk:
    """The desk for repos."""

    def __init__(
        self,
        journal: Journal,
        directory: Directory,
        deployment: Deployment,
        operators: Operators,
    ) -> None:
        self._journal = journal
        self._directory = directory
        self._deployment = deployment
        self._operators = operators
        self._booked: dict[str, BookedRepo] = {}
        self._agreements: set[Agreement] = set()
        self.domain = signing.repo_domain(journal.chain.chain_id, deployment.repo.address)

    def adopt_policy(
        self, margins: Mapping[int, Decimal], method: Method, concentration: Decimal = Decimal(1)
    ) -> int:
        """Adopts the venue's next policy: least haircut or ratio by number of the kind."""
        limit = rate_to_chain(concentration)
        rules = [
            (kind, method.value, rate_to_chain(margin), limit) for kind, margin in margins.items()
        ]
        policy = self._deployment.policy
        events = self._journal.run(policy.transaction(self._operators.policy_maker, "adopt", rules))
        return int(next(event.arguments["version"] for event in events))

    def post_price(self, symbol: str, price: int) -> bool:
        """Posts a price (10^-8) observed now; False while it waits for its confirmation."""
        security = self._directory.security(symbol)
        observed = self._journal.chain.now()
        prices = self._deployment.prices
        events = self._journal.run(
            prices.transaction(self._operators.pricer, "post", security.address, price, observed)
        )
        return all(event.name != "PriceHeldBack" for event in events)

    def confirm_price(self, symbol: str, price: int) -> None:
        """The second role confirms a jump."""
        security = self._directory.security(symbol)
        self._journal.run(
            self._deployment.prices.transaction(
                self._operators.confirmer, "confirm", security.address, price
            )
        )

    def price(self, symbol: str) -> Decimal:
        """The price on the board. Raises {Refused} where there is none to use."""
        security = self._directory.security(symbol)
        prices = self._deployment.prices
        units = self._journal.ask(prices, "priceOf", security.address, _PRICE_AGE)
        return price_from_chain(int(str(units)))

    def market_value(self, deal: Deal) -> Fraction:
        """Market value of the collateral at the board's prices, unrounded."""
        return sum(
            (
                market_value(quantity, self.price(symbol))
                for symbol, quantity in deal.collateral.items()
            ),
            Fraction(0),
        )

    def agree(self, deal: Deal) -> BookedRepo:
        """Writes the terms down and books them."""
        if deal.reference in self._booked:
            raise BadInput(f"a repo called {deal.reference} was booked before")
        terms = self._terms(deal)
        booked = BookedRepo(deal.reference, terms, repo_signing.repo_id(terms), deal.agreement)
        self._booked[deal.reference] = booked
        return booked

    def open(self, reference: str) -> BookedRepo:
        """Both clients sign; collateral against cash, or nothing. Raises {Refused}."""
        booked = self.booked(reference)
        self._journal.run(self._opening(booked))
        return booked

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
        return _closing(booked, self._journal.run(self._closure(booked, closer)))

    def close_all(self, references: Sequence[str]) -> dict[str, Closing | Refused]:
        """Closes repos in their order by the bulk path, each on its seller's word."""
        repos = [self.booked(reference) for reference in references]
        receipts = self._journal.submit([self._closure(booked) for booked in repos])
        return {
            booked.reference: _closing(booked, self._journal.events_of(receipt))
            if receipt.succeeded
            else self._journal.refused(receipt.output)
            for booked, receipt in zip(repos, receipts, strict=True)
        }

    def cancel(self, reference: str, names: list[str]) -> None:
        """Cancels terms that did not open, on the word of one side, or of both."""
        booked = self.booked(reference)
        parties = [self._directory.party(name) for name in names]
        signatures = {
            party.address: party.sign(
                self.domain, repo_signing.cancellation_hash(booked.id, party.address)
            )
            for party in parties
        }
        terms, facility = booked.terms, self._deployment.repo
        if len(parties) == 1:
            ((signer, signature),) = signatures.items()
            arguments: tuple[object, ...] = (signer, signature)
            function = "cancel"
        else:
            arguments = tuple(signatures.get(side, b"") for side in (terms.seller, terms.buyer))
            function = "cancelTogether"
        self._journal.run(
            facility.transaction(
                self._operators.coordinator, function, terms.words(), *arguments, gas=_GAS
            )
        )

    def state(self, reference: str) -> RepoState:
        """Where a repo stands on the chain."""
        repo = self.booked(reference).id
        word = self._deployment.repo.read(self._journal.chain, "repoOf", repo)
        return RepoState(word[0])

    def expected_closing(self, reference: str, day: date) -> tuple[Decimal, Decimal]:
        """(price differential, repurchase price) on `day`, by the reference arithmetic."""
        booked = self.booked(reference)
        principal = booked.purchase_price
        periods = _periods(booked, date_to_chain(day))
        interest = price_differential(principal, periods, booked.agreement.basis)
        return interest, principal + interest

    def booked(self, reference: str) -> BookedRepo:
        """The repo called `reference`."""
        if reference not in self._booked:
            raise UnknownName("repo", reference, self._booked)
        return self._booked[reference]

    def _opening(self, booked: BookedRepo) -> Transaction:
        terms = booked.terms
        signatures = [
            self._client(terms, address).sign(self.domain, repo_signing.terms_hash(terms, address))
            for address in (terms.seller, terms.buyer)
        ]
        assets = self._directory.by_address()
        return self._deployment.repo.transaction(
            self._operators.coordinator,
            "open",
            terms.words(),
            *signatures,
            gas=_GAS,
            access_list=access.opening(self._deployment, assets, terms),
        )

    def _closure(self, booked: BookedRepo, closer: str | None = None) -> Transaction:
        terms = booked.terms
        party = self._directory.party(closer) if closer else self._party(terms.seller)
        signature = party.sign(self.domain, repo_signing.closing_hash(booked.id, party.address))
        assets = self._directory.by_address()
        return self._deployment.repo.transaction(
            self._operators.coordinator,
            "close",
            terms.words(),
            (),
            party.address,
            signature,
            gas=_GAS,
            access_list=access.closing(self._deployment, assets, terms),
        )

    def _terms(self, deal: Deal) -> RepoTerms:
        seller = self._directory.party(deal.seller)
        buyer = self._directory.party(deal.buyer)
        custody = {"bilateral": NOBODY, "tri-party": self._deployment.custody.address}
        if deal.venue not in custody:
            raise UnknownName("repo venue", deal.venue, custody)
        utc_offset = self._utc_offset(deal.purchase_date)
        agreement = self._recorded(deal.agreement.in_chain_units(self._standard_offset(deal)))
        repurchase_date = deal.repurchase_date
        return RepoTerms(
            seller=seller.address,
            buyer=buyer.address,
            cash=self._directory.cash(deal.currency).address,
            agreement=repo_signing.agreement_id(agreement),
            purchase_price=cash_to_chain(self._purchase_price(deal)),
            rate=rate_to_chain(deal.repo_rate),
            duration=deal.duration.value,
            purchase_date=date_to_chain(deal.purchase_date),
            repurchase_date=0 if repurchase_date is None else date_to_chain(repurchase_date),
            utc_offset=utc_offset,
            cut_off=deal.cut_off.hour * 3_600 + deal.cut_off.minute * 60,
            notice_period=deal.notice,
            policy_version=self._deployment.policy.read(self._journal.chain, "latest"),
            income=deal.income.value,
            may_reuse=deal.venue == "bilateral",
            may_substitute=deal.may_substitute,
            may_terminate=deal.may_terminate,
            custody=custody[deal.venue],
            binding_from=self._journal.chain.now(),
            nonce=len(self._booked),
            lines=self._lines(deal),
        )

    def _recorded(self, agreement: Agreement) -> Agreement:
        """The agreement, on record: the first repo under it puts it there."""
        if agreement not in self._agreements:
            self._journal.run(
                self._deployment.repo.transaction(
                    self._operators.coordinator, "recordAgreement", agreement.words(), gas=_GAS
                )
            )
            self._agreements.add(agreement)
        return agreement

    def _lines(self, deal: Deal) -> tuple[Line, ...]:
        lines = [
            Line(
                self._directory.security(symbol).address,
                quantity,
                rate_to_chain(deal.margins[symbol]),
            )
            for symbol, quantity in deal.collateral.items()
        ]
        return tuple(sorted(lines, key=lambda line: int(line.security, 16)))

    def _purchase_price(self, deal: Deal) -> Decimal:
        if deal.purchase_price is not None:
            return deal.purchase_price
        return purchase_price(
            value_after_margin(
                market_value(quantity, self.price(symbol)),
                deal.agreement.method,
                deal.margins[symbol],
            )
            for symbol, quantity in deal.collateral.items()
        )

    def _standard_offset(self, deal: Deal) -> int:
        """The clock of an agreement: that of the first of January, the same all year."""
        return self._utc_offset(deal.purchase_date.replace(month=1, day=1))

    def _utc_offset(self, day: date) -> int:
        noon = datetime.combine(day, time(12), self._directory.zone)
        offset = noon.utcoffset()
        return int(offset.total_seconds()) if offset else 0

    def _client(self, terms: RepoTerms, address: str) -> Party:
        party = self._party(address)
        securities = (line.security for line in terms.lines)
        self._directory.require_listed(party.name, terms.cash, *securities)
        return party

    def _party(self, address: str) -> Party:
        party = self._directory.party_at(address)
        if party is None:
            raise UnknownName("wallet", address, ())
        return party


def _closing(booked: BookedRepo, events: Iterable[Event]) -> Closing:
    closed = next(event.arguments for event in events if event.name == "Closed")
    return Closing(
        purchase_price=booked.purchase_price,
        periods=_periods(booked, int(closed["date"])),
        basis=booked.agreement.basis,
        price_differential=cash_from_chain(closed["priceDifferential"]),
        repurchase_price=cash_from_chain(closed["paid"]),
    )


def _periods(booked: BookedRepo, day: int) -> tuple[tuple[Decimal, int], ...]:
    """(rate, days) up to `day`: the repo rate to the repurchase date, the late rate after it."""
    terms = booked.terms
    agreed = min(day, terms.repurchase_date)
    rate = rate_from_chain(terms.rate)
    rates = (rate, booked.agreement.late_rate or rate)
    days = (agreed - terms.purchase_date, day - agreed)
    return tuple((rate, count) for rate, count in zip(rates, days, strict=True) if count)
