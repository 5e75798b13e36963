"""`RepoFacility.callMargin`: every requirement in the order of the source, then the exact amount.

What must be brought with it is that of `netExposure`, and tested there.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from settlement.model.repo import Position
from settlement.onchain import repo_signing
from settlement.onchain.repo_signing import repo_id
from settlement.onchain.signing import Domain
from tests.contracts.live import NOBODY, decoded, logged, reverts
from tests.contracts.repo.margin_desk import RATIO, second_wallet
from tests.contracts.repo.pen import DAY, HOUR

pytest_plugins = ["tests.contracts.repo.margin_fixtures"]

MILLION = 1_000_000_000_000
CALLED = 19_900_000_000
"""1,000,000.00 less 1,100,000 at 0.90 less 1%."""


@pytest.fixture
def refuses(desk, unchanged):
    """`refuses(arguments, "NothingToCall", ...)`, and all is as it was."""
    refuse = unchanged(desk)
    return lambda given, error, /, **arguments: refuse("callMargin", given, error, **arguments)


# --- what is refused


def test_not_while_the_set_is_in_default(desk, refuses):
    terms = desk.in_default()
    for pair in (desk.pair, desk.owing):
        refuses(desk.pen.calling(pair, [terms]), "SetInDefault", nettingSet=desk.set)


def test_not_without_every_repo_of_the_set(desk, refuses):
    """The one that is well covered may not be left out."""
    short = desk.open()
    covered = desk.open(lines=(desk.pen.line("T-2035", 5_000_000),))
    desk.price(90_000_000)
    count = {"brought": 1, "open": 2}
    given = desk.pen.calling(desk.pair, [short])
    refuses(given, "NotAllOfTheSet", nettingSet=desk.set, **count)
    given = desk.pen.calling(desk.pair, [short, short])
    twice = repo_id(short)
    refuses(given, "OutOfOrder", last=twice, next=twice)
    nothing = {"netExposure": -3_435_100_000_000, "threshold": 0, "minimumTransfer": 0}
    refuses(desk.pen.calling(desk.pair, [short, covered]), "NothingToCall", **nothing)


def test_not_at_the_trigger(desk, refuses):
    """990,000.00 against 1,000,000 at 1.0000 less 1%: not a cent is missing."""
    terms = desk.open(
        purchase_price=990_000_000_000, lines=(desk.pen.line("T-2035", 1_000_000),), rate=0
    )
    nothing = {"netExposure": 0, "threshold": 0, "minimumTransfer": 0}
    refuses(desk.pen.calling(desk.pair, [terms]), "NothingToCall", **nothing)


def test_not_by_the_side_that_is_exposed_to_nothing(desk, refuses):
    terms = desk.open()
    desk.price(90_000_000)
    nothing = {"netExposure": -CALLED, "threshold": 0, "minimumTransfer": 0}
    refuses(desk.pen.calling(desk.owing, [terms]), "NothingToCall", **nothing)


def test_not_below_the_minimum(desk, refuses):
    """A cent of it missing; vector call-below-mta."""
    desk.under(minimum_transfer=CALLED + 10_000)
    terms = desk.open()
    desk.price(90_000_000)
    nothing = {"netExposure": CALLED, "threshold": 0, "minimumTransfer": CALLED + 10_000}
    refuses(desk.pen.calling(desk.pair, [terms]), "NothingToCall", **nothing)


def test_not_up_to_the_threshold(desk, refuses):
    desk.under(threshold=CALLED)
    terms = desk.open()
    desk.price(90_000_000)
    nothing = {"netExposure": CALLED, "threshold": CALLED, "minimumTransfer": 0}
    refuses(desk.pen.calling(desk.pair, [terms]), "NothingToCall", **nothing)


@pytest.mark.parametrize("field", ["threshold", "minimum_transfer"])
@pytest.mark.parametrize("never", [2**128, 2**200, 2**255, 2**256 - 1])
def test_not_where_the_agreement_says_never(desk, refuses, field, never):
    """However large: no figure turns round and calls everything."""
    desk.under(**{field: never})
    terms = desk.open()
    desk.price(1)
    bars = {"threshold": 0, "minimumTransfer": 0}
    bars["threshold" if field == "threshold" else "minimumTransfer"] = never
    nothing = {"netExposure": 999_999_990_000, **bars}
    refuses(desk.pen.calling(desk.pair, [terms]), "NothingToCall", **nothing)


def test_not_while_another_call_stands(desk, refuses):
    """Not by the same side, whatever the price is now, nor by the other one."""
    terms = desk.called()
    for price, pair in ((80_000_000, desk.pair), (120_000_000, desk.owing)):
        desk.price(price)
        given = desk.pen.calling(pair, [terms])
        refuses(given, "CallOutstanding", nettingSet=desk.set, amount=CALLED)


def test_only_with_the_caller_s_signature(desk, refuses):
    """Nobody else's, for no other act, set, place, venue or chain."""
    terms = desk.open()
    desk.price(90_000_000)
    pen, pair = desk.pen, desk.pair
    given = pen.calling(pair, [terms])
    wrong = [
        pen.calling(pair, [terms], signer=desk.borrower),
        pen.calling(pair, [terms], number=2),
        (*given[:3], pen.declaring(pair)[-1]),
        (*given[:3], pen.calling(replace(pair, agreement=pen.agreement(grace=1)), [])[-1]),
        (*given[:3], b""),
    ]
    right = pen.domain
    for domain in (
        Domain(right.name, right.chain_id + 1, right.contract),
        Domain(right.name, right.chain_id, desk.market.deployment.settlement.address),
    ):
        pen.domain = domain
        wrong.append(pen.calling(pair, [terms]))
    pen.domain = right
    for each in wrong:
        refuses(each, "BadSignature", signer=desk.lender)


