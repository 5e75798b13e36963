"""`RepoFacility.amend`: every requirement in the order of the source, then re-rate, reprice,
adjustment and several of these at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from settlement.chain.base import Reverted
from settlement.model.identifiers import demonstration_lei
from settlement.model.policy import Rule, by_kind
from settlement.model.repo import Amendment, Duration, Income, IncomeNotice, Method, Position
from settlement.onchain import repo_signing
from tests.contracts.live import decoded, logged, reverts
from tests.contracts.repo.conftest import NOTE
from tests.contracts.repo.life import (
    CENT,
    CLOSED,
    DOMAINS,
    Change,
    Life,
    ambush,
    counted,
    default,
    dirtied,
    elsewhere,
    enrich,
    interest,
    lines_in,
    millions,
    refusing,
    supply,
)
from tests.contracts.repo.pen import DAY, HAIRCUT, PRICE, PURCHASE_PRICE, QUANTITY, RATE

ONE = 10**9
LESS = PURCHASE_PRICE - 1_000_000_000_000


@pytest.fixture
def refuses(facility, watch):
    """`refuses(arguments of amend, "NotTheDay", ...)`: and nothing happened."""
    return refusing(facility, "amend", watch)


@pytest.fixture
def week(terms):
    """Seven days."""
    return replace(terms, repurchase_date=terms.purchase_date + 7)


@pytest.fixture
def life(facility, pen, week):
    """The same, open."""
    return Life.opened(facility, pen, week)


# --- what is refused


def test_hostile_cash_amends_nothing_while_it_moves(facility, pen, life, live, terms):
    for changes in ({"rate": RATE + 1}, {"purchase_price": LESS}):
        data = facility.encode("amend", *life.amended(**changes))
        assert ambush(live, facility, pen, terms, data).name == "Locked"
        terms = replace(terms, nonce=terms.nonce + 1, cut_off=0)
    assert life.repo.purchase_price == PURCHASE_PRICE


def test_what_never_opened_is_not_amended(pen, week, refuses):
    amendment = Amendment(week.purchase_date, PURCHASE_PRICE, RATE + 1)
    call = pen.amending(Position(week), amendment)
    refuses(call, "WrongState", repo=repo_signing.repo_id(week), state=0)


def test_what_is_closed_is_not_amended(facility, pen, terms, refuses, at):
    life = Life.opened(facility, pen, terms)
    at(1, 12)
    life.close()
    refuses(life.amended(rate=RATE + 1), "WrongState", repo=life.id, state=CLOSED)


@pytest.mark.parametrize("days", [7, 8])
def test_none_from_the_repurchase_date_on(life, refuses, at, days):
    at(days, 12)
    due = life.terms.repurchase_date
    refuses(life.amended(rate=0), "PastChanging", repurchaseDate=due, today=life.today)


def test_none_from_the_date_of_a_notice_on(facility, pen, week, dealer, refuses, at):
    life = Life.opened(facility, pen, replace(week, may_terminate=True))
    life.notice(dealer, life.today + 2)
    due = life.today + 2
    at(1, 23, 59, 59)
    life.amend(rate=RATE + 1)
    at(2, 0)
    refuses(life.amended(rate=RATE), "PastChanging", repurchaseDate=due, today=due)


def test_none_in_default(life, dealer, fund, refuses):
    netting_set = default(life, fund, dealer)
    refuses(life.amended(rate=RATE + 1), "SetInDefault", nettingSet=netting_set)


def test_an_intraday_repo_stands_as_it_is(facility, pen, terms, refuses, at):
    """On its day; on the next it is due."""
    day = replace(terms, duration=Duration.INTRADAY.value, repurchase_date=terms.purchase_date)
    life = Life.opened(facility, pen, day)
    at(0, 12)
    refuses(life.amended(rate=RATE + 1), "IntradayStands", repo=life.id)
    refuses(life.amended(purchase_price=LESS), "IntradayStands", repo=life.id)
    at(1, 0)
    dates = {"repurchaseDate": day.purchase_date, "today": day.purchase_date + 1}
    refuses(life.amended(rate=RATE + 1), "PastChanging", **dates)


@pytest.mark.parametrize("days", [-1, 1])
def test_it_is_for_today_only(life, refuses, at, days):
    """What was signed for yesterday is void, what is for tomorrow waits."""
    at(2, 12)
    date = life.today + days
    refuses(life.amended(date=date, rate=0), "NotTheDay", date=date, today=life.today)


def test_what_waited_a_day_is_void(facility, life, refuses, at):
    at(2, 23, 59, 59)
    signed = life.amended(rate=0)
    at(3, 0)
    refuses(signed, "NotTheDay", date=life.today - 1, today=life.today)


def test_the_collateral_as_it_is_comes_with_it(facility, pen, life, dealer, refuses):
    """None where it never changed, and that of now where it did; signed or not."""
    for lines in (life.terms.lines, (pen.line("T-2035", 1_000),)):
        call = pen.amending(replace(life.position, lines=lines), life.amendment(rate=0))
        refuses(call, "NotTheCollateral", repo=life.id)
    life.amend(lines=(pen.line("T-2035", QUANTITY + 1_000),))
    for lines in ((), life.terms.lines):
        call = pen.amending(replace(life.position, lines=lines), life.amendment(rate=0), 2)
        refuses(call, "NotTheCollateral", repo=life.id)
    life.amend(rate=0)


def test_it_changes_something(life, pen, refuses):
    """The same figures again are no amendment, with the same collateral neither."""
    refuses(life.amended(), "NothingChanges", repo=life.id)
    refuses(life.amended(lines=life.terms.lines), "NothingChanges", repo=life.id)
    life.amend(lines=(pen.line("T-2035", QUANTITY + 1_000),))
    refuses(life.amended(), "NothingChanges", repo=life.id)
    refuses(life.amended(lines=life.lines), "NothingChanges", repo=life.id)


@pytest.mark.parametrize("price", [0, PURCHASE_PRICE - 1, LESS + CENT - 1, 1, 1 << 96, 1 << 255])
def test_a_price_is_whole_cents_and_fits(life, refuses, price):
    refuses(life.amended(purchase_price=price), "BadPurchasePrice", purchasePrice=price)


@pytest.mark.parametrize("rate", [ONE + 1, -ONE - 1, (1 << 63) - 1, -(1 << 63)])
def test_a_rate_is_at_most_all_of_it(life, refuses, rate):
    refuses(life.amended(rate=rate), "BadRate", rate=rate)


def test_no_more_is_lent_than_the_collateral_carries(life, refuses):
    """By a cent."""
    refuses(
        life.amended(purchase_price=PURCHASE_PRICE + CENT),
        "NotEnoughCollateral",
        needed=PURCHASE_PRICE + CENT,
        available=PURCHASE_PRICE,
    )


def test_no_less_secures_it_than_the_cash_needs(life, pen, refuses):
    """By a piece."""
    refuses(
        life.amended(lines=(pen.line("T-2035", QUANTITY - 1_000),)),
        "NotEnoughCollateral",
        needed=PURCHASE_PRICE,
        available=millions("9973252.58"),
    )


@pytest.mark.parametrize("field", ["purchase_price", "lines"])
def test_new_values_need_a_fresh_price(life, pen, refuses, prices, market, security, field):
    """To the second."""
    values = {"purchase_price": LESS, "lines": (pen.line("T-2035", QUANTITY + 1_000),)}
    changes = {field: values[field]}
    observed = prices.quoteOf(security)[1]
    market.chain.advance_to(observed + DAY + 1)
    stale = {"age": DAY + 1, "maximumAge": DAY}
    refuses(life.amended(**changes), "PriceStale", security=security, **stale)
    assert not market.board.post_price("T-2035", PRICE * 2)
    refuses(life.amended(**changes), "PricePending", security=security)
    market.board.confirm_price("T-2035", PRICE * 2)
    life.amend(**changes)


def test_new_collateral_needs_any_price(life, pen, market, refuses):
    supply(market, "T-2036", 1_000, price=0)
    lines = pen.lines(*life.terms.lines, pen.line("T-2036", 1_000))
    missing = market.directory.security("T-2036")
    refuses(life.amended(lines=lines), "PriceMissing", security=missing)


def test_new_collateral_is_eligible_under_the_policy_of_the_repo(life, pen, market, refuses):
    """A version that came later takes nothing, and is not asked; the one of the repo refuses less
    than its least haircut, and more of one security than its limit."""
    market.board.adopt_policy([])
    refuses(
        life.amended(lines=(pen.line("T-2035", QUANTITY + 1_000_000, HAIRCUT - 1),)),
        "MarginNotAccepted",
        security=market.directory.security("T-2035"),
        method=0,
        margin=HAIRCUT - 1,
        least=HAIRCUT,
    )
    life.amend(lines=(pen.line("T-2035", QUANTITY + 1_000_000),))


def test_what_stands_is_not_asked_again_whether_it_may(facility, pen, market, terms):
    """Days pass, an issuer is no longer listed: a repayment in part changes no basket."""
    day, one = market.today(), Decimal("0.01")
    supply(market, "T-2036", QUANTITY, maturity=day + timedelta(days=92))
    rules = [
        Rule(NOTE, Method.HAIRCUT, one, longest_maturity=90, issuers=(demonstration_lei("city"),)),
        Rule(NOTE, Method.HAIRCUT, one),
    ]
    version = market.board.adopt_policy(rules)
    line = pen.line("T-2036", QUANTITY)
    week = replace(
        terms, policy_version=version, repurchase_date=terms.purchase_date + 7, lines=(line,)
    )
    life = Life.opened(facility, pen, week)
    market.chain.advance_to(market.chain.now() + 3 * DAY)
    market.board.post_price("T-2036", PRICE)
    life.amend(purchase_price=PURCHASE_PRICE // 2 // 10_000 * 10_000)
    assert life.repo.purchase_price == PURCHASE_PRICE // 2 // 10_000 * 10_000


def test_what_stands_carries_the_new_price(life, market, refuses):
    more = PURCHASE_PRICE + 10_000
    figures = {"needed": more, "available": PURCHASE_PRICE}
    refuses(life.amended(purchase_price=more), "NotEnoughCollateral", **figures)


def test_a_re_rate_signed_before_income_lowered_the_price_is_void(facility, pen, week, market, at):
    """It names the old price: used afterwards it would lend the income back."""
    priced = replace(week, income=Income.IN_THE_PRICE.value, nonce=61)
    life = Life.opened(facility, pen, priced)
    start = priced.purchase_date
    income = IncomeNotice(priced.lines[0].security, start + 2, start + 3, 212_500_000_000)
    life.acknowledge(income)
    at(3, 12)
    market.board.post_price("T-2035", PRICE)
    signed = life.amended(rate=RATE + 1_000)
    facility.payIncome(priced, income)
    with reverts("BadSignature", signer=priced.seller):
        facility.amend(*signed)


def test_an_amended_basket_is_not_concentrated(facility, pen, market, terms, refuses):
    market.board.adopt_policy(
        by_kind({NOTE: Decimal("0.01")}, Method.HAIRCUT, concentration=Decimal("0.5"))
    )
    supply(market, "T-2036", 6_000_000)
    half = PURCHASE_PRICE // 10
    lines = pen.lines(pen.line("T-2035", 1_000_000), pen.line("T-2036", 1_000_000))
    latest = market.deployment.policy.read(market.chain, "latest")
    spread = replace(
        terms,
        repurchase_date=terms.purchase_date + 7,
        lines=lines,
        purchase_price=half,
        policy_version=latest,
    )
    life = Life.opened(facility, pen, spread)
    market.board.adopt_policy(by_kind({NOTE: Decimal("0.01")}, Method.HAIRCUT))
    more = pen.lines(pen.line("T-2035", 1_001_000), pen.line("T-2036", 1_000_000))
    refuses(
        life.amended(lines=more),
        "OverConcentrated",
        issuer=market.directory.security("T-2035").issuer.encode(),
        share=500_249_876,
        limit=500_000_000,
    )


def test_both_sides_must_sign_it_for_its_place(pen, life, dealer, fund, intruder, refuses):
    """Each for itself; not for another day, rate, price, collateral, number or repo."""
    position, amendment, by_seller, by_buyer = life.amended(rate=RATE + 1)

    def by(who, *, repo=life.id, number=1, **changes):
        changed = replace(amendment, **changes)
        return pen.sign(who, repo_signing.amendment_hash(repo, number, changed, who.address))

    def wrong(who):
        return [
            b"",
            by(intruder),
            by(who, date=amendment.date + 1),
            by(who, rate=RATE + 2),
            by(who, purchase_price=LESS),
            by(who, lines=life.terms.lines),
            by(who, number=0),
            by(who, number=2),
            by(who, repo=repo_signing.repo_id(replace(life.terms, nonce=99))),
            pen.by(who, life.terms),
        ]

    for signature in [*wrong(dealer), by_buyer]:
        refuses((position, amendment, signature, by_buyer), "BadSignature", signer=dealer)
    for signature in [*wrong(fund), by_seller]:
        refuses((position, amendment, by_seller, signature), "BadSignature", signer=fund)
    refuses((position, amendment, by_buyer, by_seller), "BadSignature", signer=dealer)


@pytest.mark.parametrize("name", ["dealer", "fund"])
def test_a_suspended_side_amends_nothing(life, market, refuses, name):
    """A re-rate moves nothing, and yet what its stolen key signs must not bind it."""
    market.onboarding.suspend(name, "key stolen")
    wallet = market.directory.party(name)
    refuses(life.amended(rate=ONE), "WalletNotActive", wallet=wallet, status=2)
    market.onboarding.reinstate(name, "cleared")
    life.amend(rate=ONE)


@pytest.mark.parametrize("domain", DOMAINS)
def test_an_amendment_of_another_venue_is_none(pen, life, dealer, refuses, domain):
    pen.domain = elsewhere(pen, domain)
    refuses(life.amended(rate=0), "BadSignature", signer=dealer)


def test_each_is_used_once_and_in_its_place(facility, life, dealer, refuses):
    """Back and forth on one day, and nobody brings an older one again."""
    first = life.amended(rate=RATE + 1)
    second = life.pen.amending(life.position, life.amendment(rate=RATE + 2), 2)
    refuses(second, "BadSignature", signer=dealer)
    facility.amend(*first)
    refuses(first, "NothingChanges", repo=life.id)
    facility.amend(*second)
    refuses(first, "BadSignature", signer=dealer)
    refuses(second, "NothingChanges", repo=life.id)
    assert (life.repo.rate, life.repo.number) == (RATE + 2, 2)


def test_terms_of_another_facility_are_not_open_here(pen, life, refuses):
    """Nor any terms but those that were opened."""
    for field, value in (("policy_version", 9), ("custody", life.terms.cash), ("nonce", 99)):
        other = Position(replace(life.terms, **{field: value}))
        call = pen.amending(other, life.amendment(rate=0))
        refuses(call, "WrongState", repo=repo_signing.repo_id(other.terms), state=0)


def test_short_of_cash_nothing_changes(life, fund, dealer, cash, market, pen, refuses):
    """The lender's for more, the borrower's for less."""
    short = {"needed": 1_000_000_000_000, "available": 1_000_000_000_000 - CENT}
    market.board.post_price("T-2035", PRICE * 11 // 10 + 5_000_000)
    free = cash.balanceOf(fund) - short["available"]
    market.onboarding.freeze("fund", "USD", free)
    call = life.amended(purchase_price=PURCHASE_PRICE + short["needed"])
    refuses(call, "InsufficientFreeBalance", asset=cash, account=fund, **short)
    market.onboarding.freeze("dealer", "USD", cash.balanceOf(dealer) - short["available"])
    call = life.amended(purchase_price=LESS)
    refuses(call, "InsufficientFreeBalance", asset=cash, account=dealer, **short)


def test_short_of_collateral_nothing_changes(life, pen, dealer, fund, security, market, refuses):
    """The seller of what it adds, the buyer of what it returns, and no cash moves either."""
    more = life.amended(lines=(pen.line("T-2035", QUANTITY + 2_001_000),))
    short = {"needed": 2_001_000, "available": 2_000_000}
    refuses(more, "InsufficientFreeBalance", asset=security, account=dealer, **short)
    market.onboarding.freeze("fund", "T-2035", QUANTITY - 999_000)
    less = life.amended(lines=(pen.line("T-2035", QUANTITY - 1_003_000),), purchase_price=LESS // 2)
    short = {"needed": 1_003_000, "available": 999_000}
    refuses(less, "InsufficientFreeBalance", asset=security, account=fund, **short)


def test_whole_pieces_only(life, pen, security, refuses):
    refuses(
        life.amended(lines=(pen.line("T-2035", QUANTITY + 1),)),
        "NotDenominated",
        asset=security,
        quantity=1,
        denomination=1_000,
    )


@pytest.mark.parametrize(("word", "value"), [(0, 1 << 32), (2, 1 << 63), (2, 1 << 64)])
def test_a_word_wider_than_its_type_is_refused(facility, life, word, value):
    """Signed and logged as it stands, no reader could decode the event."""
    data = facility.encode("amend", *life.amended(rate=RATE + 1))
    start = int.from_bytes(data[4 + 32 : 4 + 64], "big") // 32
    with pytest.raises(Reverted) as refusal:
        facility.call(dirtied(data, start + word, value))
    assert decoded(refusal.value.data).name == "Silent"


# --- what it does


def test_a_re_rate_moves_nothing_and_needs_no_price(facility, life, watch, intruder, at):
    """The vector accrual-rerate has the figures; here is what is written, whoever brings it."""
    at(3, 12)
    moved = watch()
    call = life.amended(rate=-RATE)
    events = facility.amend(*call, sender=intruder)
    accrued = counted((PURCHASE_PRICE, RATE, 3))
    assert [event.name for event in events] == ["Amended"]
    amended = dict(logged(events, "Amended"))
    assert lines_in(amended.pop("lines")) == life.terms.lines
    assert amended == {
        "repo": life.id,
        "number": 1,
        "date": life.today,
        "purchasePrice": PURCHASE_PRICE,
        "rate": -RATE,
        "accrued": accrued,
    }
    assert moved() == {}
    due = life.terms.repurchase_date
    assert life.repo == (1, True, life.today, due, PURCHASE_PRICE, 1, -RATE)
    assert life.change == Change(bytes(32), accrued, 0, 0, 0, 0, 0)


def test_accrual_rerate_to_the_cent(facility, pen, week, market, at):
    """25,000,000.00 at 4.31% for three days, then at 4.55% for four: 21,618.06."""
    enrich(market)
    price = millions("25000000.00")
    terms = replace(
        week, purchase_price=price, rate=43_100_000, lines=(pen.line("T-2035", 26_000_000),)
    )
    life = Life.opened(facility, pen, terms)
    at(3, 12)
    life.amend(rate=45_500_000)
    at(6, 12)
    foretold = facility.repurchasePriceOn(terms, terms.repurchase_date)
    at(7, 11)
    closed = life.close()
    assert closed["priceDifferential"] == millions("21618.06")
    assert tuple(foretold) == (closed["priceDifferential"], 0, closed["paid"])
    assert interest((price, 43_100_000, 3), (price, 45_500_000, 4)) == millions("21618.06")


def test_accrual_reprice_gbp_to_the_cent(facility, pen, terms, market, watch, at):
    """10,000,000.00 at 4.75% for 12 days, then 9,825,000.00 for nine, over 365: 27,123.80."""
    market.add_cash("GBP")
    market.onboarding.issue_cash("fund", "GBP", Decimal("10000000.00"))
    market.onboarding.issue_cash("dealer", "GBP", Decimal("100000.00"))
    sterling = pen.agreement(basis=365)
    first, second = millions("10000000.00"), millions("9825000.00")
    terms = replace(
        terms,
        agreement=repo_signing.agreement_id(sterling),
        cash=market.directory.cash("GBP").address,
        purchase_price=first,
        rate=47_500_000,
        repurchase_date=terms.purchase_date + 21,
        lines=(pen.line("T-2035", 10_200_000),),
    )
    life = Life.opened(facility, pen, terms)
    at(12, 12)
    market.board.post_price("T-2035", PRICE)
    moved = watch()
    life.amend(purchase_price=second)
    back = first - second
    assert moved() == {"dealer": {"GBP": -back}, "fund": {"GBP": back}}
    at(21, 12)
    market.onboarding.issue_cash("dealer", "GBP", Decimal("100000.00"))
    closed = life.close()
    assert closed["priceDifferential"] == millions("27123.80")
    assert closed["paid"] == second + millions("27123.80")


def test_reprice_lower_to_the_cent(facility, pen, week, market, watch, refuses):
    """20,000,000 at 0.98 less 2% carry 19,208,000.00; of 19,500,000.00 the seller pays 292,000.00
    back, and not a cent less."""
    enrich(market)
    market.board.post_price("T-2035", 100_000_000)
    terms = replace(
        week,
        purchase_price=millions("19500000.00"),
        lines=(pen.line("T-2035", 20_000_000, 20_000_000),),
    )
    life = Life.opened(facility, pen, terms)
    market.chain.advance_to(market.chain.now() + 60)
    market.board.post_price("T-2035", 98_000_000)
    price = millions("19208000.00")
    refuses(
        life.amended(purchase_price=price + CENT),
        "NotEnoughCollateral",
        needed=price + CENT,
        available=price,
    )
    moved = watch()
    events = life.amend(purchase_price=price)
    assert [event.name for event in events] == ["Amended", "Transfer"]
    back = millions("292000.00")
    assert moved() == {"dealer": {"USD": -back}, "fund": {"USD": back}}


def test_repriced_higher_the_buyer_lends_more(facility, pen, life, market, watch, at):
    """And bears interest on the more from that day."""
    at(2, 12)
    market.board.post_price("T-2035", PRICE + 10_000_000)
    price = PURCHASE_PRICE + 990_000_000_000
    moved = watch()
    life.amend(purchase_price=price)
    assert moved() == {"dealer": {"USD": 990_000_000_000}, "fund": {"USD": -990_000_000_000}}
    at(7, 12)
    paid = life.close()
    expected = interest((PURCHASE_PRICE, RATE, 2), (price, RATE, 5))
    assert (paid["priceDifferential"], paid["paid"]) == (expected, price + expected)


def test_cdm_adjustment_to_the_unit(facility, pen, week, market, watch, refuses):
    """At 0.9925 less 1%, 9,974,250.00 take 10,151,134, and not a unit less."""
    supply(market, "T-2036", 11_000_000)
    life = Life.opened(facility, pen, replace(week, lines=(pen.line("T-2036", QUANTITY),)))
    market.chain.advance_to(market.chain.now() + 60)
    market.board.post_price("T-2036", 99_250_000)
    refuses(
        life.amended(lines=(pen.line("T-2036", 10_151_133),)),
        "NotEnoughCollateral",
        needed=PURCHASE_PRICE,
        available=millions("9974249.51"),
    )
    moved = watch()
    events = life.amend(lines=(pen.line("T-2036", 10_151_134),))
    assert [event.name for event in events] == ["Amended", "Transfer"]
    assert moved() == {"dealer": {"T-2036": -151_134}, "fund": {"T-2036": 151_134}}
    assert life.change.lines == repo_signing.lines_hash(life.lines)


def test_rate_price_and_collateral_at_once(facility, pen, life, market, watch, at):
    """Both differences in one exchange; closed with the new collateral only."""
    at(3, 12)
    supply(market, "T-2036", 1_000_000)
    market.board.post_price("T-2035", PRICE)
    lines = pen.lines(pen.line("T-2035", 9_500_000), pen.line("T-2036", 1_000_000))
    price = PURCHASE_PRICE + 300_000_000_000
    moved = watch()
    events = life.amend(purchase_price=price, rate=RATE // 2, lines=lines)
    assert [event.name for event in events] == ["Amended", *["Transfer"] * 3]
    assert moved() == {
        "dealer": {"T-2035": 500_000, "T-2036": -1_000_000, "USD": 300_000_000_000},
        "fund": {"T-2035": -500_000, "T-2036": 1_000_000, "USD": -300_000_000_000},
    }
    at(7, 12)
    with reverts("NotTheCollateral", repo=life.id):
        facility.close(*pen.closing(life.terms, life.terms.seller))
    moved = watch()
    expected = interest((PURCHASE_PRICE, RATE, 3), (price, RATE // 2, 4))
    assert life.close()["priceDifferential"] == expected
    assert moved() == {
        "dealer": {"T-2035": 9_500_000, "T-2036": 1_000_000, "USD": -price - expected},
        "fund": {"T-2035": -9_500_000, "T-2036": -1_000_000, "USD": price + expected},
    }


def test_a_day_of_changes_bears_the_interest_of_the_last(facility, pen, terms, dealer, watch, at):
    """Opened, and amended four times before anything accrued; what was between costs nothing."""
    life = Life.opened(facility, pen, terms)
    moved = watch()
    life.amend(rate=ONE)
    life.amend(purchase_price=LESS)
    life.amend(rate=-ONE, purchase_price=LESS - CENT)
    life.amend(rate=RATE, purchase_price=LESS)
    assert life.repo.number == 4
    assert life.change == Change(bytes(32), 0, 0, 0, 0, 0, 0)
    back = PURCHASE_PRICE - LESS
    assert moved() == {"dealer": {"USD": -back}, "fund": {"USD": back}}
    at(1, 0)
    assert life.close()["priceDifferential"] == interest((LESS, RATE, 1))


def test_back_to_the_collateral_of_the_terms(facility, pen, life, watch):
    """It changed all the same, and is shown with every act."""
    life.amend(lines=(pen.line("T-2035", QUANTITY + 5_000),))
    moved = watch()
    life.amend(lines=life.terms.lines)
    assert moved() == {"dealer": {"T-2035": 5_000}, "fund": {"T-2035": -5_000}}
    assert life.change.lines == repo_signing.lines_hash(life.terms.lines)
    with reverts("NotTheCollateral", repo=life.id):
        facility.amend(*pen.amending(Position(life.terms), life.amendment(rate=0), 3))
    life.amend(rate=0)


def test_a_margin_alone_can_change(life, pen, watch):
    """The same securities at another haircut: no asset moves, both agreed."""
    moved = watch()
    life.amend(lines=(pen.line("T-2035", QUANTITY, 20_000_000),), purchase_price=LESS)
    life.amend(lines=(pen.line("T-2035", QUANTITY, HAIRCUT),))
    back = PURCHASE_PRICE - LESS
    assert moved() == {"dealer": {"USD": -back}, "fund": {"USD": back}}


@pytest.mark.parametrize("rate", [ONE, -ONE])
def test_the_most_extreme_rates_add_up_exactly(facility, pen, terms, market, at, rate):
    """A hundred per cent either way, over a price as large as tokens get, for years."""
    life = Life.opened(facility, pen, replace(terms, repurchase_date=terms.purchase_date + 600))
    at(1, 12)
    life.amend(rate=rate)
    at(300, 12)
    life.amend(rate=-rate)
    assert life.change.accrued == counted((PURCHASE_PRICE, RATE, 1), (PURCHASE_PRICE, rate, 299))
    at(599, 12)
    life.amend(rate=0)
    total = interest((PURCHASE_PRICE, RATE, 1))
    at(600, 12)
    assert life.close()["priceDifferential"] == total


def test_the_largest_price_counts_without_running_over(facility, pen, terms, market, at):
    """Cash of 2^96 − 1 less the odd millionths, at 100% for two years."""
    most = ((1 << 96) - 1) // CENT * CENT
    supply(market, "T-2036", (1 << 96) - 2, price=0)
    market.board.post_price("T-2036", 10**9)
    market.add_cash("EUR")
    market.onboarding.issue_cash("fund", "EUR", Decimal(most).scaleb(-6))
    terms = replace(
        terms,
        cash=market.directory.cash("EUR").address,
        purchase_price=CENT,
        rate=ONE,
        repurchase_date=terms.purchase_date + 720,
        lines=(pen.line("T-2036", (1 << 96) - 2),),
    )
    life = Life.opened(facility, pen, terms)
    life.amend(purchase_price=most)
    at(360, 12)
    life.amend(rate=ONE - 1)
    assert life.change.accrued == counted((most, ONE, 360))
    at(719, 12)
    life.amend(rate=-ONE)
    assert life.change.accrued == counted((most, ONE, 360), (most, ONE - 1, 359))
    due, charge, paid = facility.repurchasePriceOn(terms, terms.repurchase_date)
    expected = interest((most, ONE, 360), (most, ONE - 1, 359), (most, -ONE, 1))
    assert (due, charge, paid) == (expected, 0, most + expected)


def test_in_custody_the_ledger_follows(facility, custody, pen, week, security, market, watch):
    """What differs moves between seller and custody; a re-rate books nothing."""
    supply(market, "T-2036", 1_000_000)
    life = Life.opened(facility, pen, replace(week, custody=custody.address))
    note = market.directory.security("T-2036").address
    moved = watch()
    assert [event.name for event in life.amend(rate=0)] == ["Amended"]
    lines = pen.lines(pen.line("T-2035", 9_500_000), pen.line("T-2036", 1_000_000))
    life.amend(lines=lines)
    assert moved() == {"dealer": {"T-2035": 500_000, "T-2036": -1_000_000}}
    assert custody.heldFor(life.id, security) == security.balanceOf(custody) == 9_500_000
    assert custody.heldFor(life.id, note) == custody.heldInAll(note) == 1_000_000
    assert custody.heldInAll(security) == 9_500_000


@pytest.mark.parametrize("symbol", ["T-2035", "USD"])
def test_paused_what_must_move_does_not(life, pen, market, refuses, symbol):
    """A re-rate moves nothing and goes on."""
    market.onboarding.pause(symbol, "halt")
    lines = (pen.line("T-2035", QUANTITY - 1_000_000),)
    call = life.amended(lines=lines, purchase_price=LESS - 100_000_000_000)
    refuses(call, "AssetPaused", asset=market.directory.asset(symbol))
    life.amend(rate=0)


def test_an_open_ended_repo_is_amended_until_its_date(facility, pen, terms, dealer, market, at):
    """Before and after the notice."""
    open_terms = replace(
        terms, duration=Duration.OPEN_ENDED.value, repurchase_date=0, notice_period=2
    )
    life = Life.opened(facility, pen, open_terms)
    at(1, 12)
    life.amend(rate=RATE * 2)
    life.notice(dealer, life.today + 2)
    market.board.post_price("T-2035", PRICE)
    at(2, 11)
    life.amend(purchase_price=LESS)
    at(3, 12)
    expected = interest(
        (PURCHASE_PRICE, RATE, 1), (PURCHASE_PRICE, RATE * 2, 1), (LESS, RATE * 2, 1)
    )
    assert life.close()["priceDifferential"] == expected


def test_the_collateral_must_outlive_what_is_left(facility, pen, terms, market, refuses, at):
    """Of an open-ended repo: a notice given today, and the grace. What stands is not asked."""
    open_terms = replace(
        terms, duration=Duration.OPEN_ENDED.value, repurchase_date=0, notice_period=2
    )
    life = Life.opened(facility, pen, open_terms)
    sunset = market.directory.security("T-2035").last_second
    last_day = sunset // DAY - life.today - 4
    at(last_day, 12)
    market.board.post_price("T-2035", PRICE)
    life.amend(lines=(pen.line("T-2035", QUANTITY + 1_000),))
    at(last_day + 1, 12)
    market.board.post_price("T-2035", PRICE)
    ends = (life.today + 3) * DAY + 5 * 3_600 + DAY
    note = market.directory.security("T-2035")
    late = {"security": note, "ends": ends, "sunset": sunset}
    more = (pen.line("T-2035", QUANTITY + 2_000),)
    refuses(life.amended(lines=more), "WouldOutliveSecurity", **late)
    life.amend(purchase_price=LESS, rate=0)
