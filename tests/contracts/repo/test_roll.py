"""`RepoFacility.roll`: every requirement in the order of the source, then the old closed and the
new open in one step."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from eth_utils import keccak

from settlement.model.policy import by_kind
from settlement.model.repo import Duration, Income, IncomeNotice, Method, Position
from settlement.onchain import repo_signing
from tests.contracts.live import NOBODY, logged, reverts
from tests.contracts.repo.conftest import NOTE
from tests.contracts.repo.life import (
    BUYER_FAILS,
    CENT,
    CLOSED,
    DOMAINS,
    NEVER,
    OPEN,
    Life,
    ambush,
    cents,
    default,
    elsewhere,
    enrich,
    exact,
    interest,
    lines_in,
    millions,
    refusing,
    supply,
)
from tests.contracts.repo.pen import (
    DAY,
    FAILS_RATE,
    HAIRCUT,
    INTEREST,
    PRICE,
    PURCHASE_PRICE,
    QUANTITY,
    RATE,
)

CANCELLED = 3


@pytest.fixture
def refuses(facility, watch):
    """`refuses(arguments of roll, "NotTheSameParties", ...)`: nothing happened, to either repo."""
    refuse_old = refusing(facility, "roll", watch)

    def refuse(call, error, **arguments):
        following = repo_signing.repo_id(call[1])
        before = facility.repoOf(following)
        refuse_old(call, error, **arguments)
        assert facility.repoOf(following) == before

    return refuse


@pytest.fixture
def life(facility, pen, terms):
    """Overnight, open."""
    return Life.opened(facility, pen, terms)


@pytest.fixture
def following(market, life, prices):
    """`following(rate=...)`: the terms of the next repo, a day from today, at a fresh price."""

    def write(**changes):
        if market.chain.now() > prices.quoteOf(life.terms.lines[0].security)[1]:
            market.board.post_price("T-2035", PRICE)
        dates = {"purchase_date": life.today, "repurchase_date": life.today + 1}
        changed = {**dates, "nonce": life.terms.nonce + 1_000, **changes}
        return replace(life.terms, **changed)

    return write


@pytest.fixture
def due(life, at):
    """The same on its repurchase date, and no second earlier."""
    at(1, 12)
    return life


# --- what is refused


def test_hostile_cash_rolls_nothing_while_it_moves(facility, pen, life, live, terms, following):
    data = facility.encode("roll", *life.rolled(following()))
    assert ambush(live, facility, pen, terms, data).name == "Locked"
    assert life.repo.state == OPEN


def test_into_itself_nothing_rolls(life, refuses):
    """On the day of its opening its own terms would do."""
    refuses(life.rolled(life.terms), "NothingChanges", repo=life.id)


def test_what_never_opened_does_not_roll(pen, terms, refuses):
    call = pen.rolling(Position(terms), replace(terms, nonce=77))
    refuses(call, "WrongState", repo=repo_signing.repo_id(terms), state=0)


def test_what_is_closed_does_not_roll(due, following, refuses):
    due.close()
    refuses(due.rolled(following()), "WrongState", repo=due.id, state=CLOSED)


def test_none_in_default(life, dealer, fund, following, refuses):
    netting_set = default(life, fund, dealer)
    refuses(life.rolled(following()), "SetInDefault", nettingSet=netting_set)


@pytest.mark.parametrize("days", [-1, 1])
def test_the_next_begins_today(due, following, refuses, days):
    """What was signed for another day is void."""
    day = due.today + days
    call = due.rolled(following(purchase_date=day, repurchase_date=day + 1))
    refuses(call, "NotThePurchaseDate", purchaseDate=day, today=due.today)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"repurchase_date": 1}, "DatesOutOfOrder"),
        ({"purchase_price": CENT + 1}, "BadPurchasePrice"),
        ({"purchase_price": 0}, "BadPurchasePrice"),
        ({"purchase_price": 1 << 96}, "BadPurchasePrice"),
        ({"rate": 10**9 + 1}, "BadRate"),
        ({"cut_off": DAY + 1}, "BadClock"),
    ],
)
def test_the_next_is_formed_as_any(due, following, refuses, changes, error):
    """All that an opening asks."""
    terms = following(**changes)
    arguments = {
        "DatesOutOfOrder": {"purchaseDate": due.today, "repurchaseDate": 1},
        "BadPurchasePrice": {"purchasePrice": terms.purchase_price},
        "BadRate": {"rate": terms.rate},
        "BadClock": {"utcOffset": terms.utc_offset, "cutOff": terms.cut_off},
    }
    refuses(due.rolled(terms), error, **arguments[error])


@pytest.mark.parametrize("side", ["seller", "buyer"])
def test_neither_side_is_exchanged(due, pen, following, market, broker, refuses, side):
    """Not even for another wallet that signs all of it."""
    pen.keys[broker.address] = broker.key
    terms = following(**{side: broker.address})
    refuses(due.rolled(terms), "NotTheSameParties", next=repo_signing.repo_id(terms))


def test_the_sides_do_not_change_places(due, following, refuses):
    terms = following(seller=due.terms.buyer, buyer=due.terms.seller)
    refuses(due.rolled(terms), "NotTheSameParties", next=repo_signing.repo_id(terms))


@pytest.mark.parametrize("field", ["cash", "agreement", "custody"])
def test_cash_agreement_and_custody_stay(due, pen, custody, market, following, refuses, field):
    """Another netting set, another place: that is a close and an opening."""
    other = {
        "cash": market.add_cash("EUR").address,
        "agreement": repo_signing.agreement_id(pen.agreement(basis=365)),
        "custody": custody.address,
    }
    terms = following(**{field: other[field]})
    refuses(due.rolled(terms), "NotTheSameParties", next=repo_signing.repo_id(terms))


def test_both_sides_must_sign_for_these_two(pen, due, dealer, fund, intruder, following, refuses):
    """The next repo's own signatures are not for a roll, nor a closing of the old one."""
    terms = following()
    position, _, by_seller, by_buyer = due.rolled(terms)
    other = repo_signing.repo_id(replace(terms, nonce=5))
    then = repo_signing.repo_id(terms)

    def wrong(who):
        return [
            b"",
            pen.by(who, terms),
            pen.closing(due.terms, who)[3],
            pen.sign(intruder, repo_signing.roll_hash(due.id, then, who.address)),
            pen.sign(who, repo_signing.roll_hash(due.id, other, who.address)),
            pen.sign(who, repo_signing.roll_hash(other, then, who.address)),
            pen.sign(who, repo_signing.roll_hash(then, due.id, who.address)),
        ]

    for signature in [*wrong(dealer), by_buyer]:
        refuses((position, terms, signature, by_buyer), "BadSignature", signer=dealer)
    for signature in [*wrong(fund), by_seller]:
        refuses((position, terms, by_seller, signature), "BadSignature", signer=fund)


