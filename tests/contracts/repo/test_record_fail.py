"""`RepoFacility.recordFail`: every requirement in the order of the source, then who fails, and what
that costs."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from settlement.chain.base import Reverted
from settlement.model.repo import Duration, Position
from settlement.onchain import repo_signing
from tests.contracts.live import NOBODY, decoded, logged, reverts
from tests.contracts.repo.life import (
    BUYER_FAILS,
    CENT,
    CLOSED,
    IMPEDED,
    NEVER,
    NOBODY_FAILS,
    SELLER_FAILS,
    Change,
    Life,
    ambush,
    cents,
    counted,
    default,
    dirtied,
    enrich,
    exact,
    interest,
    millions,
    refusing,
    supply,
)
from tests.contracts.repo.pen import (
    CUT_OFF,
    DAY,
    EASTERN,
    FAILS_RATE,
    INTEREST,
    PRICE,
    PURCHASE_PRICE,
    QUANTITY,
    RATE,
)

OWED = PURCHASE_PRICE + INTEREST
LATE = 80_000_000


@pytest.fixture
def agreement(pen):
    """A late rate of 8% and a fails charge of 3%."""
    return pen.agreement(late_rate=LATE)


@pytest.fixture
def agreed(terms, agreement):
    """Overnight, under it."""
    return replace(terms, agreement=repo_signing.agreement_id(agreement))


@pytest.fixture
def life(facility, pen, agreed):
    """The same, open."""
    return Life.opened(facility, pen, agreed)


@pytest.fixture
def records(facility, agreement, life):
    """`records()`: who fails, by the event and by the storage."""

    def record(sender=None):
        now = facility._market.chain.now()
        events = facility.recordFail(agreement, life.position, sender=sender)
        assert [event.name for event in events] == ["FailRecorded"]
        recorded = logged(events, "FailRecorded")
        change = life.change
        assert (recorded["repo"], recorded["date"]) == (life.id, life.today)
        assert (change.accrued, change.failed_days) == (
            recorded["accrued"],
            recorded["failedDays"],
        )
        assert (change.failing, change.failing_since) == (recorded["failing"], now)
        assert change.fails_rate == FAILS_RATE
        assert life.repo.accrues_from == life.today
        return recorded["failing"]

    return record


@pytest.fixture
def refuses(facility, watch):
    """`refuses(arguments of recordFail, "NotLate", ...)`: and nothing happened."""
    return refusing(facility, "recordFail", watch)


@pytest.fixture
def short(market, cash):
    """`short("seller")`: so much less than it owes is free to it; `short("seller", 0)`: enough."""

    def make(side, by=CENT, owed=OWED):
        if side == "seller":
            market.onboarding.freeze("dealer", "USD", 0)
            free = cash.freeBalanceOf(market.directory.party("dealer"))
            market.onboarding.freeze("dealer", "USD", free - owed + by if by else 0)
        else:
            market.onboarding.freeze("fund", "T-2035", by)

    return make


def moment(life, date):
    """The second of the cut-off of a date."""
    return date * DAY + CUT_OFF - EASTERN


# --- what is refused


def test_hostile_cash_records_nothing_while_it_moves(
    facility, pen, life, agreement, live, terms, short, at
):
    short("seller")
    at(1, 18)
    data = facility.encode("recordFail", agreement, life.position)
    today = {"purchase_date": life.today, "repurchase_date": life.today + 1}
    facility._market.board.post_price("T-2035", PRICE)
    answer = ambush(live, facility, pen, replace(terms, **today), data)
    assert answer.name == "Locked"


def test_what_never_opened_fails_nobody(agreement, agreed, refuses, at):
    at(1, 18)
    call = (agreement, Position(agreed))
    refuses(call, "WrongState", repo=repo_signing.repo_id(agreed), state=0)


def test_what_is_closed_fails_nobody(life, agreement, refuses, at):
    at(1, 18)
    life.close()
    refuses((agreement, life.position), "WrongState", repo=life.id, state=CLOSED)


def test_the_agreement_is_that_of_the_repo(pen, life, agreement, short, refuses, at):
    """Recorded or not: its charge is what the buyer pays."""
    short("buyer", 1_000)
    at(1, 18)
    for other in (
        pen.agreement(late_rate=LATE, fails_rate=10**9),
        replace(agreement, fails_rate=0),
        replace(agreement, late_rate=0),
    ):
        given = repo_signing.agreement_id(other)
        needed = life.terms.agreement
        refuses((other, life.position), "NotTheAgreement", given=given, needed=needed)


def test_none_in_default(facility, pen, terms, dealer, fund, refuses, at):
    life = Life.opened(facility, pen, terms)
    netting_set = default(life, fund, dealer)
    at(1, 18)
    call = (pen.agreement(), life.position)
    refuses(call, "SetInDefault", nettingSet=netting_set)


def test_not_before_the_cut_off(life, agreement, short, refuses, records, at, market):
    """To the second: until then either side may still close on its date."""
    short("seller")
    due = moment(life, life.terms.repurchase_date)
    for days, hour in ((0, 18), (1, 0), (1, 16)):
        at(days, hour, 59, 59)
        time = market.chain.now()
        refuses((agreement, life.position), "NotLate", cutOff=due, time=time)
    at(1, 17)
    assert market.chain.now() == due
    assert records() == SELLER_FAILS


def test_a_cut_off_at_the_end_of_the_day_is_the_next_midnight(
    facility, pen, agreed, agreement, short, refuses, at
):
    """Until then the day is not over."""
    late = Life.opened(facility, pen, replace(agreed, cut_off=DAY))
    short("seller")
    at(1, 23, 59, 59)
    due = (agreed.repurchase_date + 1) * DAY - EASTERN
    refuses((agreement, late.position), "NotLate", cutOff=due, time=due - 1)
    at(2, 0)
    assert late.fail(agreement)["failing"] == SELLER_FAILS


def test_an_open_ended_repo_is_late_only_after_notice(
    facility, pen, agreed, agreement, dealer, short, refuses, at, market
):
    endless = replace(agreed, duration=Duration.OPEN_ENDED.value, repurchase_date=0)
    life = Life.opened(facility, pen, endless)
    short("seller")
    at(5, 18)
    due = moment(life, NEVER)
    refuses((agreement, life.position), "NotLate", cutOff=due, time=market.chain.now())
    life.notice(dealer, life.today)
    assert life.fail(agreement)["failing"] == SELLER_FAILS


def test_an_intraday_repo_is_late_the_day_after(
    facility, pen, agreed, agreement, short, refuses, at, market
):
    """Over night it runs on as an overnight one."""
    day = replace(agreed, duration=Duration.INTRADAY.value, repurchase_date=agreed.purchase_date)
    life = Life.opened(facility, pen, day)
    short("seller")
    due = moment(life, day.purchase_date + 1)
    for days, hour in ((0, 18), (1, 16)):
        at(days, hour)
        time = market.chain.now()
        refuses((agreement, life.position), "NotLate", cutOff=due, time=time)
    at(1, 17)
    assert life.fail(agreement)["failing"] == SELLER_FAILS
    assert life.change.accrued == counted((PURCHASE_PRICE, RATE, 1))
    assert life.repo.accrues_from == life.today
    short("seller", 0)
    at(3, 12)
    expected = interest((PURCHASE_PRICE, RATE, 1), (PURCHASE_PRICE, LATE, 2))
    assert life.close()["priceDifferential"] == expected


def test_the_collateral_as_it_is_comes_with_it(pen, life, agreement, short, refuses, at):
    """A line of less would hide what the buyer has not."""
    life.amend(lines=(pen.line("T-2035", QUANTITY + 1_000),))
    short("buyer", 1_000)
    at(1, 18)
    for stale in ((), life.terms.lines, (pen.line("T-2035", 1_000),)):
        call = (agreement, Position(life.terms, stale))
        refuses(call, "NotTheCollateral", repo=life.id)
    assert life.fail(agreement)["failing"] == BUYER_FAILS


def test_with_nothing_in_the_way_nobody_fails(life, agreement, short, refuses, at):
    """Both have what they owe, to the cent and to the piece: anyone may close."""
    short("seller", 0)
    at(1, 18)
    refuses((agreement, life.position), "NothingToRecord", repo=life.id, failing=NOBODY_FAILS)
    life.close()


def test_enough_to_the_cent_is_no_fail(life, agreement, market, cash, dealer, refuses, at):
    at(1, 18)
    market.onboarding.freeze("dealer", "USD", cash.balanceOf(dealer) - OWED)
    refuses((agreement, life.position), "NothingToRecord", repo=life.id, failing=NOBODY_FAILS)


@pytest.mark.parametrize(("side", "failing"), [("seller", SELLER_FAILS), ("buyer", BUYER_FAILS)])
def test_what_is_on_record_is_not_recorded_again(
    life, agreement, short, refuses, records, at, side, failing
):
    """The days of a fail are counted once, and its grace is not begun anew."""
    short(side, 1_000_000)
    at(1, 18)
    assert records() == failing
    for days in (1, 3):
        at(days, 19)
        refuses((agreement, life.position), "NothingToRecord", repo=life.id, failing=failing)


def test_a_repo_that_could_close_again_keeps_its_record(
    life, agreement, short, refuses, records, at
):
    """Nobody fails any more, so anyone closes it, and the days till then are the buyer's."""
    short("buyer", 1_000)
    at(1, 18)
    assert records() == BUYER_FAILS
    short("buyer", 0)
    at(3, 12)
    refuses((agreement, life.position), "NothingToRecord", repo=life.id, failing=NOBODY_FAILS)
    closed = life.close(life.terms.buyer)
    assert closed["failsCharge"] == cents(exact(OWED, FAILS_RATE, 2))


