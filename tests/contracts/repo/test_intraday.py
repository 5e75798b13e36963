"""An intraday repo: minutes, rounded up, at least one; past midnight it is an overnight repo."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from settlement.analytics.interest import intraday_interest, price_differential
from settlement.chain.base import Transaction
from settlement.onchain.repo_signing import agreement_id, repo_id
from settlement.units import cash_to_chain, cents_half_up
from tests.contracts.live import NOBODY, logged, reverts
from tests.contracts.repo.pen import INTEREST, PURCHASE_PRICE, QUANTITY, RATE

ONE_MINUTE = 830_000
"""4.3% on 9,974,250.00 for a minute of a year of 360 days is 0.8273…"""


@pytest.fixture
def intraday(terms):
    """The usual repo, for minutes of today."""
    return replace(terms, duration=2, repurchase_date=terms.purchase_date)


@pytest.fixture
def running(facility, pen, intraday, at):
    """The same, open since ten o'clock."""
    at(0, 10)
    facility.open(*pen.signed(intraday))
    return intraday


@pytest.fixture
def pays(facility, pen, market, watch):
    """What closing `terms` now pays in interest, by the event, the payment and the view."""

    def pay(terms):
        today = (market.chain.now() + terms.utc_offset) // 86_400
        foretold = facility.repurchasePriceOn(terms, today)
        moved = watch()
        closed = logged(facility.close(*pen.closing(terms, terms.seller)), "Closed")
        interest = closed["priceDifferential"]
        assert closed["date"] == today
        assert (interest, closed["failsCharge"], closed["paid"]) == tuple(foretold)
        assert closed["paid"] == terms.purchase_price + interest
        assert moved()["fund"]["USD"] == closed["paid"]
        return interest

    return pay


# --- its dates


@pytest.mark.parametrize("days", [-1, 1])
def test_ends_on_the_day_it_begins(facility, pen, intraday, days, watch):
    moved = watch()
    date = intraday.purchase_date + days
    dates = {"purchaseDate": intraday.purchase_date, "repurchaseDate": date}
    with reverts("DatesOutOfOrder", **dates):
        facility.open(*pen.signed(replace(intraday, repurchase_date=date)))
    assert moved() == {}


def test_has_a_date(facility, pen, intraday):
    dates = {"purchaseDate": intraday.purchase_date, "repurchaseDate": 0}
    with reverts("DatesOutOfOrder", **dates):
        facility.open(*pen.signed(replace(intraday, repurchase_date=0)))


def test_keeps_the_second_of_its_opening(facility, intraday, pen, at, market):
    at(0, 10, 0, 1)
    opened_at = market.chain.now()
    facility.open(*pen.signed(intraday))
    assert facility.repoOf(repo_id(intraday)) == (
        1,
        False,
        opened_at,
        intraday.purchase_date,
        PURCHASE_PRICE,
        0,
        RATE,
    )


# --- minutes


@pytest.mark.parametrize(
    ("minute", "second", "minutes"),
    [(0, 1, 1), (0, 59, 1), (1, 0, 1), (1, 1, 2), (2, 0, 2), (59, 59, 60)],
)
def test_a_started_minute_counts_whole(running, pays, at, minute, second, minutes):
    at(0, 10, minute, second)
    exact = intraday_interest(Decimal("9974250.00"), Decimal("0.043"), minutes, 360)
    assert pays(running) == cash_to_chain(cents_half_up(exact))


def test_a_minute_is_the_least(facility, pen, intraday, market, dealer):
    """Opened and closed in one second, by one block."""
    calls = [("open", pen.signed(intraday)), ("close", pen.closing(intraday, dealer))]
    sender = market.operators.coordinator
    receipts = market.journal.submit(
        [
            Transaction(sender, facility.address, facility.encode(function, *arguments), 2_000_000)
            for function, arguments in calls
        ]
    )
    assert [receipt.succeeded for receipt in receipts] == [True, True]
    assert receipts[0].time == receipts[1].time
    closed = logged(market.journal.events_of(receipts[1]), "Closed")
    assert closed["priceDifferential"] == ONE_MINUTE


@pytest.fixture
def hundred_million(intraday, pen, market):
    """The vectors' repo: 100,000,000.00 at 5.3%."""
    market.onboarding.deposit("dealer", "T-2035", 90_000_000)
    market.onboarding.tokenize("dealer", "T-2035", 90_000_000)
    market.onboarding.issue_cash("fund", "USD", Decimal("100000000.00"))
    return replace(
        intraday,
        purchase_price=100_000_000_000_000,
        rate=53_000_000,
        lines=(pen.line("T-2035", 101_000_000),),
    )


@pytest.mark.parametrize(("hour", "minute", "second"), [(13, 5, 0), (13, 4, 1)])
def test_the_185_minutes_of_the_vectors(
    facility, pen, hundred_million, pays, at, hour, minute, second
):
    """`intraday-185`: rounded once; minute by minute it would be 1,890.70."""
    at(0, 10)
    facility.open(*pen.signed(hundred_million))
    at(0, hour, minute, second)
    assert pays(hundred_million) == 1_891_400_000


