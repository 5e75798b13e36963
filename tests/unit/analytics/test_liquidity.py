"""The liquidity study: bounds, levels of cash, and what settles at each of them."""

from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from settlement.analytics import liquidity
from settlement.analytics.liquidity import LEVELS, Level, gross_part, study
from settlement.analytics.netting import Bounds, bounds, gross
from settlement.analytics.obligations import against_payment

BYPASS_BY_CASH = [(1, "A", "B", 10), (2, "A", "C", 8), (3, "C", "A", 8)]
"""With 8 A pays 2, is paid by 3 and has 8 left; with 10 it pays 1 and nothing else."""


def queue(*payments):
    """Trades as (number, buyer, seller, amount), each of a security of its own."""
    return [
        against_payment(str(number), seller, buyer, f"S{number}", 1, "USD", amount)
        for number, buyer, seller, amount in payments
    ]


payments = st.lists(
    st.tuples(st.permutations("ABCD"), st.integers(1, 40)).map(
        lambda drawn: (*drawn[0][:2], drawn[1])
    ),
    min_size=1,
    max_size=8,
)
queues = payments.map(
    lambda found: queue(*((number, *each) for number, each in enumerate(found, 1)))
)


def at(studied, level):
    return next(point for point in studied.points if point.level == level)


NET, ONE_BY_ONE = Level(100, 0), Level(100, 100)


def test_levels_go_from_nothing_by_the_lower_bound_to_the_upper_one():
    member = Bounds(1_000, 3_000)
    held = [level.cash(member) for level in LEVELS]
    assert held == [*range(0, 1_000, 200), *range(1_000, 3_001, 200)]


def test_cash_is_rounded_down():
    assert Level(20, 0).cash(Bounds(99, 99)) == 19
    assert Level(100, 10).cash(Bounds(5, 24)) == 6
    assert ONE_BY_ONE.cash(Bounds(5, 24)) == 24


@settings(max_examples=30)
@given(st.lists(queues, min_size=1, max_size=2))
def test_what_is_true_of_every_curve(found):
    studied = study(found, "USD")
    nothing, net, one_by_one = (at(studied, level) for level in (LEVELS[0], NET, ONE_BY_ONE))
    assert (nothing.cash, net.cash, one_by_one.cash) == (0, studied.lower, studied.upper)
    assert net.together == net.most_value == studied.gross
    assert one_by_one.in_order == one_by_one.bypass == one_by_one.gross_part == studied.gross
    for point in studied.points:
        assert point.proven
        assert point.in_order <= point.together <= point.most_value <= studied.gross
        assert point.bypass <= point.most_value
        assert point.gross_part is None or point.gross_part <= point.in_order
    for curve in ("cash", "in_order", "together", "most_value"):
        values = [getattr(point, curve) for point in studied.points]
        assert values == sorted(values)
    parts = [point.gross_part for point in studied.points if point.level.of_lower == 100]
    assert parts == sorted(parts)


@given(queues, st.integers(0, 100))
def test_the_gross_part_is_the_longest_for_which_everybody_has_enough(trades, of_rest):
    needs = bounds(trades, "USD")
    cash = {name: Level(100, of_rest).cash(need) for name, need in needs.items()}
    fitting = [
        gross(trades[:count])
        for count in range(len(trades) + 1)
        if all(
            cash[name] >= max(needs[name].lower, need.upper)
            for name, need in bounds(trades[:count], "USD").items()
        )
    ]
    assert gross_part(trades, "USD", cash) == max(fitting)


@given(st.lists(queues, min_size=1, max_size=2))
def test_partial_gross_costs_from_the_net_up_to_one_by_one(found):
    studied = study(found, "USD")
    first, *_, last = studied.partial
    assert (first.value, first.cash) == (0, studied.lower)
    assert (last.value, last.cash) == (studied.gross, studied.upper)
    for part in studied.partial:
        assert 100 * part.value <= part.share * studied.gross
    costs = [part.cash for part in studied.partial]
    assert costs == sorted(costs)


