"""Settlement.settleBatch, cash-net: securities trade by trade in the order given, cash netted, all
or none."""

from collections import defaultdict
from itertools import permutations

import pytest
from hypothesis import given

from settlement.chain.base import Reverted
from settlement.onchain import signing
from tests.contracts.live import decoded, reverts
from tests.contracts.pen import HOUR
from tests.contracts.settlement.cycles import transfers
from tests.contracts.settlement.test_settle_batch_all_or_none import (
    BAD_LEGS,
    _netted,
    _trade,
    batches,
)

CASH_NET = 2
CASH = 10_000


@pytest.fixture
def people(dealer, fund, broker, pen):
    """Three wallets that trade; the broker holds nothing."""
    pen.keys[broker.address] = broker.key
    return {"dealer": dealer, "fund": fund, "broker": broker}


@pytest.fixture
def through(pen, people):
    """The broker buys five thousand from dealer, and sells them to fund for a little more."""
    dealer, fund, broker = people.values()
    return [
        pen.trade(dealer, broker, quantity=5_000, amount=50 * CASH),
        pen.trade(broker, fund, quantity=5_000, amount=60 * CASH),
    ]


# --- what each trade needs ------------------------------------------------------------------------


def test_an_empty_batch(settlement):
    with reverts("EmptyBatch"):
        settlement.settleBatch([], CASH_NET)


@pytest.mark.parametrize("mode", [3, 4, 255])
def test_there_is_no_other_mode(settlement, pen, trade, changes, mode):
    with reverts("Silent"):
        settlement.settleBatch([pen.signed(trade)], mode)
    assert changes() == {}


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
        settlement.settleBatch([pen.signed(trade) for trade in trades], CASH_NET)
    assert changes() == {}
    assert not any(used(trade) for trade in good)
    assert decoded(caught.value.data).name == error


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("position", [0, 1, 2])
def test_a_forged_consent_anywhere_and_nothing_moves(
    settlement, pen, people, changes, used, position, side
):
    """Signatures are all verified before the first security moves: the error is the signature's
    even where an earlier seller has nothing."""
    trades = [pen.signed(pen.trade(people["broker"], people["fund"])) for _ in range(3)]
    items = [signed.words() for signed in trades]
    forged = trades[position]
    signatures = [forged.seller_signature, forged.buyer_signature]
    signatures[side] = signatures[1 - side]
    items[position] = (forged.trade.words(), *signatures)
    with reverts("BadSignature", signer=people[("broker", "fund")[side]]):
        settlement.settleBatch(items, CASH_NET)
    assert changes() == {}
    assert not any(used(signed.trade) for signed in trades)


def test_the_same_trade_twice(settlement, pen, trade, changes):
    signed = pen.signed(trade)
    first, second = sorted((trade.seller, trade.buyer), key=str.lower)
    spent = {"bindingFrom": trade.binding_from, "nonce": trade.nonce}
    with reverts("NonceUsed", first=first, second=second, **spent):
        settlement.settleBatch([signed, signed], CASH_NET)
    assert changes() == {}


@pytest.mark.parametrize("again", [None, 0, CASH_NET])
def test_what_settled_settles_no_more(settlement, pen, trade, changes, exchanged, used, again):
    signed = pen.signed(trade)
    settlement.settleBatch([signed], CASH_NET)
    first, second = sorted((trade.seller, trade.buyer), key=str.lower)
    spent = {"bindingFrom": trade.binding_from, "nonce": trade.nonce}
    with reverts("NonceUsed", first=first, second=second, **spent):
        if again is None:
            settlement.settle(*signed.words())
        else:
            settlement.settleBatch([signed], again)
    assert changes() == exchanged
    assert used(trade)


@pytest.mark.parametrize(("opens_in", "closes_in"), [(1, HOUR), (-HOUR, -1)])
def test_not_outside_a_window(settlement, pen, trade, chain, opens_in, closes_in):
    now = chain.now()
    window = {"not_before": now + opens_in, "not_after": now + closes_in}
    with reverts("OutsideWindow", notBefore=now + opens_in, notAfter=now + closes_in, time=now):
        settlement.settleBatch([pen.signed(pen.changed(trade, **window))], CASH_NET)


