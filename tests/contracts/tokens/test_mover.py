"""announceMover, adoptMover and removeMover."""

import pytest

from tests.contracts.live import NOBODY, logged, reverts
from tests.contracts.tokens.conftest import LOT

TWO_DAYS = 2 * 86_400


@pytest.mark.parametrize("function", ["announceMover", "adoptMover", "removeMover"])
def test_only_the_mover_admin(asset, intruder, operators, function):
    arguments = (intruder,) if function == "announceMover" else ()
    for caller in (intruder, operators.venue_admin, operators.depository_admin, operators.issuer):
        with reverts("AccessManagedUnauthorized", caller=caller):
            asset.token.sender(function)(*arguments, sender=caller)


def test_announces(asset, broker, settlement, chain):
    announced = chain.now()
    events = asset.token.announceMover(broker, sender=asset.mover_admin)
    assert logged(events, "MoverAnnounced") == {
        "mover": broker.address,
        "readyAt": announced + TWO_DAYS,
    }
    assert asset.token.mover() == settlement.address


def test_nothing_announced_is_not_adopted(asset):
    with reverts("MoverNotReady", asset=asset.token, mover=NOBODY, readyAt=0):
        asset.token.adoptMover(sender=asset.mover_admin)


def test_an_announcement_that_was_withdrawn_is_not_adopted(asset, broker, chain):
    asset.token.announceMover(broker, sender=asset.mover_admin)
    withdrawn = chain.now()
    asset.token.announceMover(NOBODY, sender=asset.mover_admin)
    chain.advance_to(withdrawn + TWO_DAYS)
    with reverts("MoverNotReady", asset=asset.token, mover=NOBODY, readyAt=withdrawn + TWO_DAYS):
        asset.token.adoptMover(sender=asset.mover_admin)


def test_not_adopted_one_second_early(asset, broker, chain, settlement):
    ready = chain.now() + TWO_DAYS
    asset.token.announceMover(broker, sender=asset.mover_admin)
    chain.advance_to(ready - 1)
    with reverts("MoverNotReady", asset=asset.token, mover=broker, readyAt=ready):
        asset.token.adoptMover(sender=asset.mover_admin)
    assert asset.token.mover() == settlement.address


def test_a_new_announcement_starts_the_delay_again(asset, broker, dealer, chain):
    first_ready = chain.now() + TWO_DAYS
    asset.token.announceMover(broker, sender=asset.mover_admin)
    second_ready = chain.now() + TWO_DAYS
    asset.token.announceMover(dealer, sender=asset.mover_admin)
    chain.advance_to(first_ready)
    with reverts("MoverNotReady", asset=asset.token, mover=dealer, readyAt=second_ready):
        asset.token.adoptMover(sender=asset.mover_admin)


def test_adopts_at_the_exact_second(asset, chain, settlement):
    ready = chain.now() + TWO_DAYS
    asset.token.announceMover(asset.receiver, sender=asset.mover_admin)
    chain.advance_to(ready)
    events = asset.token.adoptMover(sender=asset.mover_admin)
    assert logged(events, "MoverAdopted") == {"mover": asset.receiver.address}
    assert asset.token.mover() == asset.receiver.address

    asset.token.bookTransfer(asset.holder, asset.receiver, LOT, sender=asset.receiver)
    with reverts("NotTheMover", asset=asset.token, caller=settlement):
        asset.token.reader("bookTransfer")(asset.holder, asset.receiver, LOT, sender=settlement)


def test_an_announcement_is_adopted_once(asset, broker, chain):
    asset.token.announceMover(broker, sender=asset.mover_admin)
    chain.advance_to(chain.now() + TWO_DAYS)
    asset.token.adoptMover(sender=asset.mover_admin)
    asset.token.removeMover(sender=asset.mover_admin)
    with reverts("MoverNotReady", asset=asset.token, mover=NOBODY, readyAt=0):
        asset.token.adoptMover(sender=asset.mover_admin)


def test_removes_at_once(asset, settlement):
    events = asset.token.removeMover(sender=asset.mover_admin)
    assert logged(events, "MoverRemoved") == {"mover": settlement.address}
    assert asset.token.mover() == NOBODY
    with reverts("NotTheMover", asset=asset.token, caller=settlement):
        asset.token.reader("bookTransfer")(asset.holder, asset.receiver, LOT, sender=settlement)


def test_removing_takes_the_announcement_with_it(asset, broker, chain):
    asset.token.announceMover(broker, sender=asset.mover_admin)
    asset.token.removeMover(sender=asset.mover_admin)
    chain.advance_to(chain.now() + TWO_DAYS)
    with reverts("MoverNotReady", asset=asset.token, mover=NOBODY, readyAt=0):
        asset.token.adoptMover(sender=asset.mover_admin)


def test_without_a_mover_holders_still_move_their_own(asset):
    asset.token.removeMover(sender=asset.mover_admin)
    asset.token.transfer(asset.receiver, LOT, sender=asset.holder)
    assert asset.token.balanceOf(asset.receiver) == LOT
