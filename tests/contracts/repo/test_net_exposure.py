"""`RepoFacility.netExposure`: what it must be given, then the figures, to the cent."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from settlement.model.repo import IncomeNotice, Position
from settlement.onchain.repo_signing import repo_id
from tests.contracts.live import reverts
from tests.contracts.repo.margin_desk import RATIO, second_wallet
from tests.contracts.repo.margin_pen import mirrored
from tests.contracts.repo.pen import DAY

pytest_plugins = ["tests.contracts.repo.margin_fixtures"]

MILLION = 1_000_000_000_000
"""1,000,000.00 in millionths."""

ONE = 10**9


def cents(amount):
    """Millionths of an exact sum, half up on the magnitude, to the cent."""
    whole = int(abs(amount) * 100 + Fraction(1, 2)) * 10_000
    return whole if amount >= 0 else -whole


@pytest.fixture
def refuses(facility):
    """`refuses(arguments, "NotAllOfTheSet", ...)`."""

    def refuse(given, error, **arguments):
        with reverts(error, **arguments):
            facility.reader("netExposure")(*given)

    return refuse


# --- what it must be given


def test_two_wallets_of_one_participant_are_no_pair(desk, refuses):
    other = second_wallet(desk, desk.lender)
    pair = desk.pen.pair(desk.lender, other, desk.agreement)
    refuses((pair, [], []), "SameParty", wallet=desk.lender)
    refuses((replace(pair, against=pair.by), [], []), "SameParty", wallet=desk.lender)


def test_every_open_repo_comes_with_it(desk, refuses):
    repos = [desk.open() for _ in range(3)]
    ordered = desk.pen.ordered(repos)
    for brought in (ordered[:2], ordered[1:], [], [*ordered, ordered[2]]):
        count = {"brought": len(brought), "open": 3}
        refuses((desk.pair, brought, []), "NotAllOfTheSet", nettingSet=desk.set, **count)


def test_each_once_in_the_order_of_their_ids(desk, refuses):
    first, second, third = desk.pen.ordered(desk.open() for _ in range(3))
    ids = {position: repo_id(position.terms) for position in (first, second, third)}
    for brought, last, following in (
        ([first, first, second], first, first),
        ([first, third, second], third, second),
        ([second, first, third], second, first),
        ([first, second, second], second, second),
    ):
        wrong = {"last": ids[last], "next": ids[following]}
        refuses((desk.pair, brought, []), "OutOfOrder", **wrong)


def test_none_that_is_closed_or_never_opened(desk, refuses):
    kept, closed, never = desk.open(), desk.open(), desk.pen.long(desk.borrower, desk.lender)
    desk.days(30)
    desk.facility.close(*desk.pen.closing(closed, desk.lender))
    refuses((desk.pair, [Position(closed)], []), "WrongState", repo=repo_id(closed), state=2)
    refuses((desk.pair, [Position(never)], []), "WrongState", repo=repo_id(never), state=0)
    desk.price(100_000_000)
    assert desk.exposure([kept])[1] == 0


def test_none_of_another_set(desk, refuses):
    mine = desk.open()
    other = desk.pen.agreement(minimum_transfer=1)
    desk.facility.open(*desk.pen.signed(desk.pen.long(desk.borrower, desk.lender, other)))
    foreign = replace(desk.pen.long(desk.borrower, desk.lender, other), nonce=77)
    desk.facility.open(*desk.pen.signed(foreign))
    refuses((desk.pair, [Position(foreign)], []), "NotOfTheSet", repo=repo_id(foreign))
    assert desk.exposure([mine])[1] == 0


def test_the_collateral_as_it_stands(desk, refuses):
    terms = desk.open()
    wrong = Position(terms, (replace(terms.lines[0], quantity=1_000),))
    refuses((desk.pair, [wrong], []), "NotTheCollateral", repo=repo_id(terms))
    refuses(
        (desk.pair, [Position(terms, terms.lines)], []), "NotTheCollateral", repo=repo_id(terms)
    )


def test_fresh_prices_of_the_collateral(desk, refuses):
    terms = desk.open()
    given = desk.pen.exposed(desk.pair, [terms])
    observed = desk.prices.quoteOf(desk.security)[1]
    desk.market.chain.advance_to(observed + DAY)
    desk.facility.reader("netExposure")(*given)
    desk.later(1)
    stale = {"security": desk.security, "age": DAY + 1, "maximumAge": DAY}
    refuses(given, "PriceStale", **stale)
    pricer = desk.market.operators.pricer
    desk.prices.post(desk.security, 1, desk.market.chain.now(), sender=pricer)
    refuses(given, "PricePending", security=desk.security)


def test_every_security_that_stands_as_margin(desk, refuses):
    """All of them, each once, increasing, none that does not stand; at fresh prices as well."""
    terms, other, third = desk.called(), desk.another("A"), desk.another("B")
    one, two = sorted((other, third), key=lambda token: int(token.address, 16))
    lines = [desk.pen.line(each, 11_000, 10_000_000) for each in (one, two)]
    desk.facility.meetInSecurities(*desk.pen.delivering(desk.owing, lines))
    positions = [Position(terms)]
    for brought in ([], [one], [one, two, two]):
        count = {"brought": len(brought), "standing": 2}
        refuses((desk.pair, positions, brought), "NotAllSecurities", nettingSet=desk.set, **count)
    refuses((desk.pair, positions, [two, one]), "LinesOutOfOrder", security=one)
    refuses((desk.pair, positions, [one, one]), "LinesOutOfOrder", security=one)
    pair = sorted((one, desk.security), key=lambda token: int(token.address, 16))
    missing = {"asset": desk.security, "needed": 1, "available": 0}
    refuses((desk.pair, positions, pair), "NotHeldAsMargin", **missing)
    assert desk.exposure([terms], [one, two]) == (-1_880_000_000, 0)
    desk.later(DAY)
    desk.price(90_000_000)
    now = desk.market.chain.now()
    stale = {"age": now - desk.prices.quoteOf(one)[1], "maximumAge": DAY}
    refuses((desk.pair, positions, [one, two]), "PriceStale", security=one, **stale)


def test_a_set_that_never_had_a_repo_has_none(desk):
    assert desk.exposure([]) == (0, 0)
    with reverts("NothingToCall", netExposure=0, threshold=0, minimumTransfer=0):
        desk.facility.callMargin(*desk.pen.calling(desk.pair, []))


# --- figures


def test_by_the_ratio_of_a_line(either):
    """Vector exposure-ratio."""
    terms = ten_million(either, RATIO, 1_020_000_000)
    assert either.exposure([terms]) == (164_166_670_000, 164_166_670_000)
    assert either.exposure([terms], pair=either.owing) == (-164_166_670_000, 0)


def test_by_the_haircut_of_a_line(either):
    """Vector exposure-haircut."""
    terms = ten_million(either, 0, 20_000_000)
    assert either.exposure([terms]) == (164_888_890_000, 164_888_890_000)
    assert either.exposure([terms], pair=either.owing) == (-164_888_890_000, 0)


def ten_million(desk, method, margin):
    """10,000,000.00 at 5% for ten days, against 10,050,000.00."""
    desk.takes(method, min(margin, 1_010_000_000) if method else 10_000_000)
    desk.under(method=method)
    desk.price(120_000_000)
    lines = (desk.pen.line("T-2035", 10_000_000, margin),)
    terms = desk.open(purchase_price=10 * MILLION, rate=50_000_000, lines=lines)
    desk.days(10)
    desk.price(100_500_000)
    return terms


def test_by_the_ratios_of_a_basket(either):
    """Vector exposure-basket-ratio, but for the shares: the vector states them, the chain takes the
    shares of the collateral after margin."""
    either.takes(RATIO, ONE)
    either.under(method=RATIO)
    either.another("A", 120_000_000)
    either.price(120_000_000)
    lines = either.pen.lines(
        either.pen.line("T-2035", 20_000_000, 1_020_000_000),
        either.pen.line("A", 10_000_000, 1_050_000_000),
    )
    terms = either.open(purchase_price=30 * MILLION, rate=45_000_000, lines=lines)
    either.days(9)
    either.price(101_500_000)
    either.price(104_000_000, "A")
    assert (
        either.facility.repurchasePriceOn(terms, terms.purchase_date + 9)[2] == 30_033_750_000_000
    )
    worths = (20_300_000, Fraction(102, 100)), (10_400_000, Fraction(105, 100))
    after = sum(worth / margin for worth, margin in worths)
    needed = sum(30_033_750 * (worth / margin / after) * margin for worth, margin in worths)
    assert either.exposure([terms])[0] == cents(needed - 30_700_000)


def test_of_repos_both_ways_less_cash_margin_with_its_interest(either):
    """Vector net-exposure-two-way."""
    either.takes(RATIO, ONE)
    either.under(method=RATIO, margin_rate=40_000_000)
    pen = either.pen
    either.price(120_000_000)
    line = pen.line("T-2035", 10_000_000, 1_020_000_000)
    one = either.open(purchase_price=10 * MILLION, rate=50_000_000, lines=(line,))
    either.days(5)
    either.price(120_000_000)
    other = either.open(
        either.lender,
        either.borrower,
        purchase_price=4 * MILLION,
        rate=48_000_000,
        lines=(replace(line, quantity=4_000_000),),
    )
    both = [one, other]
    either.days(3)
    either.price(101_000_000)
    either.call(both)
    either.meet()
    either.keep(30_000_000_000)
    either.days(2)
    either.price(100_500_000)
    assert either.exposure(both) == (71_440_000_000, 71_440_000_000)
    assert either.exposure(both, pair=either.owing) == (-71_440_000_000, 0)


def test_counts_margin_that_was_given(either):
    """The same margin, seen by who gave it: it comes back to it."""
    either.under(margin_rate=40_000_000)
    terms = either.called()
    either.meet()
    either.keep(10_000_000_000)
    either.days(9)
    either.price(100_000_000)
    owed = Fraction(1_000_000) * (1 + Fraction(43, 1000) * 9 / 360)
    margin = Fraction(10_000) * (1 + Fraction(4, 100) * 9 / 360)
    assert either.exposure([terms])[0] == cents(owed - 1_089_000 - margin)
    assert either.exposure([terms], pair=either.owing)[0] == cents(1_089_000 - owed + margin)


@pytest.mark.parametrize("rate", [-10_000_000, 0, 10_000_000])
def test_interest_on_margin_has_the_sign_of_its_rate(either, rate):
    either.under(margin_rate=rate)
    terms = either.called()
    either.meet()
    either.keep(36_000 * 100_000)
    either.days(10)
    either.price(90_000_000)
    owed = Fraction(1_000_000) * (1 + Fraction(43, 1000) * 10 / 360)
    margin = 3_600 * (1 + Fraction(rate, ONE) * 10 / 360)
    assert either.exposure([terms])[0] == cents(owed - 980_100 - margin)


def test_on_a_basis_of_365(either):
    either.under(basis=365)
    terms = either.open()
    either.days(10)
    either.price(90_000_000)
    owed = Fraction(1_000_000) * (1 + Fraction(43, 1000) * 10 / 365)
    assert either.exposure([terms])[0] == cents(owed - 980_100)


def test_takes_income_in_that_the_buyer_owes(either):
    """Vector net-exposure-income: else the coupon would make a false call."""
    pen = either.pen
    either.takes(0, 20_000_000)
    either.price(120_000_000)
    lines = (pen.line("T-2035", 10_000_000, 20_000_000),)
    terms = either.open(purchase_price=98 * MILLION // 10, rate=43_000_000, lines=lines)
    either.days(12)
    either.price(97_875_000)
    today = terms.purchase_date + 12
    income = IncomeNotice(either.security.address, today, today + 1, 212_500_000_000)
    before = either.exposure([terms])[0]
    either.facility.recordIncome(*pen.income(terms, income))
    assert before == 222_296_670_000
    assert either.exposure([terms]) == (9_796_670_000, 9_796_670_000)


def test_takes_the_fails_charge_in(either):
    """The buyer cannot return: interest has stopped, and the charge runs at 3% a year."""
    terms = either.open(
        repurchase_date=either.pen.long(either.lender, either.borrower).purchase_date + 1
    )
    name = either.lender.name
    either.market.onboarding.freeze(name, "T-2035", either.market.balance(name, "T-2035"))
    either.days(1)
    either.later(9 * 3_600)
    either.facility.recordFail(either.agreement, Position(terms))
    either.days(4)
    either.price(90_000_000)
    owed = 1_000_119_440_000
    charge = cents(Fraction(owed, 10**6) * Fraction(3, 100) * 4 / 360)
    exact = Fraction(1_000_000) * (1 + Fraction(43, 1000) / 360) - 980_100
    assert either.exposure([terms])[0] == cents(exact - Fraction(charge, 10**6))


def test_adds_several_repos_up_whichever_way(either):
    """The sum is of exact figures, and rounded once."""
    ours = [either.open(rate=41_000_000 + i) for i in range(3)]
    theirs = [either.open(either.lender, either.borrower, rate=37_000_000 + i) for i in range(2)]
    either.days(7)
    either.price(91_234_567)
    total = Fraction(0)
    for sign, repos in ((1, ours), (-1, theirs)):
        for terms in repos:
            owed = 1_000_000 * (1 + Fraction(terms.rate, ONE) * 7 / 360)
            total += sign * (owed - Fraction(1_100_000 * 91_234_567 * 99, 10**10))
    assert either.exposure([*ours, *theirs])[0] == cents(total)
    assert either.exposure([*ours, *theirs], pair=either.owing)[0] == -cents(total)


def test_opposite_repos_of_one_kind_are_none(either):
    repos = [either.open(), either.open(either.lender, either.borrower)]
    either.days(3)
    either.price(80_000_000)
    assert either.exposure(repos) == (0, 0)
    assert either.exposure(repos, pair=either.owing) == (0, 0)


def test_a_root_move_shows_in_nobody_s_exposure_but_the_price_does(desk):
    """What was taken out of the buyer's wallet is still owed: the repo stands at its lines."""
    terms = desk.open()
    before = desk.exposure([terms])
    desk.market.onboarding.root_move(
        desk.lender.name, desk.borrower.name, "T-2035", 1_100_000, "court order", bytes(32)
    )
    assert desk.exposure([terms]) == before


def test_any_wallets_of_the_two_see_the_same(desk):
    terms = desk.open()
    other = second_wallet(desk, desk.lender)
    desk.price(90_000_000)
    pair = desk.pen.pair(other, desk.borrower, desk.agreement)
    assert desk.exposure([terms], pair=pair) == desk.exposure([terms])
    assert mirrored(pair).against == other.address


def test_is_seen_in_default_as_well(desk):
    terms = desk.in_default()
    assert desk.exposure([terms])[0] == 19_900_000_000
