"""mint of both tokens."""

import pytest

from settlement.model.party import WalletStatus
from tests.contracts.live import NOBODY, logged, reverts
from tests.contracts.tokens.conftest import LOT

REFERENCE = b"book entry 1".ljust(32, b"\0")
LARGEST = 2**96 - 1


def test_only_the_minter_mints(asset, intruder, operators):
    for caller in (intruder, asset.holder, operators.depository_admin, operators.root):
        with reverts("AccessManagedUnauthorized", caller=caller):
            asset.token.mint(asset.holder, LOT, REFERENCE, sender=caller)


def test_the_security_s_minter_mints_no_cash_nor_the_issuer_securities(
    security, cash, dealer, operators
):
    with reverts("AccessManagedUnauthorized", caller=operators.minter):
        cash.mint(dealer, LOT, REFERENCE, sender=operators.minter)
    with reverts("AccessManagedUnauthorized", caller=operators.issuer):
        security.mint(dealer, LOT, REFERENCE, sender=operators.issuer)


def test_nothing_is_minted_to_nobody(asset):
    with reverts("ERC20InvalidReceiver", receiver=NOBODY):
        asset.token.mint(NOBODY, LOT, REFERENCE, sender=asset.minter)


def test_not_while_paused(asset):
    asset.token.pause("a reason", sender=asset.pauser)
    with reverts("AssetPaused", asset=asset.token):
        asset.token.mint(asset.receiver, LOT, REFERENCE, sender=asset.minter)


def test_only_to_a_registered_wallet(asset, intruder):
    with reverts("WalletNotActive", wallet=intruder, status=WalletStatus.UNREGISTERED.value):
        asset.token.mint(intruder, LOT, REFERENCE, sender=asset.minter)


def test_only_to_an_active_wallet(asset, registry, operators):
    registry.suspend(asset.holder, "a reason", sender=operators.supervisor)
    with reverts("WalletNotActive", wallet=asset.holder, status=WalletStatus.SUSPENDED.value):
        asset.token.mint(asset.holder, LOT, REFERENCE, sender=asset.minter)


def test_the_supply_fits_the_word(cash, fund, dealer, operators):
    room = LARGEST - cash.totalSupply()
    with reverts("AmountTooLarge", asset=cash, amount=LARGEST + 1):
        cash.mint(fund, room + 1, REFERENCE, sender=operators.issuer)
    cash.mint(fund, room, REFERENCE, sender=operators.issuer)
    assert cash.totalSupply() == cash.balanceOf(fund) == LARGEST
    cash.transfer(dealer, LARGEST, sender=fund)
    assert cash.accountOf(dealer)[:2] == (LARGEST, 0)
    assert cash.accountOf(fund)[:2] == (0, 0)


def test_a_supply_beyond_any_number_is_not_minted(cash, fund, operators):
    with reverts("AmountTooLarge", asset=cash, amount=2**256 - 1):
        cash.mint(fund, 2**256 - 1, REFERENCE, sender=operators.issuer)


@pytest.mark.parametrize("amount", [0, LOT])
def test_mints(asset, chain, amount):
    supply, time = asset.token.totalSupply(), chain.now()
    events = asset.token.mint(asset.receiver, amount, REFERENCE, sender=asset.minter)
    unit = "quantity" if asset.token.contract.name == "SecurityEntitlement" else "amount"
    assert logged(events, "Minted") == {
        "to": asset.receiver.address,
        unit: amount,
        "bookReference": REFERENCE,
    }
    assert logged(events, "Transfer") == {
        "from": NOBODY,
        "to": asset.receiver.address,
        "value": amount,
    }
    assert asset.token.accountOf(asset.receiver) == (amount, 0, time)
    assert asset.token.totalSupply() == supply + amount
