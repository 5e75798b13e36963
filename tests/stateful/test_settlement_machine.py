"""Anything, in any order: the chain does what a small model in Python foretells.

Every step is sent whether or not it can work. The model says beforehand which errors could refuse
it; none means that it must settle. After every step all accounts are read in one call and compared:

- conservation: the balances of an asset sum to its supply, so nobody outside the register holds any
- both legs moved or none: balances are the model's, which moves both or none
- an instruction is consumed at most once: nonces are the model's
- the supply of a security is the position of the omnibus account
- at the end, the register rebuilt from events equals the chain
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule

from settlement.chain.base import Reverted, Transaction
from settlement.errors import Refused
from settlement.market import Market
from settlement.model.trade import Trade
from settlement.onchain.contract import Contract, interface, token
from tests.contracts.live import Live, decoded
from tests.contracts.pen import Pen

NAMES = ("dealer", "fund", "broker", "bank")
SECURITIES = ("T-2035", "B-2030")
SYMBOLS = ("USD", *SECURITIES)
LOT = {"USD": 10_000, "T-2035": 1_000, "B-2030": 1}
"""The smallest quantity that the tests move: a cent, a piece, a unit."""

HOLDERS = [("dealer", "T-2035"), ("broker", "B-2030"), ("broker", "T-2035")]
HOLDERS += [(name, "USD") for name in ("fund", "bank", "dealer")]
"""Each holds twenty lots at the start."""

names = st.sampled_from(NAMES)
symbols = st.sampled_from(SYMBOLS)
lots = st.sampled_from([1, 2, 5, 9, 10, 21])
pairs = st.permutations(NAMES).map(lambda order: tuple(order[:2]))
terms = st.fixed_dictionaries(
    {
        "sides": pairs,
        "symbol": st.sampled_from(SECURITIES),
        "quantity": lots,
        "cents": lots,
        "opens": st.sampled_from([-60, -60, -60, 0, 600]),
        "binds": st.sampled_from([-60, 900]),
    }
)
"""Of a trade; most may settle at once."""


@cache
def _opened() -> tuple[Market, Contract, Callable[[], None]]:
    market = Market.open()
    market.add_cash("USD")
    market.add_security("T-2035", denomination=1_000)
    market.add_security("B-2030")
    for name in NAMES:
        market.add_participant(name)
    for name, symbol in HOLDERS:
        if symbol == "USD":
            market.onboarding.issue_cash(name, symbol, Decimal(20) / 100)
        else:
            market.onboarding.deposit(name, symbol, 20 * LOT[symbol])
            market.onboarding.tokenize(name, symbol, 20 * LOT[symbol])
    creation = interface("Census").creation()
    deployer = market.operators.deployer
    (receipt,) = market.chain.submit([Transaction(deployer, None, creation, 3_000_000)])
    census = Contract(interface("Census"), str(receipt.contract))
    return market, census, market.chain.checkpoint()


@dataclass
class Model:
    """What the accounts, wallets, assets and nonces should be."""

    balance: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    frozen: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    suspended: set[str] = field(default_factory=set)
    paused: set[str] = field(default_factory=set)
    used: set[tuple[Any, ...]] = field(default_factory=set)

    def free(self, name: str, symbol: str) -> int:
        return max(0, self.balance[name, symbol] - self.frozen[name, symbol])

    def move(self, source: str, target: str, symbol: str, units: int) -> None:
        self.balance[source, symbol] -= units
        self.balance[target, symbol] += units

    def shortage(self, name: str, symbol: str, units: int) -> set[str]:
        return {"InsufficientFreeBalance"} if units > self.free(name, symbol) else set()

    def stopped(self, *symbols: str) -> set[str]:
        return {"AssetPaused"} if self.paused & set(symbols) else set()

    def inactive(self, *names: str) -> set[str]:
        return {"WalletNotActive"} if self.suspended & set(names) else set()


class SettlementMachine(RuleBasedStateMachine):
    """The market, the model, and what may happen."""

    trades = Bundle("trades")

    def __init__(self) -> None:
        super().__init__()
        opened, self.census, restore = _opened()
        restore()
        self.market = opened.copy()
        directory = self.market.directory
        self.people = {name: directory.party(name) for name in NAMES}
        self.names = {party.address: name for name, party in self.people.items()}
        self.assets = {symbol: directory.asset(symbol) for symbol in SYMBOLS}
        self.symbols = {asset.address: symbol for symbol, asset in self.assets.items()}
        self.tokens = {name: Live(token(asset), self.market) for name, asset in self.assets.items()}
        self.settlement = Live(self.market.deployment.settlement, self.market)
        self.pen = Pen(self.market, *self.people.values())
        self.written: list[Trade] = []
        self.model = Model()
        for name, symbol in HOLDERS:
            self.model.balance[name, symbol] = 20 * LOT[symbol]

    # --- trades -----------------------------------------------------------------------------------

    @rule(target=trades, drawn=terms)
    def write(self, drawn):
        return self.trade(**drawn)

    @rule(target=trades, drawn=terms)
    def trade_now(self, drawn):
        trade = self.trade(**drawn)
        self.settle(trade)
        return trade

    @rule(target=trades, drawn=st.lists(terms, min_size=2, max_size=5))
    def trade_all_or_none(self, drawn):
        batch = [self.trade(**each) for each in drawn]
        self.settle_all_or_none(batch)
        return multiple(*batch)

    @rule(target=trades, drawn=st.lists(terms, min_size=2, max_size=4))
    def trade_best_effort(self, drawn):
        batch = [self.trade(**each) for each in drawn]
        self.settle_best_effort(batch)
        return multiple(*batch)

    @rule(target=trades, drawn=terms)
    def trade_there_and_back(self, drawn):
        there = self.trade(**drawn)
        back = self.trade(**{**drawn, "sides": drawn["sides"][::-1]})
        self.settle_all_or_none([there, back])
        return multiple(there, back)

    @rule(target=trades, trade=trades, quantity=lots)
    def write_again_with_other_terms(self, trade, quantity):
        symbol = self.symbols[trade.security]
        other = self.pen.changed(trade, quantity=quantity * LOT[symbol])
        return other if other != trade else multiple()

    @rule(trade=trades)
    def settle(self, trade):
        expected = self.obstacles(trade)
        self.attempt(expected, self.settlement.settle, *self.pen.signed(trade).words())
        if not expected:
            self.exchange(trade)

    @rule(trade=trades)
    def forge(self, trade):
        own = self.pen.trade_by(trade.seller, trade)
        self.attempt(
            {"BadSignature"} | self.refusals(trade), self.settlement.settle, trade, own, own
        )

    @rule(batch=st.lists(trades, min_size=1, max_size=5))
    def settle_all_or_none(self, batch):
        expected = self.obstacles_together(batch)
        signed = [self.pen.signed(trade) for trade in batch]
        self.attempt(expected, self.settlement.settleBatch, signed, 0)
        if not expected:
            for trade in batch:
                self.exchange(trade)

    @rule(batch=st.lists(trades, min_size=1, max_size=4))
    def settle_best_effort(self, batch):
        signed = [self.pen.signed(trade) for trade in batch]
        time = self.market.chain.now()
        events = self.settlement.settleBatch(signed, 1, gas=4_000_000)
        told = {
            event.arguments["position"]: decoded(event.arguments["reason"]).name
            for event in events
            if event.name == "NotSettled"
        }
        for position, trade in enumerate(batch):
            expected = self.obstacles(trade, time)
            assert (position in told) is bool(expected), (position, told, expected)
            assert told.get(position) in (expected or {None})
            if not expected:
                self.exchange(trade)

    @rule(trade=trades, side=st.sampled_from(["seller", "buyer"]))
    def cancel(self, trade, side):
        signer = getattr(trade, side)
        cancellation = self.pen.cancellation(trade)
        expected = {"NonceUsed"} if self.key(trade) in self.model.used else set()
        if self.market.chain.now() >= trade.binding_from:
            expected |= {"AlreadyBinding"}
        signature = self.pen.cancellation_by(signer, cancellation)
        self.attempt(expected, self.settlement.cancel, cancellation, signer, signature)
        if not expected:
            self.model.used.add(self.key(trade))

    @rule(trade=trades)
    def cancel_together(self, trade):
        cancellation = self.pen.cancellation(trade)
        expected = {"NonceUsed"} if self.key(trade) in self.model.used else set()
        both = (self.pen.cancellation_by(s, cancellation) for s in (trade.seller, trade.buyer))
        self.attempt(expected, self.settlement.cancelTogether, cancellation, *both)
        self.model.used.add(self.key(trade))

    @rule(sides=pairs, symbol=symbols, quantity=lots)
    def deliver_free(self, sides, symbol, quantity):
        units = quantity * LOT[symbol]
        delivery = self.pen.delivery(
            *(self.people[side] for side in sides), asset=self.assets[symbol], quantity=units
        )
        expected = self.standing_in_the_way(*sides, symbol, units)
        self.attempt(expected, self.settlement.deliverFree, *self.pen.delivered(delivery))
        if not expected:
            self.model.move(*sides, symbol, units)

    # --- the depository ---------------------------------------------------------------------------

    @rule(name=names, symbol=symbols, quantity=lots)
    def mint(self, name, symbol, quantity):
        units = quantity * LOT[symbol]
        expected = self.model.inactive(name) | self.model.stopped(symbol)
        onboarding = self.market.onboarding
        if symbol == "USD":
            self.attempt(expected, onboarding.issue_cash, name, symbol, Decimal(quantity) / 100)
        else:
            onboarding.deposit(name, symbol, units)
            self.attempt(expected, onboarding.tokenize, name, symbol, units)
        if not expected:
            self.model.balance[name, symbol] += units

    @rule(name=names, symbol=symbols, quantity=lots)
    def burn(self, name, symbol, quantity):
        units = quantity * LOT[symbol]
        expected = self.model.shortage(name, symbol, units)
        onboarding = self.market.onboarding
        if symbol == "USD":
            self.attempt(expected, onboarding.redeem_cash, name, symbol, Decimal(quantity) / 100)
        else:
            self.attempt(expected, onboarding.detokenize, name, symbol, units)
        if not expected:
            self.model.balance[name, symbol] -= units

    @rule(sides=pairs, symbol=st.sampled_from(SECURITIES), quantity=lots)
    def root_move(self, sides, symbol, quantity):
        units = quantity * LOT[symbol]
        source, target = sides
        held = self.model.balance[source, symbol]
        expected = self.model.inactive(target)
        expected |= {"InsufficientFreeBalance"} if units > held else set()
        details = (symbol, units, "entered twice", bytes(32))
        self.attempt(expected, self.market.onboarding.root_move, source, target, *details)
        if not expected:
            self.model.move(source, target, symbol, units)
            left = min(self.model.frozen[source, symbol], held - units)
            if self.model.frozen[source, symbol] > held - units:
                self.model.frozen[source, symbol] = left

    @rule(
        what=st.sampled_from(["freeze", "suspend", "pause"]),
        name=names,
        symbol=symbols,
        quantity=st.sampled_from([1, 15, 100]),
    )
    def disturb(self, what, name, symbol, quantity):
        onboarding = self.market.onboarding
        if what == "freeze":
            onboarding.freeze(name, symbol, quantity * LOT[symbol])
            self.model.frozen[name, symbol] = quantity * LOT[symbol]
        elif what == "suspend" and name not in self.model.suspended:
            onboarding.suspend(name, "under investigation")
            self.model.suspended.add(name)
        elif what == "pause" and symbol not in self.model.paused:
            onboarding.pause(symbol, "halted")
            self.model.paused.add(symbol)

    @rule()
    def heal(self):
        onboarding = self.market.onboarding
        for name in sorted(self.model.suspended):
            onboarding.reinstate(name, "nothing found")
        for symbol in sorted(self.model.paused):
            onboarding.unpause(symbol, "all is well")
        for (name, symbol), units in self.model.frozen.items():
            if units:
                onboarding.freeze(name, symbol, 0)
                self.model.frozen[name, symbol] = 0
        self.model.suspended.clear()
        self.model.paused.clear()

    @rule(seconds=st.sampled_from([1, 300, 1_200]))
    def wait(self, seconds):
        self.market.chain.advance_to(self.market.chain.now() + seconds)

    # --- what must hold ---------------------------------------------------------------------------

    @invariant()
    def the_chain_is_as_the_model_has_it(self):
        addresses = [asset.address for asset in self.assets.values()]
        wallets = [party.address for party in self.people.values()]
        supplies, accounts = self.census.read(self.market.chain, "count", addresses, wallets)
        for symbol, supply, of_asset in zip(SYMBOLS, supplies, accounts, strict=True):
            assert sum(balance for balance, _, _ in of_asset) == supply, symbol
            if symbol in SECURITIES:
                assert supply == self.market.book.omnibus(symbol)
            for name, (balance, frozen, changed) in zip(NAMES, of_asset, strict=True):
                assert balance == self.model.balance[name, symbol], (name, symbol)
                assert frozen == self.model.frozen[name, symbol], (name, symbol)
                assert changed < self.market.chain.now()

    def teardown(self):
        for trade in self.written:
            used = self.settlement.nonceUsed(
                trade.seller, trade.buyer, trade.binding_from, trade.nonce
            )
            assert used is (self.key(trade) in self.model.used)
        assert self.market.differences() == []
        register = self.market.journal.register
        for (name, symbol), units in self.model.frozen.items():
            assert register.frozen(self.assets[symbol].address, self.people[name].address) == units
        events = [event.name for event in self.market.journal.events]
        ends = events.count("Settled") + events.count("Cancelled")
        assert ends == len(self.model.used)

    # --- the model's rules ------------------------------------------------------------------------

    def trade(self, sides, symbol, quantity, cents, opens, binds) -> Trade:
        now = self.market.chain.now()
        trade = self.pen.trade(
            *(self.people[side] for side in sides),
            security=self.assets[symbol],
            quantity=quantity * LOT[symbol],
            amount=cents * LOT["USD"],
            not_before=now + opens,
            not_after=now + 1_800,
            binding_from=now + binds,
        )
        self.written.append(trade)
        return trade

    def key(self, trade: Trade) -> tuple[Any, ...]:
        return (frozenset((trade.seller, trade.buyer)), trade.binding_from, trade.nonce)

    def sides(self, trade: Trade) -> tuple[str, str]:
        return self.names[trade.seller], self.names[trade.buyer]

    def refusals(self, trade: Trade, time: int | None = None) -> set[str]:
        """What refuses a trade before anything moves."""
        now = time or self.market.chain.now()
        found = self.model.inactive(*self.sides(trade))
        if not trade.not_before <= now <= trade.not_after:
            found |= {"OutsideWindow"}
        return found | ({"NonceUsed"} if self.key(trade) in self.model.used else set())

    def obstacles(self, trade: Trade, time: int | None = None) -> set[str]:
        """Every error that could refuse a trade alone."""
        symbol = self.symbols[trade.security]
        seller, buyer = self.sides(trade)
        return (
            self.refusals(trade, time)
            | self.standing_in_the_way(seller, buyer, symbol, trade.quantity)
            | self.standing_in_the_way(buyer, seller, "USD", trade.amount)
        )

    def obstacles_together(self, batch: list[Trade]) -> set[str]:
        """Every error that could refuse an all-or-none batch: nets count, and not the order."""
        found: set[str] = set()
        nets: dict[tuple[str, str], int] = defaultdict(int)
        for trade in batch:
            seller, buyer = self.sides(trade)
            symbol = self.symbols[trade.security]
            found |= self.refusals(trade) | self.model.stopped(symbol, "USD")
            nets[seller, symbol] -= trade.quantity
            nets[buyer, symbol] += trade.quantity
            nets[buyer, "USD"] -= trade.amount
            nets[seller, "USD"] += trade.amount
        for (name, symbol), net in nets.items():
            found |= self.model.shortage(name, symbol, -net)
        if len({self.key(trade) for trade in batch}) < len(batch):
            found |= {"NonceUsed"}
        return found

    def standing_in_the_way(self, source: str, target: str, symbol: str, units: int) -> set[str]:
        return (
            self.model.inactive(source, target)
            | self.model.stopped(symbol)
            | self.model.shortage(source, symbol, units)
        )

    def exchange(self, trade: Trade) -> None:
        seller, buyer = self.sides(trade)
        self.model.move(seller, buyer, self.symbols[trade.security], trade.quantity)
        self.model.move(buyer, seller, "USD", trade.amount)
        self.model.used.add(self.key(trade))

    def attempt(self, expected: set[str], act: Callable[..., Any], *arguments: Any) -> None:
        """The act is refused for one of the `expected` errors, or succeeds where there is none."""
        try:
            act(*arguments)
            error = None
        except Reverted as reverted:
            error = decoded(reverted.data).name
        except Refused as refused:
            error = refused.error
        assert error in (expected or {None}), (error, expected)


SettlementMachine.TestCase.settings = settings(stateful_step_count=30)
TestSettlement = SettlementMachine.TestCase
