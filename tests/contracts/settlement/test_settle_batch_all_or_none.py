"""Settlement.settleBatch, all-or-none: every leg netted, all trades settle or none does."""

from collections import defaultdict
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.chain.base import Reverted
from settlement.onchain import signing
from tests.contracts.live import decoded, reverts
from tests.contracts.pen import HOUR

ALL_OR_NONE = 0
CASH = 10_000


@pytest.fixture
def people(dealer, fund, broker, pen):
    """Three wallets that trade; the broker holds nothing."""
    pen.keys[broker.address] = broker.key
    return {"dealer": dealer, "fund": fund, "broker": broker}


def test_an_empty_batch(settlement):
    for mode in (0, 1):
        with reverts("EmptyBatch"):
            settlement.settleBatch([], mode)


BAD_LEGS = {
    "ZeroQuantity": {"quantity": 0},
    "ZeroAmount": {"amount": 0},
    "NotWholeCents": {"amount": 1},
    "SelfTrade": {"buyer": "seller"},
    "SameAsset": {"security": "cash"},
    "OutsideWindow": {"not_after": 1},
    "GroupBroken": {"group": b"\1" * 32},
    "InsufficientFreeBalance": {"quantity": 13_000_000},
    "NotDenominated": {"quantity": 1},
    "NotAToken": {"security": "0x" + "77" * 20},
}


@pytest.mark.parametrize("position", [0, 1, 2])
@pytest.mark.parametrize("error", BAD_LEGS)
def test_one_bad_leg_and_nothing_settles(settlement, pen, people, changes, used, error, position):
    good = [pen.trade(people["dealer"], people["fund"], quantity=1_000) for _ in range(2)]
    bad = pen.trade(people["dealer"], people["fund"])
    change = {
        field: getattr(bad, value) if value in {"seller", "cash"} else value
        for field, value in BAD_LEGS[error].items()
    }
    trades = [*good[:position], pen.changed(bad, **change), *good[position:]]
    with pytest.raises(Reverted) as caught:
        settlement.settleBatch([pen.signed(trade) for trade in trades], ALL_OR_NONE)
    assert changes() == {}
    assert not any(used(trade) for trade in good)
    assert decoded(caught.value.data).name == error


@pytest.mark.parametrize("position", [0, 1])
def test_a_forged_consent_and_nothing_settles(settlement, pen, people, changes, position):
    trades = [pen.signed(pen.trade(people["dealer"], people["fund"])) for _ in range(2)]
    forged = trades[position]
    items = [signed.words() for signed in trades]
    items[position] = (forged.trade.words(), forged.seller_signature, forged.seller_signature)
    with reverts("BadSignature", signer=people["fund"]):
        settlement.settleBatch(items, ALL_OR_NONE)
    assert changes() == {}


def test_the_same_trade_twice(settlement, pen, trade, changes):
    signed = pen.signed(trade)
    first, second = sorted((trade.seller, trade.buyer), key=str.lower)
    spent = {"bindingFrom": trade.binding_from, "nonce": trade.nonce}
    with reverts("NonceUsed", first=first, second=second, **spent):
        settlement.settleBatch([signed, signed], ALL_OR_NONE)
    assert changes() == {}


@pytest.mark.parametrize(("opens_in", "closes_in"), [(1, HOUR), (-HOUR, -1)])
def test_not_outside_a_window(settlement, pen, trade, chain, opens_in, closes_in):
    now = chain.now()
    window = {"not_before": now + opens_in, "not_after": now + closes_in}
    with reverts("OutsideWindow", notBefore=now + opens_in, notAfter=now + closes_in, time=now):
        settlement.settleBatch([pen.signed(pen.changed(trade, **window))], ALL_OR_NONE)


@pytest.mark.parametrize(("opens_in", "closes_in"), [(0, HOUR), (-HOUR, 0)])
def test_at_both_ends_of_a_window(settlement, pen, trade, chain, used, opens_in, closes_in):
    now = chain.now()
    window = {"not_before": now + opens_in, "not_after": now + closes_in}
    settlement.settleBatch([pen.signed(pen.changed(trade, **window))], ALL_OR_NONE)
    assert used(trade)


def test_one_trade_settles_as_it_would_alone(settlement, pen, trade, changes, exchanged, used):
    events = settlement.settleBatch([pen.signed(trade)], ALL_OR_NONE)
    assert [event.name for event in events] == ["Settled", "Transfer", "Transfer"]
    assert changes() == exchanged
    assert used(trade)


