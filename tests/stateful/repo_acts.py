"""Acts on one repo, each signed, sent and foretold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from typing import Any

from settlement.model.repo import (
    Amendment,
    IncomeNotice,
    Line,
    Method,
    Position,
    RepoTerms,
)
from settlement.onchain import repo_signing
from tests.stateful.repo_cast import (
    AGREEMENTS,
    BY_HAIRCUT,
    CUT_OFF,
    EASTERN,
    FORGED,
)
from tests.stateful.repo_desk import Desk, number_of
from tests.stateful.repo_standing import Repo
from tests.stateful.repo_world import (
    CENT,
    ZERO,
    cents_half_up,
)


class RepoActs(Desk):
    """Opened, closed, changed, serviced, collected."""

    def line(self, symbol: str, quantity: int, margin: int | None = None) -> Line:
        least = 20_000_000 if symbol in BY_HAIRCUT else 1_020_000_000
        return Line(self.assets[symbol], quantity, least if margin is None else margin)

    def lines(self, quantities: dict[str, int], margin: int | None = None) -> tuple[Line, ...]:
        found = (self.line(symbol, units, margin) for symbol, units in quantities.items())
        return tuple(sorted(found, key=lambda line: number_of(line.security)))

    def carries(self, lines: Iterable[Line], per_mille: int = 1_000) -> int:
        """A purchase price: what lines carry, or so much of it."""
        method = AGREEMENTS[0].method
        total = sum(
            self.world.value_after_margin(
                line, method if line.margin < 10**9 else Method.RATIO.value
            )
            for line in lines
        )
        return max(CENT, cents_half_up(Fraction(total) * per_mille / 1_000))

    def terms(self, seller: str, buyer: str, **changes: Any) -> RepoTerms:
        """Overnight under the first agreement, for all that a million T-2035 carries."""
        self.nonce += 1
        lines = changes.get("lines", self.lines({"T-2035": 1_000_000}))
        today = self.today()
        ratio = any(line.margin >= 10**9 for line in lines)
        terms = RepoTerms(
            seller=self.people[seller],
            buyer=self.people[buyer],
            cash=self.cash,
            agreement=repo_signing.agreement_id(AGREEMENTS[ratio]),
            purchase_price=self.carries(lines),
            rate=43_000_000,
            duration=0,
            purchase_date=today,
            repurchase_date=today + 1,
            utc_offset=EASTERN,
            cut_off=CUT_OFF,
            notice_period=0,
            policy_version=self.world.version,
            income=0,
            may_reuse=True,
            may_substitute=False,
            may_terminate=False,
            custody=ZERO,
            binding_from=self.now() - 60,
            nonce=self.nonce,
            lines=lines,
        )
        return replace(terms, **changes)

    def open(self, terms: RepoTerms, fault: str | None = None) -> Repo | None:
        id = repo_signing.repo_id(terms)
        signatures = self.sign_both(
            terms,
            lambda side: repo_signing.terms_hash(terms, side),
            fault,
            "terms",
            id,
            content=terms,
        )
        plan = self.model.open(terms, self.now(), signed=fault not in FORGED)
        done = self.send("open", plan, terms, *signatures)
        return self.model.repos[id] if done else None

    def close(
        self,
        repo: Repo,
        closer: str | None = None,
        fault: str | None = None,
        lines: tuple[Line, ...] | None = None,
    ) -> bool:
        """On the word of one side, by its address, or of nobody."""
        brought = repo.position.lines if lines is None else lines
        signer, signature = closer or ZERO, b""
        if closer is not None:
            struct = repo_signing.closing_hash(repo.id, closer)
            signature = self.sign(closer, struct, fault, "close", repo.id)
        signed = fault not in FORGED
        plan = self.model.close(repo.id, brought, self.now(), signer, signed=signed)
        return self.send("close", plan, repo.terms, brought, signer, signature)

    def cancel(self, terms: RepoTerms, signer: str | None, fault: str | None = None) -> bool:
        id, signed = repo_signing.repo_id(terms), fault not in FORGED
        plan = self.model.cancel(terms, self.now(), signer, signed=signed)

        def struct(side: str) -> bytes:
            return repo_signing.cancellation_hash(id, side)

        if signer is None:
            signatures = self.sign_both(terms, struct, fault, "cancel", id)
            return self.send("cancelTogether", plan, terms, *signatures)
        signature = self.sign(signer, struct(signer), fault, "cancel", id)
        return self.send("cancel", plan, terms, signer, signature)

    def give_notice(self, repo: Repo, date: int, signer: str, fault: str | None = None) -> bool:
        struct = repo_signing.notice_hash(repo.id, date + (fault == "number"), signer)
        signature = self.sign(signer, struct, fault, "notice", repo.id, date)
        plan = self.model.give_notice(repo.id, date, signer, self.now(), signed=fault not in FORGED)
        return self.send("giveNotice", plan, repo.terms, date, signer, signature)

    def position(self, repo: Repo, fault: str | None = None) -> Position:
        """As it stands; `stale`: with other lines than those that stand."""
        if fault != "stale":
            return repo.position
        stale = () if repo.own_lines else repo.lines
        return Position(repo.terms, stale)

    def amend(self, repo: Repo, fault: str | None = None, **changes: Any) -> bool:
        """To another `purchase_price`, `rate` or `lines`."""
        now = self.now()
        amendment = Amendment(self.today(), repo.price, repo.rate)
        amendment = replace(amendment, **changes)
        if fault == "yesterday":
            amendment = replace(amendment, date=self.today() - 1)
        number = repo.number + 1 + (fault == "number")
        signatures = self.sign_both(
            repo.terms,
            lambda side: repo_signing.amendment_hash(repo.id, number, amendment, side),
            fault,
            "amend",
            *(repo.id, number),
            content=amendment,
        )
        position = self.position(repo, fault)
        plan = self.model.amend(position, amendment, now, signed=fault not in FORGED)
        return self.send("amend", plan, position, amendment, *signatures)

    def substitute(self, repo: Repo, lines: tuple[Line, ...], fault: str | None = None) -> bool:
        """The buyer's word is left out where the terms allow that."""
        number, right = repo.number + 1 + (fault == "number"), repo.terms.may_substitute
        day = self.today() - (fault == "yesterday")
        signatures = self.sign_both(
            repo.terms,
            lambda side: repo_signing.substitution_hash(repo.id, number, day, lines, side),
            fault,
            "substitute",
            *(repo.id, number),
            content=lines,
        )
        if right and fault is None:
            signatures[1] = b""
        harmless = right and fault in ("forged", "unsigned")
        position = self.position(repo, fault)
        plan = self.model.substitute(
            position, lines, self.now(), signed=harmless or fault not in (*FORGED, "yesterday")
        )
        return self.send("substitute", plan, position, lines, *signatures)

    def roll(self, repo: Repo, following: RepoTerms, fault: str | None = None) -> Repo | None:
        after = repo_signing.repo_id(following)
        signatures = self.sign_both(
            repo.terms,
            lambda side: repo_signing.roll_hash(repo.id, after, side),
            fault,
            "roll",
            *(repo.id, after),
            content=following,
        )
        position = self.position(repo, fault)
        plan = self.model.roll(position, following, self.now(), signed=fault not in FORGED)
        done = self.send("roll", plan, position, following, *signatures)
        return self.model.repos[after] if done else None

    def record_fail(self, repo: Repo, fault: str | None = None) -> bool:
        agreement = repo.agreement
        if fault == "foreign":
            agreement = AGREEMENTS[1 - AGREEMENTS.index(agreement)]
        position = self.position(repo, fault)
        plan = self.model.record_fail(agreement, position, self.now())
        return self.send("recordFail", plan, agreement, position, signed=False)

    def reverse(self, repo: Repo, per_cent: int, fault: str | None = None) -> bool:
        """The depository takes so much of every line back, and anybody records it.

        At once: what custody holds of others is safe only once it is recorded.
        """
        terms, taken = repo.terms, repo.taken_back
        may = repo.open and not self.model.frozen_set(repo) and fault is None
        for line in repo.lines if may and terms.seller not in self.world.suspended else ():
            held = self.world.balance[repo.holder, line.security]
            units = min(held, line.quantity * per_cent // 100)
            units -= units % self.world.denominations[line.security]
            if units:
                taken[line.security] = units
                self.root_move(repo.holder, terms.seller, line.security, units, repo.id)
        left = tuple(
            replace(line, quantity=line.quantity - taken.get(line.security, 0))
            for line in repo.lines
        )
        position = self.position(repo, fault)
        plan = self.model.record_reversal(position, left)
        return self.send("recordReversal", plan, position, left, signed=False)

    def record_income(self, repo: Repo, notice: IncomeNotice, fault: str | None = None) -> bool:
        struct, key = (
            repo_signing.income_hash(repo.id, notice),
            (notice.security, notice.record_date),
        )
        buyer = repo.terms.buyer
        signature = self.sign(buyer, struct, fault, "income", repo.id, *key, content=notice.amount)
        plan = self.model.record_income(repo.terms, notice, signed=fault not in FORGED)
        return self.send("recordIncome", plan, repo.terms, notice, signature)

    def pay_income(self, repo: Repo, notice: IncomeNotice) -> bool:
        plan = self.model.pay_income(repo.terms, notice, self.now())
        return self.send("payIncome", plan, repo.terms, notice)

    def collect(self, repo: Repo, wallet: str, fault: str | None = None) -> bool:
        position = self.position(repo, fault)
        plan = self.model.collect(repo.terms, position.lines, wallet)
        return self.send("collect", plan, repo.terms, position.lines, wallet)
