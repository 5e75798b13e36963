"""Changes of an open repo: each with its figures, and what is refused."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from settlement.coordinator.deals import MasterAgreement
from settlement.errors import BadInput, Refused
from settlement.model.repo import RepoState
from settlement.reporting.statement import statement_lines

WEEK = date(2026, 3, 9)


def at(market, *moment):
    market.at(datetime(*moment))  # noqa: DTZ001 - New York


@pytest.fixture
def opened(repo_market):
    """Opens R1 of the worked example for a week, with changes, and some cash for the dealer."""

    def open_one(**changes):
        market = repo_market.market
        market.onboarding.issue_cash("dealer", "USD", Decimal("500000.00"))
        market.repo.agree(repo_market.deal(**{"repurchase_date": WEEK} | changes))
        market.repo.open("R1")
        return market

    return open_one


def second_note(market, price=98_500_000, quantity=20_000_000, denomination=1):
    market.add_security("T-2040", denomination=denomination)
    market.onboarding.deposit("dealer", "T-2040", quantity)
    market.onboarding.tokenize("dealer", "T-2040", quantity)
    market.board.post_price("T-2040", price)


def told(market, reference):
    return "\n".join(statement_lines(market.statements.of(reference)))


def test_an_open_ended_repo_ends_by_notice(opened):
    market = opened(repurchase_date=None, notice=1)
    with pytest.raises(Refused, match=r"2026-03-03 or later, not for 2026-03-02"):
        market.changes.give_notice("R1", "fund", date(2026, 3, 2))
    with pytest.raises(Refused, match="the repurchase date is set by a notice that nobody gave"):
        market.repo.close("R1")
    notice = market.changes.give_notice("R1", "fund", date(2026, 3, 4))
    assert notice.repurchase_date == date(2026, 3, 4)
    at(market, 2026, 3, 4, 10)
    closing = market.repo.close("R1")
    assert closing.formula == "9,974,250.00 × 4.30% × 2/360 = 2,382.74"


def test_a_term_repo_ends_early_where_the_terms_say_so(opened):
    market = opened(may_terminate=True, repo_rate=Decimal("0.004"))
    market.changes.give_notice("R1", "dealer", date(2026, 3, 4))
    at(market, 2026, 3, 4, 10)
    closing = market.repo.close("R1")
    assert closing.price_differential == Decimal("221.65")  # cdm-early-termination
    assert closing.repurchase_price == Decimal("9974471.65")


def test_and_not_where_they_do_not(opened):
    with pytest.raises(Refused, match="the terms do not let one side end the repo early"):
        opened().changes.give_notice("R1", "dealer", date(2026, 3, 4))


def test_re_rated_interest_is_summed_and_rounded_once(repo_market):
    market = repo_market.market
    market.onboarding.issue_cash("fund", "USD", Decimal(20_000_000))
    market.onboarding.deposit("dealer", "T-2035", 20_000_000)
    market.onboarding.tokenize("dealer", "T-2035", 20_000_000)
    market.onboarding.issue_cash("dealer", "USD", Decimal(50_000))
    deal = repo_market.deal(
        collateral={"T-2035": 30_000_000},
        purchase_price=Decimal("25000000.00"),
        repo_rate=Decimal("0.0431"),
        repurchase_date=WEEK,
    )
    market.repo.agree(deal)
    market.repo.open("R1")
    at(market, 2026, 3, 5, 10)
    amended = market.changes.rerate("R1", Decimal("0.0455"))
    assert (amended.repo_rate, amended.cash_to_seller) == (Decimal("0.0455"), 0)
    assert (amended.date, amended.delivered) == (date(2026, 3, 5), {})
    at(market, 2026, 3, 9, 10)
    closing = market.repo.close("R1")
    assert closing.price_differential == Decimal("21618.06")  # accrual-rerate
    assert closing.formula == "25,000,000.00 × (4.31% × 3 + 4.55% × 4)/360 = 21,618.06"


def test_repriced_to_what_the_collateral_carries_the_seller_pays_back(repo_market):
    market = repo_market.market
    repo_market.adopt("0.02")
    market.onboarding.issue_cash("fund", "USD", Decimal(20_000_000))
    market.onboarding.issue_cash("dealer", "USD", Decimal(300_000))
    market.onboarding.deposit("dealer", "T-2035", 10_000_000)
    market.onboarding.tokenize("dealer", "T-2035", 10_000_000)
    deal = repo_market.deal(
        collateral={"T-2035": 20_000_000},
        margins={"T-2035": Decimal("0.02")},
        purchase_price=Decimal("19500000.00"),
        repurchase_date=WEEK,
    )
    market.repo.agree(deal)
    market.repo.open("R1")
    at(market, 2026, 3, 3, 10)
    market.board.post_price("T-2035", 98_000_000)
    amended = market.changes.reprice("R1")
    assert amended.purchase_price == Decimal("19208000.00")  # reprice-lower
    assert amended.cash_to_seller == Decimal("-292000.00")
    at(market, 2026, 3, 9, 10)
    market.onboarding.issue_cash("dealer", "USD", Decimal(50_000))
    market.repo.close("R1")
    assert (
        told(market, "R1")
        == """\
