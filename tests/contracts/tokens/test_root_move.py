"""SecurityEntitlement.rootMove."""

import pytest

from settlement.model.party import WalletStatus
from tests.contracts.live import NOBODY, logged, reverts

REFERENCE = b"book entry 3".ljust(32, b"\0")
REVERSED = b"a trade".ljust(32, b"\0")
NONE = bytes(32)


@pytest.fixture
def root_move(security, operators):
    """The root wallet moves for an error."""

    def move(source, target, quantity, settlement=NONE, sender=None):
        details = (quantity, "entered twice", REFERENCE, settlement)
        return security.rootMove(source, target, *details, sender=sender or operators.root)

    return move


def test_only_the_root(root_move, dealer, fund, operators, intruder):
    for caller in (intruder, dealer, operators.minter, operators.depository_admin):
        with reverts("AccessManagedUnauthorized", caller=caller):
            root_move(dealer, fund, 1_000, sender=caller)


def test_not_past_the_sunset(root_move, security, dealer, fund, chain):
    chain.advance_to(security.sunset() + 1)
    with reverts("PastSunset", asset=security, sunset=security.sunset()):
        root_move(dealer, fund, 1_000)


def test_whole_pieces_only(root_move, security, dealer, fund):
    with reverts("NotDenominated", asset=security, quantity=1_500, denomination=1_000):
        root_move(dealer, fund, 1_500)


def test_the_receiver_is_registered(root_move, dealer, intruder):
    with reverts("WalletNotActive", wallet=intruder, status=WalletStatus.UNREGISTERED.value):
        root_move(dealer, intruder, 1_000)


def test_the_receiver_is_active(root_move, registry, dealer, fund, operators):
    registry.suspend(fund, "a reason", sender=operators.supervisor)
    with reverts("WalletNotActive", wallet=fund, status=WalletStatus.SUSPENDED.value):
        root_move(dealer, fund, 1_000)


def test_nothing_goes_to_nobody(root_move, dealer):
    with reverts("WalletNotActive", wallet=NOBODY, status=WalletStatus.UNREGISTERED.value):
        root_move(dealer, NOBODY, 1_000)


def test_nothing_comes_from_nobody(root_move, security, fund):
    error = {"asset": security, "account": NOBODY, "needed": 1_000, "available": 0}
    with reverts("InsufficientFreeBalance", **error):
        root_move(NOBODY, fund, 1_000)


def test_not_more_than_is_held(root_move, security, dealer, fund):
    error = {"account": dealer, "needed": 12_001_000, "available": 12_000_000}
    with reverts("InsufficientFreeBalance", asset=security, **error):
        root_move(dealer, fund, 12_001_000)


def test_moves(root_move, security, dealer, fund, chain):
    time, supply = chain.now(), security.totalSupply()
    events = root_move(dealer, fund, 2_000_000, REVERSED)
    assert logged(events, "RootMoved") == {
        "from": dealer.address,
        "to": fund.address,
        "quantity": 2_000_000,
        "reason": "entered twice",
        "bookReference": REFERENCE,
        "settlement": REVERSED,
    }
    assert logged(events, "Transfer") == {
        "from": dealer.address,
        "to": fund.address,
        "value": 2_000_000,
    }
    assert [event.name for event in events] == ["Transfer", "RootMoved"]
    assert security.accountOf(dealer) == (10_000_000, 0, time)
    assert security.accountOf(fund) == (2_000_000, 0, time)
    assert security.totalSupply() == supply


def test_passes_pause_and_suspension(root_move, security, registry, dealer, fund, operators):
    security.pause("a reason", sender=operators.pauser)
    registry.suspend(dealer, "a reason", sender=operators.supervisor)
    root_move(dealer, fund, 1_000)
    assert security.balanceOf(fund) == 1_000


@pytest.mark.parametrize(
    ("frozen", "moved", "left_frozen"),
    [
        (5_000_000, 7_000_000, 5_000_000),
        (5_000_000, 8_000_000, 4_000_000),
        (12_000_000, 12_000_000, 0),
        (20_000_000, 1_000_000, 11_000_000),
        (20_000_000, 0, 20_000_000),
    ],
)
def test_what_is_frozen_shrinks_to_what_is_left(
    root_move, security, dealer, fund, operators, frozen, moved, left_frozen
):
    security.setFrozenTokens(dealer, frozen, sender=operators.freezer)
    events = root_move(dealer, fund, moved)
    assert security.accountOf(dealer)[:2] == (12_000_000 - moved, left_frozen)
    told = [event.arguments for event in events if event.name == "Frozen"]
    shrunk = frozen != left_frozen
    assert told == ([{"account": dealer.address, "amount": left_frozen}] if shrunk else [])


def test_returns_no_cash(root_move, market, security, cash, dealer, fund, settlement, pen):
    signed = pen.signed(pen.trade(dealer, fund))
    events = settlement.settle(*signed.words())
    root_move(fund, dealer, 1_000_000, logged(events, "Settled")["trade"])
    assert security.balanceOf(dealer) == 12_000_000
    assert cash.balanceOf(dealer) == signed.trade.amount
    assert market.differences() == []
