"""WalletRegistry.close."""

import pytest

from settlement.model.party import WalletStatus
from tests.contracts.live import logged, reverts

REGISTERED, CLOSED = WalletStatus.REGISTERED.value, WalletStatus.CLOSED.value


def test_only_the_registrar_closes(registry, dealer, operators):
    with reverts("AccessManagedUnauthorized", caller=operators.supervisor):
        registry.close(dealer, "a reason", sender=operators.supervisor)


def test_an_unknown_wallet_is_not_closed(registry, intruder, operators):
    with reverts("WrongStatus", wallet=intruder, status=0, needed=REGISTERED):
        registry.close(intruder, "a reason", sender=operators.registrar)


def test_a_wallet_closes_once(registry, dealer, operators):
    registry.close(dealer, "a reason", sender=operators.registrar)
    with reverts("WrongStatus", wallet=dealer, status=CLOSED, needed=REGISTERED):
        registry.close(dealer, "a reason", sender=operators.registrar)


@pytest.mark.parametrize("suspended", [False, True])
def test_closes(registry, dealer, operators, suspended):
    lei, purpose, kind, _, screened = registry.walletOf(dealer)
    if suspended:
        registry.suspend(dealer, "under investigation", sender=operators.supervisor)
    events = registry.close(dealer, "left the market", sender=operators.registrar)
    assert logged(events, "WalletClosed") == {
        "wallet": dealer.address,
        "reason": "left the market",
    }
    assert registry.walletOf(dealer) == (lei, purpose, kind, CLOSED, screened)


def test_what_a_closed_wallet_holds_leaves_by_an_act_of_the_depository(
    registry, security, dealer, fund, operators
):
    registry.close(dealer, "left the market", sender=operators.registrar)
    with reverts("WalletNotActive", wallet=dealer, status=CLOSED):
        security.transfer(fund, 1_000, sender=dealer)

    security.burn(dealer, 2_000_000, bytes(32), sender=operators.minter)
    move = (dealer, fund, 10_000_000, "the wallet closed", bytes(32), bytes(32))
    security.rootMove(*move, sender=operators.root)
    assert security.balanceOf(dealer) == 0
    assert security.balanceOf(fund) == 10_000_000
