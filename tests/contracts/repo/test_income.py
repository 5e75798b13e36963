"""`RepoFacility.recordIncome` and `payIncome`: every requirement in the order of the source, then
income that is paid across, and income that lowers the price."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from types import SimpleNamespace

import pytest

from settlement.chain.base import Reverted
from settlement.model.repo import Duration, Income, IncomeNotice
from settlement.onchain import repo_signing
from tests.contracts.live import NOBODY, decoded, logged, reverts
from tests.contracts.repo.life import (
    CENT,
    CLOSED,
    CLOSED_OUT,
    DOMAINS,
    Change,
    Life,
    ambush,
    cents,
    counted,
    default,
    elsewhere,
    enrich,
    exact,
    interest,
    margin_pen,
    millions,
    refusing,
)
from tests.contracts.repo.pen import DAY, INTEREST, PRICE, PURCHASE_PRICE, QUANTITY, RATE

COUPON = millions("212500.00")
CANCELLED = 3


@pytest.fixture
def recording(facility, watch):
    """`recording.refuses(arguments of recordIncome, "BadIncome", ...)`: and nothing happened."""
    return SimpleNamespace(refuses=refusing(facility, "recordIncome", watch))


@pytest.fixture
def refuses(facility, watch):
    """`refuses(arguments of payIncome, "NoIncomeDue", ...)`: and nothing happened."""
    return refusing(facility, "payIncome", watch)


@pytest.fixture
def week(terms):
    """Seven days."""
    return replace(terms, repurchase_date=terms.purchase_date + 7)


@pytest.fixture
def life(facility, pen, week):
    """The same, open: a classic repo."""
    return Life.opened(facility, pen, week)


@pytest.fixture
def sell_back(facility, pen, week):
    """The same, but income stays in the price."""
    return Life.opened(facility, pen, replace(week, income=Income.IN_THE_PRICE.value))


def coupon(life, record=2, payment=3, amount=COUPON, security=None):
    """A coupon on the collateral, dated by days since the purchase date."""
    day = life.terms.purchase_date
    security = security or life.terms.lines[0].security
    return IncomeNotice(security, day + record, day + payment, amount)


def unknown(life, income):
    """The arguments of {NoIncomeDue} and {IncomeKnown}."""
    return {"repo": life.id, "security": income.security, "recordDate": income.record_date}


# --- recording: what is refused


def test_hostile_cash_records_no_income_while_it_moves(facility, pen, life, live, terms):
    data = facility.encode("recordIncome", *pen.income(life.terms, coupon(life)))
    assert ambush(live, facility, pen, terms, data).name == "Locked"
    assert life.change.income_due == 0


def test_what_never_opened_has_no_income(facility, pen, week, fund, market, recording):
    """Nor has what was cancelled."""
    later = replace(week, binding_from=market.chain.now() + DAY)
    life = Life(facility, pen, later)
    recording.refuses(pen.income(later, coupon(life)), "WrongState", repo=life.id, state=0)
    facility.cancel(*pen.cancelling(later, fund))
    recording.refuses(pen.income(later, coupon(life)), "WrongState", repo=life.id, state=CANCELLED)


def closed_out(life, dealer, fund):
    """The dealer in default, the set valued and finished."""
    default(life, fund, dealer)
    pen = margin_pen(life)
    market = life.facility._market
    market.chain.advance_to(market.chain.now() + 1)
    market.board.post_price("T-2035", PRICE * 9 // 10)
    pair = pen.pair(fund, dealer, life.pen.agreement())
    life.facility.closeOut(*pen.exposed(pair, [life.position]))
    assert life.repo.state == CLOSED_OUT


def test_what_was_closed_out_has_had_its_sum(pen, life, dealer, fund, recording):
    closed_out(life, dealer, fund)
    call = pen.income(life.terms, coupon(life))
    recording.refuses(call, "WrongState", repo=life.id, state=CLOSED_OUT)


@pytest.mark.parametrize(
    "amount", [0, 1, CENT - 1, COUPON + 1, PURCHASE_PRICE + CENT, 1 << 96, 1 << 255]
)
def test_income_is_whole_cents_and_at_most_the_price(pen, life, recording, amount):
    """More than is lent is a slip of the pen."""
    income = coupon(life, amount=amount)
    recording.refuses(pen.income(life.terms, income), "BadIncome", amount=amount)


@pytest.mark.parametrize(("record", "payment"), [(-1, 3), (3, 2), (-2, -1), (-20_000, 9)])
def test_it_is_dated_in_the_term_and_paid_after_its_record(pen, life, recording, record, payment):
    income = coupon(life, record, payment)
    dates = {"recordDate": income.record_date, "paymentDate": income.payment_date}
    recording.refuses(pen.income(life.terms, income), "IncomeOutOfTerm", **dates)


def test_it_needs_the_word_of_the_buyer(pen, life, dealer, fund, intruder, recording):
    """Who owes it: for this repo, security, amount and these dates. The seller's is none."""
    income = coupon(life)

    def by(who, repo=life.id, **changes):
        return pen.sign(who, repo_signing.income_hash(repo, replace(income, **changes)))

    wrong = [
        b"",
        by(dealer),
        by(intruder),
        by(fund, amount=COUPON - CENT),
        by(fund, record_date=income.record_date + 1),
        by(fund, payment_date=income.payment_date + 1),
        by(fund, security=life.terms.cash),
        by(fund, repo=repo_signing.repo_id(replace(life.terms, nonce=99))),
        pen.by(fund, life.terms),
        pen.closing(life.terms, fund)[3],
    ]
    for signature in wrong:
        recording.refuses((life.terms, income, signature), "BadSignature", signer=fund)


