"""Margin between two participants, and what happens when one of them does not pay."""

from __future__ import annotations

from settlement.errors import BadInput
from settlement.reporting.close_out import close_out_lines
from settlement.reporting.margin import margin_lines, margin_tables
from settlement.reporting.story import Figure
from settlement.scenario.acts.base import Act, Result, Stage, capital, listed
from settlement.scenario.acts.close_out import set_of, settled
from settlement.scenario.steps.margin import (
    Between,
    CloseOutOf,
    Collect,
    Default,
    DeliverMargin,
    MarginCall,
    MarginReportOf,
    Moving,
    PayClaim,
    RestartClock,
    ReturnMargin,
    StateValue,
    StopClock,
)
from settlement.units import cents_half_up, show_cash


def margin_report(stage: Stage, step: MarginReportOf) -> Act:
    two = step.margin_report

    def do() -> Result:
        report = stage.market.margin_reports.report(two.source, two.target)
        _, *lines = margin_lines(report)
        figures = {"net_exposure": report.net_exposure, "call": report.call}
        return Result(lines, figures, margin_tables(report))

    return Act(f"Margin report of {two.source} against {two.target}", do, "margin report")


def margin_call(stage: Stage, step: MarginCall) -> Act:
    two = step.margin_call

    def do() -> Result:
        call = stage.market.margin.call_margin(two.source, two.target)
        until = f", to be met by {stage.shown_time(call.deadline)}" if call.deadline else ""
        line = f"net exposure {show_cash(call.net_exposure)}, call {show_cash(call.amount)}{until}"
        return Result([line], {"net_exposure": call.net_exposure, "call": call.amount})

    return Act(f"{capital(two.source)} calls margin of {two.target}", do, "margin call")


def deliver_margin(stage: Stage, step: DeliverMargin) -> Act:
    two = step.deliver_margin

    def do() -> Result:
        margin = stage.market.margin
        if two.securities:
            ((symbol, quantity),) = two.securities.items()
            given = margin.meet_in_securities(two.source, two.target, symbol, quantity)
            worth = show_cash(cents_half_up(given.worth))
            moved = f"{listed({symbol: given.quantity})}, worth {worth} as margin"
        else:
            _require_called(stage, two)
            paid = margin.meet_in_cash(two.source, two.target)
            moved = f"{show_cash(paid.principal)} in cash"
        left = margin.net_exposure(two.target, two.source).net_exposure
        exposure = f"net exposure of {two.target} now {show_cash(left)}"
        return Result([f"{moved} · the call is met", exposure], {"net_exposure": left})

    return Act(f"{capital(two.source)} delivers margin to {two.target}", do, "margin", _both(two))


def return_margin(stage: Stage, step: ReturnMargin) -> Act:
    two = step.return_margin

    def do() -> Result:
        margin = stage.market.margin
        if two.securities:
            ((symbol, quantity),) = two.securities.items()
            margin.return_securities(two.source, two.target, symbol, quantity)
            return Result([listed({symbol: quantity})])
        paid = margin.return_cash(two.source, two.target, two.cash)
        lines = [f"{show_cash(paid.principal)} in cash"]
        if paid.interest:
            lines.append(f"interest {paid.formula}")
        figures: dict[str, Figure] = {"cash": paid.principal, "interest": paid.interest}
        return Result(lines, figures)

    return Act(f"{capital(two.source)} returns margin to {two.target}", do, "margin", _both(two))


def stop_clock(stage: Stage, step: StopClock) -> Act:
    two = step.stop_clock

    def do() -> Result:
        stage.market.margin.stop_clock(two.source, two.target)
        return Result()

    return Act(f"The clock of {two.source}'s call on {two.target} stands still", do, "clock")


def restart_clock(stage: Stage, step: RestartClock) -> Act:
    two = step.restart_clock

    def do() -> Result:
        deadline = stage.market.margin.restart_clock(two.source, two.target)
        return Result([f"to be met by {stage.shown_time(deadline)}"])

    return Act(f"The clock of {two.source}'s call on {two.target} runs again", do, "clock")


def default(stage: Stage, step: Default) -> Act:
    two = step.default

    def do() -> Result:
        stage.market.default.declare_default(two.source, two.target, step.repo)
        return Result(["nothing between the two goes on but the close-out"])

    ground = f"repo {step.repo} is unpaid" if step.repo else "the call was not met"
    return Act(f"{capital(two.source)} declares {two.target} in default: {ground}", do, "default")


def state_value(stage: Stage, step: StateValue) -> Act:
    two = step.state_value

    def do() -> Result:
        for symbol, price in step.price.items():
            stage.market.default.state_value(two.source, two.target, symbol, price)
        return Result(["marked as disputed"])

    prices = ", ".join(f"{symbol} {price}" for symbol, price in step.price.items())
    return Act(f"{capital(two.source)} states the price {prices}", do, "price")


def close_out(stage: Stage, step: CloseOutOf) -> Act:
    two = step.close_out

    def do() -> Result:
        before = set_of(stage, two)
        closed = stage.market.default.close_out(two.source, two.target)
        lines = [*close_out_lines(settled(stage, before, closed))]
        return Result(lines, {"net": closed.net, "repos": len(closed.repos)})

    return Act(f"All repos of {two.source} and {two.target} are closed out", do, "close-out")


def collect(stage: Stage, step: Collect) -> Act:
    def do() -> Result:
        collected = stage.market.default.collect(step.collect, step.by)
        return Result([listed(collected.quantities)])

    return Act(f"Repo {step.collect}: custody delivers to {step.by}", do, step.collect)


def pay_claim(stage: Stage, step: PayClaim) -> Act:
    two = step.pay_claim

    def do() -> Result:
        paid = stage.market.default.pay_claim(two.source, two.target, two.cash)
        line = f"{show_cash(paid.amount)} paid, {show_cash(paid.left)} left"
        return Result([line], {"left": paid.left})

    return Act(f"{capital(two.source)} pays the claim of {two.target}", do, "claim", _both(two))


def _both(two: Between) -> tuple[str, str]:
    return two.source, two.target


def _require_called(stage: Stage, two: Moving) -> None:
    """What the story says is paid is what was called."""
    called = stage.market.margin.called(two.target, two.source)
    if called and two.cash is not None and two.cash != called:
        raise BadInput(f"{show_cash(called)} was called, not {show_cash(two.cash)}")
