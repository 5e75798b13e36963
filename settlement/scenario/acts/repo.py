"""A repo from its opening to its close, the policy and the prices that it needs."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from settlement.analytics.allocation import Objective
from settlement.coordinator.deals import Deal, MasterAgreement
from settlement.coordinator.repo import BookedRepo, Closing
from settlement.errors import BadInput, Refused
from settlement.model.repo import Income, Method
from settlement.reporting.statement import statement_lines, statement_tables
from settlement.scenario.acts.base import Act, Result, Stage, listed
from settlement.scenario.acts.opening import (
    MARGIN_WORDS,
    market_value,
    opened,
    price_line,
    terms_lines,
)
from settlement.scenario.model import MarginPart
from settlement.scenario.steps.repo import Close, PriceOf, Repo, StatementOf
from settlement.scenario.steps.trades import Reverse
from settlement.units import (
    cash_from_chain,
    price_to_chain,
    show_cash,
    show_per_cent,
)

_INCOME = {"paid-across": Income.MANUFACTURED, "in-the-price": Income.IN_THE_PRICE}


def adopt_policy(stage: Stage, margin: MarginPart) -> Act:
    """The venue's collateral policy."""

    def do() -> Result:
        version = stage.market.board.adopt_policy(margin.schedule)
        lines = [*([] if alone else [kinds]), *_limits(stage, margin)]
        return Result(lines, {"version": version})

    alone, word = len(margin.margins) == 1, MARGIN_WORDS[margin.method]
    kinds = ", ".join(f"{kind} {show_per_cent(value)}" for kind, value in margin.margins.items())
    return Act(f"Venue adopts its collateral policy: {word}{' ' + kinds if alone else ''}", do)


def _limits(stage: Stage, margin: MarginPart) -> Iterator[str]:
    """What the policy takes no more of, and from whom it takes it."""
    if margin.concentration < 1:
        yield f"of one issuer at most {show_per_cent(margin.concentration)} of a repo's collateral"
    for kind, leis in margin.issuers.items():
        yield f"{kind} only of {', '.join(_issuer(stage, lei) for lei in leis)}"


def _issuer(stage: Stage, lei: str) -> str:
    """An issuer with what it issued."""
    securities = stage.scenario.securities.items()
    issued = [symbol for symbol, part in securities if part.issuer == lei]
    return f"{lei} ({', '.join(issued)})" if issued else lei


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
    if step.again:
        return _again(stage, step)
    if step.lots:
        return _shaped(stage, step)

    def do() -> Result:
        desk, deal = stage.market.repo, _deal(stage, step)
        if step.allocate is None:
            desk.agree(deal)
            return opened(stage, desk.open(step.repo))
        booked = desk.agree(stage.market.agent.propose(deal, Objective(step.allocate)).deal)
        allocated = f"the agent allocates {listed(booked.deal.collateral)}"
        told = opened(stage, desk.open(step.repo))
        return Result([allocated, *told.lines], told.figures)

    price = show_cash(step.purchase_price or Decimal(0))
    what = listed(step.collateral) or f"collateral for {price} {stage.scenario.currency}"
    heading = f"Repo {step.repo} opens  {step.seller} → {step.buyer}  {what}"
    return Act(heading, do, step.repo, (str(step.seller), str(step.buyer)))


def _again(stage: Stage, step: Repo) -> Act:
    """A repo that was agreed before and did not open."""
    desk = stage.market.repo
    deal = desk.booked(step.repo).deal

    def do() -> Result:
        return opened(stage, desk.open(step.repo))

    what = f"{deal.seller} → {deal.buyer}  {listed(deal.collateral)}"
    return Act(f"Repo {step.repo} opens  {what}", do, step.repo, (deal.seller, deal.buyer))


def _shaped(stage: Stage, step: Repo) -> Act:
    """Lots of one deal, each a repo that opens for itself or waits."""

    def do() -> Result:
        market, whole = stage.market, _deal(stage, step)
        lots = [market.repo.agree(deal) for deal in market.delivery.shape(whole, step.lots)]
        outcome = market.repo.open_all([lot.reference for lot in lots])
        lent = [lot for lot in lots if outcome[lot.reference] is None]
        lines = [
            *terms_lines(whole, market_value(stage, whole)),
            *(_lot_line(lot, outcome[lot.reference]) for lot in lots),
            *([price_line(stage, lent)] if lent else []),
        ]
        price = sum((lot.purchase_price for lot in lent), Decimal(0))
        return Result(lines, {"lots": len(lent), "purchase_price": price})

    heading = f"Repo {step.repo} is shaped  {step.seller} → {step.buyer}  {listed(step.collateral)}"
    return Act(heading, do, "", (str(step.seller), str(step.buyer)))