@pytest.mark.parametrize(("opens_in", "closes_in"), [(0, HOUR), (-HOUR, 0)])
def test_at_both_ends_of_a_window(settlement, pen, trade, chain, used, opens_in, closes_in):
    now = chain.now()
    window = {"not_before": now + opens_in, "not_after": now + closes_in}
    settlement.settleBatch([pen.signed(pen.changed(trade, **window))], CASH_NET)
    assert used(trade)


# --- securities: trade by trade -------------------------------------------------------------------


def test_one_trade_settles_as_it_would_alone(settlement, pen, trade, changes, exchanged, used):
    events = settlement.settleBatch([pen.signed(trade)], CASH_NET)
    assert [event.name for event in events] == ["Settled", "Transfer", "Transfer"]
    assert changes() == exchanged
    assert used(trade)


def test_a_seller_may_sell_on_what_it_bought_before(settlement, pen, through, changes, used):
    events = settlement.settleBatch([pen.signed(trade) for trade in through], CASH_NET)
    settled = [event.arguments["trade"] for event in events if event.name == "Settled"]
    assert settled == [signing.trade_id(trade) for trade in through]
    assert changes() == {
        "dealer": {"T-2035": -5_000, "USD": 50 * CASH},
        "broker": {"USD": 10 * CASH},
        "fund": {"T-2035": 5_000, "USD": -60 * CASH},
    }
    assert all(used(trade) for trade in through)


def test_every_security_moves_by_itself_and_before_the_cash(settlement, pen, through, security):
    """Through the broker's wallet, where an all-or-none batch would pass it by."""
    receipt = settlement.receipt("settleBatch", [pen.signed(each) for each in through], CASH_NET)
    moved = list(transfers(receipt.logs))
    expected = [(each.security, each.seller, each.buyer, each.quantity) for each in through]
    assert moved[:2] == expected
    assert {asset for asset, *_ in moved[2:]} == {through[0].cash}
    assert len(moved[2:]) == 2


@pytest.mark.parametrize("mode", [0, CASH_NET])
def test_a_seller_without_the_security_at_its_turn_is_named(
    settlement, pen, people, through, security, changes, used, mode
):
    """It would have it one trade later, which is enough where securities are netted too."""
    backwards = [pen.signed(trade) for trade in through[::-1]]
    if mode == CASH_NET:
        short = {"account": people["broker"], "needed": 5_000, "available": 0}
        with reverts("InsufficientFreeBalance", asset=security, **short):
            settlement.settleBatch(backwards, mode)
        assert changes() == {}
    else:
        settlement.settleBatch(backwards, mode)
    assert {used(trade) for trade in through} == {mode == 0}


def test_what_is_frozen_is_not_there_at_its_turn(
    settlement, pen, people, through, security, operators, changes
):
    security.setFrozenTokens(people["broker"], 1, sender=operators.freezer)
    short = {"account": people["broker"], "needed": 5_000, "available": 4_999}
    with reverts("InsufficientFreeBalance", asset=security, **short):
        settlement.settleBatch([pen.signed(trade) for trade in through], CASH_NET)
    assert changes() == {}


def test_equal_and_opposite_trades_move_there_and_back(settlement, pen, people, changes, security):
    """Of the two only the cash nets to nothing."""
    dealer, _, broker = people.values()
    there, back = pen.trade(dealer, broker), pen.trade(broker, dealer)
    batch = [pen.signed(there), pen.signed(back)]
    receipt = settlement.receipt("settleBatch", batch, CASH_NET)
    moved = [(source, target) for _, source, target, _ in transfers(receipt.logs)]
    assert moved == [(dealer.address, broker.address), (broker.address, dealer.address)]
    assert changes() == {}


