"""A hash lock that dealer approved for its securities, and what fund would lock them under."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from eth_utils import keccak

from settlement.model.identifiers import demonstration_lei
from settlement.model.party import Participant, Purpose, SignerKind, Wallet
from tests.contracts.live import Live, logged

QUANTITY = 1_000_000
HOUR = 3_600
SECRET = keccak(text="a secret")
LOCKED, CLAIMED, REFUNDED = 1, 2, 3


@pytest.fixture
def lock(market, live, security, dealer) -> Live:
    """Registered as a contract wallet; dealer approved it for everything."""
    deployed = live("HashLock")
    owner = Participant("hash lock", demonstration_lei("hash lock"))
    wallet = Wallet(deployed.address, owner, Purpose.VENUE, SignerKind.CONTRACT)
    market.onboarding.register_venue_wallet(wallet, "hash lock")
    security.approve(deployed, 2**256 - 1, sender=dealer)
    return deployed


@pytest.fixture
def terms(security, fund, chain) -> SimpleNamespace:
    """A million for fund, for an hour."""
    return SimpleNamespace(
        to=fund.address,
        asset=security.address,
        amount=QUANTITY,
        hash=keccak(SECRET),
        deadline=chain.now() + HOUR,
    )


@pytest.fixture
def locking(lock, terms, dealer) -> Callable[..., list[Any]]:
    """Locks, with something about the terms changed; the events."""

    def locks(sender: Any = dealer, **changes: Any) -> list[Any]:
        return lock.lock(*(vars(terms) | changes).values(), sender=sender)

    return locks


@pytest.fixture
def locked(locking) -> bytes:
    """The id of a lock that was made."""
    return logged(locking(), "Locked")["id"]
