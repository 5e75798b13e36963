"""`RepoFacility.close`: every requirement in the order of the source, then what it pays."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from settlement.analytics.interest import price_differential
from settlement.model.repo import Position
from settlement.onchain.repo_signing import agreement_id, repo_id
from settlement.onchain.signing import Domain
from settlement.units import cash_from_chain, cash_to_chain
from tests.contracts.live import NOBODY, decoded, logged, reverts
from tests.contracts.repo.pen import (
    DAY,
    INTEREST,
    PURCHASE_PRICE,
    QUANTITY,
    RATE,
)


@pytest.fixture
def pays(facility, pen, watch):
    """What closing `terms` now pays in interest, by the event, the payment and the view."""

    def pay(terms, closer):
        today = (facility._market.chain.now() + terms.utc_offset) // DAY
        foretold = facility.repurchasePriceOn(terms, today)
        moved = watch()
        closed = logged(facility.close(*pen.closing(terms, closer)), "Closed")
        assert closed["repo"] == repo_id(terms)
        assert closed["date"] == today
        told = (closed["priceDifferential"], closed["failsCharge"], closed["paid"])
        assert told == tuple(foretold)
        price = terms.purchase_price + closed["priceDifferential"]
        assert told[1:] == (0, price)
        cash = {"dealer": -price, "fund": price}
        assert {name: own["USD"] for name, own in moved().items()} == cash
        return closed["priceDifferential"]

    return pay


@pytest.fixture
def refuses(facility, watch):
    """`refuses(arguments of close, "NotDue", ...)`: and nothing moved."""

    def refuse(call, error, **arguments):
        moved = watch()
        with reverts(error, **arguments):
            facility.close(*call)
        assert moved() == {}
        assert facility.repoOf(repo_id(call[0]))[0] != 2

    return refuse


# --- what is refused


def test_what_never_opened_does_not_close(terms, pen, dealer, refuses, at):
    at(1, 12)
    refuses(pen.closing(terms, dealer), "WrongState", repo=repo_id(terms), state=0)


def test_closes_once(facility, pen, opened, dealer, fund, at):
    at(1, 12)
    closing = pen.closing(opened, dealer)
    facility.close(*closing)
    for again in (closing, pen.closing(opened, fund)):
        with reverts("WrongState", repo=repo_id(opened), state=2):
            facility.close(*again)


def test_not_before_the_repurchase_date(facility, pen, opened, dealer, refuses, at):
    at(0, 23, 59, 59)
    dates = {"repurchaseDate": opened.repurchase_date, "today": opened.purchase_date}
    refuses(pen.closing(opened, dealer), "NotDue", **dates)
    at(1, 0)
    facility.close(*pen.closing(opened, dealer))


def test_before_the_cut_off_a_side_must_ask(
    facility, pen, opened, dealer, fund, intruder, refuses, at
):
    """A stranger's own good signature is a stranger's."""
    at(1, 16, 59)
    refuses(pen.closing(opened, intruder), "NotASide", signer=intruder)
    refuses((opened, (), NOBODY, b""), "NotASide", signer=NOBODY)
    for wrong in (b"", pen.closing(opened, intruder)[-1], pen.closing(opened, fund)[-1]):
        refuses((opened, (), dealer.address, wrong), "BadSignature", signer=dealer)


def test_a_closing_is_for_one_repo(facility, pen, opened, dealer, fund, refuses, market, at):
    """Another repo's closing, its own terms or cancellation, another venue's or chain's."""
    at(1, 12)
    other = replace(opened, nonce=opened.nonce + 1)
    right = pen.domain
    wrong = [
        pen.closing(other, dealer)[-1],
        pen.by(dealer, opened),
        pen.cancellation(opened, dealer),
    ]
    for domain in (
        Domain(right.name, right.chain_id + 1, right.contract),
        Domain(right.name, right.chain_id, market.deployment.settlement.address),
        Domain("DvP Settlement", right.chain_id, right.contract),
    ):
        pen.domain = domain
        wrong.append(pen.closing(opened, dealer)[-1])
    for signature in wrong:
        refuses((opened, (), dealer.address, signature), "BadSignature", signer=dealer)


