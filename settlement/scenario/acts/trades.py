"""Sales against cash: one, several in a batch, cancelled, reversed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from settlement.coordinator.dvp import ALL_OR_NONE, BEST_EFFORT, CASH_NET
from settlement.errors import Refused
from settlement.model.trade import Status
from settlement.onchain.signing import group_of, trade_id
from settlement.reporting.story import Figure
from settlement.scenario.acts import repo as repo_acts
from settlement.scenario.acts.base import Act, Result, Stage, capital
from settlement.scenario.steps.repo import Repo
from settlement.scenario.steps.trades import INSTRUCTED, Batch, Cancel, Reverse, Trade, TradeFields
from settlement.units import cash_from_chain, cents_half_up, show_cash, show_quantity

_MODES = {"all-or-none": ALL_OR_NONE, "best-effort": BEST_EFFORT, "cash-net": CASH_NET}


def trade(stage: Stage, step: Trade) -> Act:
    def do() -> Result:
        if not step.again:
            book(stage, step, step.buyer_instructs)
        if not step.settle:
            return Result(["both signed · waits"], _amount(stage, step.trade))
        stage.market.dvp.settle(step.trade)
        lines = ["both signed · settled in one transaction · DvP"]
        return Result(lines, _amount(stage, step.trade))

    if step.again:
        stage.market.cycles.require_free(step.trade)
        booked = stage.market.dvp.booked(step.trade).trade
        name = stage.market.directory.name
        shows = (name(booked.seller), name(booked.buyer))
        return Act(f"{step.trade} is submitted again", do, step.trade, shows)
    sides = (str(step.seller), str(step.buyer)) if step.settle else ()
    return Act(f"Sale {_described(step)}", do, step.trade, sides)


def cancel(stage: Stage, step: Cancel) -> Act:
    def do() -> Result:
        if step.cancel in _repos(stage):
            stage.market.repo.cancel(step.cancel, step.by)
        else:
            stage.market.dvp.cancel(step.cancel, step.by)
        return Result(["its number is burned: it can never settle"])

    who = " and ".join(step.by)
    return Act(f"{capital(who)} cancel{'' if len(step.by) > 1 else 's'} {step.cancel}", do)


def batch(stage: Stage, step: Batch) -> Act:
    def do() -> Result:
        _book_all(stage, step)
        references = [fields.trade for fields in step.trades]
        outcome = stage.market.dvp.settle_batch(references, _MODES[step.mode])
        lines = [f"{name}: {_outcome(refused)}" for name, refused in outcome.items()]
        failed = sum(refused is not None for refused in outcome.values())
        return Result(lines, {"settled": len(outcome) - failed, "failed": failed})

    linked = ", linked" if step.linked else ""
    heading = f"Batch {step.batch}  {len(step.trades)} trades, {step.mode}{linked}"
    return Act(heading, do, step.batch)


def reverse(stage: Stage, step: Reverse) -> Act:
    if step.reverse in _repos(stage):
        return repo_acts.reverse(stage, step)
    booked = stage.market.dvp.booked(step.reverse)
    sale, directory = booked.trade, stage.market.directory
    seller, buyer = directory.name(sale.seller), directory.name(sale.buyer)
    symbol, exposure = directory.name(sale.security), cash_from_chain(sale.amount)

    def do() -> Result:
        if booked.status is not Status.SETTLED:
            sentence = f"{step.reverse} has not settled: there is nothing to reverse"
            raise Refused(sentence, error="NotSettled")
        stage.market.onboarding.root_move(
            buyer, seller, symbol, sale.quantity, step.reason, trade_id(sale)
        )
        lines = [f"securities return, cash does not: {buyer} is exposed for {show_cash(exposure)}"]
        return Result(lines, {"exposure": exposure})

    heading = f"Root wallet reverses {step.reverse} ({step.reason}): "
    moved = f"{show_quantity(sale.quantity)} {symbol}  {buyer} → {seller}"
    return Act(heading + moved, do, step.reverse)


def _repos(stage: Stage) -> set[str]:
    return {step.repo for step in stage.scenario.steps if isinstance(step, Repo)}


def _book_all(stage: Stage, step: Batch) -> None:
    new = [fields for fields in step.trades if not fields.again]
    if not step.linked:
        for fields in new:
            book(stage, fields, {})
        return
    unlinked = [_matched(stage, fields, {}) for fields in new]
    group = group_of(unlinked)
    for fields, matched in zip(new, unlinked, strict=True):
        stage.market.dvp.sign(fields.trade, replace(matched, group=group))


def book(stage: Stage, fields: TradeFields, buyer_says: Mapping[str, str]) -> None:
    """Both sides instruct and sign a trade; `buyer_says` is what the buyer writes otherwise."""
    stage.market.dvp.sign(fields.trade, _matched(stage, fields, buyer_says))


def _matched(stage: Stage, fields: TradeFields, buyer_says: Mapping[str, str]) -> Any:
    delivery, receipt = stage.market.instructions(
        fields.trade,
        str(fields.seller),
        str(fields.buyer),
        str(fields.security),
        int(fields.quantity or 0),
        stage.scenario.currency,
        cash_of(fields),
    )
    changes = {name: INSTRUCTED[name](text) for name, text in buyer_says.items()}
    return stage.market.dvp.match(delivery, replace(receipt, **changes))


def _described(fields: TradeFields) -> str:
    sides = f"{fields.seller} → {fields.buyer}"
    what = f"{show_quantity(int(fields.quantity or 0))} {fields.security}"
    at = f"@ {fields.price}" if fields.price is not None else f"for {show_cash(cash_of(fields))}"
    return f"{fields.trade}  {sides}  {what} {at}"


def _amount(stage: Stage, reference: str) -> dict[str, Figure]:
    return {"amount": stage.market.dvp.amount_of(reference)}


def cash_of(fields: TradeFields) -> Decimal:
    """The cash of a trade that is written out."""
    if fields.amount is not None:
        return fields.amount
    assert fields.price is not None
    assert fields.quantity is not None
    return cents_half_up(fields.quantity * fields.price)


def _outcome(refused: Refused | None) -> str:
    return "settled" if refused is None else f"refused: {refused.sentence}"