def _lot_line(lot: BookedRepo, refused: Refused | None) -> str:
    what = f"{listed(lot.deal.collateral)} for {show_cash(lot.purchase_price)}"
    fate = "opens" if refused is None else f"waits: {refused.sentence}"
    return f"{lot.reference}  {what} {fate}"


def close(stage: Stage, step: Close) -> Act:
    def do() -> Result:
        closing = stage.market.repo.close(step.close, step.by)
        return Result(
            [*_closing_lines(stage, booked, closing)],
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


def _closing_lines(stage: Stage, booked: BookedRepo, closing: Closing) -> Iterator[str]:
    """What is paid and why; the collateral only where it is no longer what was sold."""
    record, name = stage.market.repo.record(booked.reference), stage.market.directory.name
    yield f"interest {closing.formula}"
    yield f"repurchase price {show_cash(closing.repurchase_price)}"
    if closing.fails_charge:
        rate, days = show_per_cent(booked.agreement.fails_rate), record.failed_days
        factors = f"{show_cash(closing.repurchase_price)} × {rate} × {days}/{closing.basis}"
        charge = show_cash(closing.fails_charge)
        yield f"fails charge {factors} = {charge}, borne by {booked.deal.buyer}"
        yield f"{booked.deal.seller} pays {show_cash(closing.paid)}"
    if record.lines != record.terms.lines:
        left = {name(line.security): line.quantity for line in record.lines if line.quantity}
        yield f"collateral returned: {listed(left) or 'none'}"


def reverse(stage: Stage, step: Reverse) -> Act:
    """Of a repo: the root wallet takes the collateral from whoever has it."""
    market, name = stage.market, stage.market.directory.name
    record = market.repo.record(step.reverse)
    seller, holder = name(record.terms.seller), name(record.holder)

    def do() -> Result:
        if not record.is_open:
            raise BadInput(
                f"{step.reverse} is over: reverse the repo that holds the collateral now"
            )
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
        buyer = name(record.terms.buyer)
        told = f"collateral returns, cash does not: {buyer} is exposed for {show_cash(exposure)}"
        return Result([told], {"exposure": exposure})

    what = listed({name(line.security): line.quantity for line in record.lines})
    heading = f"Root wallet reverses {step.reverse} ({step.reason}): {what}  {holder} → {seller}"
    return Act(heading, do, step.reverse)


def statement(stage: Stage, step: StatementOf) -> Act:
    def do() -> Result:
        written = stage.market.statements.of(step.statement)
        return Result([*statement_lines(written)], tables=statement_tables(written))

    return Act(f"Statement of repo {step.statement}", do, step.statement)


def _deal(stage: Stage, step: Repo) -> Deal:
    margin = stage.scenario.margin
    if margin is None:
        raise Refused(
            "this story has no margin part, so the venue takes no collateral",
            error="NotEligible",
        )
    assert step.repo_rate is not None
    assert step.purchase_date is not None
    return Deal(
        reference=step.repo,
        venue=step.venue,
        seller=str(step.seller),
        buyer=str(step.buyer),
        currency=stage.scenario.currency,
        collateral=step.collateral,
        margins={symbol: _margin(stage, symbol, margin.method) for symbol in step.collateral},
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
            fails_rate=margin.fails_rate,
            call_deadline=margin.call_deadline,
            grace=margin.grace,
            margin_rate=margin.cash_interest_rate,
            threshold=margin.threshold,
            minimum_transfer=margin.minimum_transfer_amount,
        ),
    )


def _margin(stage: Stage, symbol: str, method: Method) -> Decimal:
    """The least margin that the policy takes a security at; none where it takes none, which then
    the venue says."""
    try:
        return stage.market.board.rule(stage.market.directory.security(symbol)).margin
    except Refused:
        return Decimal(0) if method is Method.HAIRCUT else Decimal(1)