# --- cash: one net --------------------------------------------------------------------------------


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_order_makes_no_difference_to_the_cash(
    settlement, pen, people, second_security, security, changes, order
):
    """Each sells what it holds; nobody but fund has any cash, and it pays last."""
    dealer, fund, broker = people.values()
    settlement.deliverFree(*pen.delivered(pen.delivery(dealer, broker, quantity=9_000)))
    trades = [
        pen.trade(dealer, broker, quantity=1_000, amount=70 * CASH),
        pen.trade(broker, fund, quantity=9_000, amount=90 * CASH),
        pen.trade(dealer, fund, security=second_security, quantity=10, amount=5 * CASH),
    ]
    settlement.settleBatch([pen.signed(trades[place]) for place in order], CASH_NET)
    gained = changes()
    assert {name: own["USD"] for name, own in gained.items()} == {
        "dealer": 75 * CASH,
        "broker": 20 * CASH,
        "fund": -95 * CASH,
    }


def test_cash_passes_by_a_wallet_with_none(settlement, pen, through, people, cash):
    receipt = settlement.receipt("settleBatch", [pen.signed(each) for each in through], CASH_NET)
    payers = {source for asset, source, *_ in transfers(receipt.logs) if asset == cash.address}
    assert payers == {people["fund"].address}


def test_a_payer_is_told_its_net_and_not_its_gross(settlement, pen, people, cash, changes):
    dealer, fund, _ = people.values()
    held = cash.balanceOf(fund)
    settlement.deliverFree(*pen.delivered(pen.delivery(dealer, fund, quantity=1_000)))
    trades = [
        pen.trade(dealer, fund, quantity=1_000, amount=held + 5 * CASH),
        pen.trade(fund, dealer, quantity=1_000, amount=4 * CASH),
    ]
    owed = {"account": fund, "needed": held + CASH, "available": held}
    with reverts("InsufficientFreeBalance", asset=cash, **owed):
        settlement.settleBatch([pen.signed(trade) for trade in trades], CASH_NET)
    assert changes()["fund"] == {"T-2035": 1_000}
    trades[1] = pen.changed(trades[1], amount=5 * CASH)
    settlement.settleBatch([pen.signed(trade) for trade in trades], CASH_NET)
    assert cash.balanceOf(fund) == 0


@pytest.mark.parametrize("symbol", ["T-2035", "USD"])
def test_where_the_cash_nets_to_nothing_a_pause_still_refuses(
    settlement, market, pen, people, used, symbol
):
    dealer, _, broker = people.values()
    trades = [pen.trade(dealer, broker), pen.trade(broker, dealer)]
    market.onboarding.pause(symbol, "a reason")
    with reverts("AssetPaused", asset=market.directory.asset(symbol)):
        settlement.settleBatch([pen.signed(trade) for trade in trades], CASH_NET)
    assert not any(used(trade) for trade in trades)


@pytest.mark.parametrize("symbol", ["T-2035", "USD"])
def test_where_the_cash_nets_to_nothing_a_lost_mover_still_refuses(
    settlement, market, security, cash, pen, people, operators, symbol
):
    dealer, _, broker = people.values()
    trades = [pen.trade(dealer, broker), pen.trade(broker, dealer)]
    asset = security if symbol == "T-2035" else cash
    asset.removeMover(sender=operators.mover_admin)
    with reverts("NotTheMover", asset=asset, caller=settlement):
        settlement.settleBatch([pen.signed(trade) for trade in trades], CASH_NET)


@pytest.mark.parametrize("side", ["dealer", "fund"])
def test_suspended_after_signing(settlement, registry, pen, trade, cast, operators, used, side):
    wallet = getattr(cast, side)
    signed = pen.signed(trade)
    registry.suspend(wallet, "a reason", sender=operators.supervisor)
    with reverts("WalletNotActive", wallet=wallet, status=2):
        settlement.settleBatch([signed], CASH_NET)
    assert not used(trade)


