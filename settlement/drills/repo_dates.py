"""Days on which something is due, the closing and a coupon: behaviours 23 and 30."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from functools import partial

from settlement.coordinator.deals import MasterAgreement
from settlement.drills.drill import Drill
from settlement.drills.repo_moves import (
    COLLATERAL,
    LENT,
    RATE,
    carried,
    closing,
    interest,
    pays,
)
from settlement.drills.repo_verbs import (
    EVENING,
    FRIDAY,
    MONDAY,
    MORNING,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    agree,
    close_repo,
    end_of_day,
    on,
    opens,
    policy,
    show_day,
)
from settlement.drills.scene import CASH, NOTE, Deed, Scene
from settlement.model.repo import IncomeNotice
from settlement.onchain import repo_signing
from settlement.units import CASH as ONE
from settlement.units import cash_to_chain, cents_half_up, show_cash, show_per_cent


class LateClose(Drill):
    """A seller is late with cash, a buyer with collateral; then the security stands still."""

    name = "late-close"
    behaviour = 23
    question = "Who pays for each late day: who owes cash, who owes collateral, or neither of them?"

    _annex = MasterAgreement(late_rate=Decimal("0.07"))
    _few, _sold = 1_000_000, 2_500_000
    _spent = 5_000_000 * ONE

    def set_up(self, scene: Scene) -> None:
        late, charge = (show_per_cent(r) for r in (self._annex.late_rate, self._annex.fails_rate))
        policy(scene)
        scene.say(f"a late seller pays interest of {late}, a late buyer a charge of {charge}")
        agree(scene, agreement=self._annex)
        basket = {NOTE: self._few}
        agree(scene, "R2", buyer="broker", collateral=basket, agreement=self._annex)
        opens(scene)
        opens(scene, "R2")
        scene.issues("dealer", Decimal("5000.00"))

    def fault(self, scene: Scene) -> None:
        scene.sends("dealer", "broker", CASH, self._spent)
        scene.sends("broker", "fund", NOTE, self._sold)

    def submit(self, scene: Scene) -> None:
        market = scene.market
        declare = partial(market.default.declare_default, "fund", "dealer", "R1")
        pause = partial(market.onboarding.pause, NOTE, "an incident at the depository")
        scene.refused("dealer asks for R1 to close a day early", close_repo(scene), "NotDue")
        scene.settled(on(scene, TUESDAY, EVENING, "the day ends"), end_of_day(scene), {})
        scene.refused("fund declares dealer in default at once", declare, "NoDefault")
        what = f"the depository pauses {NOTE}"
        scene.settled(on(scene, WEDNESDAY, MORNING, what), pause, {})
        scene.settled(on(scene, WEDNESDAY, EVENING, "the day ends"), end_of_day(scene), {})
        what = "the grace is over, and fund declares dealer in default"
        scene.refused(on(scene, THURSDAY, EVENING, what), declare, "NoDefault")

    def mend(self, scene: Scene) -> None:
        scene.say(on(scene, FRIDAY, MORNING, f"{NOTE} moves again"))
        scene.market.onboarding.unpause(NOTE, "the incident is over")
        scene.sends("broker", "dealer", CASH, self._spent)
        scene.sends("fund", "broker", NOTE, self._sold)

    def settle(self, scene: Scene) -> None:
        owed = LENT + interest(LENT, (RATE, 1), (self._annex.late_rate, 1))
        what = "R1 closes: one day as agreed, one late, two that do not count"
        scene.settled(what, close_repo(scene), closing(scene, owed))
        lent = carried(self._few)
        owed = lent + interest(lent, (RATE, 1))
        paid = owed - interest(owed, (self._annex.fails_rate, 1))
        what = "R2 closes: one day as agreed, one of the charge, two that do not count"
        scene.settled(what, close_repo(scene, "R2"), closing(scene, paid, "R2"))

    def without(self, scene: Scene) -> None:
        self.fault(scene)
        scene.from_here()
        scene.sends("fund", "dealer", NOTE, COLLATERAL)
        owed = LENT + interest(LENT, (RATE, 1))
        scene.cannot_send("dealer", "fund", CASH, cash_to_chain(owed))


class CouponOnce(Drill):
    """A coupon falls on the day on which the repo closes, and three desks have it on their list."""

    name = "coupon-once"
    behaviour = 30
    question = "Whose is the coupon of a security that is lent, and who sees that it is paid once?"

    _days = 14
    _recorded, _paid = FRIDAY + timedelta(7), MONDAY + timedelta(_days)
    _rate = Decimal("0.0425")
    _coupon = cents_half_up(COLLATERAL * _rate / 2)

    def set_up(self, scene: Scene) -> None:
        policy(scene)
        scene.say(f"{NOTE} pays {show_per_cent(self._rate)} a year, half of it on each coupon day")
        agree(scene, days=self._days)
        opens(scene)
        scene.issues("dealer", Decimal("20000.00"))

    def fault(self, scene: Scene) -> None:
        coupon, day = f"{show_cash(self._coupon)} {CASH}", show_day(self._paid)
        what = f"fund acknowledges a coupon of {coupon}, which it will owe dealer"
        scene.say(on(scene, self._recorded, MORNING, what))
        dates = (self._recorded, self._paid)
        scene.market.servicing.pass_income("R1", NOTE, *dates, coupon=self._rate)
        scene.say(f"it is paid on {day}, when R1 closes; three desks of fund mean to pass it on")

    def submit(self, scene: Scene) -> None:
        coupon = pays("fund", "dealer", self._coupon)
        scene.refused("the first desk passes it on at once", _pass_on(scene), "NoIncomeDue")
        scene.refused("the second puts it on record once more", _record(scene), "IncomeKnown")
        what = on(scene, self._paid, MORNING, "the first desk passes it on")
        scene.settled(what, _pass_on(scene), coupon)
        scene.refused("the third passes it on as well", _pass_on(scene), "NoIncomeDue")

    def mend(self, scene: Scene) -> None:
        scene.say("the desks strike it from their lists; the issuer pays fund, through broker")
        scene.sends("broker", "fund", CASH, cash_to_chain(self._coupon))

    def settle(self, scene: Scene) -> None:
        owed = LENT + interest(LENT, (RATE, self._days))
        scene.settled("R1 closes", close_repo(scene), closing(scene, owed))
        scene.settled(on(scene, self._paid, EVENING, "the day ends"), end_of_day(scene), {})

    def without(self, scene: Scene) -> None:
        coupon = cash_to_chain(self._coupon)
        scene.sends("broker", "fund", CASH, coupon)
        scene.sends("fund", "dealer", CASH, coupon)
        scene.from_here()
        scene.say("nobody writes that down, and the desk that closes R1 passes it on as well")
        scene.sends("fund", "dealer", CASH, coupon)


def _notice(scene: Scene) -> IncomeNotice:
    (income,) = scene.market.repo.record("R1").incomes
    return income.notice


def _pass_on(scene: Scene) -> Deed:
    """Anyone submits the payment of what fund acknowledged."""

    def deed() -> Iterable[str]:
        notice = _notice(scene)
        scene.market.servicing.pay(scene.market.repo.record("R1"), notice)
        return [f"{scene.amount(CASH, notice.amount)} passed on to dealer"]

    return deed


def _record(scene: Scene) -> Deed:
    """The same notice, signed by fund and submitted again."""
    market, notice, record = scene.market, _notice(scene), scene.market.repo.record("R1")
    consent = repo_signing.income_hash(record.id, notice)
    signature = market.facility.sign(scene.party("fund"), consent)
    words = (record.terms.words(), notice.words())
    return partial(market.facility.send, "recordIncome", *words, signature)


DRILLS: tuple[type[Drill], ...] = (LateClose, CouponOnce)
