"""`RepoFacility.closeOut`: what is refused, then the one sum, to the cent."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from settlement.model.repo import IncomeNotice, Position
from settlement.onchain.repo_signing import repo_id
from tests.contracts.live import logged, reverts
from tests.contracts.repo.margin_desk import RATIO
from tests.contracts.repo.pen import HOUR

pytest_plugins = ["tests.contracts.repo.margin_fixtures"]

MILLION = 1_000_000_000_000
ONE = 10**9
CALLED = 19_900_000_000


def cents(amount):
    """Millionths of an exact sum, half up on the magnitude, to the cent."""
    whole = int(abs(amount) * 100 + Fraction(1, 2)) * 10_000
    return whole if amount >= 0 else -whole


@pytest.fixture
def refuses(desk, unchanged):
    """`refuses(arguments, "NotInDefault", ...)`, and all is as it was."""
    refuse = unchanged(desk)
    return lambda given, error, /, **arguments: refuse("closeOut", given, error, **arguments)


@pytest.fixture
def three(desk):
    """Three repos in a set in default, in the order of their ids, and a price to value them at."""
    repos = [desk.open() for _ in range(3)]
    desk.price(90_000_000)
    desk.call(repos)
    desk.unmet()
    desk.price(90_000_000)
    return desk.pen.ordered(repos)


# --- what is refused


def test_not_of_a_set_that_performs_or_never_was(desk, refuses):
    refuses((desk.pair, [], []), "NotInDefault", nettingSet=desk.set)
    terms = desk.called()
    refuses(desk.pen.exposed(desk.pair, [terms]), "NotInDefault", nettingSet=desk.set)


def test_none_that_is_not_open(desk, three, refuses):
    never = Position(desk.pen.long(desk.borrower, desk.lender))
    wrong = {"repo": repo_id(never.terms), "state": 0}
    refuses((desk.pair, [never], []), "WrongState", **wrong)


def test_none_twice(desk, three, refuses):
    """Not in one step, and not in a later one."""
    first = three[0]
    twice = repo_id(first.terms)
    refuses((desk.pair, [first, first], []), "OutOfOrder", last=twice, next=twice)
    desk.facility.closeOut(desk.pair, [first], [])
    refuses((desk.pair, [first], []), "WrongState", repo=twice, state=4)
    refuses((desk.pair, three, []), "WrongState", repo=twice, state=4)


def test_none_out_of_order_within_a_step(desk, three, refuses):
    one, two = (repo_id(position.terms) for position in three[:2])
    given = (desk.pair, [three[1], three[0], three[2]], [])
    refuses(given, "OutOfOrder", last=two, next=one)


def test_none_of_another_set(desk, three, refuses):
    other = desk.pen.agreement(minimum_transfer=3)
    desk.price(100_000_000)
    foreign = desk.pen.long(desk.borrower, desk.lender, other)
    desk.facility.open(*desk.pen.signed(foreign))
    given = (desk.pair, [Position(foreign)], [])
    refuses(given, "NotOfTheSet", repo=repo_id(foreign))


def test_one_left_out_keeps_the_set_in_default(desk, three):
    """Nothing is claimed and nothing opens until it is brought."""
    for left in three[:2]:
        desk.facility.closeOut(desk.pair, [left], [])
    assert desk.facility.setOf(desk.set)[2] == 2
    assert desk.pen.claim(desk.pair) == 0
    desk.facility.closeOut(desk.pair, [], [])
    assert desk.facility.setOf(desk.set)[2] == 2
    with reverts("SetInDefault", nettingSet=desk.set):
        desk.open()
    desk.facility.closeOut(desk.pair, [three[2]], [])
    assert desk.facility.setOf(desk.set)[2] == 1


def test_nobody_blocks_it_by_beginning_at_the_end(desk, three, intruder):
    """Anyone may take a step; the repos before the last one are valued all the same."""
    desk.facility.closeOut(desk.pair, [three[2]], [], sender=intruder)
    desk.facility.closeOut(desk.owing, [three[0]], [], sender=intruder)
    events = desk.facility.closeOut(desk.pair, [three[1]], [])
    assert logged(events, "ClosedOut")["net"] != 0


def test_the_collateral_as_it_stands(desk, three, refuses):
    wrong = Position(three[0].terms, three[0].terms.lines)
    refuses((desk.pair, [wrong], []), "NotTheCollateral", repo=repo_id(wrong.terms))


def test_no_price_of_before_the_declaration(desk, refuses):
    """A second before it is too early; in its very second it is not."""
    terms = desk.called()
    desk.later(4 * HOUR)
    desk.price(90_000_000)
    declared = desk.market.chain.now()
    desk.facility.declareDefault(*desk.pen.declaring(desk.pair))
    given = desk.pen.exposed(desk.pair, [terms])
    old = {"age": desk.market.chain.now() - declared + 1, "maximumAge": 1}
    refuses(given, "PriceStale", security=desk.security, **old)
    pricer = desk.market.operators.pricer
    desk.prices.post(desk.security, 90_000_000, declared, sender=pricer)
    desk.facility.closeOut(*given)


def test_no_price_that_waits(desk, three, refuses):
    """A jump may be a mistake; confirmed, it counts."""
    operators, price = desk.market.operators, 40_000_000
    desk.later(1)
    desk.prices.post(desk.security, price, desk.market.chain.now(), sender=operators.pricer)
    refuses((desk.pair, three, []), "PricePending", security=desk.security)
    desk.prices.confirm(desk.security, price, sender=operators.confirmer)
    events = desk.facility.closeOut(desk.pair, three, [])
    assert logged(events, "DefaultPriceFixed")["price"] == price


def test_not_without_the_securities_that_stand_as_margin(desk, refuses):
    terms = desk.called()
    lines = [desk.pen.line("T-2035", 23_000)]
    desk.facility.meetInSecurities(*desk.pen.delivering(desk.owing, lines))
    desk.price(80_000_000)
    desk.call([terms], [desk.security])
    desk.unmet()
    desk.price(80_000_000)
    positions = [Position(terms)]
    count = {"brought": 0, "standing": 1}
    refuses((desk.pair, positions, []), "NotAllSecurities", nettingSet=desk.set, **count)
    other = desk.another("A")
    missing = {"asset": other, "needed": 1, "available": 0}
    refuses((desk.pair, positions, [other]), "NotHeldAsMargin", **missing)
    desk.facility.closeOut(desk.pair, positions, [desk.security])


def test_not_twice(desk, three, refuses):
    desk.facility.closeOut(desk.pair, three, [])
    refuses((desk.pair, three, []), "NotInDefault", nettingSet=desk.set)


# --- the sum


def test_one_way_less_margin_with_its_interest(either, watch):
    """Vector close-out-one-way."""
    either.under(margin_rate=40_000_000)
    either.price(120_000_000)
    lines = (either.pen.line("T-2035", 20_000_000),)
    terms = either.open(purchase_price=20 * MILLION, rate=45_000_000, lines=lines)
    either.days(4)
    either.price(98_000_000)
    either.call([terms])
    either.meet()
    either.keep(250_000_000_000)
    either.days(3)
    either.price(90_000_000)
    either.call([terms])
    either.unmet()
    either.price(98_000_000)
    moved = watch()
    closed = either.close_out([terms])
    assert either.pen.claim(either.pair) == 167_416_670_000
    sign = 1 if either.pen.is_first(either.pair) else -1
    assert closed["net"] == closed["claim"] == sign * 167_416_670_000
    assert moved() == {}


def test_the_buyer_defaults_and_owes_margin_back(either):
    """Vector close-out-buyer-defaults: the borrower is the one that did not default."""
    either.under(margin_rate=40_000_000)
    either.price(120_000_000)
    lines = (either.pen.line("T-2035", 15_000_000),)
    terms = either.open(purchase_price=15 * MILLION, rate=50_000_000, lines=lines)
    either.days(3)
    either.price(90_000_000)
    either.call([terms])
    either.meet()
    either.keep(120_000_000_000)
    either.days(6)
    either.price(105_000_000)
    either.call([terms], pair=either.owing)
    either.unmet(either.owing)
    either.price(103_000_000)
    either.close_out([terms])
    assert either.pen.claim(either.owing) == 551_330_000_000


def test_the_side_that_did_not_default_may_owe(either):
    """Vector close-out-negative: the excess is a claim of who defaulted."""
    either.price(120_000_000)
    lines = (either.pen.line("T-2035", 8_000_000),)
    terms = either.open(purchase_price=8 * MILLION, rate=50_000_000, lines=lines)
    either.days(4)
    either.price(90_000_000)
    either.call([terms])
    either.unmet()
    either.price(103_750_000)
    either.close_out([terms])
    assert either.pen.claim(either.pair) == -295_555_560_000


def several(desk):
    """Repos both ways, in three securities, some of them in both; cash and securities as margin,
    income and a fails charge: the whole sum by hand."""
    pen = desk.pen
    desk.another("A", 100_000_000)
    desk.another("B", 100_000_000, 1_000)
    both = pen.lines(pen.line("T-2035", 600_000), pen.line("A", 500_000))
    ours = [desk.open(rate=41_000_000 + i, lines=both) for i in range(2)]
    ours.append(desk.open(rate=-3_000_000, lines=(pen.line("B", 1_100_000),)))
    theirs = [desk.open(desk.lender, desk.borrower, lines=(pen.line("A", 1_100_000),))]
    return ours, theirs


@pytest.mark.parametrize("basis", [360, 365])
def test_of_repos_both_ways_it_is_one_sum_rounded_once(either, basis):
    either.under(basis=basis, margin_rate=40_000_000)
    pen = either.pen
    ours, theirs = several(either)
    repos = [*ours, *theirs]
    either.days(2)
    for symbol in ("T-2035", "A", "B"):
        either.price(91_000_000, symbol)
    either.call(repos)
    either.meet()
    held = pen.held(either.pair)
    either.days(1)
    for symbol in ("T-2035", "A", "B"):
        either.price(88_000_000, symbol)
    either.call(repos)
    lines = [pen.line("T-2035", 100_000)]
    either.facility.meetInSecurities(*pen.delivering(either.owing, lines))
    today = ours[0].purchase_date + 3
    income = IncomeNotice(either.security.address, today, today + 1, 12_345_670_000)
    either.facility.recordIncome(*pen.income(ours[0], income))
    either.days(5)
    for symbol in ("T-2035", "A", "B"):
        either.price(80_000_000, symbol)
    either.call(repos, [either.security])
    either.unmet()
    prices = {"T-2035": 79_123_457, "A": 81_234_568, "B": 77_777_777}
    for symbol, price in prices.items():
        either.price(price, symbol)
    worth = {
        either.market.directory.security(symbol).address: Fraction(price, 10**8)
        for symbol, price in prices.items()
    }
    total = Fraction(0)
    for sign, side in ((1, ours), (-1, theirs)):
        for terms in side:
            owed = 1_000_000 * (1 + Fraction(terms.rate, ONE) * 8 / basis)
            total += sign * (
                owed - sum(line.quantity * worth[line.security] for line in terms.lines)
            )
    total -= Fraction(income.amount, 10**6)
    total -= Fraction(held, 10**6) * (1 + Fraction(4, 100) * 6 / basis)
    total -= 100_000 * worth[either.security.address]
    events = either.facility.closeOut(*pen.exposed(either.pair, repos, [either.security]))
    assert [event.name for event in events].count("Valued") == 4
    assert [event.name for event in events].count("DefaultPriceFixed") == 3
    assert pen.claim(either.pair) == cents(total)
    assert either.facility.securityMarginOf(either.set, either.security) == (0, 0)
    account, standing = either.facility.marginOf(either.set)
    assert account[:2] == (0, 0)
    assert standing[0] == 0


@pytest.mark.parametrize("order", ["forwards", "backwards", "in pairs", "from the middle"])
def test_in_steps_it_is_the_same_sum(either, order, chain):
    """Whoever takes them, and whatever the board says in between."""
    ours, theirs = several(either)
    repos = [*ours, *theirs]
    for symbol in ("T-2035", "A", "B"):
        either.price(90_000_000, symbol)
    either.call(repos)
    either.unmet()
    for symbol in ("T-2035", "A", "B"):
        either.price(83_333_333, symbol)
    positions = either.pen.ordered(repos)
    back = chain.checkpoint()
    either.facility.closeOut(either.pair, positions, [])
    at_once = either.pen.claim(either.pair)
    back()
    one, two, three, four = positions
    steps = {
        "forwards": [[one], [two], [three], [four]],
        "backwards": [[four], [three], [two], [one]],
        "in pairs": [[one, three], [], [two, four]],
        "from the middle": [[two, three], [one, four]],
    }
    for number, step in enumerate(steps[order]):
        pair = either.pair if number % 2 else either.owing
        either.facility.closeOut(pair, step, [])
    assert either.pen.claim(either.pair) == at_once
    assert at_once != 0


def test_prices_are_fixed_once_for_all_steps(either):
    """Later ones are of no interest, even pending or stale ones."""
    repos = [either.open() for _ in range(2)]
    either.price(90_000_000)
    either.call(repos)
    either.unmet()
    either.price(85_000_000)
    first, second = either.pen.ordered(repos)
    events = either.facility.closeOut(either.pair, [first], [])
    fixed = {"nettingSet": either.set, "security": either.security.address, "price": 85_000_000}
    assert logged(events, "DefaultPriceFixed") == {**fixed, "disputed": False}
    pricer = either.market.operators.pricer
    either.days(9)
    either.prices.post(either.security, 1, either.market.chain.now(), sender=pricer)
    events = either.facility.closeOut(either.pair, [second], [])
    assert not [event for event in events if event.name == "DefaultPriceFixed"]
    assert either.pen.claim(either.pair) == 130_000_000_000


def test_interest_stops_on_the_day_of_the_declaration(either):
    terms = either.in_default()
    either.days(40)
    either.price(90_000_000)
    either.close_out([terms])
    assert either.pen.claim(either.pair) == 10_000_000_000


def test_a_fail_of_the_buyer_bears_its_charge(either):
    """Interest stopped on the repurchase date; the charge runs to the declaration, three days."""
    pen = either.pen
    tomorrow = pen.long(either.lender, either.borrower).purchase_date + 1
    terms = either.open(repurchase_date=tomorrow)
    name = either.lender.name
    either.market.onboarding.freeze(name, "T-2035", either.market.balance(name, "T-2035"))
    either.days(1)
    either.later(9 * HOUR)
    either.facility.recordFail(either.agreement, Position(terms))
    either.days(3)
    either.facility.declareDefault(*pen.declaring(either.owing, [terms]))
    either.price(100_000_000)
    either.close_out([terms])
    owed = 1_000_000 * (1 + Fraction(43, 1000) / 360)
    charge = Fraction(cents(Fraction(100_011_944, 100) * Fraction(3, 100) * 3 / 360), 10**6)
    assert either.pen.claim(either.owing) == cents(1_100_000 - owed + charge)


def test_by_the_ratio_method_margin_counts_for_nothing(either):
    """Default market value has no margin in it, whatever the method."""
    either.takes(RATIO, ONE)
    either.under(method=RATIO)
    line = either.pen.line("T-2035", 1_100_000, 1_050_000_000)
    terms = either.open(lines=(line,))
    either.price(90_000_000)
    either.call([terms])
    either.unmet()
    either.price(90_000_000)
    either.close_out([terms])
    assert either.pen.claim(either.pair) == 10_000_000_000


def test_says_what_each_repo_came_to_and_gives_the_set_back(either):
    terms = either.in_default()
    either.price(90_000_000)
    events = either.facility.closeOut(*either.pen.exposed(either.pair, [terms]))
    assert [event.name for event in events] == ["DefaultPriceFixed", "Valued", "ClosedOut"]
    figures = {"owed": 1_000_000_000_000, "marketValue": 990_000_000_000}
    ids = {"nettingSet": either.set, "repo": repo_id(terms)}
    assert logged(events, "Valued") == {**ids, **figures}
    net = 10_000_000_000 * (1 if either.pen.is_first(either.pair) else -1)
    assert logged(events, "ClosedOut") == {"nettingSet": either.set, "net": net, "claim": net}
    assert either.facility.repoOf(repo_id(terms))[0] == 4
    assert either.facility.closeOutOf(either.set) == (0, False, 0)
    state = either.facility.setOf(either.set)
    assert (state[0], state[1], state[2], state[-1]) == (0, 0, 1, 0)


def test_title_stays_where_it_is(either, watch):
    terms = either.in_default()
    either.price(90_000_000)
    moved = watch()
    either.close_out([terms])
    assert moved() == {}
    with reverts("NothingToCollect", repo=repo_id(terms), wallet=either.lender):
        either.facility.collect(terms, [], either.lender)


def test_moves_nothing_so_nothing_holds_it_up(desk):
    """Both are suspended, cash and securities paused, both empty."""
    terms = desk.in_default()
    desk.price(90_000_000)
    onboarding = desk.market.onboarding
    for party in (desk.lender, desk.borrower):
        onboarding.suspend(party.name, "sanctions")
    for symbol in ("USD", "T-2035"):
        onboarding.pause(symbol, "halt")
    desk.close_out([terms])
    assert desk.pen.claim(desk.pair) == 10_000_000_000


def test_a_second_close_out_adds_to_the_claim(either):
    """Another default of the same set has prices of its own."""
    terms = either.in_default()
    either.price(90_000_000)
    either.close_out([terms])
    either.price(100_000_000)
    again = either.in_default()
    either.price(80_000_000)
    closed = either.close_out([again])
    sign = 1 if either.pen.is_first(either.pair) else -1
    assert (closed["net"], closed["claim"]) == (sign * 120 * 10**9, sign * 130 * 10**9)


def test_an_unmet_call_for_margin_alone_closes_a_set_without_repos(either):
    """The holder does not return what it has no more ground to hold."""
    terms = either.called()
    either.meet()
    either.days(30)
    either.facility.close(*either.pen.closing(terms, either.lender))
    either.call([], pair=either.owing)
    either.unmet(either.owing)
    either.close_out([])
    interest = Fraction(19_900) * Fraction(43, 1000) * 30 / 360
    assert either.pen.claim(either.owing) == cents(19_900 + interest)


def test_an_intraday_repo_counts_minutes_to_the_declaration(either):
    """Called and unmet within the day: 241 minutes have begun."""
    today = either.pen.long(either.lender, either.borrower).purchase_date
    terms = either.open(duration=2, repurchase_date=today)
    either.price(90_000_000)
    either.call([terms])
    either.unmet()
    started = either.facility.repoOf(repo_id(terms))[2]
    declared = either.facility.closeOutOf(either.set)[0]
    minutes = -((started - declared) // 60)
    either.price(90_000_000)
    either.close_out([terms])
    interest = 1_000_000 * Fraction(43, 1000) * minutes / (360 * 1440)
    assert either.pen.claim(either.pair) == cents(10_000 + interest)


def test_lines_that_changed_count_as_they_are_now(either):
    """Substituted, so brought with the position."""
    pen = either.pen
    terms = either.open(may_substitute=True)
    either.another("A", 100_000_000)
    lines = (pen.line("A", 1_200_000),)
    position = Position(terms)
    either.facility.substitute(*pen.substituting(position, lines))
    now = replace(position, lines=lines)
    either.price(80_000_000, "A")
    either.call([now])
    either.unmet()
    either.price(80_000_000, "A")
    either.close_out([now])
    assert pen.claim(either.pair) == 40_000_000_000


def test_declared_and_closed_out_it_costs_a_quarter_of_a_million_at_most(desk):
    """A set of one bilateral repo, whose claim is the first of the two."""
    terms = desk.called()
    desk.later(4 * HOUR + 1)
    declared = desk.facility.receipt("declareDefault", *desk.pen.declaring(desk.pair))
    desk.price(90_000_000)
    closed = desk.facility.receipt("closeOut", *desk.pen.exposed(desk.pair, [terms]))
    assert declared.succeeded
    assert closed.succeeded
    print("declare", declared.gas_used, "closeOut", closed.gas_used)
    assert declared.gas_used + closed.gas_used <= 250_000
