"""Writes the terms of repos for the people of a test, and signs them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from eth_account.signers.local import LocalAccount
from eth_utils import keccak

from settlement.market import Market
from settlement.model.repo import (
    Agreement,
    Amendment,
    IncomeNotice,
    Line,
    Pair,
    Position,
    RepoTerms,
)
from settlement.onchain import repo_signing, signing
from settlement.onchain.signing import Domain
from settlement.units import date_to_chain
from tests.contracts.live import NOBODY, Live, address_of, key_of

QUANTITY = 10_000_000
PRICE = 100_750_000
HAIRCUT = 10_000_000
PURCHASE_PRICE = 9_974_250_000_000
"""The worked example of the Common Domain Model: 10,000,000 at 1.0075 less 1% is 9,974,250.00."""

RATE = 43_000_000
INTEREST = 1_191_370_000
"""A day of 4.3% on 9,974,250.00 over 360: 1,191.37."""

EASTERN = -5 * 3_600
CUT_OFF = 17 * 3_600
HOUR = 3_600
DAY = 24 * HOUR
FAILS_RATE = 30_000_000


class RepoPen:
    """What it writes can be opened today unless a test changes a field: overnight, at 4.3%, against
    10,000,000 T-2035 with a haircut of 1%, title to the buyer, binding already.

    `keys` says whose key signs for an address; a contract wallet's owner is put there.
    """

    def __init__(self, market: Market, *people: Any) -> None:
        self.domain: Domain = market.repo.domain
        self.keys: dict[str, LocalAccount] = {who.address: key_of(who) for who in people}
        self._market = market
        self._nonce = 0
        self._recorded: set[Agreement] = set()

    def agreement(self, **changes: Any) -> Agreement:
        """Haircuts on a basis of 360, no threshold, four hours to meet a call, a day of grace; with
        these fields changed, and recorded."""
        agreement = Agreement(
            master=keccak(text="GMRA 2011"),
            method=0,
            basis=360,
            maximum_price_age=DAY,
            grace=DAY,
            late_rate=0,
            fails_rate=FAILS_RATE,
            margin_rate=RATE,
            threshold=0,
            minimum_transfer=0,
            call_deadline=4 * HOUR,
            valuation_period=2 * DAY,
            valuation_bound=200_000_000,
            utc_offset=EASTERN,
        )
        return self.recorded(replace(agreement, **changes))

    def recorded(self, agreement: Agreement) -> Agreement:
        """The agreement, on record."""
        if agreement not in self._recorded:
            facility = Live(self._market.deployment.repo, self._market)
            facility.recordAgreement(agreement)
            self._recorded.add(agreement)
        return agreement

    def terms(
        self, seller: Any, buyer: Any, under: Agreement | None = None, **changes: Any
    ) -> RepoTerms:
        """`seller` borrows from `buyer`, with these fields changed; people stand for addresses."""
        market = self._market
        today = date_to_chain(market.today())
        terms = RepoTerms(
            seller=address_of(seller),
            buyer=address_of(buyer),
            cash=market.directory.cash("USD").address,
            agreement=repo_signing.agreement_id(under or self.agreement()),
            purchase_price=PURCHASE_PRICE,
            rate=RATE,
            duration=0,
            purchase_date=today,
            repurchase_date=today + 1,
            utc_offset=EASTERN,
            cut_off=CUT_OFF,
            notice_period=0,
            policy_version=market.deployment.policy.read(market.chain, "latest"),
            income=0,
            may_reuse=False,
            may_substitute=False,
            may_terminate=False,
            custody=NOBODY,
            binding_from=market.chain.now(),
            nonce=self._next(),
            lines=(self.line("T-2035", QUANTITY),),
        )
        return replace(terms, **changes)

    def line(self, security: Any, quantity: int, margin: int = HAIRCUT) -> Line:
        """One security of the collateral, by its symbol, or anything with an address."""
        known = isinstance(security, str) and not security.startswith("0x")
        asset = self._market.directory.security(security) if known else security
        return Line(address_of(asset), quantity, margin)

    def lines(self, *lines: Line) -> tuple[Line, ...]:
        """The lines in the order that the contract asks for."""
        return tuple(sorted(lines, key=lambda line: int(line.security, 16)))

    def signed(self, terms: RepoTerms) -> tuple[RepoTerms, bytes, bytes]:
        """What `open` takes."""
        return terms, self.by(terms.seller, terms), self.by(terms.buyer, terms)

    def by(self, who: Any, terms: RepoTerms) -> bytes:
        """The signature of one side under the terms."""
        return self.sign(who, repo_signing.terms_hash(terms, address_of(who)))

    def closing(
        self, terms: RepoTerms, who: Any, lines: Iterable[Line] = ()
    ) -> tuple[RepoTerms, tuple[Line, ...], str, bytes]:
        """What `close` takes, signed by `who`."""
        address = address_of(who)
        struct = repo_signing.closing_hash(repo_signing.repo_id(terms), address)
        return terms, tuple(lines), address, self.sign(who, struct)

    def cancelling(self, terms: RepoTerms, who: Any) -> tuple[RepoTerms, str, bytes]:
        """What `cancel` takes, signed by `who`."""
        return terms, address_of(who), self.cancellation(terms, who)

    def cancellation(self, terms: RepoTerms, who: Any) -> bytes:
        """One side's signature that ends the terms."""
        struct = repo_signing.cancellation_hash(repo_signing.repo_id(terms), address_of(who))
        return self.sign(who, struct)

    def notice(self, terms: RepoTerms, who: Any, date: int) -> tuple[RepoTerms, int, str, bytes]:
        """What `giveNotice` takes."""
        repo, address = repo_signing.repo_id(terms), address_of(who)
        struct = repo_signing.notice_hash(repo, date, address)
        return terms, date, address, self.sign(who, struct)

    def amending(
        self, position: Position, amendment: Amendment, number: int = 1
    ) -> tuple[Position, Amendment, bytes, bytes]:
        """What `amend` takes, signed by both sides."""
        repo = repo_signing.repo_id(position.terms)
        return (
            position,
            amendment,
            *(
                self.sign(side, repo_signing.amendment_hash(repo, number, amendment, side))
                for side in (position.terms.seller, position.terms.buyer)
            ),
        )

    def substituting(
        self, position: Position, lines: Iterable[Line], number: int = 1
    ) -> tuple[Position, tuple[Line, ...], bytes, bytes]:
        """What `substitute` takes, signed by both sides."""
        repo, lines = repo_signing.repo_id(position.terms), tuple(lines)
        today = (self._market.chain.now() + position.terms.utc_offset) // DAY
        place = (repo, number, today)
        return (
            position,
            lines,
            *(
                self.sign(side, repo_signing.substitution_hash(*place, lines, side))
                for side in (position.terms.seller, position.terms.buyer)
            ),
        )

    def rolling(
        self, position: Position, following: RepoTerms
    ) -> tuple[Position, RepoTerms, bytes, bytes]:
        """What `roll` takes, signed by both sides."""
        repo, then = repo_signing.repo_id(position.terms), repo_signing.repo_id(following)
        return (
            position,
            following,
            *(
                self.sign(side, repo_signing.roll_hash(repo, then, side))
                for side in (position.terms.seller, position.terms.buyer)
            ),
        )

    def income(
        self, terms: RepoTerms, income: IncomeNotice
    ) -> tuple[RepoTerms, IncomeNotice, bytes]:
        """What `recordIncome` takes, signed by the buyer."""
        struct = repo_signing.income_hash(repo_signing.repo_id(terms), income)
        return terms, income, self.sign(terms.buyer, struct)

    def pair(self, by: Any, against: Any, under: Agreement | None = None) -> Pair:
        """The netting set of two people, seen by the first of them."""
        cash = self._market.directory.cash("USD").address
        return Pair(under or self.agreement(), cash, address_of(by), address_of(against))

    def netting_set(self, pair: Pair) -> bytes:
        """Its id."""
        registry = self._market.deployment.registry
        one, other = (
            registry.read(self._market.chain, "walletOf", wallet)[0]
            for wallet in (pair.by, pair.against)
        )
        return repo_signing.netting_set(
            one, other, repo_signing.agreement_id(pair.agreement), pair.cash
        )

    def sign(self, who: Any, struct: bytes) -> bytes:
        """Anybody's signature over a struct hash."""
        return signing.sign(self.keys[address_of(who)], self.domain, struct)

    def _next(self) -> int:
        self._nonce += 1
        return self._nonce
