"""The tri-party agent proposes; clients sign and the contract checks."""

from datetime import date
from decimal import Decimal

import pytest

from settlement.analytics.allocation import Objective
from settlement.coordinator.deals import MasterAgreement
from settlement.errors import BadInput, Refused
from settlement.model.asset import SecurityKind
from settlement.model.repo import Method

HAIRCUTS = {
    SecurityKind.TREASURY_NOTE: "0.02",
    SecurityKind.AGENCY_MBS: "0.03",
    SecurityKind.CORPORATE_BOND: "0.05",
    SecurityKind.EQUITY: "0.08",
}
HOLDINGS = {
    "UST": (SecurityKind.TREASURY_NOTE, 30_000_000),
    "MBS": (SecurityKind.AGENCY_MBS, 40_000_000),
    "CORP": (SecurityKind.CORPORATE_BOND, 20_000_000),
    "EQ": (SecurityKind.EQUITY, 50_000_000),
}


@pytest.fixture
def triparty(repo_market):
    """The vector triparty-best-first: a street with four kinds of securities, each at par."""
    market = repo_market.market
    for symbol, (kind, _) in HOLDINGS.items():
        market.add_security(symbol, kind)
    held = {symbol: quantity for symbol, (_, quantity) in HOLDINGS.items()}
    market.add_participant("street", {"USD": Decimal(50_000)}, held)
    market.add_participant("lender", {"USD": Decimal(100_000_000)})
    for symbol in HOLDINGS:
        market.board.post_price(symbol, 100_000_000)
    adopt(market, HAIRCUTS)
    return repo_market


def adopt(market, margins, method=Method.HAIRCUT, share="1"):
    numbers = {kind.number: Decimal(margin) for kind, margin in margins.items()}
    market.board.adopt_policy(numbers, method, Decimal(share))


def deal(repo_market, price="100000000.00", **changes):
    return repo_market.deal(
        **{
            "seller": "street",
            "buyer": "lender",
            "collateral": {},
            "margins": {},
            "purchase_price": Decimal(price),
            "may_substitute": True,
            "repurchase_date": date(2026, 3, 9),
        }
        | changes
    )


def opened(repo_market, proposal):
    market = repo_market.market
    market.repo.agree(proposal.deal)
    market.repo.open(proposal.deal.reference)
    return market


def test_best_first(triparty):
    proposal = triparty.market.agent.propose(deal(triparty))
    assert proposal.deal.collateral == {
        "UST": 30_000_000,
        "MBS": 40_000_000,
        "CORP": 20_000_000,
        "EQ": 13_913_044,  # 13,913,043.48 in shares of one
    }
    assert sum(proposal.values.values()) == 100_000_000
    market = opened(triparty, proposal)
    assert market.cash("street", "USD") == Decimal("100050000.00")
    assert market.balance("street", "EQ") == 50_000_000 - 13_913_044


def test_cheapest_first(triparty):
    proposal = triparty.market.agent.propose(deal(triparty), Objective.CHEAPEST_FIRST)
    assert proposal.deal.collateral == {
        "EQ": 50_000_000,
        "CORP": 20_000_000,
        "MBS": 36_082_475,
    }
    opened(triparty, proposal)


def test_what_is_too_much_of_one_security_is_left_to_others(triparty):
    adopt(triparty.market, HAIRCUTS, share="0.3")
    proposal = triparty.market.agent.propose(deal(triparty))
    assert proposal.values["MBS"] <= 30_000_000
    assert set(proposal.deal.collateral) == set(HOLDINGS)
    opened(triparty, proposal)


def test_by_ratio_the_quantity_is_exact(triparty):
    adopt(triparty.market, {SecurityKind.TREASURY_NOTE: "1.02"}, Method.RATIO)
    ratio = MasterAgreement(method=Method.RATIO)
    proposal = triparty.market.agent.propose(deal(triparty, "25000000.00", agreement=ratio))
    assert proposal.deal.collateral == {"UST": 25_500_000}
    assert (
        proposal.excluded["EQ"] == "equity is not eligible under version 3 of the collateral policy"
    )
    opened(triparty, proposal)


def test_the_cash_is_given(triparty):
    with pytest.raises(BadInput, match="say how much cash R1 is for"):
        triparty.market.agent.propose(deal(triparty, purchase_price=None))


def test_what_is_not_enough_is_short(triparty):
    with pytest.raises(Refused, match=r"carries 133,200,000\.00, short 6,800,000\.00") as caught:
        triparty.market.agent.propose(deal(triparty, "140000000.00"))
    assert (caught.value.reason, caught.value.details["short"]) == ("LACK", "6800000.00")


def test_a_security_that_is_needed_elsewhere_is_substituted(triparty):
    market = opened(triparty, triparty.market.agent.propose(deal(triparty, "60000000.00")))
    assert market.balance("street", "UST") == 0
    (done,) = market.agent.free("street", "UST")
    assert done.returned == {"UST": 30_000_000}
    assert done.delivered == {"MBS": 8_453_608, "CORP": 20_000_000, "EQ": 2_391_305}
    assert done.value_after >= done.value_before
    assert market.balance("street", "UST") == 30_000_000
    assert market.differences() == []
    with pytest.raises(Refused, match="no repo that street may substitute in holds UST"):
        market.agent.free("street", "UST")


def test_without_other_holdings_nothing_is_freed(triparty):
    market = opened(triparty, triparty.market.agent.propose(deal(triparty)))
    with pytest.raises(Refused, match="short"):
        market.agent.free("street", "MBS")
    assert market.repo.record("R1").number == 0


def test_a_right_that_the_terms_do_not_give_is_not_used(triparty):
    proposal = triparty.market.agent.propose(deal(triparty, "60000000.00", may_substitute=False))
    market = opened(triparty, proposal)
    with pytest.raises(Refused, match="no repo that street may substitute in holds UST"):
        market.agent.free("street", "UST")
