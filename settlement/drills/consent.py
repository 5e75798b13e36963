"""Nobody gives without the other's word and the other's leg: behaviours 1, 2 and 4."""

from __future__ import annotations

from functools import partial

from settlement.drills.drill import Drill, OfOneSale
from settlement.drills.scene import CASH, NOTE, PAYMENT, QUANTITY, Scene
from settlement.drills.trade_verbs import draft, gift, signature, signed, submission
from settlement.model.trade import SignedTrade
from settlement.units import CENT, CENT_UNITS


class CashShort(OfOneSale):
    """A buyer lacks one cent of what it has to pay."""

    name = "cash-short"
    behaviour = 1
    question = "Dealer delivered first. What does it hold against fund now, and what is that worth?"

    def fault(self, scene: Scene) -> None:
        left = scene.market.balance("fund", CASH) - PAYMENT
        scene.sends("fund", "broker", CASH, left + CENT_UNITS)

    def submit(self, scene: Scene) -> None:
        scene.refused("S1 is submitted", scene.settle("S1"), "InsufficientFreeBalance")

    def mend(self, scene: Scene) -> None:
        scene.issues("fund", CENT)

    def without(self, scene: Scene) -> None:
        self.fault(scene)
        scene.from_here()
        scene.sends("dealer", "fund", NOTE, QUANTITY)
        scene.cannot_send("fund", "dealer", CASH, PAYMENT)
        scene.say("a payment is made whole or not at all; dealer waits, and fund may fail tonight")


class SecuritiesShort(OfOneSale):
    """A seller lacks the smallest piece of what it has to deliver."""

    name = "securities-short"
    behaviour = 1
    question = "Fund paid first. Is it better off than a dealer that delivers first?"

    def fault(self, scene: Scene) -> None:
        left = scene.market.balance("dealer", NOTE) - QUANTITY
        scene.sends("dealer", "broker", NOTE, left + _piece(scene))

    def submit(self, scene: Scene) -> None:
        scene.refused("S1 is submitted", scene.settle("S1"), "InsufficientFreeBalance")

    def mend(self, scene: Scene) -> None:
        scene.tokenizes("dealer", _piece(scene))

    def without(self, scene: Scene) -> None:
        self.fault(scene)
        scene.from_here()
        scene.sends("fund", "dealer", CASH, PAYMENT)
        scene.cannot_send("dealer", "fund", NOTE, QUANTITY)
        scene.say("fund has paid for all of it and waits, and dealer may fail tonight")


class ReceiverUnsigned(Drill):
    """A buyer never signed, and the coordinator submits the trade all the same."""

    name = "receiver-unsigned"
    behaviour = 2
    question = "Why must somebody who only receives sign as well?"

    def set_up(self, scene: Scene) -> None:
        self.trade = draft(scene, "S1")
        self.word = signature(scene, "dealer", self.trade)
        scene.say("dealer signs; fund does not")

    def fault(self, scene: Scene) -> None:
        scene.say("the coordinator puts another signature in the place of fund's")

    def submit(self, scene: Scene) -> None:
        brokers = signature(scene, "broker", self.trade)
        for whose, taken in [("dealer's, twice", self.word), ("broker's for fund's", brokers)]:
            papers = SignedTrade(self.trade, self.word, taken)
            scene.refused(f"S1 signed: {whose}", submission(scene, papers), "BadSignature")
        free = gift(scene, self.trade, self.word, b"")
        scene.refused("its delivery as a gift, on dealer's word alone", free, "BadSignature")

    def mend(self, scene: Scene) -> None:
        self.papers = signed(scene, self.trade)
        scene.say("fund signs, too")

    def settle(self, scene: Scene) -> None:
        submitted = submission(scene, self.papers)
        scene.settled("S1 signed by both", submitted, scene.exchange_of(self.trade))

    def without(self, scene: Scene) -> None:
        scene.sends("dealer", "fund", NOTE, QUANTITY)
        scene.say("fund never agreed to buy, and pays nothing")


class Cancelled(Drill):
    """Both sides cancel a trade, and the coordinator has kept the signed papers."""

    name = "cancelled"
    behaviour = 4
    question = "What can a paper still do that both sides have torn up?"

    def set_up(self, scene: Scene) -> None:
        scene.sale("S1")
        scene.sale("S2")

    def fault(self, scene: Scene) -> None:
        scene.market.dvp.cancel("S1", ["dealer", "fund"])
        scene.say("dealer and fund cancel S1; the coordinator has kept what they signed")

    def submit(self, scene: Scene) -> None:
        cancel = scene.market.dvp.cancel
        scene.refused("S1 is submitted", scene.settle("S1"), "NonceUsed")
        scene.refused("fund alone cancels S2", partial(cancel, "S2", ["fund"]), "AlreadyBinding")
        scene.refused("broker cancels S2", partial(cancel, "S2", ["broker"]), "NotAParty")

    def mend(self, scene: Scene) -> None:
        scene.sale("S3")

    def settle(self, scene: Scene) -> None:
        scene.settled("S3 is submitted", scene.settle("S3"), scene.exchange("S3"))

    def without(self, scene: Scene) -> None:
        scene.sends("fund", "dealer", CASH, PAYMENT)
        scene.say("dealer has the trade as cancelled, and delivers nothing")


def _piece(scene: Scene) -> int:
    return scene.market.directory.security(NOTE).denomination


DRILLS: tuple[type[Drill], ...] = (CashShort, SecuritiesShort, ReceiverUnsigned, Cancelled)
