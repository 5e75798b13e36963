"""How much of a repo's collateral may come from one issuer, wherever collateral comes in: all its
securities together, each by the limit of its own rule, by values after margin."""

from __future__ import annotations

from typing import Any

import pytest

from settlement.model.asset import SecurityKind
from tests.contracts.repo.coming_in import AMEND, BOND, MARGIN, OPEN, ROLL, SUBSTITUTE
from tests.contracts.repo.conftest import NOTE
from tests.contracts.repo.schedule import lei_of, row

pytest_plugins = ["tests.contracts.repo.coming_in_fixtures"]

ONE = 10**9
HAIRCUT, ONE_PER_CENT = 0, 10_000_000
HALF, FOUR_TENTHS, THREE_TENTHS = ONE // 2, 4 * ONE // 10, 3 * ONE // 10
EQUITY = SecurityKind.EQUITY
TOWN, CITY = lei_of("Town"), lei_of("City")
NOTES = row(NOTE, HAIRCUT, ONE_PER_CENT)
"""T-2035 without a limit, so that every repo begins with it."""


@pytest.fixture(params=[OPEN, ROLL, AMEND, SUBSTITUTE])
def way(request) -> str:
    """Each that looks at a basket as a whole."""
    return str(request.param)


@pytest.fixture
def basket(pen):
    """`basket(A=3_000_000, B=3_000_000)`, at 1%."""
    return lambda **units: [pen.line(symbol, quantity) for symbol, quantity in units.items()]


@pytest.fixture
def here(way, terms, adopt, coming):
    """`here(rules…)`: where notes are taken, and other securities by these rules; what comes in
    takes the place of T-2035."""
    return lambda *rules: coming(way, adopt(NOTES, *rules), instead=True)


def over(issuer: bytes, share: int, limit: int) -> dict[str, Any]:
    """The arguments of the error."""
    return {"issuer": issuer, "share": share, "limit": limit}


# --- one limit


def test_two_securities_of_one_issuer_count_together(here, bond, basket):
    """Each is a quarter, both are half of it; a unit more is too much."""
    way = here(row(BOND, HAIRCUT, ONE_PER_CENT, HALF))
    for symbol, issuer in {"A": "Town", "B": "Town", "C": "City"}.items():
        bond(symbol, 30, issuer)
    more = basket(A=3_000_000, B=3_000_001, C=6_000_000)
    way.refuses("OverConcentrated", more, **over(TOWN, 500_000_042, HALF))
    way.accepts(*basket(A=3_000_000, B=3_000_000, C=6_000_000))


def test_an_eighth_each_of_eight_is_all_of_one(here, bond, basket):
    """As many as there may be; half of them of another issuer are half of it."""
    way = here(row(BOND, HAIRCUT, ONE_PER_CENT, HALF))
    for number in range(8):
        bond(f"A{number}", 30)
        bond(f"B{number}", 30, "City")
    all_of_one = basket(**{f"A{number}": 1_500_000 for number in range(8)})
    way.refuses("OverConcentrated", all_of_one, **over(TOWN, ONE, HALF))
    way.accepts(*all_of_one[:4], *basket(**{f"B{number}": 1_500_000 for number in range(4)}))


def test_one_security_counts_by_itself(here, bond, basket):
    way = here(row(BOND, HAIRCUT, ONE_PER_CENT, HALF))
    bond("A", 30)
    bond("B", 30, "City")
    more = basket(A=6_000_001, B=6_000_000)
    way.refuses("OverConcentrated", more, **over(TOWN, 500_000_042, HALF))
    way.accepts(*basket(A=6_000_000, B=6_000_000))


def test_values_after_margin_are_compared(here, bond, pen):
    """5,500,000 of each at par: 5,445,000 at 1% against 5,390,000 at 2% are more than half."""
    way = here(row(BOND, HAIRCUT, ONE_PER_CENT, HALF))
    one, other = bond("A", 30), bond("B", 30, "City")
    lines = [pen.line(one, 5_500_000), pen.line(other, 5_500_000, 2 * ONE_PER_CENT)]
    way.refuses("OverConcentrated", lines, **over(TOWN, 502_538_072, HALF))
    way.accepts(*(pen.line(each, 5_500_000, 2 * ONE_PER_CENT) for each in (one, other)))


def test_limits_are_of_issuers_and_not_of_kinds(here, bond, basket):
    """All bonds, half of them of one issuer."""
    way = here(row(BOND, HAIRCUT, ONE_PER_CENT, HALF), row(EQUITY, HAIRCUT, ONE_PER_CENT, HALF))
    bond("A", 30)
    bond("B", 90)
    bond("C", None, "City")
    way.accepts(*basket(A=4_000_000, B=2_000_000, C=6_000_000))


# --- several limits