@pytest.mark.parametrize("domain", DOMAINS)
def test_an_acknowledgement_elsewhere_is_none(pen, life, fund, recording, domain):
    pen.domain = elsewhere(pen, domain)
    recording.refuses(pen.income(life.terms, coupon(life)), "BadSignature", signer=fund)


def test_a_security_pays_once_per_record_date(facility, pen, life, recording, at):
    """Not twice, not another amount, not on another day; not when it was paid either."""
    income = coupon(life)
    life.acknowledge(income)
    others = [
        income,
        replace(income, amount=CENT),
        replace(income, payment_date=income.payment_date + 1),
    ]
    for other in others:
        call = pen.income(life.terms, other)
        recording.refuses(call, "IncomeKnown", **unknown(life, income))
    at(3, 9)
    facility.payIncome(life.terms, income)
    for other in others:
        call = pen.income(life.terms, other)
        recording.refuses(call, "IncomeKnown", **unknown(life, income))


def test_for_a_suspended_buyer_nobody_acknowledges(pen, life, fund, market, recording):
    """A key that was stolen would sign away as much as the whole price, to be paid after the
    reinstatement."""
    market.onboarding.suspend("fund", "key stolen")
    call = pen.income(life.terms, coupon(life, amount=PURCHASE_PRICE))
    recording.refuses(call, "WalletNotActive", wallet=fund, status=2)
    market.onboarding.reinstate("fund", "cleared")
    market.onboarding.suspend("dealer", "screening")
    life.acknowledge(coupon(life))


@pytest.mark.parametrize(("word", "bits"), [(0, 160), (1, 32), (2, 32)])
def test_a_word_wider_than_its_type_is_refused(facility, pen, life, word, bits):
    data = facility.encode("recordIncome", *pen.income(life.terms, coupon(life)))
    place = 4 + 32 * (1 + word)
    value = int.from_bytes(data[place : place + 32], "big") | (1 << bits)
    dirty = data[:place] + value.to_bytes(32, "big") + data[place + 32 :]
    with pytest.raises(Reverted) as refusal:
        facility.call(dirty)
    assert decoded(refusal.value.data).name == "Silent"


# --- recording: what it does


