"""Trades that wait in a queue, and trades that are netted in a cycle."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from settlement.coordinator.amounts import show_amount
from settlement.coordinator.cycle_draft import Draft
from settlement.coordinator.queue import SIMULTANEOUS, QueueRun, Rule, Waiting
from settlement.model.asset import Cash
from settlement.scenario.acts.base import Act, Result, Stage, in_a_row
from settlement.scenario.acts.trades import book, cash_of
from settlement.scenario.steps.netting import CycleOf, QueueOf
from settlement.units import cash_from_chain, counted, show_cash


def queue(stage: Stage, step: QueueOf) -> Act:
    desk = stage.market.queue

    def do() -> Result:
        for fields in step.trades:
            book(stage, fields, {})
        run = desk.run(Rule(step.rule))
        value = sum(map(stage.market.dvp.amount_of, run.settled), Decimal("0.00"))
        lines = [*_settled(run, value), *map(_waiting, run.waiting)]
        return Result(
            lines or ["nothing waits"],
            {
                "settled": len(run.settled),
                "value": value,
                "at_most": cash_from_chain(run.bound),
                "waiting": len(run.waiting),
                "parked": sum(waiting.parked for waiting in run.waiting),
            },
        )

    joining = f", {counted(len(step.trades), 'trade')} new" if step.trades else ""
    return Act(f"Queue {step.queue}  {step.rule}{joining}", do, step.queue)


def cycle(stage: Stage, step: CycleOf) -> Act:
    desk, number = stage.market.cycles, stage.market.cycles.new_cycle()

    def do() -> Result:
        for fields in step.trades:
            stage.market.confirm_trade(
                fields.trade,
                number,
                str(fields.seller),
                str(fields.buyer),
                str(fields.security),
                int(fields.quantity or 0),
                stage.scenario.currency,
                cash_of(fields),
                step.clearing_house,
            )
        window = stage.market.window_of_today()
        able = step.if_short == "leave-out"
        draft = desk.draft_of_able(number, window) if able else desk.draft(number, window)
        desk.settle(draft)
        return _told(stage, step, draft)

    through = f", cleared by {step.clearing_house}" if step.clearing_house else ""
    return Act(f"Cycle {step.cycle}  {counted(len(step.trades), 'trade')}{through}", do, step.cycle)


def _settled(run: QueueRun, value: Decimal) -> Iterator[str]:
    if run.settled:
        how = "at one moment" if run.rule in SIMULTANEOUS else "one by one"
        yield f"settled {how}: {in_a_row(run.settled)} · {show_cash(value)}"
    if run.rule is Rule.MOST_VALUE and value < cash_from_chain(run.bound):
        most = show_cash(cash_from_chain(run.bound))
        yield f"the best set found in time; none is worth more than {most}"


def _waiting(waiting: Waiting) -> str:
    state = "is parked" if waiting.parked else "waits"
    return f"{waiting.reference} {state}: {'; '.join(waiting.why)}"


def _told(stage: Stage, step: CycleOf, draft: Draft) -> Result:
    settled = {each.deal for each in draft.trades}
    out = [fields.trade for fields in step.trades if fields.trade not in settled]
    gross = sum((cash_of(each) for each in step.trades if each.trade in settled), Decimal("0.00"))
    net = cash_from_chain(sum(_cash_given(stage, draft)))
    lines = [
        f"{counted(len(settled), 'trade')} of {show_cash(gross)} in one transaction: "
        f"{show_cash(net)} is paid",
        f"{counted(len(draft.movements), 'participant')} signed, each its own statement",
        *_positions(stage, draft),
        *_without(step, draft, out),
    ]
    return Result(
        lines,
        {
            "netted": len(settled),
            "left_out": len(out),
            "gross_cash": gross,
            "net_cash": net,
        },
    )


def _cash_given(stage: Stage, draft: Draft) -> Iterator[int]:
    assets = stage.market.directory.by_address()
    for movements in draft.movements.values():
        for movement in movements:
            if isinstance(assets[movement.asset], Cash) and movement.amount < 0:
                yield -movement.amount


def _positions(stage: Stage, draft: Draft) -> Iterator[str]:
    """What each participant gets and gives, in the order of the market's parties."""
    assets = stage.market.directory.by_address()
    for party in stage.market.directory.parties():
        if party.address not in draft.movements:
            continue
        got, given = list[str](), list[str]()
        for movement in draft.movements[party.address]:
            shown = show_amount(assets[movement.asset], abs(movement.amount))
            (got if movement.amount > 0 else given).append(shown)
        parts = [f"gets {in_a_row(got)}"] if got else []
        parts += [f"gives {in_a_row(given)}"] if given else []
        yield f"{party.name}  {', '.join(parts) or 'nothing moves'}"


def _without(step: CycleOf, draft: Draft, out: Sequence[str]) -> Iterator[str]:
    """What became of the trades of members that are left out, and why they are."""
    if not draft.short:
        return
    why = "; ".join(map(str, draft.short))
    stood_in = sorted({each.deal for each in draft.left_out} - set(out))
    if stood_in:
        yield f"{step.clearing_house} stands in, in {in_a_row(stood_in)}: {why}"
    if out:
        yield f"left out: {in_a_row(out)}, because {why}"