def test_the_signatures_of_a_roll_open_nothing(facility, due, dealer, following):
    """The next repo does not come to be beside the old one."""
    _, terms, by_seller, by_buyer = due.rolled(following())
    with reverts("BadSignature", signer=dealer):
        facility.open(terms, by_seller, by_buyer)


@pytest.mark.parametrize("name", ["dealer", "fund"])
def test_a_suspended_side_does_not_roll(due, following, market, refuses, name):
    """Though nothing would move: a roll opens a repo. Its key may have been stolen."""
    market.onboarding.suspend(name, "key stolen")
    wallet = market.directory.party(name)
    capital = PURCHASE_PRICE + INTEREST
    more = (replace(due.terms.lines[0], quantity=QUANTITY + 2_000),)
    for terms in (following(), following(purchase_price=capital, lines=more)):
        refuses(due.rolled(terms), "WalletNotActive", wallet=wallet, status=2)


@pytest.mark.parametrize("domain", DOMAINS)
def test_a_roll_of_another_venue_is_none(pen, due, dealer, following, refuses, domain):
    pen.domain = elsewhere(pen, domain)
    refuses(due.rolled(following()), "BadSignature", signer=dealer)


def test_the_collateral_as_it_is_comes_with_it(pen, life, following, refuses, at):
    """None where it never changed, that of now where it did."""
    note = (pen.line("T-2035", QUANTITY + 1_000),)
    call = pen.rolling(replace(life.position, lines=life.terms.lines), following())
    refuses(call, "NotTheCollateral", repo=life.id)
    life.amend(lines=note)
    at(1, 12)
    terms = following(lines=note)
    for stale in ((), life.terms.lines):
        call = pen.rolling(Position(life.terms, stale), terms)
        refuses(call, "NotTheCollateral", repo=life.id)
    life.roll(terms)


