"""bookTransfer and bookTransfers: the mover's word, and nobody else's."""

import pytest

from tests.contracts.live import NOBODY, reverts
from tests.contracts.tokens.conftest import LOT, become_mover


def test_only_the_mover(asset, operators, intruder):
    strangers = (intruder, asset.holder, operators.depository_admin, operators.root)
    for caller in strangers:
        with reverts("NotTheMover", asset=asset.token, caller=caller):
            asset.token.bookTransfer(asset.holder, asset.receiver, LOT, sender=caller)


def test_from_nobody_mints_nothing(asset, operators, chain):
    become_mover(asset, operators.coordinator, chain)
    with reverts("ERC20InvalidSender", sender=NOBODY):
        asset.token.bookTransfer(NOBODY, asset.receiver, LOT, sender=operators.coordinator)


def test_to_nobody_burns_nothing(asset, operators, chain):
    become_mover(asset, operators.coordinator, chain)
    with reverts("ERC20InvalidReceiver", receiver=NOBODY):
        asset.token.bookTransfer(asset.holder, NOBODY, LOT, sender=operators.coordinator)


# --- many movements at once -----------------------------------------------------------------------


def test_only_the_mover_makes_many(asset, operators, intruder):
    movement = (asset.holder.address, asset.receiver.address, LOT)
    for movements in ([], [movement]):
        for caller in (intruder, asset.holder, operators.depository_admin):
            with reverts("NotTheMover", asset=asset.token, caller=caller):
                asset.token.bookTransfers(movements, sender=caller)


def test_even_none_of_them_while_paused(asset, settlement):
    asset.token.reader("bookTransfers")([], sender=settlement)
    asset.token.pause("a reason", sender=asset.pauser)
    with reverts("AssetPaused", asset=asset.token):
        asset.token.reader("bookTransfers")([], sender=settlement)


def test_even_none_of_them_past_the_sunset(security, settlement, chain):
    chain.advance_to(security.sunset() + 1)
    with reverts("PastSunset", asset=security, sunset=security.sunset()):
        security.reader("bookTransfers")([], sender=settlement)


@pytest.mark.parametrize("place", [0, 1])
def test_many_are_all_or_none(asset, operators, chain, broker, place):
    become_mover(asset, operators.coordinator, chain)
    good = (asset.holder.address, asset.receiver.address, LOT)
    short = (broker.address, asset.receiver.address, LOT)
    movements = [short, good] if place == 0 else [good, short]
    error = {"account": broker, "needed": LOT, "available": 0}
    with reverts("InsufficientFreeBalance", asset=asset.token, **error):
        asset.token.bookTransfers(movements, sender=operators.coordinator)
    assert asset.token.balanceOf(asset.holder) == asset.held


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("who", ["nobody", "intruder"])
def test_each_of_many_is_between_registered_wallets(asset, settlement, intruder, side, who):
    stranger = NOBODY if who == "nobody" else intruder.address
    sides = [asset.holder.address, asset.receiver.address]
    sides[side] = stranger
    with reverts("WalletNotActive", wallet=stranger, status=0):
        asset.token.reader("bookTransfers")([(*sides, 0)], sender=settlement)


def test_each_of_many_is_whole_pieces(security, settlement, dealer, fund):
    movements = [(dealer.address, fund.address, 500)] * 2
    with reverts("NotDenominated", asset=security, quantity=500, denomination=1_000):
        security.reader("bookTransfers")(movements, sender=settlement)


@pytest.mark.parametrize("side", [0, 1])
def test_a_word_that_is_no_address_is_refused(asset, settlement, side):
    movement = (asset.holder.address, asset.receiver.address, LOT)
    data = asset.token.encode("bookTransfers", [movement])
    start = 4 + 64 + 32 * side
    word = int.from_bytes(data[start : start + 32]) | 1 << 160
    dirty = data[:start] + word.to_bytes(32) + data[start + 32 :]
    with reverts("Silent"):
        asset.token.call(dirty, sender=settlement)
    asset.token.call(data, sender=settlement)


def test_makes_many_in_their_order(asset, operators, chain, broker):
    become_mover(asset, operators.coordinator, chain)
    movements = [
        (asset.holder.address, broker.address, 3 * LOT),
        (broker.address, asset.receiver.address, 2 * LOT),
        (asset.receiver.address, asset.receiver.address, LOT),
    ]
    events = asset.token.bookTransfers(movements, sender=operators.coordinator)
    moved = [tuple(event.arguments.values()) for event in events]
    assert moved == movements
    assert [event.name for event in events] == ["Transfer"] * 3
    assert asset.token.balanceOf(asset.holder) == asset.held - 3 * LOT
    assert asset.token.balanceOf(broker) == LOT
    assert asset.token.balanceOf(asset.receiver) == 2 * LOT