def test_a_word_wider_than_its_type_is_refused(facility, life, agreement, short, at):
    short("seller")
    at(1, 18)
    data = facility.encode("recordFail", agreement, life.position)
    with pytest.raises(Reverted) as refusal:
        facility.call(dirtied(data, 6, 1 << 64))
    assert decoded(refusal.value.data).name == "NotTheAgreement"


# --- who fails


def test_the_seller_fails_by_a_cent(life, records, short, cash, dealer, intruder, watch, at):
    """Whatever it holds and does not own freely. Anyone records it; nothing moves."""
    short("seller")
    at(1, 17)
    moved = watch()
    assert records(sender=intruder) == SELLER_FAILS
    assert moved() == {}
    change = life.change
    assert life.repo.number == 0
    assert change[:3] == (bytes(32), counted((PURCHASE_PRICE, RATE, 1)), 0)


def test_the_buyer_fails_by_a_piece(records, short, at):
    """It re-used the collateral and lacks one; the seller has the cash."""
    short("buyer", 1_000)
    at(1, 17)
    assert records() == BUYER_FAILS


def test_where_both_lack_what_they_owe_the_seller_fails(records, short, at):
    """Delivery is against payment: without it nothing shows that the buyer would not deliver."""
    short("buyer", QUANTITY)
    short("seller", OWED)
    at(1, 17)
    assert records() == SELLER_FAILS