def test_the_full_day_of_the_vectors(facility, pen, hundred_million, market, pays, at):
    """`intraday-full-day`: from midnight to the last minute of the day, as much as overnight."""
    at(1, 0)
    date = hundred_million.purchase_date + 1
    all_day = replace(hundred_million, purchase_date=date, repurchase_date=date)
    midnight = market.chain.now()
    facility.open(*pen.signed(all_day))
    assert facility.repoOf(repo_id(all_day))[2] == midnight
    at(1, 23, 59, 1)
    assert pays(all_day) == 14_722_220_000


def test_overnight_it_is_as_much(facility, pen, hundred_million, pays, at):
    at(0, 10)
    facility.open(*pen.signed(hundred_million))
    at(1, 8)
    assert pays(hundred_million) == 14_722_220_000


def test_a_negative_rate_pays_less_back(facility, pen, intraday, pays, at):
    """9,974,250.00 at −0.4% for an hour: −4.6178…"""
    negative = replace(intraday, rate=-4_000_000)
    at(0, 10)
    facility.open(*pen.signed(negative))
    at(0, 11)
    assert pays(negative) == -4_620_000


def test_a_basis_of_365(facility, pen, intraday, pays, at):
    sterling = replace(intraday, agreement=agreement_id(pen.agreement(basis=365)))
    at(0, 10)
    facility.open(*pen.signed(sterling))
    at(0, 11)
    exact = intraday_interest(Decimal("9974250.00"), Decimal("0.043"), 60, 365)
    assert pays(sterling) == cash_to_chain(cents_half_up(exact))


# --- past midnight


@pytest.mark.parametrize("hour", [0, 9, 23])
def test_past_midnight_it_is_an_overnight_repo(running, pays, at, hour):
    """From its first minute on: a whole day's interest, whatever the hour."""
    at(1, hour)
    assert pays(running) == INTEREST


def test_to_the_last_second_before_midnight_it_counts_minutes(facility, running, pays, at):
    at(0, 23, 59, 59)
    exact = intraday_interest(Decimal("9974250.00"), Decimal("0.043"), 840, 360)
    assert pays(running) == cash_to_chain(cents_half_up(exact))


@pytest.mark.parametrize("late_rate", [0, 80_000_000])
def test_later_than_overnight_it_is_late(facility, pen, intraday, pays, at, late_rate):
    """It was due the day after its purchase: from then on the late rate runs, or its own."""
    late = replace(intraday, agreement=agreement_id(pen.agreement(late_rate=late_rate)))
    at(0, 10)
    facility.open(*pen.signed(late))
    at(3, 12)
    periods = [(Decimal("0.043"), 1), (Decimal(late_rate or RATE).scaleb(-9), 2)]
    assert pays(late) == cash_to_chain(price_differential(Decimal("9974250.00"), periods, 360))


def test_what_is_foretold_for_tomorrow_is_overnight(facility, running, market):
    today, tomorrow = running.purchase_date, running.purchase_date + 1
    market.chain.advance_to(market.chain.now() + 3_000)
    minutes = facility.repurchasePriceOn(running, today)[0]
    exact = intraday_interest(Decimal("9974250.00"), Decimal("0.043"), 51, 360)
    assert minutes == cash_to_chain(cents_half_up(exact))
    overnight = (INTEREST, 0, PURCHASE_PRICE + INTEREST)
    assert facility.repurchasePriceOn(running, tomorrow) == overnight


# --- who closes


@pytest.mark.parametrize("name", ["dealer", "fund"])
def test_either_side_closes_before_the_cut_off(facility, pen, running, market, at, name):
    at(0, 16, 59, 59)
    facility.close(*pen.closing(running, market.directory.party(name)))
    assert facility.repoOf(repo_id(running))[0] == 2


def test_from_the_cut_off_on_by_anyone(facility, running, intruder, at, watch):
    moved = watch()
    at(0, 16, 59, 59)
    with reverts("NotASide", signer=NOBODY):
        facility.close(running, (), NOBODY, b"")
    assert moved() == {}
    at(0, 17)
    closed = logged(facility.close(running, (), NOBODY, b"", sender=intruder), "Closed")
    exact = intraday_interest(Decimal("9974250.00"), Decimal("0.043"), 420, 360)
    assert closed["priceDifferential"] == cash_to_chain(cents_half_up(exact))
    assert moved()["dealer"]["T-2035"] == QUANTITY


def test_it_leaves_its_set(facility, pen, running, dealer, fund, at):
    netting_set = pen.netting_set(pen.pair(dealer, fund))
    assert facility.setOf(netting_set)[0] == 1
    at(0, 12)
    facility.close(*pen.closing(running, dealer))
    assert facility.setOf(netting_set)[0] == 0
