"""Repos that do not open: behaviours 22, 25, 26 and 28."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from decimal import Decimal
from functools import partial

from settlement.drills.drill import Drill
from settlement.drills.repo_moves import (
    COLLATERAL,
    HAIRCUT,
    RATE,
    carried,
    closing,
    interest,
    opening,
    worth_as_much,
)
from settlement.drills.repo_verbs import (
    HELD_BACK,
    MONDAY,
    MORNING,
    NOT_TAKEN,
    OTHER,
    OTHER_PRICE,
    TUESDAY,
    agree,
    amount,
    call_margin,
    close_repo,
    offer,
    on,
    open_repo,
    opens,
    other_note,
    policy,
    posted,
    price,
    show_day,
    substitute,
)
from settlement.drills.scene import CASH, NOTE, PRICE, Deed, Scene
from settlement.model.asset import SecurityKind
from settlement.onchain import repo_signing
from settlement.units import CASH as ONE
from settlement.units import cash_to_chain, price_to_chain, show_per_cent


class LenderShort(Drill):
    """The lender of a repo has spent the cash that it agreed to lend."""

    name = "lender-short"
    behaviour = 22
    question = "Why would a dealer that needs cash today deliver its collateral before it has it?"

    def set_up(self, scene: Scene) -> None:
        policy(scene)
        agree(scene)

    def fault(self, scene: Scene) -> None:
        scene.sends("fund", "broker", CASH, 5_000_000 * ONE)

    def submit(self, scene: Scene) -> None:
        scene.refused("R1 is to open", open_repo(scene), "InsufficientFreeBalance")

    def mend(self, scene: Scene) -> None:
        scene.sends("broker", "fund", CASH, 5_000_000 * ONE)

    def settle(self, scene: Scene) -> None:
        scene.settled("R1 is to open again", open_repo(scene), opening(scene))

    def without(self, scene: Scene) -> None:
        self.fault(scene)
        scene.from_here()
        scene.sends("dealer", "fund", NOTE, COLLATERAL)
        owed = scene.market.repo.booked("R1").terms.purchase_price
        scene.cannot_send("fund", "dealer", CASH, owed)


class StalePrice(Drill):
    """The price that a repo needs is of yesterday, missing, zero or ten times too high."""

    name = "stale-price"
    behaviour = 25
    question = "Who may type a price, and who notices a slip before cash is lent on it?"

    _first, _second = 2_000_000, 1_000_000
    _slip = Decimal("10.075")

    def set_up(self, scene: Scene) -> None:
        policy(scene)
        agree(scene, days=None, collateral={NOTE: self._first})
        opens(scene)
        agree(scene, "R2", collateral={NOTE: self._second}, purchase_date=TUESDAY)

    def fault(self, scene: Scene) -> None:
        scene.say(on(scene, TUESDAY, time(9, 1), "no price has come since yesterday"))
        other_note(scene, "dealer", self._second)
        cash = carried(self._second, OTHER_PRICE)
        agree(scene, "R3", collateral={OTHER: self._second}, purchase_price=cash)

    def submit(self, scene: Scene) -> None:
        other = {OTHER: worth_as_much(carried(self._first), OTHER_PRICE)}
        scene.refused("R2 is to open", open_repo(scene, "R2"), "PriceStale")
        scene.refused("fund calls margin of dealer", call_margin(scene), "PriceStale")
        what = f"dealer would give {OTHER} for the {NOTE} in R1"
        scene.refused(what, substitute(scene, other), "PriceStale")
        scene.refused(f"R3 is to open on {OTHER}", open_repo(scene, "R3"), "PriceMissing")
        scene.figure(f"{NOTE} is posted at 0", posted(scene, Decimal(0)), NOT_TAKEN)
        scene.figure(f"{NOTE} is posted at {self._slip}", posted(scene, self._slip), HELD_BACK)
        scene.refused("R2 is to open at that price", open_repo(scene, "R2"), "PricePending")
        scene.refused("fund calls margin at that price", call_margin(scene), "PricePending")

    def mend(self, scene: Scene) -> None:
        price(scene, PRICE)

    def settle(self, scene: Scene) -> None:
        scene.settled("R2 is to open again", open_repo(scene, "R2"), opening(scene, "R2"))
        scene.settled("fund calls margin again", call_margin(scene), {})
        called = scene.market.margin.called("fund", "dealer")
        overnight = interest(carried(self._first), (RATE, 1))
        amount(scene, "called is the interest of one day on R1", called, overnight)

    def without(self, scene: Scene) -> None:
        scene.say(f"{NOTE} is typed as {self._slip}; nobody confirms it, and R2 is struck at it")
        scene.sends("dealer", "fund", NOTE, self._second)
        lent = carried(self._second, self._slip)
        scene.sends("fund", "dealer", CASH, cash_to_chain(lent))


class Stranger(Drill):
    """Strangers set a price, end a repo and accept what was offered to somebody else."""

    name = "stranger"
    behaviour = 26
    question = "An acceptance arrives by e-mail, in the right words. How do you know whose it is?"

    _half, _wanted = COLLATERAL // 2, Decimal("0.5")

    def set_up(self, scene: Scene) -> None:
        policy(scene)
        agree(scene, days=None, collateral={NOTE: self._half})
        opens(scene)
        offer(scene, "R2", collateral={NOTE: self._half}, purchase_date=TUESDAY)

    def fault(self, scene: Scene) -> None:
        scene.say("broker, a member, and intruder, who is none, have read the terms of both")
        scene.market.changes.give_notice("R1", "fund", TUESDAY)
        scene.say(f"fund gives notice to R1, for {show_day(TUESDAY)}")

    def submit(self, scene: Scene) -> None:
        notice = partial(scene.market.changes.give_notice, "R1", "broker", MONDAY)
        posting = _post_as_intruder(scene, self._wanted)
        what = f"intruder posts {NOTE} at {self._wanted}"
        scene.refused(what, posting, "AccessManagedUnauthorized")
        scene.refused("broker gives notice to R1, for today", notice, "NotASide")
        what = on(scene, TUESDAY, MORNING, "broker asks for R1 to close")
        scene.refused(what, close_repo(scene, closer="broker"), "NotASide")
        scene.refused("broker signs R2 in fund's place", _accept(scene, "fund"), "BadSignature")
        what = "broker writes itself into R2, and signs that"
        scene.refused(what, _accept(scene, "broker"), "BadSignature")

    def mend(self, scene: Scene) -> None:
        price(scene, PRICE)
        scene.say("fund signs R2")

    def settle(self, scene: Scene) -> None:
        scene.settled("R2 is to open", open_repo(scene, "R2"), opening(scene, "R2"))
        lent = carried(self._half)
        paid = lent + interest(lent, (RATE, 1))
        scene.settled("dealer asks for R1 to close", close_repo(scene), closing(scene, paid))

    def without(self, scene: Scene) -> None:
        scene.say("broker accepts R2 by e-mail, and dealer takes it for fund's word")
        scene.sends("dealer", "broker", NOTE, self._half)
        owed = scene.market.repo.booked("R2").terms.purchase_price
        scene.cannot_send("broker", "dealer", CASH, owed)


_BASKET = {NOTE: 5_500_000, OTHER: 4_500_000}


class Ineligible(Drill):
    """A borrower offers what no rule takes, or too much of one issuer, or too low a haircut."""

    name = "ineligible"
    behaviour = 28
    question = "No rule names a bond. Is it taken until somebody forbids it, or only once allowed?"

    _bond, _bond_price = "MILL", Decimal("0.60")
    _asked = Decimal(9_000_000)
    _thin = HAIRCUT / 2

    def set_up(self, scene: Scene) -> None:
        policy(scene, concentration=Decimal("0.60"))
        other_note(scene, "dealer", COLLATERAL)
        price(scene, OTHER_PRICE, OTHER)
        scene.market.add_security(self._bond, SecurityKind.CORPORATE_BOND, denomination=1_000)
        scene.tokenizes("dealer", COLLATERAL, self._bond)
        price(scene, self._bond_price, self._bond)
        agree(scene, collateral=_BASKET)

    def fault(self, scene: Scene) -> None:
        scene.say("dealer would rather keep its notes, and fund signs what it is shown")
        agree(scene, "R2", collateral={self._bond: COLLATERAL}, purchase_price=self._asked)
        agree(scene, "R3")
        agree(scene, "R4", collateral=_BASKET, margins=dict.fromkeys(_BASKET, self._thin))

    def submit(self, scene: Scene) -> None:
        market = scene.market
        before = partial(market.board.rule, market.directory.security(NOTE), 0)
        scene.refused(f"{NOTE} is offered before the first policy", before, "NotEligible")
        scene.refused("R2 is to open on a bond", open_repo(scene, "R2"), "NotEligible")
        what = "R3 is to open on notes of one issuer"
        scene.refused(what, open_repo(scene, "R3"), "OverConcentrated")
        what = f"R4 is to open at a haircut of {show_per_cent(self._thin)}"
        scene.refused(what, open_repo(scene, "R4"), "MarginNotAccepted")

    def mend(self, scene: Scene) -> None:
        scene.say("dealer goes back to the basket of R1")

    def settle(self, scene: Scene) -> None:
        scene.settled("R1 is to open", open_repo(scene), opening(scene))

    def without(self, scene: Scene) -> None:
        share = show_per_cent(self._asked / COLLATERAL)
        scene.say(f"nobody keeps a list, and fund lends {share} of the nominal of {self._bond}")
        scene.sends("dealer", "fund", self._bond, COLLATERAL)
        scene.sends("fund", "dealer", CASH, cash_to_chain(self._asked))


def _post_as_intruder(scene: Scene, observed: Decimal) -> Deed:
    """The intruder sends it, by its own key."""
    market = scene.market
    words = (market.directory.security(NOTE).address, price_to_chain(observed))
    posting = market.deployment.prices.transaction(
        scene.party("intruder").key, "post", *words, market.chain.now()
    )
    return partial(market.journal.run, posting)


def _accept(scene: Scene, buyer: str) -> Deed:
    """broker's signature under R2, whose buyer is who it was offered to, or is put in its place."""
    market = scene.market
    offered = market.repo.booked("R2").terms
    terms = replace(offered, buyer=scene.party(buyer).address)
    dealer, broker = (scene.party(name) for name in ("dealer", "broker"))
    words = (
        dealer.sign(market.repo.domain, repo_signing.terms_hash(offered, offered.seller)),
        broker.sign(market.repo.domain, repo_signing.terms_hash(terms, terms.buyer)),
    )
    return partial(market.facility.send, "open", terms.words(), *words)


DRILLS: tuple[type[Drill], ...] = (LenderShort, StalePrice, Stranger, Ineligible)
