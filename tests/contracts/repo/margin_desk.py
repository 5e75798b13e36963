"""Two people who lend to each other, and what tests of margin and default do to them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from eth_account.signers.local import LocalAccount

from settlement.coordinator.directory import Party
from settlement.market import Market
from settlement.model.asset import SecurityKind
from settlement.model.party import Wallet
from settlement.model.repo import Agreement, Pair, RepoTerms
from settlement.onchain.contract import token
from settlement.onchain.operators import key_of
from tests.contracts.live import Live, logged
from tests.contracts.repo.margin_pen import MarginPen, mirrored
from tests.contracts.repo.pen import DAY
from tests.contracts.repo.schedule import row

NOTE = SecurityKind.TREASURY_NOTE
HAIRCUT, RATIO = 0, 1


@dataclass
class Desk:
    """Lender and borrower under one agreement; both are rich, in cash and in T-2035, of which the
    price is 1.0000.

    `pair` is their set seen by the lender, `owing` the same seen by the borrower.
    """

    market: Market
    facility: Live
    prices: Live
    pen: MarginPen
    lender: Party
    borrower: Party
    agreement: Agreement

    @property
    def pair(self) -> Pair:
        return self.pen.pair(self.lender, self.borrower, self.agreement)

    @property
    def owing(self) -> Pair:
        return mirrored(self.pair)

    @property
    def set(self) -> bytes:
        return self.pen.netting_set(self.pair)

    @property
    def cash(self) -> Live:
        return Live(token(self.market.directory.cash("USD")), self.market)

    @property
    def security(self) -> Live:
        return Live(token(self.market.directory.security("T-2035")), self.market)

    def under(self, **changes: Any) -> Desk:
        """Another agreement, from here on."""
        self.agreement = self.pen.agreement(**changes)
        return self

    def open(self, seller: Any = None, buyer: Any = None, **changes: Any) -> RepoTerms:
        """A repo of a month: the borrower's from the lender, unless other sides are named."""
        sides = (seller or self.borrower, buyer or self.lender)
        terms = self.pen.long(*sides, self.agreement, **changes)
        self.facility.open(*self.pen.signed(terms))
        return terms

    def price(self, price: int, symbol: str = "T-2035") -> None:
        """The price from now on, as a fraction of one in 10^-8, confirmed if it must be."""
        self.later(1)
        security, operators = self.market.directory.security(symbol), self.market.operators
        self.prices.post(security, price, self.market.chain.now(), sender=operators.pricer)
        if self.prices.quoteOf(security)[3]:
            self.prices.confirm(security, price, sender=operators.confirmer)

    def later(self, seconds: int) -> None:
        """Moves the clock on."""
        self.market.chain.advance_to(self.market.chain.now() + seconds)

    def days(self, days: int) -> None:
        """Moves the clock on by whole days."""
        self.later(days * DAY)

    def exposure(
        self, positions: Any, securities: Any = (), pair: Pair | None = None
    ) -> tuple[int, int]:
        """Net exposure of the lender, or of `pair.by`, and what it may call."""
        given = self.pen.exposed(pair or self.pair, positions, securities)
        return tuple(self.facility.reader("netExposure")(*given))

    def call(self, positions: Any, securities: Any = (), pair: Pair | None = None) -> Any:
        """The lender, or `pair.by`, calls; the event."""
        given = self.pen.calling(pair or self.pair, positions, securities)
        return logged(self.facility.callMargin(*given), "MarginCalled")

    def called(self, price: int = 90_000_000, **changes: Any) -> RepoTerms:
        """A repo of the lender's whose price fell to 0.90, and the call for it."""
        terms = self.open(**changes)
        self.price(price)
        self.call([terms])
        return terms

    def meet(self, pair: Pair | None = None) -> None:
        """The borrower, or `pair.by`, pays the call that stands."""
        self.facility.meetInCash(*self.pen.paying(pair or self.owing))

    def keep(self, amount: int) -> None:
        """The lender returns cash margin until this much is left."""
        returned = self.pen.held(self.pair) - amount
        self.facility.returnCash(*self.pen.returning(self.pair, returned))

    def takes(self, method: int, margin: int) -> None:
        """From here on the venue takes notes by this method, at this least margin."""
        policy = Live(self.market.deployment.policy, self.market)
        policy.adopt([row(NOTE, method, margin)], sender=self.market.operators.policy_maker)

    def another(self, symbol: str, price: int = 100_000_000, denomination: int = 1) -> Live:
        """One more security, of which both hold 100,000,000."""
        security = self.market.add_security(symbol, denomination=denomination)
        for party in (self.lender, self.borrower):
            self.market.onboarding.deposit(party.name, symbol, 100_000_000)
            self.market.onboarding.tokenize(party.name, symbol, 100_000_000)
        self.price(price, symbol)
        return Live(token(security), self.market)

    def in_default(self, price: int = 90_000_000, **changes: Any) -> RepoTerms:
        """The same, unmet and declared; the lender's price comes a second later."""
        terms = self.called(price, **changes)
        self.unmet()
        return terms

    def unmet(self, pair: Pair | None = None) -> None:
        """The call of `pair.by`, or of the lender, runs out and a default is declared."""
        self.later(self.agreement.call_deadline + 1)
        self.facility.declareDefault(*self.pen.declaring(pair or self.pair))

    def close_out(self, positions: Any, securities: Any = (), pair: Pair | None = None) -> Any:
        """All in one step; the event."""
        given = self.pen.exposed(pair or self.pair, positions, securities)
        return logged(self.facility.closeOut(*given), "ClosedOut")


def desk_of(market: Market, lender: Party, borrower: Party, *others: Any) -> Desk:
    """A desk in a market that is ready for repos."""
    for party in (lender, borrower):
        market.onboarding.issue_cash(party.name, "USD", Decimal("100000000.00"))
        market.onboarding.deposit(party.name, "T-2035", 100_000_000)
        market.onboarding.tokenize(party.name, "T-2035", 100_000_000)
    pen = MarginPen(market, lender, borrower, *others)
    facility, prices = (
        Live(contract, market) for contract in (market.deployment.repo, market.deployment.prices)
    )
    desk = Desk(market, facility, prices, pen, lender, borrower, pen.agreement())
    desk.takes(HAIRCUT, 10_000_000)
    desk.price(100_000_000)
    return desk


def second_wallet(desk: Desk, party: Party) -> Party:
    """Another wallet of the same participant, registered, with its key in the pen."""
    key: LocalAccount = key_of(f"another wallet of {party.name}")
    other = Party(f"{party.name}, 2", Wallet(str(key.address), party.participant), key)
    desk.market.onboarding.register(other)
    desk.pen.keys[other.address] = key
    return other