@pytest.mark.parametrize(
    ("suspended", "lacking", "failing"),
    [
        (("dealer",), (), SELLER_FAILS),
        (("dealer",), ("seller",), SELLER_FAILS),
        (("dealer",), ("buyer",), IMPEDED),
        (("dealer",), ("seller", "buyer"), IMPEDED),
        (("fund",), (), BUYER_FAILS),
        (("fund",), ("buyer",), BUYER_FAILS),
        (("fund",), ("seller",), IMPEDED),
        (("fund",), ("seller", "buyer"), IMPEDED),
        (("dealer", "fund"), (), IMPEDED),
        (("dealer", "fund"), ("seller", "buyer"), IMPEDED),
    ],
)
def test_a_suspended_side_fails_unless_the_other_does(
    records, short, market, at, suspended, lacking, failing
):
    for side in lacking:
        short(side, 1_000_000)
    for name in suspended:
        market.onboarding.suspend(name, "screening")
    at(1, 17)
    assert records() == failing


@pytest.fixture(
    params=["cash paused", "security paused", "cash without venue", "security without venue"]
)
def stopped(request, market, cash, security, operators):
    """Stops an asset; what it returns lets it go on, if anything does."""
    asset, how = request.param.split(" ", 1)
    symbol = {"cash": "USD", "security": "T-2035"}[asset]

    def stop():
        if how == "paused":
            market.onboarding.pause(symbol, "halt")
            return lambda: market.onboarding.unpause(symbol, "over")
        token = {"cash": cash, "security": security}[asset]
        token.removeMover(sender=operators.mover_admin)
        venue = market.deployment.settlement

        def resume():
            token.announceMover(venue, sender=operators.mover_admin)
            market.chain.advance_to(market.chain.now() + 2 * DAY)
            token.adoptMover(sender=operators.mover_admin)

        return resume

    return stop


