"""`recordReversal`: a root move that reverses a repo's own leg lowers what is owed back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from settlement.model.repo import Position
from settlement.onchain import repo_signing
from tests.contracts.live import logged, reverts
from tests.contracts.repo.pen import PURCHASE_PRICE, QUANTITY

TAKEN = 4_000_000


@pytest.fixture
def open_ended(facility, pen, ready, dealer, fund):
    """A repo that runs until notice, so that no date is in the way."""
    terms = pen.terms(dealer, fund, duration=1, repurchase_date=0)
    facility.open(*pen.signed(terms))
    return terms


@pytest.fixture
def root(market):
    """`root(terms, quantity, settlement=…)`: the root wallet takes from buyer or custody."""

    def move(terms, quantity, settlement=None, source=None, target=None):
        holder = terms.custody if int(terms.custody, 16) else terms.buyer
        market.onboarding.root_move(
            source or holder,
            target or terms.seller,
            "T-2035",
            quantity,
            "delivered in error",
            repo_signing.repo_id(terms) if settlement is None else settlement,
        )

    return move


def less(terms, quantity):
    """The collateral without so much of it."""
    (line,) = terms.lines
    return (replace(line, quantity=line.quantity - quantity),)


def test_of_a_repo_that_is_not_open(facility, pen, dealer, fund, ready):
    terms = pen.terms(dealer, fund)
    repo = repo_signing.repo_id(terms)
    with reverts("WrongState", repo=repo, state=0):
        facility.recordReversal(Position(terms), less(terms, TAKEN))


def test_without_any_reversal(facility, open_ended):
    repo = repo_signing.repo_id(open_ended)
    with reverts("NothingReversed", repo=repo):
        facility.recordReversal(Position(open_ended), open_ended.lines)


@pytest.mark.parametrize("named", [bytes(32), b"\x07" * 32])
def test_a_root_move_that_names_no_repo_or_another_changes_nothing(
    facility, open_ended, root, named
):
    root(open_ended, TAKEN, settlement=named)
    with reverts("NothingReversed", repo=repo_signing.repo_id(open_ended)):
        facility.recordReversal(Position(open_ended), less(open_ended, TAKEN))


def test_a_root_move_to_somebody_else_is_no_reversal(facility, open_ended, root, broker):
    root(open_ended, TAKEN, target=broker.address)
    with reverts("NothingReversed", repo=repo_signing.repo_id(open_ended)):
        facility.recordReversal(Position(open_ended), less(open_ended, TAKEN))


@pytest.mark.parametrize("short", [TAKEN - 1_000, TAKEN + 1_000, 0])
def test_other_lines_than_it_leaves(facility, open_ended, root, short):
    root(open_ended, TAKEN)
    with reverts("NothingReversed", repo=repo_signing.repo_id(open_ended)):
        facility.recordReversal(Position(open_ended), less(open_ended, short))


def test_it_counts_once(facility, open_ended, root):
    root(open_ended, TAKEN)
    left = less(open_ended, TAKEN)
    facility.recordReversal(Position(open_ended), left)
    with reverts("NothingReversed", repo=repo_signing.repo_id(open_ended)):
        facility.recordReversal(Position(open_ended, left), left)


def test_the_collateral_is_less_and_the_exposure_more(
    facility, pen, open_ended, root, dealer, fund, watch
):
    moved = watch()
    root(open_ended, TAKEN)
    left = less(open_ended, TAKEN)
    pair = pen.pair(fund, dealer)
    before, _ = facility.reader("netExposure")(pair, [Position(open_ended)], [])
    events = facility.recordReversal(Position(open_ended), left)

    repo = repo_signing.repo_id(open_ended)
    assert logged(events, "Reversed")["number"] == 1
    assert facility.changeOf(repo)[0] == repo_signing.lines_hash(left)
    after, call = facility.reader("netExposure")(pair, [Position(open_ended, left)], [])
    assert (before, after) == (0, PURCHASE_PRICE * TAKEN // QUANTITY)
    assert call == after
    assert moved() == {"dealer": {"T-2035": TAKEN}, "fund": {"T-2035": -TAKEN}}


def test_a_second_one_counts_on_top(facility, open_ended, root):
    root(open_ended, TAKEN)
    facility.recordReversal(Position(open_ended), less(open_ended, TAKEN))
    root(open_ended, 1_000)
    left = less(open_ended, TAKEN + 1_000)
    facility.recordReversal(Position(open_ended, less(open_ended, TAKEN)), left)
    repo = repo_signing.repo_id(open_ended)
    assert facility.repoOf(repo)[5] == 2
    assert facility.changeOf(repo)[0] == repo_signing.lines_hash(left)


def test_custody_keeps_account_of_it(facility, pen, ready, root, dealer, fund, custody, security):
    terms = pen.terms(dealer, fund, duration=1, repurchase_date=0, custody=custody.address)
    facility.open(*pen.signed(terms))
    root(terms, TAKEN)
    facility.recordReversal(Position(terms), less(terms, TAKEN))
    repo = repo_signing.repo_id(terms)
    assert custody.heldFor(repo, security) == QUANTITY - TAKEN == security.balanceOf(custody)


def test_all_of_it_leaves_the_whole_price_exposed(facility, pen, open_ended, root, dealer, fund):
    root(open_ended, QUANTITY)
    left = less(open_ended, QUANTITY)
    facility.recordReversal(Position(open_ended), left)
    pair = pen.pair(fund, dealer)
    exposure, _ = facility.reader("netExposure")(pair, [Position(open_ended, left)], [])
    assert exposure == PURCHASE_PRICE


@pytest.mark.parametrize("where", ["with the buyer", "in custody"])
def test_before_it_is_recorded_the_repo_does_not_close(
    facility, pen, ready, root, dealer, fund, custody, at, watch, where
):
    """Else the seller would have the collateral twice, out of what is held for others."""
    held = {"custody": custody.address} if where == "in custody" else {}
    terms = pen.terms(dealer, fund, **held)
    facility.open(*pen.signed(terms))
    root(terms, TAKEN)
    at(1, 10)
    moved = watch()
    (line,) = terms.lines
    repo = repo_signing.repo_id(terms)
    with reverts("ReversalUnrecorded", repo=repo, security=line.security):
        facility.close(*pen.closing(terms, dealer))
    assert moved() == {}

    left = less(terms, TAKEN)
    facility.recordReversal(Position(terms), left)
    facility.close(*pen.closing(terms, dealer, left))
    assert moved()["dealer"]["T-2035"] == QUANTITY - TAKEN


def test_it_does_not_change_its_collateral_either(facility, pen, open_ended, root):
    root(open_ended, TAKEN)
    (line,) = open_ended.lines
    more = (replace(line, quantity=QUANTITY + 1_000),)
    with reverts(
        "ReversalUnrecorded", repo=repo_signing.repo_id(open_ended), security=line.security
    ):
        facility.substitute(*pen.substituting(Position(open_ended), more))
