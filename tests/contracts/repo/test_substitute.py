"""`RepoFacility.substitute`: every requirement in the order of the source, then the exchange."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from settlement.model.asset import SecurityKind
from settlement.model.policy import by_kind
from settlement.model.repo import Duration, Line, Method, Position
from settlement.onchain import repo_signing
from tests.contracts.live import logged
from tests.contracts.repo.conftest import NOTE
from tests.contracts.repo.life import (
    CLOSED,
    DOMAINS,
    Change,
    Life,
    ambush,
    call_margin,
    default,
    elsewhere,
    enrich,
    interest,
    lines_in,
    meet_call,
    millions,
    refusing,
    supply,
)
from tests.contracts.repo.pen import DAY, HAIRCUT, HOUR, PRICE, PURCHASE_PRICE, QUANTITY, RATE

PAR = 100_000_000
ONE = 10**9


@pytest.fixture
def refuses(facility, watch):
    """`refuses(arguments of substitute, "LessCollateral", ...)`: and nothing happened."""
    return refusing(facility, "substitute", watch)


@pytest.fixture
def notes(market):
    """Another note in single units, at the same price, and one more."""
    supply(market, "T-2036", 20_000_000)
    supply(market, "T-2040", 20_000_000)


@pytest.fixture
def week(terms, notes):
    """Seven days."""
    return replace(terms, repurchase_date=terms.purchase_date + 7)


@pytest.fixture
def life(facility, pen, week):
    """The same, open; the buyer consents to each substitution."""
    return Life.opened(facility, pen, week)


@pytest.fixture
def granted(facility, pen, week):
    """The same, but the seller may substitute alone."""
    return Life.opened(facility, pen, replace(week, may_substitute=True))


@pytest.fixture
def other(pen):
    """As much of the other note."""
    return pen.line("T-2036", QUANTITY)


def alone(call):
    """Without the buyer's signature."""
    return (*call[:3], b"")


# --- what is refused


def test_hostile_cash_substitutes_nothing_while_it_moves(facility, pen, life, live, terms, other):
    data = facility.encode("substitute", *life.substituted(other))
    assert ambush(live, facility, pen, terms, data).name == "Locked"
    assert life.repo.number == 0


def test_what_never_opened_has_no_collateral(pen, week, other, refuses):
    call = pen.substituting(Position(week), (other,))
    refuses(call, "WrongState", repo=repo_signing.repo_id(week), state=0)


def test_what_is_closed_has_none_any_more(facility, pen, terms, notes, other, refuses, at):
    life = Life.opened(facility, pen, replace(terms, may_substitute=True))
    at(1, 12)
    life.close()
    refuses(life.substituted(other), "WrongState", repo=life.id, state=CLOSED)


@pytest.mark.parametrize("days", [7, 9])
def test_none_at_maturity(granted, market, other, refuses, at, days):
    """Whatever was granted."""
    at(days, 9)
    supply(market, "T-2035", 0)
    supply(market, "T-2036", 0)
    due = granted.terms.repurchase_date
    call = granted.substituted(other)
    refuses(call, "PastChanging", repurchaseDate=due, today=granted.today)


def test_an_intraday_repo_substitutes_on_its_day_only(
    facility, pen, terms, notes, other, refuses, at
):
    day = replace(terms, duration=Duration.INTRADAY.value, repurchase_date=terms.purchase_date)
    life = Life.opened(facility, pen, day)
    at(0, 23, 59)
    life.substitute(other)
    at(1, 0)
    dates = {"repurchaseDate": day.purchase_date, "today": day.purchase_date + 1}
    refuses(life.substituted(*day.lines), "PastChanging", **dates)
    at(1, 8)
    assert life.close()["priceDifferential"] == interest((PURCHASE_PRICE, RATE, 1))


def test_none_in_default(life, dealer, fund, market, other, refuses):
    netting_set = default(life, fund, dealer)
    refuses(life.substituted(other), "SetInDefault", nettingSet=netting_set)


