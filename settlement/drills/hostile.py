"""Tokens that lie and members that steal, beside a swap that lets them: behaviour 7."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial

from settlement.drills.drill import Drill, OfOneSale
from settlement.drills.look_alike import LookAlike, Mood
from settlement.drills.naive import NaiveSwap
from settlement.drills.scene import CASH, NOTE, PAYMENT, QUANTITY, Deed, Scene
from settlement.drills.trade_verbs import altered, draft, signature, signed, submission
from settlement.model.trade import SignedTrade
from settlement.onchain.contract import token
from settlement.units import CENT, CENT_UNITS


class HostileToken(Drill):
    """A token outside the directory calls back, burns gas, or says a million bytes."""

    name = "hostile-token"
    behaviour = 7
    question = "Who should be hurt by a token that misbehaves, and how is it kept to them?"

    def set_up(self, scene: Scene) -> None:
        self.honest = signed(scene, draft(scene, "S1"))
        scene.say("dealer and fund sign it")

    def fault(self, scene: Scene) -> None:
        self.token = _look_alike(scene, "broker")
        bait = draft(scene, "S2", "broker", amount=CENT)
        self.bait = replace(bait, security=self.token.address)
        scene.say("S2 names the look-alike, and fund is tempted")

    def submit(self, scene: Scene) -> None:
        client = partial(scene.market.dvp.sign, "S2", self.bait)
        scene.refused("a client is shown S2", client, "RefusedToSign")
        bait = submission(scene, signed(scene, self.bait))
        for mood, what in [
            (Mood.BURNING_GAS, "S2, signed past every client, while its token burns all gas"),
            (Mood.ANSWERING_A_MEGABYTE, "S2 while its token answers with a million bytes"),
        ]:
            self.token.behave(mood)
            scene.refused(what, bait, "Silent")
        settlement = scene.market.deployment.settlement
        attack = settlement.interface.encode("settle", *self.honest.words())
        self.token.call_back(settlement, attack)
        moves = {("fund", CASH): -CENT_UNITS, ("broker", CASH): CENT_UNITS}
        scene.settled("S2 while its token submits S1 from within", self._told(bait), moves)

    def mend(self, scene: Scene) -> None:
        scene.say("nothing of S1 was touched; fund is a cent poorer, for which it signed")

    def settle(self, scene: Scene) -> None:
        moves = scene.exchange_of(self.honest.trade)
        scene.settled("S1 is submitted", submission(scene, self.honest), moves)

    def without(self, scene: Scene) -> None:
        swap = NaiveSwap.trusted_by(scene, ["broker", "fund"])
        fake = _look_alike(scene, "broker")
        cash = scene.market.directory.cash(CASH).address
        swap.swap("broker", "broker", "fund", fake.address, QUANTITY, cash, PAYMENT)

    def _told(self, bait: Deed) -> Deed:
        """Submits, and tells what the token got for calling back."""

        def deed() -> Iterable[str]:
            bait()
            within = f"S1 from within: {self.token.answer()}"
            return ["fund pays a cent for nothing, as it signed", within]

        return deed


class LyingToken(OfOneSale):
    """A seller puts a token that only claims to have moved in the place of the security."""

    name = "lying-token"
    behaviour = 7
    question = "A token says it moved. What would make you believe it?"

    def fault(self, scene: Scene) -> None:
        self.token = _look_alike(scene, "dealer")

    def submit(self, scene: Scene) -> None:
        market = scene.market
        papers = market.dvp.booked("S1").signed
        swapped = altered(papers, security=self.token.address)
        client = partial(market.dvp.sign, "S2", swapped.trade)
        scene.refused("a client is shown S1 with the look-alike", client, "RefusedToSign")
        dealers = signature(scene, "dealer", swapped.trade)
        forged = replace(swapped, seller_signature=dealers)
        what = "S1 with the look-alike, under what fund signed for the note"
        scene.refused(what, submission(scene, forged), "BadSignature")

    def mend(self, scene: Scene) -> None:
        scene.say("dealer delivers the note after all")

    def without(self, scene: Scene) -> None:
        swap = NaiveSwap.trusted_by(scene, ["dealer", "fund"])
        fake = _look_alike(scene, "dealer")
        cash = scene.market.directory.cash(CASH).address
        swap.swap("dealer", "dealer", "fund", fake.address, QUANTITY, cash, PAYMENT)


class AllowanceDrain(OfOneSale):
    """A member helps itself to another member's cash, with a trade of its own making."""

    name = "allowance-drain"
    behaviour = 7
    question = "Which contracts may take how much out of your wallet right now? How do you know?"

    def fault(self, scene: Scene) -> None:
        piece = scene.market.directory.security(NOTE).denomination
        all_of_it = scene.market.cash("fund", CASH)
        self.trade = draft(scene, "S2", "broker", quantity=piece, amount=all_of_it)
        scene.say("broker made this up, and fund knows nothing of it")

    def submit(self, scene: Scene) -> None:
        market, broker = scene.market, scene.party("broker")
        funds = market.dvp.booked("S1").signed.buyer_signature
        papers = SignedTrade(self.trade, signature(scene, "broker", self.trade), funds)
        what = "S2 under what fund signed for S1"
        scene.refused(what, submission(scene, papers), "BadSignature")
        cash, everything = token(market.directory.cash(CASH)), market.balance("fund", CASH)
        sides = (scene.party("fund").address, broker.address, everything)
        for function, error in [
            ("transferFrom", "ERC20InsufficientAllowance"),
            ("bookTransfer", "NotTheMover"),
        ]:
            taking = cash.transaction(broker.key, function, *sides)
            scene.refused(
                f"broker asks the token itself: {function}",
                partial(market.journal.run, taking),
                error,
            )

    def mend(self, scene: Scene) -> None:
        scene.say("there is nothing to mend: nobody here has an allowance to take from")

    def without(self, scene: Scene) -> None:
        swap = NaiveSwap.trusted_by(scene, ["dealer", "fund", "broker"])
        market = scene.market
        note, cash = market.directory.security(NOTE), market.directory.cash(CASH)
        all_cash = market.balance("fund", CASH)
        swap.swap(
            "broker", "broker", "fund", note.address, note.denomination, cash.address, all_cash
        )


def _look_alike(scene: Scene, owner: str) -> LookAlike:
    scene.say(f"{owner} has a token made that looks like {NOTE} and moves nothing")
    return LookAlike.made(scene)


DRILLS: tuple[type[Drill], ...] = (HostileToken, LyingToken, AllowanceDrain)
