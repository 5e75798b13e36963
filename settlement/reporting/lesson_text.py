"""The lesson on principal at risk as plain text, to be read aloud in front of a class.

A table of all ways, then what happened in each, then the figures as bars, which also fit a narrow
terminal. Value × seconds is in millions, half up to two places; the document has it exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from settlement.reporting.columns import TOGETHER, aligned, wrapped
from settlement.reporting.lesson import NAME, Again, Lesson, Loss, Sale, WayRun, total
from settlement.reporting.text import check_lines
from settlement.units import (
    counted,
    half_up,
    show_cash,
    show_exact,
    show_per_cent,
    show_quantity,
)

_NAME, _COLUMN = 20, 15
_BAR = 24
_INDENT = "  "
_MILLION = 10**6


def lesson_lines(lesson: Lesson) -> Iterator[str]:
    """The lesson line by line."""
    yield from _day_lines(lesson)
    yield ""
    yield from _table_lines(lesson)
    for way in lesson.ways:
        yield ""
        yield from _way_lines(lesson, way)
    for figure, shown in FIGURES.items():
        yield ""
        yield from _bar_lines(lesson, figure, shown)
    yield ""
    yield from _question_lines()
    yield ""
    yield from check_lines(lesson.checks)


def _day_lines(lesson: Lesson) -> Iterator[str]:
    at, agreed = lesson.agreed, show_exact(lesson.price)
    ways = len(lesson.ways)
    yield f"Principal at risk: the same trades settled {ways} ways, local chains, no real value"
    yield ""
    trades = f"{counted(len(lesson.sales), 'trade')} in {lesson.security} at {agreed}"
    yield from wrapped(
        "",
        f"{at:%A} {at.day} {at:%B %Y}, {at:%H:%M}: {_listed(lesson.parties)} agree {trades}, all"
        " for the same day.",
    )
    rows = [_sale_row(lesson, sale) for sale in lesson.sales]
    yield from (_INDENT + line for line in aligned(rows, 2, 0))
    yield from wrapped("", f"{failure(lesson)} {price(lesson)}")


def _sale_row(lesson: Lesson, sale: Sale) -> list[str]:
    parties = f"{sale.seller} → {sale.buyer}"
    quantity = f"{show_quantity(sale.quantity)} {lesson.security}"
    return [sale.reference, f"{sale.at:%H:%M}", parties, quantity, f"for {show_cash(sale.amount)}"]


def failure(lesson: Lesson) -> str:
    """Who fails, and from when on."""
    if lesson.fails is None:
        return "Nobody fails."
    return (
        f"At {lesson.at:%H:%M} {lesson.fails} fails: from then on it signs nothing, sends nothing"
        " and claims nothing. What it did before stands."
    )


def price(lesson: Lesson) -> str:
    """Where the price goes."""
    move = lesson.price_move
    if not move:
        return "The price does not move."
    word = "falls" if move < 0 else "rises"
    return (
        f"The price {word} by {show_per_cent(abs(move))}, to {show_exact(lesson.moved_price)}:"
        " whatever has to be traded again is traded there."
    )


MEANINGS = {
    "principal lost": "what a firm gave and got nothing for until the end of the day",
    "replacement cost": "what the surviving side pays more, or gets less, when it trades again",
    "cash needed": "what each firm is out of pocket at most, summed, when nobody fails",
    "securities needed": "likewise in securities, at the agreed price",
    "value × seconds": "what was given without counter-value, times how long, in millions",
}


# --- the table ------------------------------------------------------------------------------------


def _table_lines(lesson: Lesson) -> Iterator[str]:
    def row(name: str, shown: Callable[[WayRun], str]) -> list[str]:
        return [name, *map(shown, lesson.ways)]

    rows = [
        row(lesson.currency, lambda way: way.name),
        row("principal lost", lambda way: show_cash(way.principal_lost)),
        *_party_rows(lesson, WayRun.lost_by),
        row("replacement cost", lambda way: show_cash(way.replacement_cost)),
        *_party_rows(lesson, WayRun.replaced_by),
        row("cash needed", lambda way: show_cash(total(way.cash_needed))),
        row("securities needed", lambda way: show_cash(total(way.securities_needed))),
        row("value × seconds", lambda way: show_cash(_value_seconds(way))),
    ]
    yield from aligned(rows, _NAME, _COLUMN)
    yield ""
    for name, meaning in MEANINGS.items():
        yield from wrapped(f"{name:{_NAME}}", meaning)


def _party_rows(lesson: Lesson, amount: Callable[[WayRun, str], Decimal]) -> Iterator[list[str]]:
    """A row for each party that has something to show."""
    for party in lesson.parties:
        amounts = [amount(way, party) for way in lesson.ways]
        if any(amounts):
            yield [f"  of {party}", *(show_cash(each) if each else "–" for each in amounts)]


def _value_seconds(way: WayRun) -> Decimal:
    return half_up(Fraction(total(way.value_seconds)) / _MILLION, 2)


# --- what happened --------------------------------------------------------------------------------


def _way_lines(lesson: Lesson, way: WayRun) -> Iterator[str]:
    first = f"{way.name:{_NAME - 4}}"
    yield from wrapped(first, way.how)
    yield from wrapped(" " * len(first), " ".join(happened(lesson, way)))


def happened(lesson: Lesson, way: WayRun) -> list[str]:
    """What the failure did where trades settle this way, in sentences."""
    said = [_loss(lesson, loss) for loss in way.losses] or ["Nobody lost principal."]
    return said + [_again(lesson, again) for again in way.replacements]


def _loss(lesson: Lesson, loss: Loss) -> str:
    party, amount = loss.party, show_cash(loss.amount)
    if not loss.trade:
        return f"Of what {party} was to be paid net, {amount} never came."
    sale = _sale(lesson, loss.trade)
    quantity = f"{show_quantity(sale.quantity)}{TOGETHER}{lesson.security}"
    if party == sale.seller:
        return f"{party} delivered {quantity} in {sale.reference} and was never paid {amount}."
    if party != lesson.fails:
        return f"{party} paid {amount} in {sale.reference} and never got its {quantity}."
    return (
        f"{party} lost its own {amount}: {sale.seller} claimed them in {sale.reference}, {party}"
        f" never claimed the {quantity}, and {sale.seller} took those back."
    )


def _again(lesson: Lesson, again: Again) -> str:
    sale = _sale(lesson, again.trade)
    verb, word = ("buys", "more") if again.party == sale.buyer else ("sells", "less")
    cost = f"for {show_cash(again.cost)} {word}" if again.cost else "at no loss"
    return f"{sale.reference} is traded again: {again.party} {verb} {cost}."


def _sale(lesson: Lesson, reference: str) -> Sale:
    return next(sale for sale in lesson.sales if sale.reference == reference)


# --- bars -----------------------------------------------------------------------------------------

FIGURES: dict[str, Callable[[WayRun], Decimal]] = {
    "principal lost": lambda way: way.principal_lost,
    "replacement cost": lambda way: way.replacement_cost,
    "cash needed": lambda way: total(way.cash_needed),
    "value × seconds": _value_seconds,
}


def _bar_lines(lesson: Lesson, figure: str, amount: Callable[[WayRun], Decimal]) -> Iterator[str]:
    amounts = [amount(way) for way in lesson.ways]
    most = max(amounts) or Decimal(1)
    yield figure
    for way, each in zip(lesson.ways, amounts, strict=True):
        bar = "#" * int(half_up(_BAR * Fraction(each) / Fraction(most), 0))
        yield f"  {way.name:16}{bar:{_BAR}}{show_cash(each):>16}"


QUESTION = (
    "Which way lets a party fail at any moment without anybody losing principal? What does that way"
    " not protect from, and what could?"
)


# --- the end --------------------------------------------------------------------------------------


def _question_lines() -> Iterator[str]:
    yield from wrapped("For the class: ", QUESTION)
    yield f"Next: dvp lesson {NAME} --fails nobody"
    yield f"      dvp lesson {NAME} --fails broker --at 11:45"


def _listed(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"
