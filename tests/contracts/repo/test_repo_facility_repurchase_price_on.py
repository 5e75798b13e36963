"""`RepoFacility.repurchasePriceOn`: what closing an open repo would pay, without a closing.

That it agrees with what closings pay stands in `test_repo_facility_close`, and with Python's
arithmetic in `tests/differential`.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from settlement.model.asset import SecurityKind
from settlement.model.policy import by_kind
from settlement.model.repo import Amendment, Method, Position
from settlement.onchain.repo_signing import repo_id
from tests.contracts.live import reverts
from tests.contracts.repo.pen import INTEREST, PURCHASE_PRICE

ONE = 10**9


def test_what_is_not_open_has_none(facility, pen, terms, dealer, at):
    """Neither terms that never opened, nor a repo that closed, nor terms that were cancelled."""
    date = terms.repurchase_date
    with reverts("WrongState", repo=repo_id(terms), state=0):
        facility.repurchasePriceOn(terms, date)
    facility.open(*pen.signed(terms))
    at(1, 12)
    facility.close(*pen.closing(terms, dealer))
    with reverts("WrongState", repo=repo_id(terms), state=2):
        facility.repurchasePriceOn(terms, date)
    other = replace(terms, nonce=99)
    sides = (other.seller, other.buyer)
    facility.cancelTogether(other, *(pen.cancellation(other, side) for side in sides))
    with reverts("WrongState", repo=repo_id(other), state=3):
        facility.repurchasePriceOn(other, date)


def test_no_date_before_the_purchase_has_one(facility, opened):
    before = opened.purchase_date - 1
    with reverts("DatesOutOfOrder", purchaseDate=opened.purchase_date, repurchaseDate=before):
        facility.repurchasePriceOn(opened, before)


def test_on_the_purchase_date_it_is_the_price(facility, opened):
    assert facility.repurchasePriceOn(opened, opened.purchase_date) == (0, 0, PURCHASE_PRICE)


def test_grows_by_the_day(facility, opened):
    expected = (INTEREST, 0, PURCHASE_PRICE + INTEREST)
    assert facility.repurchasePriceOn(opened, opened.repurchase_date) == expected


def test_follows_what_changed(facility, pen, terms, at):
    """A day at 4.3% and, re-rated, a day at 2%: 1,191.368… + 554.125, rounded once."""
    two_days = replace(terms, repurchase_date=terms.purchase_date + 2)
    facility.open(*pen.signed(two_days))
    at(1, 10)
    lower = Amendment(terms.purchase_date + 1, PURCHASE_PRICE, 20_000_000)
    facility.amend(*pen.amending(Position(two_days), lower))
    interest = 1_745_490_000
    assert facility.repurchasePriceOn(two_days, two_days.repurchase_date) == (
        interest,
        0,
        PURCHASE_PRICE + interest,
    )


@pytest.mark.parametrize("rate", [ONE, -ONE])
def test_the_extremes_do_not_overflow(facility, pen, market, terms, rate):
    """The largest rate both ways over the longest time on nearly all cash that there can be."""
    note = SecurityKind.TREASURY_NOTE
    market.board.adopt_policy(by_kind({note: Decimal(0)}, Method.HAIRCUT))
    market.add_security("T-2099")
    market.board.post_price("T-2099", 2**64 - 1)
    quantity = 2**64
    market.onboarding.deposit("dealer", "T-2099", quantity)
    market.onboarding.tokenize("dealer", "T-2099", quantity)
    large = (2**96 - 2**50) // 10_000 * 10_000
    market.onboarding.issue_cash("fund", "USD", Decimal(large).scaleb(-6))
    longest = replace(
        terms,
        purchase_price=large,
        rate=rate,
        policy_version=2,
        lines=(pen.line("T-2099", quantity, 0),),
    )
    facility.open(*pen.signed(longest))
    days = 2**32 - 1 - terms.purchase_date
    cents = (2 * large * ONE * days + 360 * 10**13) // (2 * 360 * 10**13)
    interest = cents * 10_000 if rate > 0 else -large
    assert facility.repurchasePriceOn(longest, 2**32 - 1) == (interest, 0, large + interest)
