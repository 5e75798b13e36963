"""Settlement.settle: what it requires, in the order of the source, then the good case."""

import pytest

from settlement.model.party import WalletStatus
from settlement.onchain import signing
from tests.contracts.live import NOBODY, logged, reverts
from tests.contracts.pen import AMOUNT, HOUR, QUANTITY


def test_a_linked_trade_does_not_settle_alone(settlement, pen, trade):
    group = signing.group_of([trade])
    with reverts("GroupBroken", group=group):
        settlement.settle(*pen.signed(pen.changed(trade, group=group)).words())


def test_a_quantity_is_above_zero(settlement, pen, trade):
    with reverts("ZeroQuantity"):
        settlement.settle(*pen.signed(pen.changed(trade, quantity=0)).words())


def test_a_price_is_above_zero(settlement, pen, trade):
    with reverts("ZeroAmount"):
        settlement.settle(*pen.signed(pen.changed(trade, amount=0)).words())


@pytest.mark.parametrize("amount", [1, 9_999, AMOUNT + 1, AMOUNT - 1])
def test_a_payment_is_whole_cents(settlement, pen, trade, amount):
    with reverts("NotWholeCents", amount=amount):
        settlement.settle(*pen.signed(pen.changed(trade, amount=amount)).words())


def test_the_sides_differ(settlement, pen, trade, dealer):
    with reverts("SelfTrade", wallet=dealer):
        settlement.settle(*pen.signed(pen.changed(trade, buyer=dealer)).words())


def test_the_assets_differ(settlement, pen, trade, cash):
    with reverts("SameAsset", asset=cash):
        settlement.settle(*pen.signed(pen.changed(trade, security=cash)).words())


@pytest.mark.parametrize(
    ("opens_in", "closes_in"),
    [(1, HOUR), (-HOUR, -1), (1, -1)],
    ids=["one second early", "one second late", "a window that never opens"],
)
def test_not_outside_its_window(settlement, pen, trade, chain, opens_in, closes_in):
    now = chain.now()
    not_before, not_after = now + opens_in, now + closes_in
    signed = pen.signed(pen.changed(trade, not_before=not_before, not_after=not_after))
    with reverts("OutsideWindow", notBefore=not_before, notAfter=not_after, time=now):
        settlement.settle(*signed.words())


@pytest.mark.parametrize(("opens_in", "closes_in"), [(0, HOUR), (-HOUR, 0), (0, 0)])
def test_at_both_ends_of_its_window(settlement, pen, trade, chain, used, opens_in, closes_in):
    now = chain.now()
    window = {"not_before": now + opens_in, "not_after": now + closes_in}
    signed = pen.signed(pen.changed(trade, **window))
    settlement.settle(*signed.words())
    assert used(signed.trade)


@pytest.mark.parametrize("side", ["seller", "buyer"])
def test_both_wallets_are_registered(settlement, pen, trade, intruder, side):
    with reverts("WalletNotActive", wallet=intruder, status=WalletStatus.UNREGISTERED.value):
        settlement.settle(*pen.signed(pen.changed(trade, **{side: intruder})).words())


@pytest.mark.parametrize("side", ["seller", "buyer"])
def test_nobody_trades(settlement, pen, trade, dealer, side):
    pen.keys[NOBODY] = dealer.key
    with reverts("WalletNotActive", wallet=NOBODY, status=WalletStatus.UNREGISTERED.value):
        settlement.settle(*pen.signed(pen.changed(trade, **{side: NOBODY})).words())


@pytest.mark.parametrize("side", ["dealer", "fund"])
def test_suspended_after_signing(
    settlement, registry, pen, trade, cast, operators, changes, used, exchanged, side
):
    wallet = getattr(cast, side)
    signed = pen.signed(trade)
    registry.suspend(wallet, "under investigation", sender=operators.supervisor)
    with reverts("WalletNotActive", wallet=wallet, status=WalletStatus.SUSPENDED.value):
        settlement.settle(*signed.words())
    assert changes() == {}
    assert not used(trade)

    registry.reinstate(wallet, "nothing found", sender=operators.registrar)
    settlement.settle(*signed.words())
    assert changes() == exchanged


