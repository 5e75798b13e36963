"""The model of how a repo begins and ends."""

from __future__ import annotations

from collections.abc import Sequence

from settlement.model.repo import (
    NO_DATE,
    Duration,
    Line,
    RepoState,
    RepoTerms,
    SetState,
)
from settlement.onchain import repo_signing
from tests.stateful.repo_books import Books, not_the_collateral
from tests.stateful.repo_standing import Plan, Repo
from tests.stateful.repo_world import (
    CENT,
    ZERO,
    day_on,
)


class Beginnings(Books):
    """Opening, closing, cancelling."""

    def malformed(self, terms: RepoTerms, now: int) -> set[str]:
        found = set()
        begins, ends = terms.purchase_date, terms.repurchase_date
        if day_on(now, terms.utc_offset) != begins:
            found.add("NotThePurchaseDate")
        in_order = {
            Duration.TERM.value: begins < ends < NO_DATE,
            Duration.OPEN_ENDED.value: ends == 0,
            Duration.INTRADAY.value: ends == begins,
        }[terms.duration]
        if not in_order:
            found.add("DatesOutOfOrder")
        if not 0 < terms.purchase_price < 2**96 or terms.purchase_price % CENT:
            found.add("BadPurchasePrice")
        if abs(terms.rate) > 10**9:
            found.add("BadRate")
        if terms.custody not in (ZERO, self.world.custody):
            found.add("NotTheVenues")
        return found

    def beginning(self, terms: RepoTerms, now: int) -> tuple[set[str], Repo | None]:
        """Why terms cannot begin now; and the repo that they would begin."""
        id = repo_signing.repo_id(terms)
        found = self.malformed(terms, now)
        if id in self.repos or id in self.cancelled:
            found.add("WrongState")
        if self.who(terms.seller) == self.who(terms.buyer):
            return found | {"SameParty"}, None
        if terms.agreement not in self.agreements:
            return found | {"AgreementUnknown"}, None
        agreement = self.agreements[terms.agreement]
        netting = self.set_of(terms.seller, terms.buyer, agreement, terms.cash)
        if netting.state is SetState.IN_DEFAULT:
            found.add("SetInDefault")
        found |= self.world.uncovered(
            terms.lines, agreement, terms.policy_version, now, terms.purchase_price, new=True
        )
        open_ended = terms.duration == Duration.OPEN_ENDED.value
        return found, Repo(
            id=id,
            terms=terms,
            agreement=agreement,
            netting_set=netting.id,
            opened_at=now,
            due=NO_DATE if open_ended else terms.repurchase_date,
            price=terms.purchase_price,
            rate=terms.rate,
            lines=terms.lines,
            since=terms.purchase_date,
            counting_minutes=terms.duration == Duration.INTRADAY.value,
        )

    def begin(self, repo: Repo) -> None:
        self.repos[repo.id] = repo
        netting = self.sets[repo.netting_set]
        if netting.state is SetState.UNUSED:
            netting.state = SetState.PERFORMING
        self.hold(repo)

    def open(self, terms: RepoTerms, now: int, *, signed: bool) -> Plan:
        errors, repo = self.beginning(terms, now)
        if not signed:
            errors.add("BadSignature")
        if repo is None:
            return Plan(errors)
        legs = [(line.security, terms.seller, repo.holder, line.quantity) for line in repo.lines]
        legs.append((terms.cash, terms.buyer, terms.seller, terms.purchase_price))
        return Plan(errors, legs, lambda: self.begin(repo))

    def close(
        self, id: bytes, lines: Sequence[Line], now: int, closer: str, *, signed: bool
    ) -> Plan:
        repo = self.repos.get(id)
        if repo is None or not repo.open:
            return Plan({"WrongState"})
        errors, today, terms = self.frozen_set(repo), repo.today(now), repo.terms
        if today < repo.due:
            errors.add("NotDue")
        elif now < repo.cut_off(repo.due):
            if closer not in (terms.seller, terms.buyer):
                errors.add("NotASide")
            elif not signed:
                errors.add("BadSignature")
        errors |= not_the_collateral(repo, lines)
        paid = repo.due_on(today, now)[2]
        legs = [(line.security, repo.holder, terms.seller, line.quantity) for line in repo.lines]
        legs.append((terms.cash, terms.seller, terms.buyer, paid))

        def effect() -> None:
            repo.state, repo.held = RepoState.CLOSED, {}
            netting = self.sets[repo.netting_set]
            if not self.open_in(netting):
                netting.call, netting.deadline = None, 0

        return Plan(errors, legs, effect)

    def cancel(self, terms: RepoTerms, now: int, signer: str | None, *, signed: bool) -> Plan:
        """By one side, or, where nobody is named, by both."""
        id = repo_signing.repo_id(terms)
        errors = set() if signed else {"BadSignature"}
        if signer is not None:
            if signer not in (terms.seller, terms.buyer):
                errors.add("NotASide")
            if now >= terms.binding_from:
                errors.add("AlreadyBinding")
        if id in self.repos or id in self.cancelled:
            errors.add("WrongState")
        return Plan(errors, effect=lambda: self.cancelled.add(id))
