"""`RepoFacility.returnCash` and `returnSecurities`: requirements in the order of the source, then
what moves."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.contracts.live import logged, reverts
from tests.contracts.repo.margin_desk import second_wallet
from tests.contracts.repo.margin_pen import mirrored

pytest_plugins = ["tests.contracts.repo.margin_fixtures"]

CALLED = 19_900_000_000
CENT = 10_000


@pytest.fixture
def refuses(desk, unchanged):
    """`refuses("returnCash", arguments, "NotHeldAsMargin", ...)`, and all is as it was."""
    return unchanged(desk)


@pytest.fixture
def lines(desk):
    """What the borrower gives: 23,000 T-2035."""
    return [desk.pen.line("T-2035", 23_000)]


# --- cash: what is refused


def test_cash_stays_while_the_set_is_in_default(desk, refuses):
    terms = desk.called()
    desk.meet()
    desk.price(80_000_000)
    desk.call([terms])
    desk.unmet()
    given = desk.pen.returning(desk.pair, CALLED)
    refuses("returnCash", given, "SetInDefault", nettingSet=desk.set)


@pytest.mark.parametrize(
    "principal",
    [0, 1, CALLED - 1, CALLED + CENT, 2**96, 2**255, 2**256 - CENT, 2**256 // CENT * CENT],
)
def test_no_cash_but_whole_cents_of_what_is_held(desk, refuses, principal):
    desk.called()
    desk.meet()
    held = {"asset": desk.cash, "needed": principal, "available": CALLED}
    given = desk.pen.returning(desk.pair, principal)
    refuses("returnCash", given, "NotHeldAsMargin", **held)


@pytest.mark.parametrize("principal", [0, CENT, 2**256 - CALLED])
def test_no_cash_by_who_gave_it(desk, refuses, principal):
    """Nor anything that an overflow would make of it."""
    desk.called()
    desk.meet()
    held = {"asset": desk.cash, "needed": principal, "available": 0}
    given = desk.pen.returning(desk.owing, principal)
    refuses("returnCash", given, "NotHeldAsMargin", **held)


def test_no_cash_where_there_is_no_margin_or_no_set(desk, refuses):
    held = {"asset": desk.cash, "needed": 0, "available": 0}
    refuses("returnCash", desk.pen.returning(desk.pair, 0), "NotHeldAsMargin", **held)
    desk.open()
    refuses("returnCash", desk.pen.returning(desk.pair, 0), "NotHeldAsMargin", **held)


def test_cash_only_with_the_holder_s_signature_over_principal_and_interest(desk, refuses):
    desk.called()
    desk.meet()
    desk.days(10)
    pen, pair = desk.pen, desk.pair
    interest = 23_770_000
    other = second_wallet(desk, desk.lender)
    for given in (
        pen.returning(pair, CALLED),
        pen.returning(pair, CALLED, interest + CENT),
        pen.returning(pair, CALLED, interest, signer=desk.borrower),
        pen.returning(pair, CALLED, interest, signer=other),
        pen.returning(pair, CALLED, interest, number=1),
        pen.returning(pair, CALLED - CENT, interest),
        (pair, CALLED, pen.paying(mirrored(pair), CALLED)[-1]),
        (pair, CALLED, b""),
    ):
        refuses("returnCash", given, "BadSignature", signer=desk.lender)
    desk.facility.returnCash(*pen.returning(pair, CALLED, interest))


def test_cash_does_not_go_back_twice(desk, refuses):
    """Nor half of it twice by one signature."""
    desk.called()
    desk.meet()
    given = desk.pen.returning(desk.pair, CALLED // 2)
    desk.facility.returnCash(*given)
    refuses("returnCash", given, "BadSignature", signer=desk.lender)
    rest = desk.pen.returning(desk.pair, CALLED // 2)
    desk.facility.returnCash(*rest)
    held = {"asset": desk.cash, "needed": CALLED // 2, "available": 0}
    refuses("returnCash", rest, "NotHeldAsMargin", **held)


# --- cash: what it does


def test_the_last_of_it_goes_back_with_its_interest(either, watch):
    """Vector margin-interest-tie: a day of 4.3% on 99,000.00 is 11.825, a tie, so 11.83."""
    either.called(purchase_price=1_079_100_000_000)
    either.meet()
    assert either.pen.held(either.pair) == 99_000_000_000
    either.days(1)
    moved = watch()
    given = either.pen.returning(either.pair, 99_000_000_000, 11_830_000)
    events = either.facility.returnCash(*given)
    account, standing = either.facility.marginOf(either.set)
    assert logged(events, "MarginPaid") == {
        "nettingSet": either.set,
        "from": either.lender.address,
        "to": either.borrower.address,
        "principal": 99_000_000_000,
        "interest": 11_830_000,
        "account": account,
    }
    assert account[:2] == (0, 0)
    assert standing[0] == 0
    paid = 99_011_830_000
    moves = {either.borrower.name: {"USD": paid}, either.lender.name: {"USD": -paid}}
    assert moved() == moves


def test_a_tie_of_a_negative_rate_goes_away_from_zero_too(either, watch):
    """The giver bears it: 99,000.00 less 11.83 come back."""
    either.under(margin_rate=-43_000_000)
    either.called(purchase_price=1_079_100_000_000)
    either.meet()
    either.days(1)
    moved = watch()
    either.facility.returnCash(*either.pen.returning(either.pair, 99_000_000_000, -11_830_000))
    paid = 98_988_170_000
    moves = {either.borrower.name: {"USD": paid}, either.lender.name: {"USD": -paid}}
    assert moved() == moves


def test_a_part_goes_back_without_interest_which_runs_on_the_rest(either, watch):
    """19,900.00 for ten days and 10,000.00 for ten more: 23.7694… and 11.9444… are 35.71."""
    either.called()
    either.meet()
    either.days(10)
    moved = watch()
    either.facility.returnCash(*either.pen.returning(either.pair, 9_900_000_000))
    moves = {
        either.borrower.name: {"USD": 9_900_000_000},
        either.lender.name: {"USD": -9_900_000_000},
    }
    assert moved() == moves
    either.days(10)
    either.facility.returnCash(*either.pen.returning(either.pair, 10_000_000_000, 35_710_000))
    assert either.facility.marginOf(either.set)[0][:2] == (0, 0)


def test_on_a_basis_of_365(either):
    """19,900.00 at 4.3% for ten days: 23.44."""
    either.under(basis=365)
    either.called()
    either.meet()
    either.days(10)
    either.facility.returnCash(*either.pen.returning(either.pair, CALLED, 23_440_000))


def test_days_of_interest_are_those_of_the_agreement_s_clock(desk):
    """Nine in New York is midnight fifteen hours ahead: six hours on are another day nowhere here,
    yet fifteen are."""
    desk.called()
    desk.meet()
    desk.later(14 * 3_600)
    given = desk.pen.returning(desk.pair, CALLED, 0)
    desk.facility.receipt("returnCash", *given)
    assert desk.pen.held(desk.pair) == 0


def test_interest_that_a_met_call_left_is_paid_on_its_own(either, watch):
    """The giver calls just the principal back: threshold and rounding leave the interest."""
    either.under(minimum_transfer=10_000_000_000)
    pen, terms = either.pen, either.called()
    either.meet()
    either.days(30)
    either.price(110_000_000)
    either.facility.close(*pen.closing(terms, either.lender))
    held = pen.held(either.pair)
    either.call([], pair=either.owing)
    either.meet(either.pair)
    interest = -pen.held(either.pair)
    assert interest == 71_310_000
    assert pen.held(either.pair) == held - CALLED - interest
    moved = watch()
    given = pen.returning(either.owing, interest, -interest)
    events = either.facility.returnCash(*given)
    assert moved() == {}
    assert logged(events, "MarginPaid")["account"][:2] == (0, 0)


def test_interest_alone_is_paid_where_nothing_is_held(either, watch):
    """A call of exactly the principal, which the threshold makes, brings the balance to zero; what
    is left is 19,900.00 at 4.3% for thirty days, and too little to be called."""
    interest, pen = 71_310_000, either.pen
    either.under(threshold=interest)
    terms = either.called(purchase_price=1_000_000_000_000 + interest)
    either.meet()
    either.days(30)
    either.facility.close(*pen.closing(terms, either.lender))
    with reverts("NotHeldAsMargin", asset=either.cash, needed=0, available=CALLED):
        either.facility.returnCash(*pen.returning(either.pair, 0, interest))
    either.call([], pair=either.owing)
    either.meet(either.pair)
    assert pen.held(either.pair) == 0
    assert either.exposure([], pair=either.owing) == (interest, 0)
    with reverts("NotHeldAsMargin", asset=either.cash, needed=0, available=0):
        either.facility.returnCash(*pen.returning(either.owing, 0, -interest))
    moved = watch()
    either.facility.returnCash(*pen.returning(either.pair, 0, interest))
    moves = {either.borrower.name: {"USD": interest}, either.lender.name: {"USD": -interest}}
    assert moved() == moves
    assert either.exposure([]) == (0, 0)


def test_may_come_from_and_go_to_any_wallet_of_the_two(desk):
    desk.called()
    desk.meet()
    other = second_wallet(desk, desk.borrower)
    pair = desk.pen.pair(desk.lender, other, desk.agreement)
    desk.facility.returnCash(*desk.pen.returning(pair, CALLED))
    assert desk.cash.balanceOf(other) == CALLED


# --- securities


def test_securities_stay_while_the_set_is_in_default(desk, lines, refuses):
    terms = desk.called()
    desk.facility.meetInSecurities(*desk.pen.delivering(desk.owing, lines))
    desk.price(80_000_000)
    desk.call([terms], [desk.security])
    desk.unmet()
    given = desk.pen.restoring(desk.pair, lines)
    refuses("returnSecurities", given, "SetInDefault", nettingSet=desk.set)


def test_no_return_of_nothing(desk, refuses):
    """It would count as an act."""
    desk.called()
    refuses("returnSecurities", desk.pen.restoring(desk.pair, []), "NoCollateral")


def test_securities_only_with_the_holder_s_signature(desk, lines, refuses):
    desk.called()
    pen, pair = desk.pen, desk.pair
    desk.facility.meetInSecurities(*pen.delivering(desk.owing, lines))
    fewer = [replace(lines[0], quantity=1_000)]
    for given in (
        pen.restoring(pair, lines, signer=desk.borrower),
        pen.restoring(pair, lines, number=1),
        (pair, fewer, pen.restoring(pair, lines)[-1]),
        (pair, lines, pen.delivering(pair, lines)[-1]),
    ):
        refuses("returnSecurities", given, "BadSignature", signer=desk.lender)


@pytest.mark.parametrize("quantity", [0, 24_000])
def test_no_securities_but_what_is_held(desk, lines, refuses, quantity):
    desk.called()
    desk.facility.meetInSecurities(*desk.pen.delivering(desk.owing, lines))
    wrong = [replace(lines[0], quantity=quantity)]
    held = {"asset": desk.security, "needed": quantity, "available": 23_000}
    given = desk.pen.restoring(desk.pair, wrong)
    refuses("returnSecurities", given, "NotHeldAsMargin", **held)


def test_no_securities_by_who_gave_them_or_twice_in_one_return(desk, lines, refuses):
    desk.called()
    desk.facility.meetInSecurities(*desk.pen.delivering(desk.owing, lines))
    held = {"asset": desk.security, "needed": 23_000, "available": 0}
    for given in (
        desk.pen.restoring(desk.owing, lines),
        desk.pen.restoring(desk.pair, lines * 2),
    ):
        refuses("returnSecurities", given, "NotHeldAsMargin", **held)


def test_no_more_securities_than_an_amount_can_say(desk, lines, refuses):
    desk.called()
    wide = [replace(lines[0], quantity=2**96)]
    given = desk.pen.restoring(desk.pair, wide)
    refuses("returnSecurities", given, "SafeCastOverflowedUintDowncast", bits=96, value=2**96)


def test_no_securities_at_another_margin(desk, lines, refuses):
    desk.called()
    desk.facility.meetInSecurities(*desk.pen.delivering(desk.owing, lines))
    other = [replace(lines[0], margin=20_000_000)]
    margins = {"security": desk.security, "standing": 10_000_000}
    given = desk.pen.restoring(desk.pair, other)
    refuses("returnSecurities", given, "OtherMargin", given=20_000_000, **margins)


def test_not_what_the_holder_has_no_more(desk, lines, refuses):
    """It re-used them: nothing of the other line goes back either."""
    desk.called()
    desk.another("A", 90_000_000)
    both = [*lines, desk.pen.line("A", 1_000)]
    desk.facility.meetInSecurities(*desk.pen.delivering(desk.owing, both))
    name = desk.lender.name
    desk.market.onboarding.freeze(name, "A", desk.market.balance(name, "A") - 999)
    short = {"account": desk.lender, "needed": 1_000, "available": 999}
    asset = desk.market.directory.security("A")
    given = desk.pen.restoring(desk.pair, both)
    refuses("returnSecurities", given, "InsufficientFreeBalance", asset=asset, **short)


def test_securities_go_back_whatever_policy_and_prices_say(either, watch):
    """In parts; with the last piece nothing stands."""
    pen = either.pen
    either.called()
    lines = [pen.line("T-2035", 23_000)]
    either.facility.meetInSecurities(*pen.delivering(either.owing, lines))
    either.takes(0, 500_000_000)
    either.days(5)
    moved = watch()
    part, rest = ([pen.line("T-2035", units)] for units in (20_000, 3_000))
    events = either.facility.returnSecurities(*pen.restoring(either.pair, part))
    assert logged(events, "MarginDelivered") == {
        "nettingSet": either.set,
        "from": either.lender.address,
        "to": either.borrower.address,
        "number": 2,
        "lines": ((part[0].security.lower(), 20_000, 10_000_000),),
    }
    assert abs(either.facility.securityMarginOf(either.set, either.security)[0]) == 3_000
    assert either.facility.setOf(either.set)[1] == 1
    either.facility.returnSecurities(*pen.restoring(either.pair, rest))
    assert either.facility.securityMarginOf(either.set, either.security) == (0, 0)
    assert either.facility.setOf(either.set)[1] == 0
    moves = {either.borrower.name: {"T-2035": 23_000}, either.lender.name: {"T-2035": -23_000}}
    assert moved() == moves