@pytest.mark.parametrize("field", ["rate", "purchase_price", "repurchase_date", "lines", "buyer"])
def test_other_terms_are_another_repo(facility, pen, opened, dealer, intruder, refuses, at, field):
    """Whoever closes shows the very terms that were opened."""
    at(1, 18)
    changed = {
        "rate": RATE - 1,
        "purchase_price": 10_000,
        "repurchase_date": opened.purchase_date,
        "lines": (replace(opened.lines[0], quantity=1_000),),
        "buyer": intruder.address,
    }
    other = replace(opened, **{field: changed[field]})
    refuses(pen.closing(other, dealer), "WrongState", repo=repo_id(other), state=0)


def test_nothing_closes_in_a_set_in_default(facility, pen, in_default, dealer, watch, at):
    at(1, 12)
    moved = watch()
    with reverts("SetInDefault", nettingSet=in_default.netting_set):
        facility.close(*pen.closing(in_default.terms, dealer))
    assert moved() == {}


def test_lines_are_brought_where_they_changed_only(
    facility, pen, opened, dealer, refuses, watch, at
):
    """Those that stand now: neither those of the terms, nor others, nor none."""
    (line,) = opened.lines
    wrong = {"error": "NotTheCollateral", "repo": repo_id(opened)}
    more = (replace(line, quantity=QUANTITY + 1_000),)
    facility.substitute(*pen.substituting(Position(opened), more))
    at(1, 12)
    others = (replace(line, quantity=1_000), replace(line, margin=line.margin + 1_000))
    for lines in ((), opened.lines, *((other,) for other in others), (*more, *more)):
        refuses(pen.closing(opened, dealer, lines), **wrong)
    moved = watch()
    facility.close(*pen.closing(opened, dealer, more))
    assert moved()["dealer"]["T-2035"] == QUANTITY + 1_000


def test_where_nothing_changed_no_lines_are_brought(pen, opened, dealer, refuses, at):
    at(1, 12)
    again = pen.closing(opened, dealer, opened.lines)
    refuses(again, "NotTheCollateral", repo=repo_id(opened))


def test_short_of_cash_the_collateral_stays(
    facility, pen, opened, dealer, cash, market, refuses, at
):
    """By one cent; funded, the same closing settles."""
    at(1, 12)
    owed = PURCHASE_PRICE + INTEREST
    has = cash.balanceOf(dealer)
    market.onboarding.freeze("dealer", "USD", has - owed + 10_000)
    short = {"needed": owed, "available": owed - 10_000}
    closing = pen.closing(opened, dealer)
    refuses(closing, "InsufficientFreeBalance", asset=cash, account=dealer, **short)
    market.onboarding.freeze("dealer", "USD", 0)
    facility.close(*closing)


def test_re_used_and_not_bought_back_no_cash_moves(
    opened, pen, dealer, security, market, refuses, at
):
    """The buyer has one piece too few to return: a fail, never a partial return."""
    market.onboarding.freeze("fund", "T-2035", 1_000)
    at(1, 12)
    fund = market.directory.party("fund")
    refuses(
        pen.closing(opened, dealer),
        "InsufficientFreeBalance",
        asset=security,
        account=fund,
        needed=QUANTITY,
        available=QUANTITY - 1_000,
    )


@pytest.mark.parametrize("name", ["dealer", "fund"])
def test_suspended_waits_reinstated_closes(
    facility, pen, opened, market, dealer, refuses, at, name
):
    at(1, 12)
    party = market.directory.party(name)
    market.onboarding.suspend(name, "screening")
    refuses(pen.closing(opened, dealer), "WalletNotActive", wallet=party, status=2)
    market.onboarding.reinstate(name, "cleared")
    facility.close(*pen.closing(opened, dealer))