@pytest.mark.parametrize("order", list(permutations(range(2))))
def test_a_to_b_and_b_to_c_with_b_at_zero(settlement, pen, people, changes, order):
    dealer, fund, broker = people.values()
    trades = [
        pen.trade(dealer, broker, quantity=5_000, amount=50 * CASH),
        pen.trade(broker, fund, quantity=5_000, amount=60 * CASH),
    ]
    events = settlement.settleBatch([pen.signed(trades[place]) for place in order], ALL_OR_NONE)
    assert changes() == {
        "dealer": {"T-2035": -5_000, "USD": 50 * CASH},
        "broker": {"USD": 10 * CASH},
        "fund": {"T-2035": 5_000, "USD": -60 * CASH},
    }
    assert [event.name for event in events].count("Settled") == 2


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_ring_settles_in_any_order(settlement, pen, people, changes, used, order):
    dealer, fund, broker = people.values()
    ring = [
        pen.trade(fund, broker, quantity=5_000, amount=10 * CASH),
        pen.trade(broker, dealer, quantity=5_000, amount=10 * CASH),
        pen.trade(dealer, fund, quantity=5_000, amount=10 * CASH),
    ]
    settlement.settleBatch([pen.signed(ring[place]) for place in order], ALL_OR_NONE)
    assert changes() == {}
    assert all(used(trade) for trade in ring)


def opposite(pen, people):
    """Equal and opposite trades between two who hold neither enough securities nor cash."""
    _, fund, broker = people.values()
    return [pen.trade(fund, broker), pen.trade(broker, fund)]


def test_equal_and_opposite_trades_settle_with_nothing_moving(
    settlement, pen, people, changes, used
):
    trades = opposite(pen, people)
    events = settlement.settleBatch([pen.signed(trade) for trade in trades], ALL_OR_NONE)
    settled = [event.arguments["trade"] for event in events if event.name == "Settled"]
    assert settled == [signing.trade_id(trade) for trade in trades]
    assert len(events) == 2
    assert changes() == {}
    assert all(used(trade) for trade in trades)


@pytest.mark.parametrize("symbol", ["T-2035", "USD"])
def test_where_nothing_moves_a_pause_still_refuses(settlement, market, pen, people, used, symbol):
    trades = opposite(pen, people)
    market.onboarding.pause(symbol, "a reason")
    with reverts("AssetPaused", asset=market.directory.asset(symbol).address):
        settlement.settleBatch([pen.signed(trade) for trade in trades], ALL_OR_NONE)
    assert not any(used(trade) for trade in trades)


def test_where_nothing_moves_a_lost_mover_still_refuses(
    settlement, security, pen, people, operators
):
    trades = opposite(pen, people)
    security.removeMover(sender=operators.mover_admin)
    with reverts("NotTheMover", asset=security, caller=settlement):
        settlement.settleBatch([pen.signed(trade) for trade in trades], ALL_OR_NONE)


def test_where_nothing_moves_the_sunset_still_refuses(settlement, security, pen, people, chain):
    sunset = security.sunset()
    window = {"not_before": sunset, "not_after": sunset + HOUR}
    trades = [pen.changed(trade, **window) for trade in opposite(pen, people)]
    chain.advance_to(sunset + 1)
    with reverts("PastSunset", asset=security, sunset=sunset):
        settlement.settleBatch([pen.signed(trade) for trade in trades], ALL_OR_NONE)


@pytest.mark.parametrize("side", ["fund", "broker"])
def test_where_nothing_moves_a_suspension_still_refuses(
    settlement, registry, pen, people, operators, side
):
    trades = opposite(pen, people)
    registry.suspend(people[side], "a reason", sender=operators.supervisor)
    with reverts("WalletNotActive", wallet=people[side], status=2):
        settlement.settleBatch([pen.signed(trade) for trade in trades], ALL_OR_NONE)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_debtor_with_several_creditors_is_told_its_whole_need(
    settlement, pen, people, cash, second_security, order
):
    dealer, fund, broker = people.values()
    settlement.deliverFree(*pen.delivered(pen.delivery(dealer, broker, quantity=1_000)))
    held = cash.balanceOf(fund)
    trades = [
        pen.trade(dealer, fund, quantity=1_000, amount=held - CASH),
        pen.trade(broker, fund, quantity=1_000, amount=CASH),
        pen.trade(dealer, fund, security=second_security, quantity=1, amount=CASH),
    ]
    error = {"account": fund, "needed": held + CASH, "available": held}
    with reverts("InsufficientFreeBalance", asset=cash, **error):
        settlement.settleBatch([pen.signed(trades[place]) for place in order], ALL_OR_NONE)


