"""A repo from its opening to its close, the policy and the prices that it needs."""

from __future__ import annotations

from decimal import Decimal

from settlement.analytics.allocation import Objective
from settlement.coordinator.deals import Deal, MasterAgreement
from settlement.errors import Refused
from settlement.model.asset import SecurityKind
from settlement.model.repo import Income, Method
from settlement.reporting.statement import statement_lines
from settlement.reporting.story import Figure
from settlement.scenario.acts.base import Act, Result, Stage, listed
from settlement.scenario.model import MarginPart
from settlement.scenario.steps.repo import Close, PriceOf, Repo, StatementOf
from settlement.scenario.steps.trades import Reverse
from settlement.units import (
    cash_from_chain,
    cents_half_up,
    price_to_chain,
    show_cash,
    show_per_cent,
)

_INCOME = {"paid-across": Income.MANUFACTURED, "in-the-price": Income.IN_THE_PRICE}
_MARGIN = {Method.HAIRCUT: "haircut", Method.RATIO: "margin ratio"}


def adopt_policy(stage: Stage, margin: MarginPart) -> Act:
    """The venue's collateral policy."""

    def do() -> Result:
        numbers = {SecurityKind(kind).number: value for kind, value in margin.by_kind.items()}
        version = stage.market.board.adopt_policy(numbers, margin.method, margin.concentration)
        return Result([] if alone else [kinds], {"version": version})

    alone, word = len(margin.by_kind) == 1, _MARGIN[margin.method]
    kinds = ", ".join(f"{kind} {show_per_cent(value)}" for kind, value in margin.by_kind.items())
    return Act(f"Venue adopts its collateral policy: {word}{' ' + kinds if alone else ''}", do)


def price(stage: Stage, step: PriceOf) -> Act:
    def do() -> Result:
        lines = []
        for symbol, observed in step.price.items():
            units = price_to_chain(observed)
            if stage.market.board.post_price(symbol, units):
                continue
            if step.confirmed:
                stage.market.board.confirm_price(symbol, units)
                lines.append(f"{symbol}: a jump, confirmed by the second role")
            else:
                lines.append(f"{symbol}: a jump that waits for its confirmation")
        return Result(lines)

    prices = ", ".join(f"{symbol} {observed}" for symbol, observed in step.price.items())
    return Act(f"Price {prices}", do)


def repo(stage: Stage, step: Repo) -> Act:
    def do() -> Result:
        desk = stage.market.repo
        if not step.again:
            deal = _deal(stage, step)
            if step.allocate is not None:
                deal = stage.market.agent.propose(deal, Objective(step.allocate)).deal
            desk.agree(deal)
        booked = desk.open(step.repo)
        figures: dict[str, Figure] = {"purchase_price": booked.purchase_price}
        if step.again:
            return Result(figures=figures)
        value = cents_half_up(stage.market.board.market_value(booked.deal.collateral))
        figures["market_value"] = value
        lines = [_repo_line(booked.deal, value)]
        if step.allocate is not None:
            lines.insert(0, f"the agent allocates {listed(booked.deal.collateral)}")
        return Result(lines, figures)

    if step.again:
        return Act(f"Repo {step.repo} is submitted again", do, step.repo)
    what = listed(step.collateral) or f"{step.purchase_price:,} {stage.scenario.currency}"
    heading = f"Repo {step.repo} opens  {step.seller} → {step.buyer}  {what}"
    return Act(heading, do, step.repo, (str(step.seller), str(step.buyer)))


def close(stage: Stage, step: Close) -> Act:
    def do() -> Result:
        closing = stage.market.repo.close(step.close, step.by)
        lines = [
            f"interest {closing.formula}",
            f"repurchase price {show_cash(closing.repurchase_price)}",
        ]
        if closing.fails_charge:
            lines.append(f"less the fails charge {show_cash(closing.fails_charge)}")
        return Result(
            lines,
            {
                "price_differential": closing.price_differential,
                "repurchase_price": closing.repurchase_price,
                "fails_charge": closing.fails_charge,
                "days": sum(days for _, days in closing.periods),
            },
        )

    booked = stage.market.repo.booked(step.close)
    name = stage.market.directory.name
    shows = (name(booked.terms.seller), name(booked.terms.buyer))
    return Act(f"Repo {step.close} closes", do, step.close, shows)


def reverse(stage: Stage, step: Reverse) -> Act:
    """Of a repo: the root wallet takes the collateral from whoever has it."""
    market, name = stage.market, stage.market.directory.name
    record = market.repo.record(step.reverse)
    seller, holder = name(record.terms.seller), name(record.holder)

    def do() -> Result:
        for line in record.lines:
            market.onboarding.root_move(
                record.holder,
                record.terms.seller,
                name(line.security),
                line.quantity,
                step.reason,
                record.id,
            )
        market.servicing.record_reversal(step.reverse)
        exposure = cash_from_chain(record.purchase_price)
        lines = [f"collateral returns, cash does not: {name(record.terms.buyer)} is exposed"]
        return Result(lines, {"exposure": exposure})

    heading = f"Root wallet reverses {step.reverse} ({step.reason}): {holder} → {seller}"
    return Act(heading, do, step.reverse)


def statement(stage: Stage, step: StatementOf) -> Act:
    def do() -> Result:
        _, *lines = statement_lines(stage.market.statements.of(step.statement))
        return Result(lines)

    return Act(f"Statement of repo {step.statement}", do, step.statement)


def _deal(stage: Stage, step: Repo) -> Deal:
    margin = stage.scenario.margin
    if margin is None:
        raise Refused(
            "this story has no margin part, so the venue takes no collateral",
            error="NotEligible",
        )
    none = Decimal(0) if margin.method is Method.HAIRCUT else Decimal(1)
    kinds = {symbol: part.kind for symbol, part in stage.scenario.securities.items()}
    assert step.repo_rate is not None
    assert step.purchase_date is not None
    return Deal(
        reference=step.repo,
        venue=step.venue,
        seller=str(step.seller),
        buyer=str(step.buyer),
        currency=stage.scenario.currency,
        collateral=step.collateral,
        margins={symbol: margin.by_kind.get(kinds[symbol], none) for symbol in step.collateral},
        repo_rate=step.repo_rate,
        purchase_date=step.purchase_date,
        repurchase_date=step.repurchase_date,
        purchase_price=step.purchase_price,
        notice=step.notice,
        income=_INCOME[step.income],
        may_substitute=step.may_substitute,
        may_terminate=step.may_terminate,
        agreement=MasterAgreement(
            method=margin.method,
            basis=margin.basis,
            late_rate=margin.late_rate,
            margin_rate=margin.cash_interest_rate,
            threshold=margin.threshold,
            minimum_transfer=margin.minimum_transfer_amount,
        ),
    )


def _repo_line(deal: Deal, value: Decimal) -> str:
    word = _MARGIN[deal.agreement.method]
    margins = " and ".join(dict.fromkeys(map(show_per_cent, deal.margins.values())))
    rate = show_per_cent(deal.repo_rate)
    held = " · held in tri-party custody" if deal.venue == "tri-party" else ""
    return f"market value {show_cash(value)}, {word} {margins}, {rate}, {_term(deal)}{held}"


def _term(deal: Deal) -> str:
    if deal.repurchase_date is None:
        return f"until notice of {deal.notice} days" if deal.notice else "until notice"
    days = (deal.repurchase_date - deal.purchase_date).days
    return {0: "intraday", 1: "overnight"}.get(days, f"{days} days")
