"""What every function of the repo desk takes, in a market where the call would do its work.

`RepoCalls(market).collect()` brings a repo into custody, its seller into default and the close-out
to its end, then returns the arguments of `collect`. Each method is named after its function.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from eth_utils import keccak

from settlement.market import Market
from settlement.model.asset import SecurityKind
from settlement.model.policy import by_kind
from settlement.model.repo import (
    Agreement,
    Amendment,
    IncomeNotice,
    Line,
    Method,
    Pair,
    Position,
    RepoTerms,
)
from settlement.onchain import repo_signing
from tests.contracts.live import Live, logged
from tests.contracts.repo.margin_pen import MarginPen
from tests.contracts.repo.pen import HAIRCUT, HOUR, PRICE, RATE

QUANTITY = 100_000
PURCHASE_PRICE = 99_742_500_000
"""100,000 at 1.0075 less 1%: a hundredth of the worked example."""

LOWER = 95_000_000
"""At 0.95 the buyer is short of 5,692.50."""

COUPON = 10_000

Arguments = tuple[Any, ...]


class RepoCalls:
    """`borrower` sells to `lender`: overnight, unless the function needs another repo.

    The lender is `fund`, or `bank`, who then has nothing to do with a trade of dealer and fund.
    """

    def __init__(self, market: Market, lender: str = "fund") -> None:
        self.market = market
        self.facility = Live(market.deployment.repo, market)
        if lender == "bank":
            market.add_participant("bank", {"USD": Decimal("1000000.00")})
        self.lender = market.directory.party(lender)
        self.borrower = market.directory.party("dealer")
        self.pen = MarginPen(market, self.lender, self.borrower)
        self.security = market.directory.security("T-2035").address
        notes = SecurityKind.TREASURY_NOTE
        market.board.adopt_policy(by_kind({notes: Decimal("0.01")}, Method.HAIRCUT))
        market.board.post_price("T-2035", PRICE)
        market.onboarding.issue_cash("dealer", "USD", Decimal("100000.00"))

    # Repos.

    def terms(self, **changes: Any) -> RepoTerms:
        """Small ones, so that many can be open."""
        usual = {"lines": (self.line(QUANTITY),), "purchase_price": PURCHASE_PRICE}
        return self.pen.terms(self.borrower, self.lender, **usual | changes)

    def opened(self, **changes: Any) -> RepoTerms:
        """The same, open."""
        terms = self.terms(**changes)
        self.facility.open(*self.pen.signed(terms))
        return terms

    def line(self, quantity: int) -> Line:
        """T-2035 at the usual haircut."""
        return self.pen.line("T-2035", quantity, HAIRCUT)

    def tomorrow(self, hour: int) -> None:
        """Moves the clock on."""
        day = self.market.today() + timedelta(days=1)
        self.market.at(datetime(day.year, day.month, day.day, hour))  # noqa: DTZ001

    # IRepoFacility.

    def open(self) -> Arguments:
        return self.pen.signed(self.terms())

    def close(self) -> Arguments:
        terms = self.opened()
        self.tomorrow(10)
        return self.pen.closing(terms, self.borrower)

    def cancel(self) -> Arguments:
        unbound = self.terms(binding_from=self.market.chain.now() + HOUR)
        return self.pen.cancelling(unbound, self.borrower)

    def cancel_together(self) -> Arguments:
        terms = self.terms()
        sides = (self.borrower, self.lender)
        return terms, *(self.pen.cancellation(terms, side) for side in sides)

    def repurchase_price_on(self) -> Arguments:
        terms = self.opened()
        return terms, terms.repurchase_date

    # IRepoChanges.

    def give_notice(self) -> Arguments:
        terms = self.opened(duration=1, repurchase_date=0)
        return self.pen.notice(terms, self.borrower, terms.purchase_date + 1)

    def amend(self) -> Arguments:
        terms = self.opened()
        amendment = Amendment(terms.purchase_date, terms.purchase_price, RATE + 1)
        return self.pen.amending(Position(terms), amendment)

    def substitute(self) -> Arguments:
        lines = (self.line(QUANTITY + 1_000),)
        return self.pen.substituting(Position(self.opened()), lines)

    def roll(self) -> Arguments:
        terms = self.opened()
        self.tomorrow(10)
        self.market.board.post_price("T-2035", PRICE)
        return self.pen.rolling(Position(terms), self.terms())

    # IRepoServicing.

    def record_agreement(self) -> Arguments:
        return (replace(self.pen.agreement(), master=keccak(text="another")),)

    def record_fail(self) -> Arguments:
        """The seller's: its cash is frozen."""
        terms = self.opened()
        self.market.onboarding.freeze("dealer", "USD", self.market.balance("dealer", "USD"))
        self.tomorrow(18)
        return self.pen.agreement(), Position(terms)

    def record_reversal(self) -> Arguments:
        """The root wallet took it all back."""
        terms = self.opened()
        repo = repo_signing.repo_id(terms)
        move = self.market.onboarding.root_move
        (line,) = terms.lines
        move(terms.buyer, terms.seller, "T-2035", line.quantity, "error", repo)
        return Position(terms), (replace(line, quantity=0),)

    def record_income(self) -> Arguments:
        terms = self.opened()
        today = terms.purchase_date
        income = IncomeNotice(self.security, today, today, COUPON)
        return self.pen.income(terms, income)

    def pay_income(self) -> Arguments:
        terms, income, signature = self.record_income()
        self.facility.recordIncome(terms, income, signature)
        return terms, income

    # IRepoMargin: the lender calls, the borrower meets.

    def call_margin(self) -> Arguments:
        pair, terms = self._short()
        return self.pen.calling(pair, [terms])

    def net_exposure(self) -> Arguments:
        pair, terms = self._short()
        return self.pen.exposed(pair, [terms])

    def meet_in_cash(self) -> Arguments:
        return self.pen.paying(_from_the_other(self._called()))

    def meet_in_securities(self) -> Arguments:
        lines = (self.line(10_000),)
        return self.pen.delivering(_from_the_other(self._called()), lines)

    def return_cash(self) -> Arguments:
        meeting = self.meet_in_cash()
        paid = logged(self.facility.meetInCash(*meeting), "MarginPaid")["principal"]
        return self.pen.returning(_from_the_other(meeting[0]), paid)

    def return_securities(self) -> Arguments:
        meeting = self.meet_in_securities()
        self.facility.meetInSecurities(*meeting)
        pair, lines, _ = meeting
        return self.pen.restoring(_from_the_other(pair), lines)

    def stop_clock(self) -> Arguments:
        """The wallet of who calls is suspended."""
        pair = self._called()
        self.market.onboarding.suspend(self.lender.name, "screening")
        return (pair,)

    def restart_clock(self) -> Arguments:
        (pair,) = self.stop_clock()
        self.facility.stopClock(pair)
        self.market.onboarding.reinstate(self.lender.name, "cleared")
        return (pair,)

    # IRepoDefault: the borrower does not meet the call.

    def declare_default(self) -> Arguments:
        return self._declaring(self._called())

    def state_value(self) -> Arguments:
        pair, _ = self._in_default(self.pen.agreement(valuation_period=0))
        return self.pen.stating(pair, self.security, LOWER)

    def close_out(self) -> Arguments:
        pair, terms = self._in_default()
        self.market.board.post_price("T-2035", LOWER)
        return self.pen.exposed(pair, [terms])

    def collect(self) -> Arguments:
        pair, terms = self._in_default(custody=self.market.deployment.custody.address)
        self.market.board.post_price("T-2035", LOWER)
        self.facility.closeOut(*self.pen.exposed(pair, [terms]))
        return terms, (), self.lender

    def pay_claim(self) -> Arguments:
        closing = self.close_out()
        claim = logged(self.facility.closeOut(*closing), "ClosedOut")["claim"]
        return self.pen.claim_paying(_from_the_other(closing[0]), abs(claim))

    def in_default(self) -> tuple[RepoTerms, bytes]:
        """A repo whose netting set is in default, and that set."""
        pair, terms = self._in_default()
        return terms, self.pen.netting_set(pair)

    def _short(self, under: Agreement | None = None, **changes: Any) -> tuple[Pair, RepoTerms]:
        """A repo whose collateral has lost in value."""
        terms = self.opened(under=under, **changes)
        self.market.board.post_price("T-2035", LOWER)
        return self.pen.pair(self.lender, self.borrower, under), terms

    def _called(self) -> Pair:
        """The set in which the lender's call stands."""
        pair, terms = self._short()
        self.facility.callMargin(*self.pen.calling(pair, [terms]))
        return pair

    def _declaring(self, pair: Pair) -> Arguments:
        self.market.at(self.market.now() + timedelta(hours=5))
        return self.pen.declaring(pair)

    def _in_default(self, under: Agreement | None = None, **changes: Any) -> tuple[Pair, RepoTerms]:
        pair, terms = self._short(under, **changes)
        self.facility.callMargin(*self.pen.calling(pair, [terms]))
        self.facility.declareDefault(*self._declaring(pair))
        return pair, terms


def _from_the_other(pair: Pair) -> Pair:
    """The same set, seen by the other participant."""
    return replace(pair, by=pair.against, against=pair.by)