@pytest.mark.parametrize("symbol", ["T-2035", "USD"])
def test_paused_waits_unpaused_closes(facility, pen, opened, market, dealer, refuses, at, symbol):
    at(1, 12)
    market.onboarding.pause(symbol, "halt")
    refuses(pen.closing(opened, dealer), "AssetPaused", asset=market.directory.asset(symbol))
    market.onboarding.unpause(symbol, "over")
    facility.close(*pen.closing(opened, dealer))


def test_prices_and_policy_do_not_hold_a_closing_up(facility, pen, opened, market, dealer, at):
    """A version that takes nothing and a jump that waits: both concern new repos only."""
    market.board.adopt_policy([])
    at(1, 12)
    assert not market.board.post_price("T-2035", 1)
    facility.close(*pen.closing(opened, dealer))


# --- who and when


@pytest.mark.parametrize("name", ["dealer", "fund"])
@pytest.mark.parametrize("hour", [0, 9, 16])
def test_either_side_at_any_hour_pays_the_same(opened, pays, market, at, name, hour):
    at(1, hour)
    assert pays(opened, market.directory.party(name)) == INTEREST


def test_from_the_cut_off_on_by_anyone(facility, opened, intruder, refuses, at, watch):
    at(1, 16, 59, 59)
    refuses((opened, (), NOBODY, b""), "NotASide", signer=NOBODY)
    at(1, 17)
    moved = watch()
    events = facility.close(opened, (), NOBODY, b"", sender=intruder)
    assert logged(events, "Closed")["priceDifferential"] == INTEREST
    assert moved() == {
        "dealer": {"T-2035": QUANTITY, "USD": -PURCHASE_PRICE - INTEREST},
        "fund": {"T-2035": -QUANTITY, "USD": PURCHASE_PRICE + INTEREST},
    }


def test_a_cut_off_at_midnight_asks_nobody(facility, pen, terms, at):
    day = replace(terms, cut_off=0)
    facility.open(*pen.signed(day))
    at(1, 0)
    facility.close(day, (), NOBODY, b"")


def test_a_cut_off_at_the_end_of_the_day_leaves_it_to_the_sides(facility, pen, terms, intruder, at):
    day = replace(terms, cut_off=DAY)
    facility.open(*pen.signed(day))
    at(1, 23, 59, 59)
    with reverts("NotASide", signer=intruder):
        facility.close(*pen.closing(day, intruder))
    at(2, 0)
    facility.close(*pen.closing(day, intruder))


@pytest.mark.parametrize("hours", [14, 0, -12])
def test_dates_and_cut_off_are_those_of_the_terms_clock(
    facility, pen, terms, chain, hours, intruder
):
    offset = hours * 3_600
    today = (chain.now() + offset) // DAY
    local = replace(terms, utc_offset=offset, purchase_date=today, repurchase_date=today + 1)
    facility.open(*pen.signed(local))
    midnight = (today + 1) * DAY - offset
    chain.advance_to(midnight - 1)
    with reverts("NotDue", repurchaseDate=today + 1, today=today):
        facility.close(*pen.closing(local, terms.seller))
    chain.advance_to(midnight + local.cut_off - 1)
    with reverts("NotASide", signer=intruder):
        facility.close(*pen.closing(local, intruder))
    chain.advance_to(midnight + local.cut_off)
    facility.close(*pen.closing(local, intruder))


def test_the_clock_does_not_follow_daylight_saving(facility, pen, terms, market, intruder, at):
    """New York goes forward on 2026-03-08; the terms keep their offset. Five o'clock on their clock
    is six in the city, and a weekend is three days of interest."""
    at(4, 9)
    market.board.post_price("T-2035", 100_750_000)
    friday = terms.purchase_date + 4
    weekend = replace(terms, purchase_date=friday, repurchase_date=friday + 3)
    facility.open(*pen.signed(weekend))
    at(7, 17, 59, 58)
    with reverts("NotASide", signer=intruder):
        facility.close(*pen.closing(weekend, intruder))
    at(7, 18)
    closed = logged(facility.close(*pen.closing(weekend, intruder)), "Closed")
    assert closed["priceDifferential"] == 3_574_110_000