Repo R1: dealer sells to fund, 20,000,000 T-2035, closed
2026-03-02  purchase price        fund → dealer         19,500,000.00
            as agreed
2026-03-03  repricing             dealer → fund            292,000.00
            19,208,000.00 − 19,500,000.00 = -292,000.00
2026-03-09  repurchase price      dealer → fund         19,224,094.90
            (19,500,000.00 × 4.30% × 1 + 19,208,000.00 × 4.30% × 6)/360 = 16,094.90
            19,208,000.00 + 16,094.90 = 19,224,094.90
In all dealer paid 16,094.90 USD"""
    )


def test_the_statement_of_the_worked_example(opened):
    market = opened(repurchase_date=date(2026, 3, 3))
    at(market, 2026, 3, 3, 10)
    market.repo.close("R1")
    assert (
        told(market, "R1")
        == """\
Repo R1: dealer sells to fund, 10,000,000 T-2035, closed
2026-03-02  purchase price        fund → dealer          9,974,250.00
            10,000,000 × 1.0075 × (1 − 1%) = 9,974,250.00
2026-03-03  repurchase price      dealer → fund          9,975,441.37
            9,974,250.00 × 4.30% × 1/360 = 1,191.37
            9,974,250.00 + 1,191.37 = 9,975,441.37
In all dealer paid 1,191.37 USD"""
    )


def test_an_adjustment_asks_for_what_the_cash_needs(repo_market):
    market = repo_market.market
    second_note(market, price=100_750_000)
    other = {"collateral": {"T-2040": 10_000_000}, "margins": {"T-2040": Decimal("0.01")}}
    market.repo.agree(repo_market.deal(repurchase_date=WEEK, **other))
    market.repo.open("R1")
    at(market, 2026, 3, 3, 10)
    market.board.post_price("T-2040", 99_250_000)
    amended = market.changes.adjust("R1")
    assert amended.collateral == {"T-2040": 10_151_134}  # cdm-adjustment
    assert amended.delivered == {"T-2040": 151_134}
    assert (amended.purchase_price, amended.cash_to_seller) == (Decimal("9974250.00"), 0)
    with pytest.raises(Refused, match=r"worth 9,825,750\.00, and the purchase price is"):
        market.changes.adjust("R1", {"T-2040": 10_000_000})
    with pytest.raises(Refused, match="price, rate and collateral are so already"):
        market.changes.rerate("R1", Decimal("0.043"))


def test_a_substitution_works_out_its_quantity(opened):
    market = opened()
    second_note(market)
    done = market.changes.substitute("R1", "T-2035", "T-2040")
    assert done.delivered == {"T-2040": 10_228_427}  # cdm-substitution
    assert done.returned == {"T-2035": 10_000_000}
    assert done.value_before == 9_974_250
    assert done.value_after >= done.value_before
    assert market.balance("dealer", "T-2035") == 12_000_000
    at(market, 2026, 3, 9, 10)
    market.repo.close("R1")
    assert market.balance("dealer", "T-2040") == 20_000_000
    assert market.differences() == []


def test_a_part_of_a_line_is_substituted_and_more_of_what_is_there(opened):
    market = opened()
    second_note(market, denomination=1_000)
    first = market.changes.substitute("R1", "T-2035", "T-2040", 4_000_000)
    assert first.delivered == {"T-2040": 4_092_000}
    assert first.collateral == {"T-2035": 6_000_000, "T-2040": 4_092_000}
    second = market.changes.substitute("R1", "T-2035", "T-2040", 1_000_000)
    assert second.collateral == {"T-2035": 5_000_000, "T-2040": 5_115_000}
    with pytest.raises(Refused, match="the new collateral after its margin is worth"):
        market.changes.substitute("R1", "T-2035", "T-2040", 1_000_000, 1_000)


def test_no_substitution_while_a_call_stands(opened):
    market = opened(agreement=MasterAgreement())
    second_note(market)
    at(market, 2026, 3, 2, 14)
    market.board.post_price("T-2035", 99_000_000)
    market.margin.call_margin("fund", "dealer")
    with pytest.raises(Refused, match="while a margin call stands"):
        market.changes.substitute("R1", "T-2035", "T-2040")


def test_a_roll_pays_the_interest(opened):
    market = opened(repo_rate=Decimal("0.004"), repurchase_date=date(2026, 3, 5))
    at(market, 2026, 3, 5, 9)
    market.board.post_price("T-2035", 100_750_000)
    rolled = market.changes.roll("R1", "R2", date(2026, 3, 8))
    assert rolled.paid == rolled.closing.price_differential == Decimal("332.48")  # roll-paid
    assert rolled.next.purchase_price == Decimal("9974250.00")
    assert market.repo.state("R1") is RepoState.CLOSED
    at(market, 2026, 3, 8, 10)
    assert market.repo.close("R2").price_differential == Decimal("332.48")
    assert (
        told(market, "R1")
        == """\
