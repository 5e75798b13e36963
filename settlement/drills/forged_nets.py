"""Signed nets in the hands of a crooked coordinator: behaviour 20."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from settlement.coordinator.cycle_draft import Window
from settlement.coordinator.dvp import ALL_OR_NONE, BEST_EFFORT, CASH_NET
from settlement.drills.drill import Drill
from settlement.drills.net_verbs import (
    alone,
    around,
    by_name,
    gross,
    pay_out,
    sign_past_clients,
    submit_cycle,
)
from settlement.drills.scene import CASH, Scene
from settlement.drills.trade_verbs import gift, submission
from settlement.model.cycle import NetStatement, for_cycle

_MODES = {"all or none": ALL_OR_NONE, "each as it can": BEST_EFFORT, "cash netted": CASH_NET}


class ForgedNet(Drill):
    """The coordinator changes a net after all members signed it."""

    name = "forged-net"
    behaviour = 20
    question = "The coordinator is crooked. What can it still do to the members, and what not?"

    def set_up(self, scene: Scene) -> None:
        self.trades, self.draft = around(scene)
        self.signed = scene.market.cycles.sign(self.draft)
        scene.say("each signs its own net")

    def fault(self, scene: Scene) -> None:
        scene.say("the coordinator submits it with something left out, doubled or exchanged")

    def submit(self, scene: Scene) -> None:
        for what, statements, error in self._forgeries(scene):
            scene.refused(what, submit_cycle(scene, self.draft, statements), error)

    def mend(self, scene: Scene) -> None:
        scene.say("the coordinator submits what all signed")

    def settle(self, scene: Scene) -> None:
        moves = gross(scene, self.trades)
        scene.settled("the cycle", submit_cycle(scene, self.draft, self.signed), moves)

    def without(self, scene: Scene) -> None:
        scene.say("the coordinator's list leaves out what fund pays; members pay by the list")
        nets = by_name(scene, self.draft)
        pay_out(scene, {key: units for key, units in nets.items() if key != ("fund", CASH)})

    def _next(self, scene: Scene) -> NetStatement:
        """broker's part, signed for the next cycle."""
        cycle = replace(self.draft.cycle, number=self.draft.cycle.number + 1)
        broker = scene.party("broker").address
        parts = sign_past_clients(scene, replace(self.draft, cycle=cycle))
        return next(part for part in parts if part.participant == broker)

    def _forgeries(self, scene: Scene) -> Iterator[tuple[str, list[NetStatement], str]]:
        """What is tried, with the error that refuses it."""
        own = {scene.market.directory.name(each.participant): each for each in self.signed}
        dealer, fund, broker = (own[name] for name in ("dealer", "fund", "broker"))
        received = tuple(each for each in fund.movements if each.amount > 0)
        unsigned, unpaid = replace(fund, signature=b""), replace(fund, movements=received)
        borrowed = replace(broker, signature=fund.signature)
        doubled = replace(dealer, movements=dealer.movements * 2)
        tries: list[tuple[str, NetStatement, list[NetStatement]]] = [
            ("broker's part is left out", broker, []),
            ("fund's signature is left out", fund, [unsigned]),
            ("fund's signature is used for broker as well", broker, [borrowed]),
            ("what fund gives is left out", fund, [unpaid]),
            ("what dealer gets and gives is doubled", dealer, [doubled]),
            ("broker's part is what it signed for the next cycle", broker, [self._next(scene)]),
        ]
        for what, forged, instead in tries:
            yield what, self._with(forged, instead), "BadSignature"
        yield "broker takes part twice", self._with(broker, [broker] * 2), "ParticipantsOutOfOrder"

    def _with(self, forged: NetStatement, instead: list[NetStatement]) -> list[NetStatement]:
        """What all signed, with other parts in the place of one."""
        return [part for each in self.signed for part in (instead if each is forged else [each])]


class TwoProposals(Drill):
    """All members sign two proposals of one cycle, and the coordinator uses all that it has."""

    name = "two-proposals"
    behaviour = 20
    question = "A trade was netted. In how many ways could somebody try to settle it again?"

    def set_up(self, scene: Scene) -> None:
        cycles, window = scene.market.cycles, scene.market.window_of_today()
        self.trades, first = around(scene)
        earlier = Window(window.not_before, window.not_after - 3_600)
        self.proposals = [first, cycles.draft(first.cycle.number, earlier)]
        self.signed = [cycles.sign(proposal) for proposal in self.proposals]
        scene.say("each signs its own net twice: until midnight, and until an hour before it")

    def fault(self, scene: Scene) -> None:
        submit_cycle(scene, self.proposals[0], self.signed[0])()
        scene.say("the first proposal settles; the coordinator keeps the second and all papers")

    def submit(self, scene: Scene) -> None:
        second = submit_cycle(scene, self.proposals[1], self.signed[1])
        scene.refused("the second proposal", second, "CycleUsed")
        papers = self.trades["C1"]
        doors = {"by itself": submission(scene, papers)} | {
            f"in a batch, {what}": alone(scene, papers, mode) for what, mode in _MODES.items()
        }
        signatures = (papers.seller_signature, papers.buyer_signature)
        doors["as a free delivery"] = gift(scene, papers.trade, *signatures)
        for what, deed in doors.items():
            scene.refused(f"C1 {what}, on what both signed for the cycle", deed, "BadSignature")
        again = for_cycle(papers.trade, scene.market.cycles.new_cycle())
        deed = partial(scene.market.cycles.confirm, "C1 again", again)
        scene.refused("C1 is to be confirmed for the next cycle", deed, "RefusedToSign")

    def mend(self, scene: Scene) -> None:
        scene.sale("S1")

    def settle(self, scene: Scene) -> None:
        scene.settled("S1, a new trade", scene.settle("S1"), scene.exchange("S1"))

    def without(self, scene: Scene) -> None:
        scene.say("members pay by the coordinator's list, and fund is sent it twice")
        nets = by_name(scene, self.proposals[0])
        pay_out(scene, nets)
        scene.sends("fund", "dealer", CASH, -nets["fund", CASH])


DRILLS: tuple[type[Drill], ...] = (ForgedNet, TwoProposals)
