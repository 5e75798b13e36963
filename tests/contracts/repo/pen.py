"""Writes the terms of repos for the people of a test, and signs them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from eth_account.signers.local import LocalAccount
from eth_utils import keccak

from settlement.market import Market
from settlement.model.repo import Line, RepoTerms
from settlement.onchain import signing
from settlement.onchain.signing import Domain
from settlement.units import date_to_chain
from tests.contracts.live import NOBODY, address_of, key_of

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
DAY = 86_400


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

    def terms(self, seller: Any, buyer: Any, **changes: Any) -> RepoTerms:
        """`seller` borrows from `buyer`, with these fields changed; people stand for addresses."""
        market = self._market
        today = date_to_chain(market.today())
        terms = RepoTerms(
            seller=address_of(seller),
            buyer=address_of(buyer),
            cash=market.directory.cash("USD").address,
            agreement=keccak(text="GMRA 2011"),
            purchase_price=PURCHASE_PRICE,
            rate=RATE,
            late_rate=0,
            basis=360,
            duration=0,
            purchase_date=today,
            repurchase_date=today + 1,
            utc_offset=EASTERN,
            cut_off=CUT_OFF,
            notice_period=0,
            method=0,
            policy_version=market.deployment.policy.read(market.chain, "latest"),
            price_board=market.deployment.prices.address,
            maximum_price_age=DAY,
            threshold=0,
            minimum_transfer=0,
            call_deadline=14_400,
            grace=DAY,
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
        address = address_of(who)
        return self._sign(address, signing.repo_hash(terms, address))

    def closing(self, terms: RepoTerms, who: Any) -> tuple[RepoTerms, str, bytes]:
        """What `close` takes, signed by `who`."""
        address = address_of(who)
        struct = signing.repo_closing_hash(signing.repo_id(terms), address)
        return terms, address, self._sign(address, struct)

    def cancelling(self, terms: RepoTerms, who: Any) -> tuple[RepoTerms, str, bytes]:
        """What `cancel` takes, signed by `who`."""
        return terms, address_of(who), self.cancellation(terms, who)

    def cancellation(self, terms: RepoTerms, who: Any) -> bytes:
        """One side's signature that ends the terms."""
        address = address_of(who)
        return self._sign(address, signing.repo_cancellation_hash(signing.repo_id(terms), address))

    def _sign(self, address: str, struct: bytes) -> bytes:
        return signing.sign(self.keys[address], self.domain, struct)

    def _next(self) -> int:
        self._nonce += 1
        return self._nonce
