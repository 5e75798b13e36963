"""Settlement.settleBatch, best-effort: in the order given, each trade by itself."""

from unittest.mock import ANY

import pytest

from settlement.model.party import WalletStatus
from settlement.onchain import signing
from tests.contracts.live import decoded, reverts
from tests.contracts.pen import AMOUNT, HOUR, QUANTITY

BEST_EFFORT = 1
PLENTY = 12_000_000


def failures(events):
    """(position, trade, what it reverted with) of each trade that failed."""
    return [
        (e.arguments["position"], e.arguments["trade"], decoded(e.arguments["reason"]))
        for e in events
        if e.name == "NotSettled"
    ]


def settle(settlement, pen, *trades, gas=PLENTY):
    return settlement.settleBatch([pen.signed(trade) for trade in trades], BEST_EFFORT, gas=gas)


def test_the_good_ones_settle_and_each_failure_is_told(
    settlement, pen, dealer, fund, security, changes, used
):
    good = [pen.trade(dealer, fund), pen.trade(dealer, fund)]
    short = pen.trade(fund, dealer, quantity=50_000_000)
    events = settle(settlement, pen, good[0], short, good[1])

    assert [e.name for e in events] == [
        *("Settled", "Transfer", "Transfer"),
        "NotSettled",
        *("Settled", "Transfer", "Transfer"),
    ]
    ((position, trade, reason),) = failures(events)
    assert (position, trade) == (1, signing.trade_id(short))
    assert reason.name == "InsufficientFreeBalance"
    assert reason.arguments == {
        "asset": security.address,
        "account": fund.address,
        "needed": 50_000_000,
        "available": QUANTITY,
    }
    assert changes() == {
        "dealer": {"T-2035": -2 * QUANTITY, "USD": 2 * AMOUNT},
        "fund": {"T-2035": 2 * QUANTITY, "USD": -2 * AMOUNT},
    }
    assert [used(each) for each in (good[0], short, good[1])] == [True, False, True]


@pytest.mark.parametrize("bought_first", [True, False])
def test_goes_in_the_order_given(settlement, pen, dealer, fund, changes, used, bought_first):
    buy = pen.trade(dealer, fund, quantity=5_000, amount=10_000)
    sell_on = pen.trade(fund, dealer, quantity=5_000, amount=10_000)
    if bought_first:
        assert failures(settle(settlement, pen, buy, sell_on)) == []
        assert changes() == {}
    else:
        ((position, _, reason),) = failures(settle(settlement, pen, sell_on, buy))
        assert (position, reason.name) == (0, "InsufficientFreeBalance")
        assert used(buy)
        assert not used(sell_on)


def test_a_failed_trade_settles_later(settlement, pen, market, trade, changes, exchanged, used):
    market.onboarding.pause("USD", "a reason")
    ((_, _, reason),) = failures(settle(settlement, pen, trade))
    assert reason.name == "AssetPaused"
    assert changes() == {}
    assert not used(trade)

    market.onboarding.unpause("USD", "all is well")
    assert failures(settle(settlement, pen, trade)) == []
    assert changes() == exchanged


