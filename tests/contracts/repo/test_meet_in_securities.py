"""`RepoFacility.meetInSecurities`: every requirement in the source's order, then what moves."""

from __future__ import annotations

from dataclasses import replace

import pytest

from settlement.model.asset import SecurityKind
from tests.contracts.live import logged, reverts
from tests.contracts.repo.margin_desk import RATIO, second_wallet
from tests.contracts.repo.pen import DAY

pytest_plugins = ["tests.contracts.repo.margin_fixtures"]

CALLED = 19_900_000_000


@pytest.fixture
def refuses(desk, unchanged):
    """`refuses(arguments, "CallNotMet", ...)`, and all is as it was."""
    refuse = unchanged(desk)
    return lambda given, error, /, **arguments: refuse(
        "meetInSecurities", given, error, **arguments
    )


@pytest.fixture
def enough(desk):
    """23,000 T-2035 at 0.90 less 1% are 20,493.00."""
    return [desk.pen.line("T-2035", 23_000)]


# --- what is refused


def test_not_while_the_set_is_in_default(desk, enough, refuses):
    desk.in_default()
    refuses(desk.pen.delivering(desk.owing, enough), "SetInDefault", nettingSet=desk.set)


def test_not_where_no_call_stands_or_by_who_made_it(desk, enough, refuses):
    terms = desk.open()
    refuses(desk.pen.delivering(desk.owing, enough), "NoCallStands", nettingSet=desk.set)
    desk.price(90_000_000)
    desk.call([terms])
    refuses(desk.pen.delivering(desk.pair, enough), "NoCallStands", nettingSet=desk.set)
    other = desk.pen.pair(desk.borrower, second_wallet(desk, desk.lender), desk.agreement)
    refuses(desk.pen.delivering(other, enough), "NoCallStands", nettingSet=desk.set)


def test_only_with_the_giver_s_signature_over_the_lines(desk, enough, refuses):
    desk.called()
    pen, owing = desk.pen, desk.owing
    more = [replace(enough[0], quantity=24_000)]
    for each in (
        (owing, more, pen.delivering(owing, enough)[-1]),
        pen.delivering(owing, enough, signer=desk.lender),
        pen.delivering(owing, enough, number=2),
        pen.delivering(owing, enough, pen.standing(owing) - 10_000),
        (owing, enough, pen.restoring(owing, enough)[-1]),
    ):
        refuses(each, "BadSignature", signer=desk.borrower)


def test_not_with_nothing_or_a_line_of_nothing(desk, enough, refuses):
    desk.called()
    none = desk.pen.delivering(desk.owing, [])
    refuses(none, "CallNotMet", needed=CALLED, available=0)
    empty = [*enough, replace(enough[0], quantity=0)]
    refuses(desk.pen.delivering(desk.owing, empty), "EmptyLine", security=desk.security)
    wide = [replace(enough[0], quantity=2**96)]
    large = {"asset": desk.security, "amount": 2**96}
    refuses(desk.pen.delivering(desk.owing, wide), "AmountTooLarge", **large)


def test_not_at_a_stale_missing_or_pending_price(desk, enough, refuses):
    desk.called()
    priced = desk.prices.quoteOf(desk.security)[1]
    unpriced = desk.market.add_security("NEW")
    line = [desk.pen.line("NEW", 1_000_000)]
    refuses(desk.pen.delivering(desk.owing, line), "PriceMissing", security=unpriced)
    desk.later(DAY)
    age = desk.market.chain.now() - priced
    stale = {"security": desk.security, "age": age, "maximumAge": DAY}
    refuses(desk.pen.delivering(desk.owing, enough), "PriceStale", **stale)
    pricer = desk.market.operators.pricer
    desk.prices.post(desk.security, 1, desk.market.chain.now(), sender=pricer)
    refuses(desk.pen.delivering(desk.owing, enough), "PricePending", security=desk.security)


def test_not_with_what_the_latest_policy_does_not_take(desk, enough, refuses):
    desk.called()
    thin = [replace(enough[0], margin=9_999_999)]
    least = {"method": 0, "margin": 9_999_999, "least": 10_000_000}
    refused = {"security": desk.security, **least}
    refuses(desk.pen.delivering(desk.owing, thin), "MarginNotAccepted", **refused)
    desk.market.add_security("STOCK", SecurityKind.EQUITY)
    desk.price(90_000_000, "STOCK")
    line = [desk.pen.line("STOCK", 23_000)]
    version = desk.pen.long(desk.lender, desk.borrower).policy_version
    unknown = {"version": version, "kind": SecurityKind.EQUITY.number}
    refuses(desk.pen.delivering(desk.owing, line), "NotEligible", **unknown)