def test_a_cancelled_repo_is_not_rolled_into(facility, pen, due, dealer, following, refuses):
    """Before it binds, one side takes its roll back by cancelling the next terms."""
    terms = following(binding_from=due.facility._market.chain.now() + DAY)
    facility.cancel(*pen.cancelling(terms, dealer))
    then = repo_signing.repo_id(terms)
    refuses(due.rolled(terms), "WrongState", repo=then, state=CANCELLED)


def test_an_open_repo_is_not_rolled_into(facility, pen, due, following, refuses):
    """Nor one that was."""
    small = {"lines": (pen.line("T-2035", 1_000_000),), "purchase_price": PURCHASE_PRICE // 10}
    terms = following(**small)
    other = Life.opened(facility, pen, terms)
    refuses(due.rolled(terms), "WrongState", repo=other.id, state=OPEN)
    other.roll(following(**small, nonce=7))
    refuses(due.rolled(terms), "WrongState", repo=other.id, state=CLOSED)


def test_the_next_is_by_the_latest_policy(due, market, following, refuses):
    market.board.adopt_policy(by_kind({NOTE: Decimal("0.02")}, Method.HAIRCUT))
    old = due.terms.policy_version
    call = due.rolled(following())
    refuses(call, "NotTheLatestPolicy", version=old, latest=old + 1)
    refuses(
        due.rolled(following(policy_version=old + 1)),
        "MarginNotAccepted",
        security=due.terms.lines[0].security,
        method=0,
        margin=HAIRCUT,
        least=2 * HAIRCUT,
    )


def test_the_next_needs_a_fresh_price(life, prices, security, following, market, refuses):
    terms = following()
    market.chain.advance_to(prices.quoteOf(security)[1] + DAY + 1)
    day = {"purchase_date": life.today, "repurchase_date": life.today + 1}
    call = life.rolled(replace(terms, **day))
    refuses(call, "PriceStale", security=security, age=DAY + 1, maximumAge=DAY)


def test_the_next_is_covered(due, following, refuses):
    """By its own collateral, to the cent."""
    refuses(
        due.rolled(following(purchase_price=PURCHASE_PRICE + CENT)),
        "NotEnoughCollateral",
        needed=PURCHASE_PRICE + CENT,
        available=PURCHASE_PRICE,
    )


def test_short_of_a_cent_of_the_difference_neither_happens(
    due, following, market, cash, dealer, fund, pen, refuses
):
    """The seller of the interest, the buyer of what it lends more; and the whole is not needed."""
    market.onboarding.freeze("dealer", "USD", cash.balanceOf(dealer) - INTEREST + CENT)
    short = {"needed": INTEREST, "available": INTEREST - CENT}
    refuses(due.rolled(following()), "InsufficientFreeBalance", asset=cash, account=dealer, **short)
    market.onboarding.freeze("dealer", "USD", 0)
    more = following(
        lines=(pen.line("T-2035", QUANTITY + 1_000_000),),
        purchase_price=PURCHASE_PRICE + INTEREST + 10 * CENT,
    )
    market.onboarding.freeze("fund", "USD", cash.balanceOf(fund) - 9 * CENT)
    short = {"needed": 10 * CENT, "available": 9 * CENT}
    refuses(due.rolled(more), "InsufficientFreeBalance", asset=cash, account=fund, **short)


def test_short_of_collateral_neither_happens(
    due, pen, following, security, dealer, fund, market, refuses
):
    """The seller of what is new, the buyer of what goes back."""
    more = following(lines=(pen.line("T-2035", QUANTITY + 2_001_000),))
    short = {"needed": 2_001_000, "available": 2_000_000}
    refuses(due.rolled(more), "InsufficientFreeBalance", asset=security, account=dealer, **short)
    market.onboarding.freeze("fund", "T-2035", QUANTITY - 4_000_000)
    less = following(
        lines=(pen.line("T-2035", 5_000_000),), purchase_price=PURCHASE_PRICE // 2 // CENT * CENT
    )
    short = {"needed": 5_000_000, "available": 4_000_000}
    refuses(due.rolled(less), "InsufficientFreeBalance", asset=security, account=fund, **short)


def test_it_rolls_once(facility, due, following, refuses):
    call = due.rolled(following())
    facility.roll(*call)
    refuses(call, "WrongState", repo=due.id, state=CLOSED)


def test_paused_cash_waits_where_it_must_move(due, following, market, cash, refuses):
    market.onboarding.pause("USD", "halt")
    refuses(due.rolled(following()), "AssetPaused", asset=cash)


# --- what it does


def test_one_closes_and_one_opens(facility, pen, due, dealer, fund, intruder, following, watch):
    """The interest is paid and nothing else moves; anyone brings it."""
    terms = following(rate=RATE + 1)
    pair = pen.pair(dealer, fund)
    netting_set = pen.netting_set(pair)
    moved = watch()
    events = facility.roll(*due.rolled(terms), sender=intruder)
    then = repo_signing.repo_id(terms)
    assert [event.name for event in events] == ["Closed", "Opened", "Rolled", "Transfer"]
    assert logged(events, "Closed") == {
        "repo": due.id,
        "date": due.today,
        "priceDifferential": INTEREST,
        "failsCharge": 0,
        "paid": PURCHASE_PRICE + INTEREST,
    }
    opened = logged(events, "Opened")
    assert opened["repo"] == then
    assert lines_in(opened["terms"][-1]) == terms.lines
    assert logged(events, "Rolled") == {"repo": due.id, "next": then, "paid": INTEREST}
    assert moved() == {"dealer": {"USD": -INTEREST}, "fund": {"USD": INTEREST}}
    assert due.repo.state == CLOSED
    following_day = terms.repurchase_date
    assert facility.repoOf(then) == (
        OPEN,
        False,
        due.today,
        following_day,
        PURCHASE_PRICE,
        0,
        RATE + 1,
    )
    assert facility.setOf(netting_set)[0] == 1


def test_it_answers_with_the_next_id(facility, due, following):
    terms = following()
    answer = facility.reader("roll")(*due.rolled(terms))
    assert answer == repo_signing.repo_id(terms)


def test_roll_paid_to_the_cent(facility, pen, terms, market, watch, at):
    """9,974,250.00 at 0.4% for three days and three more: 332.48 at the roll, 332.48 at the end."""
    first = replace(terms, rate=4_000_000, repurchase_date=terms.purchase_date + 3)
    life = Life.opened(facility, pen, first)
    at(3, 12)
    market.board.post_price("T-2035", PRICE)
    moved = watch()
    again = replace(
        first, purchase_date=life.today, repurchase_date=life.today + 3, nonce=first.nonce + 50
    )
    second, _ = life.roll(again)
    paid = millions("332.48")
    assert moved() == {"dealer": {"USD": -paid}, "fund": {"USD": paid}}
    at(6, 12)
    assert second.close()["priceDifferential"] == paid


def test_roll_capitalised_to_the_cent(facility, pen, terms, market, watch, at):
    """50,000,000.00 at 5.25% for 30 days and 30 more: nothing at the roll, then 219,707.03."""
    enrich(market)
    price = millions("50000000.00")
    first = replace(
        terms,
        rate=52_500_000,
        purchase_price=price,
        repurchase_date=terms.purchase_date + 30,
        lines=(pen.line("T-2035", 51_000_000),),
    )
    life = Life.opened(facility, pen, first)
    at(30, 12)
    market.board.post_price("T-2035", PRICE)
    capital = price + millions("218750.00")
    moved = watch()
    second, events = life.roll(
        replace(
            first,
            purchase_date=life.today,
            repurchase_date=life.today + 30,
            purchase_price=capital,
            nonce=first.nonce + 50,
        )
    )
    assert [event.name for event in events] == ["Closed", "Opened", "Rolled"]
    assert logged(events, "Rolled")["paid"] == 0
    assert moved() == {}
    at(60, 12)
    closed = second.close()
    assert closed["priceDifferential"] == millions("219707.03")
    assert closed["paid"] == capital + millions("219707.03")


def test_only_differences_move(due, pen, following, market, watch):
    """Other collateral, and more cash than the interest."""
    supply(market, "T-2036", 3_000_000)
    terms = following(
        lines=pen.lines(pen.line("T-2035", 8_000_000), pen.line("T-2036", 2_500_000)),
        purchase_price=PURCHASE_PRICE + 100_000_000_000,
    )
    moved = watch()
    second, events = due.roll(terms)
    lent = 100_000_000_000 - INTEREST
    assert logged(events, "Rolled")["paid"] == -lent
    assert moved() == {
        "dealer": {"T-2035": 2_000_000, "T-2036": -2_500_000, "USD": lent},
        "fund": {"T-2035": -2_000_000, "T-2036": 2_500_000, "USD": -lent},
    }
    assert second.repo.purchase_price == terms.purchase_price


def test_a_rolled_repo_is_over(facility, pen, due, dealer, following, at):
    """Nobody closes it again, on the next day either; the next one closes with its own terms."""
    second, _ = due.roll(following())
    at(2, 18)
    with reverts("WrongState", repo=due.id, state=CLOSED):
        facility.close(*pen.closing(due.terms, dealer))
    with reverts("WrongState", repo=due.id, state=CLOSED):
        facility.close(due.terms, (), NOBODY, b"")
    assert second.close()["priceDifferential"] == INTEREST


def test_from_roll_to_roll_on_one_day(due, following, watch):
    """Each starts at nothing; what the last one says counts."""
    moved = watch()
    second, _ = due.roll(following())
    third, _ = second.roll(following(nonce=8, purchase_price=PURCHASE_PRICE - CENT))
    fourth, events = third.roll(following(nonce=9))
    assert logged(events, "Closed")["priceDifferential"] == 0
    assert moved() == {"dealer": {"USD": -INTEREST}, "fund": {"USD": INTEREST}}
    assert fourth.repo.state == OPEN


@pytest.mark.parametrize(("days", "earned"), [(0, 0), (2, 2)])
def test_together_the_sides_roll_before_the_date(
    facility, pen, terms, market, watch, at, days, earned
):
    """With the interest of the days that it ran."""
    week = Life.opened(facility, pen, replace(terms, repurchase_date=terms.purchase_date + 7))
    at(days, 13)
    market.board.post_price("T-2035", PRICE)
    moved = watch()
    week.roll(replace(terms, purchase_date=week.today, repurchase_date=week.today + 1, nonce=9))
    paid = interest((PURCHASE_PRICE, RATE, earned))
    assert moved() == ({"dealer": {"USD": -paid}, "fund": {"USD": paid}} if paid else {})


def test_an_open_ended_repo_rolls_without_notice(facility, pen, terms, market, at):
    endless = replace(terms, duration=Duration.OPEN_ENDED.value, repurchase_date=0)
    life = Life.opened(facility, pen, endless)
    at(3, 12)
    market.board.post_price("T-2035", PRICE)
    second, events = life.roll(replace(endless, purchase_date=life.today, nonce=9))
    assert logged(events, "Rolled")["paid"] == interest((PURCHASE_PRICE, RATE, 3))
    assert second.repo.repurchase_date == NEVER


@pytest.mark.parametrize("late_rate", [0, 80_000_000])
def test_a_late_roll_bears_what_a_late_closing_would(facility, pen, terms, market, at, late_rate):
    """The late rate from the repurchase date on."""
    strict = pen.agreement(late_rate=late_rate)
    agreed = replace(terms, agreement=repo_signing.agreement_id(strict))
    life = Life.opened(facility, pen, agreed)
    at(4, 12)
    market.board.post_price("T-2035", PRICE)
    again = replace(
        agreed, purchase_date=life.today, repurchase_date=life.today + 1, nonce=agreed.nonce + 50
    )
    _, events = life.roll(again)
    expected = interest((PURCHASE_PRICE, RATE, 1), (PURCHASE_PRICE, late_rate or RATE, 3))
    assert logged(events, "Rolled")["paid"] == expected


def test_a_failing_buyer_rolls_with_its_charge(life, pen, following, market, watch, at):
    """It lacks the collateral, which stays where it is: no interest, and the charge is deducted."""
    market.onboarding.freeze("fund", "T-2035", 1_000)
    at(1, 17)
    assert life.fail(pen.agreement())["failing"] == BUYER_FAILS
    at(3, 12)
    moved = watch()
    _, events = life.roll(following())
    owed = PURCHASE_PRICE + INTEREST
    charge = cents(exact(owed, FAILS_RATE, 2))
    closed = logged(events, "Closed")
    assert (closed["priceDifferential"], closed["failsCharge"]) == (INTEREST, charge)
    gained = charge - INTEREST
    assert moved() == {"dealer": {"USD": gained}, "fund": {"USD": -gained}}


def test_minutes_roll_into_a_night(facility, pen, terms, watch, at):
    """An intraday repo of 185 minutes and a started one, then overnight."""
    day = replace(terms, duration=Duration.INTRADAY.value, repurchase_date=terms.purchase_date)
    at(0, 10)
    life = Life.opened(facility, pen, day)
    opened_at = life.repo.accrues_from
    facility._market.chain.advance_to(opened_at + 185 * 60 + 1)
    moved = watch()
    night, _ = life.roll(replace(terms, nonce=9))
    paid = cents(exact(PURCHASE_PRICE, RATE, 186) / 1_440)
    assert moved() == {"dealer": {"USD": -paid}, "fund": {"USD": paid}}
    at(1, 12)
    assert night.close()["priceDifferential"] == INTEREST


def test_minutes_that_became_a_night_roll_as_one(facility, pen, terms, market, at):
    """And a night rolls into minutes."""
    day = replace(terms, duration=Duration.INTRADAY.value, repurchase_date=terms.purchase_date)
    at(0, 10)
    life = Life.opened(facility, pen, day)
    at(1, 12)
    market.board.post_price("T-2035", PRICE)
    again = replace(day, purchase_date=life.today, repurchase_date=life.today, nonce=9)
    second, events = life.roll(again)
    assert logged(events, "Rolled")["paid"] == INTEREST
    at(1, 12, 1)
    assert second.close()["priceDifferential"] == cents(exact(PURCHASE_PRICE, RATE, 1) / 1_440)


def test_an_amended_repo_rolls_with_all_it_earned(life, pen, following, at):
    """And its changes stay behind."""
    life.amend(rate=-RATE)
    at(1, 12)
    second, events = life.roll(following())
    assert logged(events, "Rolled")["paid"] == -INTEREST
    assert second.change == (bytes(32), 0, 0, 0, 0, 0, 0)


def test_in_custody_the_collateral_changes_its_repo(
    facility, custody, pen, terms, security, market, watch, at
):
    """Held for the old one, then for the next; what did not differ never moved."""
    life = Life.opened(facility, pen, replace(terms, custody=custody.address))
    at(1, 12)
    market.board.post_price("T-2035", PRICE)
    again = replace(
        life.terms,
        purchase_date=life.today,
        repurchase_date=life.today + 1,
        nonce=9,
        lines=(pen.line("T-2035", QUANTITY + 2_000),),
        purchase_price=PURCHASE_PRICE,
    )
    moved = watch()
    second, events = life.roll(again)
    assert [event.name for event in events] == [
        "Closed",
        "Opened",
        "Rolled",
        "Released",
        "Held",
        "Transfer",
        "Transfer",
    ]
    assert moved() == {"dealer": {"T-2035": -2_000, "USD": -INTEREST}, "fund": {"USD": INTEREST}}
    held = [custody.heldFor(each.id, security) for each in (life, second)]
    assert held == [0, QUANTITY + 2_000]
    assert custody.heldInAll(security) == security.balanceOf(custody) == QUANTITY + 2_000


def test_income_of_the_old_one_is_paid_after_the_roll(facility, due, following, watch, at):
    """It stays with the id under which it was acknowledged, and is paid once."""
    security = due.terms.lines[0].security
    coupon = IncomeNotice(security, due.today, due.today + 1, millions("212500.00"))
    due.acknowledge(coupon)
    second, _ = due.roll(following())
    assert second.change.income_due == 0
    at(2, 9)
    moved = watch()
    facility.payIncome(due.terms, coupon)
    assert moved() == {"dealer": {"USD": coupon.amount}, "fund": {"USD": -coupon.amount}}
    for terms in (due.terms, second.terms):
        unknown = {"security": security, "recordDate": coupon.record_date}
        with reverts("NoIncomeDue", repo=repo_signing.repo_id(terms), **unknown):
            facility.payIncome(terms, coupon)


def test_a_set_rolls_one_of_its_repos_and_keeps_their_number(
    facility, pen, life, dealer, fund, following, at
):
    other = Life.opened(
        facility,
        pen,
        following(lines=(pen.line("T-2035", 1_000_000),), purchase_price=PURCHASE_PRICE // 10),
    )
    netting_set = pen.netting_set(pen.pair(fund, dealer))
    assert facility.setOf(netting_set)[0] == 2
    at(1, 12)
    second, _ = life.roll(following(nonce=9))
    assert facility.setOf(netting_set)[0] == 2
    for each, left in ((other, 1), (second, 0)):
        at(2, 12)
        each.close()
        assert facility.setOf(netting_set)[0] == left


def test_the_nonce_is_any_number(due, following):
    """Down to the one that the old repo has."""
    second, _ = due.roll(following(nonce=due.terms.nonce))
    third, _ = second.roll(following(nonce=int.from_bytes(keccak(text="any"), "big")))
    assert third.repo.state == OPEN


def test_a_buy_sell_back_rolls_into_a_classic_repo(due, following):
    """What income becomes is no part of the parties, cash, agreement or custody."""
    second, _ = due.roll(following(income=Income.IN_THE_PRICE.value))
    assert second.repo.state == OPEN
