"""Close-out after a default: everything of a netting set becomes one sum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from settlement.analytics.margin import net_sum
from settlement.units import Exact


@dataclass(frozen=True, slots=True)
class Accelerated:
    """A repo that ends with the default: repurchase price to that day, collateral at its value.

    The default market value has no haircut.
    """

    repurchase_price: Exact
    default_market_value: Decimal
    non_defaulter_buys: bool

    @property
    def due_to_buyer(self) -> Fraction:
        """`RP − DMV`: what the collateral leaves open, or below zero what it exceeds."""
        return Fraction(self.repurchase_price) - Fraction(self.default_market_value)


def close_out(
    repos: Sequence[Accelerated], due_to: Sequence[Exact] = (), due_by: Sequence[Exact] = ()
) -> Fraction:
    """What the defaulter owes the other party N, unrounded; below zero N pays the excess.

    `Σ where N is buyer (RP − DMV) + Σ where N is seller (DMV − RP) + due to N − due by N`. Due to N
    are margin that it gave with its interest, income and fails charges; due by N the same the other
    way, and margin that it holds.
    """
    bought = [repo.due_to_buyer for repo in repos if repo.non_defaulter_buys]
    sold = [repo.due_to_buyer for repo in repos if not repo.non_defaulter_buys]
    return net_sum([*bought, *due_to], [*sold, *due_by])
