"""HashLock.lock: takes what was approved, under a hash, until a deadline."""

import pytest
from eth_abi import encode
from eth_utils import keccak

from tests.contracts.hash_lock.conftest import LOCKED, QUANTITY
from tests.contracts.live import NOBODY, logged, reverts


def test_not_nothing(locking, security):
    with reverts("NothingToLock", asset=security):
        locking(amount=0)


@pytest.mark.parametrize("ahead", [0, -1])
def test_not_from_its_deadline_on(locking, chain, ahead):
    deadline = chain.now() + ahead
    with reverts("DeadlinePassed", deadline=deadline, time=chain.now()):
        locking(deadline=deadline)


def test_until_one_second_before_its_deadline(locking, chain):
    assert logged(locking(deadline=chain.now() + 1), "Locked")


def test_not_the_same_twice(lock, locked, locking, terms):
    with reverts("WrongState", id=locked, state=LOCKED, needed=0):
        locking()
    assert logged(locking(deadline=terms.deadline + 1), "Locked")["id"] != locked


def test_not_more_than_is_held(locking, security, dealer):
    error = {"account": dealer, "needed": 12_001_000, "available": 12_000_000}
    with reverts("InsufficientFreeBalance", asset=security, **error):
        locking(amount=12_001_000)


def test_not_without_an_approval(lock, locking, fund):
    error = {"spender": lock, "allowance": 0, "needed": QUANTITY}
    with reverts("ERC20InsufficientAllowance", **error):
        locking(sender=fund)


def test_not_where_it_is_not_registered(live, security, terms, dealer):
    stranger = live("HashLock")
    security.approve(stranger, QUANTITY, sender=dealer)
    with reverts("WalletNotActive", wallet=stranger, status=0):
        stranger.lock(*vars(terms).values(), sender=dealer)


def test_takes_it(lock, locking, terms, security, dealer, fund):
    event = logged(locking(), "Locked")
    words = (dealer.address, terms.to, terms.asset, QUANTITY, terms.hash, terms.deadline)
    kinds = ["address", "address", "address", "uint256", "bytes32", "uint256"]
    assert event == {
        "id": keccak(encode(kinds, words)),
        "from": dealer.address,
        **vars(terms),
    }
    assert lock.lockOf(event["id"]) == (words, LOCKED)
    assert security.balanceOf(lock) == QUANTITY
    assert security.balanceOf(dealer) == 12_000_000 - QUANTITY
    assert security.balanceOf(fund) == 0


def test_what_was_never_locked_is_unknown(lock):
    assert lock.lockOf(bytes(32)) == ((NOBODY, NOBODY, NOBODY, 0, bytes(32), 0), 0)
