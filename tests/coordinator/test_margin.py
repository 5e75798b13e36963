"""Margin between two participants: called, met, returned; and the report that explains it."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from settlement.coordinator.deals import MasterAgreement
from settlement.errors import BadInput, Refused
from settlement.model.repo import Method
from settlement.reporting.margin import margin_lines

ANNEX = MasterAgreement(margin_rate=Decimal("0.043"), minimum_transfer=Decimal("50000.00"))


def at(market, *moment):
    market.at(datetime(*moment))  # noqa: DTZ001 - New York


@pytest.fixture
def opened(repo_market):
    """The story of the scenario page: R1 is open, and the dealer has 200,000.00 of its own."""
    market = repo_market.market
    market.onboarding.issue_cash("dealer", "USD", Decimal("200000.00"))
    repo_market.repo.agree(repo_market.deal(agreement=ANNEX))
    repo_market.repo.open("R1")
    return repo_market


def fall(repo_market):
    at(repo_market.market, 2026, 3, 2, 14)
    assert repo_market.price("0.9975")


def test_the_story_of_the_scenario_page(opened):
    market, margin = opened.market, opened.market.margin
    market.onboarding.detokenize("dealer", "T-2035", 2_000_000)
    assert margin.net_exposure("fund", "dealer").net_exposure == Decimal("0.00")
    fall(opened)
    call = margin.call_margin("fund", "dealer")
    assert (call.net_exposure, call.amount) == (Decimal("99000.00"), Decimal("99000.00"))
    assert f"{call.deadline:%Y-%m-%d %H:%M}" == "2026-03-02 18:00"
    assert margin.called("fund", "dealer") == Decimal("99000.00")
    assert margin.called("dealer", "fund") == 0
    met = margin.meet_in_cash("dealer", "fund")
    assert (met.paid, met.held) == (Decimal("99000.00"), Decimal("99000.00"))
    assert margin.net_exposure("fund", "dealer").net_exposure == Decimal("0.00")

    at(market, 2026, 3, 3, 10)
    closing = opened.repo.close("R1")
    assert closing.formula == "9,974,250.00 × 4.30% × 1/360 = 1,191.37"
    assert closing.repurchase_price == closing.paid == Decimal("9975441.37")
    back = margin.return_cash("fund", "dealer")
    assert (back.principal, back.interest) == (Decimal("99000.00"), Decimal("11.83"))
    assert back.formula == "99,000.00 × 4.30% × 1/360 = 11.83"
    assert back.held == 0
    assert market.cash("dealer", "USD") == Decimal("198820.46")
    assert market.cash("fund", "USD") == Decimal("12001179.54")
    assert market.balance("dealer", "T-2035") == 10_000_000
    assert market.differences() == []


def test_the_report_explains_the_call(opened):
    fall(opened)
    market = opened.market
    assert (
        told(market, "fund", "dealer")
        == """\
Margin fund against dealer, USD, 2026-03-02 14:00
  margin value after haircut; exposure above zero is fund's
                          owed  market value  margin value      exposure
  R1 bought       9,974,250.00  9,975,000.00  9,875,250.00     99,000.00
  net exposure                                                 99,000.00
  threshold                                                         0.00
  call (minimum 50,000.00)                                     99,000.00"""
    )
    market.margin.call_margin("fund", "dealer")
    market.margin.meet_in_cash("dealer", "fund")
    at(market, 2026, 3, 3, 9)
    market.servicing.pass_income(
        "R1", "T-2035", date(2026, 3, 3), date(2026, 3, 5), amount=Decimal("212500.00")
    )
    assert (
        told(market, "dealer", "fund")
        == """\
