"""Deals in parts: shaped, and delivered partially."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from settlement.errors import BadInput, Refused
from settlement.model.repo import RepoState

LOTS = [4_000_000, 4_000_000, 2_000_000]


def test_a_deal_is_shaped_into_lots(repo_market):
    market = repo_market.market
    deals = market.delivery.shape(repo_market.deal(), LOTS)
    assert [deal.reference for deal in deals] == ["R1/1", "R1/2", "R1/3"]
    prices = [Decimal("3989700.00"), Decimal("3989700.00"), Decimal("1994850.00")]
    assert [deal.purchase_price for deal in deals] == prices  # cdm-shaping
    for deal in deals:
        market.repo.agree(deal)
    outcome = market.repo.open_all([deal.reference for deal in deals])
    assert set(outcome.values()) == {None}
    assert market.cash("dealer", "USD") == Decimal("9974250.00")


def test_lots_of_an_agreed_price_sum_to_it(repo_market):
    deal = repo_market.deal(purchase_price=Decimal("9000000.01"))
    deals = repo_market.market.delivery.shape(deal, [3_333_000, 3_333_000, 3_334_000])
    assert sum(deal.purchase_price for deal in deals) == Decimal("9000000.01")


def test_lots_make_up_the_deal(repo_market):
    shape = repo_market.market.delivery.shape
    with pytest.raises(BadInput, match="sum to 8,000,000, and the deal is 10,000,000 T-2035"):
        shape(repo_market.deal(), [4_000_000, 4_000_000])
    with pytest.raises(BadInput, match="the nominal of its one security"):
        shape(repo_market.deal(collateral={}), [1])


def test_what_is_there_opens_and_the_rest_stays_booked(repo_market):
    market = repo_market.market
    whole = market.repo.agree(repo_market.deal())
    market.onboarding.detokenize("dealer", "T-2035", 11_250_000)
    with pytest.raises(Refused, match="short 9,250,000"):
        market.repo.open("R1")
    parts = market.delivery.deliver_partially("R1", {"T-2035": 750_000})
    assert parts.delivered.purchase_price == Decimal("748068.75")  # cdm-partial
    assert parts.rest.purchase_price == Decimal("9226181.25")
    assert market.repo.state("R1") is RepoState.OPEN
    assert market.repo.state("R1-rest") is RepoState.NONE
    cancelled = market.deployment.repo.read(market.chain, "repoOf", whole.id)
    assert RepoState(cancelled[0]) is RepoState.CANCELLED
    market.onboarding.tokenize("dealer", "T-2035", 9_250_000)
    market.repo.open("R1-rest")
    assert market.cash("dealer", "USD") == Decimal("9974250.00")


def test_the_rest_may_open_on_another_day(repo_market):
    market = repo_market.market
    market.repo.agree(repo_market.deal(repurchase_date=date(2026, 3, 9)))
    market.delivery.deliver_partially("R1", {"T-2035": 750_000}, rest_on=date(2026, 3, 3))
    market.at(datetime(2026, 3, 3, 9))  # noqa: DTZ001 - New York
    repo_market.price("1.0075")
    assert market.repo.open("R1-rest").purchase_price == Decimal("9226181.25")


@pytest.mark.parametrize("delivered", [{}, {"T-2035": 10_000_000}, {"T-2040": 1}])
def test_a_part_is_some_of_it_and_not_all(repo_market, delivered):
    market = repo_market.market
    market.repo.agree(repo_market.deal())
    with pytest.raises(BadInput, match="is some of the collateral of R1, not all"):
        market.delivery.deliver_partially("R1", delivered)
    assert market.repo.state("R1") is RepoState.NONE


def test_what_is_open_is_not_delivered_again(repo_market):
    market = repo_market.market
    market.repo.agree(repo_market.deal())
    market.repo.open("R1")
    with pytest.raises(Refused, match="the repo is open already"):
        market.delivery.deliver_partially("R1", {"T-2035": 750_000})
    assert market.repo.booked("R1").purchase_price == Decimal("9974250.00")


def test_a_part_that_is_not_there_leaves_the_whole_as_it_was(repo_market):
    market = repo_market.market
    whole = market.repo.agree(repo_market.deal())
    market.onboarding.detokenize("dealer", "T-2035", 11_250_000)
    with pytest.raises(Refused, match="short 250,000"):
        market.delivery.deliver_partially("R1", {"T-2035": 1_000_000})
    assert market.repo.booked("R1") == whole
    assert market.repo.state("R1") is RepoState.NONE
    market.onboarding.tokenize("dealer", "T-2035", 9_250_000)
    assert market.repo.open("R1").purchase_price == Decimal("9974250.00")


def test_the_rest_takes_nobody_s_name(repo_market):
    market = repo_market.market
    market.repo.agree(repo_market.deal())
    market.repo.agree(repo_market.deal(reference="R1-rest"))
    with pytest.raises(BadInput, match="a repo called R1-rest was booked before"):
        market.delivery.deliver_partially("R1", {"T-2035": 750_000})
    assert market.repo.state("R1") is RepoState.NONE
