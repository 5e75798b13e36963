"""An open-ended repo: no repurchase date until one side gives notice."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from settlement.analytics.interest import price_differential
from settlement.onchain.repo_signing import agreement_id, repo_id
from settlement.units import cash_to_chain
from tests.contracts.live import NOBODY, logged, reverts
from tests.contracts.repo.pen import DAY, EASTERN, PURCHASE_PRICE, QUANTITY, RATE

NO_DATE = 2**32 - 1


def interest(days, rate=RATE, late_days=0, late_rate=RATE):
    """What the usual repo earns, in millionths."""
    periods = [(Decimal(rate).scaleb(-9), days), (Decimal(late_rate).scaleb(-9), late_days)]
    return cash_to_chain(price_differential(Decimal("9974250.00"), periods, 360))


@pytest.fixture
def open_ended(terms):
    """The usual repo without an end, two days' notice."""
    return replace(terms, duration=1, repurchase_date=0, notice_period=2)


@pytest.fixture
def running(facility, pen, open_ended):
    """The same, open."""
    facility.open(*pen.signed(open_ended))
    return open_ended


@pytest.fixture
def refuses(facility, watch):
    """`refuses(arguments of giveNotice, "NotASide", ...)`: and nothing was written."""

    def refuse(call, error, **arguments):
        moved, before = watch(), facility.repoOf(repo_id(call[0]))
        with reverts(error, **arguments):
            facility.giveNotice(*call)
        assert moved() == {}
        assert facility.repoOf(repo_id(call[0])) == before

    return refuse


# --- opening


@pytest.mark.parametrize("days", [0, 1, 30])
def test_has_no_repurchase_date(facility, pen, open_ended, days):
    date = open_ended.purchase_date + days
    dates = {"purchaseDate": open_ended.purchase_date, "repurchaseDate": date}
    with reverts("DatesOutOfOrder", **dates):
        facility.open(*pen.signed(replace(open_ended, repurchase_date=date)))


def test_nor_the_one_that_stands_for_none(facility, pen, open_ended):
    dates = {"purchaseDate": open_ended.purchase_date, "repurchaseDate": NO_DATE}
    with reverts("DatesOutOfOrder", **dates):
        facility.open(*pen.signed(replace(open_ended, repurchase_date=NO_DATE)))


def test_the_security_outlives_notice_and_grace(facility, pen, open_ended, security):
    """As if notice were given at once."""
    sunset = security.sunset()
    last = (sunset + EASTERN - DAY) // DAY - 1
    longest = replace(open_ended, notice_period=last - open_ended.purchase_date)
    facility.reader("open")(*pen.signed(longest))
    ends = (last + 2) * DAY - EASTERN + DAY
    with reverts("WouldOutliveSecurity", security=security, ends=ends, sunset=sunset):
        facility.open(*pen.signed(replace(longest, notice_period=longest.notice_period + 1)))


def test_a_notice_period_without_end_does_not_overflow(facility, pen, open_ended, security):
    longest = replace(open_ended, notice_period=2**32 - 1)
    ends = (longest.purchase_date + 2**32) * DAY - EASTERN + DAY
    sunset = security.sunset()
    with reverts("WouldOutliveSecurity", security=security, ends=ends, sunset=sunset):
        facility.open(*pen.signed(longest))


def test_opens_without_a_date(facility, pen, open_ended, watch):
    moved = watch()
    opened = logged(facility.open(*pen.signed(open_ended)), "Opened")
    assert opened["repo"] == repo_id(open_ended)
    assert facility.repoOf(repo_id(open_ended)) == (
        1,
        False,
        open_ended.purchase_date,
        NO_DATE,
        PURCHASE_PRICE,
        0,
        RATE,
    )
    assert moved()["fund"] == {"T-2035": QUANTITY, "USD": -PURCHASE_PRICE}


# --- until notice


@pytest.mark.parametrize("days", [0, 1, 500])
def test_not_due_until_notice(facility, pen, running, dealer, fund, at, days, watch):
    """Neither on the word of a side nor, whatever the hour, on nobody's."""
    moved = watch()
    at(days, 20)
    dates = {"repurchaseDate": NO_DATE, "today": running.purchase_date + days}
    for closing in (
        pen.closing(running, dealer),
        pen.closing(running, fund),
        (running, (), NOBODY, b""),
    ):
        with reverts("NotDue", **dates):
            facility.close(*closing)
    assert moved() == {}


@pytest.mark.parametrize("days", [0, 1, 400])
def test_what_it_would_pay_grows_at_the_repo_rate(facility, pen, open_ended, days):
    """However long: without a date nothing is late."""
    under = agreement_id(pen.agreement(late_rate=500_000_000))
    late = replace(open_ended, agreement=under)
    facility.open(*pen.signed(late))
    expected = (interest(days), 0, PURCHASE_PRICE + interest(days))
    assert facility.repurchasePriceOn(late, late.purchase_date + days) == expected


# --- notice


def test_notice_is_given_by_a_side(running, pen, intruder, refuses):
    date = running.purchase_date + 2
    refuses(pen.notice(running, intruder, date), "NotASide", signer=intruder)


def test_on_its_signature_for_that_date(running, pen, dealer, fund, refuses):
    date = running.purchase_date + 2
    other = replace(running, nonce=running.nonce + 1)
    for signature in (
        b"",
        pen.notice(running, fund, date)[-1],
        pen.notice(running, dealer, date + 1)[-1],
        pen.notice(other, dealer, date)[-1],
        pen.closing(running, dealer)[-1],
    ):
        call = (running, date, dealer, signature)
        refuses(call, "BadSignature", signer=dealer)


