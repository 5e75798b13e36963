"""The model of fails and income."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from settlement.model.repo import (
    Agreement,
    Failing,
    Income,
    IncomeNotice,
    Line,
    Position,
    RepoState,
    RepoTerms,
    SetState,
)
from settlement.onchain import repo_signing
from tests.stateful.repo_books import Books, not_the_collateral
from tests.stateful.repo_standing import Plan, Repo
from tests.stateful.repo_world import (
    CENT,
)


class Servicing(Books):
    """Fails and income."""

    def record_fail(self, agreement: Agreement, position: Position, now: int) -> Plan:
        repo = self.repos.get(repo_signing.repo_id(position.terms))
        if repo is None or not repo.open:
            return Plan({"WrongState"})
        if repo_signing.agreement_id(agreement) != repo.terms.agreement:
            return Plan({"NotTheAgreement"})
        errors = self.frozen_set(repo) | not_the_collateral(repo, position.lines)
        if repo.today(now) < repo.late_from or now < repo.cut_off(repo.late_from):
            return Plan(errors | {"NotLate"})
        trial = replace(repo, fails_rate=agreement.fails_rate)
        failing = self.who_fails(repo, trial.due_on(repo.today(now), now)[2])
        if failing in (Failing.NOBODY, repo.failing):
            errors.add("NothingToRecord")

        def effect() -> None:
            repo.settle_up(repo.today(now), now)
            repo.fails_rate = agreement.fails_rate
            repo.failing, repo.failing_since, repo.changed = failing, now, True

        return Plan(errors, effect=effect)

    def record_reversal(self, position: Position, left: Sequence[Line]) -> Plan:
        """Of what is open or closed out, whatever its set is in."""
        repo = self.repos.get(repo_signing.repo_id(position.terms))
        if repo is None or repo.state not in (RepoState.OPEN, RepoState.CLOSED_OUT):
            return Plan({"WrongState"})
        errors = not_the_collateral(repo, position.lines)
        lines = tuple(
            replace(line, quantity=line.quantity - repo.taken_back.get(line.security, 0))
            for line in repo.lines
        )
        if tuple(left) != lines or lines == repo.lines:
            errors.add("NothingReversed")

        def effect() -> None:
            repo.number, repo.changed, repo.taken_back = repo.number + 1, True, {}
            self.put(repo, lines, own=True)
            netting = self.sets[repo.netting_set]
            if repo.open and netting.state is not SetState.IN_DEFAULT:
                netting.call, netting.deadline = None, 0

        return Plan(errors, effect=effect)

    def who_fails(self, repo: Repo, needed: int) -> Failing:
        world, terms = self.world, repo.terms
        securities = [line.security for line in repo.lines]
        if world.paused & {terms.cash, *securities}:
            return Failing.IMPEDED
        short = any(world.free(repo.holder, line.security) < line.quantity for line in repo.lines)
        if repo.in_custody and (short or repo.holder in world.suspended):
            return Failing.IMPEDED
        stopped = {terms.seller, terms.buyer} & world.suspended
        seller = terms.seller in stopped or world.free(terms.seller, terms.cash) < needed
        buyer = terms.buyer in stopped or (short and not repo.in_custody)
        if seller and buyer and stopped:
            return Failing.IMPEDED
        return Failing.SELLER if seller else Failing.BUYER if buyer else Failing.NOBODY

    def record_income(self, terms: RepoTerms, notice: IncomeNotice, *, signed: bool) -> Plan:
        repo = self.repos.get(repo_signing.repo_id(terms))
        if repo is None or repo.state not in (RepoState.OPEN, RepoState.CLOSED):
            return Plan({"WrongState"})
        errors = set() if signed else {"BadSignature"}
        if terms.buyer in self.world.suspended:
            errors.add("WalletNotActive")
        if repo.open:
            errors |= self.frozen_set(repo)
        if not 0 < notice.amount <= repo.price or notice.amount % CENT:
            errors.add("BadIncome")
        if not terms.purchase_date <= notice.record_date <= notice.payment_date:
            errors.add("IncomeOutOfTerm")
        action = (notice.security, notice.record_date)
        if action in repo.incomes:
            errors.add("IncomeKnown")

        def effect() -> None:
            repo.incomes[action] = notice
            if repo.open:
                repo.income_due, repo.changed = repo.income_due + notice.amount, True

        return Plan(errors, effect=effect)

    def pay_income(self, terms: RepoTerms, notice: IncomeNotice, now: int) -> Plan:
        repo = self.repos.get(repo_signing.repo_id(terms))
        action = (notice.security, notice.record_date)
        known = repo is not None and repo.incomes.get(action) == notice
        if repo is None or not known or repo.state is RepoState.CLOSED_OUT:
            return Plan({"NoIncomeDue"})
        errors = self.frozen_set(repo) if repo.open else set()
        if repo.today(now) < notice.payment_date:
            errors.add("NoIncomeDue")
        kept = terms.income == Income.IN_THE_PRICE.value
        in_the_price = kept and repo.open and not repo.intraday
        if in_the_price and notice.amount >= repo.price:
            errors.add("BadIncome")

        def effect() -> None:
            repo.incomes[action] = None
            if repo.open:
                repo.income_due -= notice.amount
            if in_the_price:
                repo.settle_up(max(notice.payment_date, repo.since), now)
                repo.price -= notice.amount
                repo.number, repo.changed = repo.number + 1, True

        amount = 0 if in_the_price else notice.amount
        return Plan(errors, [(terms.cash, terms.buyer, terms.seller, amount)], effect)