@pytest.mark.parametrize("lacking", [(), ("seller",), ("buyer",), ("seller", "buyer")])
def test_a_stopped_asset_is_nobody_s_fail(life, records, short, stopped, at, lacking):
    """Whoever lacks what: from the due date on no interest, no charge, for as long as it lasts."""
    for side in lacking:
        short(side, 1_000_000)
    resume = stopped()
    at(1, 17)
    assert records() == IMPEDED
    at(7, 12)
    resume()
    for side in lacking:
        short(side, 0)
    closed = life.close()
    assert (closed["priceDifferential"], closed["failsCharge"]) == (INTEREST, 0)


@pytest.mark.parametrize("name", ["dealer", "fund"])
def test_a_stopped_asset_comes_before_a_suspension(records, market, at, name):
    """It is asked of the side that is active."""
    market.onboarding.suspend(name, "screening")
    market.onboarding.pause("USD", "halt")
    at(1, 17)
    assert records() == IMPEDED


def test_a_second_line_stops_it_as_well(facility, pen, agreed, agreement, market, at):
    """The last one of a basket."""
    supply(market, "T-2036", 1_000_000)
    market.board.post_price("T-2036", PRICE)
    lines = pen.lines(pen.line("T-2035", 1_000_000), pen.line("T-2036", 500_000))
    life = Life.opened(facility, pen, replace(agreed, lines=lines, purchase_price=10**12))
    market.onboarding.pause("T-2036", "halt")
    at(1, 17)
    assert life.fail(agreement)["failing"] == IMPEDED
    market.onboarding.unpause("T-2036", "over")
    market.onboarding.freeze("fund", "T-2036", 1)
    assert life.fail(agreement)["failing"] == BUYER_FAILS


def test_past_its_sunset_nobody_fails(facility, pen, agreed, agreement, market, short, at):
    """The security cannot go back any more; interest ran until that was on record."""
    sunset = market.directory.security("T-2035").last_second
    due = sunset // DAY - 3
    life = Life.opened(facility, pen, replace(agreed, repurchase_date=due))
    days = due - life.today
    short("seller", 1_000_000, PURCHASE_PRICE)
    at(days, 17, 30)
    at(days + 1, 17, 30)
    assert life.fail(agreement)["failing"] == SELLER_FAILS
    market.chain.advance_to(sunset + 1)
    recorded = life.fail(agreement)
    assert recorded["failing"] == IMPEDED
    late = life.today - due
    ran = counted((PURCHASE_PRICE, RATE, days), (PURCHASE_PRICE, LATE, late))
    assert recorded["accrued"] == ran
    at(days + 60, 12)
    _, charge, paid = facility.repurchasePriceOn(life.terms, life.today)
    expected = interest((PURCHASE_PRICE, RATE, days), (PURCHASE_PRICE, LATE, late))
    assert (charge, paid) == (0, PURCHASE_PRICE + expected)


@pytest.fixture
def held(facility, pen, agreed, custody):
    """The same in tri-party custody."""
    return Life.opened(facility, pen, replace(agreed, custody=custody.address))


