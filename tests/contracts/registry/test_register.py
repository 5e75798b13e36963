"""WalletRegistry.register."""

import pytest

from settlement.model.party import Purpose, SignerKind, WalletStatus
from tests.contracts.live import NOBODY, logged, reverts

OWN, KEY, CONTRACT = Purpose.OWN_ACCOUNT.value, SignerKind.KEY.value, SignerKind.CONTRACT.value


def test_only_the_registrar_registers(registry, intruder, operators, lei, now):
    for stranger in (intruder, operators.supervisor, operators.depository_admin):
        with reverts("AccessManagedUnauthorized", caller=stranger):
            registry.register(intruder, lei, OWN, KEY, now, sender=stranger)


def test_a_wallet_has_an_address(registry, operators, lei, now):
    with reverts("NothingToRegister", wallet=NOBODY, participant=lei):
        registry.register(NOBODY, lei, OWN, KEY, now, sender=operators.registrar)


def test_a_wallet_has_a_participant(registry, intruder, operators, now):
    with reverts("NothingToRegister", wallet=intruder, participant=bytes(20)):
        registry.register(intruder, bytes(20), OWN, KEY, now, sender=operators.registrar)


def test_a_wallet_is_registered_once(registry, dealer, operators, lei, now):
    with reverts("WalletKnown", wallet=dealer, status=WalletStatus.REGISTERED.value):
        registry.register(dealer, lei, OWN, KEY, now, sender=operators.registrar)


def test_a_suspended_wallet_is_not_registered_again(registry, dealer, operators, lei, now):
    registry.suspend(dealer, "under investigation", sender=operators.supervisor)
    with reverts("WalletKnown", wallet=dealer, status=WalletStatus.SUSPENDED.value):
        registry.register(dealer, lei, OWN, KEY, now, sender=operators.registrar)


def test_a_closed_wallet_never_comes_back(registry, dealer, operators, lei, now):
    registrar = operators.registrar
    registry.close(dealer, "left the market", sender=registrar)
    closed = WalletStatus.CLOSED.value
    with reverts("WalletKnown", wallet=dealer, status=closed):
        registry.register(dealer, lei, OWN, KEY, now, sender=registrar)
    with reverts("WrongStatus", wallet=dealer, status=closed, needed=WalletStatus.SUSPENDED.value):
        registry.reinstate(dealer, "please", sender=registrar)
    with reverts("WrongStatus", wallet=dealer, status=closed, needed=WalletStatus.REGISTERED.value):
        registry.suspend(dealer, "please", sender=operators.supervisor)


def test_a_contract_wallet_has_code(registry, intruder, operators, lei, now):
    with reverts("NoCodeAtWallet", wallet=intruder):
        registry.register(intruder, lei, OWN, CONTRACT, now, sender=operators.registrar)


def test_a_screening_is_not_in_the_future(registry, intruder, operators, lei, now):
    with reverts("ScreeningOutOfOrder", wallet=intruder, screenedAt=now + 1, lastScreenedAt=0):
        registry.register(intruder, lei, OWN, KEY, now + 1, sender=operators.registrar)


@pytest.mark.parametrize("purpose", list(Purpose))
def test_registers_a_key(registry, intruder, operators, lei, now, purpose):
    events = registry.register(intruder, lei, purpose.value, KEY, now, sender=operators.registrar)

    assert logged(events, "WalletRegistered") == {
        "wallet": intruder.address,
        "participant": lei,
        "purpose": purpose.value,
        "signerKind": KEY,
        "screenedAt": now,
    }
    registered = WalletStatus.REGISTERED.value
    assert registry.walletOf(intruder) == (lei, purpose.value, KEY, registered, now)
    assert registry.isActive(intruder)


def test_registers_a_contract(registry, dealer, operators, live, lei, now):
    wallet = live("ContractWallet", dealer.address)
    registry.register(wallet, lei, OWN, CONTRACT, now, sender=operators.registrar)
    assert registry.walletOf(wallet)[2] == CONTRACT


def test_purpose_and_kind_are_known_ones(registry, intruder, operators, lei, now):
    with reverts("Silent"):
        registry.register(intruder, lei, len(Purpose), KEY, now, sender=operators.registrar)
    with reverts("Silent"):
        registry.register(intruder, lei, OWN, len(SignerKind), now, sender=operators.registrar)
