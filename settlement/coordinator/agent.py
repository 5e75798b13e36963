"""The tri-party agent: proposes which of a seller's securities stand as collateral.

It proposes and no more: both clients sign the terms, and the contract checks eligibility,
concentration and sufficiency again. What may stand in is what the venue's policy takes, has a
usable price and is free in the seller's wallet.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from settlement.analytics.allocation import Group, Limit, Lot, Objective, allocate
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
from settlement.model.repo import Line, Method
from settlement.onchain.contract import token
from settlement.units import cents_half_up, half_up, quantity_down, show_cash

_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A security of the seller's that may stand in, as much as is free and within the limit.

    `room` is the value after margin that the policy lets its issuer add, None without a limit.
    """

    security: Security
    quantity: int
    price: Decimal
    margin: Decimal
    room: Fraction | None


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the agent proposes: the deal with its collateral, and why the rest may not stand in."""

    deal: Deal
    values: Mapping[str, Fraction]
    excluded: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Collateral worth `need` after margin, for a basket worth `whole` when it is there.

    Of a repo that stands, `kept` is what stays in it, and `shares` how much of the whole that may
    be with what comes in, both by the issuer's LEI.
    """

    seller: str
    need: Fraction
    whole: Fraction
    method: Method
    price_age: int
    record: RepoRecord | None = None
    kept: Mapping[str, Fraction] = field(default_factory=dict)
    shares: Mapping[str, Decimal] = field(default_factory=dict)


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
        need, age = Fraction(deal.purchase_price), deal.agreement.maximum_price_age
        wanted = _Wanted(deal.seller, need, need, deal.agreement.method, age // _SECOND)
        candidates, excluded = self._candidates(wanted, self._free(deal.seller))
        found, values = _allocated(wanted, candidates, objective)
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
        where they do not suffice for all of these repos, and where no such repo holds it; then
        nothing is substituted.
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
        free, baskets = self._free(seller), list[dict[str, int]]()
        for record in held:
            found = self._replacement(record, security, free, objective)
            free = {each: free[each] - found.get(each, 0) for each in free}
            kept = self._baskets.by_symbol(_without(record, security))
            baskets.append({each: kept.get(each, 0) + found.get(each, 0) for each in kept | found})
        return [
            self._changes.substitute_basket(self._repos.reference_of(record.id), basket)
            for record, basket in zip(held, baskets, strict=True)
        ]

    def _replacement(
        self, record: RepoRecord, out: Security, free: Mapping[str, int], objective: Objective
    ) -> dict[str, int]:
        """What of `free` takes the place of a security in a repo, by symbol."""
        stays = _without(record, out)
        whole, kept = (self._baskets.value(record, each) for each in (record.lines, stays))
        wanted = _Wanted(
            seller=self._directory.name(record.terms.seller),
            need=whole - kept,
            whole=whole,
            method=self._baskets.method(record),
            price_age=self._facility.records.agreement(record.terms.agreement).maximum_price_age,
            record=record,
            kept=self._by_issuer(record, stays),
            shares=self._shares(record, stays),
        )
        candidates, _ = self._candidates(
            wanted, {symbol: units for symbol, units in free.items() if symbol != out.symbol}
        )
        found, _ = _allocated(wanted, candidates, objective)
        return found

    def _candidates(
        self, wanted: _Wanted, free: Mapping[str, int]
    ) -> tuple[list[Candidate], dict[str, str]]:
        """What of `free` may stand in, and why the rest may not."""
        candidates, excluded = list[Candidate](), dict[str, str]()
        for symbol, quantity in free.items():
            try:
                candidate = self._candidate(wanted, self._directory.security(symbol), quantity)
            except Refused as refused:
                excluded[symbol] = refused.sentence
                continue
            if candidate.quantity > 0:
                candidates.append(candidate)
        return candidates, excluded

    def _candidate(self, wanted: _Wanted, security: Security, free: int) -> Candidate:
        """As much as is free, and as keeps its issuer within its share of the whole.

        Raises {Refused} where it is not eligible or has no usable price.
        """
        record = wanted.record
        rule = self._board.rule(security, record.terms.policy_version if record else None)
        if rule.method is not wanted.method:
            raise Refused(f"{security.kind.value} is valued by {rule.method.name.lower()} here")
        price = self._board.price(security.symbol, wanted.price_age)
        margin = rule.margin
        if record is not None:
            standing = self._baskets.line(record, security.symbol, 0)
            margin = self._baskets.margins([standing])[security.symbol]
        quantity, room = quantity_down(Fraction(free), security.denomination), None
        share = min(rule.concentration, wanted.shares.get(security.issuer, Decimal(1)))
        if share < 1:
            kept = wanted.kept.get(security.issuer, Fraction(0))
            room = wanted.whole * Fraction(share) - kept
            unit = value_after_margin(price, wanted.method, margin)
            quantity = min(quantity, quantity_down(room / unit, security.denomination))
        return Candidate(security, quantity, price, margin, room)

    def _free(self, seller: str) -> dict[str, int]:
        """What is free of each security in a seller's wallet, by symbol."""
        wallet, chain = self._directory.party(seller).address, self._facility.journal.chain
        return {
            asset.symbol: int(token(asset).read(chain, "freeBalanceOf", wallet))
            for asset in self._directory.assets()
            if isinstance(asset, Security)
        }

    def _shares(self, record: RepoRecord, lines: Iterable[Line]) -> dict[str, Decimal]:
        """The strictest limit of the lines of each issuer, by its LEI."""
        shares = dict[str, Decimal]()
        for line in lines:
            security = self._directory.security(self._directory.name(line.security))
            limit = self._board.rule(security, record.terms.policy_version).concentration
            shares[security.issuer] = min(limit, shares.get(security.issuer, limit))
        return shares

    def _by_issuer(self, record: RepoRecord, lines: Iterable[Line]) -> dict[str, Fraction]:
        """What lines are worth after margin, by the issuer's LEI."""
        values = dict[str, Fraction]()
        for line in lines:
            lei = self._directory.security(self._directory.name(line.security)).issuer
            values[lei] = values.get(lei, Fraction(0)) + self._baskets.value(record, [line])
        return values


def _without(record: RepoRecord, security: Security) -> list[Line]:
    return [line for line in record.lines if line.security != security.address]


def _allocated(
    wanted: _Wanted, candidates: Sequence[Candidate], objective: Objective
) -> tuple[dict[str, int], Mapping[str, Fraction]]:
    """Quantities by symbol, up to the denomination, and their exact values."""
    lots = [_lot(candidate, wanted.method) for candidate in candidates]
    limits = _limits(wanted.need, candidates, lots)
    found = allocate(wanted.need, lots, objective, limits) if lots else None
    short = found.short if found else wanted.need
    if found is None or short:
        carried, missing = cents_half_up(wanted.need - short), cents_half_up(short)
        raise Refused(
            f"what {wanted.seller} has free and the policy takes carries {show_cash(carried)}, "
            f"short {show_cash(missing)}",
            error="NotEnoughCollateral",
            reason="LACK",
            details={"short": str(missing)},
        )
    quantities = {
        each.security.symbol: collateral_up(
            found.values[each.security.symbol],
            each.price,
            wanted.method,
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
        issuer=candidate.security.issuer,
    )


def _limits(need: Fraction, candidates: Sequence[Candidate], lots: Sequence[Lot]) -> list[Limit]:
    """What each issuer of several candidates may add, of the strictest of their rules.

    One denomination of each is left free, for quantities are rounded up afterwards. An issuer of a
    single candidate is held by that one's quantity already.
    """
    rooms, pieces = dict[str, list[Fraction]](), dict[str, Fraction]()
    for candidate, lot in zip(candidates, lots, strict=True):
        lei = lot.issuer
        rooms.setdefault(lei, []).extend([] if candidate.room is None else [candidate.room])
        pieces[lei] = pieces.get(lei, Fraction(0)) + Fraction(lot.denomination) * lot.unit_value
    several = {lei for lei, count in Counter(lot.issuer for lot in lots).items() if count > 1}
    return [
        Limit(Group.ISSUER, max((min(room) - pieces[lei]) / need, Fraction(0)), lei)
        for lei, room in rooms.items()
        if room and lei in several
    ]