def test_a_stranger_is_of_no_set(desk, refuses, intruder):
    terms = desk.open()
    pair = desk.pen.pair(intruder, desk.borrower, desk.agreement)
    given = (pair, desk.pen.ordered([terms]), [], b"")
    strange = desk.pen.netting_set(pair)
    refuses(given, "NotAllOfTheSet", nettingSet=strange, brought=1, open=0)
    assert strange != desk.set
    nobody = replace(pair, by=NOBODY)
    refuses((nobody, *given[1:]), "NotAllOfTheSet", nettingSet=strange, brought=1, open=0)


def test_a_signature_calls_once(desk, refuses):
    """Also after the call was met and the price fell again."""
    terms = desk.open()
    desk.price(90_000_000)
    given = desk.pen.calling(desk.pair, [terms])
    desk.facility.callMargin(*given)
    refuses(given, "CallOutstanding", nettingSet=desk.set, amount=CALLED)
    desk.meet()
    desk.price(80_000_000)
    refuses(given, "BadSignature", signer=desk.lender)
    assert desk.call([terms])["number"] == 2


def test_acts_of_the_other_side_void_no_signature(desk):
    """Else whoever is called would return a cent, again and again, ahead of every call."""
    terms = desk.called()
    desk.meet()
    desk.price(120_000_000)
    desk.call([terms], pair=desk.owing)
    desk.meet(desk.pair)
    held = -desk.pen.held(desk.pair)
    assert held > 0
    desk.price(90_000_000)
    given = desk.pen.calling(desk.pair, [terms])
    desk.facility.returnCash(*desk.pen.returning(desk.owing, 10_000))
    desk.facility.callMargin(*given)


# --- what it does


