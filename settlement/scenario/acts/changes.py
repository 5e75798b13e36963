"""What the sides of an open repo change by agreement, and what is written down while it runs."""

from __future__ import annotations

from settlement.analytics.allocation import Objective
from settlement.coordinator.changes import Amended
from settlement.coordinator.servicing import Income
from settlement.errors import BadInput
from settlement.model.repo import Income as Treatment
from settlement.reporting.story import Figure
from settlement.scenario.acts.base import Act, Result, Stage, listed
from settlement.scenario.acts.opening import opened, price_line, show_day, term
from settlement.scenario.steps.changes import (
    Adjust,
    Fail,
    Free,
    IncomeOf,
    Partial,
    Reprice,
    Rerate,
    Roll,
    Substitute,
    Terminate,
)
from settlement.units import cents_half_up, rate_from_chain, show_cash, show_per_cent

_FAILS = {
    "SELLER": "{who} has not paid: interest runs on",
    "BUYER": "{who} has not returned the collateral: interest stops, the fails charge runs",
    "IMPEDED": "what stops it is nobody's doing: the clocks stand still",
}


def terminate(stage: Stage, step: Terminate) -> Act:
    def do() -> Result:
        stage.market.changes.give_notice(step.terminate, step.by, step.repurchase_date)
        return Result([f"due on {show_day(step.repurchase_date, stage.market.today())}"])

    return Act(f"Notice of {step.by} on repo {step.terminate}", do, step.terminate)


def rerate(stage: Stage, step: Rerate) -> Act:
    def do() -> Result:
        before = stage.market.repo.record(step.rerate).rate
        amended = stage.market.changes.rerate(step.rerate, step.repo_rate)
        return Result([f"{_rate(before)} so far, {show_per_cent(amended.repo_rate)} from today on"])

    return Act(f"Repo {step.rerate} is re-rated", do, step.rerate)


def reprice(stage: Stage, step: Reprice) -> Act:
    def do() -> Result:
        amended = stage.market.changes.reprice(step.reprice, step.purchase_price)
        figures: dict[str, Figure] = {
            "purchase_price": amended.purchase_price,
            "cash_to_buyer": -amended.cash_to_seller,
        }
        return Result(
            [f"purchase price {show_cash(amended.purchase_price)} from today on"], figures
        )

    return Act(f"Repo {step.reprice} is repriced", do, step.reprice, _sides(stage, step.reprice))


def adjust(stage: Stage, step: Adjust) -> Act:
    def do() -> Result:
        amended = stage.market.changes.adjust(step.adjust, step.collateral or None)
        return Result(_moved(amended), {"quantity": sum(amended.collateral.values())})

    return Act(f"Repo {step.adjust} is adjusted", do, step.adjust)


def substitute(stage: Stage, step: Substitute) -> Act:
    def do() -> Result:
        changes = stage.market.changes
        if step.into is not None:
            gone = step.returned or _only_security(stage, step.substitute)
            done = changes.substitute(step.substitute, gone, step.into)
        else:
            done = changes.substitute_basket(step.substitute, step.collateral)
        before, after = (cents_half_up(v) for v in (done.value_before, done.value_after))
        lines = [
            f"{listed(done.returned)} out, {listed(done.delivered)} in",
            f"value after margin: out {show_cash(before)}, in {show_cash(after)}",
        ]
        return Result(lines, {"quantity": sum(done.collateral.values())})

    return Act(f"Repo {step.substitute}: collateral is substituted", do, step.substitute)


def free(stage: Stage, step: Free) -> Act:
    def do() -> Result:
        done = stage.market.agent.free(step.by, step.free, Objective(step.objective))
        lines = [
            f"{each.reference}: {listed(each.returned)} out, {listed(each.delivered)} in"
            for each in done
        ]
        return Result(lines, {"quantity": sum(each.returned[step.free] for each in done)})

    return Act(f"The agent frees {step.free} for {step.by}", do, step.free)


def roll(stage: Stage, step: Roll) -> Act:
    def do() -> Result:
        rolled = stage.market.changes.roll(
            step.roll,
            step.into,
            step.repurchase_date,
            capitalise=step.interest == "capitalised",
            repo_rate=step.repo_rate,
        )
        deal = rolled.next.deal
        lines = [
            f"interest {rolled.closing.formula}",
            f"{step.into} at {show_per_cent(deal.repo_rate)}, {term(deal)}",
            price_line(stage, [rolled.next]),
        ]
        return Result(
            lines,
            {
                "price_differential": rolled.closing.price_differential,
                "paid": rolled.paid,
                "purchase_price": rolled.next.purchase_price,
            },
        )

    heading = f"Repo {step.roll} rolls into {step.into}, interest {step.interest}"
    return Act(heading, do, step.roll, _sides(stage, step.roll))


def partial(stage: Stage, step: Partial) -> Act:
    def do() -> Result:
        parts = stage.market.delivery.deliver_partially(step.partial, step.collateral)
        told, rest = opened(stage, parts.delivered), parts.rest
        waits = f"{listed(rest.deal.collateral)} for {show_cash(rest.purchase_price)}"
        return Result(
            [*told.lines, f"{waits} wait as {rest.reference}"],
            {"now": parts.delivered.purchase_price, "open": rest.purchase_price},
        )

    heading = f"Repo {step.partial} opens in part  {listed(step.collateral)}"
    return Act(heading, do, step.partial, _sides(stage, step.partial))


def fail(stage: Stage, step: Fail) -> Act:
    def do() -> Result:
        found = stage.market.servicing.record_fail(step.fail)
        line = _FAILS[found.failing.name].format(who=found.who)
        return Result([line], {"failing": found.failing.name.lower()})

    return Act(f"Repo {step.fail} has not closed: a fail is recorded", do, step.fail)


def income(stage: Stage, step: IncomeOf) -> Act:
    def do() -> Result:
        passed = stage.market.servicing.pass_income(
            step.income,
            step.security,
            step.record_date,
            step.payment_date,
            amount=step.amount,
            coupon=step.coupon,
        )
        kept = stage.market.repo.booked(step.income).deal.income is Treatment.IN_THE_PRICE
        return Result([_passed(passed, kept)], {"amount": passed.amount})

    heading = f"Income of {step.security} in repo {step.income}"
    return Act(heading, do, step.income, _sides(stage, step.income))


def _passed(income: Income, kept: bool) -> str:
    amount = show_cash(income.amount)
    if not income.paid:
        return f"{amount} owed until {show_day(income.payment_date, income.record_date)}"
    if kept:
        return f"{amount} kept: the purchase price is {show_cash(income.purchase_price)} from today"
    return f"{amount} paid across"


def _moved(amended: Amended) -> list[str]:
    given = {symbol: quantity for symbol, quantity in amended.delivered.items() if quantity > 0}
    back = {symbol: -quantity for symbol, quantity in amended.delivered.items() if quantity < 0}
    told = [f"{listed(given)} more" if given else "", f"{listed(back)} back" if back else ""]
    return [", ".join(filter(None, told))]


def _only_security(stage: Stage, reference: str) -> str:
    lines = stage.market.repo.record(reference).lines
    if len(lines) != 1:
        raise BadInput(f"{reference} has {len(lines)} securities: say which is `returned`")
    return stage.market.directory.name(lines[0].security)


def _sides(stage: Stage, reference: str) -> tuple[str, str]:
    deal = stage.market.repo.booked(reference).deal
    return deal.seller, deal.buyer


def _rate(units: int) -> str:
    return show_per_cent(rate_from_chain(units))