def test_what_is_frozen_is_not_there_for_the_net(settlement, pen, people, security, operators):
    dealer, fund = people["dealer"], people["fund"]
    security.setFrozenTokens(dealer, 11_995_000, sender=operators.freezer)
    trades = [
        pen.trade(dealer, fund, quantity=9_000, amount=CASH),
        pen.trade(fund, dealer, quantity=4_000, amount=CASH),
    ]
    settlement.settleBatch([pen.signed(trade) for trade in trades], ALL_OR_NONE)
    trades = [
        pen.trade(dealer, fund, quantity=9_000, amount=CASH),
        pen.trade(fund, dealer, quantity=8_000, amount=CASH),
    ]
    short = {"asset": security, "account": dealer, "needed": 1_000, "available": 0}
    with reverts("InsufficientFreeBalance", **short):
        settlement.settleBatch([pen.signed(trade) for trade in trades], ALL_OR_NONE)


def test_a_quantity_beyond_any_net(settlement, pen, trade):
    for quantity in (2**128, 2**255, 2**256 - 1):
        monster = pen.changed(trade, quantity=quantity)
        with reverts("SafeCastOverflowedUintDowncast", bits=128, value=quantity):
            settlement.settleBatch([pen.signed(monster)], ALL_OR_NONE)


def test_the_largest_quantities_net_without_overflow(
    settlement, pen, trade, dealer, fund, security, used
):
    largest = (2**128 - 1) // 1_000 * 1_000
    trades = [pen.trade(dealer, fund, quantity=largest) for _ in range(4)]
    short = {"asset": security, "account": dealer, "available": 12_000_000}
    with reverts("InsufficientFreeBalance", needed=4 * largest, **short):
        settlement.settleBatch([pen.signed(each) for each in trades], ALL_OR_NONE)

    back = [pen.trade(fund, dealer, quantity=largest) for _ in range(4)]
    settlement.settleBatch([pen.signed(each) for each in [*trades, *back]], ALL_OR_NONE)
    assert all(used(each) for each in [*trades, *back])


def test_a_hundred_trades(settlement, pen, dealer, fund, changes):
    trades = [pen.trade(dealer, fund, quantity=1_000, amount=CASH) for _ in range(100)]
    settlement.settleBatch([pen.signed(trade) for trade in trades], ALL_OR_NONE, gas=16_000_000)
    assert changes()["dealer"] == {"T-2035": -100_000, "USD": 100 * CASH}


NAMES = ("dealer", "fund", "broker", "bank")

batches = st.lists(
    st.tuples(
        st.permutations(NAMES).map(lambda names: tuple(names[:2])),
        st.sampled_from(["T-2035", "B-2030"]),
        st.sampled_from([1_000, 4_000, 6_000_000]),
        st.sampled_from([1, 50, 600_000_000]),
    ),
    min_size=1,
    max_size=6,
)


@pytest.fixture
def four(market, pen, chain):
    """A fourth wallet and a second security; what it returns goes back to this moment."""
    market.add_security("B-2030")
    market.onboarding.deposit("dealer", "B-2030", 4_000)
    market.onboarding.tokenize("dealer", "B-2030", 4_000)
    for name in ("broker", "bank"):
        party = market.add_participant(name)
        pen.keys[party.address] = party.key
    return chain.checkpoint()


@given(drawn=batches, data=st.data())
def test_any_order_gives_what_the_nets_give(
    settlement, market, pen, chain, four, holdings, operators, drawn, data
):
    four()
    before = holdings()
    trades = [_trade(market, pen, *fields) for fields in drawn]
    expected = _netted(market, before, trades)
    for order in (trades, data.draw(st.permutations(trades))):
        four()
        batch = settlement.contract.transaction(
            operators.coordinator,
            "settleBatch",
            [pen.signed(trade).words() for trade in order],
            ALL_OR_NONE,
        )
        (receipt,) = chain.submit([batch])
        assert receipt.succeeded is (expected is not None)
        assert holdings() == (expected or before)
        if not receipt.succeeded:
            assert decoded(receipt.output).name == "InsufficientFreeBalance"
    four()


def _trade(market, pen, sides, symbol, quantity, cents):
    seller, buyer = (market.directory.party(name) for name in sides)
    security = market.directory.security(symbol)
    return pen.trade(seller, buyer, security=security, quantity=quantity, amount=cents * CASH)


def _netted(market, before, trades):
    """Everybody's units after all of them; None where somebody would be below zero."""
    directory = market.directory
    after = defaultdict(dict, {name: dict(assets) for name, assets in before.items()})
    for trade in trades:
        seller, buyer = (directory.party_at(side).name for side in (trade.seller, trade.buyer))
        symbol = directory.asset_at(trade.security).symbol
        after[seller][symbol] -= trade.quantity
        after[buyer][symbol] += trade.quantity
        after[buyer]["USD"] -= trade.amount
        after[seller]["USD"] += trade.amount
    short = any(units < 0 for assets in after.values() for units in assets.values())
    return None if short else dict(after)
