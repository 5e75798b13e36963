"""Assets outside the directory: signed and submitted all the same, they touch nobody else."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import IntEnum

import pytest

from settlement.coordinator.deals import Deal
from settlement.model.asset import SecurityKind
from settlement.model.repo import Method
from settlement.onchain import signing
from settlement.onchain.artifacts import load
from tests.contracts.live import Live, decoded, reverts
from tests.contracts.pen import HOUR

ALL_OR_NONE, BEST_EFFORT = 0, 1
CENTS = 10_000


class Mood(IntEnum):
    """How HostileToken behaves when it is moved."""

    LYING = 0
    CALLING_BACK = 1
    BURNING_GAS = 2
    REVERTING_WITH_MEGABYTE = 3
    REVERTING = 4


@pytest.fixture
def hostile(live):
    """A token that nobody listed."""
    return live("HostileToken")


@pytest.fixture
def bait(pen, hostile, dealer, fund):
    """dealer sells a million of it to fund for a cent."""
    return pen.trade(dealer, fund, security=hostile, amount=CENTS)


CONTEXTS = ["settle", "all-or-none", "best-effort"]


@pytest.fixture(params=CONTEXTS)
def submit(request, settlement):
    """Submits signed trades by any of the three ways in; returns the receipt."""

    def submit_trades(*signed):
        if request.param == "settle":
            (alone,) = signed
            return settlement.receipt("settle", *alone.words(), gas=8_000_000)
        mode = CONTEXTS.index(request.param) - 1
        return settlement.receipt("settleBatch", list(signed), mode, gas=8_000_000)

    return submit_trades


# --- no code --------------------------------------------------------------------------------------


@pytest.mark.parametrize("side", ["security", "cash"])
@pytest.mark.parametrize("mode", [None, ALL_OR_NONE])
def test_an_address_without_code_is_named(settlement, pen, trade, side, mode):
    asset = "0x" + "77" * 20
    signed = pen.signed(pen.changed(trade, **{side: asset}))
    with reverts("NotAToken", asset=asset):
        if mode is None:
            settlement.settle(*signed.words())
        else:
            settlement.settleBatch([signed], mode)


def test_a_free_delivery_of_no_token_is_named(settlement, pen, dealer, fund):
    asset = "0x" + "77" * 20
    with reverts("NotAToken", asset=asset):
        settlement.deliverFree(*pen.delivered(pen.delivery(dealer, fund, asset=asset)))


def test_a_contract_that_is_no_token_is_refused(settlement, pen, registry, trade, changes):
    with reverts("Silent"):
        settlement.settle(*pen.signed(pen.changed(trade, security=registry)).words())
    assert changes() == {}


# --- lies -----------------------------------------------------------------------------------------


def test_a_token_that_lies_takes_from_nobody_but_who_signed(pen, hostile, bait, submit, changes):
    hostile.setMood(Mood.LYING)
    assert submit(pen.signed(bait)).succeeded
    assert changes() == {"dealer": {"USD": CENTS}, "fund": {"USD": -CENTS}}


def test_lies_about_balances_net_no_real_asset(
    settlement, pen, hostile, bait, dealer, fund, broker, security, changes
):
    """It claims that everybody is rich; a real debtor in the same batch still is not."""
    pen.keys[broker.address] = broker.key
    hostile.setMood(Mood.LYING)
    real = pen.trade(broker, fund, quantity=1_000, amount=CENTS)
    error = {"account": broker, "needed": 1_000, "available": 0}
    with reverts("InsufficientFreeBalance", asset=security, **error):
        settlement.settleBatch([pen.signed(bait), pen.signed(real)], ALL_OR_NONE)
    assert changes() == {}


# --- gas and size ---------------------------------------------------------------------------------


BREAKING = [Mood.BURNING_GAS, Mood.REVERTING_WITH_MEGABYTE, Mood.REVERTING]


@pytest.mark.parametrize("mood", BREAKING)
@pytest.mark.parametrize("side", ["security", "cash"])
def test_alone_nothing_moves(settlement, pen, hostile, trade, changes, used, mood, side):
    hostile.setMood(mood)
    bad = pen.changed(trade, **{side: hostile})
    assert not settlement.receipt("settle", *pen.signed(bad).words()).succeeded
    assert changes() == {}
    assert not used(bad)


@pytest.mark.parametrize("mood", BREAKING)
def test_all_or_none_nothing_moves(settlement, pen, hostile, bait, trade, changes, used, mood):
    hostile.setMood(mood)
    items = [pen.signed(trade), pen.signed(bait)]
    receipt = settlement.receipt("settleBatch", items, ALL_OR_NONE, gas=6_000_000)
    assert not receipt.succeeded
    assert changes() == {}
    assert not used(bait)
    assert not used(trade)


@pytest.mark.parametrize("mood", BREAKING)
@pytest.mark.parametrize("side", ["security", "cash"])
@pytest.mark.parametrize("position", [0, 1, 2])
def test_best_effort_it_harms_only_itself(
    settlement, pen, hostile, dealer, fund, trade, changes, used, mood, side, position
):
    hostile.setMood(mood)
    bad = pen.trade(dealer, fund, **{side: hostile})
    good = [trade, pen.trade(dealer, fund)]
    items = [pen.signed(each) for each in [*good[:position], bad, *good[position:]]]
    events = settlement.settleBatch(items, BEST_EFFORT, gas=6_000_000)
    (failed,) = (event.arguments for event in events if event.name == "NotSettled")
    assert (failed["position"], failed["trade"]) == (position, signing.trade_id(bad))
    assert len(failed["reason"]) <= 256
    assert [used(each) for each in (*good, bad)] == [True, True, False]
    assert changes()["dealer"] == {"T-2035": -2 * trade.quantity, "USD": 2 * trade.amount}


# --- calling back ---------------------------------------------------------------------------------

LOCKED = "Locked"
ENTRY_POINTS = {
    "Settlement": {
        "settle": LOCKED,
        "settleBatch": LOCKED,
        "deliverFree": LOCKED,
        "cancel": LOCKED,
        "cancelTogether": LOCKED,
        "settleItem": "NotOfThisVenue",
        "deliver": "NotOfThisVenue",
    },
    "RepoFacility": {
        "open": LOCKED,
        "close": LOCKED,
        "cancel": LOCKED,
        "cancelTogether": LOCKED,
    },
    "TriPartyCustody": {"hold": "NotTheFacility", "release": "NotTheFacility"},
}
LOCKED_VIEWS = {"Settlement": ["requireUnlocked"], "RepoFacility": ["repoOf", "openInSet"]}
"""What tells nothing while balances are between two truths."""


@pytest.mark.parametrize("contract", ENTRY_POINTS)
def test_every_entry_point_is_attacked_below(contract):
    changing = {
        entry["name"]
        for entry in load(contract).abi
        if entry["type"] == "function" and entry["stateMutability"] not in {"view", "pure"}
    }
    assert set(ENTRY_POINTS[contract]) == changing


@pytest.fixture
def attacks(market, pen, settlement, dealer, fund):
    """Calldata for every entry point, by contract and function, that would do its work if the
    venue let it in: signed by both sides, in its window, of an open repo that is due."""
    facility, custody = (
        Live(getattr(market.deployment, name), market) for name in ("repo", "custody")
    )
    open_repo, new_repo = _repos(market)
    trade, other = (pen.trade(dealer, fund, quantity=1_000, amount=CENTS) for _ in range(2))
    later = pen.trade(dealer, fund, binding_from=market.chain.now() + HOUR)
    alone, both = pen.cancellation(later), pen.cancellation(other)
    leg = (trade.security, dealer.address, fund.address, 1_000)
    unbound = replace(new_repo, nonce=77, binding_from=market.chain.now() + HOUR)
    bound = replace(new_repo, nonce=78)
    lines = new_repo.words()[-1]

    def by(party, struct):
        return party.sign(market.repo.domain, struct)

    def ends(terms, *parties):
        repo = signing.repo_id(terms)
        return [by(p, signing.repo_cancellation_hash(repo, p.address)) for p in parties]

    closing = signing.repo_closing_hash(signing.repo_id(open_repo), dealer.address)
    calls = {
        settlement: {
            "settle": pen.signed(trade).words(),
            "settleBatch": ([pen.signed(trade)], ALL_OR_NONE),
            "deliverFree": pen.delivered(pen.delivery(dealer, fund, quantity=1_000)),
            "cancel": (alone, dealer, pen.cancellation_by(dealer, alone)),
            "cancelTogether": (both, *(pen.cancellation_by(p, both) for p in (dealer, fund))),
            "settleItem": pen.signed(trade).words(),
            "deliver": ([leg],),
            "requireUnlocked": (),
        },
        facility: {
            "open": (
                new_repo,
                *(by(p, signing.repo_hash(new_repo, p.address)) for p in (dealer, fund)),
            ),
            "close": (open_repo, dealer, by(dealer, closing)),
            "cancel": (unbound, dealer, *ends(unbound, dealer)),
            "cancelTogether": (bound, *ends(bound, dealer, fund)),
            "repoOf": (signing.repo_id(open_repo),),
            "openInSet": (facility.nettingSetOf(open_repo),),
        },
        custody: {"hold": (bytes(32), lines), "release": (bytes(32), lines)},
    }
    return {
        (target.contract.name, function): (target, target.encode(function, *arguments))
        for target, functions in calls.items()
        for function, arguments in functions.items()
    }


def _repos(market):
    """The terms of a repo that is open and due, and of one that could be opened now."""
    notes = SecurityKind.TREASURY_NOTE.number
    market.repo.adopt_policy({notes: Decimal("0.02")}, Method.HAIRCUT)
    terms = []
    for reference in ("R1", "R2"):
        today = market.today()
        market.repo.post_price("T-2035", 100_750_000)
        deal = Deal(
            reference=reference,
            venue="bilateral",
            seller="dealer",
            buyer="fund",
            currency="USD",
            collateral={"T-2035": 1_000_000},
            margins={"T-2035": Decimal("0.02")},
            repo_rate=Decimal("0.043"),
            purchase_date=today,
            repurchase_date=today + timedelta(days=1),
        )
        terms.append(market.repo.agree(deal).terms)
        if reference == "R1":
            market.repo.open("R1")
            market.onboarding.issue_cash("dealer", "USD", Decimal("100000.00"))
            tomorrow = today + timedelta(days=1)
            market.at(datetime(tomorrow.year, tomorrow.month, tomorrow.day, 10))  # noqa: DTZ001
    return terms


ATTACKS = [
    (contract, function, error)
    for contract, functions in ENTRY_POINTS.items()
    for function, error in functions.items()
] + [(contract, view, LOCKED) for contract, views in LOCKED_VIEWS.items() for view in views]


@pytest.mark.parametrize(("contract", "function", "error"), ATTACKS)
def test_no_call_back_enters(
    settlement, pen, hostile, attacks, dealer, fund, submit, changes, contract, function, error
):
    target, data = attacks[contract, function]
    hostile.callBack(target.address, data)
    bait = pen.trade(dealer, fund, security=hostile, amount=CENTS)
    before = changes()
    assert submit(pen.signed(bait)).succeeded

    answer = decoded(hostile.answer())
    expected = {
        LOCKED: {},
        "NotOfThisVenue": {"caller": hostile.address},
        "NotTheFacility": {"caller": hostile.address},
    }
    assert hostile.entered() is False
    assert (answer.name, answer.arguments) == (error, expected[error])
    gained = {"T-2035": 0, "USD": CENTS}
    for name, sign in (("dealer", 1), ("fund", -1)):
        for symbol, units in gained.items():
            then = before.get(name, {}).get(symbol, 0)
            assert changes().get(name, {}).get(symbol, 0) == then + sign * units

    if error == LOCKED:
        assert _goes_through(target, data)


def _goes_through(target, data):
    """Outside a settlement the very same call does its work: only the lock kept it out."""
    from settlement.chain.base import Transaction

    market = target._market
    sender = market.operators.coordinator
    (receipt,) = market.journal.submit([Transaction(sender, target.address, data, 2_000_000)])
    return receipt.succeeded


@pytest.mark.parametrize("asset", ["security", "cash"])
def test_no_call_back_moves_a_real_token(
    settlement, pen, hostile, cast, market, dealer, fund, changes, asset
):
    token = Live(market.deployment.settlement, market)
    real = market.directory.asset("USD" if asset == "security" else "T-2035").address
    steal = _book_transfer(real, fund, dealer)
    hostile.callBack(real, steal)
    bait = pen.trade(dealer, fund, security=hostile, amount=CENTS)
    token.settle(*pen.signed(bait).words())
    refusal = decoded(hostile.answer())
    assert (refusal.name, refusal.arguments) == (
        "NotTheMover",
        {"asset": real, "caller": hostile.address},
    )
    assert changes() == {"dealer": {"USD": CENTS}, "fund": {"USD": -CENTS}}


def _book_transfer(asset, source, target):
    from settlement.onchain.contract import interface

    return interface("CashToken").encode("bookTransfer", source.address, target.address, 1_000)


def test_no_call_back_enters_from_the_cash_leg(
    settlement, pen, hostile, dealer, fund, trade, changes
):
    second = pen.signed(pen.trade(dealer, fund))
    hostile.callBack(settlement.address, settlement.encode("settle", *second.words()))
    bait = pen.changed(trade, cash=hostile)
    settlement.settle(*pen.signed(bait).words())
    answer = decoded(hostile.answer())
    assert (answer.name, answer.arguments) == (LOCKED, {})
    assert changes() == {
        "dealer": {"T-2035": -trade.quantity},
        "fund": {"T-2035": trade.quantity},
    }


def test_no_call_back_enters_from_a_free_delivery(settlement, pen, hostile, dealer, fund, changes):
    second = pen.signed(pen.trade(dealer, fund))
    hostile.callBack(settlement.address, settlement.encode("settle", *second.words()))
    settlement.deliverFree(*pen.delivered(pen.delivery(dealer, fund, asset=hostile)))
    assert decoded(hostile.answer()).name == LOCKED
    assert changes() == {}
