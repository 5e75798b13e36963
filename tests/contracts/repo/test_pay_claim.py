"""`RepoFacility.payClaim`: a claim is paid by its debtor's word, in parts if it likes."""

from __future__ import annotations

import pytest

from settlement.onchain.signing import Domain
from tests.contracts.live import logged, reverts
from tests.contracts.repo.margin_desk import second_wallet

pytest_plugins = ["tests.contracts.repo.margin_fixtures"]

CLAIM = 10_000_000_000
CENT = 10_000


@pytest.fixture
def refuses(desk, unchanged):
    """`refuses(arguments, "BadClaimPayment", ...)`, and all is as it was."""
    refuse = unchanged(desk)
    return lambda given, error, /, **arguments: refuse("payClaim", given, error, **arguments)


def closed_out(desk, price=90_000_000):
    """The borrower owes 10,000.00, or what the price makes of it."""
    terms = desk.in_default()
    desk.price(price)
    desk.close_out([terms])


# --- what is refused


def test_not_where_nothing_is_claimed(desk, refuses):
    desk.open()
    given = desk.pen.claim_paying(desk.owing, CENT)
    refuses(given, "BadClaimPayment", amount=CENT, claim=0)


@pytest.mark.parametrize(
    "amount", [0, 1, CLAIM - 1, CLAIM + CENT, 2**96, 2**255, 2**256 // CENT * CENT]
)
def test_nothing_but_whole_cents_up_to_the_claim(desk, refuses, amount):
    closed_out(desk)
    given = desk.pen.claim_paying(desk.owing, amount)
    refuses(given, "BadClaimPayment", amount=amount, claim=CLAIM)


def test_not_by_the_creditor(desk, refuses):
    closed_out(desk)
    given = desk.pen.claim_paying(desk.pair, CENT)
    refuses(given, "BadClaimPayment", amount=CENT, claim=0)


def test_only_with_the_payer_s_signature_over_the_amount(desk, refuses):
    closed_out(desk)
    pen, owing = desk.pen, desk.owing
    other = second_wallet(desk, desk.borrower)
    wrong = [
        pen.claim_paying(owing, CLAIM, signer=desk.lender),
        pen.claim_paying(owing, CLAIM, signer=other),
        pen.claim_paying(owing, CLAIM, number=7),
        (owing, CLAIM, pen.claim_paying(owing, CENT)[-1]),
        (owing, CLAIM, pen.paying(owing, CLAIM)[-1]),
        (owing, CLAIM, b""),
    ]
    right = pen.domain
    pen.domain = Domain(right.name, right.chain_id + 1, right.contract)
    wrong.append(pen.claim_paying(owing, CLAIM))
    pen.domain = right
    for given in wrong:
        refuses(given, "BadSignature", signer=desk.borrower)


def test_not_twice(desk, refuses):
    """Not even where as much is left."""
    closed_out(desk)
    given = desk.pen.claim_paying(desk.owing, CLAIM // 2)
    desk.facility.payClaim(*given)
    refuses(given, "BadSignature", signer=desk.borrower)
    desk.facility.payClaim(*desk.pen.claim_paying(desk.owing, CLAIM // 2))
    refuses(given, "BadClaimPayment", amount=CLAIM // 2, claim=0)


def test_not_short_of_cash(desk, refuses):
    closed_out(desk)
    name = desk.borrower.name
    has = desk.market.balance(name, "USD")
    desk.market.onboarding.freeze(name, "USD", has - CLAIM + CENT)
    short = {"needed": CLAIM, "available": CLAIM - CENT}
    given = desk.pen.claim_paying(desk.owing, CLAIM)
    refuses(given, "InsufficientFreeBalance", asset=desk.cash, account=desk.borrower, **short)


# --- what it does


def test_the_side_in_default_pays_in_parts(either, watch):
    closed_out(either)
    sign = 1 if either.pen.is_first(either.pair) else -1
    moved, left = watch(), CLAIM
    for amount in (CENT, 4_000_000_000, CLAIM - 4_000_000_000 - CENT):
        events = either.facility.payClaim(*either.pen.claim_paying(either.owing, amount))
        left -= amount
        assert [event.name for event in events] == ["ClaimPaid", "Transfer"]
        assert logged(events, "ClaimPaid") == {
            "nettingSet": either.set,
            "from": either.borrower.address,
            "to": either.lender.address,
            "amount": amount,
            "claim": sign * left,
        }
    assert either.pen.claim(either.pair) == 0
    moves = {either.borrower.name: {"USD": -CLAIM}, either.lender.name: {"USD": CLAIM}}
    assert moved() == moves


def test_the_side_that_did_not_default_pays_the_excess(either, watch):
    closed_out(either, 100_000_000)
    assert either.pen.claim(either.owing) == 100_000_000_000
    moved = watch()
    either.facility.payClaim(*either.pen.claim_paying(either.pair, 100_000_000_000))
    assert either.pen.claim(either.pair) == 0
    moves = {
        either.borrower.name: {"USD": 100_000_000_000},
        either.lender.name: {"USD": -100_000_000_000},
    }
    assert moved() == moves


def test_a_claim_is_paid_whatever_state_the_set_is_in(desk):
    """In the next default, too: it is from the last one."""
    closed_out(desk)
    desk.price(100_000_000)
    terms = desk.in_default()
    desk.facility.payClaim(*desk.pen.claim_paying(desk.owing, CLAIM))
    assert desk.pen.claim(desk.pair) == 0
    desk.price(90_000_000)
    desk.close_out([terms])
    assert desk.pen.claim(desk.pair) == CLAIM


def test_claims_of_opposite_close_outs_are_set_off(either):
    closed_out(either)
    either.price(100_000_000)
    closed_out(either, 91_500_000)
    assert either.pen.claim(either.pair) == CLAIM - 6_500_000_000


def test_between_any_wallets_of_the_two(desk):
    closed_out(desk)
    creditor = second_wallet(desk, desk.lender)
    pair = desk.pen.pair(desk.borrower, creditor, desk.agreement)
    desk.facility.payClaim(*desk.pen.claim_paying(pair, CLAIM))
    assert desk.cash.balanceOf(creditor) == CLAIM
    with reverts("BadClaimPayment", amount=CENT, claim=0):
        desk.facility.payClaim(*desk.pen.claim_paying(desk.owing, CENT))
