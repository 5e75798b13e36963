"""What repos are to move, by their terms: plain arithmetic that asks no desk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from settlement.drills.invariants import Moves
from settlement.drills.scene import CASH, PRICE, Scene
from settlement.units import cash_to_chain, cents_half_up, quantity_up

HAIRCUT = Decimal("0.01")
RATE = Decimal("0.0430")
COLLATERAL = 10_000_000
"""Of the note; at 1.0075 and a haircut of 1% it carries 9,974,250.00."""


def carried(quantity: int, observed: Decimal = PRICE) -> Decimal:
    """What a security carries at a price, after the haircut."""
    return cents_half_up(quantity * observed * (1 - HAIRCUT))


LENT = carried(COLLATERAL)
"""Cash that the note carries at the opening, in R1 unless a drill differs."""


def worth_as_much(value: Decimal, observed: Decimal) -> int:
    """The least quantity of a note that carries so much at a price, in whole thousands."""
    return quantity_up(Fraction(value) / Fraction(observed * (1 - HAIRCUT)), 1_000)


def interest(principal: Decimal, *periods: tuple[Decimal, int]) -> Decimal:
    """Of so many days at so much a year, one after the other; rounded once."""
    days = sum(Fraction(rate) * days for rate, days in periods)
    return cents_half_up(Fraction(principal) * days / 360)


def pays(payer: str, receiver: str, amount: Decimal) -> Moves:
    """A payment."""
    return gives(payer, receiver, CASH, cash_to_chain(amount))


def gives(giver: str, taker: str, symbol: str, units: int) -> Moves:
    """A delivery."""
    return {(giver, symbol): -units, (taker, symbol): units}


def together(*several: Moves) -> Moves:
    """All of it, summed."""
    summed: Counter[tuple[str, str]] = Counter()
    for moves in several:
        for key, units in moves.items():
            summed[key] += units
    return {key: units for key, units in summed.items() if units}


def opening(scene: Scene, reference: str = "R1") -> Moves:
    """What the opening of a booked repo moves."""
    booked = scene.market.repo.booked(reference)
    deal = booked.deal
    out = [gives(deal.seller, deal.buyer, *line) for line in deal.collateral.items()]
    return together(*out, pays(deal.buyer, deal.seller, booked.purchase_price))


def closing(
    scene: Scene, paid: Decimal, reference: str = "R1", left: Mapping[str, int] | None = None
) -> Moves:
    """What its closing moves for so much: the collateral of the deal, or what is left of it."""
    deal = scene.market.repo.booked(reference).deal
    lines = (deal.collateral if left is None else left).items()
    back = [gives(deal.buyer, deal.seller, *line) for line in lines]
    return together(*back, pays(deal.seller, deal.buyer, paid))
