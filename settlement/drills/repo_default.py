"""Repos that one side does not perform: behaviours 31, 32 and 33."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import partial

from settlement.coordinator.deals import MasterAgreement
from settlement.coordinator.netting_sets import NettingSets
from settlement.drills.drill import Drill
from settlement.drills.repo_moves import (
    COLLATERAL,
    LENT,
    RATE,
    carried,
    closing,
    gives,
    interest,
    pays,
    worth_as_much,
)
from settlement.drills.repo_verbs import (
    EVENING,
    MONDAY,
    MORNING,
    OTHER,
    OTHER_PRICE,
    TAKEN,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    agree,
    amount,
    call_margin,
    close_repo,
    end_of_day,
    on,
    opens,
    other_note,
    policy,
    posted,
    price,
)
from settlement.drills.scene import CASH, NOTE, PRICE, Deed, Scene
from settlement.units import cash_to_chain, cents_half_up, show_cash, show_per_cent

_FIRST, _SECOND, _PLEDGED = 5_000_000, 3_000_000, 2_000_000
"""Of the note in R1 and R2, and of the other in R3."""

_FALLEN, _DAYS, _AFTER_GRACE = Decimal("0.95"), 2, time(17, 1)
"""The default comes on Wednesday, two days after the opening, and the prices after that."""

_FAILS_RATE = MasterAgreement().fails_rate


class Default(Drill):
    """A dealer does not pay, and the fund would rather leave out the repo on which it owes."""

    name = "default"
    behaviour = 31
    question = "Fund owes on one repo, dealer on two. Who gains if each is settled by itself?"

    def set_up(self, scene: Scene) -> None:
        policy(scene)
        other_note(scene, "fund", _PLEDGED)
        price(scene, OTHER_PRICE, OTHER)
        agree(scene, collateral={NOTE: _FIRST})
        agree(scene, "R2", days=14, collateral={NOTE: _SECOND})
        basket = {OTHER: _PLEDGED}
        agree(scene, "R3", days=14, seller="fund", buyer="dealer", collateral=basket)
        for reference in ("R1", "R2", "R3"):
            opens(scene, reference)

    def fault(self, scene: Scene) -> None:
        self.spent = scene.market.balance("dealer", CASH)
        scene.sends("dealer", "broker", CASH, self.spent)
        scene.sends("dealer", "broker", OTHER, _PLEDGED)

    def submit(self, scene: Scene) -> None:
        declare = _declare(scene)
        scene.settled(on(scene, TUESDAY, EVENING, "the day ends"), end_of_day(scene), {})
        scene.refused("fund declares dealer in default at once", declare, "NoDefault")
        what = on(scene, WEDNESDAY, _AFTER_GRACE, "fund calls margin by Monday's prices")
        scene.refused(what, call_margin(scene), "PriceStale")
        scene.settled("fund declares dealer in default, which takes no price", declare, {})
        scene.refused("all three are to be closed out", _close_out(scene), "PriceStale")
        what = on(scene, THURSDAY, MORNING, f"{NOTE} and {OTHER} are posted at {_FALLEN}")
        fates = {posted(scene, _FALLEN, symbol) for symbol in (NOTE, OTHER)}
        scene.figure(what, " or ".join(sorted(fates)), TAKEN)
        scene.settled("fund has R1 and R2 closed out, and leaves R3 out", _leave_out(scene), {})
        asked = _net("R1", "R2")
        scene.refused("fund asks for what the two come to", _pay(scene, asked), "BadClaimPayment")

    def mend(self, scene: Scene) -> None:
        scene.say("fund brings R3 as well")
        scene.sends("broker", "dealer", CASH, self.spent)

    def settle(self, scene: Scene) -> None:
        net = _net("R1", "R2", "R3")
        scene.settled("R3 is closed out, too", _close_out(scene), {})
        claim = scene.market.default.claim("fund", "dealer")
        amount(scene, "the claim is one sum, and no wallet was debited for it", claim, net)
        scene.settled("dealer pays it", _pay(scene, net), pays("dealer", "fund", net))

    def without(self, scene: Scene) -> None:
        self.fault(scene)
        scene.from_here()
        scene.say("dealer's administrator asks fund to perform R3, and R3 alone")
        lent = carried(_PLEDGED, OTHER_PRICE)
        scene.sends("fund", "dealer", CASH, cash_to_chain(lent + interest(lent, (RATE, _DAYS))))
        scene.cannot_send("dealer", "fund", OTHER, _PLEDGED)


class ReusedCollateral(Drill):
    """The buyer of a repo has used the collateral and cannot return all of it."""

    name = "reused-collateral"
    behaviour = 32
    question = "The lender has title and may use the collateral. What then does the borrower risk?"

    _used = 4_000_000

    def set_up(self, scene: Scene) -> None:
        policy(scene)
        scene.say(f"late, a buyer pays a charge of {show_per_cent(_FAILS_RATE)} a year")
        agree(scene)
        opens(scene)
        scene.issues("dealer", Decimal("5000.00"))

    def fault(self, scene: Scene) -> None:
        scene.sends("fund", "broker", NOTE, self._used)

    def submit(self, scene: Scene) -> None:
        what = on(scene, TUESDAY, MORNING, "dealer asks for R1 to close")
        scene.refused(what, close_repo(scene), "InsufficientFreeBalance")
        scene.settled(on(scene, TUESDAY, EVENING, "the day ends"), end_of_day(scene), {})

    def mend(self, scene: Scene) -> None:
        scene.say(on(scene, THURSDAY, MORNING, "fund gets back what it used"))
        scene.sends("broker", "fund", NOTE, self._used)

    def settle(self, scene: Scene) -> None:
        owed = LENT + interest(LENT, (RATE, 1))
        paid = owed - interest(owed, (_FAILS_RATE, 2))
        what = "R1 closes: one day of interest, two of the charge"
        scene.settled(what, close_repo(scene), closing(scene, paid))

    def without(self, scene: Scene) -> None:
        self.fault(scene)
        scene.from_here()
        owed = LENT + interest(LENT, (RATE, 1))
        scene.sends("dealer", "fund", CASH, cash_to_chain(owed))
        scene.sends("fund", "dealer", NOTE, COLLATERAL - self._used)
        scene.cannot_send("fund", "dealer", NOTE, self._used)


class ReversedCollateral(Drill):
    """The root wallet takes collateral of an open repo back, and the cash stays lent."""

    name = "reversed-collateral"
    behaviour = 33
    question = "The depository corrects a mistake at a lender's cost. Who has to notice, and when?"

    _taken = 4_000_000
    _left = COLLATERAL - _taken
    _reason = "delivered in error"

    def set_up(self, scene: Scene) -> None:
        policy(scene)
        agree(scene, days=7)
        opens(scene)
        scene.issues("dealer", Decimal("10000.00"))

    def fault(self, scene: Scene) -> None:
        taken, repo = scene.amount(NOTE, self._taken), scene.market.repo.booked("R1").id
        what = f"the root wallet takes {taken} of R1 back to dealer: {self._reason}"
        scene.say(on(scene, WEDNESDAY, MORNING, what))
        scene.market.onboarding.root_move("fund", "dealer", NOTE, self._taken, self._reason, repo)
        price(scene, PRICE)

    def submit(self, scene: Scene) -> None:
        adjust = partial(scene.market.changes.adjust, "R1", {NOTE: COLLATERAL + self._taken})
        what = "dealer and fund agree on more collateral for R1"
        scene.refused(what, adjust, "ReversalUnrecorded")
        self._exposure(scene, COLLATERAL)

    def mend(self, scene: Scene) -> None:
        left = scene.market.servicing.record_reversal("R1")[NOTE]
        scene.say(f"anyone puts it on record: {scene.amount(NOTE, left)} are left in R1")

    def settle(self, scene: Scene) -> None:
        given = worth_as_much(self._exposure(scene, self._left), PRICE)
        scene.settled("fund calls margin of dealer", call_margin(scene), {})
        what = f"dealer meets it with {scene.amount(NOTE, given)}"
        scene.settled(what, _meet_in_notes(scene), gives("dealer", "fund", NOTE, given))
        what = on(scene, MONDAY + timedelta(7), MORNING, "R1 closes against what is left in it")
        owed = LENT + interest(LENT, (RATE, 7))
        back = closing(scene, owed, left={NOTE: self._left})
        scene.settled(what, close_repo(scene), back)
        restore = partial(scene.market.margin.return_securities, "fund", "dealer", NOTE)
        scene.settled("fund returns the margin", restore, gives("fund", "dealer", NOTE, given))

    def without(self, scene: Scene) -> None:
        self.fault(scene)
        scene.say("nobody writes it down, and nobody calls margin")

    def _exposure(self, scene: Scene, standing: int) -> Decimal:
        """Tells what fund may call while so much collateral stands in R1."""
        wanted = LENT + interest(LENT, (RATE, 2)) - carried(standing)
        found = scene.market.margin.net_exposure("fund", "dealer").net_exposure
        amount(scene, "net exposure of fund, by what is on record", found, wanted)
        return wanted


def _net(*references: str) -> Decimal:
    """What dealer owes fund from these, each as of the default; rounded once."""
    growth, lent = 1 + Fraction(RATE) * _DAYS / 360, carried(_PLEDGED, OTHER_PRICE)
    due = {
        "R1": Fraction(carried(_FIRST)) * growth - _FIRST * Fraction(_FALLEN),
        "R2": Fraction(carried(_SECOND)) * growth - _SECOND * Fraction(_FALLEN),
        "R3": _PLEDGED * Fraction(_FALLEN) - Fraction(lent) * growth,
    }
    return cents_half_up(sum((due[reference] for reference in references), Fraction(0)))


def _meet_in_notes(scene: Scene) -> Deed:
    def deed() -> Iterable[str]:
        given = scene.market.margin.meet_in_securities("dealer", "fund", NOTE)
        return [f"worth {show_cash(cents_half_up(given.worth))} as margin, and the call is met"]

    return deed


def _declare(scene: Scene) -> Deed:
    def deed() -> Iterable[str]:
        scene.market.default.declare_default("fund", "dealer", "R1")
        return ["declared: nothing between the two goes on now but the close-out of all three"]

    return deed


def _pay(scene: Scene, claim: Decimal) -> Deed:
    def deed() -> Iterable[str]:
        paid = scene.market.default.pay_claim("dealer", "fund", claim)
        return [f"{show_cash(paid.amount)} {CASH} paid, {show_cash(paid.left)} left"]

    return deed


def _close_out(scene: Scene) -> Deed:
    """Values what is open still, and finishes."""

    def deed() -> Iterable[str]:
        closed = scene.market.default.close_out("fund", "dealer")
        valued = [
            f"{each.reference}: {show_cash(each.owed)} owed, collateral worth "
            f"{show_cash(each.market_value)}"
            for each in sorted(closed.repos, key=lambda repo: repo.reference)
        ]
        return [*valued, f"net {show_cash(closed.net)} {CASH}"]

    return deed


def _leave_out(scene: Scene) -> Deed:
    """Values R1 and R2, the repos on which dealer owes."""

    def deed() -> Iterable[str]:
        market = scene.market
        two = NettingSets(market.facility).of("fund", "dealer")
        ours = [repo for repo in two.repos if repo.terms.buyer == two.by.address]
        market.facility.send("closeOut", two.pair, [repo.position.words() for repo in ours], [])
        return [f"{len(ours)} of {len(two.repos)} are valued: nothing is finished"]

    return deed


DRILLS: tuple[type[Drill], ...] = (Default, ReusedCollateral, ReversedCollateral)
