"""What a margin call can value in one transaction, so that `MOST_OPEN` is what fits.

A set of two repos is measured, then one of four: the difference is what two repos cost. The worst
case is that every line of every repo is another security, each with a price of its own to read. A
close-out may take several steps, so what it costs is only printed (`pytest -s`).
"""

from __future__ import annotations

from typing import NamedTuple

import pytest

from settlement.chain.base import TRANSACTION_GAS_CAP
from tests.contracts.repo.margin_desk import Desk

pytest_plugins = ["tests.contracts.repo.margin_fixtures"]

FEW, MORE = 2, 4
NOTE = "N{}"


class Cost(NamedTuple):
    """Gas of a transaction, and what its calldata costs at the least (EIP-7623)."""

    gas: int
    floor: int

    def of(self, most: int, more: Cost) -> Cost:
        """What `most` repos cost, if FEW cost this and MORE cost `more`."""
        each = [(b - a) / (MORE - FEW) for a, b in zip(self, more, strict=True)]
        return Cost(*(round(a + e * (most - FEW)) for a, e in zip(self, each, strict=True)))


def spent(desk: Desk, function: str, given: tuple) -> Cost:
    """Sends it and says what it cost."""
    receipt = desk.facility.receipt(function, *given, gas=TRANSACTION_GAS_CAP)
    assert receipt.succeeded, receipt.output
    data = desk.facility.encode(function, *given)
    return Cost(receipt.gas_used, 21_000 + 10 * (4 * len(data) - 3 * data.count(0)))


def measured(desk: Desk, repos: int, lines: int, distinct: bool) -> dict[str, Cost]:
    """A call on so many repos of so many lines, and their close-out in one step."""
    baskets = [
        [NOTE.format(line + distinct * lines * repo) for line in range(lines)]
        for repo in range(repos)
    ]
    pen, used = desk.pen, sorted({name for basket in baskets for name in basket})
    share = 1_100_000 // lines
    opened = [
        desk.open(lines=pen.lines(*(pen.line(name, share) for name in basket)))
        for basket in baskets
    ]
    for name in used:
        desk.price(90_000_000, name)
    figures = {"callMargin": spent(desk, "callMargin", pen.calling(desk.pair, opened))}
    desk.unmet()
    for name in used:
        desk.price(100_000_000, name)
    figures["closeOut"] = spent(desk, "closeOut", pen.exposed(desk.pair, opened))
    return figures


@pytest.mark.parametrize(
    ("lines", "distinct"), [(1, False), (8, False), (8, True)], ids=["1", "8", "8 of its own"]
)
def test_a_call_on_the_most_repos_fits_one_transaction(desk, lines, distinct):
    most = desk.facility.MOST_OPEN()
    for number in range(lines * (MORE if distinct else 1)):
        desk.another(NOTE.format(number))
    few = measured(desk, FEW, lines, distinct)
    more = measured(desk.under(minimum_transfer=1), MORE, lines, distinct)
    for function, cost in few.items():
        whole, each = cost.of(most, more[function]), cost.of(FEW + 1, more[function])
        print(
            f"{function}, {lines} lines, distinct {distinct}: {each.gas - cost.gas:,} a repo, "
            f"floor {each.floor - cost.floor:,}; {most} cost {whole.gas:,}, floor {whole.floor:,}"
        )
    whole = few["callMargin"].of(most, more["callMargin"])
    assert max(whole) < TRANSACTION_GAS_CAP, whole
