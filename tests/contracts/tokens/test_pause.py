"""pause and unpause."""

from tests.contracts.live import logged, reverts
from tests.contracts.tokens.conftest import LOT


def test_only_the_pauser_pauses(asset, intruder, operators):
    for caller in (intruder, asset.holder, operators.depository_admin, operators.supervisor):
        with reverts("AccessManagedUnauthorized", caller=caller):
            asset.token.pause("a reason", sender=caller)


def test_a_paused_asset_is_not_paused_again(asset):
    asset.token.pause("a reason", sender=asset.pauser)
    with reverts("PauseUnchanged", asset=asset.token, paused=True):
        asset.token.pause("a reason", sender=asset.pauser)


def test_pauses(asset):
    assert asset.token.paused() is False
    events = asset.token.pause("market-wide halt", sender=asset.pauser)
    assert logged(events, "Paused") == {"reason": "market-wide halt"}
    assert asset.token.paused() is True
    assert asset.token.mover() != asset.token.address


def test_only_the_pauser_unpauses(asset, intruder):
    asset.token.pause("a reason", sender=asset.pauser)
    with reverts("AccessManagedUnauthorized", caller=intruder):
        asset.token.unpause("a reason", sender=intruder)


def test_an_asset_that_moves_is_not_unpaused(asset):
    with reverts("PauseUnchanged", asset=asset.token, paused=False):
        asset.token.unpause("a reason", sender=asset.pauser)


def test_unpauses(asset, settlement):
    asset.token.pause("a reason", sender=asset.pauser)
    events = asset.token.unpause("all is well", sender=asset.pauser)
    assert logged(events, "Unpaused") == {"reason": "all is well"}
    assert asset.token.paused() is False
    assert asset.token.mover() == settlement.address
    asset.token.transfer(asset.receiver, LOT, sender=asset.holder)


def test_the_security_s_pauser_cannot_pause_cash_nor_the_issuer_securities(
    security, cash, operators
):
    with reverts("AccessManagedUnauthorized", caller=operators.pauser):
        cash.pause("a reason", sender=operators.pauser)
    with reverts("AccessManagedUnauthorized", caller=operators.issuer):
        security.pause("a reason", sender=operators.issuer)
