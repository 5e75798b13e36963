"""Flows of trades made up by seed, where there is no file to study.

The same seed gives the same flow in every version of Python: only `Random.random()` is used, which
Python promises not to change, and what follows from it is cut to whole numbers.

Flows look like those of payment systems in two ways. Members differ in size: the r-th trades in
proportion to 1/r, so the first of ten buys about a third of everything. Trades differ in size: half
of them are of one size, half of the rest twice as large, and so on, each times a factor between one
and two, so few large ones make up most of the value. Prices differ by security and are whole per
cents of par, so amounts are whole cents.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from itertools import accumulate
from random import Random

from settlement.analytics.obligations import Obligation, against_payment

CURRENCY = "USD"

_SECURITIES = 5
_PRICES = range(90, 110)
_LEAST_NOMINAL = 100_000
_MOST_DOUBLINGS = 7
_WEIGHT = 1_000_000


def random_flow(seed: int, trades: int, members: int) -> list[Obligation]:
    """So many trades between at least two members, in the order of submission; cash in cents.

    Members are `M1`, the largest, and so on, trades are numbered from 1. Seeds are zero or more.
    """
    random = Random(seed)
    weights = [_WEIGHT // rank for rank in range(1, members + 1)]
    prices = [_PRICES[_below(random, len(_PRICES))] for _ in range(_SECURITIES)]
    return [_trade(str(number), random, weights, prices) for number in range(1, trades + 1)]


def _trade(
    number: str, random: Random, weights: Sequence[int], prices: Sequence[int]
) -> Obligation:
    buyer = _drawn(random, weights)
    others = [0 if place == buyer else weight for place, weight in enumerate(weights)]
    seller = _drawn(random, others)
    security = _below(random, len(prices))
    nominal = _nominal(random)
    return against_payment(
        number,
        seller=f"M{seller + 1}",
        buyer=f"M{buyer + 1}",
        security=f"S{security + 1}",
        quantity=nominal,
        currency=CURRENCY,
        amount=nominal * prices[security],  # per cents of par are cents per unit of nominal
    )


def _nominal(random: Random) -> int:
    """Whole thousands; the size halves in frequency as it doubles."""
    doublings = 0
    while doublings < _MOST_DOUBLINGS and random.random() < 0.5:
        doublings += 1
    thousands = _LEAST_NOMINAL // 1_000
    return (thousands + _below(random, thousands)) * 1_000 << doublings


def _drawn(random: Random, weights: Sequence[int]) -> int:
    """A place, in proportion to its weight."""
    sums = [*accumulate(weights)]
    return bisect(sums, _below(random, sums[-1]))


def _below(random: Random, end: int) -> int:
    return int(random.random() * end)