def test_the_stricter_limit_of_an_issuer_s_kinds_decides(here, bond, basket):
    """Its bonds may make half, its shares three tenths, both together no more than three tenths."""
    way = here(
        row(BOND, HAIRCUT, ONE_PER_CENT, HALF), row(EQUITY, HAIRCUT, ONE_PER_CENT, THREE_TENTHS)
    )
    bond("A", 30)
    bond("E", None, "Town", EQUITY)
    bond("C", 30, "City")
    bond("D", 30, "Port")
    within_half = basket(A=4_000_000, E=1_000_000, C=5_000_000, D=2_500_000)
    way.refuses("OverConcentrated", within_half, **over(TOWN, FOUR_TENTHS, THREE_TENTHS))
    more = basket(A=3_000_000, E=750_001, C=5_000_000, D=3_750_000)
    way.refuses("OverConcentrated", more, **over(TOWN, 300_000_056, THREE_TENTHS))
    way.accepts(*basket(A=3_000_000, E=750_000, C=5_000_000, D=3_750_000))


def test_a_kind_that_is_not_there_limits_nothing(here, bond, basket):
    """Without the shares, four tenths of bonds are not too much."""
    way = here(
        row(BOND, HAIRCUT, ONE_PER_CENT, HALF), row(EQUITY, HAIRCUT, ONE_PER_CENT, THREE_TENTHS)
    )
    bond("A", 30)
    bond("E", None, "City", EQUITY)
    bond("C", 30, "Port")
    way.accepts(*basket(A=5_000_000, E=2_500_000, C=5_000_000))


def test_what_has_no_limit_counts_toward_that_of_the_rest(here, bond, basket):
    """A note of the Town may be all of it, but not beside one of its bonds."""
    way = here(row(BOND, HAIRCUT, ONE_PER_CENT, HALF))
    bond("N", None, "Town", NOTE)
    bond("A", 30)
    bond("C", 30, "City")
    both = basket(N=6_000_000, A=500_000, C=6_000_000)
    way.refuses("OverConcentrated", both, **over(TOWN, 520_000_000, HALF))
    way.accepts(*basket(N=10_000_000, C=2_500_000))


def test_a_note_without_a_limit_is_all_of_it_beside_a_limited_bond_of_another(here, bond, basket):
    way = here(row(BOND, HAIRCUT, ONE_PER_CENT, ONE // 10))
    bond("N", None, "Town", NOTE)
    bond("C", 30, "City")
    more = basket(N=9_000_000, C=1_000_001)
    way.refuses("OverConcentrated", more, **over(CITY, 100_000_090, ONE // 10))
    way.accepts(*basket(N=11_250_000, C=1_250_000))


def test_each_maturity_has_its_limit(here, bond, basket):
    """Half of bonds up to 90 days, four tenths of longer ones: together no more than four."""
    way = here(
        row(BOND, HAIRCUT, ONE_PER_CENT, HALF, longest=90),
        row(BOND, HAIRCUT, ONE_PER_CENT, FOUR_TENTHS),
    )
    bond("SHORT", 90)
    bond("LONG", 91)
    bond("C", 90, "City")
    bond("D", 90, "Port")
    more = basket(SHORT=5_999_999, LONG=2, C=5_000_000, D=4_000_000)
    way.refuses("OverConcentrated", more, **over(TOWN, 400_000_040, FOUR_TENTHS))
    way.accepts(*basket(SHORT=5_999_999, LONG=1, C=5_000_000, D=4_000_000))


def test_a_day_later_another_limit_holds(here, bond, basket, at):
    """Of what has 91 days to go four tenths are taken, of what has 90 half."""
    way = here(
        row(BOND, HAIRCUT, ONE_PER_CENT, HALF, longest=90),
        row(BOND, HAIRCUT, ONE_PER_CENT, FOUR_TENTHS),
    )
    for symbol, issuer in {"A": "Town", "B": "Town", "C": "City"}.items():
        bond(symbol, 91, issuer)
    bond("N", None, "Port", NOTE)
    lines = basket(A=3_000_000, B=3_000_000, C=4_500_000, N=1_500_000)
    at(0, 18, 59, 58)
    way.refuses("OverConcentrated", lines, **over(TOWN, HALF, FOUR_TENTHS))
    at(0, 19)
    way.accepts(*lines)


# --- what is not looked at


def test_one_issuer_may_be_all_of_a_margin(terms, adopt, coming, bond, basket):
    """Two of its securities, and a unit of limit."""
    here = coming(MARGIN, adopt(NOTES, row(BOND, HAIRCUT, ONE_PER_CENT, 1)))
    bond("A", 30)
    bond("B", 90)
    here.accepts(*basket(A=5_000_000, B=5_000_000))


def test_what_stands_is_not_asked_again(facility, terms, adopt, coming, bond, basket, market):
    """Prices move, and one issuer is more than it may be; a change of the rate does not mind."""
    here = coming(SUBSTITUTE, adopt(NOTES, row(BOND, HAIRCUT, ONE_PER_CENT, HALF)), instead=True)
    for symbol, issuer in {"A": "Town", "C": "City"}.items():
        bond(symbol, 30, issuer)
    lines = basket(A=6_000_000, C=6_000_000)
    here.accepts(*lines)
    here.life.lines, here.life.number = here.life.pen.lines(*lines), 1
    market.chain.advance_to(market.chain.now() + 1)
    market.board.post_price("A", 110_000_000)
    here.life.amend(rate=0)
    here.way = AMEND
    refused = basket(A=6_000_000, C=6_000_001)
    here.refuses("OverConcentrated", refused, **over(TOWN, 523_809_483, HALF))
