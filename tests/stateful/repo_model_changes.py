"""The model of what the sides of an open repo change."""

from __future__ import annotations

from collections.abc import Sequence

from settlement.model.repo import (
    Amendment,
    Duration,
    Line,
    Position,
    RepoState,
    RepoTerms,
)
from settlement.onchain import repo_signing
from tests.stateful.repo_books import net_leg, not_the_collateral
from tests.stateful.repo_model_beginnings import Beginnings
from tests.stateful.repo_standing import Plan, Repo
from tests.stateful.repo_world import (
    CENT,
    Leg,
)


class Changes(Beginnings):
    """Notice, amendment, substitution, roll."""

    def changing(self, id: bytes, now: int) -> tuple[set[str], Repo | None]:
        repo = self.repos.get(id)
        if repo is None or not repo.open:
            return {"WrongState"}, None
        errors, today = self.frozen_set(repo), repo.today(now)
        if today >= repo.due and not (repo.intraday and today == repo.due):
            errors.add("PastChanging")
        return errors, repo

    def give_notice(self, id: bytes, date: int, signer: str, now: int, *, signed: bool) -> Plan:
        errors, repo = self.changing(id, now)
        if repo is None:
            return Plan(errors)
        terms = repo.terms
        if repo.intraday:
            errors.add("IntradayStands")
        if terms.duration == Duration.TERM.value and not terms.may_terminate:
            errors.add("NoNoticeAgreed")
        if signer not in (terms.seller, terms.buyer):
            errors.add("NotASide")
        if not signed:
            errors.add("BadSignature")
        earliest = max(repo.today(now) + terms.notice_period, terms.purchase_date + 1)
        if not earliest <= date < repo.due:
            errors.add("NoticeOutOfBounds")

        def effect() -> None:
            repo.due = date

        return Plan(errors, effect=effect)

    def amend(self, position: Position, amendment: Amendment, now: int, *, signed: bool) -> Plan:
        errors, repo = self.changing(repo_signing.repo_id(position.terms), now)
        if repo is None:
            return Plan(errors)
        if repo.intraday:
            errors.add("IntradayStands")
        if amendment.date != repo.today(now):
            errors.add("NotTheDay")
        errors |= not_the_collateral(repo, position.lines)
        lines, price = amendment.lines or repo.lines, amendment.purchase_price
        exchanged = lines != repo.lines
        errors |= self.unsuited(repo, lines, amendment, now)
        if price <= 0 or price % CENT:
            errors.add("BadPurchasePrice")
        if abs(amendment.rate) > 10**9:
            errors.add("BadRate")
        if not signed:
            errors.add("BadSignature")
        errors |= self.inactive(repo)
        legs = self.differences(repo, lines, price - repo.price)

        def effect() -> None:
            repo.settle_up(repo.today(now), now)
            repo.price, repo.rate, repo.changed = price, amendment.rate, True
            repo.number += 1
            self.put(repo, lines, own=repo.own_lines or exchanged)

        return Plan(errors, legs, effect)

    def unsuited(
        self, repo: Repo, lines: Sequence[Line], amendment: Amendment, now: int
    ) -> set[str]:
        """A new basket must be eligible and carry the price; what stands must only carry it."""
        price, version = amendment.purchase_price, repo.terms.policy_version
        if tuple(lines) != tuple(repo.lines):
            return self.world.uncovered(lines, repo.agreement, version, now, price, new=False)
        if price != repo.price:
            return self.world.not_enough(lines, repo.agreement, now, price)
        return {"NothingChanges"} if amendment.rate == repo.rate else set()

    def substitute(
        self, position: Position, lines: tuple[Line, ...], now: int, *, signed: bool
    ) -> Plan:
        errors, repo = self.changing(repo_signing.repo_id(position.terms), now)
        if repo is None:
            return Plan(errors)
        netting = self.sets[repo.netting_set]
        if netting.call is not None:
            errors.add("CallStands")
        if lines == repo.lines:
            errors.add("NothingChanges")
        errors |= not_the_collateral(repo, position.lines)
        if not signed:
            errors.add("BadSignature")
        securities = [line.security for line in repo.lines]
        agreement, terms = repo.agreement, repo.terms
        errors |= self.inactive(repo, alone=terms.may_substitute)
        errors |= self.world.unpriced(securities, now, agreement.maximum_price_age)
        bad = self.world.ineligible(lines, agreement, repo.terms.policy_version, now, new=False)
        errors |= bad
        if not bad:
            before, after = (
                self.world.values(each, agreement.method)[1] for each in (repo.lines, lines)
            )
            if after < before:
                errors.add("LessCollateral")
        if repo.terms.may_substitute:
            kept = {line.security: line.margin for line in repo.lines}
            if any(x.margin < kept.get(x.security, max(kept.values())) for x in lines):
                errors.add("MarginNotAccepted")

        def effect() -> None:
            repo.number, repo.changed = repo.number + 1, True
            self.put(repo, lines, own=True)

        return Plan(errors, self.differences(repo, lines, 0), effect)

    def roll(self, position: Position, following: RepoTerms, now: int, *, signed: bool) -> Plan:
        terms = position.terms
        repo = self.repos.get(repo_signing.repo_id(terms))
        if repo is None or not repo.open:
            return Plan({"WrongState"})
        errors, after = self.beginning(following, now)
        same = ("seller", "buyer", "cash", "agreement", "custody")
        if any(getattr(terms, each) != getattr(following, each) for each in same):
            errors.add("NotTheSameParties")
        if following == terms:
            errors.add("NothingChanges")
        if not signed:
            errors.add("BadSignature")
        errors |= not_the_collateral(repo, position.lines) | self.frozen_set(repo)
        errors |= self.inactive(repo)
        if after is None:
            return Plan(errors)
        paid = repo.due_on(repo.today(now), now)[2]
        legs = self.differences(repo, after.lines, following.purchase_price - paid)

        def effect() -> None:
            repo.state, repo.held = RepoState.CLOSED, {}
            self.begin(after)

        return Plan(errors, legs, effect)

    def inactive(self, repo: Repo, *, alone: bool = False) -> set[str]:
        """A side that is stopped agrees to nothing, though nothing might move; `alone`: the seller,
        who asks nobody."""
        agreeing = {repo.terms.seller} if alone else {repo.terms.seller, repo.terms.buyer}
        stopped = agreeing & self.world.suspended
        return {"WalletNotActive"} if stopped else set()

    def differences(self, repo: Repo, lines: Sequence[Line], lent: int) -> list[Leg]:
        more: dict[str, int] = {}
        for sign, basket in ((1, lines), (-1, repo.lines)):
            for line in basket:
                more[line.security] = more.get(line.security, 0) + sign * line.quantity
        seller, buyer, holder = repo.terms.seller, repo.terms.buyer, repo.holder
        legs = [net_leg(security, seller, holder, units) for security, units in more.items()]
        return [*legs, net_leg(repo.terms.cash, buyer, seller, lent)]
