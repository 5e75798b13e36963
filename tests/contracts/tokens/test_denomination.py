"""A security moves, is minted and burned in multiples of its denomination, 1,000 here."""

import pytest

from tests.contracts.live import reverts
from tests.contracts.tokens.conftest import become_mover


@pytest.mark.parametrize("quantity", [1, 999, 1_001, 11_999_999])
def test_not_in_pieces(security, dealer, fund, operators, settlement, quantity):
    error = {"asset": security, "quantity": quantity, "denomination": 1_000}
    acts = [
        lambda: security.transfer(fund, quantity, sender=dealer),
        lambda: security.reader("bookTransfer")(dealer, fund, quantity, sender=settlement),
        lambda: security.mint(dealer, quantity, bytes(32), sender=operators.minter),
        lambda: security.burn(dealer, quantity, bytes(32), sender=operators.minter),
        lambda: security.rootMove(
            dealer, fund, quantity, "error", bytes(32), bytes(32), sender=operators.root
        ),
    ]
    for act in acts:
        with reverts("NotDenominated", **error):
            act()


def test_cash_has_none(cash, fund, dealer):
    cash.transfer(dealer, 1, sender=fund)
    assert cash.balanceOf(dealer) == 1


def test_what_is_frozen_may_be_any_figure(asset, operators, chain):
    asset.freeze(1)
    become_mover(asset, operators.coordinator, chain)
    assert asset.free() == asset.held - 1
