"""What a method needs on a date, what waits on less, and how a run is told."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.analytics.flows import CURRENCY, random_flow
from settlement.analytics.obligations import against_payment, nets
from settlement.analytics.queueing.gross import first_in_first_out
from settlement.reporting.methods import (
    Holding,
    MethodRun,
    SettlementMethod,
    Waited,
    document,
    method_lines,
)
from settlement.reporting.story import Check
from settlement.tradefile.day_funding import held_up, needed, short_of_securities
from settlement.tradefile.methods import clearing_house_beside

GROSS, CASH_NET, NET, CCP = SettlementMethod

flows = st.builds(random_flow, st.integers(0, 10**6), st.integers(1, 30), st.integers(2, 6))


def trade(name, seller, buyer, quantity, amount, security="S"):
    return against_payment(name, seller, buyer, security, quantity, "EUR", amount)


def lowest(trades, account):
    """The lowest that an account reaches from zero, trade by trade."""
    return min(accumulate((nets([each]).get(account, 0) for each in trades), initial=0))


# what is needed

THERE_AND_BACK = [trade("1", "B", "A", 10, 500), trade("2", "A", "B", 10, 400)]


def test_gross_needs_the_peak_of_everything():
    assert needed(GROSS, THERE_AND_BACK, "EUR") == {("B", "S"): 10, ("A", "EUR"): 500}


def test_cash_net_needs_the_peak_of_securities_alone():
    assert needed(CASH_NET, THERE_AND_BACK, "EUR") == {("B", "S"): 10, ("A", "EUR"): 100}


@pytest.mark.parametrize("method", [NET, CCP])
def test_netting_needs_the_net(method):
    assert needed(method, THERE_AND_BACK, "EUR") == {("A", "EUR"): 100}


@given(flows)
def test_what_moves_trade_by_trade_needs_its_peak_and_not_one_unit_less(trades):
    needs = needed(GROSS, trades, CURRENCY)
    for account in nets(trades):
        assert needs.get(account, 0) == -lowest(trades, account)


@given(flows)
def test_what_is_netted_needs_its_net_debit_and_not_one_unit_less(trades):
    needs = needed(NET, trades, CURRENCY)
    for account, net in nets(trades).items():
        assert needs.get(account, 0) == max(0, -net)


@given(flows)
def test_the_queue_settles_all_on_what_gross_needs(trades):
    assert len(first_in_first_out(trades, needed(GROSS, trades, CURRENCY))) == len(trades)


@given(flows)
def test_no_seller_is_short_on_what_cash_net_needs_and_one_is_on_one_unit_less(trades):
    needs = needed(CASH_NET, trades, CURRENCY)
    assert list(short_of_securities(trades, needs)) == []
    for account, amount in needs.items():
        if account[1] != CURRENCY:
            assert list(short_of_securities(trades, {**needs, account: amount - 1}))


# what waits


def test_a_seller_that_is_short_delivers_nothing():
    trades = [
        trade("1", "A", "B", 10, 500),
        trade("2", "B", "C", 4, 200),
        trade("3", "A", "C", 7, 350),
    ]
    waiting = list(short_of_securities(trades, {("A", "S"): 7}))
    assert waiting == [
        Waited("1", ("A is short of 3 S",)),
        Waited("2", ("B is short of 4 S",)),
    ]


def test_a_buyer_sells_on_what_it_just_received():
    trades = [trade("1", "A", "B", 10, 500), trade("2", "B", "C", 10, 500)]
    assert list(short_of_securities(trades, {("A", "S"): 10})) == []


def test_a_batch_waits_as_a_whole_where_one_seller_is_short():
    trades = [trade("1", "A", "B", 10, 500), trade("2", "C", "B", 4, 200)]
    assert held_up(trades, {("A", "S"): 9, ("C", "S"): 4}) == [
        Waited("1", ("A is short of 1 S",)),
        Waited("2", ("the batch is all or none, and others in it wait",)),
    ]
    assert held_up(trades, {("A", "S"): 10, ("C", "S"): 4}) == []


# the clearing house


def test_no_firm_has_the_name_of_the_clearing_house():
    assert clearing_house_beside(["A", "B"]) == "clearing house"
    firms = ["clearing house", "the clearing house"]
    assert clearing_house_beside(firms) == "the the clearing house"


# the report

RUN = MethodRun(
    file="trades.csv",
    currency="EUR",
    method=GROSS,
    first_day=date(2020, 1, 6),
    last_day=date(2020, 1, 6),
    trades=2,
    settled=2,
    gross_cash=Decimal("9.00"),
    net_cash=Decimal("1.00"),
    netted_percent=Decimal("88.89"),
    cash_needed=Decimal("5.00"),
    needed_by={"A": Decimal("5.00"), "B": Decimal("0.00")},
    start={"A": Holding(Decimal("1.00"), {})},
    brought_in={"A": Holding(Decimal("4.00"), {}), "B": Holding(Decimal("0.00"), {"S": 10})},
    waiting=(Waited("1", ("A is short of 4.00 EUR", "B is short of 10 S")),),
    failures=(),
    cash_moved=Decimal("9.00"),
    transfers=4,
    positions={"B": Holding(Decimal("1.00"), {})},
    checks=(Check("every asset conserved"),),
    transactions=1,
    gas=200_001,
)


def told(**changes):
    return list(method_lines(replace(RUN, **changes)))


def test_tells_who_needs_what_and_what_waited():
    lines = told()
    for line in (
        "trades.csv: 2 purchases in EUR, 2020-01-06",
        "      net cash                        1.00  88.89% netted",
        "Cash that each member needs: the most it has paid out before it is paid",
        "      all together                    5.00",
        "1 of 2 trades cannot settle on that and wait",
        "      1      A is short of 4.00 EUR; B is short of 10 S",
        "What a trade is short of counts the trades before it that wait as well",
        "      A                4.00 EUR",
        "      B                10 S",
        "2 of 2 trades settled: 9.00 EUR of cash changed hands",
        "every asset conserved ✓",
        "Settling took 1 transaction, 4 transfers, 200,001 gas: 100,001 a trade",
    ):
        assert line in lines


def test_what_is_short_is_explained_of_the_queue_alone():
    assert not any("counts the trades before it" in line for line in told(method=CASH_NET))


def test_long_names_and_huge_amounts_stay_in_their_columns():
    firm, cash = "A firm of a very long name indeed", Decimal("95000000000000.00")
    lines = told(needed_by={firm: cash, "B": Decimal(1)}, cash_needed=cash, gross_cash=cash)
    assert f"      {firm}  95,000,000,000,000.00" in lines
    assert f"      {'B':{len(firm)}}{'1.00':>23}" in lines
    assert "      net cash                           1.00  88.89% netted" in lines


def test_tells_of_several_dates_and_of_nothing_that_waits():
    lines = told(last_day=date(2020, 1, 7), method=NET, waiting=(), brought_in={})
    assert "trades.csv: 2 purchases in EUR, 2020-01-06 to 2020-01-07" in lines
    assert "Cash that each member needs on the date that takes most: what it pays net" in lines
    assert "Nothing waits on that" in lines


def test_tells_what_did_not_settle():
    failed = Waited("2", ("S no longer circulates",))
    run = replace(RUN, settled=0, failures=(failed,), gas=0)
    assert not run.went_through
    lines = list(method_lines(run))
    assert "✗ 2 did not settle: S no longer circulates" in lines
    assert "Settling took 1 transaction, 4 transfers, 0 gas: 0 a trade" in lines
    assert document(run)["refused"] == [{"tradeId": "2", "why": ["S no longer circulates"]}]


def test_a_broken_record_is_told_and_nothing_went_through():
    run = replace(RUN, checks=(Check("every asset conserved", ("S: 1 held, 2 given",)),))
    assert not run.went_through
    assert list(method_lines(run))[-3:-1] == [
        "✗ S: 1 held, 2 given",
        "Settling took 1 transaction, 4 transfers, 200,001 gas: 100,001 a trade",
    ]


@pytest.mark.parametrize("method", SettlementMethod)
def test_no_line_is_longer_than_a_hundred_letters(method):
    why = tuple(f"firm {number} is short of 1,000,000,000.00 EUR" for number in range(5))
    failures = waiting = (Waited("a trade of a long name", why),)
    day = date(2020, 1, 7)
    lines = told(method=method, last_day=day, waiting=waiting, failures=failures, settled=1)
    assert max(map(len, lines)) <= 100