def test_not_with_what_ends_before_the_grace_does(desk, enough, refuses):
    last = desk.security.sunset() - desk.agreement.grace
    desk.market.chain.advance_to(last - 100)
    desk.another("LATE")
    terms = desk.open(lines=(desk.pen.line("LATE", 1_100_000),))
    desk.price(90_000_000, "LATE")
    desk.price(90_000_000)
    desk.call([terms])
    desk.market.chain.advance_to(last + 1)
    ends = {"ends": last + 1 + desk.agreement.grace, "sunset": desk.security.sunset()}
    given = desk.pen.delivering(desk.owing, enough)
    refuses(given, "WouldOutliveSecurity", security=desk.security, **ends)


def test_not_one_piece_short_nor_one_unit_of_the_price(desk, refuses):
    """19,900 at 2.00 less 50% are the call."""
    desk.called()
    desk.another("A", 200_000_000)
    short, exact = ([desk.pen.line("A", units, 500_000_000)] for units in (19_899, 19_900))
    missing = {"needed": CALLED, "available": 19_899_000_000}
    refuses(desk.pen.delivering(desk.owing, short), "CallNotMet", **missing)
    desk.price(199_999_999, "A")
    missing = {"needed": CALLED, "available": 19_899_999_900}
    refuses(desk.pen.delivering(desk.owing, exact), "CallNotMet", **missing)
    desk.price(200_000_000, "A")
    desk.facility.meetInSecurities(*desk.pen.delivering(desk.owing, exact))


def test_not_with_pieces_of_a_piece(desk, refuses):
    desk.called()
    line = [desk.pen.line("T-2035", 23_001)]
    odd = {"asset": desk.security, "quantity": 23_001, "denomination": 1_000}
    refuses(desk.pen.delivering(desk.owing, line), "NotDenominated", **odd)


def test_not_what_the_giver_does_not_have(desk, enough, refuses):
    desk.called()
    name = desk.borrower.name
    desk.market.onboarding.freeze(name, "T-2035", desk.market.balance(name, "T-2035") - 22_000)
    short = {"needed": 23_000, "available": 22_000}
    asset = {"asset": desk.security, "account": desk.borrower}
    given = desk.pen.delivering(desk.owing, enough)
    refuses(given, "InsufficientFreeBalance", **asset, **short)


def test_not_at_another_margin_than_what_stands(desk, enough, refuses):
    terms = desk.called()
    desk.facility.meetInSecurities(*desk.pen.delivering(desk.owing, enough))
    desk.price(80_000_000)
    desk.call([terms], [desk.security])
    other = [desk.pen.line("T-2035", 1_000_000, 20_000_000)]
    margins = {"security": desk.security, "given": 20_000_000, "standing": 10_000_000}
    refuses(desk.pen.delivering(desk.owing, other), "OtherMargin", **margins)


def test_not_twice(desk, enough, refuses):
    desk.called()
    given = desk.pen.delivering(desk.owing, enough)
    desk.facility.meetInSecurities(*given)
    refuses(given, "NoCallStands", nettingSet=desk.set)


def test_no_more_than_eight_securities_stand(desk, refuses):
    """Nor does the ninth, in a second call."""
    terms = desk.called()
    names = [f"N{i}" for i in range(9)]
    for name in names:
        desk.another(name, 90_000_000)
    lines = [desk.pen.line(name, 3_000) for name in names]
    refuses(desk.pen.delivering(desk.owing, lines), "TooManyLines", lines=9, most=8)
    desk.facility.meetInSecurities(*desk.pen.delivering(desk.owing, lines[:8]))
    standing = [desk.market.directory.security(name) for name in names[:8]]
    desk.price(85_000_000)
    desk.call([terms], standing)
    ninth = [desk.pen.line("N8", 100_000)]
    refuses(desk.pen.delivering(desk.owing, ninth), "TooManyLines", lines=9, most=8)
    same = [desk.pen.line("N0", 100_000)]
    desk.facility.meetInSecurities(*desk.pen.delivering(desk.owing, same))


# --- what it does


