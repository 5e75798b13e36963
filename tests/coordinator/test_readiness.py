"""Why a trade has not settled, over all trades of a wallet; and what is ready does settle."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from settlement.coordinator.dvp import ALL_OR_NONE, BEST_EFFORT
from settlement.errors import Refused
from settlement.onchain.signing import group_of
from tests.anew import anew

ONE = Decimal(1)


@pytest.fixture
def market(market):
    """The market with a holding of 100 of a security without a denomination."""
    market.add_security("X")
    market.add_participant("seller", securities={"X": 100})
    market.add_participant("buyer", cash={"USD": Decimal("500.00")})
    return market


def sale(market, reference, quantity, seller="seller", buyer="buyer", price=ONE):
    market.book_trade(reference, seller, buyer, "X", quantity, "USD", price)


def told(market):
    return {found.reference: (found.obstacles, found.remedies) for found in market.diagnose()}


def test_one_holding_of_100_and_two_trades_of_80_are_never_both_ready(market):
    sale(market, "first", 80)
    sale(market, "second", 80)
    first, second = market.diagnose()
    assert first.ready
    assert not second.ready
    assert second.obstacles == ("seller is short of 60 X",)
    assert second.remedies == ("deliver 60 X to seller, or cancel a trade that comes first",)
    leg = second.legs[0]
    assert (leg.wallet, leg.asset.symbol) == ("seller", "X")
    assert (leg.needs, leg.reserved, leg.all_needs) == (80, 80, 160)
    assert (leg.has, leg.free, leg.short) == (100, 100, 60)


def test_once_the_first_is_gone_the_second_is_ready(market):
    sale(market, "first", 80)
    sale(market, "second", 80)
    market.dvp.cancel("first", ["seller", "buyer"])
    (second,) = market.diagnose()
    assert (second.reference, second.ready) == ("second", True)
    market.dvp.settle("second")
    assert market.diagnose() == []


def test_the_cash_of_all_trades_counts_too(market):
    sale(market, "first", 10, price=Decimal(30))
    sale(market, "second", 10, price=Decimal("20.01"))
    assert told(market)["first"] == ((), ())
    obstacles, remedies = told(market)["second"]
    assert obstacles == ("buyer is short of 0.10 USD",)
    assert remedies == ("deliver 0.10 USD to buyer, or cancel a trade that comes first",)


def test_what_a_trade_would_bring_is_not_counted(market):
    market.add_participant("third", cash={"USD": Decimal(100)})
    sale(market, "in", 50)
    sale(market, "on", 50, "buyer", "third")
    assert told(market)["in"] == ((), ())
    assert told(market)["on"][0] == ("buyer is short of 50 X",)


def test_what_is_frozen_is_not_free(market):
    sale(market, "S", 71)
    market.onboarding.freeze("seller", "X", 30)
    (found,) = market.diagnose()
    assert found.obstacles == ("seller is short of 1 X",)
    assert found.remedies == ("deliver 1 X to seller, or free as much of what is frozen",)
    assert (found.legs[0].has, found.legs[0].free) == (100, 70)


def test_more_frozen_than_there_is_leaves_nothing_and_not_less(market):
    sale(market, "S", 1)
    market.onboarding.freeze("seller", "X", 1_000)
    assert market.diagnose()[0].legs[0].free == 0
    assert told(market)["S"][0] == ("seller is short of 1 X",)


@pytest.mark.parametrize("name", ["seller", "buyer"])
def test_a_suspended_wallet(market, name):
    sale(market, "S", 1)
    market.onboarding.suspend(name, "screening")
    assert told(market)["S"] == ((f"{name}'s wallet is suspended",), (f"reinstate {name}",))


def test_a_closed_wallet_never_comes_back(market):
    sale(market, "S", 1)
    registry, registrar = market.deployment.registry, market.operators.registrar
    wallet = market.directory.party("buyer").address
    market.journal.run(registry.transaction(registrar, "close", wallet, "left"))
    assert told(market)["S"] == (
        ("buyer's wallet is closed",),
        ("settle with another wallet of buyer",),
    )


@pytest.mark.parametrize("symbol", ["X", "USD"])
def test_a_paused_asset(market, symbol):
    sale(market, "S", 1)
    market.onboarding.pause(symbol, "incident")
    assert told(market)["S"] == ((f"{symbol} is paused",), (f"reinstate {symbol}",))
    market.onboarding.unpause(symbol, "over")
    assert told(market)["S"] == ((), ())


def test_a_window_that_has_not_begun_and_one_that_is_over(market):
    day = market.instructions("S", "seller", "buyer", "X", 1, "USD", ONE)
    noon = day[0].not_before + 12 * 3_600
    trade = market.dvp.match(*(replace(one, not_before=noon) for one in day))
    market.dvp.sign("S", trade)
    assert told(market)["S"] == (
        ("it may not settle before 2026-03-02 12:00:00",),
        ("wait until 2026-03-02 12:00:00",),
    )
    market.chain.advance_to(noon)
    assert told(market)["S"] == ((), ())
    market.chain.advance_to(trade.not_after)
    assert told(market)["S"] == ((), ())
    market.chain.advance_to(trade.not_after + 1)
    assert told(market)["S"] == (
        ("its window ended at 2026-03-02 23:59:59",),
        ("agree on a new trade",),
    )


def test_a_security_after_its_sunset(market):
    last = market.directory.security("X").last_second
    market.chain.advance_to(last)
    sale(market, "S", 1)
    assert told(market)["S"] == ((), ())
    market.chain.advance_to(last + 1)
    assert told(market)["S"][0] == ("X no longer circulates",)
    with pytest.raises(Refused, match="X no longer circulates"):
        market.dvp.settle("S")


def test_linked_trades_are_not_ready_alone(market):
    both = [
        market.dvp.match(*market.instructions(name, "seller", "buyer", "X", 1, "USD", ONE))
        for name in ("A", "B")
    ]
    group = group_of(both)
    for name, trade in zip("AB", both, strict=True):
        market.dvp.sign(name, replace(trade, group=group))
    remedy = "settle it in one batch with all of its group"
    assert told(market) == dict.fromkeys("AB", (("it is linked",), (remedy,)))
    with pytest.raises(Refused, match="linked trades settle only together"):
        market.dvp.settle("A")
    market.dvp.settle_batch(["A", "B"], ALL_OR_NONE)
    assert market.diagnose() == []


def test_everything_that_stands_in_the_way_is_named(market):
    sale(market, "S", 101, price=Decimal(5))
    market.onboarding.suspend("seller", "screening")
    market.onboarding.pause("USD", "incident")
    market.at(datetime(2026, 3, 2, 9) + timedelta(days=1))  # noqa: DTZ001 - New York
    (found,) = market.diagnose()
    assert found.obstacles == (
        "seller's wallet is suspended",
        "USD is paused",
        "its window ended at 2026-03-02 23:59:59",
        "seller is short of 1 X",
        "buyer is short of 5.00 USD",
    )
    assert len(found.remedies) == len(found.obstacles)


names = st.sampled_from(["seller", "buyer", "third"])
trades = st.lists(
    st.tuples(names, names, st.integers(1, 60), st.integers(1, 9)).filter(lambda t: t[0] != t[1]),
    min_size=1,
    max_size=6,
)


@given(
    booked=trades,
    frozen=st.integers(0, 80),
    suspended=st.sampled_from([None, None, None, "third"]),
    batched=st.booleans(),
)
def test_what_is_ready_settles_gross_in_order(market, booked, frozen, suspended, batched):
    with anew(market) as fresh:
        fresh.add_participant("third", cash={"USD": Decimal(200)}, securities={"X": 40})
        for number, (seller, buyer, quantity, price) in enumerate(booked):
            sale(fresh, f"T{number}", quantity, seller, buyer, Decimal(price))
        fresh.onboarding.freeze("seller", "X", frozen)
        if suspended:
            fresh.onboarding.suspend(suspended, "screening")
        ready = [found.reference for found in fresh.diagnose() if found.ready]
        if batched:
            outcome = fresh.dvp.settle_batch(ready, BEST_EFFORT) if ready else {}
            assert set(outcome.values()) <= {None}
        else:
            for reference in ready:
                fresh.dvp.settle(reference)
        left = {waiting.reference for waiting in fresh.dvp.unsettled()}
        assert left == {f"T{number}" for number in range(len(booked))} - set(ready)


@given(names, names, st.integers(1, 150), st.integers(1, 9), st.integers(0, 120))
def test_the_first_trade_is_ready_exactly_when_it_settles(
    market, seller, buyer, quantity, price, frozen
):
    """Readiness is not too careful, either: nothing is reserved before the first trade."""
    assume(seller != buyer)
    with anew(market) as fresh:
        fresh.add_participant("third")
        sale(fresh, "S", quantity, seller, buyer, Decimal(price))
        fresh.onboarding.freeze("seller", "X", frozen)
        (found,) = fresh.diagnose()
        try:
            settled = fresh.dvp.settle("S").refusal is None
        except Refused:
            settled = False
        assert found.ready is settled