def test_the_buyer_acknowledges_what_it_owes(facility, pen, life, intruder, watch):
    """Anyone brings its word; nothing moves yet."""
    income = coupon(life)
    moved = watch()
    events = facility.recordIncome(*pen.income(life.terms, income), sender=intruder)
    assert [event.name for event in events] == ["IncomeRecorded"]
    assert logged(events, "IncomeRecorded") == {
        "repo": life.id,
        "security": income.security,
        "recordDate": income.record_date,
        "paymentDate": income.payment_date,
        "amount": COUPON,
    }
    assert moved() == {}
    assert life.change == Change(bytes(32), 0, 0, 0, 0, 0, COUPON)
    assert life.repo.changed


def test_several_add_up(life):
    """Of one security by record date, of several securities on one."""
    day = coupon(life)
    life.acknowledge(day)
    life.acknowledge(coupon(life, record=3))
    life.acknowledge(coupon(life, security=life.terms.cash, amount=CENT))
    life.acknowledge(coupon(life, record=0, payment=0, amount=PURCHASE_PRICE))
    assert life.change.income_due == 2 * COUPON + CENT + PURCHASE_PRICE


def test_it_counts_in_the_net_exposure_until_it_is_paid(
    facility, pen, terms, market, dealer, fund, at
):
    """9,800,000.00 at 4.3% for 12 days on 9,787,500.00 less 2%, a coupon of 212,500.00 due: an
    exposure of 9,796.67, and without it a false call."""
    market.chain.advance_to(market.chain.now() + 1)
    market.board.post_price("T-2035", 100_000_000)
    terms = replace(
        terms,
        purchase_price=millions("9800000.00"),
        repurchase_date=terms.purchase_date + 20,
        lines=(pen.line("T-2035", QUANTITY, 20_000_000),),
    )
    life = Life.opened(facility, pen, terms)
    at(12, 12)
    market.board.post_price("T-2035", 97_875_000)
    margin = margin_pen(life)

    def exposure(by, against):
        pair = margin.pair(by, against, pen.agreement())
        return facility.reader("netExposure")(*margin.exposed(pair, [life.position]))[0]

    before = millions("222296.67")
    assert exposure(fund, dealer) == before
    income = coupon(life, record=11, payment=12)
    life.acknowledge(income)
    assert exposure(fund, dealer) == millions("9796.67") == before - COUPON
    assert exposure(dealer, fund) == -millions("9796.67")
    facility.payIncome(life.terms, income)
    assert exposure(fund, dealer) == before


# --- paying: what is refused


def test_what_was_not_acknowledged_is_not_due(life, refuses, at):
    """Nor of another amount, another day, another security, another repo."""
    income = coupon(life)
    at(3, 9)
    refuses((life.terms, income), "NoIncomeDue", **unknown(life, income))
    life.acknowledge(income)
    for other in (
        replace(income, amount=COUPON + CENT),
        replace(income, payment_date=income.payment_date - 1),
        replace(income, record_date=income.record_date + 1),
        replace(income, security=life.terms.cash),
    ):
        refuses((life.terms, other), "NoIncomeDue", **unknown(life, other))
    terms = replace(life.terms, nonce=99)
    named = {**unknown(life, income), "repo": repo_signing.repo_id(terms)}
    refuses((terms, income), "NoIncomeDue", **named)


def test_it_is_not_due_before_its_payment_date(facility, life, refuses, at, watch):
    """To the last second, on the clock of the terms."""
    income = coupon(life)
    life.acknowledge(income)
    at(2, 23, 59, 59)
    refuses((life.terms, income), "NoIncomeDue", **unknown(life, income))
    at(3, 0)
    moved = watch()
    facility.payIncome(life.terms, income)
    assert moved() == {"dealer": {"USD": COUPON}, "fund": {"USD": -COUPON}}


def test_it_is_paid_once(facility, life, refuses, at):
    """Nor does the mark of what was paid pass for another."""
    income = coupon(life)
    life.acknowledge(income)
    at(3, 9)
    facility.payIncome(life.terms, income)
    refuses((life.terms, income), "NoIncomeDue", **unknown(life, income))
    at(7, 12)
    life.close()
    refuses((life.terms, income), "NoIncomeDue", **unknown(life, income))


