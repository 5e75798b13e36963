"""`RepoFacility.cancel`: one side ends terms that do not bind yet."""

from __future__ import annotations

from dataclasses import replace

import pytest

from settlement.onchain.repo_signing import repo_id
from settlement.onchain.signing import Domain
from tests.contracts.live import logged, reverts

HOUR = 3_600


@pytest.fixture
def loose(terms, market):
    """Binding in an hour only."""
    return replace(terms, binding_from=market.chain.now() + HOUR)


def test_a_stranger_cancels_nothing(facility, pen, loose, intruder):
    with reverts("NotASide", signer=intruder):
        facility.cancel(*pen.cancelling(loose, intruder))


@pytest.mark.parametrize("name", ["dealer", "fund"])
def test_not_from_the_second_on_that_binds(facility, pen, loose, market, name):
    party = market.directory.party(name)
    market.chain.advance_to(loose.binding_from - 1)
    facility.reader("cancel")(*pen.cancelling(loose, party))
    market.chain.advance_to(loose.binding_from)
    with reverts("AlreadyBinding", bindingFrom=loose.binding_from, time=loose.binding_from):
        facility.cancel(*pen.cancelling(loose, party))
    facility.open(*pen.signed(loose))


def test_on_the_signature_of_that_side(facility, pen, loose, dealer, fund):
    other = replace(loose, nonce=loose.nonce + 1)
    right = pen.domain
    wrong = [
        b"",
        pen.by(dealer, loose),
        pen.cancellation(other, dealer),
        pen.cancellation(loose, fund),
        pen.closing(loose, dealer)[-1],
    ]
    pen.domain = Domain(right.name, right.chain_id + 1, right.contract)
    wrong.append(pen.cancellation(loose, dealer))
    for signature in wrong:
        with reverts("BadSignature", signer=dealer):
            facility.cancel(loose, dealer, signature)


def test_not_what_is_open(facility, pen, loose, dealer):
    facility.open(*pen.signed(loose))
    with reverts("WrongState", repo=repo_id(loose), state=1):
        facility.cancel(*pen.cancelling(loose, dealer))


def test_once(facility, pen, loose, dealer, fund):
    facility.cancel(*pen.cancelling(loose, dealer))
    for side in (dealer, fund):
        with reverts("WrongState", repo=repo_id(loose), state=3):
            facility.cancel(*pen.cancelling(loose, side))


@pytest.mark.parametrize("name", ["dealer", "fund"])
def test_cancelled_it_never_opens(facility, pen, loose, market, intruder, name):
    """A suspended side can still cancel, and anybody submits it."""
    party = market.directory.party(name)
    market.onboarding.suspend(name, "screening")
    events = facility.cancel(*pen.cancelling(loose, party), sender=intruder)
    assert logged(events, "RepoCancelled") == {"repo": repo_id(loose), "by": party.address}
    assert facility.repoOf(repo_id(loose)) == (3, False, 0, 0, 0, 0, 0)
    market.onboarding.reinstate(name, "cleared")
    with reverts("WrongState", repo=repo_id(loose), state=3):
        facility.open(*pen.signed(loose))


def test_the_same_terms_with_another_number_open(facility, pen, loose, dealer):
    facility.cancel(*pen.cancelling(loose, dealer))
    facility.open(*pen.signed(replace(loose, nonce=loose.nonce + 1)))
