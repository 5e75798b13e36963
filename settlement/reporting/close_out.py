"""A close-out as text: what each repo leaves due, the margin, and the net that they sum to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from settlement.coordinator.close_out import FixedPrice
from settlement.coordinator.margin_report import MarginHeld
from settlement.reporting.margin import margin_words
from settlement.units import cents_half_up, show_cash

_NAME, _COLUMN = 26, 15
_HEADS = ("owed", "collateral", "due")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedRepo:
    """A repo that is over.

    Of the collateral the buyer has or gets what `counted`; `in_custody` is what all of it is worth,
    where custody had it. `due` is what is left, due to the side that did not default.
    """

    reference: str
    seller: str
    owed: Decimal
    counted: Decimal
    in_custody: Decimal | None
    due: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """All that became one sum, which is due to `by`, or below zero to `against`."""

    by: str
    against: str
    prices: Sequence[FixedPrice]
    repos: Sequence[ClosedRepo]
    margin: Sequence[MarginHeld]
    net: Decimal


def close_out_lines(settled: Settled) -> Iterator[str]:
    """Line by line. The last column sums to the net, to the cent."""
    yield f"prices {', '.join(map(_price, settled.prices))}" if settled.prices else "no collateral"
    yield f"what is due is {settled.by}'s, below zero {settled.against}'s"
    yield _row("", _HEADS)
    dues = [repo.due for repo in settled.repos]
    for repo in settled.repos:
        figures = (repo.owed, repo.counted, repo.due)
        yield _row(f"{repo.reference} owed by {repo.seller}", [*map(show_cash, figures)])
        if repo.in_custody is not None:
            worth, delivered = show_cash(repo.in_custody), show_cash(repo.counted)
            yield f"  custody has {worth} and delivers {delivered} of it to the buyer"
    for held in settled.margin:
        dues.append(-cents_half_up(held.value))
        yield _total(margin_words(held), dues[-1])
    rounded = settled.net - sum(dues, Decimal(0))
    if rounded:
        yield _total("rounded once, not line by line", rounded)
    receiver = settled.by if settled.net >= 0 else settled.against
    yield f"net {show_cash(abs(settled.net))} due to {receiver}"


def _price(used: FixedPrice) -> str:
    return f"{used.security} {used.price}{' (disputed)' if used.disputed else ''}"


def _row(name: str, columns: Sequence[str]) -> str:
    return f"{name:{_NAME}}" + "".join(f"{column:>{_COLUMN}}" for column in columns)


def _total(words: str, figure: Decimal) -> str:
    width = _NAME + _COLUMN * (len(_HEADS) - 1)
    return f"{words:{width}}{show_cash(figure):>{_COLUMN}}"
