"""Fails, income, and the end of a business day."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from settlement.coordinator.deals import MasterAgreement
from settlement.errors import BadInput, Refused
from settlement.model.repo import Failing, Income, RepoState
from settlement.reporting.statement import statement_lines

COUPON_DAY = date(2026, 3, 4)
WEEK = date(2026, 3, 9)


def at(market, *moment):
    market.at(datetime(*moment))  # noqa: DTZ001 - New York


@pytest.fixture
def opened(repo_market):
    def open_one(**changes):
        market = repo_market.market
        market.repo.agree(repo_market.deal(**changes))
        market.repo.open("R1")
        return market

    return open_one


def told(market, reference):
    return "\n".join(statement_lines(market.statements.of(reference)))


# Income.


def test_the_coupon_is_passed_on_on_its_payment_date(opened):
    market = opened(repurchase_date=WEEK)
    coupon = Decimal("0.0425")
    at(market, 2026, 3, 3, 10)
    dates = (date(2026, 3, 3), COUPON_DAY)
    recorded = market.servicing.pass_income("R1", "T-2035", *dates, coupon=coupon)
    assert recorded.amount == Decimal("212500.00")  # coupon-semi
    assert not recorded.paid
    before = market.cash("dealer", "USD")
    at(market, 2026, 3, 4, 10)
    paid = market.servicing.pass_income("R1", "T-2035", *dates, coupon=coupon)
    assert paid.paid
    assert market.cash("dealer", "USD") - before == Decimal("212500.00")
    assert market.servicing.pass_income("R1", "T-2035", *dates).paid  # and not a second time
    assert market.cash("dealer", "USD") - before == Decimal("212500.00")
    assert told(market, "R1").splitlines()[3:] == [
        "2026-03-03  income of T-2035 on record: 212,500.00, due on 2026-03-04",
        "2026-03-04  income of T-2035      fund → dealer            212,500.00",
        "            recorded for 2026-03-03",
        "In all dealer received 10,186,750.00 USD",
    ]


def test_the_coupon_is_of_what_the_repo_held_on_the_record_date(opened):
    market = opened(repurchase_date=WEEK)
    at(market, 2026, 3, 3, 10)
    market.board.post_price("T-2035", 100_750_000)
    market.changes.adjust("R1", {"T-2035": 11_000_000})
    dates = (date(2026, 3, 2), date(2026, 3, 3))
    income = market.servicing.pass_income("R1", "T-2035", *dates, coupon=Decimal("0.0425"))
    assert (income.amount, income.paid) == (Decimal("212500.00"), True)


def test_in_a_buy_sell_back_it_lowers_the_price(repo_market):
    """The vector sell-back: 30,000,000.00 at 5% for 20 days, 600,000.00 five days before."""
    market = repo_market.market
    market.onboarding.issue_cash("fund", "USD", Decimal(30_000_000))
    market.onboarding.deposit("dealer", "T-2035", 30_000_000)
    market.onboarding.tokenize("dealer", "T-2035", 30_000_000)
    market.repo.agree(
        repo_market.deal(
            collateral={"T-2035": 31_000_000},
            purchase_price=Decimal("30000000.00"),
            repo_rate=Decimal("0.05"),
            repurchase_date=date(2026, 3, 22),
            income=Income.IN_THE_PRICE,
        )
    )
    market.repo.open("R1")
    at(market, 2026, 3, 17, 10)
    dates = (date(2026, 3, 16), date(2026, 3, 17))
    income = market.servicing.pass_income("R1", "T-2035", *dates, amount=Decimal("600000.00"))
    assert (income.paid, income.purchase_price) == (True, Decimal("29400000.00"))
    at(market, 2026, 3, 22, 10)
    closing = market.repo.close("R1")
    assert closing.repurchase_price == Decimal("29482916.67")  # sell-back
    assert "2026-03-17  income lowers the purchase price: 30,000,000.00 − 600,000.00" in told(
        market, "R1"
    )


def test_income_is_an_amount_or_a_coupon(opened):
    market = opened(repurchase_date=WEEK)
    both = {"amount": Decimal(1), "coupon": Decimal("0.04")}
    for given in ({}, both):
        with pytest.raises(BadInput, match="either an amount or a coupon"):
            market.servicing.pass_income("R1", "T-2035", COUPON_DAY, COUPON_DAY, **given)
    early = date(2026, 3, 1)
    with pytest.raises(Refused, match="does not belong to this repo"):
        market.servicing.pass_income("R1", "T-2035", early, COUPON_DAY, amount=Decimal(1))


# Fails.


def test_who_failed_is_what_the_chain_sees(opened):
    market = opened()
    at(market, 2026, 3, 3, 16)
    with pytest.raises(Refused, match="the repo is not late before its cut-off"):
        market.servicing.record_fail("R1")
    at(market, 2026, 3, 3, 17)
    fail = market.servicing.record_fail("R1")
    assert (fail.failing, fail.who) == (Failing.SELLER, "dealer")
    with pytest.raises(Refused, match="the seller's fail is on record already"):
        market.servicing.record_fail("R1")


def test_the_buyer_s_fail_stops_the_interest_and_bears_a_charge(opened):
    market = opened()
    market.onboarding.issue_cash("dealer", "USD", Decimal(10_000))
    market.add_participant("bank")
    market.deliver_free("fund", "bank", "T-2035", 10_000_000)
    at(market, 2026, 3, 3, 17)
    assert market.servicing.record_fail("R1").who == "fund"
    at(market, 2026, 3, 6, 10)
    market.deliver_free("bank", "fund", "T-2035", 10_000_000)
    closing = market.repo.close("R1")
    assert closing.formula == "9,974,250.00 × 4.30% × 1/360 = 1,191.37"
    assert closing.fails_charge == Decimal("2493.86")
    assert closing.paid == Decimal("9972947.51")
    assert told(market, "R1").splitlines()[3:] == [
        "2026-03-03  the buyer failed to return the collateral: interest stops, the charge runs",
        "2026-03-06  repurchase price      dealer → fund          9,972,947.51",
        "            9,974,250.00 × 4.30% × 1/360 = 1,191.37",
        "            9,974,250.00 + 1,191.37 = 9,975,441.37",
        "            9,975,441.37 × 3% × 3/360 = 2,493.86",
        "            9,975,441.37 − 2,493.86 = 9,972,947.51",
        "In all dealer received 1,302.49 USD",
    ]


# The end of a business day.


def test_day_by_day_what_is_due_closes_and_what_does_not_is_on_record(repo_market):
    market = repo_market.market
    for reference, days in (("R1", 3), ("R2", 4)):
        market.repo.agree(
            repo_market.deal(
                reference=reference,
                collateral={"T-2035": 4_000_000},
                repurchase_date=date(2026, 3, days),
            )
        )
        market.repo.open(reference)
    market.servicing.pass_income(
        "R2", "T-2035", date(2026, 3, 3), date(2026, 3, 3), amount=Decimal("100.00")
    )
    market.onboarding.issue_cash("dealer", "USD", Decimal("476.55"))
    monday, tuesday = market.run_to(date(2026, 3, 3))
    assert (monday.closed, monday.refused, monday.incomes) == ({}, {}, [])
    assert list(tuesday.closed) == ["R1"]
    assert tuesday.closed["R1"].price_differential == Decimal("476.55")
    assert [income.amount for income in tuesday.incomes] == [Decimal("100.00")]
    assert f"{market.now():%Y-%m-%d %H:%M}" == "2026-03-03 17:00"

    wednesday, thursday = market.run_to(date(2026, 3, 5))
    assert wednesday.refused["R2"].reason == "MONY"
    assert [(fail.who, fail.date) for fail in wednesday.fails] == [("dealer", date(2026, 3, 4))]
    assert wednesday.closed == {}
    assert list(thursday.refused) == ["R2"]
    assert thursday.fails == []
    market.onboarding.issue_cash("dealer", "USD", Decimal(5_000))
    (friday,) = market.run_to(date(2026, 3, 6))
    assert friday.closed["R2"].formula == "3,989,700.00 × (4.30% × 2 + 4.30% × 2)/360 = 1,906.19"
    assert market.repo.state("R2") is RepoState.CLOSED


def test_an_intraday_repo_closes_at_the_end_of_its_day(repo_market):
    """The vector intraday-185, a tenth of it, and one that counts to the cut-off."""
    market = repo_market.market
    market.onboarding.issue_cash("dealer", "USD", Decimal(5_000))
    monday = date(2026, 3, 2)
    deal = repo_market.deal(
        repurchase_date=monday,
        repo_rate=Decimal("0.053"),
        purchase_price=Decimal("5000000.00"),
        collateral={"T-2035": 6_000_000},
    )
    market.repo.agree(deal)
    market.repo.open("R1")
    at(market, 2026, 3, 2, 12, 5)
    assert market.repo.close("R1").formula == "5,000,000.00 × 5.30% × 185/(360 × 1,440) = 94.57"
    again = repo_market.deal(reference="R2", repurchase_date=monday)
    market.repo.agree(again)
    market.repo.open("R2")
    (end,) = market.run_to(monday)
    assert end.closed["R2"].accrual[0].minutes == 295


def test_impeded_is_nobody_s_fail(opened):
    market = opened(agreement=MasterAgreement(late_rate=Decimal("0.06")))
    market.onboarding.issue_cash("dealer", "USD", Decimal(10_000))
    market.onboarding.pause("T-2035", "an inquiry")
    _, tuesday = market.run_to(date(2026, 3, 3))
    assert [(fail.failing, fail.who) for fail in tuesday.fails] == [(Failing.IMPEDED, "")]
    at(market, 2026, 3, 6, 10)
    market.onboarding.unpause("T-2035", "over")
    assert market.repo.close("R1").price_differential == Decimal("1191.37")
