"""WalletRegistry.suspend."""

import pytest

from settlement.model.party import WalletStatus
from tests.contracts.live import logged, reverts

REGISTERED, SUSPENDED = WalletStatus.REGISTERED.value, WalletStatus.SUSPENDED.value


def test_only_the_supervisor_suspends(registry, dealer, operators):
    with reverts("AccessManagedUnauthorized", caller=operators.registrar):
        registry.suspend(dealer, "a reason", sender=operators.registrar)


def test_an_unknown_wallet_is_not_suspended(registry, intruder, operators):
    error = {"wallet": intruder, "status": 0, "needed": REGISTERED}
    with reverts("WrongStatus", **error):
        registry.suspend(intruder, "a reason", sender=operators.supervisor)


def test_a_suspended_wallet_is_not_suspended_again(registry, dealer, operators):
    registry.suspend(dealer, "a reason", sender=operators.supervisor)
    with reverts("WrongStatus", wallet=dealer, status=SUSPENDED, needed=REGISTERED):
        registry.suspend(dealer, "a reason", sender=operators.supervisor)


def test_suspends(registry, dealer, operators):
    lei, purpose, kind, _, screened = registry.walletOf(dealer)
    events = registry.suspend(dealer, "under investigation", sender=operators.supervisor)
    assert logged(events, "WalletSuspended") == {
        "wallet": dealer.address,
        "reason": "under investigation",
    }
    assert registry.walletOf(dealer) == (lei, purpose, kind, SUSPENDED, screened)
    assert not registry.isActive(dealer)


@pytest.mark.parametrize("delivers", [True, False], ids=["delivering", "receiving"])
def test_one_write_stops_a_wallet_for_every_asset(
    market, registry, security, cash, dealer, fund, operators, delivers
):
    market.onboarding.issue_cash("dealer", "USD", market.cash("fund", "USD"))
    market.deliver_free("dealer", "fund", "T-2035", 1_000)
    registry.suspend(dealer, "under investigation", sender=operators.supervisor)

    source, target = (dealer, fund) if delivers else (fund, dealer)
    for asset in (security, cash):
        with reverts("WalletNotActive", wallet=dealer, status=SUSPENDED):
            asset.transfer(target, 1_000, sender=source)
