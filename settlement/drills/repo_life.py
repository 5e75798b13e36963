"""Repos that run: margin, substitution and roll, behaviours 24, 27 and 29."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal

from settlement.coordinator.deals import MasterAgreement
from settlement.drills.drill import Drill
from settlement.drills.repo_moves import (
    COLLATERAL,
    LENT,
    RATE,
    carried,
    gives,
    interest,
    pays,
    together,
    worth_as_much,
)
from settlement.drills.repo_verbs import (
    MORNING,
    OTHER,
    OTHER_PRICE,
    TAKEN,
    TUESDAY,
    agree,
    amount,
    call_margin,
    meet_call,
    on,
    opens,
    other_note,
    policy,
    posted,
    price,
    return_cash,
    substitute,
)
from settlement.drills.scene import CASH, NOTE, PRICE, Deed, Scene
from settlement.units import CENT_UNITS, cash_to_chain, show_cash


class MarginTrigger(Drill):
    """A price falls to the last at which nothing is called, then by one smallest unit more."""

    name = "margin-trigger"
    behaviour = 24
    question = "The collateral loses value while you lend. Who has to notice, and how soon?"

    _least = Decimal("99000.00")
    _trigger, _below, _crash = Decimal("0.99750001"), Decimal("0.9975"), Decimal("0.95")

    def set_up(self, scene: Scene) -> None:
        policy(scene)
        scene.say(f"margin of less than {show_cash(self._least)} {CASH} is not called")
        agree(scene, days=7, agreement=MasterAgreement(minimum_transfer=self._least))

    def fault(self, scene: Scene) -> None:
        opens(scene)
        price(scene, self._trigger)

    def submit(self, scene: Scene) -> None:
        scene.refused("fund calls margin of dealer", call_margin(scene), "NothingToCall")

    def mend(self, scene: Scene) -> None:
        price(scene, self._below)

    def settle(self, scene: Scene) -> None:
        margin, missing = scene.market.margin, LENT - carried(COLLATERAL, self._below)
        scene.settled("fund calls margin again", call_margin(scene), {})
        amount(scene, "the call is what is missing", margin.called("fund", "dealer"), missing)
        scene.settled("dealer meets it", meet_call(scene), pays("dealer", "fund", missing))
        scene.figure(f"{NOTE} is posted at {PRICE} again", posted(scene, PRICE), TAKEN)
        back = pays("fund", "dealer", missing)
        scene.settled("fund returns what is too much now", return_cash(scene), back)

    def without(self, scene: Scene) -> None:
        scene.sends("dealer", "fund", NOTE, COLLATERAL)
        scene.sends("fund", "dealer", CASH, cash_to_chain(LENT))
        price(scene, self._below)
        scene.say("nobody works out what is missing, and nobody calls")
        price(scene, self._crash)
        scene.say("dealer does not come back, and fund keeps the collateral")


class SubstitutionShort(Drill):
    """Between the request and the exchange, the price of the new collateral falls."""

    name = "substitution-short"
    behaviour = 27
    question = "What was worth as much when it was agreed is worth less now. Whose risk was that?"

    _fallen = Decimal("0.95")
    _asked = worth_as_much(LENT, OTHER_PRICE)
    _needed = worth_as_much(LENT, _fallen)

    def set_up(self, scene: Scene) -> None:
        policy(scene)
        other_note(scene, "dealer", 12_000_000)
        price(scene, OTHER_PRICE, OTHER)
        agree(scene, days=7)
        opens(scene)
        asked = scene.amount(OTHER, self._asked)
        scene.say(f"dealer wants its {NOTE} back for {asked}, which carry as much at {OTHER_PRICE}")

    def fault(self, scene: Scene) -> None:
        price(scene, self._fallen, OTHER)

    def submit(self, scene: Scene) -> None:
        short = self._needed - scene.market.directory.security(OTHER).denomination
        scene.refused("what was asked for is exchanged", self._into(scene, self._asked), _LESS)
        what = f"{scene.amount(OTHER, short)} are exchanged, the smallest piece too few"
        scene.refused(what, self._into(scene, short), _LESS)

    def mend(self, scene: Scene) -> None:
        scene.say(f"dealer adds what is missing, up to {scene.amount(OTHER, self._needed)}")

    def settle(self, scene: Scene) -> None:
        moves = together(
            gives("dealer", "fund", OTHER, self._needed), gives("fund", "dealer", NOTE, COLLATERAL)
        )
        scene.settled("that is exchanged", self._into(scene, self._needed), moves)

    def without(self, scene: Scene) -> None:
        scene.sends("fund", "dealer", NOTE, COLLATERAL)
        self.fault(scene)
        scene.sends("dealer", "fund", OTHER, self._asked)

    def _into(self, scene: Scene, quantity: int) -> Deed:
        return substitute(scene, {OTHER: quantity})


_LESS = "LessCollateral"


class RollBroken(Drill):
    """A repo is to roll into the next, and the seller lacks one cent of the interest."""

    name = "roll-broken"
    behaviour = 29
    question = "A repo is rolled every day for a year. How much cash has to move each day, and why?"

    _interest = interest(LENT, (RATE, 1))

    def set_up(self, scene: Scene) -> None:
        policy(scene)
        agree(scene)
        opens(scene)

    def fault(self, scene: Scene) -> None:
        scene.say(on(scene, TUESDAY, MORNING, "R1 is due, and dealer needs the cash for longer"))
        price(scene, PRICE)
        kept = cash_to_chain(self._interest) - CENT_UNITS
        scene.sends("dealer", "broker", CASH, scene.market.balance("dealer", CASH) - kept)

    def submit(self, scene: Scene) -> None:
        scene.refused("R1 is to roll into R2", _roll(scene), "InsufficientFreeBalance")
        scene.figure("what is open between the two", _open(scene), "R1")

    def mend(self, scene: Scene) -> None:
        scene.sends("broker", "dealer", CASH, CENT_UNITS)

    def settle(self, scene: Scene) -> None:
        moves = pays("dealer", "fund", self._interest)
        scene.settled("R1 is to roll into R2 again", _roll(scene), moves)
        scene.figure("what is open between the two", _open(scene), "R2")

    def without(self, scene: Scene) -> None:
        self.fault(scene)
        scene.from_here()
        scene.say("fund returns the collateral of R1, to have it back at once under R2")
        scene.sends("fund", "dealer", NOTE, COLLATERAL)
        scene.cannot_send("dealer", "fund", CASH, cash_to_chain(LENT + self._interest))


def _roll(scene: Scene) -> Deed:
    def deed() -> Iterable[str]:
        until = scene.market.today() + timedelta(1)
        rolled = scene.market.changes.roll("R1", "R2", until)
        return [
            f"interest {rolled.closing.formula}",
            "rolled: R1 closes as R2 opens, in one transaction; only the interest moves",
        ]

    return deed


def _open(scene: Scene) -> str:
    found = scene.market.facility.records.all_open()
    return ", ".join(scene.market.repo.reference_of(record.id) for record in found)


DRILLS: tuple[type[Drill], ...] = (MarginTrigger, SubstitutionShort, RollBroken)
