"""WalletRegistry.checkActive, isActive, walletOf and wordsOf."""

import pytest

from settlement.model.party import SignerKind, WalletStatus
from tests.contracts.live import NOBODY, reverts


def test_the_first_wallet_is_asked_first(registry, intruder, operators, dealer):
    registry.suspend(dealer, "a reason", sender=operators.supervisor)
    with reverts("WalletNotActive", wallet=intruder, status=WalletStatus.UNREGISTERED.value):
        registry.checkActive(intruder, dealer)
    with reverts("WalletNotActive", wallet=dealer, status=WalletStatus.SUSPENDED.value):
        registry.checkActive(dealer, intruder)


def test_the_second_wallet_is_asked_too(registry, dealer, intruder):
    with reverts("WalletNotActive", wallet=intruder, status=WalletStatus.UNREGISTERED.value):
        registry.checkActive(dealer, intruder)


def test_says_how_each_signs(registry, dealer, market):
    custody = market.deployment.custody
    key, contract = SignerKind.KEY.value, SignerKind.CONTRACT.value
    assert registry.checkActive(dealer, custody) == (key, contract)
    assert registry.checkActive(custody, dealer) == (contract, key)
    assert registry.checkActive(dealer, dealer) == (key, key)


@pytest.mark.parametrize("status", list(WalletStatus))
def test_is_active_agrees_in_every_status(registry, dealer, intruder, operators, status):
    wallet = intruder if status is WalletStatus.UNREGISTERED else dealer
    if status is WalletStatus.SUSPENDED:
        registry.suspend(dealer, "a reason", sender=operators.supervisor)
    if status is WalletStatus.CLOSED:
        registry.close(dealer, "a reason", sender=operators.registrar)

    assert registry.walletOf(wallet)[3] == status.value
    assert registry.isActive(wallet) is (status is WalletStatus.REGISTERED)
    if status is WalletStatus.REGISTERED:
        registry.checkActive(wallet, wallet)
    else:
        with reverts("WalletNotActive", wallet=wallet, status=status.value):
            registry.checkActive(wallet, wallet)


@pytest.mark.parametrize("stranger", ["intruder", "nobody"])
def test_a_wallet_that_was_never_registered_has_no_record(registry, intruder, stranger):
    wallet = intruder if stranger == "intruder" else NOBODY
    assert registry.walletOf(wallet) == (bytes(20), 0, 0, 0, 0)


def test_words_are_the_records(registry, dealer, intruder, market):
    custody = market.deployment.custody
    for word, wallet in zip(registry.wordsOf(dealer, custody), (dealer, custody), strict=True):
        lei, purpose, kind, status, screened = registry.walletOf(wallet)
        fields = (lei, 0), (purpose, 160), (kind, 168), (status, 176), (screened, 184)
        numbers = [
            (int.from_bytes(f, "big") if isinstance(f, bytes) else f, at) for f, at in fields
        ]
        assert word == sum(number << at for number, at in numbers)
    assert registry.wordsOf(intruder, NOBODY) == (0, 0)