@pytest.mark.parametrize("side", ["security", "cash"])
def test_an_address_without_code_is_named(settlement, pen, trade, side):
    asset = "0x" + "77" * 20
    with reverts("NotAToken", asset=asset):
        settlement.settleBatch([pen.signed(pen.changed(trade, **{side: asset}))], CASH_NET)


def test_an_amount_beyond_any_net(settlement, pen, trade):
    """Of cash; a quantity is in no net, and the token itself finds it short."""
    monster = pen.changed(trade, amount=2**128 // CASH * CASH + CASH)
    with reverts("SafeCastOverflowedUintDowncast", bits=128, value=monster.amount):
        settlement.settleBatch([pen.signed(monster)], CASH_NET)
    many = pen.changed(trade, quantity=2**200 // 1_000 * 1_000)
    short = {"account": trade.seller, "needed": many.quantity, "available": 12_000_000}
    with reverts("InsufficientFreeBalance", asset=trade.security, **short):
        settlement.settleBatch([pen.signed(many)], CASH_NET)


# --- groups, and the lock -------------------------------------------------------------------------


def test_a_group_settles_whole_and_in_order(settlement, pen, through, changes, used):
    linked = pen.linked(*through)
    group = linked[0].trade.group
    for broken in (linked[:1], linked[1:], linked[::-1], [linked[0], linked[0]]):
        with reverts("GroupBroken", group=group):
            settlement.settleBatch(broken, CASH_NET)
    assert changes() == {}
    settlement.settleBatch(linked, CASH_NET)
    assert all(used(each.trade) for each in linked)


def test_the_lock_is_held_while_securities_move_and_while_cash_does(
    settlement, pen, trade, live, dealer, fund
):
    hostile = live("HostileToken")
    hostile.callBack(settlement.address, settlement.encode("requireUnlocked"))
    for side in ("security", "cash"):
        bait = pen.changed(pen.trade(dealer, fund), **{side: hostile})
        settlement.settleBatch([pen.signed(bait)], CASH_NET)
        assert decoded(hostile.answer()).name == "Locked"
    settlement.requireUnlocked()


# --- any batch ------------------------------------------------------------------------------------


def test_a_hundred_trades(settlement, pen, dealer, fund, changes):
    trades = [pen.trade(dealer, fund, quantity=1_000, amount=CASH) for _ in range(100)]
    settlement.settleBatch([pen.signed(trade) for trade in trades], CASH_NET, gas=16_000_000)
    assert changes()["dealer"] == {"T-2035": -100_000, "USD": 100 * CASH}


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


@given(drawn=batches)
def test_securities_in_order_and_cash_as_the_nets_give(
    settlement, market, pen, chain, four, holdings, operators, drawn
):
    four()
    before = holdings()
    trades = [_trade(market, pen, *fields) for fields in drawn]
    after = _netted(market, before, trades)
    in_turn = _every_seller_has_it(market, before, trades)
    batch = settlement.contract.transaction(
        operators.coordinator,
        "settleBatch",
        [pen.signed(trade).words() for trade in trades],
        CASH_NET,
    )
    (receipt,) = chain.submit([batch])
    outcome = holdings()
    four()
    assert receipt.succeeded is (after is not None and in_turn)
    assert outcome == (after if receipt.succeeded else before)
    if not receipt.succeeded:
        assert decoded(receipt.output).name == "InsufficientFreeBalance"


def _every_seller_has_it(market, before, trades):
    """Whether each seller holds, when its trade comes, what it sells."""
    directory = market.directory
    held = defaultdict(int)
    for name, assets in before.items():
        for symbol, units in assets.items():
            held[name, symbol] = units
    for trade in trades:
        seller, buyer = (directory.party_at(side).name for side in (trade.seller, trade.buyer))
        symbol = directory.asset_at(trade.security).symbol
        if held[seller, symbol] < trade.quantity:
            return False
        held[seller, symbol] -= trade.quantity
        held[buyer, symbol] += trade.quantity
    return True
