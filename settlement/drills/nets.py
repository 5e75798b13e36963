"""Many trades, one movement for each member and asset: behaviours 18, 19 and 21."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import partial
from itertools import permutations

from settlement.coordinator.cycle_draft import Draft, nets_of
from settlement.coordinator.queue import Rule
from settlement.drills.drill import Drill
from settlement.drills.invariants import Moves
from settlement.drills.net_verbs import (
    around,
    by_name,
    confirm,
    gross,
    in_a_row,
    pay_out,
    redeem_all,
    settle_cycle,
    sign_past_clients,
    submit_cycle,
    tell_nets,
    work_off,
)
from settlement.drills.scene import CASH, NOTE, PRICE, QUANTITY, Scene
from settlement.units import CASH as ONE
from settlement.units import CENT_UNITS

_SHORT = "InsufficientFreeBalance"
_HALF = QUANTITY // 2


class AnyNet(Drill):
    """A coordinator proposes a net that is one cent less than the trades come to."""

    name = "any-net"
    behaviour = 18
    question = "A cent is missing. Who could tell, and from what?"

    def set_up(self, scene: Scene) -> None:
        self.trades, self.draft = around(scene)

    def fault(self, scene: Scene) -> None:
        self.wrong = _less_for(scene, self.draft, "dealer", CENT_UNITS)
        cent = scene.amount(CASH, CENT_UNITS)
        scene.say(f"the coordinator writes {cent} less into what dealer gets")

    def submit(self, scene: Scene) -> None:
        self._sums(scene)
        signing = partial(scene.market.cycles.sign, self.wrong)
        scene.refused("the clients are shown it", signing, "RefusedToSign")
        forced = submit_cycle(scene, self.wrong, sign_past_clients(scene, self.wrong))
        scene.refused("signed by all, past their clients", forced, "NotBalanced")

    def mend(self, scene: Scene) -> None:
        scene.say("the coordinator proposes what the trades come to")

    def settle(self, scene: Scene) -> None:
        moves = gross(scene, self.trades)
        scene.settled("the cycle is proposed again", settle_cycle(scene, self.draft), moves)

    def without(self, scene: Scene) -> None:
        wrong = _less_for(scene, self.draft, "dealer", CENT_UNITS)
        scene.say("each member pays the others by the coordinator's list")
        pay_out(scene, by_name(scene, wrong))

    def _sums(self, scene: Scene) -> None:
        nets, came_to = by_name(scene, self.draft), gross(scene, self.trades)
        totals: Counter[str] = Counter()
        for (_, symbol), units in nets.items():
            totals[symbol] += units
        summed = in_a_row([scene.amount(symbol, units) for symbol, units in totals.items()])
        nothing = in_a_row([scene.amount(symbol, 0) for symbol in totals])
        scene.figure("all nets, summed", summed, nothing)
        right = sum(came_to.get(key) == units for key, units in nets.items())
        _all_of(scene, "nets that are gross in less gross out", right, len(came_to))
        orders = list(permutations(each.trade for each in self.draft.trades))
        same = sum(nets_of(order) == self.draft.movements for order in orders)
        _all_of(scene, "orders of the trades that give these nets", same, len(orders))


class Ring(Drill):
    """Three members sell in a ring, and none of them has any cash."""

    name = "ring"
    behaviour = 19
    question = "How much cash did these three trades need? Who would have had to lend it?"

    notes = (("dealer", NOTE), ("fund", "T-2030"), ("broker", "T-2040"))

    def set_up(self, scene: Scene) -> None:
        for name, symbol in self.notes[1:]:
            scene.market.add_security(symbol)
            scene.worth[symbol] = PRICE
            scene.tokenizes(name, QUANTITY, symbol)
        names = [name for name, _ in self.notes]
        self.trades = [f"S{place}" for place in range(1, 4)]
        buyers = [*names[1:], names[0]]
        for reference, (seller, symbol), buyer in zip(self.trades, self.notes, buyers, strict=True):
            scene.sale(reference, seller, buyer, security=symbol)

    def fault(self, scene: Scene) -> None:
        for name in ("fund", "broker"):
            redeem_all(scene, name)

    def submit(self, scene: Scene) -> None:
        for reference in self.trades:
            scene.refused(f"{reference} alone", scene.settle(reference), _SHORT)
        one_by_one = work_off(scene, Rule.BYPASS)
        scene.settled("the queue, one by one, whoever can go first", one_by_one, {})

    def mend(self, scene: Scene) -> None:
        scene.say("nobody brings any cash; what each is paid may pay for what it buys")

    def settle(self, scene: Scene) -> None:
        moves = scene.exchange(*self.trades)
        scene.settled("the queue, all at one moment", work_off(scene, Rule.LARGEST), moves)

    def without(self, scene: Scene) -> None:
        self.fault(scene)
        scene.from_here()
        scene.sends("dealer", "fund", NOTE, QUANTITY)
        payment = scene.market.dvp.booked("S1").trade.amount
        scene.cannot_send("fund", "dealer", CASH, payment)


class UnfundedNet(Drill):
    """A member of a netting cycle has spent what it owes net."""

    name = "unfunded-net"
    behaviour = 21
    question = "Broker pays what it has. Why is a part of a payment worse than none?"

    def set_up(self, scene: Scene) -> None:
        number = scene.market.cycles.new_cycle()
        self.kept = confirm(scene, number, "C1", "dealer", "fund", QUANTITY)
        confirm(scene, number, "C2", "dealer", "broker", _HALF)
        self.draft = scene.market.cycles.draft(number, scene.market.window_of_today())
        tell_nets(scene, self.draft)

    def fault(self, scene: Scene) -> None:
        scene.sends("broker", "fund", CASH, 1_500_000 * ONE)

    def submit(self, scene: Scene) -> None:
        cycles = scene.market.cycles
        scene.refused("the whole cycle", settle_cycle(scene, self.draft), _SHORT)
        able = cycles.draft_of_able(self.draft.cycle.number, scene.market.window_of_today())
        quiet = replace(able, without=(), short=(), left_out=())
        signing = partial(cycles.sign, quiet)
        scene.refused("the cycle without C2, which nobody is told", signing, "RefusedToSign")
        known = settle_cycle(scene, able)
        scene.settled("the cycle without C2, which all are told", known, self._first(scene))

    def mend(self, scene: Scene) -> None:
        scene.sends("fund", "broker", CASH, 1_500_000 * ONE)
        number = scene.market.cycles.new_cycle()
        self.left = confirm(scene, number, "C2", "dealer", "broker", _HALF)
        self.draft = scene.market.cycles.draft(number, scene.market.window_of_today())

    def settle(self, scene: Scene) -> None:
        moves = gross(scene, {"C2": self.left})
        scene.settled("the next cycle", settle_cycle(scene, self.draft), moves)

    def without(self, scene: Scene) -> None:
        self.fault(scene)
        scene.from_here()
        pay_out(scene, self._first(scene))
        scene.sends("dealer", "broker", NOTE, _HALF)
        scene.sends("broker", "dealer", CASH, scene.market.balance("broker", CASH))
        scene.say("broker sent all the cash that it has, and the netting went on with that")

    def _first(self, scene: Scene) -> Moves:
        return gross(scene, {"C1": self.kept})


def _all_of(scene: Scene, what: str, found: int, number: int) -> None:
    scene.figure(what, f"{found} of {number}", f"{number} of {number}")


def _less_for(scene: Scene, draft: Draft, name: str, units: int) -> Draft:
    """The same cycle, in which a member gets so much less cash."""
    member, cash = scene.party(name).address, scene.market.directory.cash(CASH).address
    own = tuple(
        replace(each, amount=each.amount - units) if each.asset == cash else each
        for each in draft.movements[member]
    )
    return replace(draft, movements=draft.movements | {member: own})


DRILLS: tuple[type[Drill], ...] = (AnyNet, Ring, UnfundedNet)
