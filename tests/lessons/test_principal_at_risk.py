"""The same trades settled five ways: what is lost, by whom, and what remains."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from settlement.lessons.trades import AGREED, END, FIRMS, SALES, Failure, on_the_day
from settlement.reporting.lesson import total

FALL = Decimal("-0.02")
MINUTES = int((END - AGREED).total_seconds()) // 60

failures = st.builds(
    lambda party, minute: Failure(party, AGREED + timedelta(minutes=minute)),
    st.sampled_from([None, *FIRMS]),
    st.integers(-60, MINUTES),
)
moves = st.decimals(-1, 1, places=6, allow_nan=False)


@pytest.fixture
def at(lesson):
    """The ways by key, when a party fails at a time."""

    def ways(party, hour, minute=0, move=FALL):
        return by_key(lesson.run(Failure(party, on_the_day(hour, minute)), move))

    return ways


def by_key(taught):
    return {way.key: way for way in taught.ways}


def lost(way):
    return {(loss.party, loss.trade): str(loss.amount) for loss in way.losses}


def again(way):
    return {(each.party, each.trade): str(each.cost) for each in way.replacements}


# the default


def test_who_loses_principal(default):
    assert {key: lost(way) for key, way in by_key(default).items()} == {
        "payment_first": {("broker", "S2"): "1511250.00"},
        "delivery_first": {("dealer", "S1"): "2015000.00"},
        "hash_locks": {("fund", "S1"): "2015000.00"},
        "atomic": {},
        "net_cash": {("dealer", ""): "503750.00"},
    }


def test_replacement_cost_remains_in_every_way(default):
    assert [str(way.replacement_cost) for way in default.ways] == ["20150.00"] * 5
    assert again(by_key(default)["atomic"]) == {("dealer", "S3"): "20150.00"}
    assert again(by_key(default)["payment_first"]) == {
        ("broker", "S2"): "0.00",
        ("dealer", "S3"): "20150.00",
    }


def test_what_has_to_be_there(default):
    cash = {key: str(total(way.cash_needed)) for key, way in by_key(default).items()}
    notes = {key: str(total(way.securities_needed)) for key, way in by_key(default).items()}
    assert cash == {
        "payment_first": "3526250.00",
        "delivery_first": "3526250.00",
        "hash_locks": "4533750.00",
        "atomic": "3526250.00",
        "net_cash": "2015000.00",
    }
    assert notes == dict.fromkeys(cash, "3022500.00") | {"hash_locks": "5541250.00"}


def test_value_times_seconds(default):
    """By hand: S1 and S4 are open for 90 minutes, what is lost until five."""
    hour = 3_600
    of_s4 = Decimal(1_007_500) * hour
    assert {key: total(way.value_seconds) for key, way in by_key(default).items()} == {
        "payment_first": (2_015_000 + 1_007_500) * Decimal("1.5") * hour + 1_511_250 * 6 * hour,
        "delivery_first": 2_015_000 * 7 * hour + (1_511_250 + 1_007_500) * Decimal("1.5") * hour,
        "hash_locks": 2_015_000 * 6 * hour + of_s4 / 2,
        "atomic": 0,
        "net_cash": 2_015_000 * 2 * hour + 4 * of_s4 + 503_750 * hour,
    }


def test_what_one_lost_another_has(default):
    wealth = {
        key: {party: str(change) for party, change in way.wealth.items() if change}
        for key, way in by_key(default).items()
    }
    assert wealth == {
        "payment_first": {"fund": "1511250.00", "broker": "-1511250.00"},
        "delivery_first": {"dealer": "-2015000.00", "fund": "2015000.00"},
        "hash_locks": {"dealer": "2015000.00", "fund": "-2015000.00"},
        "atomic": {},
        "net_cash": {"dealer": "-503750.00", "fund": "503750.00"},
    }


# other moments


def test_a_moment_before_the_second_leg_and_at_it(at):
    """S1 is paid for at ten and delivered at half past eleven."""
    assert lost(at("dealer", 11, 30)["payment_first"]) == {
        ("fund", "S1"): "2015000.00",
        ("fund", "S3"): "1007500.00",
    }
    assert lost(at("dealer", 11, 31)["payment_first"]) == {("fund", "S3"): "1007500.00"}


@pytest.mark.parametrize(
    ("party", "minute", "losses"),
    [
        ("fund", 0, {}),  # it has locked nothing
        ("fund", 31, {("fund", "S1"): "2015000.00"}),  # its cash is locked, and will be claimed
        ("dealer", 31, {}),  # nobody claims, and everything goes back
        ("dealer", 61, {}),  # it has claimed; fund claims too
    ],
)
def test_a_hash_lock_in_each_of_its_steps(at, party, minute, losses):
    way = at(party, 10 + minute // 60, minute % 60)["hash_locks"]
    assert {key: amount for key, amount in lost(way).items() if key[1] == "S1"} == losses


def test_an_unfinished_hash_lock_costs_a_replacement_that_others_do_not(at):
    """At half past ten S1 is done atomically, and not yet claimed where it is locked."""
    ways = at("fund", 10, 15)
    assert ("dealer", "S1") not in again(ways["atomic"])
    assert again(ways["hash_locks"])["dealer", "S1"] == "40300.00"


def test_two_receivers_wait_for_one_payer(at):
    """Net, fund owes both others for S1 and S4."""
    assert lost(at("fund", 10, 15)["net_cash"]) == {
        ("dealer", ""): "1007500.00",
        ("broker", ""): "1007500.00",
    }


def test_a_failed_receiver_is_paid_its_net(at):
    way = at("dealer", 12, 15)["net_cash"]
    assert lost(way) == {}
    assert set(way.wealth.values()) == {Decimal(0)}


def test_after_the_last_payment_nobody_loses(at):
    ways = at("fund", 16, 1)
    assert [way.principal_lost for way in ways.values()] == [0] * 5
    assert [way.replacement_cost for way in ways.values()] == [0] * 5


def test_a_price_that_rises_costs_buyers(at):
    assert again(at("dealer", 9, 45, Decimal("0.01"))["atomic"]) == {
        ("fund", "S1"): "20150.00",
        ("fund", "S3"): "10075.00",
        ("broker", "S4"): "0.00",
    }


def test_on_a_good_day_value_is_at_risk_and_comes_back(lesson):
    ways = by_key(lesson.run(Failure(None, on_the_day(9)), FALL))
    assert {key: way.most_uncovered > 0 for key, way in ways.items()} == {
        "payment_first": True,
        "delivery_first": True,
        "hash_locks": True,
        "atomic": False,
        "net_cash": True,
    }
    for way in ways.values():
        assert (way.losses, way.replacements) == ((), ())
        assert way.uncovered[-1][1] == 0


# any failure, any price


@settings(max_examples=settings.default.max_examples // 3)  # each lives through five days
@given(failures, moves)
def test_whoever_fails_whenever_atomic_settlement_loses_no_principal(lesson, failure, move):
    taught = lesson.run(failure, move)
    ways = by_key(taught)
    assert taught.holds
    assert ways["atomic"].principal_lost == 0
    assert total(ways["atomic"].value_seconds) == 0
    assert {loss.party for loss in ways["hash_locks"].losses} <= {failure.party}
    for way in taught.ways:
        assert sum(way.wealth.values()) == 0
        for firm in FIRMS:
            gained = max(way.wealth[firm], Decimal(0))
            assert way.wealth[firm] + way.lost_by(firm) >= gained  # more only by another's loss
        assert way.principal_lost == (way.uncovered[-1][1] if way.uncovered else 0)
        assert all(each.cost >= 0 and each.party != failure.party for each in way.replacements)
        if failure.party is None:
            assert way.principal_lost == way.replacement_cost == 0


def test_the_same_every_time(lesson, default):
    assert lesson.run(Failure("fund", on_the_day(11, 15)), FALL) == default


def test_every_pair_of_firms_has_a_trade():
    assert {frozenset((sale.seller, sale.buyer)) for sale in SALES} == {
        frozenset(FIRMS) - {firm} for firm in FIRMS
    }
