"""Repos in any order, in any weather: the chain does what a small model in Python foretells.

Every step is sent whether or not it can work. The model says beforehand which errors could refuse
it; none means that it must happen. After every step the accounts are read and compared:

- conservation: balances sum to the supply, and are the model's, which moves both legs or none
- a repo's state and its netting set's count are the model's
- what custody holds per repo sums to its balance
- nobody is debited who did not sign: every transfer starts at a side that signed, or at custody
- at the end, every repo rebuilt from the log alone is the one on the chain

Interest is `settlement.model.repo`'s, collateral too; the price board has its own small model.
"""

from __future__ import annotations

import copy
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from settlement.analytics.collateral import market_value, purchase_price, value_after_margin
from settlement.analytics.interest import price_differential
from settlement.chain.base import Reverted, Transaction
from settlement.market import Market
from settlement.model.asset import SecurityKind
from settlement.model.repo import (
    Method,
    RepoTerms,
)
from settlement.onchain.contract import Contract, interface
from settlement.onchain.signing import repo_id
from settlement.testing import _immutable
from settlement.units import (
    cash_from_chain,
    cash_to_chain,
    price_from_chain,
    rate_from_chain,
)
from tests.contracts.live import NOBODY, Live, decoded
from tests.contracts.repo.pen import EASTERN, RepoPen

NAMES = ("dealer", "fund", "bank")
SECURITIES = ("T-2035", "B-2030")
SYMBOLS = ("USD", *SECURITIES)
CUSTODY = "custody"
DAY = 86_400
MAXIMUM_AGE = 2 * DAY
NOTE = SecurityKind.TREASURY_NOTE.number

pairs = st.permutations(NAMES).map(lambda order: tuple(order[:2]))
quantities = st.sampled_from([1_000, 2_000, 5_000, 9_000])


@cache
def _opened() -> tuple[Market, Contract, Callable[[], None]]:
    market = Market.open()
    market.add_cash("USD")
    for symbol in SECURITIES:
        market.add_security(symbol, denomination=1_000)
    for name in NAMES:
        market.add_participant(name, securities={"T-2035": 10_000, "B-2030": 10_000})
        market.onboarding.issue_cash(name, "USD", Decimal("20000.00"))
    market.repo.adopt_policy({NOTE: Decimal("0.02")}, Method.HAIRCUT)
    creation = interface("Census").creation()
    deployer = market.operators.deployer
    (receipt,) = market.chain.submit([Transaction(deployer, None, creation, 3_000_000)])
    census = Contract(interface("Census"), str(receipt.contract))
    return market, census, market.chain.checkpoint()


@dataclass
class Quote:
    """The model of the price board: the price in use, its measure, and what waits."""

    price: int = 0
    observed: int = 0
    benchmark: int = 0
    waiting: tuple[int, int] | None = None

    def post(self, price: int, at: int) -> None:
        benchmark = self.benchmark
        if not self.price:
            benchmark = price
        elif at // DAY > self.observed // DAY:
            benchmark = self.price
        if 5 * abs(price - benchmark) > benchmark:
            self.waiting = (price, at)
        else:
            self.price, self.observed, self.benchmark, self.waiting = price, at, benchmark, None

    def confirm(self) -> None:
        assert self.waiting
        self.price, self.observed = self.waiting
        self.benchmark, self.waiting = self.price, None

    def obstacles(self, now: int) -> set[str]:
        if self.waiting:
            return {"PricePending"}
        if not self.price:
            return {"PriceMissing"}
        return {"PriceStale"} if now - self.observed > MAXIMUM_AGE else set()


@dataclass
class Model:
    """What accounts, wallets, assets, prices and repos should be."""

    balance: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    suspended: set[str] = field(default_factory=set)
    paused: set[str] = field(default_factory=set)
    quotes: dict[str, Quote] = field(
        default_factory=lambda: {symbol: Quote() for symbol in SECURITIES}
    )
    haircut: Decimal = Decimal("0.02")
    limit: Decimal = Decimal(1)
    version: int = 1
    states: dict[bytes, int] = field(default_factory=lambda: defaultdict(int))
    signers: set[str] = field(default_factory=set)

    def moves(self, source: str, target: str, symbol: str, units: int) -> set[str]:
        """What stands in the way of a movement, whatever else moves."""
        found = {"WalletNotActive"} if self.suspended & {source, target} else set()
        if symbol in self.paused:
            found.add("AssetPaused")
        if units > self.balance[source, symbol]:
            found.add("InsufficientFreeBalance")
        return found

    def move(self, source: str, target: str, symbol: str, units: int) -> None:
        self.balance[source, symbol] -= units
        self.balance[target, symbol] += units