@pytest.mark.parametrize("side", ["dealer", "fund"])
def test_closed_after_signing(settlement, registry, pen, trade, cast, operators, side):
    wallet = getattr(cast, side)
    registry.close(wallet, "left the market", sender=operators.registrar)
    with reverts("WalletNotActive", wallet=wallet, status=WalletStatus.CLOSED.value):
        settlement.settle(*pen.signed(trade).words())


def test_the_seller_signs(settlement, pen, trade):
    signed = pen.signed(trade)
    with reverts("BadSignature", signer=trade.seller):
        settlement.settle(trade, b"", signed.buyer_signature)


def test_the_buyer_signs(settlement, pen, trade):
    signed = pen.signed(trade)
    with reverts("BadSignature", signer=trade.buyer):
        settlement.settle(trade, signed.seller_signature, b"")


def test_settles_once(settlement, pen, trade, changes, exchanged):
    signed = pen.signed(trade)
    settlement.settle(*signed.words())
    first, second = sorted((trade.seller, trade.buyer), key=str.lower)
    spent = {"bindingFrom": trade.binding_from, "nonce": trade.nonce}
    with reverts("NonceUsed", first=first, second=second, **spent):
        settlement.settle(*signed.words())
    assert changes() == exchanged


def test_securities_short_by_one_unit(settlement, pen, market, second_security, dealer, fund, used):
    trade = pen.trade(dealer, fund, security=second_security, quantity=1_001)
    short = {"asset": second_security.address, "account": dealer, "available": 1_000}
    with reverts("InsufficientFreeBalance", needed=1_001, **short):
        settlement.settle(*pen.signed(trade).words())
    assert not used(trade)


def test_cash_short_by_one_cent(settlement, pen, trade, cash, fund, used, changes):
    held = cash.balanceOf(fund)
    trade = pen.changed(trade, amount=held + 10_000)
    short = {"asset": cash, "account": fund, "available": held}
    with reverts("InsufficientFreeBalance", needed=held + 10_000, **short):
        settlement.settle(*pen.signed(trade).words())
    assert changes() == {}
    assert not used(trade)

    settlement.settle(*pen.signed(pen.changed(trade, amount=held)).words())
    assert changes()["fund"]["USD"] == -held


def test_of_100_with_30_frozen_70_settle_and_71_do_not(
    settlement, pen, security, dealer, broker, operators, cash, fund
):
    pen.keys[broker.address] = broker.key
    hundred = pen.delivery(dealer, broker, quantity=100_000)
    settlement.deliverFree(*pen.delivered(hundred))
    security.setFrozenTokens(broker, 30_000, sender=operators.freezer)

    short = {"asset": security, "account": broker, "available": 70_000}
    with reverts("InsufficientFreeBalance", needed=71_000, **short):
        settlement.settle(*pen.signed(pen.trade(broker, fund, quantity=71_000)).words())
    settlement.settle(*pen.signed(pen.trade(broker, fund, quantity=70_000)).words())
    assert security.balanceOf(broker) == 30_000


def test_frozen_cash_does_not_pay(settlement, pen, trade, cash, fund, operators):
    cash.setFrozenTokens(fund, cash.balanceOf(fund) - AMOUNT + 1, sender=operators.issuer)
    short = {"asset": cash, "account": fund, "needed": AMOUNT, "available": AMOUNT - 1}
    with reverts("InsufficientFreeBalance", **short):
        settlement.settle(*pen.signed(trade).words())


def test_a_quantity_is_whole_pieces(settlement, pen, trade, security):
    with reverts("NotDenominated", asset=security, quantity=1_500, denomination=1_000):
        settlement.settle(*pen.signed(pen.changed(trade, quantity=1_500)).words())