Margin dealer against fund, USD, 2026-03-03 09:00
  margin value after haircut; exposure above zero is dealer's
                          owed  market value  margin value      exposure
  R1 sold         9,975,441.37  9,975,000.00  9,875,250.00    112,308.63
    of which 212,500.00: income and charges due to the seller
  margin given: 99,000.00 USD and interest 11.83               99,011.83
  net exposure                                                211,320.46
  threshold                                                         0.00
  call (minimum 50,000.00)                                    211,320.46"""
    )


def told(market, by, against):
    return "\n".join(margin_lines(market.margin_reports.report(by, against)))


def two_way(repo_market):
    """R1 from dealer to fund, R2 from fund to dealer, of two notes with two haircuts."""
    market = repo_market.market
    market.add_security("T-2040", denomination=1_000)
    market.onboarding.deposit("fund", "T-2040", 5_000_000)
    market.onboarding.tokenize("fund", "T-2040", 5_000_000)
    market.board.post_price("T-2040", 98_000_000)
    repo_market.repo.agree(repo_market.deal(agreement=ANNEX, repurchase_date=date(2026, 3, 12)))
    repo_market.repo.agree(
        repo_market.deal(
            reference="R2",
            seller="fund",
            buyer="dealer",
            collateral={"T-2040": 4_000_000},
            margins={"T-2040": Decimal("0.05")},
            repurchase_date=date(2026, 3, 12),
            agreement=ANNEX,
        )
    )
    repo_market.repo.open_all(["R1", "R2"])
    return market


@pytest.mark.parametrize(("by", "against"), [("fund", "dealer"), ("dealer", "fund")])
def test_the_report_has_the_chain_s_figures(repo_market, by, against):
    market = two_way(repo_market)
    fall(repo_market)
    market.board.post_price("T-2040", 97_100_001)
    market.margin.call_margin("fund", "dealer")
    market.margin.meet_in_securities("dealer", "fund", "T-2035")
    at(market, 2026, 3, 3, 9)
    market.servicing.pass_income(
        "R1", "T-2035", date(2026, 3, 3), date(2026, 3, 5), coupon=Decimal("0.0425")
    )
    repo_market.price("1.01234567")
    market.board.post_price("T-2040", 91_100_001)
    report = market.margin_reports.report(by, against)
    exposure = market.margin.net_exposure(by, against)
    assert (report.net_exposure, report.call) == (exposure.net_exposure, exposure.call)
    assert {repo.reference for repo in report.repos} == {"R1", "R2"}
    total = sum(repo.exposure for repo in report.repos) - sum(m.value for m in report.margin)
    assert total == report.exact_exposure
    assert report.margin[0].quantity == (66_000 if by == "fund" else -66_000)


@pytest.mark.parametrize("ratio", ["1.02", "1.03"])
def test_the_report_has_the_chain_s_figures_by_ratio(repo_market, ratio):
    repo_market.adopt("1.02", Method.RATIO)
    annex = MasterAgreement(method=Method.RATIO, margin_rate=Decimal("0.04"))
    margins = {"T-2035": Decimal(ratio)}
    repo_market.repo.agree(
        repo_market.deal(agreement=annex, margins=margins, repurchase_date=date(2026, 3, 9))
    )
    repo_market.repo.open("R1")
    market = repo_market.market
    at(market, 2026, 3, 3, 9)
    repo_market.price("0.98765432")
    report = market.margin_reports.report("fund", "dealer")
    exposure = market.margin.net_exposure("fund", "dealer")
    assert (report.net_exposure, report.call) == (exposure.net_exposure, exposure.call)
    market.margin.call_margin("fund", "dealer")
    given = market.margin.meet_in_securities("dealer", "fund", "T-2035")
    assert given.worth >= exposure.call > given.worth - 1_000
    assert market.margin.net_exposure("fund", "dealer").call == 0


def test_margin_in_securities_comes_in_whole_denominations_and_goes_back(opened):
    market, margin = opened.market, opened.market.margin
    fall(opened)
    margin.call_margin("fund", "dealer")
    with pytest.raises(Refused, match=r"the call is 99,000\.00, and what is delivered counts"):
        margin.meet_in_securities("dealer", "fund", "T-2035", 100_000)
    given = margin.meet_in_securities("dealer", "fund", "T-2035")
    assert given.quantity == 101_000  # 99,000.00 / (0.9975 × 0.99) is 100,250.6
    assert market.balance("fund", "T-2035") == 10_101_000
    back = margin.return_securities("fund", "dealer", "T-2035", 1_000)
    assert back.quantity == 1_000
    assert margin.return_securities("fund", "dealer", "T-2035").quantity == 100_000
    with pytest.raises(Refused, match="fund holds no T-2035 as margin"):
        margin.return_securities("fund", "dealer", "T-2035")
    assert market.differences() == []


def test_what_is_refused(opened):
    market, margin = opened.market, opened.market.margin
    with pytest.raises(Refused, match=r"nothing to call: the net exposure is 0\.00"):
        margin.call_margin("fund", "dealer")
    with pytest.raises(Refused, match="no such call stands"):
        margin.meet_in_cash("dealer", "fund")
    fall(opened)
    margin.call_margin("fund", "dealer")
    with pytest.raises(Refused, match=r"a call of 99,000\.00 stands already"):
        margin.call_margin("fund", "dealer")
    with pytest.raises(Refused, match="nothing stops the clock"):
        margin.stop_clock("fund", "dealer")
    with pytest.raises(Refused, match=r"0\.00 USD is held as margin, and 5\.00 USD"):
        margin.return_cash("fund", "dealer", Decimal(5))
    market.add_participant("bank")
    with pytest.raises(BadInput, match="have had no such repo with each other"):
        margin.net_exposure("fund", "bank")


def test_the_clock_stands_still_while_the_cash_is_paused(opened):
    market, margin = opened.market, opened.market.margin
    fall(opened)
    margin.call_margin("fund", "dealer")
    market.onboarding.pause("USD", "an incident at the bank")
    margin.stop_clock("fund", "dealer")
    assert market.margin_reports.report("fund", "dealer").standing_call == Decimal("99000.00")
    at(market, 2026, 3, 3, 9)
    market.onboarding.unpause("USD", "over")
    assert f"{margin.restart_clock('fund', 'dealer'):%d %H:%M}" == "03 13:00"


def test_margin_of_two_stretches_earns_interest_for_each(opened):
    market, margin = opened.market, opened.market.margin
    fall(opened)
    margin.call_margin("fund", "dealer")
    margin.meet_in_cash("dealer", "fund")
    at(market, 2026, 3, 4, 10)
    assert margin.return_cash("fund", "dealer", Decimal(9_000)).interest == 0
    at(market, 2026, 3, 5, 10)
    back = margin.return_cash("fund", "dealer")
    assert back.formula == ("(99,000.00 × 4.30% × 2 + 90,000.00 × 4.30% × 1)/360 = 34.40")
    assert back.interest == Decimal("34.40")