class RepoMachine(RuleBasedStateMachine):
    """The market, the model, and what may happen."""

    repos = Bundle("repos")

    def __init__(self) -> None:
        super().__init__()
        opened, self.census, restore = _opened()
        restore()
        self.market = copy.deepcopy(opened, {id(thing): thing for thing in _immutable(opened)})
        directory, deployment = self.market.directory, self.market.deployment
        self.people = {name: directory.party(name) for name in NAMES}
        self.names = {party.address: name for name, party in self.people.items()}
        self.names[deployment.custody.address] = CUSTODY
        self.assets = {symbol: directory.asset(symbol) for symbol in SYMBOLS}
        self.symbols = {asset.address: symbol for symbol, asset in self.assets.items()}
        self.facility = Live(deployment.repo, self.market)
        self.custody = Live(deployment.custody, self.market)
        self.pen = RepoPen(self.market, *self.people.values())
        self.written: dict[bytes, RepoTerms] = {}
        self.model = Model()
        for name in NAMES:
            self.model.balance[name, "USD"] = 20_000_000_000
            for symbol in SECURITIES:
                self.model.balance[name, symbol] = 10_000
        self.told = len(self.market.journal.events)
        for symbol in SECURITIES:
            self.post(symbol, 100_000_000)

    # --- repos ------------------------------------------------------------------------------------

    @rule(
        target=repos,
        sides=pairs,
        custody=st.booleans(),
        collateral=st.dictionaries(st.sampled_from(SECURITIES), quantities, min_size=1),
        per_mille=st.sampled_from([500, 900, 1_000, 1_001]),
        haircut=st.sampled_from(["0.02", "0.02", "0.05", "0.01"]),
        rate=st.sampled_from([43_000_000, -5_000_000, 0, 10**12, -(10**12)]),
        late_rate=st.sampled_from([0, 80_000_000]),
        starts=st.sampled_from([0, 0, 0, 1]),
        days=st.sampled_from([1, 2, 5]),
        binds=st.sampled_from([-60, 900]),
    )
    def write(
        self, sides, custody, collateral, per_mille, haircut, rate, late_rate, starts, days, binds
    ):
        """Terms for what their collateral carries now, a little less, or a little more."""
        margin = Decimal(haircut)
        today = self.today() + starts
        terms = self.pen.terms(
            *(self.people[name] for name in sides),
            custody=self.custody.address if custody else NOBODY,
            rate=rate,
            late_rate=late_rate,
            purchase_date=today,
            repurchase_date=today + days,
            maximum_price_age=MAXIMUM_AGE,
            policy_version=self.model.version,
            binding_from=self.now() + binds,
            lines=self.pen.lines(
                *(
                    self.pen.line(symbol, quantity, int(margin * 10**9))
                    for symbol, quantity in collateral.items()
                )
            ),
        )
        carries = cash_to_chain(self.carried(terms))
        terms = replace(terms, purchase_price=max(10_000, carries * per_mille // 10**7 * 10_000))
        self.written[repo_id(terms)] = terms
        return terms

    @rule(
        target=repos,
        sides=pairs,
        custody=st.booleans(),
        collateral=st.dictionaries(st.sampled_from(SECURITIES), quantities, min_size=1),
        rate=st.sampled_from([43_000_000, -5_000_000, -(10**12)]),
        late_rate=st.sampled_from([0, 80_000_000]),
        days=st.sampled_from([1, 2]),
    )
    def deal(self, sides, custody, collateral, rate, late_rate, days):
        """Written and opened at once, as most repos are."""
        terms = self.write(sides, custody, collateral, 900, "0.05", rate, late_rate, 0, days, -60)
        self.open(terms, None)
        return terms

    @rule(terms=repos, forged=st.sampled_from([None, None, None, "seller", "buyer", "swapped"]))
    def open(self, terms, forged):
        _, *signatures = self.pen.signed(terms)
        if forged == "swapped":
            signatures.reverse()
        elif forged:
            signatures[forged == "buyer"] = b""
        obstacles = self.obstacles_to_open(terms) | ({"BadSignature"} if forged else set())
        if self.happens("open", (terms, *signatures), obstacles):
            self.model.states[repo_id(terms)] = 1
            self.model.signers |= {terms.seller, terms.buyer}
            self.exchange(terms, terms.purchase_price)

    @rule(
        terms=repos,
        closer=st.sampled_from(["seller", "buyer", "stranger", "nobody"]),
        hour=st.sampled_from([None, 0, 12, 17, 40]),
    )
    def close(self, terms, closer, hour):
        """Now, or so many hours into the repurchase date."""
        due = terms.repurchase_date * DAY - EASTERN
        if hour is not None and self.now() < due + hour * 3_600:
            self.market.chain.advance_to(due + hour * 3_600)
        stranger = next(name for name in NAMES if name not in self.sides(terms))
        signer = {
            "seller": terms.seller,
            "buyer": terms.buyer,
            "stranger": self.people[stranger].address,
        }.get(closer)
        call = self.pen.closing(terms, signer) if signer else (terms, NOBODY, b"")
        price = self.repurchase_price(terms)
        obstacles = self.obstacles_to_close(terms, closer, price)
        if self.happens("close", call, obstacles):
            self.model.states[repo_id(terms)] = 2
            self.exchange(terms, -price)

    @rule(pick=st.integers(0, 9), closer=st.sampled_from(["seller", "buyer"]))
    def close_one(self, pick, closer):
        """One that is open, on a morning when nothing is stopped, as most are."""
        if standing := self.standing():
            self.heal()
            self.close(standing[pick % len(standing)], closer, 10)

    @rule(terms=repos, by=st.sampled_from(["seller", "buyer", "stranger", "forger", "both"]))
    def cancel(self, terms, by):
        if by == "both":
            return self.cancel_together(terms)
        stranger = next(name for name in NAMES if name not in self.sides(terms))
        signer = {"buyer": terms.buyer, "stranger": self.people[stranger].address}.get(
            by, terms.seller
        )
        _, _, signature = self.pen.cancelling(terms, signer)
        obstacles = {"NotASide"} if by == "stranger" else set()
        if by == "forger":
            signature = self.pen.cancellation(terms, terms.buyer)
            obstacles.add("BadSignature")
        if self.now() >= terms.binding_from:
            obstacles.add("AlreadyBinding")
        if self.model.states[repo_id(terms)]:
            obstacles.add("WrongState")
        if self.happens("cancel", (terms, signer, signature), obstacles):
            self.model.states[repo_id(terms)] = 3
        return None

    def cancel_together(self, terms):
        signatures = [self.pen.cancellation(terms, side) for side in (terms.seller, terms.buyer)]
        obstacles = {"WrongState"} if self.model.states[repo_id(terms)] else set()
        if self.happens("cancelTogether", (terms, *signatures), obstacles):
            self.model.states[repo_id(terms)] = 3

    # --- the weather ------------------------------------------------------------------------------

    @rule(
        symbol=st.sampled_from(SECURITIES),
        per_cent=st.sampled_from([50, 79, 80, 97, 100, 103, 120, 121]),
    )
    def reprice(self, symbol, per_cent):
        self.post(symbol, 1_000_000 * per_cent)

    @rule(symbol=st.sampled_from(SECURITIES))
    def confirm(self, symbol):
        quote = self.model.quotes[symbol]
        if quote.waiting:
            self.market.repo.confirm_price(symbol, quote.waiting[0])
            quote.confirm()

    @rule(haircut=st.sampled_from(["0.02", "0.05"]), limit=st.sampled_from(["0.8", "1"]))
    def adopt(self, haircut, limit):
        rules = {NOTE: Decimal(haircut)}
        self.model.version = self.market.repo.adopt_policy(rules, Method.HAIRCUT, Decimal(limit))
        self.model.haircut, self.model.limit = Decimal(haircut), Decimal(limit)

    @rule(hours=st.sampled_from([1, 8, 24, 48, 72]))
    def wait(self, hours):
        """After a night prices are posted afresh and what was stopped goes on, mostly."""
        self.market.at(self.market.now() + timedelta(hours=hours))
        if hours in (24, 48):
            self.heal()
            for symbol, quote in self.model.quotes.items():
                self.post(symbol, quote.price)

    @rule(stopped=st.sampled_from([*NAMES, *SYMBOLS]))
    def stop(self, stopped):
        """A wallet is suspended or an asset paused."""
        if stopped in NAMES and stopped not in self.model.suspended:
            self.market.onboarding.suspend(stopped, "screening")
            self.model.suspended.add(stopped)
        elif stopped in SYMBOLS and stopped not in self.model.paused:
            self.market.onboarding.pause(stopped, "halt")
            self.model.paused.add(stopped)

    @rule()
    def heal(self):
        for name in sorted(self.model.suspended):
            self.market.onboarding.reinstate(name, "cleared")
        for symbol in sorted(self.model.paused):
            self.market.onboarding.unpause(symbol, "over")
        self.model.suspended.clear()
        self.model.paused.clear()

    # --- what must hold ---------------------------------------------------------------------------

    @invariant()
    def accounts_are_the_models(self):
        addresses = [asset.address for asset in self.assets.values()]
        supplies, accounts = self.census.read(
            self.market.chain, "count", addresses, list(self.names)
        )
        for symbol, supply, of_asset in zip(SYMBOLS, supplies, accounts, strict=True):
            assert sum(balance for balance, _, _ in of_asset) == supply, symbol
            for name, (balance, _, _) in zip(self.names.values(), of_asset, strict=True):
                assert balance == self.model.balance[name, symbol], (name, symbol)

    @invariant()
    def custody_holds_what_its_repos_have(self):
        held: Counter[str] = Counter()
        for terms in self.standing():
            for line in terms.lines:
                expected = line.quantity if terms.custody != NOBODY else 0
                assert self.custody.heldFor(repo_id(terms), line.security) == expected
                held[line.security] += expected
        for symbol in SECURITIES:
            address = self.assets[symbol].address
            assert self.custody.heldInAll(address) == held[address]
            assert self.model.balance[CUSTODY, symbol] == held[address]

    @invariant()
    def a_netting_set_counts_its_open_repos(self):
        counts = Counter(self.facility.nettingSetOf(terms) for terms in self.standing())
        for terms in list(self.written.values())[-3:]:
            netting = self.facility.nettingSetOf(terms)
            assert self.facility.openInSet(netting) == counts[netting]

    @invariant()
    def nobody_is_debited_who_did_not_sign(self):
        fresh = self.market.journal.events[self.told :]
        self.told = len(self.market.journal.events)
        custody = self.custody.address
        for event in fresh:
            if event.name == "Transfer":
                assert event.arguments["from"] in self.model.signers | {custody}

    def teardown(self):
        assert self.market.differences() == []
        rebuilt = replay(self.market.journal.events)
        for repo, terms in self.written.items():
            on_chain = tuple(self.facility.repoOf(repo))
            assert on_chain == rebuilt.get(repo, (0, 0, 0, 0))
            assert on_chain[0] == self.model.states[repo]
            if on_chain[0] in (1, 2):
                assert on_chain[1:] == (terms.purchase_date, terms.purchase_price, terms.rate)

    # --- the model's rules ------------------------------------------------------------------------

    def happens(self, function: str, call: tuple[Any, ...], obstacles: set[str]) -> bool:
        """Sends it; whether it was done. Done or refused, the model said so."""
        error = None
        try:
            getattr(self.facility, function)(*call)
        except Reverted as refusal:
            error = decoded(refusal.data).name
        assert error in (obstacles or {None}), (function, error, obstacles)
        return error is None

    def obstacles_to_open(self, terms: RepoTerms) -> set[str]:
        seller, buyer = self.sides(terms)
        found = {"WrongState"} if self.model.states[repo_id(terms)] else set()
        if self.today() != terms.purchase_date:
            found.add("NotThePurchaseDate")
        if terms.policy_version != self.model.version:
            found.add("NotTheLatestPolicy")
        if any(rate_from_chain(line.margin) < self.model.haircut for line in terms.lines):
            found.add("MarginNotAccepted")
        quotes = [self.model.quotes[self.symbols[line.security]] for line in terms.lines]
        priced = set().union(*(quote.obstacles(self.now()) for quote in quotes))
        if not priced:
            values = self.values(terms)
            if cash_to_chain(purchase_price(values)) < terms.purchase_price:
                found.add("NotEnoughCollateral")
            if max(values) > Fraction(self.model.limit) * sum(values):
                found.add("OverConcentrated")
        holder = CUSTODY if terms.custody != NOBODY else buyer
        for line in terms.lines:
            found |= self.model.moves(seller, holder, self.symbols[line.security], line.quantity)
        return found | priced | self.model.moves(buyer, seller, "USD", terms.purchase_price)

    def obstacles_to_close(self, terms: RepoTerms, closer: str, price: int) -> set[str]:
        seller, buyer = self.sides(terms)
        found = {"WrongState"} if self.model.states[repo_id(terms)] != 1 else set()
        if self.today() < terms.repurchase_date:
            found.add("NotDue")
        cut_off = terms.repurchase_date * DAY - EASTERN + terms.cut_off
        if self.now() < cut_off and closer in {"stranger", "nobody"}:
            found.add("NotASide")
        holder = CUSTODY if terms.custody != NOBODY else buyer
        for line in terms.lines:
            found |= self.model.moves(holder, seller, self.symbols[line.security], line.quantity)
        return found | self.model.moves(seller, buyer, "USD", price)

    def exchange(self, terms: RepoTerms, cash: int) -> None:
        """Opens where `cash` is what the seller gets, closes where it is less than nothing."""
        seller, buyer = self.sides(terms)
        holder = CUSTODY if terms.custody != NOBODY else buyer
        self.model.move(buyer, seller, "USD", cash)
        sign = 1 if self.model.states[repo_id(terms)] == 1 else -1
        for line in terms.lines:
            self.model.move(seller, holder, self.symbols[line.security], sign * line.quantity)

    def repurchase_price(self, terms: RepoTerms) -> int:
        agreed = min(self.today(), terms.repurchase_date)
        periods = [
            (rate_from_chain(terms.rate), agreed - terms.purchase_date),
            (rate_from_chain(terms.late_rate or terms.rate), self.today() - agreed),
        ]
        principal = cash_from_chain(terms.purchase_price)
        interest = price_differential(principal, periods, terms.basis)
        return cash_to_chain(max(principal + interest, Decimal(0)))

    def values(self, terms: RepoTerms) -> list[Fraction]:
        return [
            value_after_margin(
                market_value(
                    line.quantity,
                    price_from_chain(self.model.quotes[self.symbols[line.security]].price),
                ),
                Method.HAIRCUT,
                rate_from_chain(line.margin),
            )
            for line in terms.lines
        ]

    def carried(self, terms: RepoTerms) -> Decimal:
        return purchase_price(self.values(terms))

    def post(self, symbol: str, price: int) -> None:
        self.model.quotes[symbol].post(price, self.now())
        posted = self.market.repo.post_price(symbol, price)
        assert posted is (self.model.quotes[symbol].waiting is None)

    def standing(self) -> list[RepoTerms]:
        """The repos that are open."""
        return [terms for repo, terms in self.written.items() if self.model.states[repo] == 1]

    def sides(self, terms: RepoTerms) -> tuple[str, str]:
        return self.names[terms.seller], self.names[terms.buyer]

    def now(self) -> int:
        return self.market.chain.now()

    def today(self) -> int:
        """The date on the clock of the terms."""
        return (self.now() + EASTERN) // DAY


def replay(events: list[Any]) -> dict[bytes, tuple[int, int, int, int]]:
    """Every repo's word, from the log alone."""
    repos: dict[bytes, tuple[int, int, int, int]] = {}
    for event in events:
        if event.name == "Opened":
            words = event.arguments["terms"]
            rate, purchase_date, price = words[5], words[9], words[4]
            repos[event.arguments["repo"]] = (1, purchase_date, price, rate)
        elif event.name == "Closed":
            repos[event.arguments["repo"]] = (2, *repos[event.arguments["repo"]][1:])
        elif event.name == "RepoCancelled":
            repos[event.arguments["repo"]] = (3, 0, 0, 0)
    return repos


RepoMachine.TestCase.settings = settings(stateful_step_count=30)
TestRepos = RepoMachine.TestCase
