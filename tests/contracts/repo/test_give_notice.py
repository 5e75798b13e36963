"""`RepoFacility.giveNotice`: every requirement in the order of the source, then what it does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from settlement.chain.base import Reverted
from settlement.model.repo import Duration
from settlement.onchain import repo_signing
from tests.contracts.live import NOBODY, decoded, logged, reverts
from tests.contracts.repo.life import (
    CLOSED,
    DOMAINS,
    NEVER,
    Life,
    ambush,
    default,
    dirtied,
    elsewhere,
    interest,
    refusing,
    supply,
)
from tests.contracts.repo.pen import PURCHASE_PRICE, QUANTITY, RATE


@pytest.fixture
def refuses(facility, watch):
    """`refuses(arguments of giveNotice, "NotASide", ...)`: and nothing happened."""
    return refusing(facility, "giveNotice", watch)


@pytest.fixture
def open_terms(terms):
    """Until two days after a notice."""
    return replace(terms, duration=Duration.OPEN_ENDED.value, repurchase_date=0, notice_period=2)


@pytest.fixture
def life(facility, pen, open_terms):
    """The same, open."""
    return Life.opened(facility, pen, open_terms)


@pytest.fixture
def term(facility, pen, terms):
    """A week that either side may end early, overnight."""
    week = replace(
        terms, repurchase_date=terms.purchase_date + 7, may_terminate=True, notice_period=1
    )
    return Life.opened(facility, pen, week)


# --- what is refused


def test_hostile_cash_gives_no_notice_while_it_moves(facility, pen, life, live, dealer, terms):
    data = facility.encode("giveNotice", *life.noticed(dealer, life.today + 2))
    assert ambush(live, facility, pen, terms, data).name == "Locked"
    assert life.repo.repurchase_date == NEVER


def test_what_never_opened_has_no_notice(pen, open_terms, dealer, refuses):
    call = pen.notice(open_terms, dealer, open_terms.purchase_date + 2)
    refuses(call, "WrongState", repo=repo_signing.repo_id(open_terms), state=0)


def test_what_is_closed_has_no_notice(life, dealer, refuses, at):
    life.notice(dealer, life.today + 2)
    at(2, 12)
    life.close()
    refuses(life.noticed(dealer, life.today + 2), "WrongState", repo=life.id, state=CLOSED)


@pytest.mark.parametrize("days", [2, 5])
def test_none_from_the_repurchase_date_on(life, dealer, refuses, at, days):
    """A notice that has run out is not put off by another."""
    due = life.today + 2
    life.notice(dealer, due)
    at(days, 0)
    call = life.noticed(dealer, due + 9)
    refuses(call, "PastChanging", repurchaseDate=due, today=life.today)


def test_none_in_default(life, dealer, fund, refuses):
    netting_set = default(life, fund, dealer)
    refuses(life.noticed(dealer, life.today + 2), "SetInDefault", nettingSet=netting_set)


def test_an_intraday_repo_takes_none(facility, pen, terms, dealer, refuses):
    day = replace(
        terms,
        duration=Duration.INTRADAY.value,
        repurchase_date=terms.purchase_date,
        may_terminate=True,
    )
    life = Life.opened(facility, pen, day)
    refuses(life.noticed(dealer, life.today + 1), "IntradayStands", repo=life.id)


def test_a_term_repo_takes_none_unless_agreed(facility, pen, terms, dealer, refuses):
    week = replace(terms, repurchase_date=terms.purchase_date + 7)
    life = Life.opened(facility, pen, week)
    refuses(life.noticed(dealer, life.today + 1), "NoNoticeAgreed", repo=life.id)


def test_a_stranger_gives_none(life, intruder, refuses):
    """With its own good signature; nor does nobody, nor another wallet."""
    refuses(life.noticed(intruder, life.today + 2), "NotASide", signer=intruder)
    refuses((life.terms, life.today + 2, NOBODY, b""), "NotASide", signer=NOBODY)


@pytest.mark.parametrize("days", [1, 0, -3])
def test_not_sooner_than_the_notice_period(life, dealer, refuses, days):
    bounds = {"earliest": life.today + 2, "before": NEVER}
    date = life.today + days
    refuses(life.noticed(dealer, date), "NoticeOutOfBounds", repurchaseDate=date, **bounds)


def test_the_period_counts_from_the_day_on_the_terms_clock(life, dealer, refuses, at):
    """To the last second of a day, that day."""
    first = life.today
    at(0, 23, 59, 59)
    assert life.today == first
    life.notice(dealer, first + 2)


def test_after_midnight_the_period_is_a_day_later(life, dealer, refuses, at):
    first = life.today
    at(1, 0)
    refuses(
        life.noticed(dealer, first + 2),
        "NoticeOutOfBounds",
        repurchaseDate=first + 2,
        earliest=first + 3,
        before=NEVER,
    )


def test_a_repo_lasts_a_day_however_short_the_notice(facility, pen, open_terms, dealer, refuses):
    """With a period of nothing the purchase date itself is too early."""
    life = Life.opened(facility, pen, replace(open_terms, notice_period=0))
    refuses(
        life.noticed(dealer, life.today),
        "NoticeOutOfBounds",
        repurchaseDate=life.today,
        earliest=life.today + 1,
        before=NEVER,
    )


@pytest.mark.parametrize("days", [7, 8])
def test_a_notice_does_not_prolong(term, dealer, refuses, days):
    """Nor does it confirm the date that stands."""
    date = term.today + days
    refuses(
        term.noticed(dealer, date),
        "NoticeOutOfBounds",
        repurchaseDate=date,
        earliest=term.today + 1,
        before=term.today + 7,
    )


def test_never_is_no_date(life, dealer, refuses):
    """2^32 − 1 stands for it."""
    refuses(
        life.noticed(dealer, NEVER),
        "NoticeOutOfBounds",
        repurchaseDate=NEVER,
        earliest=life.today + 2,
        before=NEVER,
    )


def test_a_second_notice_only_brings_the_date_forward(life, dealer, fund, refuses):
    life.notice(dealer, life.today + 9)
    refuses(
        life.noticed(fund, life.today + 9),
        "NoticeOutOfBounds",
        repurchaseDate=life.today + 9,
        earliest=life.today + 2,
        before=life.today + 9,
    )
    life.notice(fund, life.today + 8)
    assert life.repo.repurchase_date == life.today + 8


def test_it_needs_the_word_of_the_side_that_gives_it(pen, life, dealer, fund, intruder, refuses):
    """Not none, not the other side's, not a stranger's, not for another day, place or repo."""
    date = life.today + 2
    wrong = [
        b"",
        life.noticed(fund, date)[3],
        life.noticed(intruder, date)[3],
        life.noticed(dealer, date + 1)[3],
        pen.notice(replace(life.terms, nonce=77), dealer, date)[3],
        pen.closing(life.terms, dealer)[3],
        pen.cancellation(life.terms, dealer),
    ]
    for signature in wrong:
        refuses((life.terms, date, dealer.address, signature), "BadSignature", signer=dealer)


@pytest.mark.parametrize("domain", DOMAINS)
def test_a_notice_for_another_venue_is_none(pen, life, dealer, refuses, domain):
    pen.domain = elsewhere(pen, domain)
    refuses(life.noticed(dealer, life.today + 2), "BadSignature", signer=dealer)


def test_a_notice_counts_once(facility, life, dealer):
    """Once given it is not given again: its date is no longer before the one that stands."""
    first = life.noticed(dealer, life.today + 9)
    life.notice(dealer, life.today + 9)
    with reverts(
        "NoticeOutOfBounds",
        repurchaseDate=life.today + 9,
        earliest=life.today + 2,
        before=life.today + 9,
    ):
        facility.giveNotice(*first)


def test_no_change_voids_a_notice_and_no_notice_a_change(facility, pen, open_terms, market, fund):
    """Else a seller that may substitute alone could keep its buyer in an open repo for ever, and a
    buyer void the seller's substitution with a notice for a far day, which costs nothing."""
    supply(market, "T-2036", QUANTITY)
    life = Life.opened(facility, pen, replace(open_terms, may_substitute=True))
    other, back = pen.line("T-2036", QUANTITY), pen.line("T-2035", QUANTITY)
    early = life.noticed(fund, life.today + 2)
    life.substitute(other)
    signed = life.substituted(back)
    life.notice(fund, NEVER - 1)
    facility.substitute(*signed)
    facility.giveNotice(*early)
    assert life.repo.repurchase_date == life.today + 2


