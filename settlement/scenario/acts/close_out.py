"""How a close-out is told: repo by repo, with margin and prices, so that they sum to the net."""

from __future__ import annotations

from fractions import Fraction

from settlement.analytics.collateral import market_value
from settlement.coordinator.close_out import CloseOut, Valued
from settlement.coordinator.margin_report import MarginHeld
from settlement.coordinator.margin_report_writer import cash_held
from settlement.coordinator.netting_sets import Netting, NettingSets
from settlement.reporting.close_out import ClosedRepo, Settled
from settlement.scenario.acts.base import Stage
from settlement.scenario.steps.margin import Between
from settlement.units import cents_half_up


def set_of(stage: Stage, two: Between) -> Netting:
    """What the two have between them: to be looked at before it is closed out."""
    return NettingSets(stage.market.facility).of(two.source, two.target)


def settled(stage: Stage, before: Netting, closed: CloseOut) -> Settled:
    """Everything that went into the net."""
    return Settled(
        by=closed.by,
        against=closed.against,
        prices=closed.prices,
        repos=tuple(_repo(stage, closed, valued) for valued in closed.repos),
        margin=tuple(_margin(stage, before, closed)),
        net=closed.net,
    )


def _repo(stage: Stage, closed: CloseOut, valued: Valued) -> ClosedRepo:
    record, name = stage.market.repo.record(valued.reference), stage.market.directory.name
    seller = name(record.terms.seller)
    lines = [(name(line.security), line.quantity) for line in record.lines]
    whole = sum((_worth(closed, *line) for line in lines), Fraction(0))
    in_custody = record.holder != record.terms.buyer
    left = valued.owed - valued.market_value
    return ClosedRepo(
        reference=valued.reference,
        seller=seller,
        owed=valued.owed,
        counted=valued.market_value,
        in_custody=cents_half_up(whole) if in_custody else None,
        due=left if seller != closed.by else -left,
    )


def _margin(stage: Stage, before: Netting, closed: CloseOut) -> list[MarginHeld]:
    """What stood as margin, as `by` held it: cash with interest to the default, and securities."""
    record = before.record
    found = cash_held(before, before.day(record.declared_at))
    for address in record.sorted_securities:
        symbol = stage.market.directory.name(address)
        quantity = before.sign_of(record.securities[address].quantity)
        value = _worth(closed, symbol, quantity)
        found.append(MarginHeld(asset=symbol, quantity=quantity, interest=Fraction(0), value=value))
    return found


def _worth(closed: CloseOut, symbol: str, quantity: int) -> Fraction:
    """At the price of this close-out."""
    prices = {fixed.security: fixed.price for fixed in closed.prices}
    return market_value(quantity, prices[symbol])