# --- what it pays


@pytest.mark.parametrize("days", [1, 2, 30])
@pytest.mark.parametrize("late_rate", [0, 80_000_000, -10_000_000])
def test_late_interest_runs_to_the_day_of_the_exchange(
    facility, pen, terms, pays, dealer, at, days, late_rate
):
    """At the late rate where one was agreed, else at the repo rate; the reference says how much."""
    late = replace(terms, agreement=agreement_id(pen.agreement(late_rate=late_rate)))
    facility.open(*pen.signed(late))
    at(1 + days, 23)
    periods = [(Decimal("0.043"), 1), (Decimal(late_rate or RATE).scaleb(-9), days)]
    interest = price_differential(cash_from_chain(PURCHASE_PRICE), periods, 360)
    assert pays(late, dealer) == cash_to_chain(interest)


def test_a_negative_rate_pays_less_back(facility, pen, terms, pays, dealer, at):
    """9,974,250.00 at −0.4% for three days: −332.475, which is −332.48."""
    negative = replace(terms, rate=-4_000_000, repurchase_date=terms.purchase_date + 3)
    facility.open(*pen.signed(negative))
    at(3, 10)
    assert pays(negative, dealer) == -332_480_000


def test_a_negative_rate_takes_no_more_than_the_price(facility, pen, terms, dealer, watch, at):
    """−100% a year of 360 days: after them nothing is owed, and on the next day not less."""
    lowest = replace(terms, rate=-(10**9), repurchase_date=terms.purchase_date + 361)
    facility.open(*pen.signed(lowest))
    at(361, 10)
    moved = watch()
    closed = logged(facility.close(*pen.closing(lowest, dealer)), "Closed")
    assert (closed["priceDifferential"], closed["paid"]) == (-PURCHASE_PRICE, 0)
    assert moved() == {"dealer": {"T-2035": QUANTITY}, "fund": {"T-2035": -QUANTITY}}


def test_a_basis_of_365(facility, pen, terms, pays, dealer, at):
    sterling = replace(terms, agreement=agreement_id(pen.agreement(basis=365)))
    facility.open(*pen.signed(sterling))
    at(1, 10)
    assert pays(sterling, dealer) == 1_175_050_000


def test_closes_out_of_custody(facility, custody, pen, terms, security, dealer, at, watch):
    held = replace(terms, custody=custody.address)
    facility.open(*pen.signed(held))
    at(1, 12)
    moved = watch()
    events = facility.close(*pen.closing(held, dealer))
    assert [event.name for event in events] == ["Closed", "Released", "Transfer", "Transfer"]
    assert moved() == {
        "dealer": {"T-2035": QUANTITY, "USD": -PURCHASE_PRICE - INTEREST},
        "fund": {"USD": PURCHASE_PRICE + INTEREST},
    }
    assert security.balanceOf(custody) == 0
    assert facility.repoOf(repo_id(held)) == (
        2,
        False,
        held.purchase_date,
        held.repurchase_date,
        PURCHASE_PRICE,
        0,
        RATE,
    )


def test_hostile_cash_enters_nothing_while_it_closes(
    facility, pen, terms, opened, live, dealer, fund, at
):
    """Its call back tries to close a second repo, and the same one again."""
    hostile = live("HostileCash")
    trap = replace(
        terms,
        cash=hostile.address,
        nonce=50,
        lines=(pen.line("T-2035", 1_000),),
        purchase_price=990_000_000,
    )
    facility.open(*pen.signed(trap))
    at(1, 12)
    hostile.callBack(facility.address, facility.encode("close", *pen.closing(opened, fund)))
    facility.close(*pen.closing(trap, dealer))
    answer = decoded(hostile.answer())
    assert (answer.name, answer.arguments) == ("Locked", {})
    assert [facility.repoOf(repo_id(each))[0] for each in (trap, opened)] == [2, 1]
