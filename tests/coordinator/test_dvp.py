"""The desk for trades: settled once, cancelled for good, and every status in ISO 20022's words."""

from dataclasses import replace
from decimal import Decimal

import pytest

from settlement.coordinator.dvp import ALL_OR_NONE, BEST_EFFORT
from settlement.errors import BadInput, Mismatch, Refused, UnknownName
from settlement.model.trade import Status

START = {
    "dealer": {"USD": 0, "T-2035": 12_000_000},
    "fund": {"USD": 12_000_000_000_000, "T-2035": 0},
}
PRICE = Decimal("1.0075")


@pytest.fixture
def book(market):
    """Books a sale from dealer to fund, or what is said otherwise."""

    def booked(reference, quantity=1_000, seller="dealer", buyer="fund", price=PRICE):
        market.book_trade(reference, seller, buyer, "T-2035", quantity, "USD", price)
        return market.dvp.booked(reference)

    return booked


def test_a_booked_trade_is_matched_and_nothing_has_moved(market, book):
    booked = book("S1")
    assert (booked.status, booked.refusal) == (Status.MATCHED, None)
    assert booked.status.value == "matched"
    assert [waiting.reference for waiting in market.dvp.unsettled()] == ["S1"]
    assert market.dvp.amount_of("S1") == Decimal("1007.50")
    assert market.balances() == START


def test_both_legs_move_together(market, book):
    book("S1", 2_000_000)
    settled = market.dvp.settle("S1")
    assert settled.status is Status.SETTLED
    assert market.dvp.unsettled() == []
    assert market.balances() == {
        "dealer": {"USD": 2_015_000_000_000, "T-2035": 10_000_000},
        "fund": {"USD": 9_985_000_000_000, "T-2035": 2_000_000},
    }
    assert market.journal.settlements == 1
    assert market.differences() == []


def test_a_trade_settles_once_and_stays_settled(market, book):
    book("S1")
    market.dvp.settle("S1")
    after = market.balances()
    with pytest.raises(Refused, match="settled or cancelled before") as caught:
        market.dvp.settle("S1")
    assert caught.value.error == "NonceUsed"
    assert market.dvp.booked("S1").status is Status.SETTLED
    assert market.dvp.unsettled() == []
    assert market.balances() == after


@pytest.mark.parametrize(
    ("seller", "buyer", "quantity", "price", "reason", "short"),
    [
        ("dealer", "fund", 12_000_000, Decimal("1.00000001"), "MONY", "0.12"),
        ("dealer", "fund", 12_001_000, Decimal("0.5"), "LACK", "1000"),
    ],
)
def test_what_lacks_money_or_securities_is_pending(
    market, book, seller, buyer, quantity, price, reason, short
):
    book("S1", quantity, seller, buyer, price)
    with pytest.raises(Refused) as caught:
        market.dvp.settle("S1")
    assert (caught.value.reason, caught.value.details["short"]) == (reason, short)
    booked = market.dvp.booked("S1")
    assert (booked.status, booked.refusal) == (Status.PENDING, caught.value)
    assert market.balances() == START


def test_any_other_refusal_is_a_failure_until_it_is_mended(market, book):
    book("S1")
    market.onboarding.suspend("fund", "screening")
    with pytest.raises(Refused, match="fund's wallet is suspended"):
        market.dvp.settle("S1")
    assert market.dvp.booked("S1").status is Status.FAILED
    market.onboarding.reinstate("fund", "cleared")
    assert market.dvp.settle("S1").refusal is None
    assert market.dvp.booked("S1").status is Status.SETTLED


def test_a_reference_is_used_once(market, book):
    booked = book("S1")
    with pytest.raises(BadInput, match="S1 was booked before"):
        market.dvp.sign("S1", booked.trade)
    assert market.dvp.booked("S1") == booked