@pytest.mark.parametrize("price", [PRICE - 1_000_000, PRICE + 1_000_000])
def test_not_while_a_call_stands_whoever_made_it(
    granted, dealer, fund, market, other, refuses, price
):
    """The right of the seller stands back as well, until the call is met."""
    market.board.post_price("T-2035", price)
    by, against = (fund, dealer) if price < PRICE else (dealer, fund)
    netting_set = call_margin(granted, by, against)
    refuses(granted.substituted(other), "CallStands", nettingSet=netting_set)
    refuses(alone(granted.substituted(other)), "CallStands", nettingSet=netting_set)
    meet_call(granted, against, by)
    granted.substitute(granted.pen.line("T-2036", QUANTITY + 200_000))


def test_a_call_whose_clock_stands_still_stands(granted, dealer, fund, market, other, refuses):
    """While the cash is paused the called side has time, and no right to change the collateral."""
    market.board.post_price("T-2035", PRICE * 9 // 10)
    netting_set = call_margin(granted, fund, dealer)
    market.onboarding.pause("USD", "halt")
    granted.facility.stopClock(granted.pen.pair(fund, dealer))
    refuses(granted.substituted(other), "CallStands", nettingSet=netting_set)


def test_a_call_of_another_set_does_not_matter(
    granted, pen, facility, terms, dealer, fund, market, other
):
    strict = pen.agreement(threshold=1)
    terms = replace(
        terms,
        agreement=repo_signing.agreement_id(strict),
        lines=(pen.line("T-2035", 1_000_000),),
        purchase_price=PURCHASE_PRICE // 10,
    )
    elsewhere_open = Life.opened(facility, pen, terms)
    market.board.post_price("T-2035", PRICE * 9 // 10)
    call_margin(elsewhere_open, fund, dealer, strict)
    granted.substitute(other)


def test_the_collateral_as_it_is_comes_with_it(pen, life, other, refuses):
    """None where it never changed, else that of now."""
    call = pen.substituting(replace(life.position, lines=life.terms.lines), (other,))
    refuses(call, "NotTheCollateral", repo=life.id)
    life.substitute(other)
    back = life.terms.lines
    for stale in ((), back, (pen.line("T-2036", QUANTITY - 1),)):
        call = pen.substituting(replace(life.position, lines=stale), back, 2)
        refuses(call, "NotTheCollateral", repo=life.id)
    life.substitute(*back)


def test_the_same_again_is_no_substitution(life, other, refuses):
    refuses(life.substituted(*life.terms.lines), "NothingChanges", repo=life.id)
    life.substitute(other)
    refuses(life.substituted(other), "NothingChanges", repo=life.id)


def wrong_for(life, who, lines, strangers_key):
    """Signatures of `who` and others that are not for this basket, place and repo."""
    pen, lines = life.pen, tuple(lines)

    def by(signer, repo=life.id, number=1, day=life.today, basket=lines):
        struct = repo_signing.substitution_hash(repo, number, day, basket, signer.address)
        return pen.sign(signer, struct)

    fewer = (replace(lines[0], quantity=lines[0].quantity - 1),)
    return [
        b"",
        by(strangers_key),
        by(who, number=0),
        by(who, number=2),
        by(who, basket=fewer),
        by(who, basket=()),
        by(who, basket=(*lines, *lines)),
        by(who, repo=repo_signing.repo_id(replace(life.terms, nonce=99))),
        pen.by(who, life.terms),
        pen.sign(
            who, repo_signing.amendment_hash(life.id, 1, life.amendment(lines=lines), who.address)
        ),
    ]


def test_both_sides_must_sign_where_no_right_is_granted(
    life, dealer, fund, intruder, other, refuses
):
    position, lines, by_seller, by_buyer = life.substituted(other)
    for signature in [*wrong_for(life, dealer, lines, intruder), by_buyer]:
        refuses((position, lines, signature, by_buyer), "BadSignature", signer=dealer)
    for signature in [*wrong_for(life, fund, lines, intruder), by_seller]:
        refuses((position, lines, by_seller, signature), "BadSignature", signer=fund)


def test_a_granted_right_is_the_seller_s(granted, dealer, fund, intruder, other, refuses):
    """The buyer's word alone is none."""
    position, lines, _, by_buyer = granted.substituted(other)
    for signature in [*wrong_for(granted, dealer, lines, intruder), by_buyer]:
        refuses((position, lines, signature, by_buyer), "BadSignature", signer=dealer)


@pytest.mark.parametrize("name", ["dealer", "fund"])
def test_a_wallet_that_is_stopped_agrees_to_none(
    facility, custody, pen, week, market, refuses, name
):
    """Its key may be stolen. In custody nothing of the buyer's moves that would ask."""
    generous = pen.line("T-2035", QUANTITY, 80_000_000)
    price = QUANTITY * PRICE // 100 * 92 // 100 // 10_000 * 10_000
    held = replace(week, custody=custody.address, purchase_price=price, lines=(generous,))
    life = Life.opened(facility, pen, held)
    market.onboarding.suspend(name, "key stolen")
    given = life.substituted(pen.line("T-2035", 9_400_000))
    refuses(given, "WalletNotActive", wallet=market.directory.party(name), status=2)
    market.onboarding.reinstate(name, "new key")
    facility.substitute(*given)


def test_a_granted_one_asks_nothing_of_the_buyer(facility, pen, granted, market, other):
    """Not even that it is active: in custody the seller's right is its own."""
    enrich(market)
    custody = market.deployment.custody.address
    held = Life.opened(facility, pen, replace(granted.terms, custody=custody, nonce=41))
    market.onboarding.suspend("fund", "screening")
    facility.substitute(*alone(held.substituted(other)))


@pytest.mark.parametrize("domain", DOMAINS)
def test_a_substitution_of_another_venue_is_none(pen, granted, dealer, other, refuses, domain):
    pen.domain = elsewhere(pen, domain)
    refuses(granted.substituted(other), "BadSignature", signer=dealer)


def test_each_is_used_once(facility, granted, dealer, other, refuses):
    """Back to the first basket, the word for the second is spent."""
    first = granted.substituted(other)
    facility.substitute(*alone(first))
    granted.lines, granted.number = (other,), 1
    granted.substitute(*granted.terms.lines)
    refuses((granted.position, *alone(first)[1:]), "BadSignature", signer=dealer)


@pytest.mark.parametrize("symbol", ["T-2035", "T-2036"])
def test_old_and_new_need_a_fresh_price(granted, market, prices, other, refuses, symbol):
    """Stale by a second, held back for its confirmation: neither way."""
    for each in ("T-2035", "T-2036"):
        if each != symbol:
            market.chain.advance_to(market.chain.now() + HOUR)
            market.board.post_price(each, PRICE)
    security = market.directory.security(symbol)
    market.chain.advance_to(prices.quoteOf(security.address)[1] + DAY + 1)
    stale = {"age": DAY + 1, "maximumAge": DAY}
    refuses(granted.substituted(other), "PriceStale", security=security, **stale)
    assert not market.board.post_price(symbol, PRICE // 2)
    refuses(granted.substituted(other), "PricePending", security=security)


def test_what_has_no_price_does_not_come_in(life, market, pen, refuses):
    supply(market, "T-2050", QUANTITY, price=0)
    call = life.substituted(pen.line("T-2050", QUANTITY))
    refuses(call, "PriceMissing", security=market.directory.security("T-2050"))


def test_into_nothing_there_is_no_substitution(granted, refuses):
    refuses(granted.substituted(), "NoCollateral")


def test_a_basket_is_of_eight_at_most(granted, refuses):
    lines = [Line(f"0x{place:040x}", 1, HAIRCUT) for place in range(1, 10)]
    refuses(granted.substituted(*lines), "TooManyLines", lines=9, most=8)


def test_lines_are_in_order_and_each_once(granted, pen, refuses):
    """Twice the same would count twice and move once."""
    low, high = pen.lines(pen.line("T-2035", 5_000_000), pen.line("T-2036", 5_000_000))
    for lines in ((high, low), (low, low), (low, high, high)):
        security = lines[-1].security
        refuses(granted.substituted(*lines), "LinesOutOfOrder", security=security)


@pytest.mark.parametrize(("quantity", "error"), [(0, "EmptyLine"), (1 << 96, "AmountTooLarge")])
def test_a_line_is_something_that_tokens_can_move(granted, pen, market, refuses, quantity, error):
    note = market.directory.security("T-2036")
    arguments = {"asset": note, "amount": quantity} if quantity else {"security": note}
    line = pen.line("T-2036", quantity)
    refuses(granted.substituted(line), error, **arguments)


@pytest.mark.parametrize("margin", [HAIRCUT - 1, 0, ONE, (1 << 64) - 1])
def test_a_margin_is_within_the_policy_s(life, pen, market, refuses, margin):
    refuses(
        life.substituted(pen.line("T-2036", 2 * QUANTITY, margin)),
        "MarginNotAccepted",
        security=market.directory.security("T-2036"),
        method=0,
        margin=margin,
        least=HAIRCUT,
    )


def test_what_the_policy_of_the_repo_does_not_take_stays_out(life, pen, market, refuses):
    """Whatever the latest one says."""
    version = life.terms.policy_version
    supply(market, "EQ", 30_000_000, kind=SecurityKind.EQUITY)
    kinds = {kind: Decimal("0.01") for kind in (NOTE, SecurityKind.EQUITY)}
    market.board.adopt_policy(by_kind(kinds, Method.HAIRCUT))
    refuses(
        life.substituted(pen.line("EQ", 2 * QUANTITY)),
        "NotEligible",
        version=version,
        kind=SecurityKind.EQUITY.number,
    )


def test_what_the_policy_of_the_repo_takes_may_come_in(life, market, other):
    """Though the latest takes nothing any more."""
    market.board.adopt_policy([])
    life.substitute(other)


def test_it_must_outlive_the_repurchase_and_its_grace(facility, pen, terms, market, refuses, at):
    """The old collateral did."""
    at(9, 9)
    supply(market, "T-2060", QUANTITY)
    supply(market, "T-2035", 0)
    short = market.directory.security("T-2035")
    day = terms.purchase_date + 9
    due = short.last_second // DAY - 1
    life = Life.opened(
        facility,
        pen,
        replace(
            terms,
            purchase_date=day,
            repurchase_date=due,
            may_substitute=True,
            lines=(pen.line("T-2060", QUANTITY),),
        ),
    )
    refuses(
        life.substituted(pen.line("T-2035", QUANTITY)),
        "WouldOutliveSecurity",
        security=short,
        ends=(due + 1) * DAY + 5 * HOUR + DAY,
        sunset=short.last_second,
    )


@pytest.fixture
def spread(facility, pen, terms, market, notes):
    """Two notes, of which neither may be more than half; a later policy would not mind."""
    market.board.adopt_policy(
        by_kind({NOTE: Decimal("0.01")}, Method.HAIRCUT, concentration=Decimal("0.5"))
    )
    latest = market.deployment.policy.read(market.chain, "latest")
    lines = pen.lines(pen.line("T-2035", 5_000_000), pen.line("T-2036", 5_000_000))
    week = replace(
        terms,
        policy_version=latest,
        repurchase_date=terms.purchase_date + 7,
        lines=lines,
        may_substitute=True,
    )
    life = Life.opened(facility, pen, week)
    market.board.adopt_policy(by_kind({NOTE: Decimal("0.01")}, Method.HAIRCUT))
    return life


def test_the_resulting_basket_is_not_concentrated(spread, pen, market, refuses):
    """Not what comes in is looked at, but what is there afterwards: half of it, to the unit."""
    basket = [("T-2035", 5_000_000), ("T-2036", 4_000_000), ("T-2040", 999_999)]
    lines = pen.lines(*(pen.line(*line) for line in basket))
    total = sum(quantity for _, quantity in basket)
    refuses(
        spread.substituted(*lines),
        "OverConcentrated",
        issuer=market.directory.security("T-2035").issuer.encode(),
        share=-(-5_000_000 * ONE // total),
        limit=ONE // 2,
    )
    basket[2] = ("T-2040", 1_000_000)
    spread.substitute(*(pen.line(*line) for line in basket))


def test_a_unit_short_at_equal_haircuts(facility, pen, week, market, refuses, watch):
    """10,000,000 at 1.0075 take 10,228,427 at 0.985; the published 10,228,426 is a unit short."""
    life = Life.opened(facility, pen, week)
    market.chain.advance_to(market.chain.now() + 60)
    market.board.post_price("T-2036", 98_500_000)
    refuses(
        life.substituted(pen.line("T-2036", 10_228_426)),
        "LessCollateral",
        needed=PURCHASE_PRICE,
        available=int(10_228_426 * Fraction("0.985") * Fraction("0.99") * 10**6),
    )
    moved = watch()
    life.substitute(pen.line("T-2036", 10_228_427))
    assert moved() == {
        "dealer": {"T-2035": QUANTITY, "T-2036": -10_228_427},
        "fund": {"T-2035": -QUANTITY, "T-2036": 10_228_427},
    }


def test_a_piece_short_at_different_haircuts(facility, pen, week, market, refuses):
    """10,000,000 less 2% at par take 10,653,000 less 8% in pieces of a thousand."""
    supply(market, "P-2045", 20_000_000, price=PAR, denomination=1_000)
    market.chain.advance_to(market.chain.now() + 60)
    market.board.post_price("T-2035", PAR)
    two, eight = 20_000_000, 80_000_000
    terms = replace(
        week, purchase_price=millions("9800000.00"), lines=(pen.line("T-2035", QUANTITY, two),)
    )
    life = Life.opened(facility, pen, terms)
    refuses(
        life.substituted(pen.line("P-2045", 10_652_000, eight)),
        "LessCollateral",
        needed=millions("9800000.00"),
        available=millions("9799840.00"),
    )
    life.substitute(pen.line("P-2045", 10_653_000, eight))


def test_a_unit_short_under_the_ratio_method(facility, pen, week, market, refuses):
    """10,000,000 at 1.0075 over 102% against 0.985 over 105%: value over ratio, not less it."""
    market.board.adopt_policy(by_kind({NOTE: Decimal("1.02")}, Method.RATIO))
    market.chain.advance_to(market.chain.now() + 60)
    market.board.post_price("T-2036", 98_500_000)
    by_ratio = pen.agreement(method=Method.RATIO.value)
    terms = replace(
        week,
        agreement=repo_signing.agreement_id(by_ratio),
        policy_version=market.deployment.policy.read(market.chain, "latest"),
        purchase_price=millions("9800000.00"),
        lines=(pen.line("T-2035", QUANTITY, 1_020_000_000),),
    )
    life = Life.opened(facility, pen, terms)
    needed = QUANTITY * Fraction("1.0075") / Fraction("1.02")
    each = Fraction("0.985") / Fraction("1.05")
    enough = -(-needed // each)
    refuses(
        life.substituted(pen.line("T-2036", int(enough) - 1, 1_050_000_000)),
        "LessCollateral",
        needed=int(needed * 10**6) + 1,
        available=int((enough - 1) * each * 10**6),
    )
    life.substitute(pen.line("T-2036", int(enough), 1_050_000_000))


def test_it_is_measured_at_the_prices_of_the_exchange(facility, granted, market, other, refuses):
    """Signed when it was enough, a price later it is not, and another price later it is."""
    call = alone(granted.substituted(other))
    market.chain.advance_to(market.chain.now() + 60)
    market.board.post_price("T-2036", PRICE - 1)
    value = int(QUANTITY * Fraction(PRICE - 1, PAR) * Fraction("0.99") * 10**6)
    refuses(call, "LessCollateral", needed=PURCHASE_PRICE, available=value)
    market.chain.advance_to(market.chain.now() + 60)
    market.board.post_price("T-2036", PRICE)
    facility.substitute(*call)


def test_what_there_is_counts_and_not_what_is_owed(life, pen, market, refuses):
    """A basket that is worth more than the purchase price needs keeps its worth: excess comes back
    by amendment, to which both agree."""
    life.amend(purchase_price=PURCHASE_PRICE // 2)
    refuses(
        life.substituted(pen.line("T-2036", QUANTITY - 1)),
        "LessCollateral",
        needed=PURCHASE_PRICE,
        available=PURCHASE_PRICE - 997_425,
    )


def test_a_basket_below_the_price_may_be_replaced(life, pen, market, other):
    """By one that is no less; margin is another matter, and none was called."""
    market.chain.advance_to(market.chain.now() + 60)
    for symbol in ("T-2035", "T-2036"):
        market.board.post_price(symbol, PRICE * 9 // 10)
    life.substitute(other)


def test_alone_the_seller_does_not_lower_a_margin(facility, pen, week, market, refuses):
    """At the policy's least haircut less would do for the same value after it, and the seller would
    take out what the buyer negotiated. Neither by the same security nor by another."""
    eight = 80_000_000
    terms = replace(
        week,
        may_substitute=True,
        purchase_price=millions("9269000.00"),
        lines=(pen.line("T-2035", QUANTITY, eight),),
    )
    life = Life.opened(facility, pen, terms)
    for symbol, quantity in (("T-2035", 9_293_000), ("T-2036", 9_292_930)):
        for margin in (HAIRCUT, eight - 1):
            refuses(
                life.substituted(pen.line(symbol, quantity + 1_000_000, margin)),
                "MarginNotAccepted",
                security=market.directory.security(symbol),
                method=0,
                margin=margin,
                least=eight,
            )
    life.substitute(pen.line("T-2036", QUANTITY, eight))


def test_together_the_sides_may_lower_it(facility, pen, week, watch):
    """That is what the buyer's signature is for."""
    terms = replace(
        week,
        purchase_price=millions("9269000.00"),
        lines=(pen.line("T-2035", QUANTITY, 80_000_000),),
    )
    life = Life.opened(facility, pen, terms)
    moved = watch()
    life.substitute(pen.line("T-2035", 9_293_000))
    assert moved() == {"dealer": {"T-2035": 707_000}, "fund": {"T-2035": -707_000}}


def test_alone_a_security_keeps_its_own_margin_and_a_new_one_has_the_largest(
    facility, pen, week, market, refuses
):
    """Of a basket at 1% and 8%: more of the first at 1%; a third at 8%, and no less."""
    eight = 80_000_000
    terms = replace(
        week,
        may_substitute=True,
        purchase_price=millions("9000000.00"),
        lines=pen.lines(pen.line("T-2035", 5_000_000), pen.line("T-2036", 5_000_000, eight)),
    )
    life = Life.opened(facility, pen, terms)
    kept = (pen.line("T-2035", 5_000_000), pen.line("T-2036", 1_000_000, eight))
    for margin in (HAIRCUT, eight - 1):
        refuses(
            life.substituted(*pen.lines(*kept, pen.line("T-2040", 4_000_000, margin))),
            "MarginNotAccepted",
            security=market.directory.security("T-2040"),
            method=0,
            margin=margin,
            least=eight,
        )
    life.substitute(*kept, pen.line("T-2040", 4_000_000, eight))
    life.substitute(pen.line("T-2035", 10_000_000))


def test_the_seller_must_have_what_comes_in(life, pen, dealer, market, refuses):
    note = market.directory.security("T-2036")
    short = {"needed": 20_000_001, "available": 20_000_000}
    call = life.substituted(pen.line("T-2036", 20_000_001))
    refuses(call, "InsufficientFreeBalance", asset=note, account=dealer, **short)


def test_the_buyer_must_have_what_goes_back(granted, fund, market, security, other, refuses):
    """Re-used, it must be bought back first; the new collateral does not arrive before."""
    market.onboarding.freeze("fund", "T-2035", 1_000)
    short = {"needed": QUANTITY, "available": QUANTITY - 1_000}
    call = alone(granted.substituted(other))
    refuses(call, "InsufficientFreeBalance", asset=security, account=fund, **short)


@pytest.mark.parametrize("name", ["dealer", "fund"])
def test_nothing_moves_for_the_suspended(granted, market, other, refuses, name):
    market.onboarding.suspend(name, "screening")
    wallet = market.directory.party(name)
    refuses(granted.substituted(other), "WalletNotActive", wallet=wallet, status=2)


@pytest.mark.parametrize("symbol", ["T-2035", "T-2036"])
def test_nothing_moves_of_the_paused(granted, market, other, refuses, symbol):
    market.onboarding.pause(symbol, "halt")
    refuses(granted.substituted(other), "AssetPaused", asset=market.directory.asset(symbol))


def test_whole_pieces_only(life, pen, security, refuses):
    refuses(
        life.substituted(pen.line("T-2035", QUANTITY + 1)),
        "NotDenominated",
        asset=security,
        quantity=1,
        denomination=1_000,
    )


# --- what it does


def test_one_exchange_at_no_cost(facility, life, dealer, fund, intruder, other, watch, at):
    """On both words, whoever brings them; interest runs on as if nothing had been."""
    at(0, 12)
    moved = watch()
    events = facility.substitute(*life.substituted(other), sender=intruder)
    assert [event.name for event in events] == ["Substituted", "Transfer", "Transfer"]
    substituted = dict(logged(events, "Substituted"))
    assert lines_in(substituted.pop("lines")) == (other,)
    assert substituted == {"repo": life.id, "number": 1}
    assert moved() == {
        "dealer": {"T-2035": QUANTITY, "T-2036": -QUANTITY},
        "fund": {"T-2035": -QUANTITY, "T-2036": QUANTITY},
    }
    due, opened_on = life.terms.repurchase_date, life.terms.purchase_date
    assert life.repo == (1, True, opened_on, due, PURCHASE_PRICE, 1, RATE)
    digest = repo_signing.lines_hash((other,))
    assert life.change == Change(digest, 0, 0, 0, 0, 0, 0)
    life.lines, life.number = (other,), 1
    at(7, 12)
    moved = watch()
    earned = interest((PURCHASE_PRICE, RATE, 7))
    assert life.close()["priceDifferential"] == earned
    assert moved() == {
        "dealer": {"T-2036": QUANTITY, "USD": -PURCHASE_PRICE - earned},
        "fund": {"T-2036": -QUANTITY, "USD": PURCHASE_PRICE + earned},
    }


def test_a_granted_right_needs_no_buyer(facility, granted, other, watch):
    """Nothing, or anything, in the place of its signature."""
    moved = watch()
    facility.substitute(*alone(granted.substituted(other)))
    granted.lines, granted.number = (other,), 1
    back = granted.substituted(*granted.terms.lines)
    facility.substitute(*back[:3], b"whatever")
    assert moved() == {}


def test_overlapping_baskets_move_only_what_differs(facility, pen, life, watch):
    """One shrinks, one grows, one is new; then that goes again, and one stays as it is."""
    first = pen.lines(pen.line("T-2035", 6_000_000), pen.line("T-2036", 4_000_000))
    moved = watch()
    events = life.substitute(*first)
    assert len([event for event in events if event.name == "Transfer"]) == 2
    assert moved()["dealer"] == {"T-2035": 4_000_000, "T-2036": -4_000_000}
    second = (
        pen.line("T-2035", 5_000_000),
        pen.line("T-2036", 4_500_000),
        pen.line("T-2040", 500_000),
    )
    moved = watch()
    events = life.substitute(*second)
    assert len([event for event in events if event.name == "Transfer"]) == 3
    assert moved() == {
        "dealer": {"T-2035": 1_000_000, "T-2036": -500_000, "T-2040": -500_000},
        "fund": {"T-2035": -1_000_000, "T-2036": 500_000, "T-2040": 500_000},
    }
    moved = watch()
    events = life.substitute(pen.line("T-2035", 5_000_000), pen.line("T-2036", 5_000_000))
    assert len([event for event in events if event.name == "Transfer"]) == 2
    assert moved()["fund"] == {"T-2036": 500_000, "T-2040": -500_000}


def test_a_higher_margin_on_the_same_pieces_moves_nothing(granted, pen, watch):
    """Less value for the seller: refused, unless more collateral makes up for it."""
    moved = watch()
    granted.substitute(pen.line("T-2035", 10_103_000, 20_000_000))
    assert moved() == {"dealer": {"T-2035": -103_000}, "fund": {"T-2035": 103_000}}


def test_the_custody_ledger_follows(facility, custody, pen, week, market, security, watch, at):
    """What differs moves between seller and custody; per repo it sums to the balance."""
    terms = replace(week, custody=custody.address, may_substitute=True)
    life = Life.opened(facility, pen, terms)
    note = market.directory.security("T-2036")
    basket = pen.lines(pen.line("T-2035", 4_000_000), pen.line("T-2036", 6_000_000))
    moved = watch()
    events = facility.substitute(*alone(life.substituted(*basket)))
    assert [event.name for event in events] == [
        "Substituted",
        "Released",
        "Held",
        "Held",
        "Transfer",
        "Transfer",
    ]
    assert moved() == {"dealer": {"T-2035": 6_000_000, "T-2036": -6_000_000}}
    for asset, quantity in ((security, 4_000_000), (note, 6_000_000)):
        assert custody.heldFor(life.id, asset) == custody.heldInAll(asset) == quantity
    assert security.balanceOf(custody) == 4_000_000
    life.lines, life.number = basket, 1
    at(7, 12)
    moved = watch()
    life.close()
    assert moved()["dealer"]["T-2036"] == 6_000_000
    assert custody.heldInAll(security) == custody.heldInAll(note) == 0


def test_one_repo_s_custody_is_not_another_s(facility, custody, pen, week, market, refuses):
    """Each by its own ledger, though one balance holds both."""
    enrich(market)
    held = replace(week, custody=custody.address, may_substitute=True)
    first = Life.opened(facility, pen, held)
    second = Life.opened(facility, pen, replace(held, nonce=77))
    first.substitute(pen.line("T-2036", QUANTITY))
    note = market.directory.security("T-2035").address
    assert [custody.heldFor(life.id, note) for life in (first, second)] == [0, QUANTITY]
    refuses(
        pen.substituting(Position(second.terms, first.lines), first.terms.lines, 1),
        "NotTheCollateral",
        repo=second.id,
    )


def test_a_day_of_substitutions_ends_where_it_began(granted, pen, watch):
    """Five of them, and the numbers count."""
    moved = watch()
    for symbol in ("T-2036", "T-2040", "T-2036", "T-2040"):
        granted.substitute(pen.line(symbol, QUANTITY))
    granted.substitute(*granted.terms.lines)
    assert moved() == {}
    assert granted.repo.number == 5
