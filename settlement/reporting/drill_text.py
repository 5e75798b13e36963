"""A drill as plain text: phase by phase, wallets before and after, invariants ticked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from settlement.reporting.columns import aligned, wrapped
from settlement.reporting.drill import Attempt, Drill, Loss, Performance, Phase
from settlement.reporting.story import Change
from settlement.reporting.text import show_amount
from settlement.units import counted, show_cash

_IN = "  "
_NAME, _COLUMN = 12, 17
_ASSETS_ABREAST = 2


def title_lines(drill: Drill) -> Iterator[str]:
    """What it is called and what it is about."""
    yield f"Drill {drill.name} (behaviour {drill.behaviour})"
    yield from wrapped("", f"{drill.title}.")


def phase_lines(phase: Phase) -> Iterator[str]:
    """A part of it."""
    yield phase.heading
    for line in phase.lines:
        yield from wrapped(_IN, line)
    for attempt in phase.attempts:
        yield from _attempt_lines(attempt)
    yield from _change_lines(phase.changes)
    for check in phase.checks:
        yield f"{_IN}{_mark(check.holds)} {check.name}"
        for what in check.broken:
            yield from wrapped(_IN * 2, what)
    if phase.lost is not None:
        yield from wrapped(_IN, f"given for nothing: {_lost(phase.lost)}")


def question_lines(drill: Drill) -> Iterator[str]:
    """What to ask the class."""
    yield from wrapped("For the class: ", drill.question)


def summary_lines(performances: Sequence[Performance]) -> Iterator[str]:
    """A line for each of several drills."""
    rows = [
        (
            each.drill.name,
            _mark(each.held),
            _reason(each),
            f"without DvP given for nothing: {_lost(each.lost)}",
        )
        for each in performances
    ]
    width = max(len(name) for name, *_ in rows)
    reasons = max(len(reason) for _, _, reason, _ in rows)
    for name, mark, reason, lost in rows:
        yield f"{mark} {name:{width}}  {reason:{reasons}}  {lost}"
    held = sum(each.held for each in performances)
    yield ""
    yield f"{counted(len(performances), 'drill')}: {held} held"


def list_lines(drills: Sequence[Drill]) -> Iterator[str]:
    """What there is."""
    width = max(len(drill.name) for drill in drills)
    for drill in drills:
        yield f"{drill.behaviour:>2}  {drill.name:{width}}  {drill.title}"


def _attempt_lines(attempt: Attempt) -> Iterator[str]:
    yield from wrapped(_IN, attempt.what)
    if attempt.refusal:
        word = f"refused ({attempt.refusal.reason})" if attempt.refusal.reason else "refused"
        yield from wrapped(_IN * 2, f"{word}: {attempt.refusal.sentence}")
    for line in attempt.lines:
        yield from wrapped(_IN * 2, line)
    for amiss in attempt.amiss:
        yield from wrapped(_IN * 2, f"✗ {amiss}")


def _change_lines(changes: Sequence[Change]) -> Iterator[str]:
    """Every wallet, the assets side by side as far as there is room."""
    assets = list(dict.fromkeys(change.asset for change in changes))
    for start in range(0, len(assets), _ASSETS_ABREAST):
        abreast = assets[start : start + _ASSETS_ABREAST]
        rows = [["", *(f"{asset} {when}" for asset in abreast for when in ("before", "after"))]]
        for party in dict.fromkeys(change.party for change in changes):
            held = {change.asset: change for change in changes if change.party == party}
            amounts = ((held[asset].before, held[asset].after) for asset in abreast)
            rows.append([party, *(show_amount(amount) for both in amounts for amount in both)])
        yield from (_IN + row for row in aligned(rows, _NAME, _COLUMN))


def _lost(lost: Iterable[Loss]) -> str:
    said = (f"{each.party} {show_cash(each.amount)} {each.currency}" for each in lost)
    return ", ".join(said) or "nothing"


def _reason(performance: Performance) -> str:
    """How the first thing was refused."""
    first = next(iter(performance.refusals), None)
    if first is None:
        return "nothing refused"
    return f"refused: {first.reason or first.error}"


def _mark(holds: bool) -> str:
    return "✓" if holds else "✗"
