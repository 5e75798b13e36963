"""`dvp study queue`: files of agreed queues, settled by every rule that they name."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from settlement.cli.checked import show_checked
from settlement.cli.output import AsJson

if TYPE_CHECKING:
    from settlement.analytics.jsonfile import Mismatch

_MOST_IDS = 10


def queue(
    file: Annotated[Path, typer.Argument(metavar="FILE.json", help="Queues to reproduce.")],
    as_json: AsJson = False,
) -> int:
    """Settle every queue of a file by its rules and name each one that comes out otherwise."""
    from settlement.analytics.queueing import files

    return show_checked(files.check(file), _mismatch, ("study", "queue", "rule"), as_json)


def _mismatch(mismatch: Mismatch) -> str:
    from settlement.analytics.queueing.files import printable

    differing = "; ".join(_differing(mismatch.expected, mismatch.computed))
    return f"{printable(mismatch.id)}: {mismatch.field}: {differing}"


def _differing(expected: Sequence[str] | str, computed: Sequence[str] | str) -> Iterator[str]:
    """Two values, or the ids that only one of two sets has."""
    if isinstance(expected, str) or isinstance(computed, str):
        yield f"expected {expected}, computed {computed}"
        return
    missing, extra = _without(expected, {*computed}), _without(computed, {*expected})
    if missing:
        yield f"expected and does not settle: {missing}"
    if extra:
        yield f"settles and is not expected: {extra}"


def _without(ids: Sequence[str], others: Collection[str]) -> str:
    """The ids that are not among others, ten at most; no control character of them gets out."""
    from settlement.analytics.queueing.files import printable

    left = [each for each in ids if each not in others]
    named = ", ".join(map(printable, left[:_MOST_IDS]))
    more = len(left) - _MOST_IDS
    return f"{named} and {more:,} more" if more > 0 else named