def test_what_custody_holds_is_not_looked_for_at_the_buyer_s(held, agreement, short, refuses, at):
    """Which has none at all, and needs none."""
    at(1, 17)
    refuses((agreement, held.position), "NothingToRecord", repo=held.id, failing=NOBODY_FAILS)
    short("seller")
    assert held.fail(agreement)["failing"] == SELLER_FAILS


@pytest.mark.parametrize("lacking", [False, True])
def test_custody_that_is_stopped_is_nobody_s_fail(
    held, agreement, registry, custody, operators, short, at, lacking
):
    if lacking:
        short("seller")
    registry.suspend(custody, "audit", sender=operators.supervisor)
    at(1, 17)
    assert held.fail(agreement)["failing"] == IMPEDED


@pytest.mark.parametrize("lacking", [False, True])
def test_custody_that_is_short_is_nobody_s_fail(
    held, agreement, security, custody, fund, operators, market, short, at, lacking
):
    """The root wallet took a piece out of it: the repo shows the loss, and no clock runs."""
    if lacking:
        short("seller")
    security.rootMove(
        custody, fund, 1_000, "court order", bytes(32), bytes(32), sender=operators.root
    )
    at(1, 17)
    assert held.fail(agreement)["failing"] == IMPEDED
    short("seller", 0)
    with reverts(
        "InsufficientFreeBalance",
        asset=security,
        account=custody,
        needed=QUANTITY,
        available=QUANTITY - 1_000,
    ):
        held.close()


@pytest.mark.parametrize(("name", "failing"), [("dealer", SELLER_FAILS), ("fund", BUYER_FAILS)])
def test_in_custody_a_suspended_side_fails(held, agreement, market, at, name, failing):
    market.onboarding.suspend(name, "screening")
    at(1, 17)
    assert held.fail(agreement)["failing"] == failing


# --- what it costs


@pytest.mark.parametrize("late_rate", [0, LATE, -LATE])
@pytest.mark.parametrize("recorded", [False, True])
def test_the_seller_late_pays_to_the_day(
    facility, pen, terms, market, short, at, late_rate, recorded
):
    """At the late rate, or the repo rate where there is none; the record changes nothing of it."""
    agreement = pen.agreement(late_rate=late_rate)
    agreed = replace(terms, agreement=repo_signing.agreement_id(agreement))
    life = Life.opened(facility, pen, agreed)
    short("seller", 1_000_000_000_000)
    at(1, 18)
    if recorded:
        life.fail(agreement)
    short("seller", 0)
    at(5, 12)
    late = (PURCHASE_PRICE, late_rate or RATE, 4)
    closed = life.close()
    assert closed["priceDifferential"] == interest((PURCHASE_PRICE, RATE, 1), late)
    assert closed["failsCharge"] == 0


def test_the_buyer_late_bears_the_charge(facility, life, records, short, watch, at):
    """Interest stops at the agreed date; on the repurchase price of that date the charge runs, and
    the seller pays so much less. The view says so beforehand."""
    short("buyer", 1_000)
    at(1, 17)
    assert records() == BUYER_FAILS
    short("buyer", 0)
    at(4, 12)
    charge = cents(exact(OWED, FAILS_RATE, 3))
    assert tuple(facility.repurchasePriceOn(life.terms, life.today)) == (
        INTEREST,
        charge,
        OWED - charge,
    )
    moved = watch()
    closed = life.close()
    assert closed == {
        "repo": life.id,
        "date": life.today,
        "priceDifferential": INTEREST,
        "failsCharge": charge,
        "paid": OWED - charge,
    }
    assert moved() == {
        "dealer": {"T-2035": QUANTITY, "USD": charge - OWED},
        "fund": {"T-2035": -QUANTITY, "USD": OWED - charge},
    }


