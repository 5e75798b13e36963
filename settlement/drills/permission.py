"""Wallets stopped, holdings frozen, assets that stand still: behaviours 8 to 10."""

from __future__ import annotations

from functools import partial

from settlement.drills.drill import Drill, OfOneSale
from settlement.drills.scene import CASH, NOTE, PAYMENT, QUANTITY, Scene
from settlement.drills.trade_verbs import draft, signed, submission

_REASON = "screening hit"


class Suspended(OfOneSale):
    """A wallet is suspended after both sides signed and before the trade settles."""

    name = "suspended"
    behaviour = 8
    question = "Fund paid at nine and was suspended at ten. Who may still deliver to it?"

    def set_up(self, scene: Scene) -> None:
        super().set_up(scene)
        self.outside = signed(scene, draft(scene, "S2", buyer="intruder"))
        scene.say("dealer and intruder sign it; nobody registered intruder")

    def fault(self, scene: Scene) -> None:
        scene.market.onboarding.suspend("fund", _REASON)
        scene.say(f"the depository suspends fund ({_REASON})")

    def submit(self, scene: Scene) -> None:
        onboarding = scene.market.onboarding
        scene.refused("S1 is submitted", scene.settle("S1"), "WalletNotActive")
        onboarding.reinstate("fund", _REASON)
        onboarding.suspend("dealer", _REASON)
        what = "S1 again, fund reinstated and dealer suspended"
        scene.refused(what, scene.settle("S1"), "WalletNotActive")
        onboarding.reinstate("dealer", _REASON)
        scene.refused("S2 is submitted", submission(scene, self.outside), "WalletNotActive")

    def mend(self, scene: Scene) -> None:
        scene.say("fund and dealer are both reinstated")

    def without(self, scene: Scene) -> None:
        scene.sends("fund", "dealer", CASH, PAYMENT)
        self.fault(scene)
        scene.cannot_send("dealer", "fund", NOTE, QUANTITY)


class Frozen(Drill):
    """A court has three tenths of a holding frozen, and a seller sold a little too much of it."""

    name = "frozen"
    behaviour = 9
    question = "Should a buyer see what of a seller's holding is frozen before it agrees?"

    def set_up(self, scene: Scene) -> None:
        self.holding = scene.market.balance("broker", NOTE)
        self.free = self.holding * 7 // 10
        self.sold = self.free + scene.market.directory.security(NOTE).denomination
        scene.say(f"broker holds {scene.amount(NOTE, self.holding)}")
        scene.sale("S1", "broker", quantity=self.sold)
        scene.sale("S2", "broker", quantity=self.free)

    def fault(self, scene: Scene) -> None:
        frozen = self.holding - self.free
        scene.market.onboarding.freeze("broker", NOTE, frozen)
        scene.say(f"{scene.amount(NOTE, frozen)} of broker are frozen")

    def submit(self, scene: Scene) -> None:
        scene.refused("S1 is submitted", scene.settle("S1"), "InsufficientFreeBalance")
        scene.settled("S2 is submitted", scene.settle("S2"), scene.exchange("S2"))

    def mend(self, scene: Scene) -> None:
        scene.market.onboarding.freeze("broker", NOTE, 0)
        scene.say("the court lets them go")
        scene.tokenizes("broker", self.free)

    def settle(self, scene: Scene) -> None:
        scene.settles("S1")

    def without(self, scene: Scene) -> None:
        scene.sends("fund", "broker", CASH, scene.market.dvp.booked("S1").trade.amount)
        self.fault(scene)
        scene.cannot_send("broker", "fund", NOTE, self.sold)


class Paused(Drill):
    """The depository pauses the security, and then the bank its cash."""

    name = "paused"
    behaviour = 10
    question = "An asset stands still. What must still be possible, and why?"

    def set_up(self, scene: Scene) -> None:
        scene.sale("S1")
        scene.sale("S2")

    def fault(self, scene: Scene) -> None:
        self._pause(scene, NOTE)

    def submit(self, scene: Scene) -> None:
        onboarding, cancel = scene.market.onboarding, scene.market.dvp.cancel
        scene.refused("S1 is submitted", scene.settle("S1"), "AssetPaused")
        onboarding.unpause(NOTE, _REASON)
        onboarding.pause(CASH, _REASON)
        what = f"S1 again, {NOTE} moving and {CASH} paused"
        scene.refused(what, scene.settle("S1"), "AssetPaused")
        scene.settled("both sides cancel S2", partial(cancel, "S2", ["dealer", "fund"]), {})

    def mend(self, scene: Scene) -> None:
        scene.market.onboarding.unpause(CASH, _REASON)
        scene.say(f"{CASH} moves again")

    def settle(self, scene: Scene) -> None:
        scene.settles("S1")

    def without(self, scene: Scene) -> None:
        scene.sends("fund", "dealer", CASH, PAYMENT)
        self._pause(scene, NOTE)
        scene.cannot_send("dealer", "fund", NOTE, QUANTITY)

    def _pause(self, scene: Scene, symbol: str) -> None:
        scene.market.onboarding.pause(symbol, _REASON)
        scene.say(f"{symbol} is paused ({_REASON})")


DRILLS: tuple[type[Drill], ...] = (Suspended, Frozen, Paused)
