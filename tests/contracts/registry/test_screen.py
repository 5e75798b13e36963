"""WalletRegistry.screen."""

import pytest

from settlement.model.party import WalletStatus
from tests.contracts.live import logged, reverts


def test_only_the_registrar_screens(registry, dealer, operators, now):
    with reverts("AccessManagedUnauthorized", caller=operators.supervisor):
        registry.screen(dealer, now, sender=operators.supervisor)


def test_an_unknown_wallet_is_not_screened(registry, intruder, operators, now):
    with reverts("WalletNotActive", wallet=intruder, status=WalletStatus.UNREGISTERED.value):
        registry.screen(intruder, now, sender=operators.registrar)


def test_a_screening_is_not_before_the_last_one(registry, dealer, operators):
    last = registry.walletOf(dealer)[4]
    error = {"wallet": dealer, "screenedAt": last - 1, "lastScreenedAt": last}
    with reverts("ScreeningOutOfOrder", **error):
        registry.screen(dealer, last - 1, sender=operators.registrar)


def test_a_screening_is_not_in_the_future(registry, dealer, operators, now):
    last = registry.walletOf(dealer)[4]
    error = {"wallet": dealer, "screenedAt": now + 1, "lastScreenedAt": last}
    with reverts("ScreeningOutOfOrder", **error):
        registry.screen(dealer, now + 1, sender=operators.registrar)


@pytest.mark.parametrize("later", [0, 1])
def test_stamps_a_screening(registry, dealer, operators, later):
    *before, last = registry.walletOf(dealer)
    events = registry.screen(dealer, last + later, sender=operators.registrar)
    assert logged(events, "WalletScreened") == {
        "wallet": dealer.address,
        "screenedAt": last + later,
    }
    assert registry.walletOf(dealer) == (*before, last + later)


def test_screening_lifts_no_suspension(registry, dealer, operators, now):
    registry.suspend(dealer, "under investigation", sender=operators.supervisor)
    registry.screen(dealer, now, sender=operators.registrar)
    assert not registry.isActive(dealer)
