"""Several trades in one transaction: behaviours 14 to 17."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from settlement.coordinator.dvp import BEST_EFFORT
from settlement.drills.drill import Drill
from settlement.drills.look_alike import LookAlike, Mood
from settlement.drills.net_verbs import batch, in_a_row, raw_batch
from settlement.drills.scene import CASH, NOTE, PAYMENT, PRICE, QUANTITY, Scene
from settlement.drills.trade_verbs import draft, signed
from settlement.model.asset import SecurityKind
from settlement.model.trade import SignedTrade
from settlement.units import CASH as ONE
from settlement.units import CENT, cash_to_chain, cents_half_up

_HALF, _HALF_PAYMENT = QUANTITY // 2, PAYMENT // 2

_SHORT = "InsufficientFreeBalance"


class BadLeg(Drill):
    """One trade of a batch cannot be paid for, and two are in tokens that attack."""

    name = "bad-leg"
    behaviour = 14
    question = "Which trades would you send all or none, and which each as it can?"

    def set_up(self, scene: Scene) -> None:
        scene.sale("S1")
        scene.sale("S2", buyer="broker", quantity=_HALF)
        scene.sale("S3", quantity=_HALF)

    def fault(self, scene: Scene) -> None:
        self._spend(scene)
        self.among = {
            "H1": _bait(scene, "H1", Mood.BURNING_GAS, "burns all gas"),
            "S4": signed(scene, draft(scene, "S4")),
            "H2": _bait(scene, "H2", Mood.ANSWERING_A_MEGABYTE, "answers with a million bytes"),
        }
        scene.say("dealer and fund sign all three, past their clients")

    def submit(self, scene: Scene) -> None:
        trades = ("S1", "S2", "S3")
        together = batch(scene, trades)
        each = batch(scene, trades, BEST_EFFORT, {"S2": _SHORT})
        scene.refused(f"{in_a_row(trades)}, all or none", together, _SHORT)
        scene.settled(f"{in_a_row(trades)}, each as it can", each, scene.exchange("S1", "S3"))
        attacked = raw_batch(scene, self.among, {"H1": "Silent", "H2": "Silent"})
        moves = scene.exchange_of(self.among["S4"].trade)
        scene.settled(f"{in_a_row([*self.among])}, each as it can", attacked, moves)

    def mend(self, scene: Scene) -> None:
        scene.sends("fund", "broker", CASH, 1_500_000 * ONE)

    def settle(self, scene: Scene) -> None:
        scene.settles("S2")

    def without(self, scene: Scene) -> None:
        self._spend(scene)
        scene.from_here()
        scene.sends("dealer", "fund", NOTE, QUANTITY)
        scene.sends("fund", "dealer", CASH, PAYMENT)
        scene.sends("dealer", "broker", NOTE, _HALF)
        scene.cannot_send("broker", "dealer", CASH, _HALF_PAYMENT)

    def _spend(self, scene: Scene) -> None:
        scene.sends("broker", "fund", CASH, 1_500_000 * ONE)


class PassThrough(Drill):
    """A broker in the middle has neither the security nor the cash when its trades are due."""

    name = "pass-through"
    behaviour = 15
    question = "One by one, who has to trust whom, and for how long?"

    def set_up(self, scene: Scene) -> None:
        self._both(scene, "S1", "S2")
        self._both(scene, "S3", "S4")

    def fault(self, scene: Scene) -> None:
        _empty(scene, "broker")

    def submit(self, scene: Scene) -> None:
        for reference in ("S1", "S2"):
            scene.refused(f"{reference} alone", scene.settle(reference), _SHORT)
        for trades in (("S1", "S2"), ("S2", "S1")):
            each = batch(scene, trades, BEST_EFFORT, dict.fromkeys(trades, _SHORT))
            scene.settled(f"{_in_order(trades)}, each as it can", each, {})

    def mend(self, scene: Scene) -> None:
        scene.say("broker still has nothing; the trades are sent together, all or none")

    def settle(self, scene: Scene) -> None:
        for trades in (("S1", "S2"), ("S4", "S3")):
            moves = scene.exchange(*trades)
            scene.settled(f"{_in_order(trades)}, all or none", batch(scene, trades), moves)
        held, earned = scene.market.balance("broker", CASH), 2 * (self.resold - PAYMENT)
        found, wanted = (scene.amount(CASH, units) for units in (held, earned))
        scene.figure("what broker earned in the middle", found, wanted)

    def without(self, scene: Scene) -> None:
        _empty(scene, "broker")
        scene.from_here()
        scene.sends("dealer", "broker", NOTE, QUANTITY)
        scene.cannot_send("broker", "dealer", CASH, PAYMENT)
        scene.say("broker would pay once it is paid, and fund pays once it has the note")

    def _both(self, scene: Scene, first: str, second: str) -> None:
        dearer = PRICE + Decimal("0.0010")
        self.resold = cash_to_chain(cents_half_up(QUANTITY * dearer))
        scene.sale(first, buyer="broker")
        scene.sale(second, seller="broker", price=dearer)


class DoublePromise(Drill):
    """Somebody who holds 100 shares sells 80 of them twice."""

    name = "double-promise"
    behaviour = 16
    question = "Each buyer looked and saw 100 shares. What did neither of them see?"

    share, held, sold, price = "ACME", 100, 80, Decimal("150.00")

    def set_up(self, scene: Scene) -> None:
        scene.market.add_security(self.share, SecurityKind.EQUITY)
        scene.worth[self.share] = self.price
        scene.tokenizes("dealer", self.held, self.share)
        self._sale(scene, "S1", "fund")

    def fault(self, scene: Scene) -> None:
        self._sale(scene, "S2", "broker")

    def submit(self, scene: Scene) -> None:
        scene.figure("ready, counting all that dealer has sold", _ready(scene), "S1")
        short = f"dealer is short of {scene.amount(self.share, 2 * self.sold - self.held)}"
        scene.figure("what S2 waits for", _obstacles(scene, "S2"), short)
        both = batch(scene, ("S1", "S2"))
        scene.refused("S1 and S2, all or none", both, _SHORT)

    def mend(self, scene: Scene) -> None:
        scene.tokenizes("dealer", 2 * self.sold - self.held, self.share)

    def settle(self, scene: Scene) -> None:
        scene.figure("ready, counting all that dealer has sold", _ready(scene), "S1 and S2")
        moves = scene.exchange("S1", "S2")
        scene.settled("S1 and S2, all or none", batch(scene, ("S1", "S2")), moves)

    def without(self, scene: Scene) -> None:
        self.fault(scene)
        payment = cash_to_chain(self.sold * self.price)
        scene.sends("fund", "dealer", CASH, payment)
        scene.sends("broker", "dealer", CASH, payment)
        scene.sends("dealer", "fund", self.share, self.sold)
        scene.cannot_send("dealer", "broker", self.share, self.sold)

    def _sale(self, scene: Scene, reference: str, buyer: str) -> None:
        scene.sale(
            reference, buyer=buyer, quantity=self.sold, price=self.price, security=self.share
        )


class Offsetting(Drill):
    """Two trades are equal and opposite, and neither can be settled by itself."""

    name = "offsetting"
    behaviour = 17
    question = "Nothing moved and both trades are settled. What has changed?"

    def set_up(self, scene: Scene) -> None:
        scene.sale("S1")
        scene.sale("S2", seller="fund", buyer="dealer")

    def fault(self, scene: Scene) -> None:
        _empty(scene, "fund")

    def submit(self, scene: Scene) -> None:
        for reference in ("S1", "S2"):
            scene.refused(f"{reference} alone", scene.settle(reference), _SHORT)

    def mend(self, scene: Scene) -> None:
        scene.say("fund still has nothing; the trades are sent together, all or none")

    def settle(self, scene: Scene) -> None:
        before = scene.market.journal.settlements
        scene.settled("S1 and S2, all or none", batch(scene, ("S1", "S2")), {})
        scene.figure("settled by that", scene.market.journal.settlements - before, 2)

    def without(self, scene: Scene) -> None:
        _empty(scene, "fund")
        scene.from_here()
        scene.sends("dealer", "fund", NOTE, QUANTITY)
        scene.cannot_send("fund", "dealer", CASH, PAYMENT)
        scene.say("S2 would bring the note back, and nothing makes fund send it")


def _empty(scene: Scene, name: str) -> None:
    """It sends away all that it has; dealer takes it."""
    for symbol, units in scene.market.balances()[name].items():
        if units:
            scene.sends(name, "dealer", symbol, units)


def _bait(scene: Scene, reference: str, mood: Mood, what: str) -> SignedTrade:
    """dealer sells fund a token that attacks whoever settles it."""
    token = LookAlike.made(scene, mood)
    sides = ("dealer", "fund", NOTE, QUANTITY, CASH, CENT)
    trade = scene.market.dvp.match(*scene.market.instructions(reference, *sides))
    scene.say(f"{reference}: dealer is to sell fund a token that {what}, for {CENT} {CASH}")
    return signed(scene, replace(trade, security=token.address))


def _in_order(trades: tuple[str, str]) -> str:
    first, second = trades
    return f"{first} before {second}"


def _ready(scene: Scene) -> str:
    return in_a_row([each.reference for each in scene.market.diagnose() if each.ready])


def _obstacles(scene: Scene, reference: str) -> str:
    (found,) = (each for each in scene.market.diagnose() if each.reference == reference)
    return "; ".join(found.obstacles)


DRILLS: tuple[type[Drill], ...] = (BadLeg, PassThrough, DoublePromise, Offsetting)
