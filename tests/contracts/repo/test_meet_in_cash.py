"""`RepoFacility.meetInCash`: every requirement in the order of the source, then what moves."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from settlement.onchain.signing import Domain
from tests.contracts.live import logged, reverts
from tests.contracts.repo.margin_desk import second_wallet
from tests.contracts.repo.pen import HOUR

pytest_plugins = ["tests.contracts.repo.margin_fixtures"]

CALLED = 19_900_000_000


@pytest.fixture
def refuses(desk, unchanged):
    """`refuses(arguments, "NoCallStands", ...)`, and all is as it was."""
    refuse = unchanged(desk)
    return lambda given, error, /, **arguments: refuse("meetInCash", given, error, **arguments)


# --- what is refused


def test_not_while_the_set_is_in_default(desk, refuses):
    desk.in_default()
    refuses(desk.pen.paying(desk.owing, CALLED), "SetInDefault", nettingSet=desk.set)


def test_not_where_no_call_stands(desk, refuses):
    desk.open()
    for pair in (desk.owing, desk.pair):
        refuses(desk.pen.paying(pair, CALLED), "NoCallStands", nettingSet=desk.set)


def test_not_by_the_side_that_called(desk, refuses):
    desk.called()
    refuses(desk.pen.paying(desk.pair, CALLED), "NoCallStands", nettingSet=desk.set)


def test_not_to_another_wallet_of_the_side_that_called(desk, refuses):
    desk.called()
    other = second_wallet(desk, desk.lender)
    pair = desk.pen.pair(desk.borrower, other, desk.agreement)
    refuses(desk.pen.paying(pair, CALLED), "NoCallStands", nettingSet=desk.set)


def test_not_twice(desk, refuses):
    """Nor with the same signature when the same amount is called again."""
    terms = desk.called()
    given = desk.pen.paying(desk.owing)
    desk.facility.meetInCash(*given)
    refuses(given, "NoCallStands", nettingSet=desk.set)
    desk.price(90_000_000 - 1_827_364)
    amount = desk.call([terms])["amount"]
    refuses(given, "BadSignature", signer=desk.borrower)
    again = desk.pen.paying(desk.owing, amount, number=1)
    refuses(again, "BadSignature", signer=desk.borrower)


def test_only_with_the_payer_s_signature_over_the_amount(desk, refuses):
    desk.called()
    pen, owing = desk.pen, desk.owing
    other = second_wallet(desk, desk.borrower)
    wrong = [
        pen.paying(owing, CALLED - 10_000),
        pen.paying(owing, signer=desk.lender),
        pen.paying(owing, signer=other),
        pen.paying(owing, number=2),
        (owing, pen.paying(replace(owing, against=desk.borrower.address), CALLED, number=1)[-1]),
        (owing, pen.returning(owing, CALLED)[-1]),
        (owing, pen.claim_paying(owing, CALLED)[-1]),
        (owing, b""),
    ]
    right = pen.domain
    pen.domain = Domain(right.name, right.chain_id + 1, right.contract)
    wrong.append(pen.paying(owing))
    pen.domain = right
    for each in wrong:
        refuses(each, "BadSignature", signer=desk.borrower)


def test_a_payment_is_of_the_wallet_that_signed_it(desk, refuses):
    """The first wallet's signature moves nothing of the second one."""
    desk.called()
    other = second_wallet(desk, desk.borrower)
    pair = desk.pen.pair(other, desk.lender, desk.agreement)
    refuses((pair, desk.pen.paying(desk.owing)[-1]), "BadSignature", signer=other)
    short = {"needed": CALLED, "available": 0}
    asset = {"asset": desk.cash, "account": other}
    refuses(desk.pen.paying(pair), "InsufficientFreeBalance", **asset, **short)


def test_not_short_of_a_cent(desk, refuses):
    desk.called()
    name = desk.borrower.name
    has = desk.market.balance(name, "USD")
    desk.market.onboarding.freeze(name, "USD", has - CALLED + 10_000)
    short = {"needed": CALLED, "available": CALLED - 10_000}
    asset = {"asset": desk.cash, "account": desk.borrower}
    refuses(desk.pen.paying(desk.owing), "InsufficientFreeBalance", **asset, **short)


def test_not_while_the_cash_is_paused_or_a_side_is_stopped(desk, refuses):
    desk.called()
    onboarding, given = desk.market.onboarding, desk.pen.paying(desk.owing)
    onboarding.pause("USD", "halt")
    refuses(given, "AssetPaused", asset=desk.cash)
    onboarding.unpause("USD", "over")
    for party in (desk.lender, desk.borrower):
        onboarding.suspend(party.name, "screening")
        refuses(given, "WalletNotActive", wallet=party, status=2)
        onboarding.reinstate(party.name, "cleared")
    desk.facility.meetInCash(*given)


