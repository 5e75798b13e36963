"""Netting cycles, proposed, signed, left and submitted in any order: the chain does what a small
model foretells.

Every proposal is submitted whether or not it can work. The model says beforehand which errors could
refuse it; none means that it must settle. After every step all accounts and all numbers are read:

- conservation: the balances of an asset sum to its supply
- nobody's balance moves but by a cycle that it signed: balances are the model's
- a number is consumed for a participant at most once, by the cycle that executed or by its own word
- at the end, the register rebuilt from events equals the chain
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from settlement.chain.base import Reverted, Transaction
from settlement.market import Market
from settlement.model.cycle import Cycle, NetMovement, NetStatement
from settlement.onchain.contract import Contract, interface
from tests.contracts.live import Live, decoded
from tests.contracts.pen import Pen
from tests.contracts.settlement.cycles import Cycles

NAMES = ("dealer", "fund", "broker", "bank")
SYMBOLS = ("USD", "T-2035", "B-2030")
LOT = {"USD": 10_000, "T-2035": 1_000, "B-2030": 1}
NUMBERS = (0, 255, 256, 2**256 - 1)
"""Few, so that proposals meet; some share a word."""

HELD = 20
"""Lots of everything that everybody holds at the start."""

names = st.sampled_from(NAMES)
numbers = st.sampled_from(NUMBERS)
companies = st.sets(names, min_size=1, max_size=4)
payments = st.lists(
    st.tuples(st.permutations(NAMES), st.sampled_from(SYMBOLS), st.sampled_from([1, 2, 9, 21])),
    max_size=4,
)
"""Who pays whom, the first two that are of the company; what, and how many lots."""

opens = st.sampled_from([-60, -60, -60, 0, 600])


@cache
def _opened() -> tuple[Market, Contract, Callable[[], None]]:
    market = Market.open()
    market.add_cash("USD")
    market.add_security("T-2035", denomination=1_000)
    market.add_security("B-2030")
    for name in NAMES:
        securities = {symbol: HELD * LOT[symbol] for symbol in SYMBOLS[1:]}
        market.add_participant(name, {"USD": Decimal(HELD) / 100}, securities)
    creation = interface("Census").creation()
    deployer = market.operators.deployer
    (receipt,) = market.chain.submit([Transaction(deployer, None, creation, 3_000_000)])
    census = Contract(interface("Census"), str(receipt.contract))
    return market, census, market.chain.checkpoint()


@dataclass(frozen=True)
class Proposed:
    """A cycle that all of its participants signed; nets by name and symbol."""

    cycle: Cycle
    statements: list[NetStatement]
    nets: dict[str, dict[str, int]]


class CycleMachine(RuleBasedStateMachine):
    """The market, the model, and what may happen."""

    proposals = Bundle("proposals")

    def __init__(self) -> None:
        super().__init__()
        opened, self.census, restore = _opened()
        restore()
        self.market = opened.copy()
        directory = self.market.directory
        self.people = {name: directory.party(name) for name in NAMES}
        self.assets = {symbol: directory.asset(symbol) for symbol in SYMBOLS}
        self.netting = Live(self.market.deployment.netting, self.market)
        self.cycles = Cycles(self.market, Pen(self.market, *self.people.values()))
        self.balance = {(name, s): HELD * LOT[s] for name in NAMES for s in SYMBOLS}
        self.frozen: dict[tuple[str, str], int] = defaultdict(int)
        self.suspended: set[str] = set()
        self.paused: set[str] = set()
        self.used: set[tuple[str, int]] = set()

    # --- cycles -----------------------------------------------------------------------------------

    @rule(target=proposals, company=companies, number=numbers, paid=payments, opens=opens)
    def propose(self, company, number, paid, opens):
        return self.proposed(company, number, paid, opens)

    @rule(target=proposals, company=companies, number=numbers, paid=payments)
    def settle_now(self, company, number, paid):
        proposal = self.proposed(company, number, paid, -60)
        self.submit(proposal)
        return proposal

    @rule(target=proposals, proposal=proposals, name=names, paid=payments)
    def propose_anew_without(self, proposal, name, paid):
        """The same cycle without somebody; both proposals stay about."""
        company = set(proposal.nets) - {name} or {name}
        return self.proposed(company, proposal.cycle.number, paid, -60)

    @rule(proposal=proposals)
    def submit(self, proposal):
        expected = self.obstacles(proposal)
        self.attempt(expected, self.netting.settle, proposal.cycle, proposal.statements)
        if not expected:
            for name, own in proposal.nets.items():
                self.used.add((name, proposal.cycle.number))
                for symbol, units in own.items():
                    self.balance[name, symbol] += units

    @rule(proposal=proposals, data=st.data())
    def submit_without_a_signature(self, proposal, data):
        place = data.draw(st.integers(0, len(proposal.statements) - 1))
        statements = list(proposal.statements)
        others = statements[place - 1].signature if len(statements) > 1 else b""
        statements[place] = replace(statements[place], signature=others)
        self.refused(proposal, statements)

    @rule(proposal=proposals, data=st.data())
    def submit_with_one_left_out(self, proposal, data):
        place = data.draw(st.integers(0, len(proposal.statements) - 1))
        statements = [*proposal.statements[:place], *proposal.statements[place + 1 :]]
        self.refused(proposal, statements, "EmptyCycle")

    @rule(proposal=proposals, data=st.data())
    def submit_with_a_net_altered(self, proposal, data):
        """A lot less for one; where somebody has no net, one invented."""
        place = data.draw(st.integers(0, len(proposal.statements) - 1))
        statements = list(proposal.statements)
        movements = statements[place].movements
        altered = tuple(replace(each, amount=each.amount - 1) for each in movements)
        invented = (NetMovement(self.assets["USD"].address, -1),)
        statements[place] = replace(statements[place], movements=altered or invented)
        self.refused(proposal, statements)

    @rule(proposal=proposals, number=numbers)
    def submit_under_another_number(self, proposal, number):
        if number != proposal.cycle.number:
            other = replace(proposal, cycle=replace(proposal.cycle, number=number))
            self.refused(other, proposal.statements)

    @rule(name=names, number=numbers)
    def burn(self, name, number):
        who = self.people[name]
        expected = {"CycleUsed"} if (name, number) in self.used else set()
        self.attempt(expected, self.netting.burn, number, who, self.cycles.burn_by(who, number))
        self.used.add((name, number))

    @rule(pair=st.permutations(NAMES), number=numbers)
    def burn_of_another(self, pair, number):
        who, stranger = (self.people[name] for name in pair[:2])
        signature = self.cycles.burn_by(stranger, number)
        self.attempt({"BadSignature"}, self.netting.burn, number, who, signature)

    # --- the depository ---------------------------------------------------------------------------

    @rule(
        what=st.sampled_from(["freeze", "suspend", "pause"]),
        name=names,
        symbol=st.sampled_from(SYMBOLS),
        lots=st.sampled_from([1, 15, 100]),
    )
    def disturb(self, what, name, symbol, lots):
        onboarding = self.market.onboarding
        if what == "freeze":
            onboarding.freeze(name, symbol, lots * LOT[symbol])
            self.frozen[name, symbol] = lots * LOT[symbol]
        elif what == "suspend" and name not in self.suspended:
            onboarding.suspend(name, "under investigation")
            self.suspended.add(name)
        elif what == "pause" and symbol not in self.paused:
            onboarding.pause(symbol, "halted")
            self.paused.add(symbol)

    @rule()
    def heal(self):
        onboarding = self.market.onboarding
        for name in sorted(self.suspended):
            onboarding.reinstate(name, "nothing found")
        for symbol in sorted(self.paused):
            onboarding.unpause(symbol, "all is well")
        for (name, symbol), units in self.frozen.items():
            if units:
                onboarding.freeze(name, symbol, 0)
        self.suspended.clear()
        self.paused.clear()
        self.frozen.clear()

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
            for name, (balance, frozen, _) in zip(NAMES, of_asset, strict=True):
                assert balance == self.balance[name, symbol], (name, symbol)
                assert frozen == self.frozen[name, symbol], (name, symbol)

    @invariant()
    def numbers_are_used_as_the_model_has_it(self):
        asked = [(name, number) for name in NAMES for number in NUMBERS]
        questions = b""
        for name, number in asked:
            call = self.netting.encode("isUsed", self.people[name].address, number)
            target = bytes.fromhex(self.netting.address[2:])
            questions += target + len(call).to_bytes(2) + call
        answers = self.census.read(self.market.chain, "ask", questions)
        told = {
            each for place, each in enumerate(asked) if any(answers[32 * place : 32 * place + 32])
        }
        assert told == self.used

    def teardown(self):
        assert self.market.differences() == []
        names = {party.address.lower(): name for name, party in self.people.items()}
        consumed: Counter[tuple[str, int]] = Counter()
        for event in self.market.journal.events:
            arguments = event.arguments
            if event.name == "CycleSettled":
                number = arguments["cycle"]
                consumed.update((names[w.lower()], number) for w in arguments["participants"])
            if event.name == "CycleBurned":
                consumed[names[arguments["participant"].lower()], arguments["cycle"]] += 1
        assert dict(consumed) == dict.fromkeys(self.used, 1)

    # --- the model's rules ------------------------------------------------------------------------

    def proposed(self, company, number, paid, opens) -> Proposed:
        nets: dict[str, dict[str, int]] = {name: defaultdict(int) for name in sorted(company)}
        for order, symbol, lots in paid:
            sides = [name for name in order if name in company][:2]
            if len(sides) == 2:
                nets[sides[0]][symbol] -= lots * LOT[symbol]
                nets[sides[1]][symbol] += lots * LOT[symbol]
        moved = {name: {s: n for s, n in own.items() if n} for name, own in nets.items()}
        now = self.market.chain.now()
        window = {"not_before": now + opens, "not_after": now + 1_800}
        parts = {
            self.people[name].address: {self.assets[s].address: n for s, n in own.items()}
            for name, own in moved.items()
        }
        cycle, statements = self.cycles.signed(parts, number=number, **window)
        return Proposed(cycle, statements, moved)

    def obstacles(self, proposal: Proposed) -> set[str]:
        """Every error that could refuse it."""
        now, cycle = self.market.chain.now(), proposal.cycle
        found: set[str] = set()
        if not cycle.not_before <= now <= cycle.not_after:
            found |= {"OutsideWindow"}
        for name, own in proposal.nets.items():
            found |= {"WalletNotActive"} if name in self.suspended else set()
            found |= {"CycleUsed"} if (name, cycle.number) in self.used else set()
            found |= {"AssetPaused"} if self.paused & set(own) else set()
            for symbol, units in own.items():
                free = max(0, self.balance[name, symbol] - self.frozen[name, symbol])
                found |= {"InsufficientFreeBalance"} if -units > free else set()
        return found

    def refused(self, proposal: Proposed, statements: list[NetStatement], *others: str) -> None:
        """It may have failed anyway; it never settles."""
        expected = {"BadSignature", *others} | self.obstacles(proposal)
        self.attempt(expected, self.netting.settle, proposal.cycle, statements)

    def attempt(self, expected: set[str], act: Callable[..., Any], *arguments: Any) -> None:
        """The act is refused for one of the `expected` errors, or succeeds where there is none."""
        try:
            act(*arguments)
            error = None
        except Reverted as reverted:
            error = decoded(reverted.data).name
        assert error in (expected or {None}), (error, expected)


CycleMachine.TestCase.settings = settings(stateful_step_count=20)
TestCycles = CycleMachine.TestCase
