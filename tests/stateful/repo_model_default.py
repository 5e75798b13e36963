"""The model of a default and its close-out."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from settlement.analytics.default import Accelerated, close_out
from settlement.model.repo import (
    Failing,
    Line,
    Position,
    RepoState,
    RepoTerms,
    SetState,
)
from settlement.onchain import repo_signing
from settlement.units import price_from_chain
from tests.stateful.repo_books import not_the_collateral
from tests.stateful.repo_model_margin import Margin
from tests.stateful.repo_standing import NettingSet, Plan, Repo
from tests.stateful.repo_world import (
    CENT,
    cents_half_up,
    money,
    rate_of,
)


class Default(Margin):
    """Declared, valued, finished, collected, paid."""

    def declare_default(
        self,
        netting: NettingSet,
        by: str,
        against: str,
        failed: Sequence[Position],
        now: int,
        *,
        signed: bool,
    ) -> Plan:
        errors = self.performing(netting) | (set() if signed else {"BadSignature"})
        if failed:
            errors |= self.fail_excused(netting, by, against, failed[0], now)
        else:
            unmet = netting.call is not None and netting.call[1] == by
            late = netting.deadline and now > netting.deadline
            if not (unmet and late) or self.world.stops(netting.cash, by):
                errors.add("NoDefault")

        def effect() -> None:
            netting.state, netting.declared_at = SetState.IN_DEFAULT, now
            netting.second_defaulted = self.who(by) == netting.first
            netting.prices, netting.accelerated = {}, []
            self.act(netting, by)

        return Plan(errors, effect=effect)

    def fail_excused(
        self, netting: NettingSet, by: str, against: str, position: Position, now: int
    ) -> set[str]:
        errors = self.not_brought(netting, [position])
        repo = self.repos.get(repo_signing.repo_id(position.terms))
        if repo is None:
            return errors
        terms, world = repo.terms, self.world
        by_seller = self.who(terms.seller) == self.who(against)
        side = Failing.SELLER if by_seller else Failing.BUYER
        if repo.failing is not side or now <= repo.failing_since + netting.agreement.grace:
            return errors | {"NoDefault"}
        other = terms.buyer if by_seller else terms.seller
        securities = [line.security for line in repo.lines]
        stopped = world.paused & {terms.cash, *securities} or world.suspended & {by, other}
        if repo.in_custody:
            stopped = stopped or repo.holder in world.suspended
            stopped = stopped or any(
                world.free(repo.holder, line.security) < line.quantity for line in repo.lines
            )
        return errors | ({"NoDefault"} if stopped else set())

    def state_value(
        self, netting: NettingSet, by: str, security: str, price: int, now: int, *, signed: bool
    ) -> Plan:
        if netting.state is not SetState.IN_DEFAULT:
            return Plan({"NotInDefault"})
        errors = set() if signed else {"BadSignature"}
        if by in self.world.suspended:
            errors.add("WalletNotActive")
        if netting.second_defaulted is not (self.who(by) == netting.first):
            errors.add("NotASide")
        quote = self.world.quotes[security]
        observed = quote.observed >= netting.declared_at and not quote.waiting
        early = now < netting.declared_at + netting.agreement.valuation_period
        if early or observed or security in netting.prices:
            errors.add("ValuationNotDue")
        bound = rate_of(netting.agreement.valuation_bound) * quote.price
        if price == 0 or abs(price - quote.price) > bound:
            errors.add("ValuationOutOfBounds")

        def effect() -> None:
            netting.prices[security] = price
            self.act(netting, by)

        return Plan(errors, effect=effect)

    def close_out(
        self,
        netting: NettingSet,
        positions: Sequence[Position],
        securities: Sequence[str],
        now: int,
    ) -> Plan:
        if netting.state is not SetState.IN_DEFAULT:
            return Plan({"NotInDefault"})
        errors = self.not_brought(netting, positions)
        repos = [self.repos.get(repo_signing.repo_id(each.terms)) for each in positions]
        asked = {line.security for repo in repos if repo for line in repo.lines}
        finishing = len(positions) == len(self.open_in(netting))
        if finishing:
            errors |= self.not_all_securities(netting, securities)
            asked |= set(netting.securities)
        age = now - netting.declared_at
        errors |= self.world.unpriced(asked - netting.prices.keys(), now, age)

        def effect() -> None:
            for security in asked:
                netting.prices.setdefault(security, self.world.quotes[security].price)
            for repo in repos:
                assert repo is not None
                self.value(netting, repo)
            if finishing:
                self.finish(netting)

        return Plan(errors, effect=effect)

    def value(self, netting: NettingSet, repo: Repo) -> None:
        repurchase, to_seller = repo.owed(netting.declared_at)
        owed = repurchase - to_seller
        worth, exact = Fraction(0), price_from_chain(0)
        for line in repo.lines:
            price = netting.prices[line.security]
            quantity = line.quantity
            if repo.in_custody:
                piece = self.world.denominations[line.security]
                pieces = max(Fraction(0), owed - worth) / Fraction(price * piece, 10**8)
                quantity = min(quantity, int(pieces) * piece)
                repo.awards[line.security] = quantity
            worth += Fraction(quantity * price, 10**8)
            exact += quantity * price_from_chain(price)
        repo.state = RepoState.CLOSED_OUT
        netting.valued += 1
        buyer_is_first = self.who(repo.terms.buyer) == netting.first
        netting.net += (owed - worth) if buyer_is_first else (worth - owed)
        buys = buyer_is_first is netting.second_defaulted
        netting.accelerated.append((repo.id, Accelerated(repurchase, exact, buys), to_seller))

    def finish(self, netting: NettingSet) -> None:
        """One sum, as the calculator of `settlement.analytics` has it for the same figures."""
        first_is_sound = netting.second_defaulted
        held = money(netting.held_cash) + netting.interest(netting.declared_at)
        held += sum(
            Fraction(quantity * netting.prices[security], 10**8)
            for security, (quantity, _) in netting.securities.items()
        )
        due_to, due_by = [], [held if first_is_sound else -held]
        for _, repo, to_seller in netting.accelerated:
            (due_by if repo.non_defaulter_buys else due_to).append(to_seller)
        by_calculator = close_out([each[1] for each in netting.accelerated], due_to, due_by)
        net = netting.net - held
        assert by_calculator == (net if first_is_sound else -net), (by_calculator, net)
        netting.claim += cents_half_up(net)
        netting.held_cash = netting.cash_days = netting.valued = netting.deadline = 0
        netting.call, netting.securities, netting.net = None, {}, Fraction(0)
        netting.state = SetState.PERFORMING

    def collect(self, terms: RepoTerms, lines: Sequence[Line], wallet: str) -> Plan:
        repo = self.repos.get(repo_signing.repo_id(terms))
        if repo is None or repo.state is not RepoState.CLOSED_OUT or not repo.in_custody:
            return Plan({"NothingToCollect"})
        if wallet not in (terms.buyer, terms.seller):
            return Plan({"NothingToCollect"})
        errors, world, custody = not_the_collateral(repo, lines), self.world, repo.holder
        due = {}
        for line in repo.lines:
            award = repo.awards[line.security]
            rest = repo.held[line.security] - award
            quantity = award if wallet == terms.buyer else rest
            stopped = world.stops(line.security, custody)
            if quantity and not stopped and quantity <= world.free(custody, line.security):
                due[line.security] = quantity
        if not due:
            errors.add("NothingToCollect")

        def effect() -> None:
            for security, quantity in due.items():
                repo.held[security] -= quantity
                if wallet == terms.buyer:
                    repo.awards[security] = 0

        return Plan(errors, [(each, custody, wallet, due[each]) for each in due], effect)

    def pay_claim(
        self, netting: NettingSet, by: str, against: str, amount: int, *, signed: bool
    ) -> Plan:
        errors = set() if signed else {"BadSignature"}
        sign = netting.sign(self.who(by))
        if not 0 < amount <= -sign * netting.claim or amount % CENT:
            errors.add("BadClaimPayment")

        def effect() -> None:
            netting.claim += sign * amount
            self.act(netting, by)

        return Plan(errors, [(netting.cash, by, against, amount)], effect)