def test_a_reference_of_nobody_is_unknown(market, book):
    book("S1")
    for ask in (market.dvp.booked, market.dvp.settle, market.dvp.amount_of):
        with pytest.raises(UnknownName, match="no trade 'S2'; known: S1"):
            ask("S2")


def test_what_does_not_match_is_not_booked(market):
    amount = Decimal("1007.50")
    ours, theirs = market.instructions("S1", "dealer", "fund", "T-2035", 1_000, "USD", amount)
    with pytest.raises(Mismatch):
        market.dvp.match(ours, replace(theirs, amount=Decimal("1007.51")))
    assert market.dvp.unsettled() == []


def test_each_pair_counts_its_own_trades(market):
    number = market.dvp.next_number
    assert [number("dealer", "fund", 5), number("fund", "dealer", 5)] == [0, 1]
    assert number("dealer", "fund", 6) == 0
    assert number("dealer", "bank", 5) == 0
    assert number("dealer", "fund", 5) == 2


def test_the_window_is_the_day_to_its_last_second(market, book):
    trade = book("S1").trade
    market.chain.advance_to(trade.not_after)
    market.dvp.settle("S1")
    late = book("S2").trade
    assert (late.not_before, late.not_after) == (trade.not_after + 1, trade.not_after + 86_400)
    market.chain.advance_to(late.not_after + 1)
    with pytest.raises(Refused) as caught:
        market.dvp.settle("S2")
    assert caught.value.error == "OutsideWindow"


# Batches.


@pytest.mark.parametrize("mode", [ALL_OR_NONE, BEST_EFFORT])
def test_a_batch_in_which_all_is_well_settles_whole(market, book, mode):
    names = [book(f"S{n}").reference for n in range(3)]
    assert market.dvp.settle_batch(names, mode) == dict.fromkeys(names)
    assert {market.dvp.booked(name).status for name in names} == {Status.SETTLED}
    assert market.journal.settlements == 3
    assert market.differences() == []


def test_all_or_none_settles_nothing_when_one_fails(market, book):
    names = [book("good").reference, book("bad", 12_000_000, price=Decimal("0.1")).reference]
    with pytest.raises(Refused) as caught:
        market.dvp.settle_batch(names, ALL_OR_NONE)
    assert caught.value.reason == "LACK"
    assert [market.dvp.booked(name).status for name in names] == [Status.PENDING] * 2
    assert market.balances() == START


def test_best_effort_settles_the_good_ones_in_order_and_says_why_not(market, book):
    names = [book(f"S{n}", 5_000_000, price=Decimal(1)).reference for n in range(3)]
    outcome = market.dvp.settle_batch(names, BEST_EFFORT)
    assert [outcome[name] is None for name in names] == [True, True, False]
    assert outcome["S2"].reason in {"LACK", "MONY"}
    assert market.dvp.booked("S2").status is Status.PENDING
    assert market.dvp.booked("S2").refusal is outcome["S2"]
    assert [waiting.reference for waiting in market.dvp.unsettled()] == ["S2"]


def test_all_or_none_nets_so_that_order_makes_no_difference(market, book):
    """A to B and B to C, with B at zero in both assets (behaviour 15)."""
    for name in ("B", "C"):
        market.add_participant(name)
    market.onboarding.issue_cash("C", "USD", Decimal(2_000))
    book("first", 1_000, "dealer", "B", Decimal(1))
    book("second", 1_000, "B", "C", Decimal(1))
    restore = market.chain.checkpoint()
    for order in (["first", "second"], ["second", "first"]):
        outcome = market.dvp.settle_batch(order, ALL_OR_NONE)
        assert list(outcome.values()) == [None, None]
        assert (market.balance("B", "T-2035"), market.balance("B", "USD")) == (0, 0)
        assert market.balance("C", "T-2035") == 1_000
        restore()


