"""`RepoFacility.declareDefault`: what is no ground, then what it does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from settlement.model.repo import Failing, Position
from settlement.onchain.repo_signing import repo_id
from settlement.onchain.signing import Domain
from settlement.units import cash_from_chain
from tests.contracts.live import logged, reverts
from tests.contracts.repo.margin_desk import second_wallet
from tests.contracts.repo.pen import DAY, HOUR

pytest_plugins = ["tests.contracts.repo.margin_fixtures"]


@pytest.fixture
def refuses(desk, unchanged):
    """`refuses(arguments, "NoDefault", ...)`, and all is as it was."""
    refuse = unchanged(desk)
    return lambda given, error, /, **arguments: refuse("declareDefault", given, error, **arguments)


def due_yesterday(desk, **changes):
    """A repo of a day; it is six in the afternoon of its repurchase date."""
    tomorrow = desk.pen.long(desk.lender, desk.borrower).purchase_date + 1
    terms = desk.open(repurchase_date=tomorrow, **changes)
    desk.days(1)
    desk.later(9 * HOUR)
    return terms


def empty(desk, party, symbol="USD"):
    """Takes everything away from somebody, by a freeze."""
    units = desk.market.balance(party.name, symbol)
    desk.market.onboarding.freeze(party.name, symbol, units)


def failed_by_seller(desk, **changes):
    """The same, not closed because the borrower is short of a cent, and on record."""
    terms = due_yesterday(desk, **changes)
    empty(desk, desk.borrower)
    events = desk.facility.recordFail(desk.agreement, Position(terms))
    assert logged(events, "FailRecorded")["failing"] == Failing.SELLER.value
    return terms


def failed_by_buyer(desk, **changes):
    """The same, because the lender does not have the collateral."""
    terms = due_yesterday(desk, **changes)
    empty(desk, desk.lender, "T-2035")
    events = desk.facility.recordFail(desk.agreement, Position(terms))
    assert logged(events, "FailRecorded")["failing"] == Failing.BUYER.value
    return terms


# --- a call: what is no ground


def test_not_twice(desk, refuses):
    desk.in_default()
    for pair in (desk.pair, desk.owing):
        refuses(desk.pen.declaring(pair), "SetInDefault", nettingSet=desk.set)


def test_not_where_there_is_no_set_or_no_call(desk, refuses):
    never = {"nettingSet": desk.set, "earliest": 0}
    refuses(desk.pen.declaring(desk.pair), "NoDefault", **never)
    desk.open()
    refuses(desk.pen.declaring(desk.pair), "NoDefault", **never)


def test_not_before_the_deadline_has_passed(desk, refuses):
    desk.called()
    deadline = desk.facility.setOf(desk.set)[-1]
    given = desk.pen.declaring(desk.pair)
    desk.market.chain.advance_to(deadline)
    refuses(given, "NoDefault", nettingSet=desk.set, earliest=deadline)
    desk.market.chain.advance_to(deadline + 1)
    desk.facility.declareDefault(*given)


def test_not_by_the_side_that_was_called_nor_by_another_wallet(desk, refuses):
    desk.called()
    desk.later(4 * HOUR + 1)
    other = desk.pen.pair(second_wallet(desk, desk.lender), desk.borrower, desk.agreement)
    for pair in (desk.owing, other):
        refuses(desk.pen.declaring(pair), "NoDefault", nettingSet=desk.set, earliest=0)


def test_not_for_a_call_that_was_met(desk, refuses):
    desk.called()
    desk.meet()
    desk.days(1)
    refuses(desk.pen.declaring(desk.pair), "NoDefault", nettingSet=desk.set, earliest=0)


@pytest.mark.parametrize("what", ["the cash is paused", "the caller is suspended"])
def test_not_while_the_call_cannot_be_met(desk, refuses, what):
    """Though nobody has stopped its clock."""
    desk.called()
    deadline = desk.facility.setOf(desk.set)[-1]
    desk.later(4 * HOUR + 1)
    if what == "the cash is paused":
        desk.market.onboarding.pause("USD", "halt")
    else:
        desk.market.onboarding.suspend(desk.lender.name, "screening")
    given = desk.pen.declaring(desk.pair)
    refuses(given, "NoDefault", nettingSet=desk.set, earliest=deadline)


def test_what_stops_the_called_side_is_its_own(desk):
    desk.called()
    desk.later(4 * HOUR + 1)
    desk.market.onboarding.suspend(desk.borrower.name, "sanctions")
    desk.facility.declareDefault(*desk.pen.declaring(desk.pair))


def test_only_with_the_declarer_s_signature(desk, refuses):
    desk.called()
    desk.later(4 * HOUR + 1)
    pen, pair = desk.pen, desk.pair
    wrong = [
        pen.declaring(pair, signer=desk.borrower),
        pen.declaring(pair, number=1),
        pen.declaring(pair, number=3),
        (pair, [], pen.calling(pair, [])[-1]),
        (pair, [], b""),
    ]
    right = pen.domain
    pen.domain = Domain(right.name, right.chain_id, desk.market.deployment.settlement.address)
    wrong.append(pen.declaring(pair))
    pen.domain = right
    for given in wrong:
        refuses(given, "BadSignature", signer=desk.lender)


def test_acts_of_the_called_side_void_no_notice(desk):
    """Else it would hold its own default up by returning a cent at a time."""
    terms = desk.open()
    desk.price(120_000_000)
    desk.call([terms], pair=desk.owing)
    desk.meet(desk.pair)
    desk.price(80_000_000)
    desk.call([terms])
    desk.later(4 * HOUR + 1)
    given = desk.pen.declaring(desk.pair)
    desk.facility.returnCash(*desk.pen.returning(desk.owing, 10_000))
    desk.facility.declareDefault(*given)


# --- a fail: what is no ground


def test_not_for_a_repo_that_is_not_open_or_of_another_set(desk, refuses):
    never = desk.pen.long(desk.borrower, desk.lender)
    given = desk.pen.declaring(desk.pair, [never])
    refuses(given, "WrongState", repo=repo_id(never), state=0)
    other = desk.pen.agreement(minimum_transfer=5)
    foreign = desk.pen.long(desk.borrower, desk.lender, other)
    desk.facility.open(*desk.pen.signed(foreign))
    given = desk.pen.declaring(desk.pair, [foreign])
    refuses(given, "NotOfTheSet", repo=repo_id(foreign))


def test_not_for_a_fail_that_nobody_recorded(desk, refuses):
    terms = due_yesterday(desk)
    empty(desk, desk.borrower)
    desk.days(20)
    given = desk.pen.declaring(desk.pair, [terms])
    refuses(given, "NoDefault", nettingSet=desk.set, earliest=0)


def test_not_within_the_grace(desk, refuses):
    terms = failed_by_seller(desk)
    since = desk.facility.changeOf(repo_id(terms))[4]
    given = desk.pen.declaring(desk.pair, [terms])
    desk.market.chain.advance_to(since + DAY)
    refuses(given, "NoDefault", nettingSet=desk.set, earliest=since + DAY)
    desk.market.chain.advance_to(since + DAY + 1)
    desk.facility.declareDefault(*given)


@pytest.mark.parametrize("fail", [failed_by_seller, failed_by_buyer])
def test_not_by_the_side_that_failed(desk, refuses, fail):
    terms = fail(desk)
    desk.days(2)
    pair = desk.owing if fail is failed_by_seller else desk.pair
    given = desk.pen.declaring(pair, [terms])
    refuses(given, "NoDefault", nettingSet=desk.set, earliest=0)


def test_not_for_what_was_nobody_s_fail(desk, refuses):
    terms = due_yesterday(desk)
    desk.market.onboarding.pause("T-2035", "halt")
    desk.facility.recordFail(desk.agreement, Position(terms))
    desk.days(2)
    for pair in (desk.pair, desk.owing):
        given = desk.pen.declaring(pair, [terms])
        refuses(given, "NoDefault", nettingSet=desk.set, earliest=0)


@pytest.mark.parametrize("fail", [failed_by_seller, failed_by_buyer])
@pytest.mark.parametrize("what", ["USD", "T-2035", "the other side"])
def test_not_while_something_else_stops_the_closing(desk, refuses, fail, what):
    """The failing side could not make it good now, whatever it did."""
    terms = fail(desk)
    desk.days(2)
    pair = desk.pair if fail is failed_by_seller else desk.owing
    if what == "the other side":
        name = (desk.lender if fail is failed_by_seller else desk.borrower).name
        desk.market.onboarding.suspend(name, "screening")
    else:
        desk.market.onboarding.pause(what, "halt")
    given = desk.pen.declaring(pair, [terms])
    refuses(given, "NoDefault", nettingSet=desk.set, earliest=0)


@pytest.mark.parametrize("fail", [failed_by_seller, failed_by_buyer])
def test_not_by_a_second_wallet_while_the_repo_s_own_is_stopped(desk, refuses, fail):
    """The closing goes to the wallet of the terms: while that is stopped, it is nobody's fail."""
    terms = fail(desk)
    desk.days(2)
    sound, failing = (desk.lender, desk.borrower)
    if fail is failed_by_buyer:
        sound, failing = failing, sound
    other = second_wallet(desk, sound)
    desk.market.onboarding.suspend(sound.name, "screening")
    given = desk.pen.declaring(desk.pen.pair(other, failing, desk.agreement), [terms])
    refuses(given, "NoDefault", nettingSet=desk.set, earliest=0)
    desk.market.onboarding.reinstate(sound.name, "cleared")
    desk.facility.declareDefault(*given)


