"""The page of a story: step by step what moved and what was refused, and what the log says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from textwrap import dedent

from settlement.reporting.ledger import Ledger
from settlement.reporting.page import holdings, log
from settlement.reporting.page.blocks import (
    Column,
    Columns,
    Outcome,
    Page,
    Prose,
    Section,
    Step,
    Steps,
    Table,
    Ticks,
)
from settlement.reporting.page.words import period
from settlement.reporting.story import Change, Refusal, Story, Told
from settlement.reporting.text import show_amount
from settlement.units import counted

_IN_COLUMNS = re.compile(r"^ {2}|\S {3,}\S")


def story_page(story: Story, ledger: Ledger) -> Page:
    """The whole."""
    days = period(story.steps[0].at.date(), story.steps[-1].at.date())
    return Page(
        title=story.name,
        subtitle=f"{days}, local chain, no real value",
        answers=[
            log.moved(ledger),
            log.avoided(ledger, _refused(story)),
            log.needed(ledger),
            log.cost(ledger),
        ],
        sections=[
            Section("Step by step", [Steps(list(_days(story.steps)))]),
            Section("Before and after", holdings.blocks(ledger)),
            Section("Trades and repos", log.exchanges(ledger)),
            Section("Who signed what", [log.consents(ledger)]),
            Section("Gas", [log.gas(ledger)]),
            Section("Reconciliation", list(_reconciliation(story, ledger))),
        ],
    )


def _refused(story: Story) -> list[str]:
    refused = [told for told in story.steps if told.refusal]
    if not refused:
        return []
    still = sum(told.nothing_moved for told in refused)
    steps = f"{counted(len(refused), 'step')} refused"
    if still == len(refused):
        return [f"{steps}, and nothing moved"]
    return [f"{steps}; in {still} of them nothing moved"]


def _days(steps: Sequence[Told]) -> Iterator[tuple[str, list[Step]]]:
    for day, of_day in groupby(steps, lambda told: told.at.date()):
        yield f"{day:%-d %B %Y}", [_step(told) for told in of_day]


def _step(told: Told) -> Step:
    return Step(
        heading=told.heading,
        outcome=_outcome(told),
        time=f"{told.at:%H:%M}",
        lines=list(_lines(told)),
        tables=[_changes(told.changes)] if told.changes else [],
    )


def _outcome(told: Told) -> Outcome:
    if not told.expected:
        return Outcome.AMISS
    return Outcome.REFUSED if told.refusal else Outcome.DONE


def _lines(told: Told) -> Iterator[str | Columns]:
    yield from _paragraphs(told.lines)
    if told.mistake:
        yield f"Cannot be done as written: {told.mistake}"
    if told.refusal:
        yield refusal_line(told.refusal)
        yield "Nothing moved." if told.nothing_moved else "Something moved."
    yield from told.failures


def _paragraphs(lines: Sequence[str]) -> Iterator[str | Columns]:
    """What stands in columns stays so, from the first such line to the last."""
    places = [place for place, line in enumerate(lines) if _IN_COLUMNS.search(line)]
    first, last = (places[0], places[-1] + 1) if places else (0, 0)
    yield from map(_plain, lines[:first])
    if places:
        yield Columns(dedent("\n".join(lines[first:last])))
    yield from map(_plain, lines[last:])


def _plain(line: str) -> str:
    return " ".join(line.split())


def refusal_line(refusal: Refusal) -> str:
    """A refusal as a sentence."""
    reason = f" ({refusal.reason})" if refusal.reason else ""
    return f"Refused{reason}: {refusal.sentence}."


def _changes(changes: Sequence[Change]) -> Table:
    asset = changes[0].asset
    return Table(
        f"{asset} of those who took part",
        [("", Column.NAME), ("before", Column.FIGURE), ("after", Column.FIGURE)],
        [(each.party, show_amount(each.before), show_amount(each.after)) for each in changes],
    )


def _reconciliation(story: Story, ledger: Ledger) -> Iterator[Ticks | Prose | Table]:
    yield Ticks(story.checks)
    if story.failures:
        yield Prose(story.failures)
    yield log.positions(ledger)