def test_a_settled_trade_in_a_later_batch_stays_settled(market, book):
    book("S1")
    book("S2")
    market.dvp.settle("S1")
    outcome = market.dvp.settle_batch(["S1", "S2"], BEST_EFFORT)
    assert (outcome["S1"].error, outcome["S2"]) == ("NonceUsed", None)
    assert market.dvp.unsettled() == []


def test_a_batch_names_each_trade_once(market, book):
    book("S1")
    with pytest.raises(BadInput, match="each trade once"):
        market.dvp.settle_batch(["S1", "S1"], BEST_EFFORT)
    assert market.balances() == START


# Cancelling.


def test_both_together_cancel_what_binds(market, book):
    book("S1")
    market.dvp.cancel("S1", ["dealer", "fund"])
    assert market.dvp.booked("S1").status is Status.CANCELLED
    assert market.dvp.unsettled() == []
    with pytest.raises(Refused) as caught:
        market.dvp.settle("S1")
    assert caught.value.error == "NonceUsed"
    assert market.dvp.booked("S1").status is Status.CANCELLED
    assert market.balances() == START


@pytest.mark.parametrize("alone", ["dealer", "fund"])
def test_one_alone_is_too_late_once_it_binds(market, book, alone):
    book("S1")
    with pytest.raises(Refused, match="from then on both must") as caught:
        market.dvp.cancel("S1", [alone])
    assert caught.value.error == "AlreadyBinding"
    assert market.dvp.booked("S1").status is Status.MATCHED
    market.dvp.settle("S1")


@pytest.mark.parametrize("alone", ["dealer", "fund"])
def test_one_alone_cancels_what_does_not_bind_yet(market, alone):
    later = market.chain.now() + 3_600
    amount = Decimal("1007.50")
    both = market.instructions("S1", "dealer", "fund", "T-2035", 1_000, "USD", amount)
    trade = market.dvp.match(*(replace(one, binding_from=later) for one in both))
    market.dvp.sign("S1", trade)
    market.dvp.cancel("S1", [alone])
    assert market.dvp.booked("S1").status is Status.CANCELLED
    with pytest.raises(Refused, match="settled or cancelled before"):
        market.dvp.settle("S1")


def test_a_stranger_cancels_nothing_alone_or_in_company(market, book):
    market.add_participant("bank")
    book("S1")
    with pytest.raises(Refused, match="bank is not a party of it"):
        market.dvp.cancel("S1", ["bank"])
    with pytest.raises(Refused, match=r"(dealer|fund) did not sign"):
        market.dvp.cancel("S1", ["dealer", "bank"])
    assert market.dvp.settle("S1").status is Status.SETTLED


def test_what_settled_cannot_be_cancelled(market, book):
    book("S1")
    market.dvp.settle("S1")
    with pytest.raises(Refused) as caught:
        market.dvp.cancel("S1", ["dealer", "fund"])
    assert caught.value.error == "NonceUsed"
    assert market.dvp.booked("S1").status is Status.SETTLED


# Free of payment.


@pytest.mark.parametrize(("symbol", "units"), [("T-2035", 1_000), ("USD", 10_000)])
def test_a_free_delivery_moves_one_asset_one_way(market, symbol, units):
    giver, taker = ("dealer", "fund") if symbol == "T-2035" else ("fund", "dealer")
    market.deliver_free(giver, taker, symbol, units)
    assert market.balance(taker, symbol) - START[taker][symbol] == units
    assert START[giver][symbol] - market.balance(giver, symbol) == units
    other = ({"T-2035", "USD"} - {symbol}).pop()
    assert market.balance(taker, other) == START[taker][other]
    assert market.differences() == []


def test_a_free_delivery_is_refused_for_the_same_reasons(market):
    with pytest.raises(Refused) as caught:
        market.deliver_free("dealer", "fund", "T-2035", 12_001_000)
    assert caught.value.reason == "LACK"
    with pytest.raises(UnknownName, match="participant 'intruder'"):
        market.deliver_free("dealer", "intruder", "T-2035", 1_000)
    assert market.balances() == START