def test_not_by_a_wallet_that_is_stopped_itself(desk, refuses):
    terms = failed_by_seller(desk)
    desk.days(2)
    other = second_wallet(desk, desk.lender)
    desk.market.onboarding.suspend(other.name, "key lost")
    given = desk.pen.declaring(desk.pen.pair(other, desk.borrower, desk.agreement), [terms])
    refuses(given, "NoDefault", nettingSet=desk.set, earliest=0)


@pytest.mark.parametrize("what", ["short", "frozen"])
def test_not_while_custody_could_not_deliver(desk, refuses, what):
    """The root wallet took the collateral: the seller would pay for nothing."""
    custody = desk.market.deployment.custody.address
    terms = failed_by_seller(desk, custody=custody)
    desk.days(2)
    operators = desk.market.operators
    if what == "short":
        goal = desk.lender.address
        details = ("court order", bytes(32), bytes(32))
        desk.security.rootMove(custody, goal, 1_000, *details, sender=operators.root)
    else:
        desk.security.setFrozenTokens(custody, 1_000, sender=operators.freezer)
    given = desk.pen.declaring(desk.pair, [terms])
    refuses(given, "NoDefault", nettingSet=desk.set, earliest=0)


def test_not_with_other_collateral_than_the_repo_has(desk, refuses):
    terms = failed_by_seller(desk)
    desk.days(2)
    wrong = Position(terms, (replace(terms.lines[0], quantity=1_000),))
    given = desk.pen.declaring(desk.pair, [wrong])
    refuses(given, "NotTheCollateral", repo=repo_id(terms))