def test_delivers_and_books(either, watch):
    terms, pen = either.called(), either.pen
    lines, moved = [pen.line("T-2035", 23_000)], watch()
    events = either.facility.meetInSecurities(*pen.delivering(either.owing, lines))
    assert [event.name for event in events] == ["CallMet", "MarginDelivered", "Transfer"]
    assert logged(events, "CallMet") == {"nettingSet": either.set, "amount": CALLED}
    assert logged(events, "MarginDelivered") == {
        "nettingSet": either.set,
        "from": either.borrower.address,
        "to": either.lender.address,
        "number": 1,
        "lines": ((lines[0].security.lower(), 23_000, 10_000_000),),
    }
    sign = 1 if pen.is_first(either.pair) else -1
    standing = either.facility.securityMarginOf(either.set, either.security)
    assert standing == (sign * 23_000, 10_000_000)
    assert either.facility.setOf(either.set)[1] == 1
    given = {either.borrower.name: {"T-2035": -23_000}, either.lender.name: {"T-2035": 23_000}}
    assert moved() == given
    assert either.exposure([terms], [either.security]) == (-593_000_000, 0)
    assert either.exposure([terms], [either.security], either.owing)[0] == 593_000_000


def test_counts_at_market_value_under_the_ratio_method(either):
    """Vector margin-securities-ratio: 165,000 at 0.995 meet 164,166.67, 164,000 do not."""
    either.takes(RATIO, 1_010_000_000)
    either.under(method=RATIO)
    pen = either.pen
    either.price(120_000_000)
    either.another("A", 99_500_000, 1_000)
    lines = (pen.line("T-2035", 10_000_000, 1_020_000_000),)
    terms = either.open(purchase_price=10**13, rate=50_000_000, lines=lines)
    either.days(10)
    either.price(100_500_000)
    either.price(99_500_000, "A")
    assert either.call([terms])["amount"] == 164_166_670_000
    short, enough = ([pen.line("A", units, 1_020_000_000)] for units in (164_000, 165_000))
    with reverts("CallNotMet", needed=164_166_670_000, available=163_180_000_000):
        either.facility.meetInSecurities(*pen.delivering(either.owing, short))
    either.facility.meetInSecurities(*pen.delivering(either.owing, enough))
    margin = either.market.directory.security("A")
    assert either.exposure([terms], [margin])[0] == -8_330_000


def test_securities_twice_in_the_lines_count_and_stand_as_their_sum(either):
    pen = either.pen
    terms = either.called()
    lines = [pen.line("T-2035", 12_000), pen.line("T-2035", 11_000)]
    either.facility.meetInSecurities(*pen.delivering(either.owing, lines))
    assert abs(either.facility.securityMarginOf(either.set, either.security)[0]) == 23_000
    assert either.facility.setOf(either.set)[1] == 1
    assert either.exposure([terms], [either.security])[0] == -593_000_000


def test_given_back_by_who_holds_it_the_call_of_the_giver_is_met(either):
    """Through zero: 23,000 are held, 400,000 go the other way, so 377,000 stand there."""
    pen, terms = either.pen, either.called()
    either.facility.meetInSecurities(*pen.delivering(either.owing, [pen.line("T-2035", 23_000)]))
    either.price(120_000_000)
    either.call([terms], [either.security], either.owing)
    lines = [pen.line("T-2035", 400_000)]
    either.facility.meetInSecurities(*pen.delivering(either.pair, lines))
    sign = 1 if pen.is_first(either.pair) else -1
    standing = either.facility.securityMarginOf(either.set, either.security)
    assert standing == (-sign * 377_000, 10_000_000)
    assert either.facility.setOf(either.set)[1] == 1


def test_given_back_to_the_last_piece_nothing_stands(either):
    pen, terms = either.pen, either.called()
    either.another("A", 90_000_000)
    lines = [pen.line("A", 23_000)]
    margin = either.market.directory.security("A")
    either.facility.meetInSecurities(*pen.delivering(either.owing, lines))
    either.price(91_900_000)
    either.call([terms], [margin], either.owing)
    either.facility.meetInSecurities(
        *pen.delivering(either.pair, [pen.line("A", 23_000), pen.line("T-2035", 1_000)])
    )
    assert either.facility.securityMarginOf(either.set, margin) == (0, 0)
    assert either.facility.setOf(either.set)[1] == 1