def test_calls_the_exact_amount_one_unit_below_the_trigger(either):
    """One unit of 10^-8 on 10,000,000 less 1% is 0.099: 0.10 is called; at the trigger, nothing."""
    line = either.pen.line("T-2035", 10_000_000)
    terms = either.open(purchase_price=99 * MILLION // 10, lines=(line,), rate=0)
    assert either.exposure([terms]) == (0, 0)
    either.price(99_999_999)
    assert either.call([terms])["amount"] == 100_000
    assert either.pen.standing(either.pair) == 100_000


def test_calls_the_exact_amount_one_unit_below_by_a_ratio(either):
    """One unit of 10^-8 on 10,000,000 is 0.10 of market value."""
    either.takes(RATIO, 1_000_000_000)
    either.under(method=RATIO)
    line = either.pen.line("T-2035", 10_200_000, 1_020_000_000)
    terms = either.open(purchase_price=10 * MILLION, lines=(line,), rate=0)
    assert either.exposure([terms]) == (0, 0)
    either.price(99_999_999)
    assert either.call([terms])["amount"] == 100_000


def test_less_than_half_a_cent_is_nothing(desk, refuses):
    """Units of the price on 10,000 less 1% are 0.000099 each: from the 51st on it is a cent."""
    line = desk.pen.line("T-2035", 10_000)
    terms = desk.open(purchase_price=9_900_000_000, lines=(line,), rate=0)
    desk.price(100_000_000 - 50)
    nothing = {"netExposure": 0, "threshold": 0, "minimumTransfer": 0}
    refuses(desk.pen.calling(desk.pair, [terms]), "NothingToCall", **nothing)
    desk.price(100_000_000 - 51)
    assert desk.call([terms])["amount"] == 10_000


def test_calls_what_exceeds_the_threshold(either):
    """Vector call-above, and a threshold: 19,900.00 less 5,000.00."""
    either.under(threshold=5_000_000_000, minimum_transfer=14_900_000_000)
    terms = either.open()
    either.price(90_000_000)
    called = either.call([terms])
    assert (called["netExposure"], called["amount"]) == (CALLED, 14_900_000_000)


def test_says_so_and_sets_the_clock(either):
    terms = either.open()
    either.price(90_000_000)
    pair = either.pair
    events = either.facility.callMargin(*either.pen.calling(pair, [terms]))
    deadline = either.market.chain.now() - 1 + 4 * HOUR
    assert [event.name for event in events] == ["MarginCalled"]
    assert logged(events, "MarginCalled") == {
        "nettingSet": either.set,
        "by": pair.by,
        "against": pair.against,
        "number": 1,
        "netExposure": CALLED,
        "amount": CALLED,
        "deadline": deadline,
    }
    account, standing = either.facility.marginOf(either.set)
    numbers = (1, 0) if either.pen.is_first(pair) else (0, 1)
    assert account == (0, 0, 0, *numbers)
    assert standing == (CALLED, pair.by)
    assert either.facility.setOf(either.set)[-1] == deadline


def test_anyone_may_submit_it(desk, intruder):
    terms = desk.open()
    desk.price(90_000_000)
    desk.facility.callMargin(*desk.pen.calling(desk.pair, [terms]), sender=intruder)
    assert desk.pen.standing(desk.pair) == CALLED


def test_the_other_side_calls_when_it_is_the_one_exposed(either):
    """The seller, whose collateral is worth more after its margin than the cash it has."""
    terms = either.open()
    either.price(120_000_000)
    called = either.call([terms], pair=either.owing)
    assert (called["amount"], called["by"]) == (306_800_000_000, either.borrower.address)


def test_any_wallet_of_the_exposed_side_may_call(desk):
    """The call is then its own: it is paid there, and its default is for it to declare."""
    terms, other = desk.open(), second_wallet(desk, desk.lender)
    desk.price(90_000_000)
    pair = desk.pen.pair(other, desk.borrower, desk.agreement)
    desk.call([terms], pair=pair)
    wrong = desk.pen.paying(desk.owing)
    with reverts("NoCallStands", nettingSet=desk.set):
        desk.facility.meetInCash(*wrong)
    to_other = desk.pen.pair(desk.borrower, other, desk.agreement)
    desk.facility.meetInCash(*desk.pen.paying(to_other))
    assert desk.cash.balanceOf(other) == CALLED


def test_calls_margin_back_that_is_more_than_enough(either):
    """With the interest on it; no repo need be open for that."""
    terms = either.called()
    either.meet()
    either.days(30)
    either.price(110_000_000)
    either.facility.close(*either.pen.closing(terms, either.lender))
    interest = Fraction(CALLED, 10**6) * Fraction(43, 1000) * 30 / 360
    due = CALLED + round(interest * 100) * 10_000
    assert either.call([], pair=either.owing)["amount"] == due


def test_margin_that_stands_is_not_called_twice(desk, refuses):
    terms = desk.called()
    desk.meet()
    nothing = {"netExposure": 0, "threshold": 0, "minimumTransfer": 0}
    refuses(desk.pen.calling(desk.pair, [terms]), "NothingToCall", **nothing)


def test_a_cash_token_of_the_same_name_is_another_set(desk, live):
    """Nothing that happens in it touches the true one, however the token lies."""
    terms = desk.called()
    hostile = live("HostileCash")
    fake = replace(desk.pair, cash=hostile.address)
    assert desk.pen.netting_set(fake) != desk.set
    positions = [Position(terms)]
    for function, given in (
        ("callMargin", (fake, positions, [], b"")),
        ("closeOut", (fake, positions, [])),
    ):
        with pytest.raises(Exception) as refusal:  # noqa: PT011
            desk.facility.sender(function)(*given)
        assert decoded(refusal.value.data).name in {"NotAllOfTheSet", "NotInDefault"}
    signed = desk.pen.paying(desk.owing)[-1]
    owing = replace(desk.owing, cash=hostile.address)
    with reverts("NoCallStands", nettingSet=desk.pen.netting_set(owing)):
        desk.facility.meetInCash(owing, signed)
    assert desk.pen.standing(desk.pair) == CALLED


def test_more_than_an_amount_can_hold_is_not_called(desk):
    """Two repos of 7 × 10^28 millionths, the same cash lent twice, against next to nothing."""
    desk.another("BIG")
    market, huge = desk.market, 7 * 10**28
    market.onboarding.issue_cash(desk.lender.name, "USD", Decimal(huge).scaleb(-6))
    market.onboarding.deposit(desk.borrower.name, "BIG", 2 * 10**23)
    market.onboarding.tokenize(desk.borrower.name, "BIG", 2 * 10**23)
    lines, repos = (desk.pen.line("BIG", 8 * 10**22),), []
    for _ in range(2):
        repos.append(desk.open(purchase_price=huge, lines=lines, rate=0))
        desk.cash.transfer(desk.lender, huge, sender=desk.borrower)
    desk.price(1, "BIG")
    called = 2 * huge - 2 * 792 * 10**18
    with reverts("SafeCastOverflowedUintDowncast", bits=96, value=called):
        desk.facility.callMargin(*desk.pen.calling(desk.pair, repos))


def test_the_struct_is_named_and_numbered(desk):
    """What the caller signs is of its own count, which the event repeats."""
    terms = desk.open()
    desk.price(90_000_000)
    struct = repo_signing.margin_call_hash(desk.set, 1, desk.lender.address)
    signature = desk.pen.sign(desk.lender, struct)
    desk.facility.callMargin(desk.pair, [Position(terms)], [], signature)


def test_the_deadline_is_that_of_the_agreement(desk):
    desk.under(call_deadline=7 * DAY)
    terms = desk.open()
    desk.price(90_000_000)
    deadline = desk.call([terms])["deadline"]
    assert deadline == desk.market.chain.now() - 1 + 7 * DAY
