"""`TriPartyCustody.hold` and `release`: for the facility only, and the ledger is the balance."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.model.repo import RepoTerms
from settlement.onchain.repo_signing import repo_id
from tests.contracts.live import reverts
from tests.contracts.repo.pen import PRICE


@pytest.mark.parametrize("function", ["hold", "release"])
def test_only_the_facility_writes(custody, settlement, operators, intruder, security, function):
    for caller in (intruder, settlement, operators.venue_admin):
        with reverts("NotTheFacility", caller=caller):
            custody.reader(function)(bytes(32), [(security.address, 1, 0)], sender=caller)


@pytest.fixture
def basket(market, pen, terms, custody):
    """Two securities, held in custody."""
    market.add_security("T-2040")
    market.onboarding.deposit("dealer", "T-2040", 1_000_000)
    market.onboarding.tokenize("dealer", "T-2040", 1_000_000)
    market.board.post_price("T-2040", PRICE)
    lines = (pen.line("T-2035", 2_000_000), pen.line("T-2040", 1_000_000))
    return replace(
        terms, custody=custody.address, lines=pen.lines(*lines), purchase_price=2_992_275_000_000
    )


def test_holds_and_releases_every_line(facility, custody, pen, basket, dealer, at):
    repo = repo_id(basket)
    events = facility.open(*pen.signed(basket))
    for name, held in (("Held", True), ("Released", False)):
        if not held:
            at(1, 12)
            events = facility.close(*pen.closing(basket, dealer))
        written = [event.arguments for event in events if event.name == name]
        assert written == [
            {"repo": repo, "security": line.security, "quantity": line.quantity}
            for line in basket.lines
        ]
        for line in basket.lines:
            assert custody.heldFor(repo, line.security) == (line.quantity if held else 0)
            assert custody.heldInAll(line.security) == (line.quantity if held else 0)


def test_what_is_given_away_to_it_is_held_for_nobody(custody, security, dealer):
    """A holder's own transfer enters the balance and no ledger."""
    security.transfer(custody, 1_000, sender=dealer)
    assert (security.balanceOf(custody), custody.heldInAll(security)) == (1_000, 0)


def test_collateral_that_the_root_wallet_took_is_missed(
    facility, custody, pen, terms, security, operators, dealer, fund, at
):
    """The ledger says what is owed: the closing fails by name until it is back."""
    held = replace(terms, custody=custody.address)
    facility.open(*pen.signed(held))
    moved = (custody, fund, 1_000, "error", bytes(32), repo_id(held))
    security.rootMove(*moved, sender=operators.root)
    assert custody.heldInAll(security) == security.balanceOf(custody) + 1_000
    at(1, 12)
    quantity = held.lines[0].quantity
    with reverts(
        "InsufficientFreeBalance",
        asset=security,
        account=custody,
        needed=quantity,
        available=quantity - 1_000,
    ):
        facility.close(*pen.closing(held, dealer))
    back = (fund, custody, 1_000, "error undone", bytes(32), repo_id(held))
    security.rootMove(*back, sender=operators.root)
    facility.close(*pen.closing(held, dealer))
    assert custody.heldInAll(security) == 0


@given(steps=st.lists(st.tuples(st.integers(0, 3), st.integers(1, 4)), min_size=1, max_size=8))
def test_the_ledger_is_the_balance(facility, custody, pen, terms, security, market, steps):
    """Repos of some sizes opened and closed in any order: what is held sums to what is there."""
    held: dict[int, RepoTerms] = {}
    patient = pen.agreement(maximum_price_age=10**9)

    def close(slot):
        market.at(market.now() + timedelta(days=1))
        closing = held.pop(slot)
        facility.close(*pen.closing(closing, closing.seller))

    for slot, thousands in steps:
        if slot in held:
            close(slot)
        else:
            line = pen.line("T-2035", thousands * 1_000)
            held[slot] = pen.terms(
                market.directory.party("dealer"),
                market.directory.party("fund"),
                under=patient,
                custody=custody.address,
                purchase_price=10_000,
                lines=(line,),
            )
            facility.open(*pen.signed(held[slot]))
        for repo in held.values():
            assert custody.heldFor(repo_id(repo), security) == repo.lines[0].quantity
        quantities = sum(repo.lines[0].quantity for repo in held.values())
        assert custody.heldInAll(security) == security.balanceOf(custody) == quantities
    for slot in list(held):
        close(slot)
