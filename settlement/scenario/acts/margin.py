"""Margin between two participants, and what happens when one of them does not pay."""

from __future__ import annotations

from settlement.errors import BadInput
from settlement.reporting.margin import margin_lines
from settlement.reporting.story import Figure
from settlement.scenario.acts.base import Act, Result, Stage, capital, listed
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
        return Result(lines, {"net_exposure": report.net_exposure, "call": report.call})

    return Act(f"Margin report of {two.source} against {two.target}", do, "margin report")


def margin_call(stage: Stage, step: MarginCall) -> Act:
    two = step.margin_call

    def do() -> Result:
        call = stage.market.margin.call_margin(two.source, two.target)
        until = f", to be met by {call.deadline:%H:%M}" if call.deadline else ""
        line = f"net exposure {show_cash(call.net_exposure)}, call {show_cash(call.amount)}{until}"
        return Result([line], {"net_exposure": call.net_exposure, "call": call.amount})

    return Act(f"{_names(two)}: margin call", do, "margin call")


def deliver_margin(stage: Stage, step: DeliverMargin) -> Act:
    two = step.deliver_margin

    def do() -> Result:
        margin = stage.market.margin
        if two.securities:
            ((symbol, quantity),) = _single(two).items()
            given = margin.meet_in_securities(two.source, two.target, symbol, quantity)
            worth = show_cash(cents_half_up(given.worth))
            lines = [f"{listed({symbol: given.quantity})}, worth {worth} as margin"]
        else:
            _require_called(stage, two)
            paid = margin.meet_in_cash(two.source, two.target)
            lines = [f"{show_cash(paid.principal)} in cash"]
        left = margin.net_exposure(two.target, two.source).net_exposure
        lines.append(f"net exposure of {two.target} now {show_cash(left)}")
        return Result(lines, {"net_exposure": left})

    return Act(f"{_names(two)}: the call is met", do, "margin", _both(two))


def return_margin(stage: Stage, step: ReturnMargin) -> Act:
    two = step.return_margin

    def do() -> Result:
        margin = stage.market.margin
        if two.securities:
            ((symbol, quantity),) = _single(two).items()
            margin.return_securities(two.source, two.target, symbol, quantity)
            return Result([listed({symbol: quantity})])
        paid = margin.return_cash(two.source, two.target, two.cash)
        lines = [show_cash(paid.principal)]
        if paid.interest:
            lines.append(f"interest {paid.formula}")
        figures: dict[str, Figure] = {"cash": paid.principal, "interest": paid.interest}
        return Result(lines, figures)

    return Act(f"{_names(two)}: margin returned", do, "margin", _both(two))


def stop_clock(stage: Stage, step: StopClock) -> Act:
    two = step.stop_clock

    def do() -> Result:
        stage.market.margin.stop_clock(two.source, two.target)
        return Result()

    return Act(f"{_names(two)}: the clock of the call stands still", do, "clock")


def restart_clock(stage: Stage, step: RestartClock) -> Act:
    two = step.restart_clock

    def do() -> Result:
        deadline = stage.market.margin.restart_clock(two.source, two.target)
        return Result([f"to be met by {deadline:%H:%M}"])

    return Act(f"{_names(two)}: the clock of the call runs again", do, "clock")


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
        closed = stage.market.default.close_out(two.source, two.target)
        lines = [
            f"{repo.reference}: owed {show_cash(repo.owed)}, "
            f"collateral worth {show_cash(repo.market_value)}"
            for repo in closed.repos
        ]
        lines.append(f"net {show_cash(closed.net)} due to {two.source}")
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
        return Result([f"{show_cash(paid.left)} left"], {"left": paid.left})

    return Act(f"{_names(two)}: the claim is paid", do, "claim", _both(two))


def _names(two: Between) -> str:
    return f"{two.source} → {two.target}"


def _both(two: Between) -> tuple[str, str]:
    return two.source, two.target


def _single(two: Moving) -> dict[str, int]:
    """Margin moves a security at a time, as its consent does."""
    if len(two.securities) != 1:
        raise BadInput("one security a step")
    return two.securities


def _require_called(stage: Stage, two: Moving) -> None:
    """What the story says is paid is what was called."""
    called = stage.market.margin.called(two.target, two.source)
    if called and two.cash is not None and two.cash != called:
        raise BadInput(f"{show_cash(called)} was called, not {show_cash(two.cash)}")