@pytest.mark.parametrize("symbol", ["T-2035", "USD"])
def test_paused(settlement, market, pen, trade, changes, exchanged, symbol):
    signed = pen.signed(trade)
    market.onboarding.pause(symbol, "investigation")
    with reverts("AssetPaused", asset=market.directory.asset(symbol).address):
        settlement.settle(*signed.words())
    assert changes() == {}

    market.onboarding.unpause(symbol, "all is well")
    settlement.settle(*signed.words())
    assert changes() == exchanged


def test_past_the_sunset(settlement, pen, security, dealer, fund, chain, used):
    sunset = security.sunset()
    trade = pen.trade(dealer, fund, not_before=sunset, not_after=sunset + 1)
    chain.advance_to(sunset + 1)
    with reverts("PastSunset", asset=security, sunset=sunset):
        settlement.settle(*pen.signed(trade).words())
    assert not used(trade)


def test_at_the_sunset(settlement, pen, security, dealer, fund, chain, used):
    sunset = security.sunset()
    trade = pen.trade(dealer, fund, not_before=sunset, not_after=sunset + 1)
    chain.advance_to(sunset)
    settlement.settle(*pen.signed(trade).words())
    assert used(trade)


@pytest.mark.parametrize("symbol", ["T-2035", "USD"])
def test_taking_the_mover_away_stops_the_venue_at_once(
    settlement, market, security, cash, pen, trade, operators, changes, used, symbol
):
    signed = pen.signed(trade)
    asset = security if symbol == "T-2035" else cash
    asset.removeMover(sender=operators.mover_admin)
    with reverts("NotTheMover", asset=asset, caller=settlement):
        settlement.settle(*signed.words())
    with reverts("NotTheMover", asset=asset, caller=settlement):
        settlement.settleBatch([signed], 0)
    with reverts("NotTheMover", asset=asset, caller=settlement):
        settlement.deliverFree(*pen.delivered(pen.delivery(trade.seller, trade.buyer, asset=asset)))
    assert changes() == {}
    assert not used(trade)


def test_settles(settlement, pen, trade, security, cash, changes, exchanged, used):
    events = settlement.settle(*pen.signed(trade).words())

    assert logged(events, "Settled") == {
        "trade": signing.trade_id(trade),
        "seller": trade.seller,
        "buyer": trade.buyer,
        "security": security.address,
        "quantity": QUANTITY,
        "cash": cash.address,
        "amount": AMOUNT,
    }
    assert [event.name for event in events] == ["Settled", "Transfer", "Transfer"]
    assert changes() == exchanged
    assert used(trade)


def test_anybody_submits(settlement, pen, trade, intruder, changes, exchanged):
    settlement.settle(*pen.signed(trade).words(), sender=intruder)
    assert changes() == exchanged


def test_everything_that_is_held_settles(settlement, pen, trade, security, cash, dealer, fund):
    signed = pen.signed(pen.changed(trade, quantity=12_000_000, amount=12_000_000_000_000))
    settlement.settle(*signed.words())
    assert security.balanceOf(fund) == 12_000_000
    assert cash.balanceOf(fund) == security.balanceOf(dealer) == 0


def test_two_securities_are_exchanged_like_security_and_cash(
    settlement, pen, second_security, dealer, broker, security, changes
):
    pen.keys[broker.address] = broker.key
    settlement.deliverFree(*pen.delivered(pen.delivery(dealer, broker, quantity=20_000)))
    swap = pen.trade(
        dealer, broker, security=second_security, quantity=7, cash=security, amount=20_000
    )
    settlement.settle(*pen.signed(swap).words())
    assert changes() == {"dealer": {"B-2030": -7}, "broker": {"B-2030": 7}}


def test_the_root_wallet_reverses_the_securities_and_not_the_cash(
    settlement, pen, trade, market, security, changes
):
    settlement.settle(*pen.signed(trade).words())
    reason = "delivered in error"
    market.onboarding.root_move(
        "fund", "dealer", "T-2035", QUANTITY, reason, signing.trade_id(trade)
    )
    assert changes() == {"dealer": {"USD": AMOUNT}, "fund": {"USD": -AMOUNT}}
    assert logged(market.journal.events, "RootMoved")["settlement"] == signing.trade_id(trade)