def test_in_default_it_waits_for_the_one_sum(life, dealer, fund, refuses, at):
    """And after it nothing is due apart."""
    income = coupon(life, record=0, payment=0)
    life.acknowledge(income)
    netting_set = default(life, fund, dealer)
    refuses((life.terms, income), "SetInDefault", nettingSet=netting_set)
    pen = margin_pen(life)
    market = life.facility._market
    market.chain.advance_to(market.chain.now() + 1)
    market.board.post_price("T-2035", PRICE * 9 // 10)
    pair = pen.pair(fund, dealer, life.pen.agreement())
    life.facility.closeOut(*pen.exposed(pair, [life.position]))
    refuses((life.terms, income), "NoIncomeDue", **unknown(life, income))


def test_a_buyer_short_of_a_cent_still_owes_it(facility, life, refuses, market, cash, fund, at):
    income = coupon(life)
    life.acknowledge(income)
    at(3, 9)
    market.onboarding.freeze("fund", "USD", cash.balanceOf(fund) - COUPON + CENT)
    short = {"needed": COUPON, "available": COUPON - CENT}
    call = (life.terms, income)
    refuses(call, "InsufficientFreeBalance", asset=cash, account=fund, **short)
    assert life.change.income_due == COUPON
    market.onboarding.freeze("fund", "USD", 0)
    facility.payIncome(*call)


@pytest.mark.parametrize("name", ["dealer", "fund"])
def test_nothing_is_paid_by_or_to_the_suspended(life, refuses, market, at, name):
    income = coupon(life)
    life.acknowledge(income)
    market.onboarding.suspend(name, "screening")
    at(3, 9)
    wallet = market.directory.party(name)
    refuses((life.terms, income), "WalletNotActive", wallet=wallet, status=2)


@pytest.mark.parametrize("in_the_price", [False, True])
def test_hostile_cash_is_paid_no_income_while_it_moves(
    facility, pen, week, live, terms, market, at, in_the_price
):
    """Neither way: not across, and not out of the price."""
    life = Life.opened(facility, pen, replace(week, income=int(in_the_price)))
    income = coupon(life, record=0, payment=0)
    life.acknowledge(income)
    data = facility.encode("payIncome", life.terms, income)
    assert ambush(live, facility, pen, terms, data).name == "Locked"
    assert life.change.income_due == COUPON


# --- paying across


def test_on_its_day_anyone_has_it_paid(facility, life, intruder, watch, at):
    """From buyer to seller, the same amount; price and interest stay what they are."""
    income = coupon(life)
    life.acknowledge(income)
    at(3, 9)
    moved = watch()
    events = facility.payIncome(life.terms, income, sender=intruder)
    assert [event.name for event in events] == ["IncomePaid", "Transfer"]
    assert logged(events, "IncomePaid") == {**unknown(life, income), "amount": COUPON}
    assert moved() == {"dealer": {"USD": COUPON}, "fund": {"USD": -COUPON}}
    assert life.change == Change(bytes(32), 0, 0, 0, 0, 0, 0)
    at(7, 12)
    assert life.close()["priceDifferential"] == interest((PURCHASE_PRICE, RATE, 7))


@pytest.mark.parametrize("order", ["income first", "closing first"])
def test_on_the_closing_day_it_is_paid_whatever_comes_first(facility, life, watch, at, order):
    """Once, and beside the closing."""
    income = coupon(life, record=5, payment=7)
    life.acknowledge(income)
    at(7, 12)
    moved = watch()
    steps = [lambda: facility.payIncome(life.terms, income), life.close]
    for step in steps if order == "income first" else reversed(steps):
        step()
    owed = PURCHASE_PRICE + interest((PURCHASE_PRICE, RATE, 7))
    assert moved()["dealer"] == {"T-2035": QUANTITY, "USD": COUPON - owed}
    with reverts("NoIncomeDue", **unknown(life, income)):
        facility.payIncome(life.terms, income)


def test_it_survives_the_closing(facility, life, watch, at):
    """Of a record date in the term, paid after it."""
    income = coupon(life, record=6, payment=9)
    life.acknowledge(income)
    at(7, 12)
    life.close()
    with reverts("NoIncomeDue", **unknown(life, income)):
        facility.payIncome(life.terms, income)
    at(9, 9)
    moved = watch()
    facility.payIncome(life.terms, income)
    assert moved() == {"dealer": {"USD": COUPON}, "fund": {"USD": -COUPON}}


def test_it_may_be_acknowledged_after_the_closing(facility, pen, life, recording, watch, at):
    """By the buyer alone as well, and once."""
    at(7, 12)
    life.close()
    income = coupon(life, record=6, payment=7)
    assert life.repo.state == CLOSED
    life.acknowledge(income)
    assert life.change.income_due == 0
    moved = watch()
    facility.payIncome(life.terms, income)
    assert moved() == {"dealer": {"USD": COUPON}, "fund": {"USD": -COUPON}}
    recording.refuses(pen.income(life.terms, income), "IncomeKnown", **unknown(life, income))


def test_another_repo_of_the_same_security_has_its_own(facility, pen, week, life, fund, watch, at):
    """Each for its quantity, on its own word."""
    small = replace(
        week, nonce=77, lines=(pen.line("T-2035", 1_000_000),), purchase_price=PURCHASE_PRICE // 10
    )
    other = Life.opened(facility, pen, small)
    income, tenth = coupon(life), coupon(other, amount=COUPON // 10)
    signature = pen.income(life.terms, income)[2]
    with reverts("BadSignature", signer=fund):
        facility.recordIncome(other.terms, income, signature)
    life.acknowledge(income)
    other.acknowledge(tenth)
    at(3, 9)
    moved = watch()
    facility.payIncome(other.terms, tenth)
    facility.payIncome(life.terms, income)
    assert moved()["dealer"] == {"USD": COUPON + COUPON // 10}


def test_in_custody_the_buyer_pays_as_well(facility, pen, week, custody, watch, at):
    """The issuer pays whom custody stands for; who received what is the buyer's word."""
    life = Life.opened(facility, pen, replace(week, custody=custody.address))
    income = coupon(life)
    life.acknowledge(income)
    at(3, 9)
    moved = watch()
    facility.payIncome(life.terms, income)
    assert moved() == {"dealer": {"USD": COUPON}, "fund": {"USD": -COUPON}}


# --- in the price


def test_sell_back_to_the_cent(facility, pen, terms, market, watch, at):
    """30,000,000.00 at 5% for 20 days, 600,000.00 received five days before the end: the price is
    29,482,916.67, and nothing is paid between."""
    enrich(market)
    terms = replace(
        terms,
        income=Income.IN_THE_PRICE.value,
        purchase_price=millions("30000000.00"),
        rate=50_000_000,
        repurchase_date=terms.purchase_date + 20,
        lines=(pen.line("T-2035", 31_000_000),),
    )
    life = Life.opened(facility, pen, terms)
    income = coupon(life, record=14, payment=15, amount=millions("600000.00"))
    life.acknowledge(income)
    at(15, 12)
    moved = watch()
    events = facility.payIncome(terms, income)
    assert [event.name for event in events] == ["IncomePriced"]
    left = millions("29400000.00")
    accrued = counted((millions("30000000.00"), 50_000_000, 15))
    assert logged(events, "IncomePriced") == {
        "repo": life.id,
        "number": 1,
        "security": income.security,
        "recordDate": income.record_date,
        "date": income.payment_date,
        "purchasePrice": left,
        "accrued": accrued,
    }
    assert moved() == {}
    assert life.repo[2:5] == (income.payment_date, terms.repurchase_date, left)
    assert life.change == Change(bytes(32), accrued, 0, 0, 0, 0, 0)
    at(20, 12)
    moved = watch()
    assert life.close()["paid"] == millions("29482916.67")
    assert moved()["fund"]["USD"] == millions("29482916.67")


@pytest.mark.parametrize("days", [3, 4, 6, 7, 9])
def test_however_late_it_is_priced_from_its_payment_date_on(facility, sell_back, at, days):
    """Nobody gains by delay: not on the repurchase date, not after it."""
    income = coupon(sell_back)
    sell_back.acknowledge(income)
    at(days, 12)
    facility.payIncome(sell_back.terms, income)
    at(9, 13)
    left = PURCHASE_PRICE - COUPON
    expected = interest((PURCHASE_PRICE, RATE, 3), (left, RATE, 6))
    assert sell_back.repo.accrues_from == income.payment_date
    assert sell_back.close()["priceDifferential"] == expected


def test_what_changed_since_its_payment_date_is_where_it_starts(facility, sell_back, at):
    """A re-rate closed the account of the days before."""
    income = coupon(sell_back)
    sell_back.acknowledge(income)
    at(5, 12)
    sell_back.amend(rate=2 * RATE)
    facility.payIncome(sell_back.terms, income)
    assert sell_back.repo.accrues_from == sell_back.today
    at(7, 12)
    left = PURCHASE_PRICE - COUPON
    expected = interest((PURCHASE_PRICE, RATE, 5), (left, 2 * RATE, 2))
    assert sell_back.close()["priceDifferential"] == expected


def test_the_price_is_what_an_amendment_finds(facility, pen, sell_back, market, at):
    """Lowered, then amended, then lowered again."""
    first, second = coupon(sell_back), coupon(sell_back, record=5, payment=5)
    for income in (first, second):
        sell_back.acknowledge(income)
    at(3, 12)
    facility.payIncome(sell_back.terms, first)
    sell_back.number += 1
    left = PURCHASE_PRICE - COUPON
    assert sell_back.amendment().purchase_price == left
    at(4, 12)
    sell_back.amend(rate=RATE // 2)
    at(5, 12)
    facility.payIncome(sell_back.terms, second)
    at(7, 12)
    expected = interest(
        (PURCHASE_PRICE, RATE, 3),
        (left, RATE, 1),
        (left, RATE // 2, 1),
        (left - COUPON, RATE // 2, 2),
    )
    closed = sell_back.close()
    assert (closed["priceDifferential"], closed["paid"]) == (
        expected,
        left - COUPON + expected,
    )


def test_in_the_price_it_counts_once_in_the_exposure(
    facility, pen, sell_back, dealer, fund, market, at
):
    """What the buyer owed lowers what it is owed."""
    income = coupon(sell_back)
    sell_back.acknowledge(income)
    at(3, 12)
    market.board.post_price("T-2035", PRICE)
    margin = margin_pen(sell_back)
    pair = margin.pair(fund, dealer, pen.agreement())
    call = margin.exposed(pair, [sell_back.position])
    before = facility.reader("netExposure")(*call)
    facility.payIncome(sell_back.terms, income)
    assert facility.reader("netExposure")(*call) == before


def test_income_of_all_the_price_leaves_nothing_to_lower(facility, sell_back, refuses, watch, at):
    """It waits for the closing, and is paid across then."""
    income = coupon(sell_back, amount=PURCHASE_PRICE)
    sell_back.acknowledge(income)
    at(3, 12)
    refuses((sell_back.terms, income), "BadIncome", amount=PURCHASE_PRICE)
    at(7, 12)
    moved = watch()
    sell_back.close()
    facility.payIncome(sell_back.terms, income)
    earned = interest((PURCHASE_PRICE, RATE, 7))
    assert moved()["dealer"] == {"T-2035": QUANTITY, "USD": -earned}


@pytest.mark.parametrize(("payment", "days"), [(3, 7), (7, 7), (9, 9)])
def test_closed_before_it_was_priced_it_is_paid_across(
    facility, sell_back, watch, at, payment, days
):
    """The buyer cannot keep it by closing first, nor by a payment date after the closing."""
    income = coupon(sell_back, payment=payment)
    sell_back.acknowledge(income)
    at(7, 12)
    sell_back.close(sell_back.terms.buyer)
    at(days, 13)
    moved = watch()
    events = facility.payIncome(sell_back.terms, income)
    assert [event.name for event in events] == ["IncomePaid", "Transfer"]
    assert moved() == {"dealer": {"USD": COUPON}, "fund": {"USD": -COUPON}}
    with reverts("NoIncomeDue", **unknown(sell_back, income)):
        facility.payIncome(sell_back.terms, income)


def test_priced_it_is_not_paid_across_as_well(facility, sell_back, at):
    income = coupon(sell_back)
    sell_back.acknowledge(income)
    at(3, 12)
    facility.payIncome(sell_back.terms, income)
    for days in (4, 7):
        at(days, 12)
        with reverts("NoIncomeDue", **unknown(sell_back, income)):
            facility.payIncome(sell_back.terms, income)
    sell_back.close()
    with reverts("NoIncomeDue", **unknown(sell_back, income)):
        facility.payIncome(sell_back.terms, income)


@pytest.fixture
def minutes(facility, pen, terms):
    """An intraday repo whose income would stay in the price."""
    day = replace(
        terms,
        duration=Duration.INTRADAY.value,
        repurchase_date=terms.purchase_date,
        income=Income.IN_THE_PRICE.value,
    )
    return Life.opened(facility, pen, day)


def test_a_cent_of_income_does_not_make_minutes_into_years(facility, minutes, market, watch):
    """Once, the buyer alone could have had the seller owe 56 years of interest: the day of the
    pricing stood where the second of the opening had stood. So here income is paid across."""
    opened_at = minutes.repo.accrues_from
    income = coupon(minutes, record=0, payment=0, amount=CENT)
    minutes.acknowledge(income)
    moved = watch()
    facility.payIncome(minutes.terms, income)
    assert moved() == {"dealer": {"USD": CENT}, "fund": {"USD": -CENT}}
    assert minutes.repo.accrues_from == opened_at
    market.chain.advance_to(opened_at + 300)
    closed = minutes.close()
    assert closed["priceDifferential"] == cents(Fraction(exact(PURCHASE_PRICE, RATE, 5), 1_440))


def test_minutes_that_became_a_night_pay_it_across_as_well(facility, minutes, watch, at):
    income = coupon(minutes, record=0, payment=1)
    minutes.acknowledge(income)
    at(1, 9)
    moved = watch()
    facility.payIncome(minutes.terms, income)
    assert moved() == {"dealer": {"USD": COUPON}, "fund": {"USD": -COUPON}}
    assert minutes.close()["priceDifferential"] == INTEREST


def test_a_failing_buyer_prices_it_too(facility, pen, sell_back, market, at):
    """Its interest stopped with the fail, the charge runs on what is left."""
    income = coupon(sell_back)
    sell_back.acknowledge(income)
    agreement = pen.agreement()
    market.onboarding.freeze("fund", "T-2035", 1_000)
    at(7, 18)
    sell_back.fail(agreement)
    at(9, 12)
    facility.payIncome(sell_back.terms, income)
    assert sell_back.change.failed_days == 0
    assert sell_back.repo.accrues_from == sell_back.today - 2
    market.onboarding.freeze("fund", "T-2035", 0)
    at(10, 12)
    earned = interest((PURCHASE_PRICE, RATE, 7))
    owed = PURCHASE_PRICE - COUPON + earned
    closed = sell_back.close()
    assert closed["priceDifferential"] == earned
    assert closed["failsCharge"] == cents(exact(owed, agreement.fails_rate, 3))


def test_anyone_closes_after_anyone_priced(facility, sell_back, intruder, watch, at):
    """Neither side's word is needed once the day has come."""
    income = coupon(sell_back, record=5, payment=7)
    sell_back.acknowledge(income)
    at(7, 18)
    moved = watch()
    facility.payIncome(sell_back.terms, income, sender=intruder)
    facility.close(sell_back.terms, (), NOBODY, b"", sender=intruder)
    owed = PURCHASE_PRICE - COUPON + interest((PURCHASE_PRICE, RATE, 7))
    assert moved()["dealer"] == {"T-2035": QUANTITY, "USD": -owed}
