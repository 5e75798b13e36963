"""The margin report of a netting set as text: repos, margin, and how the call comes about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from settlement.coordinator.margin_report import MarginHeld, MarginReport
from settlement.model.repo import Method
from settlement.reporting.story import Figure, Row
from settlement.units import cents_half_up, show_cash, show_quantity

_NAME, _COLUMN = 14, 14
_HEADS = ("owed", "market value", "margin value", "exposure")


def margin_lines(report: MarginReport) -> Iterator[str]:
    """Line by line. Figures are shown to the cent; only net exposure and call are rounded."""
    method = "after haircut" if report.method is Method.HAIRCUT else "by margin ratio"
    sides = f"{report.by} against {report.against}"
    yield f"Margin {sides}, {report.currency}, {report.at:%Y-%m-%d %H:%M}"
    yield f"  margin value {method}; exposure above zero is {report.by}'s"
    if report.method is Method.RATIO:
        yield "  exposure is owed × market value / value after margin − market value"
    yield _row("", _HEADS)
    for repo in report.repos:
        figures = (repo.repurchase_price, repo.market_value, repo.margin_value, repo.exposure)
        side = "bought" if repo.bought else "sold"
        yield _row(f"{repo.reference} {side}", [_cents(figure) for figure in figures])
        if repo.due_to_seller:
            due = -repo.due_to_seller if repo.bought else repo.due_to_seller
            yield f"    of which {_cents(due)}: income and charges due to the seller"
    for held in report.margin:
        yield _total(margin_words(held), -held.value)
    yield _total("net exposure", report.net_exposure)
    yield _total("threshold", report.threshold)
    yield _total(f"call (minimum {show_cash(report.minimum_transfer)})", report.call)
    if report.standing_call is not None:
        yield _total("call that stands", report.standing_call)


def margin_tables(report: MarginReport) -> dict[str, list[Row]]:
    """The same for a program, to the cent."""
    repos: list[Row] = [
        {
            "reference": repo.reference,
            "side": "bought" if repo.bought else "sold",
            "owed": cents_half_up(repo.repurchase_price),
            "market_value": cents_half_up(repo.market_value),
            "margin_value": cents_half_up(repo.margin_value),
            "due_to_seller": cents_half_up(repo.due_to_seller),
            "exposure": cents_half_up(repo.exposure),
        }
        for repo in report.repos
    ]
    return {"repos": repos, "margin": [_margin_row(held) for held in report.margin]}


def _margin_row(held: MarginHeld) -> Row:
    figures: dict[str, Figure] = {"asset": held.asset, "value": cents_half_up(held.value)}
    if held.quantity is None:
        return figures | {"interest": cents_half_up(held.interest)}
    return figures | {"quantity": held.quantity}


def margin_words(held: MarginHeld) -> str:
    """Margin of one asset, as its holder or its giver calls it."""
    verb = "held" if held.value >= 0 else "given"
    if held.quantity is not None:
        return f"margin {verb}: {show_quantity(abs(held.quantity))} {held.asset}"
    principal = _cents(abs(held.value - held.interest))
    return f"margin {verb}: {principal} {held.asset} and interest {_cents(abs(held.interest))}"


def _row(name: str, columns: Sequence[str]) -> str:
    return f"  {name:{_NAME}}" + "".join(f"{column:>{_COLUMN}}" for column in columns)


def _total(words: str, figure: Decimal | Fraction) -> str:
    width = _NAME + _COLUMN * (len(_HEADS) - 1)
    return f"  {words:{width}}{_cents(figure):>{_COLUMN}}"


def _cents(figure: Decimal | Fraction) -> str:
    return show_cash(cents_half_up(figure))
