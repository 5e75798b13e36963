"""The chain beside the model: acts are sent, foretold, and looked at afterwards.

An act is sent whether or not it can work. The model says beforehand what could refuse it; nothing
means that it must happen. Then what the step touched is read and compared three ways: with the
model, with what the log alone tells, and with what the wallets signed. Everything else is read
every few steps and in the end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

from settlement.chain.base import Transaction
from settlement.market import Market
from settlement.model.repo import (
    RepoTerms,
    SetState,
)
from settlement.onchain import signing
from settlement.onchain.contract import Contract, interface
from settlement.units import date_to_chain
from tests.contracts.live import decoded, plain
from tests.contracts.repo.schedule import lei_of
from tests.stateful.census import Census, Question, word
from tests.stateful.repo_cast import (
    AGREEMENTS,
    CASH,
    DENOMINATIONS,
    EASTERN,
    HOUR,
    ISSUERS,
    KINDS,
    MATURITIES,
    NAMES,
    QUANTITY,
    SECURITIES,
    SYMBOLS,
    UNNUMBERED,
)
from tests.stateful.repo_consents import Consents
from tests.stateful.repo_log import Log, LoggedSet
from tests.stateful.repo_model import Model
from tests.stateful.repo_standing import NettingSet, Plan, Repo
from tests.stateful.repo_world import (
    Quote,
    Rule,
    World,
    day_on,
    money,
)

NO_SET = LoggedSet(b"", b"", AGREEMENTS[0])
FULL = 8
"""So many steps from one look at everything to the next."""


class Desk:
    """One market and its model. `people` and `assets` are addresses by name."""

    def __init__(self, market: Market, census: Census) -> None:
        directory, deployment = market.directory, market.deployment
        self.market, self.census = market, census
        self.facility, self.custody = deployment.repo, deployment.custody.address
        self.people = {name: directory.party(name).address for name in NAMES}
        self.keys = {directory.party(name).address: directory.party(name).key for name in NAMES}
        self.assets = {symbol: directory.asset(symbol).address for symbol in SYMBOLS}
        self.securities = sorted((self.assets[each] for each in SECURITIES), key=number_of)
        self.cash = self.assets["USD"]
        self.domain = signing.repo_domain(market.chain.chain_id, self.facility.address)
        self.world = World(
            participants={
                party.address: party.participant.lei.encode() for party in directory.parties()
            },
            custody=self.custody,
            kinds={self.assets[each]: KINDS[each].number for each in SECURITIES},
            denominations={self.assets[each]: DENOMINATIONS[each] for each in SECURITIES},
            issuers={self.assets[each]: lei_of(ISSUERS[each]) for each in SECURITIES},
            maturities={
                self.assets[symbol]: date_to_chain(day) for symbol, day in MATURITIES.items()
            },
            quotes={self.assets[each]: Quote() for each in SECURITIES},
        )
        for name in NAMES:
            self.world.balance[self.people[name], self.cash] = CASH
            for symbol in SECURITIES:
                self.world.balance[self.people[name], self.assets[symbol]] = QUANTITY
        self.model, self.log, self.consents = Model(self.world), Log(), Consents()
        for event in market.journal.events:
            self.log.apply(event, 0)
        self.done: list[tuple[str, bytes]] = []
        """What was signed and has happened: function and calldata."""
        self.counts: dict[str, int] = {}
        """How often each function worked."""
        self.exposed_by: dict[bytes, Fraction] = {}
        self.nonce = self.steps = 0

    # --- time and weather -------------------------------------------------------------------------

    def now(self) -> int:
        return self.market.chain.now()

    def today(self) -> int:
        """The day on the clock of the terms."""
        return day_on(self.now(), EASTERN)

    def until(self, time: int) -> None:
        self.market.chain.advance_to(max(time, self.now()))

    def wait(self, seconds: int, *, fresh: bool = True) -> None:
        """After a while prices are posted anew, mostly."""
        self.until(self.now() + seconds)
        if fresh:
            self.refresh()

    def refresh(self) -> None:
        """Every price is on the board, observed now, and none waits."""
        for security in self.securities:
            quote = self.world.quotes[security]
            if quote.waiting:
                self.confirm(security)
            elif quote.observed < self.now() - HOUR:
                self.post(security, quote.price)

    def post(self, security: str, price: int) -> None:
        now = self.now()
        self.world.quotes[security].post(price, now)
        operators, prices = self.market.operators, self.market.deployment.prices
        self.operate(prices.transaction(operators.pricer, "post", security, price, now))

    def confirm(self, security: str) -> None:
        quote = self.world.quotes[security]
        assert quote.waiting
        operators, prices = self.market.operators, self.market.deployment.prices
        price = quote.waiting[0]
        self.operate(prices.transaction(operators.confirmer, "confirm", security, price))
        quote.confirm()

    def adopt(self, rules: list[Rule]) -> None:
        words = [
            (rule.kind, rule.longest, rule.method, rule.margin, rule.limit, list(rule.issuers))
            for rule in rules
        ]
        operators, policy = self.market.operators, self.market.deployment.policy
        self.operate(policy.transaction(operators.policy_maker, "adopt", words))
        self.world.policy.append(rules)

    def stop(self, what: str) -> None:
        """A wallet, by its name or as `custody`, is suspended; an asset, by its symbol, paused."""
        stopped = self.assets.get(what) or self.people.get(what) or self.custody
        if stopped in self.world.paused | self.world.suspended:
            return
        if what in SYMBOLS:
            self.market.onboarding.pause(what, "halt")
            self.world.paused.add(stopped)
        else:
            self._supervise("suspend", stopped)
            self.world.suspended.add(stopped)
        self.look([])

    def heal(self) -> None:
        for symbol in SYMBOLS:
            if self.assets[symbol] in self.world.paused:
                self.market.onboarding.unpause(symbol, "over")
        for wallet in sorted(self.world.suspended):
            self._supervise("reinstate", wallet)
        for (wallet, asset), units in list(self.world.frozen.items()):
            if units:
                self.freeze(wallet, asset, 0)
        self.world.paused.clear()
        self.world.suspended.clear()

    def freeze(self, wallet: str, asset: str, units: int) -> None:
        operators = self.market.operators
        cash = asset == self.cash
        contract = Contract(interface("CashToken" if cash else "SecurityEntitlement"), asset)
        freezer = operators.issuer if cash else operators.freezer
        self.world.frozen[wallet, asset] = units
        self.operate(contract.transaction(freezer, "setFrozenTokens", wallet, units))

    def root_move(self, source: str, target: str, asset: str, units: int, names: bytes) -> None:
        """The depository's own, which passes freezes and pauses, and names what it reverses."""
        held = self.world.balance[source, asset]
        if self.world.free(source, asset) < units:
            self.world.frozen[source, asset] = held - units
        self.world.carry_out([(asset, source, target, units)])
        words = (source, target, units, "reversal", bytes(32), names)
        root = self.market.operators.root
        self.operate(_token(asset).transaction(root, "rootMove", *words))

    def transfer(self, source: str, target: str, asset: str, units: int) -> None:
        """The holder's own: re-use of what came with title, or spending of cash."""
        contract = _token(asset)
        self.consents.sign(source, "own", asset, content=units)
        plan = Plan(legs=[(asset, source, target, units)])
        self._send(
            "transfer", contract.transaction(self.keys[source], "transfer", target, units), plan
        )

    def operate(self, transaction: Transaction) -> None:
        """An act of an operator, which must work."""
        (receipt,) = self.market.journal.submit([transaction])
        assert receipt.succeeded, decoded(receipt.output)
        self._hear(receipt)

    def _supervise(self, verb: str, wallet: str) -> None:
        operators, registry = self.market.operators, self.market.deployment.registry
        who = operators.supervisor if verb == "suspend" else operators.registrar
        self.operate(registry.transaction(who, verb, wallet, "screening"))

    # --- sending and looking ----------------------------------------------------------------------

    def send(self, function: str, plan: Plan, *arguments: Any, signed: bool = True) -> bool:
        """Sends an act to the repo desk; whether it was done. Either way the model said so."""
        data = self.facility.interface.encode(function, *(plain(each) for each in arguments))
        sender = self.market.operators.coordinator
        happened = self._send(function, Transaction(sender, self.facility.address, data), plan)
        if happened and signed:
            self.done.append((function, data))
        return happened

    def replay(self, place: int) -> None:
        """What was signed and has happened does not happen again."""
        if self.done:
            function, data = self.done[place % len(self.done)]
            sender = self.market.operators.coordinator
            (receipt,) = self.market.journal.submit(
                [Transaction(sender, self.facility.address, data)]
            )
            assert not receipt.succeeded, ("replayed", function)
            self.look([])

    def _send(self, function: str, transaction: Transaction, plan: Plan) -> bool:
        expected = plan.errors | self.world.obstacles(plan.legs)
        (receipt,) = self.market.journal.submit([transaction])
        error = None if receipt.succeeded else decoded(receipt.output).name
        assert error in (expected or {None}), (function, error, expected)
        if error is None:
            self.world.carry_out(plan.legs)
            plan.effect()
            self.counts[function] = self.counts.get(function, 0) + 1
        self._hear(receipt)
        return error is None

    def _hear(self, receipt: Any) -> None:
        events = self.market.journal.events_of(receipt) if receipt.succeeded else []
        for event in events:
            self.log.apply(event, receipt.time)
        self.look(events)

    def look(self, events: Sequence[Any]) -> None:
        """What must hold after every step: debits were signed for, and every account, repo and set
        that the step could touch is as the model has it and as the log tells it. The rest is looked
        at every few steps and in the end."""
        self.consents.check(events, self.today(), self.custody)
        self.steps += 1
        everything = self.steps % FULL == 0
        repos, sets = (self.model.repos.values(), self.model.sets.values())
        touched = {
            value for event in events for value in event.arguments.values() if type(value) is bytes
        }
        self._look_at_accounts(on_chain=everything)
        for repo in repos:
            touched |= {repo.netting_set} if repo.id in touched else set()
        self._look_at(
            [each for each in repos if everything or each.id in touched],
            [each for each in sets if everything or each.id in touched],
        )

    def _look_at_accounts(self, *, on_chain: bool) -> None:
        world, register = self.world, self.market.journal.register
        everybody = [*self.people.values(), self.custody]
        accounts = [(holder, asset) for asset in self.assets.values() for holder in everybody]
        for holder, asset in accounts:
            units = world.balance[holder, asset]
            assert register.balance(asset, holder) == units, (holder, asset)
        for security, units in self.in_custody().items():
            taken = (each.taken_back.get(security, 0) for each in self.model.repos.values())
            assert world.balance[self.custody, security] >= units - sum(taken)
        if on_chain:
            questions = [(_token(asset), "accountOf", (holder,), 3) for holder, asset in accounts]
            questions += [(_token(each), "totalSupply", (), 1) for each in self.assets.values()]
            *found, dollars, one, two, three, four = self._ask(questions)
            for account, (balance, frozen, _) in zip(accounts, found, strict=False):
                assert (balance, frozen) == (world.balance[account], world.frozen[account])
            for asset, (supply,) in zip(
                self.assets.values(), (dollars, one, two, three, four), strict=True
            ):
                assert supply == sum(world.balance[each, asset] for each in everybody)

    def in_custody(self) -> dict[str, int]:
        """What custody's ledger has of each security, over all repos."""
        found: dict[str, int] = {}
        for repo in self.model.repos.values():
            for security, quantity in repo.held.items():
                found[security] = found.get(security, 0) + quantity
        return found

    def _look_at(self, repos: list[Repo], sets: list[NettingSet]) -> None:
        """On the chain, in one call: what it says, what the model says, what the log says."""
        facility, custody = self.facility, self.market.deployment.custody
        expected: list[tuple[Any, ...]] = []
        questions: list[Question] = []

        def expect(contract: Contract, function: str, key: Any, *said: tuple[Any, ...]) -> None:
            questions.append((contract, function, key, len(said[0])))
            expected.append(said)

        for repo in repos:
            key, log = (repo.id,), self.log
            expect(facility, "repoOf", key, repo.words(), log.repo_words(repo.id))
            expect(facility, "changeOf", key, repo.change_words(), log.change_words(repo.id))
            for security, units in repo.held.items():
                said = (units,), (log.held[repo.id, security],)
                expect(custody, "heldFor", (repo.id, security), *said)
        for each in sets:
            key, logged_set = (each.id,), self.log.sets.get(each.id, NO_SET)
            words = each.words(len(self.model.open_in(each)))
            margin = (*each.margin_words(), *(each.call or NO_SET.call))
            expect(facility, "setOf", key, words, self.log.set_words(each.id))
            expect(
                facility,
                "marginOf",
                key,
                margin,
                (*self.log.margin_words(each.id), *logged_set.call),
            )
            expect(facility, "claimOf", key, (each.claim,), (logged_set.claim,))
            closing = each.close_out_words()
            expect(facility, "closeOutOf", key, closing, (*logged_set.closing[:2], closing[2]))
            off = each.net - money(logged_set.net)
            assert abs(off) <= Fraction(each.valued, 100), "the log is off by more than rounding"
            assert logged_set.securities == each.securities
            for security, held in each.securities.items():
                expect(facility, "securityMarginOf", (each.id, security), held)
        for question, answer, said in zip(questions, self._ask(questions), expected, strict=True):
            for who, words in zip(("model", "log"), said, strict=False):
                wanted = tuple(map(word, words))
                assert answer == wanted, (who, question[1], answer, wanted)

    def _ask(self, questions: list[Question]) -> list[tuple[int, ...]]:
        return self.census.ask(self.market.chain, questions) if questions else []

    def end(self) -> None:
        """What is too dear to look at after every step."""
        self._look_at_accounts(on_chain=True)
        self._look_at(list(self.model.repos.values()), list(self.model.sets.values()))
        assert self.market.differences() == []
        self._ask_zero(
            [(self.facility, "repoOf", (id,), 7) for id in self.model.cancelled], first=3
        )
        self._ask_zero(
            [
                (self.facility, "securityMarginOf", (each.id, security), 2)
                for each in self.model.sets.values()
                for security in self.securities
                if security not in each.securities
            ]
        )
        totals, custody = self.in_custody(), self.market.deployment.custody
        for security, (units,) in zip(
            self.securities,
            self._ask([(custody, "heldInAll", (each,), 1) for each in self.securities]),
            strict=True,
        ):
            assert units == totals.get(security, 0)

    def _ask_zero(self, questions: list[Question], first: int = 0) -> None:
        for question, (begin, *rest) in zip(questions, self._ask(questions), strict=True):
            assert (begin, *rest) == (first, *(0 for _ in rest)), question

    # --- signing ----------------------------------------------------------------------------------

    def sign(
        self, wallet: str, struct: bytes, fault: str | None, what: str, *key: Any, content: Any = 0
    ) -> bytes:
        """The wallet's signature, kept in mind; or, by a fault, somebody else's or none."""
        if fault == "unsigned":
            return b""
        if fault in ("forged", "swapped") or (fault == "number" and what in UNNUMBERED):
            other = next(each for each in self.keys if each != wallet)
            return signing.sign(self.keys[other], self.domain, struct)
        self.consents.sign(wallet, what, *key, content=content)
        return signing.sign(self.keys[wallet], self.domain, struct)

    def sign_both(
        self,
        terms: RepoTerms,
        struct: Callable[[str], bytes],
        fault: str | None,
        what: str,
        *key: Any,
        content: Any = 0,
    ) -> list[bytes]:
        """The seller's and the buyer's; by a fault, one of them is not."""
        seller = self.sign(terms.seller, struct(terms.seller), None, what, *key, content=content)
        alone = None if fault == "swapped" else fault
        buyer = self.sign(terms.buyer, struct(terms.buyer), alone, what, *key, content=content)
        return [buyer, seller] if fault == "swapped" else [seller, buyer]

    # --- what there is ----------------------------------------------------------------------------

    def open_repos(self) -> list[Repo]:
        return [repo for repo in self.model.repos.values() if repo.open]

    def used_sets(self) -> list[NettingSet]:
        return [each for each in self.model.sets.values() if each.state is not SetState.UNUSED]


def number_of(address: str) -> int:
    return int(address, 16)


@cache
def _token(asset: str) -> Contract:
    """Whatever its kind: what is asked of it, all tokens answer."""
    return Contract(interface("SecurityEntitlement"), asset)
