"""The model of net exposure, calls and margin."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import ceil

from settlement.model.repo import (
    Line,
    Method,
    Position,
    SetState,
)
from settlement.onchain import repo_signing
from tests.stateful.repo_books import Books, deliveries, not_the_collateral
from tests.stateful.repo_standing import MINUTES, MOST_LINES, NettingSet, Plan, Repo
from tests.stateful.repo_world import (
    CENT,
    cents_half_up,
    money,
)


class Margin(Books):
    """Calls, and margin that moves."""

    def performing(self, netting: NettingSet) -> set[str]:
        return {"SetInDefault"} if netting.state is SetState.IN_DEFAULT else set()

    def not_brought(
        self, netting: NettingSet, positions: Sequence[Position], last: bytes = b""
    ) -> set[str]:
        """What is wrong with repos as they are brought: order, state, set and collateral."""
        found = set()
        for position in positions:
            id = repo_signing.repo_id(position.terms)
            repo = self.repos.get(id)
            if id <= last:
                found.add("OutOfOrder")
            if repo is None or not repo.open:
                found.add("WrongState")
            else:
                if repo.netting_set != netting.id:
                    found.add("NotOfTheSet")
                found |= not_the_collateral(repo, position.lines)
            last = id
        return found

    def not_all_securities(self, netting: NettingSet, securities: Sequence[str]) -> set[str]:
        if len(securities) != len(netting.securities):
            return {"NotAllSecurities"}
        found = set()
        order = [int(each, 16) for each in securities]
        if sorted(set(order)) != order:
            found.add("LinesOutOfOrder")
        if set(securities) - netting.securities.keys():
            found.add("NotHeldAsMargin")
        return found

    def exposure(self, netting: NettingSet, now: int) -> Fraction:
        """Net exposure of the first participant, unrounded but for the ratio method's unit."""
        return (
            sum(
                (self.exposure_of(repo, netting, now) for repo in self.open_in(netting)), Fraction()
            )
            - money(netting.held_cash)
            - netting.interest(now)
            - sum(
                self.margin_value(netting, security, quantity, margin)
                for security, (quantity, margin) in netting.securities.items()
            )
        )

    def exposure_of(self, repo: Repo, netting: NettingSet, now: int) -> Fraction:
        method = repo.agreement.method
        repurchase, to_seller = repo.owed(now)
        market_value, after = self.world.values(repo.lines, method)
        if method == Method.HAIRCUT.value or not after:
            short = repurchase - after
        else:
            unit = 10**17 * repo.agreement.basis * MINUTES
            short = Fraction(ceil(repurchase * market_value / after * unit), unit) - market_value
        return netting.sign(self.who(repo.terms.buyer)) * (short - to_seller)

    def margin_value(
        self, netting: NettingSet, security: str, quantity: int, margin: int
    ) -> Fraction:
        method = netting.agreement.method
        if method == Method.RATIO.value:
            return self.world.market_value(security, quantity)
        value = self.world.value_after_margin(Line(security, abs(quantity), margin), method)
        return -value if quantity < 0 else value

    def callable(self, netting: NettingSet, participant: bytes, now: int) -> tuple[int, int]:
        """Net exposure of a participant, and what it may call of it; both rounded."""
        net = netting.sign(participant) * self.exposure(netting, now)
        excess = net - money(netting.agreement.threshold)
        called = excess > 0 and excess >= money(netting.agreement.minimum_transfer)
        return cents_half_up(net), cents_half_up(excess) if called else 0

    def call_margin(
        self,
        netting: NettingSet,
        by: str,
        positions: Sequence[Position],
        securities: Sequence[str],
        now: int,
        *,
        signed: bool,
    ) -> Plan:
        errors, everything = self.performing(netting), self.open_in(netting)
        if len(positions) != len(everything):
            errors.add("NotAllOfTheSet")
        errors |= self.not_brought(netting, positions)
        errors |= self.not_all_securities(netting, securities)
        asked = {line.security for repo in everything for line in repo.lines}
        age = netting.agreement.maximum_price_age
        errors |= self.world.unpriced(asked | netting.securities.keys(), now, age)
        if not signed:
            errors.add("BadSignature")
        if netting.call is not None and netting.deadline:
            errors.add("CallOutstanding")
        amount = 0
        if not errors - {"BadSignature", "CallOutstanding"}:
            amount = self.callable(netting, self.who(by), now)[1]
            if not amount:
                errors.add("NothingToCall")

        def effect() -> None:
            netting.call = (amount, by)
            stopped = self.world.stops(netting.cash, by)
            netting.deadline = 0 if stopped else now + netting.agreement.call_deadline
            self.act(netting, by)

        return Plan(errors, effect=effect)

    def act(self, netting: NettingSet, by: str) -> None:
        """Counts an act that the participant signed."""
        netting.numbers[self.who(by)] = netting.number(self.who(by))

    def meeting(self, netting: NettingSet, by: str, against: str) -> set[str]:
        found = self.performing(netting)
        if netting.call is None or netting.call[1] != against or self.who(by) == self.who(against):
            found.add("NoCallStands")
        return found

    def meet_in_cash(
        self, netting: NettingSet, by: str, against: str, now: int, *, signed: bool
    ) -> Plan:
        errors = self.meeting(netting, by, against) | (set() if signed else {"BadSignature"})
        amount = netting.call[0] if netting.call else 0

        def effect() -> None:
            netting.count(now)
            netting.held_cash -= netting.sign(self.who(by)) * amount
            self.met(netting, by)

        return Plan(errors, [(netting.cash, by, against, amount)], effect)

    def met(self, netting: NettingSet, by: str) -> None:
        netting.call, netting.deadline = None, 0
        self.act(netting, by)

    def meet_in_securities(
        self,
        netting: NettingSet,
        by: str,
        against: str,
        lines: Sequence[Line],
        now: int,
        *,
        signed: bool,
    ) -> Plan:
        errors = self.meeting(netting, by, against) | (set() if signed else {"BadSignature"})
        agreement, version = netting.agreement, self.world.version
        bad = set().union(
            *(self.world.unacceptable(each, agreement, version, now, new=True) for each in lines)
        )
        if not bad and netting.call is not None:
            worth = sum(
                self.margin_value(netting, line.security, line.quantity, line.margin)
                for line in lines
            )
            if worth < money(netting.call[0]):
                errors.add("CallNotMet")
        errors |= bad | self.misbooked(netting, by, lines, new=True)

        def effect() -> None:
            self.book(netting, by, lines)
            self.met(netting, by)

        return Plan(errors, deliveries(lines, by, against), effect)

    def misbooked(
        self, netting: NettingSet, by: str, lines: Sequence[Line], *, new: bool
    ) -> set[str]:
        found, standing = set(), set(netting.securities)
        for line in lines:
            held, margin = netting.securities.get(line.security, (0, 0))
            own = netting.sign(self.who(by)) * held
            if not new and not 0 < line.quantity <= own:
                found.add("NotHeldAsMargin")
            if held and margin != line.margin:
                found.add("OtherMargin")
            standing.add(line.security)
        return found | ({"TooManyLines"} if len(standing) > MOST_LINES else set())

    def book(self, netting: NettingSet, by: str, lines: Sequence[Line]) -> None:
        for line in lines:
            units = -netting.sign(self.who(by)) * line.quantity
            netting.book(line.security, units, line.margin)

    def interest_with(self, netting: NettingSet, by: str, principal: int, now: int) -> int:
        """What goes with a return of so much cash margin, to be signed beside it."""
        sign = netting.sign(self.who(by))
        if principal != sign * netting.held_cash:
            return 0
        interest = sign * cents_half_up(netting.interest(now))
        return 0 if principal + interest < 0 else interest

    def return_cash(
        self, netting: NettingSet, by: str, against: str, principal: int, now: int, *, signed: bool
    ) -> Plan:
        errors = self.performing(netting) | (set() if signed else {"BadSignature"})
        sign = netting.sign(self.who(by))
        held = sign * netting.held_cash
        interest = self.interest_with(netting, by, principal, now)
        nothing = principal == 0 and interest <= 0
        if nothing or principal > max(0, held) or principal % CENT:
            return Plan(errors | {"NotHeldAsMargin"})
        whole = principal == held

        def effect() -> None:
            netting.count(now)
            if whole and principal + sign * cents_half_up(netting.interest(now)) >= 0:
                netting.cash_days = 0
            netting.held_cash -= sign * principal
            self.act(netting, by)

        return Plan(errors, [(netting.cash, by, against, principal + interest)], effect)

    def return_securities(
        self, netting: NettingSet, by: str, against: str, lines: Sequence[Line], *, signed: bool
    ) -> Plan:
        errors = self.performing(netting) | (set() if signed else {"BadSignature"})
        errors |= self.misbooked(netting, by, lines, new=False)
        if not lines:
            errors.add("NoCollateral")

        def effect() -> None:
            self.book(netting, by, lines)
            self.act(netting, by)

        return Plan(errors, deliveries(lines, by, against), effect)

    def set_clock(self, netting: NettingSet, by: str, now: int, *, run: bool) -> Plan:
        errors = self.performing(netting)
        if netting.call is None or netting.call[1] != by:
            return Plan(errors | {"NoCallStands"})
        if bool(netting.deadline) == run or self.world.stops(netting.cash, by) == run:
            errors.add("ClockUnchanged")

        def effect() -> None:
            netting.deadline = now + netting.agreement.call_deadline if run else 0

        return Plan(errors, effect=effect)