def test_the_same_trade_twice(settlement, pen, trade, changes, exchanged):
    ((position, _, reason),) = failures(settle(settlement, pen, trade, trade))
    assert (position, reason.name) == (1, "NonceUsed")
    assert changes() == exchanged


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"quantity": 0}, "ZeroQuantity"),
        ({"amount": 0}, "ZeroAmount"),
        ({"amount": 5}, "NotWholeCents"),
        ({"not_after": 1}, "OutsideWindow"),
        ({"group": b"\1" * 32}, "GroupBroken"),
        ({"quantity": 999}, "NotDenominated"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_rule_by_itself(settlement, pen, dealer, fund, changes, exchanged, change, error):
    bad = pen.trade(dealer, fund, **change)
    events = settle(settlement, pen, bad, pen.trade(dealer, fund))
    ((position, trade, reason),) = failures(events)
    assert (position, trade, reason.name) == (0, signing.trade_id(bad), error)
    assert changes() == exchanged


def test_an_unregistered_side(settlement, pen, dealer, fund, intruder, changes, exchanged):
    bad = pen.trade(dealer, intruder)
    ((_, _, reason),) = failures(settle(settlement, pen, bad, pen.trade(dealer, fund)))
    assert reason.arguments == {
        "wallet": intruder.address,
        "status": WalletStatus.UNREGISTERED.value,
    }
    assert changes() == exchanged


def test_a_forged_consent(settlement, pen, trade, fund, changes):
    signed = pen.signed(trade)
    item = (trade.words(), signed.seller_signature, signed.seller_signature)
    events = settlement.settleBatch([item], BEST_EFFORT, gas=PLENTY)
    ((_, _, reason),) = failures(events)
    assert (reason.name, reason.arguments) == ("BadSignature", {"signer": fund.address})
    assert changes() == {}


@pytest.mark.parametrize(("opens_in", "closes_in"), [(1, HOUR), (0, HOUR), (-HOUR, 0), (-HOUR, -1)])
def test_windows_are_the_same_as_alone(settlement, pen, trade, chain, used, opens_in, closes_in):
    now = chain.now()
    windowed = pen.changed(trade, not_before=now + opens_in, not_after=now + closes_in)
    inside = opens_in <= 0 <= closes_in
    told = failures(settle(settlement, pen, windowed))
    assert used(windowed) is inside
    assert [reason.name for _, _, reason in told] == ([] if inside else ["OutsideWindow"])


@pytest.mark.parametrize("size", [0, 1, 4, 255, 256, 257, 300, 2_000])
def test_at_most_256_bytes_of_a_reason(settlement, pen, live, dealer, fund, trade, used, size):
    hostile = live("HostileToken")
    reason = bytes(place % 251 + 1 for place in range(size))
    hostile.revertWith(reason)
    bad = pen.trade(dealer, fund, security=hostile)
    events = settle(settlement, pen, bad, trade)
    (told,) = (e.arguments["reason"] for e in events if e.name == "NotSettled")
    assert told == reason[:256]
    assert used(trade)
    assert not used(bad)


def test_too_little_gas_reverts_the_whole_batch(settlement, pen, dealer, fund, changes, used):
    trades = [pen.trade(dealer, fund) for _ in range(6)]
    with reverts("NotEnoughGas", needed=ANY, available=ANY) as refusal:
        settle(settlement, pen, *trades, gas=700_000)
    assert refusal.arguments["available"] < refusal.arguments["needed"]
    assert refusal.arguments["needed"] * 63 // 64 >= settlement.ITEM_GAS()
    assert changes() == {}
    assert not any(used(trade) for trade in trades)


def test_no_gas_limit_makes_a_good_trade_fail(settlement, pen, trade, changes, exchanged):
    """Whatever the submitter gives: the batch reverts, or the trade settles."""
    item = [pen.signed(trade)]
    for gas in range(60_000, 640_000, 10_000):
        receipt = settlement.receipt("settleBatch", item, BEST_EFFORT, gas=gas)
        if receipt.succeeded:
            break
        assert changes() == {}
    assert receipt.succeeded
    assert failures(settlement._market.journal.events_of(receipt)) == []
    assert changes() == exchanged


def test_no_gas_limit_makes_the_last_trade_fail(settlement, pen, live, dealer, fund, trade, used):
    burner = live("HostileToken")
    burner.setMood(2)
    bad = pen.trade(dealer, fund, security=burner)
    items = [pen.signed(bad), pen.signed(trade)]
    for gas in range(1_000_000, 1_300_000, 10_000):
        receipt = settlement.receipt("settleBatch", items, BEST_EFFORT, gas=gas)
        if receipt.succeeded:
            break
    assert receipt.succeeded
    told = failures(settlement._market.journal.events_of(receipt))
    assert [position for position, _, _ in told] == [0]
    assert used(trade)
    assert not used(bad)


def test_a_linked_trade_does_not_settle(settlement, pen, dealer, fund, changes):
    linked = pen.linked(pen.trade(dealer, fund), pen.trade(dealer, fund))
    events = settlement.settleBatch(linked, BEST_EFFORT, gas=PLENTY)
    assert [reason.name for _, _, reason in failures(events)] == ["GroupBroken", "GroupBroken"]
    assert changes() == {}
