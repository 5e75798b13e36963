"""What drills of repos do on a scene, each with its line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from settlement.coordinator.deals import CUT_OFF, Deal, MasterAgreement
from settlement.drills.repo_moves import COLLATERAL, HAIRCUT, RATE
from settlement.drills.scene import CASH, NOTE, PRICE, Deed, Scene
from settlement.errors import Refused
from settlement.model.asset import SecurityKind
from settlement.model.policy import Rule
from settlement.model.repo import Method
from settlement.units import (
    cents_half_up,
    price_to_chain,
    show_cash,
    show_per_cent,
)

OTHER, OTHER_PRICE = "T-2034", Decimal("0.985")
"""Another note, of another issuer."""

MONDAY = date(2026, 3, 2)
TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (MONDAY + timedelta(days) for days in range(1, 5))
MORNING, EVENING = time(10), CUT_OFF

TAKEN, NOT_TAKEN = "the board takes it", "the board does not take it"
HELD_BACK = "held back until a second person confirms such a jump"


# --- before a repo ---------------------------------------------------------------------------


def policy(scene: Scene, concentration: Decimal = Decimal(1)) -> None:
    """The venue takes notes at a haircut of 1%, and the price of the note is posted."""
    scene.market.board.adopt_policy(
        [Rule(SecurityKind.TREASURY_NOTE, Method.HAIRCUT, HAIRCUT, concentration)]
    )
    limit = f", of one issuer at most {show_per_cent(concentration)}" if concentration < 1 else ""
    haircut = show_per_cent(HAIRCUT)
    scene.say(f"the venue takes treasury notes as collateral at a haircut of {haircut}{limit}")
    price(scene, PRICE)


def price(scene: Scene, observed: Decimal, symbol: str = NOTE) -> None:
    """The price of a security, now; it is what holdings are worth, too."""
    scene.market.board.post_price(symbol, price_to_chain(observed))
    scene.worth[symbol] = observed
    scene.say(f"price of {symbol}: {observed}")


def other_note(scene: Scene, holder: str, quantity: int) -> None:
    """Another note, of which somebody holds so much. It has no price yet."""
    scene.market.add_security(OTHER, denomination=1_000)
    scene.tokenizes(holder, quantity, OTHER)


def agree(scene: Scene, reference: str = "R1", days: int | None = 1, **others: Any) -> None:
    """dealer borrows cash of fund against the note, for so many days, none: until notice.

    `others` are fields of the deal.
    """
    scene.say(f"{_booked(scene, reference, days, others)}; both sign")


def offer(scene: Scene, reference: str, days: int | None = 1, **others: Any) -> None:
    """The same, signed by its seller alone so far."""
    terms = _booked(scene, reference, days, others)
    deal = scene.market.repo.booked(reference).deal
    scene.say(f"{terms}; {deal.seller} signs and waits for {deal.buyer}")


def _booked(scene: Scene, reference: str, days: int | None, others: Mapping[str, Any]) -> str:
    """Books a deal; its terms in a sentence."""
    starts = others.get("purchase_date", scene.market.today())
    collateral = others.get("collateral", {NOTE: COLLATERAL})
    deal = Deal(
        **{
            "reference": reference,
            "venue": "bilateral",
            "seller": "dealer",
            "buyer": "fund",
            "currency": CASH,
            "collateral": collateral,
            "margins": dict.fromkeys(collateral, HAIRCUT),
            "repo_rate": RATE,
            "purchase_date": starts,
            "repurchase_date": None if days is None else starts + timedelta(days),
            "agreement": MasterAgreement(),
            **others,
        }
    )
    cash = show_cash(scene.market.repo.agree(deal).purchase_price)
    when = "" if starts == scene.market.today() else f" on {show_day(starts)}"
    what = " and ".join(scene.amount(symbol, units) for symbol, units in collateral.items())
    until = "when one of them gives notice"
    if deal.repurchase_date is not None:
        until = f"on {show_day(deal.repurchase_date)}"
    return (
        f"{reference}: {deal.seller} sells {deal.buyer} {what} for {cash} {CASH}{when} "
        f"and buys back {until}, at {show_per_cent(deal.repo_rate)}"
    )


def opens(scene: Scene, reference: str = "R1") -> None:
    """Opens it, which must get through; told as part of a set-up."""
    scene.market.repo.open(reference)
    scene.say(f"{reference} opens")


# --- the clock -------------------------------------------------------------------------------


def on(scene: Scene, day: date, at: time, what: str) -> str:
    """Moves the clock on; what happens then, with its time."""
    scene.market.at(datetime.combine(day, at))
    return f"{show_day(day)}, {at:%H:%M}: {what}"


def show_day(day: date) -> str:
    """`Tuesday 3 March`."""
    return f"{day:%A %-d %B}"


# --- what is submitted -----------------------------------------------------------------------


def open_repo(scene: Scene, reference: str = "R1") -> Deed:
    """Submits its opening."""

    def deed() -> Iterable[str]:
        scene.market.repo.open(reference)
        return ["opened: collateral against cash in one transaction"]

    return deed


def close_repo(scene: Scene, reference: str = "R1", closer: str | None = None) -> Deed:
    """Submits its closing, on the word of one side, the seller's unless named."""

    def deed() -> Iterable[str]:
        closed = scene.market.repo.close(reference, closer)
        charge = f" less a fails charge of {show_cash(closed.fails_charge)}"
        return [
            f"interest {closed.formula}{charge if closed.fails_charge else ''}",
            f"closed: collateral against {show_cash(closed.paid)} {CASH} in one transaction",
        ]

    return deed


