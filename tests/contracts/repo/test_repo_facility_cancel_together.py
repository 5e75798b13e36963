"""`RepoFacility.cancelTogether`: both sides end terms at any time before they open."""

from __future__ import annotations

import pytest

from settlement.onchain.repo_signing import repo_id
from tests.contracts.live import NOBODY, logged, reverts


@pytest.fixture
def both(pen, dealer, fund):
    """What it takes, signed by both sides."""

    def sign(terms):
        return terms, pen.cancellation(terms, dealer), pen.cancellation(terms, fund)

    return sign


def test_needs_both(facility, pen, terms, both, dealer, fund, intruder):
    """Neither one side twice nor a stranger for one of them."""
    _, by_seller, by_buyer = both(terms)
    pen.keys[NOBODY] = intruder.key
    forged = pen.cancellation(terms, NOBODY)
    for signatures, liar in (
        ((b"", by_buyer), dealer),
        ((by_seller, b""), fund),
        ((by_seller, by_seller), fund),
        ((by_buyer, by_seller), dealer),
        ((forged, by_buyer), dealer),
        ((by_seller, forged), fund),
    ):
        with reverts("BadSignature", signer=liar):
            facility.cancelTogether(terms, *signatures)


def test_not_what_is_open_closed_or_cancelled(facility, pen, terms, opened, both, dealer, at):
    with reverts("WrongState", repo=repo_id(opened), state=1):
        facility.cancelTogether(*both(opened))
    at(1, 12)
    facility.close(*pen.closing(opened, dealer))
    with reverts("WrongState", repo=repo_id(opened), state=2):
        facility.cancelTogether(*both(opened))


def test_cancels_what_binds(facility, pen, terms, both, intruder):
    events = facility.cancelTogether(*both(terms), sender=intruder)
    assert logged(events, "RepoCancelled") == {"repo": repo_id(terms), "by": NOBODY}
    assert facility.repoOf(repo_id(terms)) == (3, False, 0, 0, 0, 0, 0)
    with reverts("WrongState", repo=repo_id(terms), state=3):
        facility.cancelTogether(*both(terms))
    with reverts("WrongState", repo=repo_id(terms), state=3):
        facility.open(*pen.signed(terms))
