"""Acts on a netting set, each signed, sent and foretold."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from settlement.model.repo import (
    Line,
    Pair,
    Position,
)
from settlement.onchain import repo_signing
from tests.contracts.live import plain
from tests.stateful.repo_cast import (
    FORGED,
    NAMES,
)
from tests.stateful.repo_desk import Desk, number_of
from tests.stateful.repo_standing import NettingSet, Repo
from tests.stateful.repo_world import (
    CENT,
    money,
)


class SetActs(Desk):
    """Margin, default, close-out and claims."""

    def sides(self, netting: NettingSet, *, first: bool, branch: bool = False) -> tuple[str, str]:
        """A wallet of either participant, the first's first or the other way round."""
        wallets = [self.wallet(netting.first, branch), self.wallet(netting.second, branch)]
        return (wallets[0], wallets[1]) if first else (wallets[1], wallets[0])

    def wallet(self, participant: bytes, branch: bool = False) -> str:
        names = reversed(NAMES) if branch else NAMES
        everybody = (self.people[name] for name in names)
        return next(each for each in everybody if self.model.who(each) == participant)

    def pair(self, netting: NettingSet, by: str, against: str) -> Pair:
        return Pair(netting.agreement, netting.cash, by, against)

    def number(self, netting: NettingSet, by: str, fault: str | None) -> int:
        return netting.number(self.model.who(by)) + (fault == "number")

    def brought(self, netting: NettingSet, fault: str | None) -> list[Position]:
        """Every open repo of the set; by a fault, something is wrong with them."""
        positions = [repo.position for repo in self.model.open_in(netting)]
        others = [each for each in self.model.repos.values() if each.netting_set != netting.id]
        over = [each for each in self.model.repos.values() if not each.open]
        if fault == "missing":
            return positions[1:]
        if fault == "reversed":
            return positions[::-1]
        if fault == "twice":
            return [*positions[:-1], *positions[:1]]
        if fault == "foreign" and others:
            return _sorted([*positions[1:], others[0].position])
        if fault == "over" and over:
            return _sorted([*positions[1:], over[0].position])
        if fault == "stale" and positions:
            first = self.model.repos[repo_signing.repo_id(positions[0].terms)]
            return [self.position(first, "stale"), *positions[1:]]
        return positions

    def standing(self, netting: NettingSet, fault: str | None) -> list[str]:
        securities = sorted(netting.securities, key=number_of)
        if fault == "securities":
            return securities[1:] if securities else self.securities[:1]
        return securities

    def call(self, netting: NettingSet, by: str, against: str, fault: str | None = None) -> bool:
        number = self.number(netting, by, fault)
        struct = repo_signing.margin_call_hash(netting.id, number, by)
        signature = self.sign(by, struct, fault, "call", netting.id, number)
        positions, securities = self.brought(netting, fault), self.standing(netting, fault)
        pair, now = self.pair(netting, by, against), self.now()
        plan = self.model.call_margin(
            netting, by, positions, securities, now, signed=fault not in FORGED
        )
        if not plan.errors:
            words = (plain(pair), [each.words() for each in positions], securities)
            asked = self.facility.read(self.market.chain, "netExposure", *words)
            assert asked == self.model.callable(netting, self.model.who(by), now), "exposure"
            self.exposed_by[netting.id] = self.exposure(netting, by)
        return self.send("callMargin", plan, pair, positions, securities, signature)

    def exposure(self, netting: NettingSet, by: str) -> Fraction:
        return netting.sign(self.model.who(by)) * self.model.exposure(netting, self.now())

    def meet(
        self,
        netting: NettingSet,
        by: str,
        against: str,
        lines: tuple[Line, ...] | None = None,
        fault: str | None = None,
    ) -> bool:
        """In cash, or in the lines given."""
        number, pair = self.number(netting, by, fault), self.pair(netting, by, against)
        now, signed = self.now(), fault not in FORGED
        before = self.exposure(netting, against)
        if lines is None:
            amount = netting.call[0] if netting.call else CENT
            content = (against, {(by, netting.cash): amount})
            struct = repo_signing.margin_payment_hash(netting.id, number, by, against, amount)
            signature = self.sign(by, struct, fault, "margin", netting.id, number, content=content)
            plan = self.model.meet_in_cash(netting, by, against, now, signed=signed)
            done = self.send("meetInCash", plan, pair, signature)
        else:
            content = (against, _debits(by, lines))
            struct = repo_signing.margin_delivery_hash(
                netting.id, number, by, against, netting.call[0] if netting.call else 0, lines
            )
            signature = self.sign(by, struct, fault, "margin", netting.id, number, content=content)
            plan = self.model.meet_in_securities(netting, by, against, lines, now, signed=signed)
            done = self.send("meetInSecurities", plan, pair, lines, signature)
        if done and before == self.exposed_by.get(netting.id):
            most = money(netting.agreement.threshold) + Fraction(1, 200)
            assert self.exposure(netting, against) <= most, "the call that was met did not cover"
        return done

    def return_cash(
        self, netting: NettingSet, by: str, against: str, principal: int, fault: str | None = None
    ) -> bool:
        number = self.number(netting, by, fault)
        interest = self.model.interest_with(netting, by, principal, self.now())
        content = (against, {(by, netting.cash): principal + interest})
        struct = repo_signing.margin_return_hash(
            netting.id, number, by, against, principal, interest
        )
        signature = self.sign(by, struct, fault, "margin", netting.id, number, content=content)
        plan = self.model.return_cash(
            netting, by, against, principal, self.now(), signed=fault not in FORGED
        )
        return self.send("returnCash", plan, self.pair(netting, by, against), principal, signature)

    def return_all(self, netting: NettingSet) -> bool:
        """The cash margin and its interest, by its holder; whether any was left."""
        sides = self.sides(netting, first=netting.held_cash > 0)
        return self.return_cash(netting, *sides, abs(netting.held_cash))

    def return_securities(
        self,
        netting: NettingSet,
        by: str,
        against: str,
        lines: tuple[Line, ...],
        fault: str | None = None,
    ) -> bool:
        number = self.number(netting, by, fault)
        struct = repo_signing.margin_restitution_hash(netting.id, number, by, against, lines)
        content = (against, _debits(by, lines))
        signature = self.sign(by, struct, fault, "margin", netting.id, number, content=content)
        signed = fault not in FORGED
        plan = self.model.return_securities(netting, by, against, lines, signed=signed)
        pair = self.pair(netting, by, against)
        return self.send("returnSecurities", plan, pair, lines, signature)

    def set_clock(self, netting: NettingSet, by: str, against: str, *, run: bool) -> bool:
        plan = self.model.set_clock(netting, by, self.now(), run=run)
        function = "restartClock" if run else "stopClock"
        return self.send(function, plan, self.pair(netting, by, against), signed=False)

    def declare(
        self,
        netting: NettingSet,
        by: str,
        against: str,
        failed: Repo | None = None,
        fault: str | None = None,
    ) -> bool:
        number = self.number(netting, by, fault)
        ground = failed.id if failed and fault != "ground" else bytes(32)
        struct = repo_signing.default_notice_hash(netting.id, number, ground, by)
        signature = self.sign(by, struct, fault, "declare", netting.id, number)
        grounds = [self.position(failed, fault)] if failed else []
        plan = self.model.declare_default(
            netting, by, against, grounds, self.now(), signed=fault not in (*FORGED, "ground")
        )
        pair = self.pair(netting, by, against)
        return self.send("declareDefault", plan, pair, grounds, signature)

    def state_value(
        self,
        netting: NettingSet,
        by: str,
        against: str,
        security: str,
        price: int,
        fault: str | None = None,
    ) -> bool:
        number = self.number(netting, by, fault)
        struct = repo_signing.stated_value_hash(netting.id, number, security, price, by)
        signature = self.sign(by, struct, fault, "state", netting.id, number)
        plan = self.model.state_value(
            netting, by, security, price, self.now(), signed=fault not in FORGED
        )
        pair = self.pair(netting, by, against)
        return self.send("stateValue", plan, pair, security, price, signature)

    def close_out(
        self, netting: NettingSet, skip: int = 0, most: int = 100, fault: str | None = None
    ) -> bool:
        """The repos after the first `skip`, at most so many; by anyone."""
        by, against = self.sides(netting, first=True)
        positions = self.brought(netting, fault)[skip : skip + most]
        securities = self.standing(netting, fault)
        plan = self.model.close_out(netting, positions, securities, self.now())
        pair = self.pair(netting, by, against)
        return self.send("closeOut", plan, pair, positions, securities, signed=False)

    def pay_claim(
        self, netting: NettingSet, by: str, against: str, amount: int, fault: str | None = None
    ) -> bool:
        number = self.number(netting, by, fault)
        struct = repo_signing.claim_payment_hash(netting.id, number, by, against, amount)
        content = (against, {(by, netting.cash): amount})
        signature = self.sign(by, struct, fault, "claim", netting.id, number, content=content)
        plan = self.model.pay_claim(netting, by, against, amount, signed=fault not in FORGED)
        return self.send("payClaim", plan, self.pair(netting, by, against), amount, signature)


def _debits(by: str, lines: Iterable[Line]) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for line in lines:
        found[by, line.security] = found.get((by, line.security), 0) + line.quantity
    return found


def _sorted(positions: Iterable[Position]) -> list[Position]:
    return sorted(positions, key=lambda each: repo_signing.repo_id(each.terms))
