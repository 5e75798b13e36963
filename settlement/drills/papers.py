"""Papers that are used again, too late, or were never right: behaviours 3, 5 and 6."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time

from eth_keys.constants import SECPK1_N

from settlement.drills.drill import Drill
from settlement.drills.naive import NaiveSwap
from settlement.drills.scene import CASH, NOTE, PAYMENT, QUANTITY, Scene
from settlement.drills.trade_verbs import altered, draft, signed, submission
from settlement.market import OPENING
from settlement.model.trade import Trade
from settlement.units import CENT_UNITS

_NOWHERE = "0x" + "77" * 20


class Replay(Drill):
    """The signed papers of a trade that settled are used again, in every way that is cheap."""

    name = "replay"
    behaviour = 3
    question = "An instruction to pay is sent twice by mistake. Who notices, and when?"

    def set_up(self, scene: Scene) -> None:
        self.papers = signed(scene, draft(scene, "S1"))
        self.next = signed(scene, draft(scene, "S2"))
        scene.say("dealer and fund sign both")

    def fault(self, scene: Scene) -> None:
        submission(scene, self.papers)()
        scene.say("S1 settles; the coordinator keeps the papers of both")

    def submit(self, scene: Scene) -> None:
        domain, next_trade = scene.market.dvp.domain, self.next.trade
        used = replace(self.papers.trade, amount=CENT_UNITS)
        abroad = replace(domain, chain_id=domain.chain_id + 1)
        elsewhere = replace(domain, contract=scene.market.deployment.repo.address)
        tries = {
            "S1 once more": (self.papers, "NonceUsed"),
            "other terms under the number of S1, signed by both": (
                signed(scene, used),
                "NonceUsed",
            ),
            "S2 as both signed it for another chain": (
                signed(scene, next_trade, abroad),
                "BadSignature",
            ),
            "S2 as both signed it for another contract": (
                signed(scene, next_trade, elsewhere),
                "BadSignature",
            ),
            "S2 for one cent": (altered(self.next, amount=CENT_UNITS), "BadSignature"),
            "S2 with broker as its buyer": (
                altered(self.next, buyer=scene.party("broker").address),
                "BadSignature",
            ),
            "S2 with the mirror image of a signature": (
                replace(self.next, seller_signature=_mirrored(self.next.seller_signature)),
                "BadSignature",
            ),
        }
        for what, (papers, error) in tries.items():
            scene.refused(what, submission(scene, papers), error)

    def mend(self, scene: Scene) -> None:
        scene.say("S2 is submitted as it was signed")

    def settle(self, scene: Scene) -> None:
        moves = scene.exchange_of(self.next.trade)
        scene.settled("S2 under its own number", submission(scene, self.next), moves)

    def without(self, scene: Scene) -> None:
        scene.sends("dealer", "fund", NOTE, QUANTITY)
        scene.sends("fund", "dealer", CASH, PAYMENT)
        scene.sends("fund", "dealer", CASH, PAYMENT)
        scene.say("the instruction to pay went out twice, and the second payment is as good")


class Window(Drill):
    """Trades are submitted a second before their time, at its ends, and a second after."""

    name = "window"
    behaviour = 5
    question = "Both sides say the other was late. Whose clock decides?"

    def set_up(self, scene: Scene) -> None:
        self.trades = {
            reference: self._timed(scene, draft(scene, reference), time(10), time(10, 59, 59))
            for reference in ("S1", "S2", "S3")
        }
        scene.say("dealer and fund sign all three, for 10:00:00 to 10:59:59")

    def fault(self, scene: Scene) -> None:
        scene.say("the coordinator comes too early, and then too late")

    def submit(self, scene: Scene) -> None:
        self._at(scene, time(9, 59, 59), "S1", refused=True)
        self._at(scene, time(10), "S1")
        self._at(scene, time(10, 59, 59), "S2")
        self._at(scene, time(11), "S3", refused=True)

    def mend(self, scene: Scene) -> None:
        self.trades["S3"] = self._timed(scene, self.trades["S3"], time(11), time(11, 30))
        scene.say("dealer and fund sign S3 anew, for 11:00:00 to 11:30:00")

    def settle(self, scene: Scene) -> None:
        self._at(scene, time(11, 30), "S3")

    def without(self, scene: Scene) -> None:
        scene.sends("fund", "dealer", CASH, PAYMENT)
        scene.say("dealer's desk is past its own cut-off, and delivers nothing today")

    def _timed(self, scene: Scene, trade: Trade, first: time, last: time) -> Trade:
        start, end = (_second(scene, moment) for moment in (first, last))
        return replace(trade, not_before=start, not_after=end, binding_from=start)

    def _at(self, scene: Scene, moment: time, reference: str, refused: bool = False) -> None:
        trade = self.trades[reference]
        submitted = submission(scene, signed(scene, trade))
        scene.market.at(datetime.combine(OPENING.date(), moment))
        what = f"{reference} at {moment:%H:%M:%S}"
        if refused:
            scene.refused(what, submitted, "OutsideWindow")
        else:
            scene.settled(what, submitted, scene.exchange_of(trade))


class Nonsense(Drill):
    """Both sides sign terms that make no sense."""

    name = "nonsense"
    behaviour = 6
    question = "Why does it help to be told which field is wrong, and not just that it failed?"

    def set_up(self, scene: Scene) -> None:
        self.trade = draft(scene, "S1")

    def fault(self, scene: Scene) -> None:
        scene.say("a field of it is mistyped, and both sides sign what they see")

    def submit(self, scene: Scene) -> None:
        tries: dict[str, tuple[str, dict[str, str | int]]] = {
            "a quantity of zero": ("ZeroQuantity", {"quantity": 0}),
            "an amount of zero": ("ZeroAmount", {"amount": 0}),
            "a tenth of a cent": ("NotWholeCents", {"amount": PAYMENT + CENT_UNITS // 10}),
            "dealer as both sides": ("SelfTrade", {"buyer": self.trade.seller}),
            "the cash as both legs": ("SameAsset", {"security": self.trade.cash}),
            "an address without code as the security": ("NotAToken", {"security": _NOWHERE}),
        }
        for what, (error, terms) in tries.items():
            wrong = signed(scene, replace(self.trade, **terms))  # type: ignore[arg-type]
            scene.refused(f"S1 with {what}", submission(scene, wrong), error)

    def mend(self, scene: Scene) -> None:
        self.papers = signed(scene, self.trade)
        scene.say("dealer and fund sign S1 as it was meant")

    def settle(self, scene: Scene) -> None:
        submitted = submission(scene, self.papers)
        scene.settled("S1 is submitted", submitted, scene.exchange_of(self.trade))

    def without(self, scene: Scene) -> None:
        swap = NaiveSwap.trusted_by(scene, ["dealer", "fund"])
        cash = scene.market.directory.cash(CASH).address
        scene.say("the security is an address where there is nothing")
        swap.swap("dealer", "dealer", "fund", _NOWHERE, QUANTITY, cash, PAYMENT)


def _second(scene: Scene, moment: time) -> int:
    local = datetime.combine(OPENING.date(), moment, scene.market.zone)
    return int(local.timestamp())


def _mirrored(signature: bytes) -> bytes:
    """The other signature that the same key, knowing nothing more, could pass off: r, −s."""
    s = SECPK1_N - int.from_bytes(signature[32:64], "big")
    return signature[:32] + s.to_bytes(32, "big") + bytes([55 - signature[64]])


DRILLS: tuple[type[Drill], ...] = (Replay, Window, Nonsense)