def test_partial_gross_needs_the_larger_of_peak_and_net():
    """Half is the first two: A pays 30 and gets 20, so its peak is 30 and its net 10 + 40."""
    trades = queue((1, "A", "B", 30), (2, "B", "A", 20), (3, "A", "C", 40), (4, "C", "B", 10))
    half = next(part for part in study([trades], "USD").partial if part.share == 50)
    assert half == liquidity.PartialGross(50, 50, 50)
    ring = queue((1, "A", "B", 30), (2, "B", "C", 30), (3, "C", "A", 30))
    third = next(part for part in study([ring], "USD").partial if part.share == 40)
    assert third == liquidity.PartialGross(40, 30, 30)


def test_without_the_net_there_is_no_gross_part():
    trades = queue((1, "A", "B", 100))
    assert gross_part(trades, "USD", {"A": 99, "B": 0}) is None
    assert gross_part(trades, "USD", {"A": 100, "B": 0}) == 100


def test_a_ring_settles_at_once_with_no_cash_and_one_by_one_with_one_payment():
    ring = queue((1, "A", "B", 100), (2, "B", "C", 100), (3, "C", "A", 100))
    studied = study([ring], "USD")
    assert (studied.gross, studied.lower, studied.upper) == (300, 0, 100)
    gridlocked = at(studied, Level(100, 90))
    assert (gridlocked.in_order, gridlocked.bypass, gridlocked.gross_part) == (0, 0, 0)
    assert (gridlocked.together, gridlocked.most_value) == (300, 300)
    assert at(studied, ONE_BY_ONE).in_order == 300


def test_bypass_may_settle_less_with_more_cash():
    studied = study([queue(*BYPASS_BY_CASH)], "USD")
    assert at(studied, Level(80, 0)).bypass == 16
    assert at(studied, NET).bypass == 10


def test_sellers_hold_what_they_deliver_whichever_others_settle():
    """C sells on what it is to buy from B, which nobody pays for at first."""
    bought = against_payment("1", "B", "C", "S", 1, "USD", 50)
    sold = against_payment("2", "C", "A", "S", 1, "USD", 60)
    studied = study([[bought, sold]], "USD")
    assert (studied.lower, studied.upper) == (60, 110)
    assert at(studied, NET).bypass == 110


def test_every_date_has_its_own_cash_and_queue():
    """What B gets on the first date does not pay on the second; values and cash are summed."""
    first, second = queue((1, "A", "B", 100)), queue((2, "B", "A", 100))
    studied = study([first, second], "USD")
    assert (studied.gross, studied.lower, studied.upper) == (200, 200, 200)
    assert at(studied, Level(80, 0)).most_value == 0
    assert at(studied, NET).gross_part == 200
    together = study([[*first, *second]], "USD")
    assert (together.gross, together.lower, together.upper) == (200, 0, 100)


def test_one_date_without_its_net_leaves_no_gross_part():
    balanced = queue((1, "A", "B", 100), (2, "B", "A", 100))
    studied = study([balanced, queue((3, "A", "B", 100))], "USD")
    assert at(studied, Level(80, 0)).gross_part is None


@pytest.fixture
def out_of_time(monkeypatch):
    """Programmes that find half of what they cannot rule out; how many there were."""
    asked = []

    def found(obligations, _balances, seconds):
        asked.append(seconds)
        return SimpleNamespace(value=gross(obligations) // 2, bound=gross(obligations))

    monkeypatch.setattr(liquidity, "best", found)
    return asked


def test_what_no_set_exceeds_is_told_from_what_was_found(out_of_time):
    studied = study([queue((1, "A", "B", 100)), queue((2, "A", "B", 60))], "USD")
    short = at(studied, Level(80, 0))
    assert (short.most_value, short.at_most, short.proven) == (80, 160, False)


def test_the_dates_of_a_level_share_its_time(out_of_time):
    study([queue((1, "A", "B", 100)), queue((2, "A", "B", 60))], "USD")
    assert {*out_of_time} == {liquidity.SECONDS / 2}


def test_no_programme_is_solved_where_all_settles_without(out_of_time):
    studied = study([queue((1, "A", "B", 100))], "USD")
    assert len(out_of_time) == sum(level.of_lower < 100 for level in LEVELS)
    assert at(studied, NET).proven


def test_progress_names_each_level():
    told = []
    study([queue((1, "A", "B", 100))], "USD", told.append)
    assert tuple(told) == LEVELS
