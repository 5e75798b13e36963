"""`RepoFacility.repurchasePriceOn`: what a closing would pay, without one.

That it agrees with what closings pay stands in `test_repo_facility_close`, and with Python's
arithmetic in `tests/differential`.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.contracts.live import reverts
from tests.contracts.repo.pen import INTEREST, PURCHASE_PRICE


@pytest.mark.parametrize(
    ("changes", "error", "arguments"),
    [
        ({"duration": 1}, "DurationNotOffered", {"duration": 1}),
        ({"basis": 0}, "BadBasis", {"basis": 0}),
        ({"purchase_price": 2**255}, "BadPurchasePrice", {"purchasePrice": 2**255}),
        ({"utc_offset": 10**6}, "BadClock", {"utcOffset": 10**6, "cutOff": 61_200}),
    ],
)
def test_terms_that_could_not_be_opened_have_none(facility, terms, changes, error, arguments):
    with reverts(error, **arguments):
        facility.repurchasePriceOn(replace(terms, **changes), terms.repurchase_date)


def test_no_date_before_the_purchase_has_one(facility, terms):
    before = terms.purchase_date - 1
    with reverts("DatesOutOfOrder", purchaseDate=terms.purchase_date, repurchaseDate=before):
        facility.repurchasePriceOn(terms, before)


def test_on_the_purchase_date_it_is_the_price(facility, terms):
    assert facility.repurchasePriceOn(terms, terms.purchase_date) == (0, PURCHASE_PRICE)


def test_grows_by_the_day(facility, terms):
    expected = (INTEREST, PURCHASE_PRICE + INTEREST)
    assert facility.repurchasePriceOn(terms, terms.repurchase_date) == expected


def test_the_extremes_do_not_overflow(facility, terms):
    """The largest rate both ways over the longest time on the largest price."""
    large = 2**96 // 10_000 * 10_000
    days = 2**32 - 1 - terms.purchase_date
    longest = replace(terms, purchase_price=large, repurchase_date=2**32 - 1, rate=2**63 - 1)
    exact = large * (2**63 - 1) * days
    cents = (2 * exact + 360 * 10**13) // (2 * 360 * 10**13)
    interest = cents * 10_000
    assert facility.repurchasePriceOn(longest, 2**32 - 1) == (interest, large + interest)
    negative = replace(longest, rate=-(2**63))
    assert facility.repurchasePriceOn(negative, 2**32 - 1) == (-large, 0)