def test_fails_charge_to_the_cent(facility, pen, terms, market, at):
    """On 50,000,000.00 at 3% less a reference rate of 0.25%, for three days: 11,458.33."""
    enrich(market)
    agreement = pen.agreement(fails_rate=27_500_000)
    price = millions("50000000.00")
    large = replace(
        terms,
        agreement=repo_signing.agreement_id(agreement),
        purchase_price=price,
        rate=0,
        lines=(pen.line("T-2035", 51_000_000),),
    )
    life = Life.opened(facility, pen, large)
    market.onboarding.freeze("fund", "T-2035", 1)
    at(1, 17)
    assert life.fail(agreement)["failing"] == BUYER_FAILS
    market.onboarding.freeze("fund", "T-2035", 0)
    at(4, 12)
    closed = life.close()
    assert (closed["failsCharge"], closed["paid"]) == (
        millions("11458.33"),
        price - millions("11458.33"),
    )


def test_a_charge_takes_no_more_than_the_price(facility, pen, terms, market, security, at, watch):
    """At 100% a year for two years the collateral comes back for nothing, and for no less: a repo
    that owed the seller money could not be closed."""
    agreement = pen.agreement(fails_rate=10**9)
    life = Life.opened(
        facility, pen, replace(terms, agreement=repo_signing.agreement_id(agreement))
    )
    market.onboarding.freeze("fund", "T-2035", 1_000)
    at(1, 17)
    life.fail(agreement)
    market.onboarding.freeze("fund", "T-2035", 0)
    market.onboarding.freeze("dealer", "USD", 1 << 90)
    at(731, 12)
    moved = watch()
    closed = life.close()
    assert (closed["failsCharge"], closed["paid"]) == (OWED, 0)
    assert moved() == {"dealer": {"T-2035": QUANTITY}, "fund": {"T-2035": -QUANTITY}}


def test_what_the_seller_needs_is_less_the_charge(
    facility, life, records, short, market, cash, dealer, at
):
    """So much is enough, and a cent less is its own fail from then on."""
    short("buyer", 1_000)
    at(1, 17)
    assert records() == BUYER_FAILS
    short("buyer", 0)
    at(2, 12)
    needed = OWED - cents(exact(OWED, FAILS_RATE, 1))
    market.onboarding.freeze("dealer", "USD", cash.balanceOf(dealer) - needed + CENT)
    assert records() == SELLER_FAILS
    market.onboarding.freeze("dealer", "USD", cash.balanceOf(dealer) - needed)
    assert life.close()["paid"] == needed


def test_late_without_a_record_is_the_seller_s_delay(life, short, records, at):
    """Whoever lets days pass before it records bears them; from the record on it is the buyer's."""
    short("buyer", 1_000)
    at(4, 12)
    assert records() == BUYER_FAILS
    short("buyer", 0)
    at(6, 12)
    closed = life.close()
    earned = interest((PURCHASE_PRICE, RATE, 1), (PURCHASE_PRICE, LATE, 3))
    assert closed["priceDifferential"] == earned
    assert closed["failsCharge"] == cents(exact(PURCHASE_PRICE + earned, FAILS_RATE, 2))


@pytest.mark.parametrize("late_rate", [0, LATE])
def test_from_one_fail_to_the_next_each_has_its_days(
    facility, pen, terms, market, security, short, at, late_rate
):
    """Seller, buyer, impeded, seller, buyer again: four accruals against fractions."""
    agreement = pen.agreement(late_rate=late_rate)
    agreed = replace(terms, agreement=repo_signing.agreement_id(agreement))
    life = Life.opened(facility, pen, agreed)
    late = late_rate or RATE
    steps = [
        (1, SELLER_FAILS, [(PURCHASE_PRICE, RATE, 1)], 0),
        (4, BUYER_FAILS, [(PURCHASE_PRICE, late, 3)], 0),
        (6, IMPEDED, [], 2),
        (6, SELLER_FAILS, [], 0),
        (9, IMPEDED, [(PURCHASE_PRICE, late, 3)], 0),
        (13, SELLER_FAILS, [], 0),
        (15, BUYER_FAILS, [(PURCHASE_PRICE, late, 2)], 0),
        (16, IMPEDED, [], 1),
        (20, BUYER_FAILS, [], 0),
    ]
    periods, failed = [], 0
    for minute, (days, failing, earned, charged) in enumerate(steps):
        at(days, 17, 30 + minute)
        if security.paused():
            market.onboarding.unpause("T-2035", "over")
        short("seller", 1_000_000_000_000 if failing == SELLER_FAILS else 0)
        short("buyer", 1_000 if failing == BUYER_FAILS else 0)
        if failing == IMPEDED:
            market.onboarding.pause("T-2035", "halt")
        periods += earned
        failed += charged
        now, recorded = market.chain.now(), life.fail(agreement)
        assert recorded == {
            "repo": life.id,
            "failing": failing,
            "date": life.today,
            "accrued": counted(*periods),
            "failedDays": failed,
        }
        assert life.change == Change(
            bytes(32), counted(*periods), failed, failing, now, FAILS_RATE, 0
        )
    short("buyer", 0)
    at(25, 12)
    failed += 5
    accrued = sum((exact(*period) for period in periods), Fraction(0))
    owed = PURCHASE_PRICE + cents(accrued)
    charge = cents(exact(owed, FAILS_RATE, failed))
    closed = life.close()
    assert closed["priceDifferential"] == cents(accrued)
    assert (closed["failsCharge"], closed["paid"]) == (charge, owed - charge)