def test_a_repo_that_was_closed_after_all_is_no_ground(desk, refuses):
    """Later than the grace, before the notice: anyone may close it from the cut-off on."""
    terms = failed_by_seller(desk)
    desk.days(2)
    given = desk.pen.declaring(desk.pair, [terms])
    desk.market.onboarding.freeze(desk.borrower.name, "USD", 0)
    desk.facility.close(terms, [], "0x" + "00" * 20, b"")
    refuses(given, "WrongState", repo=repo_id(terms), state=2)


# --- what it does


def test_an_unmet_call_freezes_the_set(either, watch, intruder):
    either.called()
    either.later(4 * HOUR + 1)
    moved, given = watch(), either.pen.declaring(either.pair)
    events = either.facility.declareDefault(*given, sender=intruder)
    declared = either.market.chain.now() - 1
    assert [event.name for event in events] == ["DefaultDeclared"]
    assert logged(events, "DefaultDeclared") == {
        "nettingSet": either.set,
        "by": either.lender.address,
        "against": either.borrower.address,
        "declaredAt": declared,
        "ground": bytes(32),
    }
    assert either.facility.setOf(either.set)[2] == 2
    second = either.pen.is_first(either.pair)
    assert either.facility.closeOutOf(either.set) == (declared, second, 0)
    assert moved() == {}


@pytest.mark.parametrize("fail", [failed_by_seller, failed_by_buyer])
def test_a_fail_that_stands_needs_no_price(either, fail):
    """Whatever the board says, or has not said for months."""
    terms = fail(either)
    either.days(100)
    pair = either.pair if fail is failed_by_seller else either.owing
    events = either.facility.declareDefault(*either.pen.declaring(pair, [terms]))
    assert logged(events, "DefaultDeclared")["against"] == pair.against


def test_a_wallet_of_the_same_participant_may_declare_a_fail(desk):
    terms = failed_by_seller(desk)
    desk.days(2)
    other = second_wallet(desk, desk.lender)
    pair = desk.pen.pair(other, desk.borrower, desk.agreement)
    desk.facility.declareDefault(*desk.pen.declaring(pair, [terms]))


def test_a_fail_out_of_custody_is_a_ground(desk):
    terms = failed_by_seller(desk, custody=desk.market.deployment.custody.address)
    desk.days(2)
    desk.facility.declareDefault(*desk.pen.declaring(desk.pair, [terms]))
    assert cash_from_chain(desk.market.balance(desk.borrower.name, "USD")) > 0


def test_a_set_is_frozen_and_others_are_not(desk):
    """Another agreement of the same two is another set."""
    desk.in_default()
    desk.under(minimum_transfer=7)
    desk.price(100_000_000)
    terms = desk.open()
    with reverts("NoDefault", nettingSet=desk.set, earliest=0):
        desk.facility.declareDefault(*desk.pen.declaring(desk.pair))
    assert desk.facility.repoOf(repo_id(terms))[0] == 1
