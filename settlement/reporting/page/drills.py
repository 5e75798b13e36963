"""The page of drills: what was broken, what moved, and what each would have cost without DvP."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from settlement.reporting.drill import Attempt, Performance, Phase
from settlement.reporting.page.blocks import (
    Answer,
    Bar,
    Block,
    Column,
    Outcome,
    Page,
    Prose,
    Section,
    Step,
    Steps,
    Table,
    Ticks,
)
from settlement.reporting.page.story import refusal_line
from settlement.reporting.story import Change
from settlement.reporting.text import show_amount
from settlement.units import counted, show_cash


def drills_page(performances: Sequence[Performance]) -> Page:
    """The whole."""
    held = sum(each.held for each in performances)
    return Page(
        title="Broken on purpose",
        subtitle=f"{counted(len(performances), 'drill')}, {held} held, local chain, no real value",
        answers=[
            _moved(performances),
            _avoided(performances),
            _needed(performances),
            _cost(performances),
        ],
        sections=[
            Section("All drills", [_overview(performances)]),
            *(_section(each) for each in performances),
        ],
    )


def _moved(performances: Sequence[Performance]) -> Answer:
    refusals = sum(len(each.refusals) for each in performances)
    mended = sum(len(each.settled.attempts) for each in performances)
    return Answer(
        "What moved?",
        "Nothing, until it was mended",
        [
            f"{counted(refusals, 'attempt')} refused, and no wallet changed",
            f"{counted(mended, 'submission')} settled once the fault was mended",
        ],
    )


def _avoided(performances: Sequence[Performance]) -> Answer:
    lost = [loss for each in performances for loss in each.lost]
    total = sum((loss.amount for loss in lost), Decimal(0))
    return Answer(
        "Which risk was avoided?",
        " ".join([show_cash(total), *sorted({loss.currency for loss in lost})]),
        ["given for nothing where the same faults met legs that move one by one"],
    )


def _needed(performances: Sequence[Performance]) -> Answer:
    most = max(performances, key=lambda each: _paid(each.settled))
    currencies = {each.asset for each in _cash(most.settled)}
    return Answer(
        "How much cash was needed?",
        " ".join([show_cash(_paid(most.settled)), *sorted(currencies)]),
        [f"for what settled in the drill that took the most: {most.drill.name}"],
    )


def _paid(phase: Phase) -> Decimal:
    """Cash that left wallets."""
    paid = (Decimal(each.before - each.after) for each in _cash(phase))
    return sum((amount for amount in paid if amount > 0), Decimal(0))


def _cash(phase: Phase) -> list[Change]:
    return [each for each in phase.changes if isinstance(each.before, Decimal)]


def _cost(performances: Sequence[Performance]) -> Answer:
    refused = sum(
        attempt.gas
        for each in performances
        for phase in each.phases
        for attempt in phase.attempts
        if attempt.refusal
    )
    return Answer(
        "What did it cost?",
        f"{sum(each.gas for each in performances):,} gas",
        [f"{refused:,} of it for what was refused"],
    )


def _overview(performances: Sequence[Performance]) -> Table:
    most = max((_lost(each) for each in performances), default=Decimal(0)) or Decimal(1)
    return Table(
        "What was refused first, and what was given for nothing where nothing was atomic",
        [
            ("Drill", Column.NAME),
            ("What is broken", Column.NAME),
            ("Refused for", Column.NAME),
            ("Held", Column.NAME),
            ("Lost without DvP", Column.FIGURE),
            ("", Column.BAR),
        ],
        [
            (
                each.drill.name,
                each.drill.title,
                ", ".join(refusal.reason or refusal.error for refusal in each.refusals[:1]),
                "✓" if each.held else "✗",
                show_cash(_lost(each)),
                Bar(0, float(_lost(each) / most)),
            )
            for each in performances
        ],
    )


def _lost(performance: Performance) -> Decimal:
    return sum((loss.amount for loss in performance.lost), Decimal(0))


def _section(performance: Performance) -> Section:
    drill = performance.drill
    tried = [phase for phase in performance.phases if phase.checks]
    blocks: list[Block] = [
        Prose([f"{drill.title}. Behaviour {drill.behaviour}."]),
        Steps([("", [_step(phase) for phase in performance.phases])]),
        *(Ticks(phase.checks, f"{phase.heading}: after every attempt") for phase in tried),
        Prose([f"For the class: {drill.question}"]),
    ]
    return Section(drill.name, blocks)


def _step(phase: Phase) -> Step:
    refused = any(attempt.refusal for attempt in phase.attempts)
    done = Outcome.REFUSED if refused else Outcome.DONE
    return Step(
        heading=phase.heading,
        outcome=done if phase.held else Outcome.AMISS,
        lines=list(_lines(phase)),
        tables=[_holdings(phase)] if phase.changes else [],
    )


def _lines(phase: Phase) -> Iterator[str]:
    yield from (f"{line[:1].upper()}{line[1:]}." for line in phase.lines)
    for attempt in phase.attempts:
        yield " ".join(_sentences(attempt))
    if phase.lost is not None:
        lost = (f"{each.party} {show_cash(each.amount)} {each.currency}" for each in phase.lost)
        yield f"Given for nothing: {', '.join(lost) or 'nothing'}."


def _sentences(attempt: Attempt) -> Iterator[str]:
    yield f"{attempt.what[:1].upper()}{attempt.what[1:]}."
    if attempt.refusal:
        yield refusal_line(attempt.refusal)
    yield from (f"{line[:1].upper()}{line[1:]}." for line in (*attempt.lines, *attempt.amiss))


def _holdings(phase: Phase) -> Table:
    return Table(
        f"{phase.heading}: every wallet before and after",
        [
            ("Wallet", Column.NAME),
            ("Asset", Column.NAME),
            ("Before", Column.FIGURE),
            ("", Column.BAR),
            ("After", Column.FIGURE),
            ("", Column.BAR),
        ],
        [_row(change, phase.changes) for change in phase.changes],
    )


def _row(change: Change, changes: Sequence[Change]) -> Sequence[str | Bar]:
    most = max(max(each.before, each.after) for each in changes if each.asset == change.asset) or 1
    return (
        change.party,
        change.asset,
        show_amount(change.before),
        Bar(0, float(Decimal(change.before) / Decimal(most))),
        show_amount(change.after),
        Bar(0, float(Decimal(change.after) / Decimal(most))),
    )
