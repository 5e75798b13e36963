"""The whole life of repos, in any order and in any weather.

After every step `repo_life` looks at what must always hold:

- every asset is conserved, balances are the model's, custody holds at least what its ledger says
- repos, sets, margin, close-outs and claims on the chain are the model's, which counts in Fractions
- the same state rebuilt from the log alone is the chain's
- after a call that was met at the prices of the call, exposure is within the threshold
- the sum of a close-out is the calculator's in `settlement.analytics`
- nobody is debited beyond what its wallet signed, and no signature works twice

The machine draws acts, lawful and not; the story goes through every act of the repo desk once, so
that each is tried however few examples are drawn.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from settlement.model.repo import NO_DATE, IncomeNotice, Line, RepoState, SetState
from settlement.units import quantity_up
from tests.contracts.repo.schedule import lei_of
from tests.stateful.repo_cast import (
    BOND,
    BY_HAIRCUT,
    BY_RATIO,
    DENOMINATIONS,
    EASTERN,
    FORGED,
    HOUR,
    NAMES,
    NOTE,
    SECURITIES,
    SYMBOLS,
)
from tests.stateful.repo_life import Life, fresh_life
from tests.stateful.repo_standing import NettingSet, Repo
from tests.stateful.repo_world import CENT, DAY, ZERO, Rule, money

pick = st.integers(0, 40)
symbols = st.sampled_from(SECURITIES)
names = st.sampled_from(NAMES)
pairs = st.sampled_from(
    [("dealer", "fund")] * 3
    + [("fund", "dealer")] * 2
    + [("branch", "fund"), ("bank", "dealer"), ("fund", "bank"), ("dealer", "branch")]
)
quantities = st.sampled_from([1_000_000, 2_345_000, 5_000_000, 9_000_000])


def baskets(of: tuple[str, ...]) -> st.SearchStrategy[dict[str, int]]:
    """What a repo may have as collateral, most of it deliverable."""
    return st.dictionaries(st.sampled_from(of), quantities, min_size=1)


deals = st.fixed_dictionaries(
    {
        "sides": pairs,
        "custody": st.booleans(),
        "basket": st.one_of(baskets(BY_HAIRCUT), baskets(BY_HAIRCUT), baskets(BY_RATIO)),
        "per_mille": st.sampled_from([1_000, 1_000, 970, 500, 1_001]),
        "rate": st.sampled_from([43_000_000, 43_110_000, -5_000_000, 0]),
        "duration": st.sampled_from([0, 0, 0, 1, 1, 2]),
        "days": st.sampled_from([1, 2, 7, 30]),
        "income": st.sampled_from([0, 0, 1]),
        "may_substitute": st.booleans(),
        "may_terminate": st.booleans(),
        "notice_period": st.sampled_from([0, 1]),
    }
)


def faults(*special: str) -> st.SearchStrategy[str | None]:
    """Mostly none."""
    return st.sampled_from([None] * 16 + [*special, *FORGED])


def terms_of(life: Life, drawn: dict[str, Any], **changes: Any) -> Any:
    """Terms from what was drawn."""
    drawn = dict(drawn)
    sides, days, per_mille = drawn.pop("sides"), drawn.pop("days"), drawn.pop("per_mille")
    lines = life.lines(drawn.pop("basket"))
    today, duration = life.today(), drawn.pop("duration")
    return life.terms(
        *sides,
        lines=lines,
        purchase_price=life.carries(lines, per_mille),
        custody=life.custody if drawn.pop("custody") else ZERO,
        duration=duration,
        repurchase_date={0: today + days, 1: 0, 2: today}[duration],
        **drawn,
        **changes,
    )


class RepoLife(RuleBasedStateMachine):
    """The market, and what may happen."""

    def __init__(self) -> None:
        super().__init__()
        self.life = fresh_life()

    # --- one repo ---------------------------------------------------------------------------------

    def repo(self, place: int) -> Repo:
        """One of those that are open, or, rarely, of all."""
        standing = self.life.open_repos()
        if place % 8 == 7 or not standing:
            standing = list(self.life.model.repos.values())
        return standing[place % len(standing)]

    @rule(
        drawn=deals, fault=faults("other custody", "usury", "policy", "dust", "tomorrow", "dates")
    )
    def open(self, drawn, fault):
        changes = {
            "other custody": {"custody": self.life.people["bank"]},
            "usury": {"rate": 10**12},
            "policy": {"policy_version": self.life.world.version - 1},
            "dust": {"purchase_price": 1_234_567},
            "tomorrow": {"purchase_date": self.life.today() + 1},
            "dates": {"duration": 1, "repurchase_date": self.life.today() + 1},
        }
        self.life.open(replace(terms_of(self.life, drawn), **changes.get(fault, {})), fault)

    @rule(drawn=deals, days=st.sampled_from([2, 7, 30]))
    def deal(self, drawn, days):
        """On a morning when nothing is stopped, as most are."""
        self.life.heal()
        self.life.refresh()
        self.life.open(terms_of(self.life, {**drawn, "days": days, "per_mille": 970}))

    @rule(
        drawn=deals,
        binds=st.sampled_from([-60, 900]),
        by=st.sampled_from(["one", "both"]),
        fault=faults("stranger"),
        late=st.booleans(),
    )
    def cancel(self, drawn, binds, by, fault, late):
        life = self.life
        terms = terms_of(life, drawn, binding_from=life.now() + binds)
        if late:
            life.open(terms)
        signer = life.people["bank"] if fault == "stranger" else terms.seller
        life.cancel(terms, signer if by == "one" else None, fault)
        life.open(terms)

    @rule(
        place=pick,
        by=st.sampled_from(["seller", "buyer", "stranger", "nobody"]),
        hour=st.sampled_from([None, 9, 12, 18, 33]),
        fault=faults("stale"),
    )
    def close(self, place, by, hour, fault):
        """Now, or at an hour of the repurchase date."""
        life, repo = self.life, self.repo(place)
        if hour is not None and repo.due < NO_DATE:
            life.until(repo.due * DAY - EASTERN + hour * HOUR)
        stranger = next(
            each for each in life.keys if each not in (repo.terms.seller, repo.terms.buyer)
        )
        closer = {"seller": repo.terms.seller, "buyer": repo.terms.buyer, "stranger": stranger}
        lines = life.position(repo, fault).lines
        life.close(repo, closer.get(by), fault, lines)

    @rule(
        place=pick,
        days=st.sampled_from([0, 1, 2]),
        by=st.sampled_from(["seller", "buyer", "bank"]),
        fault=faults(),
    )
    def give_notice(self, place, days, by, fault):
        repo = self.repo(place)
        signer = self.life.people["bank"] if by == "bank" else getattr(repo.terms, by)
        self.life.give_notice(repo, self.life.today() + days, signer, fault)

    @rule(
        place=pick,
        what=st.sampled_from(["rate", "price", "lines", "all", "restated", "same"]),
        basket=baskets(BY_HAIRCUT),
        per_mille=st.sampled_from([1_000, 900, 700, 1_001]),
        rate=st.sampled_from([39_990_000, 45_000_000, -1, 10**10]),
        fault=faults("stale", "yesterday"),
    )
    def amend(self, place, what, basket, per_mille, rate, fault):
        life, repo = self.life, self.repo(place)
        if repo.agreement.method:
            basket = {BY_RATIO[BY_HAIRCUT.index(symbol)]: units for symbol, units in basket.items()}
        lines = life.lines(basket)
        price = life.carries(repo.lines, per_mille)
        changes = {
            "rate": {"rate": rate},
            "price": {"purchase_price": price},
            "lines": {"lines": lines},
            "all": {"lines": lines, "purchase_price": life.carries(lines, per_mille), "rate": 1},
            "restated": {"lines": repo.lines, "rate": rate},
            "same": {},
        }
        life.amend(repo, fault, **changes[what])

    @rule(
        place=pick,
        more=st.sampled_from([0, 1_000, 0, -1_000]),
        fault=faults("stale", "kind", "yesterday"),
    )
    def substitute(self, place, more, fault):
        """The collateral becomes as much of the other security, or a piece more or less."""
        life, repo = self.life, self.repo(place)
        of = BY_RATIO if (repo.agreement.method == 1) is not (fault == "kind") else BY_HAIRCUT
        symbols = [
            each for each in SECURITIES if life.assets[each] in {x.security for x in repo.lines}
        ]
        symbol = of[1] if symbols[0] == of[0] else of[0]
        needed = life.world.values(repo.lines, repo.agreement.method)[1]
        one = life.world.value_after_margin(life.line(symbol, 10**6), int(symbol in BY_RATIO))
        piece = DENOMINATIONS[symbol]
        units = quantity_up(needed / one * 10**6, piece) + more // 1_000 * piece
        life.substitute(repo, life.lines({symbol: max(piece, units)}), fault)

    @rule(place=pick, drawn=deals, capitalise=st.booleans(), fault=faults("stale", "parties"))
    def roll(self, place, drawn, capitalise, fault):
        life, repo = self.life, self.repo(place)
        lines = repo.lines
        terms = terms_of(
            life,
            {**drawn, "basket": {"T-2035": 1_000}, "custody": False},
        )
        terms = replace(
            terms,
            seller=repo.terms.seller,
            buyer=repo.terms.buyer,
            agreement=repo.terms.agreement,
            custody=repo.terms.custody,
            lines=lines,
            purchase_price=life.carries(lines) if capitalise else repo.price,
        )
        if fault == "parties":
            terms = replace(terms, buyer=life.people["bank"])
        life.roll(repo, terms, fault)

    @rule(
        place=pick,
        why=st.sampled_from([None, "seller", "seller", "buyer", "buyer", "both", "paused"]),
        at_cut_off=st.sampled_from([True, True, False]),
        fault=faults("stale", "foreign"),
        days=st.sampled_from([0, 0, 1, 2]),
    )
    def fail(self, place, why, at_cut_off, fault, days):
        """Somebody cannot deliver at the cut-off, or something is stopped."""
        life, repo = self.life, self.repo(place)
        if at_cut_off and repo.due < NO_DATE:
            life.until(repo.cut_off(repo.late_from))
        terms, everything = repo.terms, 2**90
        if why in ("seller", "both"):
            life.freeze(terms.seller, terms.cash, everything)
        if why in ("buyer", "both"):
            life.freeze(repo.holder, repo.lines[0].security, everything)
        if why == "both" and place % 2:
            life.stop(next(name for name in NAMES if life.people[name] == terms.buyer))
        if why == "paused":
            life.stop("USD")
        life.record_fail(repo, fault)
        life.wait(days * DAY)
        if place % 3:
            life.heal()

    @rule(
        place=pick,
        cents=st.sampled_from([1, 123_457, 123_457, 99_999_999, 10**9]),
        symbol=symbols,
        begins=st.sampled_from([0, 0, 0, 0, -9]),
        days=st.sampled_from([0, 1]),
        fault=faults(),
        at_once=st.booleans(),
    )
    def income(self, place, cents, symbol, begins, days, fault, at_once):
        life, repo = self.life, self.repo(place)
        today = life.today()
        notice = IncomeNotice(life.assets[symbol], today + begins, today + days, cents * CENT)
        life.record_income(repo, notice, fault)
        if at_once:
            life.pay_income(repo, notice)

    @rule(place=pick, per_cent=st.sampled_from([0, 1, 40, 100]), fault=faults("stale"))
    def reverse(self, place, per_cent, fault):
        self.life.reverse(self.repo(place), per_cent, fault)

    @precondition(lambda self: any(x.incomes for x in self.life.model.repos.values()))
    @rule(place=pick)
    def pay_income(self, place):
        """What was recorded and not paid; else what was paid already."""
        known = [
            (repo, notice)
            for repo in self.life.model.repos.values()
            for notice in repo.incomes.values()
            if notice is not None
        ]
        if known:
            self.life.pay_income(*known[place % len(known)])

    @rule(place=pick)
    def replay(self, place):
        self.life.replay(place)

    # --- a netting set ----------------------------------------------------------------------------

    def netting(self, place: int, *, in_default: bool = False) -> NettingSet:
        used = self.life.used_sets()
        wanted = [each for each in used if (each.state is SetState.IN_DEFAULT) is in_default]
        return (wanted or used)[place % len(wanted or used)]

    def exposed(self, netting: NettingSet, place: int) -> tuple[str, str]:
        """Who is exposed, mostly, then the other."""
        first = self.life.model.exposure(netting, self.life.now()) > 0
        return self.life.sides(netting, first=first is not (place % 9 == 8), branch=place % 7 == 6)

    @rule(
        place=pick,
        change=st.sampled_from([0, -3, -7, 4]),
        fault=faults("missing", "reversed", "twice", "foreign", "over", "stale", "securities"),
        then=st.sampled_from([None, "cash", "cash back", "security", "security back", "clock"]),
    )
    def call(self, place, change, fault, then):
        """Prices move, whoever is exposed calls; the call may be met, and margin returned."""
        life, netting = self.life, self.netting(place)
        if change:
            life.refresh()
            held = {x.security for each in life.model.open_in(netting) for x in each.lines}
            for security in sorted(held):
                price = life.world.quotes[security].price
                life.post(security, price * (100 + change) // 100)
            life.refresh()
        if then == "clock":
            life.stop("USD")
        sides = self.exposed(netting, place)
        called = life.call(netting, *sides, fault)
        if then == "clock":
            life.heal()
            life.set_clock(netting, *sides, run=True)
        elif called and then:
            of = BY_RATIO if netting.agreement.method else BY_HAIRCUT
            symbol = of[place % 2] if then.startswith("security") else None
            self.pay_call(netting, symbol, 0, None)
            if then == "cash back":
                life.wait(DAY)
                self.give_cash_back(netting, 1 + place % 2, None)
            elif then == "security back":
                self.give_securities_back(netting, 1 + place % 2, None)

    @precondition(lambda self: self.calls())
    @rule(
        place=pick,
        symbol=st.sampled_from([None, None, *SECURITIES]),
        pieces=st.sampled_from([0, 0, -1]),
        fault=faults("turned"),
    )
    def meet(self, place, symbol, pieces, fault):
        called = self.calls()
        self.pay_call(called[place % len(called)], symbol, pieces, fault)

    def pay_call(self, netting, symbol, pieces, fault):
        """In cash, or with as much of a security as is needed, or a piece less."""
        life, (amount, caller) = self.life, netting.call
        debtor = next(
            side
            for side in life.sides(netting, first=True)
            if life.model.who(side) != life.model.who(caller)
        )
        sides = (caller, debtor) if fault == "turned" else (debtor, caller)
        lines = None
        if symbol is not None:
            line = life.line(symbol, 10**6)
            margin = netting.securities.get(line.security, (0, line.margin))[1]
            worth = life.model.margin_value(netting, line.security, line.quantity, margin)
            piece = DENOMINATIONS[symbol]
            units = quantity_up(money(amount) / worth * 10**6, piece) + pieces * piece
            lines = (Line(line.security, max(units, piece), margin),)
        return life.meet(netting, *sides, lines, fault)

    @precondition(lambda self: any(x.held_cash or x.cash_days for x in self.life.used_sets()))
    @rule(place=pick, share=st.sampled_from([1, 1, 2, 0, -1]), fault=faults())
    def return_cash(self, place, share, fault):
        held = [each for each in self.life.used_sets() if each.held_cash or each.cash_days]
        self.give_cash_back(held[place % len(held)], share, fault)

    def give_cash_back(self, netting, share, fault):
        """All of it, half of it, nothing, or a cent too much."""
        units = abs(netting.held_cash)
        principal = {1: units, 2: units // 2 // CENT * CENT, 0: 0, -1: units + CENT}[share]
        by, against = self.life.sides(netting, first=netting.held_cash > 0)
        self.life.return_cash(netting, by, against, principal, fault)

    @precondition(lambda self: any(x.securities for x in self.life.used_sets()))
    @rule(place=pick, share=st.sampled_from([1, 1, 2, -1]), fault=faults("margin"))
    def return_securities(self, place, share, fault):
        held = [each for each in self.life.used_sets() if each.securities]
        self.give_securities_back(held[place % len(held)], share, fault)

    def give_securities_back(self, netting, share, fault):
        life, lines = self.life, []
        for security, (units, margin) in netting.securities.items():
            piece = life.world.denominations[security]
            quantity = {1: abs(units), 2: abs(units) // 2 // piece * piece, -1: abs(units) + piece}
            lines.append(Line(security, quantity[share], margin + (fault == "margin")))
        first = any(units > 0 for units, _ in netting.securities.values())
        life.return_securities(netting, *life.sides(netting, first=first), tuple(lines), fault)

    @precondition(lambda self: self.calls())
    @rule(place=pick, run=st.booleans(), stopped=st.booleans())
    def clock(self, place, run, stopped):
        life = self.life
        called = [each for each in life.used_sets() if each.call]
        netting = called[place % len(called)] if called else self.netting(place)
        sides = life.sides(netting, first=True)
        if netting.call and netting.call[1] != sides[0]:
            sides = sides[::-1]
        if stopped:
            life.stop("USD")
        life.set_clock(netting, *sides, run=run)
        if stopped:
            life.heal()
            life.set_clock(netting, *sides, run=True)

    @rule(place=pick, fault=faults("stale", "ground"), wait=st.booleans())
    def declare(self, place, fault, wait):
        """On the ground of a call, or of a fail, whichever there is."""
        life = self.life
        grounds = [each for each in life.used_sets() if each.call]
        failed = [each for each in life.open_repos() if each.failing.value in (1, 2)]
        if failed and (place % 2 or not grounds):
            repo = failed[place % len(failed)]
            netting = life.model.sets[repo.netting_set]
            debtor = repo.terms.seller if repo.failing.value == 1 else repo.terms.buyer
            by = repo.terms.buyer if debtor == repo.terms.seller else repo.terms.seller
            if wait:
                life.until(repo.failing_since + netting.agreement.grace + 1)
            life.declare(netting, by, debtor, repo, fault)
        elif grounds:
            netting = grounds[place % len(grounds)]
            if wait and netting.deadline:
                life.until(netting.deadline + 1)
            by = netting.call[1]
            against = next(
                side
                for side in life.sides(netting, first=True)
                if life.model.who(side) != life.model.who(by)
            )
            life.declare(netting, by, against, None, fault)
        else:
            netting = self.netting(place)
            life.declare(netting, *life.sides(netting, first=bool(place % 2)), None, fault)

    @rule(
        place=pick,
        drop=st.sampled_from([3, 5, 11]),
        chunk=st.sampled_from([1, 2, 100]),
        stated=st.sampled_from([False, False, True]),
        to_the_end=st.booleans(),
    )
    def ruin(self, place, drop, chunk, stated, to_the_end):
        """Prices fall, a call is not met, a default is declared, and some of it is valued."""
        life = self.life
        life.heal()
        life.refresh()
        netting = self.netting(place)
        if netting.state is SetState.IN_DEFAULT or not life.model.open_in(netting):
            return
        if not netting.call:
            held = {x.security for each in life.model.open_in(netting) for x in each.lines}
            for security in sorted(held):
                life.post(security, life.world.quotes[security].price * (100 - drop) // 100)
            life.refresh()
            life.call(netting, *self.exposed(netting, 0))
        if not netting.call or not netting.deadline:
            return
        self.declare(2 * self.calls().index(netting), None, True)
        if netting.state is not SetState.IN_DEFAULT:
            return
        if stated:
            self.state_all(netting)
        else:
            life.wait(HOUR)
        repos = life.model.open_in(netting)
        life.close_out(netting, most=chunk)
        if to_the_end:
            life.wait(HOUR)
            life.close_out(netting)
            for each in repos:
                for wallet in (each.terms.buyer, each.terms.seller):
                    life.collect(each, wallet)

    def state_all(self, netting):
        """Nobody posts a price: the other side states those of what it needs."""
        life = self.life
        life.until(netting.declared_at + netting.agreement.valuation_period)
        sides = life.sides(netting, first=netting.second_defaulted)
        held = {x.security for each in life.model.open_in(netting) for x in each.lines}
        for security in sorted(held | netting.securities.keys()):
            price = life.world.quotes[security].price * 97 // 100
            life.state_value(netting, *sides, security, price)

    def over(self) -> list[Repo]:
        """Those that were closed out, in custody first."""
        found = (x for x in self.life.model.repos.values() if x.state is RepoState.CLOSED_OUT)
        return sorted(found, key=lambda each: not each.in_custody)

    def calls(self) -> list[NettingSet]:
        return [each for each in self.life.used_sets() if each.call]

    @precondition(lambda self: any(x.state is SetState.IN_DEFAULT for x in self.life.used_sets()))
    @rule(
        place=pick,
        skip=st.sampled_from([0, 0, 1]),
        most=st.sampled_from([1, 2, 100, 100]),
        fault=faults("reversed", "twice", "foreign", "over", "stale", "securities"),
        fresh=st.booleans(),
    )
    def close_out(self, place, skip, most, fault, fresh):
        if fresh:
            self.life.wait(HOUR)
        netting = self.netting(place, in_default=True)
        self.life.close_out(netting, skip, most, fault)

    @precondition(lambda self: any(x.state is SetState.IN_DEFAULT for x in self.life.used_sets()))
    @rule(
        place=pick,
        per_cent=st.sampled_from([100, 81, 79]),
        wait=st.booleans(),
        fault=faults("turned"),
    )
    def state_value(self, place, per_cent, wait, fault):
        life, netting = self.life, self.netting(place, in_default=True)
        if wait and netting.declared_at:
            life.until(netting.declared_at + netting.agreement.valuation_period)
        first = netting.second_defaulted is not (fault == "turned")
        security = life.securities[place % 4]
        price = life.world.quotes[security].price * per_cent // 100
        life.state_value(netting, *life.sides(netting, first=first), security, price, fault)

    @precondition(lambda self: self.over())
    @rule(place=pick, by=st.sampled_from(["seller", "buyer"]), fault=faults("stale", "stranger"))
    def collect(self, place, by, fault):
        life = self.life
        over = self.over()
        repo = over[place % len(over)]
        wallet = life.people["bank"] if fault == "stranger" else getattr(repo.terms, by)
        life.collect(repo, wallet, fault)

    @precondition(lambda self: any(x.claim for x in self.life.used_sets()))
    @rule(place=pick, share=st.sampled_from([1, 2, -1]), fault=faults("turned"))
    def pay_claim(self, place, share, fault):
        life = self.life
        owing = [each for each in life.used_sets() if each.claim]
        netting = owing[place % len(owing)] if owing else self.netting(place)
        owed = abs(netting.claim)
        amount = {1: owed, 2: owed // 2 // CENT * CENT, -1: owed + CENT}[share]
        sides = life.sides(netting, first=(netting.claim < 0) is not (fault == "turned"))
        life.pay_claim(netting, *sides, amount, fault)

    # --- the weather ------------------------------------------------------------------------------

    @rule(
        hours=st.sampled_from([1, 5, 24, 24, 49]), fresh=st.sampled_from([True, True, True, False])
    )
    def wait(self, hours, fresh):
        if fresh:
            self.life.heal()
        self.life.wait(hours * HOUR, fresh=fresh)

    @rule(symbol=symbols, per_cent=st.sampled_from([79, 90, 99, 103, 115, 121]))
    def reprice(self, symbol, per_cent):
        security = self.life.assets[symbol]
        self.life.post(security, self.life.world.quotes[security].price * per_cent // 100 + 1)

    @rule(
        haircut=st.sampled_from([20_000_000, 30_000_000]),
        limits=st.tuples(*[st.sampled_from([10**9, 10**9, 7 * 10**8])] * 2),
        edge=st.sampled_from([None, None, None, -2, -1, 0]),
        rest=st.booleans(),
        issuers=st.sampled_from([(), (), (), ("Works",), ("Treasury", "Agency")]),
    )
    def adopt(self, haircut, limits, edge, rest, issuers):
        """Notes have two rules, sometimes one without the other, that part at about the days which
        B-2030 has to go; bonds are of anybody, mostly, or of who is listed."""
        life, (of_notes, of_bonds) = self.life, limits
        listed = tuple(map(lei_of, issuers))
        notes = [Rule(NOTE, 0, haircut, of_notes)]
        if edge is not None:
            days = life.world.remaining(life.assets["B-2030"], life.now()) + edge
            short = Rule(NOTE, 0, 20_000_000, of_notes, days, listed)
            notes = [short, *notes] if rest else [short]
        life.adopt([*notes, Rule(BOND, 1, 1_020_000_000, of_bonds, issuers=listed)])

    @rule(what=st.sampled_from([*NAMES, *SYMBOLS, "custody"]))
    def stop(self, what):
        self.life.stop(what)

    @rule()
    def heal(self):
        self.life.heal()
        self.life.refresh()

    @rule(
        name=st.sampled_from([*NAMES, "custody"]),
        symbol=st.sampled_from(SYMBOLS),
        per_cent=st.sampled_from([100, 60, 0]),
    )
    def freeze(self, name, symbol, per_cent):
        life, asset = self.life, self.life.assets[symbol]
        wallet = life.people.get(name, life.custody)
        life.freeze(wallet, asset, life.world.balance[wallet, asset] * per_cent // 100)

    @rule(
        sides=st.permutations([*NAMES, "custody"]),
        symbol=st.sampled_from(SYMBOLS),
        per_cent=st.sampled_from([10, 50, 100]),
    )
    def transfer(self, sides, symbol, per_cent):
        """A holder re-uses what it has, or spends it; some of it goes astray into custody."""
        life, asset = self.life, self.life.assets[symbol]
        source, target = sorted(sides[:2], key="custody".__eq__)
        units = life.world.balance[life.people[source], asset] * per_cent // 100
        units -= units % DENOMINATIONS.get(symbol, 1)
        if target == "custody" and symbol == "USD":
            return
        life.transfer(life.people[source], life.people.get(target, life.custody), asset, units)

    def teardown(self):
        self.life.end()


MOST = settings.default.max_examples
RepoLife.TestCase.settings = settings(
    max_examples=MOST if MOST > 100 else 5, stateful_step_count=50 if MOST > 100 else 30
)
TestRepoLife = RepoLife.TestCase
