"""The sunset: the last second at which an entitlement circulates."""

import pytest

from tests.contracts.live import reverts

Q = 1_000


@pytest.mark.parametrize("early", [1, 0], ids=["one second before", "at"])
def test_until_the_sunset_all_works(security, dealer, fund, operators, chain, early):
    chain.advance_to(security.sunset() - early)
    security.transfer(fund, Q, sender=dealer)
    assert chain.now() == security.sunset() + 1 - early


def test_at_the_sunset_a_mint_and_a_root_move_work(security, dealer, fund, operators, chain):
    chain.advance_to(security.sunset() - 1)
    security.mint(fund, Q, bytes(32), sender=operators.minter)
    security.rootMove(fund, dealer, Q, "error", bytes(32), bytes(32), sender=operators.root)
    assert chain.now() == security.sunset() + 1


def test_after_the_sunset_nothing_circulates(security, settlement, dealer, fund, operators, chain):
    sunset = security.sunset()
    chain.advance_to(sunset + 1)
    acts = [
        lambda: security.transfer(fund, Q, sender=dealer),
        lambda: security.reader("bookTransfer")(dealer, fund, Q, sender=settlement),
        lambda: security.mint(fund, Q, bytes(32), sender=operators.minter),
        lambda: security.rootMove(
            dealer, fund, Q, "error", bytes(32), bytes(32), sender=operators.root
        ),
    ]
    for act in acts:
        with reverts("PastSunset", asset=security, sunset=sunset):
            act()
    assert security.canTransfer(dealer, fund, Q) is False


def test_after_the_sunset_burning_works(security, dealer, operators, chain):
    security.pause("the pilot ended", sender=operators.pauser)
    chain.advance_to(security.sunset() + 1)
    security.burn(dealer, 12_000_000, bytes(32), sender=operators.minter)
    assert security.totalSupply() == 0


def test_the_sunset_is_told_before_the_pause(security, dealer, fund, operators, chain):
    security.pause("the pilot ended", sender=operators.pauser)
    chain.advance_to(security.sunset() + 1)
    with reverts("PastSunset", asset=security, sunset=security.sunset()):
        security.transfer(fund, Q, sender=dealer)