def substitute(scene: Scene, basket: Mapping[str, int], reference: str = "R1") -> Deed:
    """Submits an exchange of the collateral for this."""

    def deed() -> Iterable[str]:
        done = scene.market.changes.substitute_basket(reference, basket)
        before, after = (
            show_cash(cents_half_up(value)) for value in (done.value_before, done.value_after)
        )
        return [f"exchanged in one transaction; after haircut {before} out, {after} in"]

    return deed


def call_margin(scene: Scene, by: str = "fund", against: str = "dealer") -> Deed:
    """Submits a call for what the net exposure is above the threshold."""

    def deed() -> Iterable[str]:
        call = scene.market.margin.call_margin(by, against)
        return [f"net exposure {show_cash(call.net_exposure)}, called {show_cash(call.amount)}"]

    return deed


def meet_call(scene: Scene, by: str = "dealer", against: str = "fund") -> Deed:
    """Submits the payment of what was called."""

    def deed() -> Iterable[str]:
        paid = scene.market.margin.meet_in_cash(by, against)
        return [f"{show_cash(paid.principal)} {CASH} paid, and the call is met"]

    return deed


def return_cash(scene: Scene, by: str = "fund", against: str = "dealer") -> Deed:
    """Submits the return of all cash that is held as margin."""

    def deed() -> Iterable[str]:
        paid = scene.market.margin.return_cash(by, against)
        return [f"{show_cash(paid.paid)} {CASH} returned"]

    return deed


def posted(scene: Scene, observed: Decimal, symbol: str = NOTE) -> str:
    """Posts a price while something is submitted; what became of it: one of the three."""
    try:
        taken = scene.market.board.post_price(symbol, price_to_chain(observed))
    except Refused as refused:
        if refused.error != "ZeroPrice":
            raise
        return NOT_TAKEN
    return TAKEN if taken else HELD_BACK


def end_of_day(scene: Scene) -> Deed:
    """The coordinator closes what is due today, and puts on record what does not close."""

    def deed() -> Iterable[str]:
        end = scene.market.end_of_day.run(scene.market.today())
        closed = [f"{reference} closes" for reference in end.closed]
        refused = [f"{name} does not close: {why.sentence}" for name, why in end.refused.items()]
        fails = [_FAILS[fail.failing.name].format(fail.reference, fail.who) for fail in end.fails]
        return [*closed, *refused, *fails] or ["nothing is due any more"]

    return deed


_FAILS = {
    "SELLER": "on record for {}: {} fails, and interest runs on",
    "BUYER": "on record for {}: {} fails; interest stops, the fails charge runs",
    "IMPEDED": "on record for {}: nobody fails, and the clocks stand still",
}


def amount(scene: Scene, what: str, found: Decimal, wanted: Decimal) -> None:
    """Tells an amount of cash, which must be the one that was wanted."""
    scene.figure(what, *(f"{show_cash(each)} {CASH}" for each in (found, wanted)))
