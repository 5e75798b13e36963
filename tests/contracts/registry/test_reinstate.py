"""WalletRegistry.reinstate."""

from settlement.model.party import WalletStatus
from tests.contracts.live import logged, reverts

REGISTERED, SUSPENDED = WalletStatus.REGISTERED.value, WalletStatus.SUSPENDED.value


def test_only_the_registrar_reinstates(registry, dealer, operators):
    registry.suspend(dealer, "a reason", sender=operators.supervisor)
    with reverts("AccessManagedUnauthorized", caller=operators.supervisor):
        registry.reinstate(dealer, "a reason", sender=operators.supervisor)


def test_an_active_wallet_is_not_reinstated(registry, dealer, operators):
    with reverts("WrongStatus", wallet=dealer, status=REGISTERED, needed=SUSPENDED):
        registry.reinstate(dealer, "a reason", sender=operators.registrar)


def test_an_unknown_wallet_is_not_reinstated(registry, intruder, operators):
    with reverts("WrongStatus", wallet=intruder, status=0, needed=SUSPENDED):
        registry.reinstate(intruder, "a reason", sender=operators.registrar)


def test_reinstates(registry, security, dealer, fund, operators):
    before = registry.walletOf(dealer)
    registry.suspend(dealer, "under investigation", sender=operators.supervisor)
    events = registry.reinstate(dealer, "nothing found", sender=operators.registrar)
    assert logged(events, "WalletReinstated") == {
        "wallet": dealer.address,
        "reason": "nothing found",
    }
    assert registry.walletOf(dealer) == before
    security.transfer(fund, 1_000, sender=dealer)
