"""HashLock.claim: the receiver, with the secret, before the deadline."""

import pytest
from eth_utils import keccak

from settlement.model.party import WalletStatus
from tests.contracts.hash_lock.conftest import CLAIMED, LOCKED, QUANTITY, REFUNDED, SECRET
from tests.contracts.live import logged, reverts


def test_not_what_nobody_locked(lock, fund):
    with reverts("WrongState", id=bytes(32), state=0, needed=LOCKED):
        lock.claim(bytes(32), SECRET, sender=fund)


@pytest.mark.parametrize("caller", ["dealer", "intruder"])
def test_by_nobody_but_its_receiver(lock, locked, fund, request, caller):
    stranger = request.getfixturevalue(caller)
    with reverts("NotTheReceiver", id=locked, caller=stranger, receiver=fund):
        lock.claim(locked, SECRET, sender=stranger)


@pytest.mark.parametrize("late", [0, 1])
def test_not_from_the_deadline_on(lock, locked, terms, chain, fund, late):
    chain.advance_to(terms.deadline + late)
    with reverts("DeadlinePassed", deadline=terms.deadline, time=terms.deadline + late):
        lock.claim(locked, SECRET, sender=fund)


def test_one_second_before_the_deadline(lock, locked, terms, chain, fund):
    chain.advance_to(terms.deadline - 1)
    assert logged(lock.claim(locked, SECRET, sender=fund), "Claimed")


def test_not_with_another_secret(lock, locked, terms, fund):
    other = keccak(text="another secret")
    with reverts("WrongSecret", id=locked, hash=keccak(other), needed=terms.hash):
        lock.claim(locked, other, sender=fund)


def test_not_while_the_receiver_is_suspended(market, lock, locked, security, fund):
    market.onboarding.suspend("fund", "a drill")
    with reverts("WalletNotActive", wallet=fund, status=WalletStatus.SUSPENDED.value):
        lock.claim(locked, SECRET, sender=fund)
    assert security.balanceOf(lock) == QUANTITY


def test_once(lock, locked, fund):
    lock.claim(locked, SECRET, sender=fund)
    with reverts("WrongState", id=locked, state=CLAIMED, needed=LOCKED):
        lock.claim(locked, SECRET, sender=fund)


def test_not_what_went_back(lock, locked, terms, chain, fund):
    chain.advance_to(terms.deadline)
    lock.refund(locked)
    with reverts("WrongState", id=locked, state=REFUNDED, needed=LOCKED):
        lock.claim(locked, SECRET, sender=fund)


def test_gives_it_to_the_receiver_and_shows_the_secret(lock, locked, security, fund):
    events = lock.claim(locked, SECRET, sender=fund)
    assert logged(events, "Claimed") == {"id": locked, "secret": SECRET}
    assert lock.lockOf(locked)[1] == CLAIMED
    assert security.balanceOf(fund) == QUANTITY
    assert security.balanceOf(lock) == 0
