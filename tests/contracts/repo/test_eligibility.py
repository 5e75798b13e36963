"""What the schedule of a policy takes and refuses, by kind, remaining maturity and issuer, wherever
collateral comes in: each error in the order of the source, at the day and one day over."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contracts.repo.coming_in import (
    AMEND,
    BOND,
    BY_THE_LATEST,
    MARGIN,
    OPEN,
    ROLL,
    SUBSTITUTE,
)
from tests.contracts.repo.conftest import NOTE
from tests.contracts.repo.pen import DAY
from tests.contracts.repo.schedule import UNLIMITED, lei_of, row

pytest_plugins = ["tests.contracts.repo.coming_in_fixtures"]

ONE_PER_CENT, TWO_PER_CENT = 10_000_000, 20_000_000
HAIRCUT = 0
TOWN, CITY, PORT = lei_of("Town"), lei_of("City"), lei_of("Port")
QUANTITY = 10_000_000
OF_BONDS: dict[str, Any] = {"version": 2, "kind": BOND.number}

NOTES = row(NOTE, HAIRCUT, ONE_PER_CENT)
BONDS = (
    row(BOND, HAIRCUT, ONE_PER_CENT, longest=90, issuers=[TOWN, CITY]),
    row(BOND, HAIRCUT, TWO_PER_CENT, longest=365, issuers=[TOWN]),
)
"""Bonds up to 90 days of the Town or the City, up to 365 of the Town alone."""


@pytest.fixture(params=[OPEN, ROLL, AMEND, SUBSTITUTE, MARGIN])
def way(request) -> str:
    """Each."""
    return str(request.param)


@pytest.fixture
def here(way, terms, adopt, coming):
    """Where notes are taken, and bonds by the schedule above."""
    return coming(way, adopt(NOTES, *BONDS))


@pytest.fixture
def lines(pen):
    """`lines(bond)`: 10,000,000 of it at 2%, or at another haircut."""
    return lambda security, margin=TWO_PER_CENT: [pen.line(security, QUANTITY, margin)]


# --- what is refused


def test_not_a_day_too_long(here, bond, lines):
    remaining = {"remaining": 366, "longest": 365}
    here.refuses("MaturityTooLong", lines(bond("LONG", 366)), **OF_BONDS, **remaining)
    here.accepts(*lines(bond("YEAR", 365)))


def test_nothing_without_a_maturity(here, bond, lines):
    """Whoever issued it; which is why a rule without a limit takes T-2035."""
    remaining = {"remaining": UNLIMITED, "longest": 365}
    for symbol, issuer in (("A", "Town"), ("B", "Port")):
        forever = bond(symbol, None, issuer)
        here.refuses("MaturityTooLong", lines(forever), **OF_BONDS, **remaining)


def test_not_of_an_issuer_that_no_rule_lists(here, bond, lines):
    for days in (1, 90, 91, 365):
        of_port = bond(f"P-{days}", days, "Port")
        here.refuses("IssuerNotTaken", lines(of_port), **OF_BONDS, issuer=PORT)


@pytest.mark.parametrize("days", [-30, -1, 0])
def test_not_what_has_matured(here, bond, lines, market, days):
    """Unpaid it would come in at the mildest rule."""
    today = market.chain.now() // DAY
    old = bond("OLD", days)
    here.refuses(
        "HasMatured", lines(old, ONE_PER_CENT), kind=BOND.number, maturity=today + days, today=today
    )


def test_not_of_an_issuer_that_a_shorter_rule_lists(here, bond, lines):
    here.refuses("IssuerNotTaken", lines(bond("C-91", 91, "City")), **OF_BONDS, issuer=CITY)
    here.accepts(*lines(bond("C-90", 90, "City")))


def test_not_of_an_issuer_that_another_kind_lists(way, adopt, bond, lines, coming, market, terms):
    """Notes of the Port and of whom T-2035 is, bonds of the Town."""
    issuers = [PORT, market.directory.security("T-2035").issuer.encode()]
    notes = row(NOTE, HAIRCUT, ONE_PER_CENT, issuers=issuers)
    here = coming(way, adopt(notes, row(BOND, HAIRCUT, ONE_PER_CENT, issuers=[TOWN])))
    here.refuses("IssuerNotTaken", lines(bond("P", None, "Port")), **OF_BONDS, issuer=PORT)
    town = bond("T", None, "Town", NOTE)
    refused = {"version": 2, "kind": NOTE.number, "issuer": TOWN}
    here.refuses("IssuerNotTaken", lines(town), **refused)
    here.accepts(*lines(bond("N", None, "Port", NOTE)))


def test_the_margin_is_that_of_the_maturity(here, bond, lines):
    """1% for 90 days, 2% for a day more."""
    least = {"method": HAIRCUT, "margin": ONE_PER_CENT, "least": TWO_PER_CENT}
    longer = bond("LONGER", 91)
    here.refuses("MarginNotAccepted", lines(longer, ONE_PER_CENT), security=longer, **least)
    here.accepts(*lines(bond("SHORT", 90), ONE_PER_CENT))


# --- what is taken


def test_what_matures_tomorrow_is_the_shortest(here, bond, lines):
    here.accepts(*lines(bond("SOON", 1), ONE_PER_CENT))


def test_the_longest_takes_what_it_lists(here, bond, lines):
    here.accepts(*lines(bond("LONGER", 91)))


def test_a_rule_without_a_limit_takes_what_does_not_mature(way, terms, adopt, bond, lines, coming):
    unlimited = row(BOND, HAIRCUT, 3 * ONE_PER_CENT, issuers=[PORT])
    here = coming(way, adopt(NOTES, *BONDS, unlimited))
    forever = bond("FOREVER", None, "Port")
    least = {"method": HAIRCUT, "margin": TWO_PER_CENT, "least": 3 * ONE_PER_CENT}
    here.refuses("MarginNotAccepted", lines(forever), security=forever, **least)
    here.accepts(*lines(forever, 3 * ONE_PER_CENT))


# --- time passes


def test_too_long_today_it_is_taken_when_days_have_passed(here, bond, lines, market, at):
    """From midnight in UTC on, which is seven in the evening of the repo."""
    longer = bond("LONGER", 366)
    at(0, 18, 59, 58)
    here.refuses("MaturityTooLong", lines(longer), **OF_BONDS, remaining=366, longest=365)
    at(0, 19)
    assert market.chain.now() % DAY < 10
    here.accepts(*lines(longer))


def test_taken_today_it_is_refused_when_the_shorter_rule_does_not_list_it(
    way, terms, adopt, bond, lines, coming, at
):
    """The first rule that is long enough decides, each day anew."""
    short = row(BOND, HAIRCUT, ONE_PER_CENT, longest=90, issuers=[CITY])
    here = coming(way, adopt(NOTES, short, row(BOND, HAIRCUT, ONE_PER_CENT, issuers=[TOWN])))
    longer = lines(bond("LONGER", 91))
    here.life.facility.reader(way)(*here.call(*longer))
    at(0, 19)
    here.refuses("IssuerNotTaken", longer, **OF_BONDS, issuer=TOWN)


# --- versions


@pytest.fixture
def later(here, adopt):
    """The same where a later version takes notes and nothing else."""
    assert adopt(NOTES) == 3
    return here


def test_a_repo_keeps_the_schedule_under_which_it_was_opened(later, bond, lines):
    """What changes its collateral; all else goes by the latest."""
    too_long, unlisted, good = bond("A", 366), bond("B", 91, "City"), bond("C", 365)
    if later.way == MARGIN:
        for each in (too_long, unlisted, good):
            later.refuses("NotEligible", lines(each), version=3, kind=BOND.number)
    elif later.way in BY_THE_LATEST:
        for each in (too_long, unlisted, good):
            later.refuses("NotTheLatestPolicy", lines(each), version=2, latest=3)
    else:
        remaining = {"remaining": 366, "longest": 365}
        later.refuses("MaturityTooLong", lines(too_long), **OF_BONDS, **remaining)
        later.refuses("IssuerNotTaken", lines(unlisted), **OF_BONDS, issuer=CITY)
        later.accepts(*lines(good))


def test_what_a_later_schedule_takes_does_not_come_into_an_older_repo(
    way, terms, adopt, bond, lines, coming
):
    """Margin is taken by it, as new repos would be."""
    here = coming(way, adopt(NOTES, *BONDS))
    adopt(NOTES, row(BOND, HAIRCUT, ONE_PER_CENT))
    longer = lines(bond("LONG", 366, "Port"))
    if way == MARGIN:
        here.accepts(*longer)
    elif way in BY_THE_LATEST:
        here.refuses("NotTheLatestPolicy", longer, version=2, latest=3)
    else:
        here.refuses("MaturityTooLong", longer, **OF_BONDS, remaining=366, longest=365)