def test_more_than_the_account_holds_is_met_in_securities(desk, refuses):
    """6 × 10^17 dollars, which is 2^79 millionths: the account would not take them."""
    desk.another("BIG")
    market, huge = desk.market, 7 * 10**23
    market.onboarding.issue_cash(desk.lender.name, "USD", Decimal(huge).scaleb(-6))
    market.onboarding.deposit(desk.borrower.name, "BIG", 10**18)
    market.onboarding.tokenize(desk.borrower.name, "BIG", 10**18)
    terms = desk.open(purchase_price=huge, lines=(desk.pen.line("BIG", 8 * 10**17),), rate=0)
    desk.price(1, "BIG")
    called = desk.call([terms])["amount"]
    wide = {"bits": 80, "value": called}
    refuses(desk.pen.paying(desk.owing), "SafeCastOverflowedIntDowncast", **wide)


# --- what it does


def test_pays_the_call_and_books_it(either, watch):
    terms = either.called()
    moved = watch()
    events = either.facility.meetInCash(*either.pen.paying(either.owing))
    sign = 1 if either.pen.is_first(either.pair) else -1
    day = terms.purchase_date
    numbers = (1, 1)
    account = (sign * CALLED, 0, day, *numbers)
    assert [event.name for event in events] == ["CallMet", "MarginPaid", "Transfer"]
    assert logged(events, "CallMet") == {"nettingSet": either.set, "amount": CALLED}
    assert logged(events, "MarginPaid") == {
        "nettingSet": either.set,
        "from": either.borrower.address,
        "to": either.lender.address,
        "principal": CALLED,
        "interest": 0,
        "account": account,
    }
    assert either.facility.marginOf(either.set) == (account, (0, "0x" + "00" * 20))
    assert either.facility.setOf(either.set)[-1] == 0
    paid = {either.borrower.name: {"USD": -CALLED}, either.lender.name: {"USD": CALLED}}
    assert moved() == paid
    assert either.exposure([terms]) == (0, 0)


def test_may_come_from_any_wallet_of_the_side_that_is_called(desk):
    desk.called()
    other = second_wallet(desk, desk.borrower)
    desk.market.onboarding.issue_cash(other.name, "USD", Decimal("19900.00"))
    pair = desk.pen.pair(other, desk.lender, desk.agreement)
    desk.facility.meetInCash(*desk.pen.paying(pair))
    assert desk.pen.held(desk.pair) == CALLED


def test_acts_of_the_side_that_called_void_no_payment(desk):
    """Else it would return a cent ahead of every payment, until the deadline has passed."""
    terms = desk.called()
    desk.meet()
    desk.price(89_000_000)
    desk.call([terms])
    given = desk.pen.paying(desk.owing)
    desk.facility.returnCash(*desk.pen.returning(desk.pair, 10_000))
    desk.facility.meetInCash(*given)


def test_late_is_not_too_late_until_a_default_is_declared(desk):
    desk.called()
    desk.later(4 * HOUR + 1)
    given = desk.pen.declaring(desk.pair)
    desk.meet()
    with reverts("NoDefault", nettingSet=desk.set, earliest=0):
        desk.facility.declareDefault(*given)


def test_met_by_the_holder_of_margin_it_goes_back(either, watch):
    """The balance passes through zero; interest that was earned on the way stays counted."""
    either.under(margin_rate=36_000_000)
    terms = either.called()
    either.meet()
    either.days(10)
    either.price(100_000_000)
    amount = either.call([terms], pair=either.owing)["amount"]
    moved = watch()
    either.meet(either.pair)
    assert either.pen.held(either.pair) == CALLED - amount
    assert amount > CALLED
    paid = {either.borrower.name: {"USD": amount}, either.lender.name: {"USD": -amount}}
    assert moved() == paid
    assert either.exposure([terms], pair=either.owing) == (0, 0)


def test_with_the_last_repo_its_call_is_over(desk):
    """It has nothing left to be about: it can neither be met nor become a default."""
    terms = desk.called()
    desk.days(30)
    desk.facility.close(*desk.pen.closing(terms, desk.lender))
    assert desk.facility.setOf(desk.set)[-1] == 0
    with reverts("NoCallStands", nettingSet=desk.set):
        desk.meet()
    with reverts("NoDefault", nettingSet=desk.set, earliest=0):
        desk.facility.declareDefault(*desk.pen.declaring(desk.pair))


def test_steady_it_costs_less_than_a_hundred_thousand(desk):
    """The second call of a set: account and call are no new words."""
    terms = desk.called()
    desk.meet()
    desk.price(80_000_000)
    desk.call([terms])
    receipt = desk.facility.receipt("meetInCash", *desk.pen.paying(desk.owing))
    assert receipt.succeeded
    assert receipt.gas_used <= 100_000, receipt.gas_used
    print("meetInCash", receipt.gas_used)
