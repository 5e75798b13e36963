"""Deals delivered in parts: shaped into lots beforehand, or opened with what is there.

Purchase prices of parts go by the value of their collateral and sum to the whole, to the cent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from settlement.analytics.collateral import shaped
from settlement.coordinator.deals import Deal
from settlement.coordinator.repo import BookedRepo, RepoDesk
from settlement.coordinator.terms import TermsWriter
from settlement.errors import BadInput


@dataclass(frozen=True, slots=True)
class PartialDelivery:
    """What opened now, and what stays booked for the rest."""

    delivered: BookedRepo
    rest: BookedRepo


class DeliveryDesk:
    """The desk for deals in parts."""

    def __init__(self, terms: TermsWriter, repos: RepoDesk) -> None:
        self._terms = terms
        self._repos = repos

    def shape(self, deal: Deal, nominals: Sequence[int]) -> list[Deal]:
        """A deal of one security as lots of these nominals, named R1/1, R1/2 and so on.

        Nothing is agreed yet. Raises {BadInput} unless they are lots of it and of nothing else.
        """
        if len(deal.collateral) != 1:
            raise BadInput(f"{deal.reference} is shaped by the nominal of its one security")
        ((symbol, quantity),) = deal.collateral.items()
        if sum(nominals) != quantity or min(nominals) <= 0:
            raise BadInput(
                f"the lots sum to {sum(nominals):,}, and the deal is {quantity:,} {symbol}"
            )
        parts = [{symbol: nominal} for nominal in nominals]
        return [
            replace(
                deal, reference=f"{deal.reference}/{place}", collateral=part, purchase_price=price
            )
            for place, (part, price) in enumerate(self._priced(deal, parts), start=1)
        ]

    def deliver_partially(
        self, reference: str, delivered: Mapping[str, int], rest_on: date | None = None
    ) -> PartialDelivery:
        """Opens a repo that was agreed with what the seller can deliver now. Raises {Refused}.

        Both sides cancel the whole and sign anew, twice: the reference stands for what opens; the
        rest stays booked as `R1-rest`, for the same purchase date unless another is given. Where
        the part would not open the whole stands as it was.
        """
        whole, rest_reference = self._repos.booked(reference), f"{reference}-rest"
        self._repos.require_unused(rest_reference)
        deal = whole.deal
        left = {
            symbol: quantity - delivered.get(symbol, 0)
            for symbol, quantity in deal.collateral.items()
        }
        parts = [{s: q for s, q in part.items() if q} for part in (delivered, left)]
        if set(delivered) - set(left) or any(min(part.values(), default=0) <= 0 for part in parts):
            raise BadInput(f"what is delivered is some of the collateral of {reference}, not all")
        now, later = self._priced(replace(deal, purchase_price=whole.purchase_price), parts)
        rest_deal = replace(
            deal,
            reference=rest_reference,
            collateral=later[0],
            purchase_price=later[1],
            purchase_date=rest_on or deal.purchase_date,
        )
        opening = self._repos.draft(replace(deal, collateral=now[0], purchase_price=now[1]))
        self._repos.rehearse(opening)
        self._repos.cancel(reference, [deal.seller, deal.buyer])
        self._repos.book(opening)
        rest = self._repos.agree(rest_deal)
        return PartialDelivery(self._repos.open(reference), rest)

    def _priced(
        self, deal: Deal, parts: Sequence[Mapping[str, int]]
    ) -> list[tuple[Mapping[str, int], Decimal]]:
        """Each part with its share of the purchase price."""
        whole = self._terms.purchase_price(deal)
        values = [self._value(deal, part) for part in parts]
        total = sum(values, Fraction(0))
        prices = shaped([Fraction(whole) * value / total for value in values])
        return list(zip(parts, prices, strict=True))

    def _value(self, deal: Deal, part: Mapping[str, int]) -> Fraction:
        return sum(self._terms.values(replace(deal, collateral=part)), Fraction(0))
