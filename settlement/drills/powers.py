"""Powers of the depository: used, handed over, and ended: behaviours 11 to 13."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from functools import partial

from settlement.drills.drill import Drill, OfOneSale
from settlement.drills.scene import CASH, NOTE, PAYMENT, PRICE, QUANTITY, Scene
from settlement.market import LIFE
from settlement.onchain import roles
from settlement.onchain.contract import token
from settlement.onchain.signing import trade_id
from settlement.units import show_cash

_REASON = "sold by mistake"
_SUCCESSOR = "T-2035-II"


class Reversal(OfOneSale):
    """The root wallet reverses a delivery that settled; the cash does not come back with it."""

    name = "reversal"
    behaviour = 11
    question = "Settled is final, and yet it was undone. By whom, on what ground, at whose risk?"

    def set_up(self, scene: Scene) -> None:
        super().set_up(scene)
        scene.market.dvp.settle("S1")
        scene.say("S1 settles")

    def fault(self, scene: Scene) -> None:
        market = scene.market
        settled = trade_id(market.dvp.booked("S1").trade)
        market.onboarding.root_move("fund", "dealer", NOTE, QUANTITY, _REASON, settled)
        scene.say(f"the root wallet reverses S1's delivery and writes down why: {_REASON}")
        exposure = show_cash(market.dvp.amount_of("S1"))
        scene.say(f"securities return, cash does not: fund is exposed for {exposure} {CASH}")

    def submit(self, scene: Scene) -> None:
        market = scene.market
        scene.refused("S1 is submitted again", scene.settle("S1"), "NonceUsed")
        sides = [scene.party(name).address for name in ("dealer", "broker")]
        words = (*sides, QUANTITY, _REASON, bytes(32), bytes(32))
        note = token(market.directory.security(NOTE))
        moving = note.transaction(scene.party("broker").key, "rootMove", *words)
        run = partial(market.journal.run, moving)
        scene.refused("broker moves as the root wallet does", run, "AccessManagedUnauthorized")

    def mend(self, scene: Scene) -> None:
        scene.say("it was no mistake after all: both sides sign the delivery, free of payment")

    def settle(self, scene: Scene) -> None:
        deed = partial(scene.market.deliver_free, "dealer", "fund", NOTE, QUANTITY)
        moves = {("dealer", NOTE): -QUANTITY, ("fund", NOTE): QUANTITY}
        scene.settled("the delivery is submitted", deed, moves)

    def without(self, scene: Scene) -> None:
        self.fault(scene)
        scene.say("no DvP helps here: the exposure is the same, and a log is all there is")


class FormerAdmin(OfOneSale):
    """Operators handed their powers over, and try to use them once more."""

    name = "former-admin"
    behaviour = 12
    question = "Somebody who left still has a key. What opens with it?"

    def fault(self, scene: Scene) -> None:
        scene.say("the depository and the venue take the powers of four operators away")
        operators, deployment = scene.market.operators, scene.market.deployment
        for manager, admin, role, holder in [
            (
                deployment.depository,
                operators.depository_admin,
                roles.REGISTRAR,
                operators.registrar,
            ),
            (deployment.depository, operators.depository_admin, roles.FREEZER, operators.freezer),
            (deployment.depository, operators.depository_admin, roles.ROOT, operators.root),
            (deployment.venue, operators.venue_admin, roles.PRICER, operators.pricer),
        ]:
            taken = manager.transaction(admin, "revokeRole", role, holder.address)
            scene.market.journal.run(taken)

    def submit(self, scene: Scene) -> None:
        market = scene.market
        onboarding, board = market.onboarding, market.board
        nothing = bytes(32)
        tries: dict[str, Callable[[], object]] = {
            "the former registrar registers a friend": partial(
                onboarding.register, market.party("friend")
            ),
            "the former freezer frees what is frozen": partial(
                onboarding.freeze, "dealer", NOTE, 0
            ),
            "the former root wallet moves dealer's securities to broker": partial(
                onboarding.root_move, "dealer", "broker", NOTE, QUANTITY, _REASON, nothing
            ),
            "the former pricer doubles a price": partial(board.post_price, NOTE, 2 * 10**8),
        }
        for what, deed in tries.items():
            scene.refused(what, deed, "AccessManagedUnauthorized")

    def mend(self, scene: Scene) -> None:
        scene.say("others hold these powers now; nobody needed one of them for S1")

    def without(self, scene: Scene) -> None:
        scene.say("nobody took the key of the former root wallet away")
        scene.market.onboarding.root_move("dealer", "broker", NOTE, QUANTITY, _REASON, bytes(32))
        scene.say(f"it moves {scene.amount(NOTE, QUANTITY)} from dealer to broker")


class Sunset(Drill):
    """The pilot's relief has ended, and members trade on."""

    name = "sunset"
    behaviour = 13
    question = "What should a holder still be able to do with a token whose pilot has ended?"

    def set_up(self, scene: Scene) -> None:
        scene.say(f"{NOTE} circulates for three years")

    def fault(self, scene: Scene) -> None:
        market = scene.market
        day = market.today() + LIFE + timedelta(days=1)
        market.at(datetime.combine(day, time(9)))
        scene.say(f"it is {market.today():%-d %B %Y}, the day after its last")
        scene.sale("S1")

    def submit(self, scene: Scene) -> None:
        scene.refused("S1 is submitted", scene.settle("S1"), "PastSunset")
        redeem = partial(scene.market.onboarding.detokenize, "dealer", NOTE, QUANTITY)
        scene.settled("dealer detokenizes", redeem, {("dealer", NOTE): -QUANTITY})

    def mend(self, scene: Scene) -> None:
        scene.market.add_security(_SUCCESSOR, denomination=1_000)
        scene.worth[_SUCCESSOR] = PRICE
        scene.say(f"the depository issues {_SUCCESSOR}, with a life of its own")
        scene.tokenizes("dealer", QUANTITY, _SUCCESSOR)
        scene.sale("S2", security=_SUCCESSOR)

    def settle(self, scene: Scene) -> None:
        scene.settled("S2 is submitted", scene.settle("S2"), scene.exchange("S2"))

    def without(self, scene: Scene) -> None:
        market = scene.market
        market.at(datetime.combine(market.today() + LIFE, time(9)))
        scene.say("on the last day, fund pays for what is to be delivered the next")
        scene.sends("fund", "dealer", CASH, PAYMENT)
        market.at(datetime.combine(market.today() + timedelta(days=1), time(9)))
        scene.cannot_send("dealer", "fund", NOTE, QUANTITY)


DRILLS: tuple[type[Drill], ...] = (Reversal, FormerAdmin, Sunset)