def test_a_date_wider_than_its_type_is_refused(facility, life, dealer):
    data = facility.encode("giveNotice", *life.noticed(dealer, life.today + 2))
    with pytest.raises(Reverted) as refusal:
        facility.call(dirtied(data, 1, (1 << 32) + life.today + 2))
    assert decoded(refusal.value.data).name == "Silent"


# --- what it does


@pytest.mark.parametrize("name", ["dealer", "fund"])
def test_either_side_ends_an_open_ended_repo(life, market, intruder, watch, at, name):
    """Anyone submits it; nothing moves; on the date it closes with the interest of its days."""
    side, due = market.directory.party(name), life.today + 2
    moved = watch()
    events = life.facility.giveNotice(*life.noticed(side, due), sender=intruder)
    assert [event.name for event in events] == ["NoticeGiven"]
    assert logged(events, "NoticeGiven") == {
        "repo": life.id,
        "repurchaseDate": due,
        "by": side.address,
    }
    assert moved() == {}
    assert life.repo == (1, False, life.today, due, PURCHASE_PRICE, 0, RATE)
    assert life.change == (bytes(32), 0, 0, 0, 0, 0, 0)
    at(1, 12)
    with reverts("NotDue", repurchaseDate=due, today=life.today):
        life.close()
    at(2, 0)
    earned = interest((PURCHASE_PRICE, RATE, 2))
    assert life.close(side)["priceDifferential"] == earned
    assert moved() == {
        "dealer": {"T-2035": QUANTITY, "USD": -PURCHASE_PRICE - earned},
        "fund": {"T-2035": -QUANTITY, "USD": PURCHASE_PRICE + earned},
    }


