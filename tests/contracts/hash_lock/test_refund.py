"""HashLock.refund: back to who locked it, once it is too late to claim."""

import pytest

from tests.contracts.hash_lock.conftest import (
    CLAIMED,
    HOUR,
    LOCKED,
    QUANTITY,
    REFUNDED,
    SECRET,
)
from tests.contracts.live import logged, reverts


def test_not_what_nobody_locked(lock):
    with reverts("WrongState", id=bytes(32), state=0, needed=LOCKED):
        lock.refund(bytes(32))


@pytest.mark.parametrize("early", [1, HOUR // 2])
def test_not_before_the_deadline(lock, locked, terms, chain, dealer, early):
    chain.advance_to(terms.deadline - early)
    with reverts("DeadlineAhead", deadline=terms.deadline, time=terms.deadline - early):
        lock.refund(locked, sender=dealer)


def test_not_what_was_claimed(lock, locked, terms, chain, fund):
    lock.claim(locked, SECRET, sender=fund)
    chain.advance_to(terms.deadline)
    with reverts("WrongState", id=locked, state=CLAIMED, needed=LOCKED):
        lock.refund(locked)


def test_once(lock, locked, terms, chain):
    chain.advance_to(terms.deadline)
    lock.refund(locked)
    with reverts("WrongState", id=locked, state=REFUNDED, needed=LOCKED):
        lock.refund(locked)


@pytest.mark.parametrize("caller", ["dealer", "fund", "intruder"])
def test_gives_it_back_whoever_asks(lock, locked, terms, chain, security, dealer, request, caller):
    chain.advance_to(terms.deadline)
    events = lock.refund(locked, sender=request.getfixturevalue(caller))
    assert logged(events, "Refunded") == {"id": locked}
    assert lock.lockOf(locked)[1] == REFUNDED
    assert security.balanceOf(dealer) == 12_000_000
    assert security.balanceOf(lock) == 0


def test_leaves_what_others_locked(lock, locked, locking, terms, chain, security):
    later = logged(locking(deadline=terms.deadline + 1), "Locked")["id"]
    chain.advance_to(terms.deadline)
    lock.refund(locked)
    assert lock.lockOf(later)[1] == LOCKED
    assert security.balanceOf(lock) == QUANTITY