@pytest.mark.parametrize("day", [0, 5])
def test_no_earlier_than_the_notice_period(facility, pen, running, dealer, refuses, at, day):
    at(day, 23)
    earliest = running.purchase_date + day + 2
    bounds = {"earliest": earliest, "before": NO_DATE}
    for early in (earliest - 1, running.purchase_date, 0):
        call = pen.notice(running, dealer, early)
        refuses(call, "NoticeOutOfBounds", repurchaseDate=early, **bounds)
    facility.giveNotice(*pen.notice(running, dealer, earliest))


def test_without_a_notice_period_it_is_for_today(facility, pen, open_ended, dealer, at):
    """But never for the purchase date: that would have been an intraday repo."""
    at_once = replace(open_ended, notice_period=0)
    facility.open(*pen.signed(at_once))
    today = at_once.purchase_date
    bounds = {"earliest": today + 1, "before": NO_DATE}
    with reverts("NoticeOutOfBounds", repurchaseDate=today, **bounds):
        facility.giveNotice(*pen.notice(at_once, dealer, today))
    at(1, 9)
    facility.giveNotice(*pen.notice(at_once, dealer, today + 1))
    closed = logged(facility.close(*pen.closing(at_once, dealer)), "Closed")
    assert closed["priceDifferential"] == interest(1)


def test_not_for_the_date_that_stands_for_none(running, pen, dealer, refuses):
    bounds = {"earliest": running.purchase_date + 2, "before": NO_DATE}
    call = pen.notice(running, dealer, NO_DATE)
    refuses(call, "NoticeOutOfBounds", repurchaseDate=NO_DATE, **bounds)


@pytest.mark.parametrize("name", ["dealer", "fund"])
def test_either_side_sets_the_date(facility, pen, running, market, intruder, watch, name):
    """Anybody submits it; the other side is not asked."""
    moved, side = watch(), market.directory.party(name)
    date = running.purchase_date + 2
    events = facility.giveNotice(*pen.notice(running, side, date), sender=intruder)
    (given,) = events
    assert given.name == "NoticeGiven"
    assert given.arguments == {
        "repo": repo_id(running),
        "repurchaseDate": date,
        "by": side.address,
    }
    assert facility.repoOf(repo_id(running)) == (
        1,
        False,
        running.purchase_date,
        date,
        PURCHASE_PRICE,
        0,
        RATE,
    )
    assert facility.changeOf(repo_id(running)) == (bytes(32), *[0] * 6)
    assert moved() == {}


def test_the_other_side_can_only_bring_it_forward(facility, pen, running, dealer, fund, refuses):
    first = running.purchase_date + 10
    facility.giveNotice(*pen.notice(running, dealer, first))
    bounds = {"earliest": running.purchase_date + 2, "before": first}
    for late in (first, first + 1):
        call = pen.notice(running, fund, late)
        refuses(call, "NoticeOutOfBounds", repurchaseDate=late, **bounds)
    facility.giveNotice(*pen.notice(running, fund, first - 1))
    assert facility.repoOf(repo_id(running))[3] == first - 1


# --- closing


@pytest.fixture
def due(facility, pen, running, dealer, at):
    """Notice given on the third day for the fifth."""
    at(3, 9)
    facility.giveNotice(*pen.notice(running, dealer, running.purchase_date + 5))
    return running


@pytest.mark.parametrize("name", ["dealer", "fund"])
@pytest.mark.parametrize("hour", [0, 16])
def test_closes_on_the_date_of_the_notice(facility, pen, due, market, at, watch, name, hour):
    side = market.directory.party(name)
    at(4, 23, 59, 59)
    dates = {"repurchaseDate": due.purchase_date + 5, "today": due.purchase_date + 4}
    with reverts("NotDue", **dates):
        facility.close(*pen.closing(due, side))
    at(5, hour)
    moved = watch()
    closed = logged(facility.close(*pen.closing(due, side)), "Closed")
    paid = PURCHASE_PRICE + interest(5)
    assert closed == {
        "repo": repo_id(due),
        "date": due.purchase_date + 5,
        "priceDifferential": interest(5),
        "failsCharge": 0,
        "paid": paid,
    }
    assert moved() == {
        "dealer": {"T-2035": QUANTITY, "USD": -paid},
        "fund": {"T-2035": -QUANTITY, "USD": paid},
    }


def test_from_the_cut_off_of_that_date_by_anyone(facility, due, intruder, at):
    at(5, 16, 59, 59)
    with reverts("NotASide", signer=NOBODY):
        facility.close(due, (), NOBODY, b"")
    at(5, 17)
    facility.close(due, (), NOBODY, b"", sender=intruder)
    assert facility.repoOf(repo_id(due))[0] == 2


def test_late_from_that_date_on(facility, pen, open_ended, dealer, at):
    """Three days at the repo rate, two at the late one."""
    under = agreement_id(pen.agreement(late_rate=80_000_000))
    late = replace(open_ended, agreement=under)
    facility.open(*pen.signed(late))
    facility.giveNotice(*pen.notice(late, dealer, late.purchase_date + 3))
    at(5, 12)
    closed = logged(facility.close(*pen.closing(late, dealer)), "Closed")
    assert closed["priceDifferential"] == interest(3, late_days=2, late_rate=80_000_000)