def test_the_last_record_of_a_day_has_the_day(life, records, short, market, at):
    """To and fro costs nothing: days count from midnight to midnight."""
    short("buyer", 1_000)
    at(1, 17)
    assert records() == BUYER_FAILS
    short("seller", 1_000)
    assert records() == SELLER_FAILS
    market.onboarding.pause("USD", "halt")
    assert records() == IMPEDED
    market.onboarding.unpause("USD", "over")
    short("seller", 0)
    assert records() == BUYER_FAILS
    assert life.repo.number == 0
    assert life.change[1:3] == (counted((PURCHASE_PRICE, RATE, 1)), 0)
    short("buyer", 0)
    at(1, 23)
    closed = life.close()
    assert (closed["priceDifferential"], closed["failsCharge"]) == (INTEREST, 0)


def test_negative_rates_fail_to_the_cent_as_well(facility, pen, agreed, agreement, short, at):
    """The buyer owes the interest, the charge is on what is left."""
    life = Life.opened(facility, pen, replace(agreed, rate=-RATE))
    short("buyer", 1_000)
    at(1, 17)
    assert life.fail(agreement)["failing"] == BUYER_FAILS
    short("buyer", 0)
    at(3, 12)
    closed = life.close()
    assert closed["priceDifferential"] == -INTEREST
    assert closed["failsCharge"] == cents(exact(PURCHASE_PRICE - INTEREST, FAILS_RATE, 2))


def test_what_was_amended_fails_as_it_is(facility, pen, agreed, agreement, market, short, at):
    """New price, new rate, new collateral."""
    life = Life.opened(facility, pen, replace(agreed, repurchase_date=agreed.purchase_date + 2))
    at(1, 8)
    price = PURCHASE_PRICE // 2 // CENT * CENT
    life.amend(purchase_price=price, rate=2 * RATE, lines=(pen.line("T-2035", 6_000_000),))
    market.onboarding.freeze("fund", "T-2035", 1_000)
    at(2, 17)
    recorded = life.fail(agreement)
    assert recorded["failing"] == BUYER_FAILS
    assert recorded["accrued"] == counted((PURCHASE_PRICE, RATE, 1), (price, 2 * RATE, 1))
    with reverts("PastChanging", repurchaseDate=life.terms.repurchase_date, today=life.today):
        life.amend(rate=0)
    short("buyer", 0)
    at(3, 12)
    earned = interest((PURCHASE_PRICE, RATE, 1), (price, 2 * RATE, 1))
    closed = life.close()
    assert closed["failsCharge"] == cents(exact(price + earned, FAILS_RATE, 1))


def test_anyone_closes_what_failed(facility, life, records, short, intruder, at):
    """As soon as it can."""
    short("seller")
    at(1, 17)
    assert records(sender=intruder) == SELLER_FAILS
    short("seller", 0)
    closed = logged(facility.close(life.terms, (), NOBODY, b"", sender=intruder), "Closed")
    assert closed["paid"] == OWED