Repo R1: dealer sells to fund, 10,000,000 T-2035, closed
2026-03-02  purchase price        fund → dealer          9,974,250.00
            10,000,000 × 1.0075 × (1 − 1%) = 9,974,250.00
2026-03-05  roll into R2          dealer → fund                332.48
            9,974,250.00 × 0.40% × 3/360 = 332.48
            9,974,250.00 + 332.48 = 9,974,582.48
            9,974,582.48 − 9,974,250.00 = 332.48
In all dealer received 9,973,917.52 USD"""
    )


def test_a_roll_capitalises_it(repo_market):
    market = repo_market.market
    market.onboarding.issue_cash("fund", "USD", Decimal(50_000_000))
    market.onboarding.issue_cash("dealer", "USD", Decimal(500_000))
    market.onboarding.deposit("dealer", "T-2035", 60_000_000)
    market.onboarding.tokenize("dealer", "T-2035", 60_000_000)
    deal = repo_market.deal(
        collateral={"T-2035": 60_000_000},
        purchase_price=Decimal("50000000.00"),
        repo_rate=Decimal("0.0525"),
        repurchase_date=date(2026, 4, 1),
    )
    market.repo.agree(deal)
    market.repo.open("R1")
    at(market, 2026, 4, 1, 9)
    market.board.post_price("T-2035", 100_750_000)
    rolled = market.changes.roll("R1", "R2", date(2026, 5, 1), capitalise=True)
    assert rolled.paid == 0
    assert rolled.next.purchase_price == Decimal("50218750.00")
    at(market, 2026, 5, 1, 9)
    assert market.repo.close("R2").price_differential == Decimal("219707.03")  # roll-capitalised
    assert (
        told(market, "R2")
        == """\
Repo R2: dealer sells to fund, 60,000,000 T-2035, closed
2026-04-01  rolled from R1, purchase price 50,218,750.00; the difference is there
2026-05-01  repurchase price      dealer → fund         50,438,457.03
            50,218,750.00 × 5.25% × 30/360 = 219,707.03
            50,218,750.00 + 219,707.03 = 50,438,457.03
In all dealer paid 50,438,457.03 USD"""
    )


def test_a_refused_roll_leaves_the_name_free(opened):
    market = opened()
    at(market, 2026, 3, 9, 11)
    with pytest.raises(Refused, match="the price of T-2035 is"):
        market.changes.roll("R1", "R2", date(2026, 3, 10))
    market.board.post_price("T-2035", 100_750_000)
    assert market.changes.roll("R1", "R2", date(2026, 3, 10)).next.reference == "R2"


def test_a_basket_is_adjusted_by_name(opened):
    market = opened()
    second_note(market)
    market.changes.substitute("R1", "T-2035", "T-2040", 4_000_000)
    with pytest.raises(BadInput, match="R1 has 2 securities: say how much of each"):
        market.changes.adjust("R1")
