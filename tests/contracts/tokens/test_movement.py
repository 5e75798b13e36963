"""What every movement between wallets must pass, whoever moves it: the one hook of both tokens."""

import pytest

from settlement.model.party import WalletStatus
from tests.contracts.live import NOBODY, logged, reverts
from tests.contracts.tokens.conftest import LOT, every_way

pytestmark = every_way


def test_nobody_receives_nothing(asset, move):
    with reverts("ERC20InvalidReceiver", receiver=NOBODY):
        move(asset.holder, NOBODY, LOT)


def test_not_while_paused(asset, move):
    asset.token.pause("investigation", sender=asset.pauser)
    with reverts("AssetPaused", asset=asset.token):
        move(asset.holder, asset.receiver, LOT)


def test_the_sender_is_registered(asset, move, intruder):
    with reverts("WalletNotActive", wallet=intruder, status=WalletStatus.UNREGISTERED.value):
        move(intruder, asset.receiver, 0)


def test_the_sender_is_not_suspended(asset, move, registry, operators):
    registry.suspend(asset.holder, "a reason", sender=operators.supervisor)
    with reverts("WalletNotActive", wallet=asset.holder, status=WalletStatus.SUSPENDED.value):
        move(asset.holder, asset.receiver, LOT)


def test_the_sender_is_not_closed(asset, move, registry, operators):
    registry.close(asset.holder, "a reason", sender=operators.registrar)
    with reverts("WalletNotActive", wallet=asset.holder, status=WalletStatus.CLOSED.value):
        move(asset.holder, asset.receiver, LOT)


def test_the_receiver_is_registered(asset, move, intruder):
    with reverts("WalletNotActive", wallet=intruder, status=WalletStatus.UNREGISTERED.value):
        move(asset.holder, intruder, LOT)


def test_the_receiver_is_not_suspended(asset, move, registry, operators):
    registry.suspend(asset.receiver, "a reason", sender=operators.supervisor)
    with reverts("WalletNotActive", wallet=asset.receiver, status=WalletStatus.SUSPENDED.value):
        move(asset.holder, asset.receiver, LOT)


def test_the_receiver_is_not_closed(asset, move, registry, operators):
    registry.close(asset.receiver, "a reason", sender=operators.registrar)
    with reverts("WalletNotActive", wallet=asset.receiver, status=WalletStatus.CLOSED.value):
        move(asset.holder, asset.receiver, LOT)


def test_not_more_than_is_held(asset, move):
    short = {"asset": asset.token, "account": asset.holder, "available": asset.held}
    with reverts("InsufficientFreeBalance", needed=asset.held + LOT, **short):
        move(asset.holder, asset.receiver, asset.held + LOT)


def test_of_100_with_30_frozen_70_move_and_71_do_not(asset, move):
    token, holder, receiver = asset.token, asset.holder, asset.receiver
    hundred = 100 * LOT
    move(holder, receiver, asset.held - hundred)
    asset.freeze(30 * LOT)

    short = {"asset": token, "account": holder, "available": 70 * LOT}
    with reverts("InsufficientFreeBalance", needed=71 * LOT, **short):
        move(holder, receiver, 71 * LOT)
    move(holder, receiver, 70 * LOT)
    assert token.balanceOf(holder) == token.getFrozenTokens(holder) == 30 * LOT


def test_nothing_moves_where_more_is_frozen_than_held(asset, move):
    asset.freeze(asset.held + LOT)
    short = {"asset": asset.token, "account": asset.holder, "needed": LOT, "available": 0}
    with reverts("InsufficientFreeBalance", **short):
        move(asset.holder, asset.receiver, LOT)
    move(asset.holder, asset.receiver, 0)


@pytest.mark.parametrize("everything", [False, True])
def test_moves(asset, move, everything):
    token, amount = asset.token, asset.held if everything else LOT
    supply = token.totalSupply()
    events = move(asset.holder, asset.receiver, amount)
    assert logged(events, "Transfer") == {
        "from": asset.holder.address,
        "to": asset.receiver.address,
        "value": amount,
    }
    assert token.balanceOf(asset.holder) == asset.held - amount
    assert token.balanceOf(asset.receiver) == amount
    assert token.totalSupply() == supply


def test_what_arrives_in_a_frozen_account_stays_there(asset, move):
    asset.freeze(5 * LOT, asset.receiver)
    move(asset.holder, asset.receiver, 7 * LOT)
    assert asset.token.freeBalanceOf(asset.receiver) == 2 * LOT


def test_to_itself_changes_nothing_but_the_time(asset, move, chain):
    move(asset.holder, asset.holder, asset.held)
    assert asset.token.accountOf(asset.holder) == (asset.held, 0, chain.now() - 1)


def test_the_account_word_keeps_when_the_balance_last_changed(asset, move, chain):
    (_, _, before) = asset.token.accountOf(asset.holder)
    chain.advance_to(chain.now() + 500)
    move(asset.holder, asset.receiver, LOT)
    moved = chain.now() - 1
    assert before < moved
    assert asset.token.accountOf(asset.holder) == (asset.held - LOT, 0, moved)
    assert asset.token.accountOf(asset.receiver) == (LOT, 0, moved)
