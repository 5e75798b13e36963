"""transfer, approve and transferFrom, beyond what every movement must pass."""

from tests.contracts.live import NOBODY, logged, reverts
from tests.contracts.tokens.conftest import LOT


def test_transfer_answers_yes(asset):
    assert asset.token.reader("transfer")(asset.receiver, LOT, sender=asset.holder) is True


def test_approves(asset, broker):
    events = asset.token.approve(broker, LOT, sender=asset.holder)
    assert logged(events, "Approval") == {
        "owner": asset.holder.address,
        "spender": broker.address,
        "value": LOT,
    }
    assert asset.token.allowance(asset.holder, broker) == LOT


def test_nobody_is_not_approved(asset):
    with reverts("ERC20InvalidSpender", spender=NOBODY):
        asset.token.approve(NOBODY, LOT, sender=asset.holder)


def test_not_beyond_the_allowance(asset):
    token = asset.token
    error = {"spender": asset.receiver, "allowance": LOT, "needed": 2 * LOT}
    token.approve(asset.receiver, LOT, sender=asset.holder)
    with reverts("ERC20InsufficientAllowance", **error):
        token.transferFrom(asset.holder, asset.receiver, 2 * LOT, sender=asset.receiver)


def test_not_without_an_allowance(asset):
    error = {"spender": asset.receiver, "allowance": 0, "needed": LOT}
    with reverts("ERC20InsufficientAllowance", **error):
        asset.token.transferFrom(asset.holder, asset.receiver, LOT, sender=asset.receiver)


def test_an_allowance_is_used_up(asset, broker):
    token = asset.token
    token.approve(asset.receiver, 3 * LOT, sender=asset.holder)
    token.transferFrom(asset.holder, broker, LOT, sender=asset.receiver)
    assert token.allowance(asset.holder, asset.receiver) == 2 * LOT
    assert token.balanceOf(broker) == LOT


def test_the_mover_needs_no_allowance_and_has_none(asset, settlement, fund, dealer):
    error = {"spender": settlement, "allowance": 0, "needed": LOT}
    with reverts("ERC20InsufficientAllowance", **error):
        asset.token.reader("transferFrom")(asset.holder, asset.receiver, LOT, sender=settlement)
    asset.token.reader("bookTransfer")(asset.holder, asset.receiver, LOT, sender=settlement)


def test_an_unregistered_spender_moves_between_registered_wallets_only(asset, intruder):
    token = asset.token
    token.approve(intruder, 2 * LOT, sender=asset.holder)
    with reverts("WalletNotActive", wallet=intruder, status=0):
        token.transferFrom(asset.holder, intruder, LOT, sender=intruder)
    token.transferFrom(asset.holder, asset.receiver, LOT, sender=intruder)
    assert token.balanceOf(asset.receiver) == LOT
