"""setFrozenTokens, getFrozenTokens and freeBalanceOf."""

import pytest

from tests.contracts.live import logged, reverts
from tests.contracts.tokens.conftest import LOT

LARGEST = 2**96 - 1


def test_only_the_freezer_freezes(asset, intruder, operators):
    for caller in (intruder, asset.holder, operators.depository_admin, operators.root):
        with reverts("AccessManagedUnauthorized", caller=caller):
            asset.token.setFrozenTokens(asset.holder, LOT, sender=caller)


@pytest.mark.parametrize("amount", [LARGEST + 1, 2**256 - 1])
def test_what_does_not_fit_the_word_is_not_frozen(asset, amount):
    with reverts("AmountTooLarge", asset=asset.token, amount=amount):
        asset.freeze(amount)


@pytest.mark.parametrize("amount", [0, 1, LOT, LARGEST])
def test_freezes(asset, amount):
    (balance, _, changed) = asset.token.accountOf(asset.holder)
    events = asset.freeze(amount)
    assert logged(events, "Frozen") == {"account": asset.holder.address, "amount": amount}
    assert asset.token.getFrozenTokens(asset.holder) == amount
    assert asset.token.accountOf(asset.holder) == (balance, amount, changed)
    assert asset.free() == max(0, asset.held - amount)


def test_sets_and_does_not_add(asset):
    asset.freeze(2 * LOT)
    asset.freeze(LOT)
    assert asset.token.getFrozenTokens(asset.holder) == LOT


def test_freezes_what_is_not_there_yet(asset, intruder):
    asset.freeze(LOT, account=intruder)
    assert asset.token.accountOf(intruder) == (0, LOT, 0)
    assert asset.token.freeBalanceOf(intruder) == 0