def test_an_open_ended_repo_does_not_close_without_notice(life, dealer, at):
    at(30, 18)
    with reverts("NotDue", repurchaseDate=NEVER, today=life.today):
        life.close(dealer)


def test_a_term_repo_ends_early_where_agreed(term, fund, at):
    """And bears the interest of the days that it ran, no more."""
    at(2, 12)
    term.notice(fund, term.today + 1)
    at(3, 12)
    assert term.close()["priceDifferential"] == interest((PURCHASE_PRICE, RATE, 3))


def test_a_notice_of_no_period_is_for_today(facility, pen, open_terms, dealer, at):
    """From the second day on; past the cut-off anyone may close at once, and the interest is that
    of whole days."""
    life = Life.opened(facility, pen, replace(open_terms, notice_period=0))
    at(1, 18)
    life.notice(dealer, life.today)
    closed = logged(facility.close(life.terms, (), NOBODY, b""), "Closed")
    assert closed["priceDifferential"] == interest((PURCHASE_PRICE, RATE, 1))


def test_a_suspended_side_still_gives_and_gets_notice(life, market, fund):
    """A notice moves nothing, so nobody is locked into a repo by a suspension."""
    market.onboarding.suspend("dealer", "screening")
    market.onboarding.suspend("fund", "screening")
    life.notice(fund, life.today + 2)
    assert life.repo.repurchase_date == life.today + 2


def test_it_keeps_what_an_amendment_counted(life, dealer, at):
    at(1, 12)
    life.amend(rate=RATE * 2)
    at(2, 12)
    life.notice(dealer, life.today + 2)
    at(4, 12)
    expected = interest((PURCHASE_PRICE, RATE, 1), (PURCHASE_PRICE, RATE * 2, 3))
    assert life.close()["priceDifferential"] == expected


def test_a_far_notice_period_is_a_far_date(facility, pen, open_terms, dealer, refuses, market):
    """No sum of day and period runs over."""
    far = replace(open_terms, notice_period=300)
    life = Life.opened(facility, pen, far)
    refuses(
        life.noticed(dealer, life.today + 299),
        "NoticeOutOfBounds",
        repurchaseDate=life.today + 299,
        earliest=life.today + 300,
        before=NEVER,
    )
    life.notice(dealer, life.today + 300)
