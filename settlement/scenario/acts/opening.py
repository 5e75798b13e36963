"""How the opening of a repo is told: collateral, terms, price, and what is due when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from settlement.coordinator.deals import Deal
from settlement.coordinator.repo import BookedRepo
from settlement.model.repo import Duration, Method
from settlement.scenario.acts.base import Result, Stage, in_a_row
from settlement.units import cents_half_up, counted, show_cash, show_per_cent

MARGIN_WORDS = {Method.HAIRCUT: "haircut", Method.RATIO: "margin ratio"}


def opened(stage: Stage, booked: BookedRepo) -> Result:
    """A repo that opened."""
    value = market_value(stage, booked.deal)
    lines = [*terms_lines(booked.deal, value), price_line(stage, [booked])]
    return Result(lines, {"purchase_price": booked.purchase_price, "market_value": value})


def market_value(stage: Stage, deal: Deal) -> Decimal:
    """What the collateral is worth before its margin."""
    return cents_half_up(stage.market.board.market_value(deal.collateral))


def terms_lines(deal: Deal, value: Decimal) -> list[str]:
    """On which terms it opens, and where the collateral stands."""
    terms = f"{_margins(deal)}, {show_per_cent(deal.repo_rate)}, {term(deal)}"
    held = ["held in tri-party custody"] if deal.venue == "tri-party" else []
    return [f"market value {show_cash(value)}, {terms}", *held]


def price_line(stage: Stage, repos: Sequence[BookedRepo]) -> str:
    """What repos of one term are opened for, and what is due at their end."""
    price = sum((booked.purchase_price for booked in repos), Decimal(0))
    return f"purchase price {show_cash(price)} · {_due(stage, repos)}"


def term(deal: Deal) -> str:
    """How long it runs, in a word."""
    if deal.repurchase_date is None:
        return "open"
    days = (deal.repurchase_date - deal.purchase_date).days
    return {0: "intraday", 1: "overnight"}.get(days, f"{days} days")


def show_day(day: date, today: date) -> str:
    """`3 March`, with the year where it is another."""
    return f"{day:%-d %B}" if day.year == today.year else f"{day:%-d %B %Y}"


def _margins(deal: Deal) -> str:
    word, margins = MARGIN_WORDS[deal.agreement.method], deal.margins
    if len(set(margins.values())) == 1:
        return f"{word} {show_per_cent(next(iter(margins.values())))}"
    return f"{word} " + in_a_row(f"{name} {show_per_cent(each)}" for name, each in margins.items())


def _due(stage: Stage, repos: Sequence[BookedRepo]) -> str:
    deal = repos[0].deal
    if deal.repurchase_date is None:
        return f"until notice of {counted(deal.notice, 'day')}" if deal.notice else "until notice"
    if deal.duration is Duration.INTRADAY:
        return "by the minute, due today"
    desk = stage.market.repo
    owed = (desk.expected_closing(booked.reference, deal.repurchase_date)[1] for booked in repos)
    day = show_day(deal.repurchase_date, deal.purchase_date)
    return f"due {day} at {show_cash(sum(owed, Decimal(0)))}"
