"""The tri-party agent: proposes which of a seller's securities stand as collateral.

It proposes and no more: both clients sign the terms, and the contract checks eligibility,
concentration and sufficiency again. What may stand in is what the venue's policy takes, has a
usable price and is free in the seller's wallet.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from settlement.analytics.allocation import Lot, Objective, allocate
from settlement.analytics.collateral import collateral_up, haircut_of_ratio, value_after_margin
from settlement.coordinator.baskets import Baskets
from settlement.coordinator.board import Board
from settlement.coordinator.changes import ChangeDesk, Substitution
from settlement.coordinator.deals import Deal
from settlement.coordinator.facility import Facility
from settlement.coordinator.repo import RepoDesk
from settlement.coordinator.repo_record import RepoRecord
from settlement.errors import BadInput, Refused
from settlement.model.asset import Security
from settlement.model.repo import Method
from settlement.onchain.contract import token
from settlement.units import cents_half_up, half_up, quantity_down, show_cash


@dataclass(frozen=True, slots=True)
class Candidate:
    """A security of the seller's that may stand in, as much as is free and within the limit."""

    security: Security
    quantity: int
    price: Decimal
    margin: Decimal


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the agent proposes: the deal with its collateral, and why the rest may not stand in."""

    deal: Deal
    values: Mapping[str, Fraction]
    excluded: Mapping[str, str]


class Agent:
    """The tri-party agent's desk."""

    def __init__(
        self,
        facility: Facility,
        board: Board,
        baskets: Baskets,
        repos: RepoDesk,
        changes: ChangeDesk,
    ) -> None:
        self._facility = facility
        self._directory = facility.directory
        self._board = board
        self._baskets = baskets
        self._repos = repos
        self._changes = changes

    def propose(self, deal: Deal, objective: Objective = Objective.BEST_FIRST) -> Proposal:
        """Collateral for the purchase price of a tri-party deal; its own collateral is ignored.

        Raises {Refused} (LACK) where the seller's holdings do not carry it.
        """
        if deal.purchase_price is None:
            raise BadInput(f"say how much cash {deal.reference} is for")
        need = Fraction(deal.purchase_price)
        candidates, excluded = self._candidates(deal.seller, deal.agreement.method, need)
        found, values = self._allocated(
            deal.seller, need, candidates, deal.agreement.method, objective
        )
        margins = {each.security.symbol: each.margin for each in candidates}
        chosen = replace(
            deal,
            venue="tri-party",
            collateral=found,
            margins={symbol: margins[symbol] for symbol in found},
        )
        return Proposal(chosen, values, excluded)

    def free(
        self, seller: str, symbol: str, objective: Objective = Objective.BEST_FIRST
    ) -> list[Substitution]:
        """Takes a security out of every tri-party repo of a seller that may substitute.

        Its other holdings take the place, worth as much after margin. Raises {Refused} (LACK)
        where they do not, and where no such repo holds it.
        """
        party, security = self._directory.party(seller), self._directory.security(symbol)
        held = [
            record
            for record in self._facility.records.all_open()
            if record.terms.seller == party.address
            and record.terms.custody == self._facility.deployment.custody.address
            and record.terms.may_substitute
            and any(line.security == security.address for line in record.lines)
        ]
        if not held:
            raise Refused(f"no repo that {seller} may substitute in holds {symbol}")
        return [self._freed(record, security, objective) for record in held]

    def _freed(self, record: RepoRecord, out: Security, objective: Objective) -> Substitution:
        gone = [line for line in record.lines if line.security == out.address]
        kept = self._baskets.by_symbol(line for line in record.lines if line not in gone)
        need, whole = (self._baskets.value(record, each) for each in (gone, record.lines))
        seller, method = self._directory.name(record.terms.seller), self._baskets.method(record)
        candidates, _ = self._candidates(
            seller, method, whole, record, besides=kept, without=out.symbol
        )
        found, _ = self._allocated(seller, need, candidates, method, objective)
        basket = {
            symbol: kept.get(symbol, 0) + found.get(symbol, 0) for symbol in {**kept, **found}
        }
        return self._changes.substitute_basket(self._repos.reference_of(record.id), basket)

    def _candidates(
        self,
        seller: str,
        method: Method,
        whole: Fraction,
        record: RepoRecord | None = None,
        besides: Mapping[str, int] | None = None,
        without: str = "",
    ) -> tuple[list[Candidate], dict[str, str]]:
        """What may stand in for a basket worth `whole`, and why the seller's other holdings not."""
        candidates, excluded = list[Candidate](), dict[str, str]()
        for asset in self._directory.assets():
            if not isinstance(asset, Security) or asset.symbol == without:
                continue
            there = (besides or {}).get(asset.symbol, 0)
            try:
                candidate = self._candidate(seller, asset, method, whole, there, record)
            except Refused as refused:
                excluded[asset.symbol] = refused.sentence
                continue
            if candidate.quantity > 0:
                candidates.append(candidate)
        return candidates, excluded

    def _candidate(
        self,
        seller: str,
        security: Security,
        method: Method,
        whole: Fraction,
        there: int,
        record: RepoRecord | None,
    ) -> Candidate:
        """As much as is free, and as keeps the security within its share of the whole.

        Raises {Refused} where it is not eligible or has no usable price.
        """
        version = record.terms.policy_version if record else None
        rule = self._board.rule(security.kind, version)
        if rule.method is not method:
            raise Refused(f"{security.kind.value} is valued by {rule.method.name.lower()} here")
        price = self._board.price(security.symbol)
        margin = rule.margin
        if record is not None:
            standing = self._baskets.line(record, security.symbol, 0)
            margin = self._baskets.margins([standing])[security.symbol]
        quantity = quantity_down(Fraction(self._free(seller, security)), security.denomination)
        if rule.concentration < 1:
            unit = value_after_margin(price, method, margin)
            most = quantity_down(whole * Fraction(rule.concentration) / unit, security.denomination)
            quantity = min(quantity, most - there)
        return Candidate(security, quantity, price, margin)

    def _free(self, seller: str, security: Security) -> int:
        wallet = self._directory.party(seller).address
        return int(token(security).read(self._facility.journal.chain, "freeBalanceOf", wallet))

    def _allocated(
        self,
        seller: str,
        need: Fraction,
        candidates: Sequence[Candidate],
        method: Method,
        objective: Objective,
    ) -> tuple[dict[str, int], Mapping[str, Fraction]]:
        lots = [_lot(candidate, method) for candidate in candidates]
        found = allocate(need, lots, objective) if lots else None
        short = found.short if found else need
        if found is None or short:
            carried, missing = cents_half_up(need - short), cents_half_up(short)
            raise Refused(
                f"what {seller} has free and the policy takes carries {show_cash(carried)}, "
                f"short {show_cash(missing)}",
                error="NotEnoughCollateral",
                reason="LACK",
                details={"short": str(missing)},
            )
        quantities = {
            each.security.symbol: collateral_up(
                found.values[each.security.symbol],
                each.price,
                method,
                each.margin,
                each.security.denomination,
            )
            for each in candidates
            if each.security.symbol in found.values
        }
        return quantities, found.values


def _lot(candidate: Candidate, method: Method) -> Lot:
    """The objective compares haircuts, so a ratio becomes one, rounded; quantity and denomination
    are scaled by as much, so that the value after margin stays exact."""
    margin = candidate.margin
    haircut = margin if method is Method.HAIRCUT else half_up(haircut_of_ratio(margin), 9)
    unit = value_after_margin(candidate.price, method, margin) / (1 - Fraction(haircut))
    return Lot(
        name=candidate.security.symbol,
        quantity=candidate.quantity * unit,
        haircut=haircut,
        denomination=candidate.security.denomination * unit,
        kind=candidate.security.kind.value,
    )
