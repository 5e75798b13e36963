"""The tri-party agent proposes; clients sign and the contract checks."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from settlement.analytics.allocation import Objective
from settlement.coordinator.deals import MasterAgreement
from settlement.errors import BadInput, Refused
from settlement.model.asset import SecurityKind
from settlement.model.policy import Rule, by_kind
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
    numbers = {kind: Decimal(margin) for kind, margin in margins.items()}
    market.board.adopt_policy(by_kind(numbers, method, Decimal(share)))


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


def test_what_is_too_much_of_one_issuer_is_left_to_others(triparty):
    """Shares and a bond of one issuer, each within its limit and too much together."""
    market = triparty.market
    market.add_security(
        "STREET-B", SecurityKind.CORPORATE_BOND, denomination=1_000, issuer=issuer_of(market, "EQ")
    )
    market.onboarding.deposit("street", "STREET-B", 40_000_000)
    market.onboarding.tokenize("street", "STREET-B", 40_000_000)
    market.board.post_price("STREET-B", 100_000_000)
    adopt(market, HAIRCUTS, share="0.3")
    proposal = market.agent.propose(deal(triparty))
    both = proposal.values.get("EQ", 0) + proposal.values.get("STREET-B", 0)
    assert 0 < both <= 30_000_000
    opened(triparty, proposal)


def issuer_of(market, symbol):
    return market.directory.security(symbol).issuer


def test_the_schedule_goes_by_maturity_and_issuer(triparty):
    market = triparty.market
    today = market.today()
    kind, cut = SecurityKind.TREASURY_NOTE, Method.HAIRCUT
    for symbol, days in (("SHORT", 700), ("LONG", 3_000), ("LONGEST", 12_000)):
        market.add_security(symbol, maturity=today + timedelta(days))
    market.board.adopt_policy(
        [
            Rule(kind, cut, Decimal("0.01"), longest_maturity=730),
            Rule(kind, cut, Decimal("0.03"), Decimal("0.5"), 3_653, (issuer_of(market, "LONG"),)),
        ]
    )
    rule = market.board.rule
    assert rule(market.directory.security("SHORT")).margin == Decimal("0.01")
    assert rule(market.directory.security("LONG")) == Rule(
        kind, cut, Decimal("0.03"), Decimal("0.5")
    )
    with pytest.raises(Refused, match="with 12,000 days to its maturity is not eligible"):
        rule(market.directory.security("LONGEST"))
    with pytest.raises(Refused, match="with no maturity is not eligible"):
        rule(market.directory.security("UST"))
    market.at(market.now() + timedelta(days=2_300))
    with pytest.raises(Refused, match="which lists the issuers that it takes"):
        rule(market.add_security("OTHER", maturity=today + timedelta(4_000)))


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


def test_two_repos_are_freed_together_or_neither(triparty):
    """Each holds Treasuries for 10,000,000; what is free then carries one of them, not both."""
    market = triparty.market
    market.onboarding.issue_cash("lender", "USD", Decimal(20_000_000))
    for reference, price, may in (("R1", 10, True), ("R2", 10, True), ("R3", 95, False)):
        asked = deal(triparty, f"{price}000000.00", reference=reference, may_substitute=may)
        opened(triparty, market.agent.propose(asked))
    with pytest.raises(Refused, match="short"):
        market.agent.free("street", "UST")
    assert [market.repo.record(each).number for each in ("R1", "R2")] == [0, 0]
    market.onboarding.deposit("street", "EQ", 10_000_000)
    market.onboarding.tokenize("street", "EQ", 10_000_000)
    assert len(market.agent.free("street", "UST")) == 2


def test_a_right_that_the_terms_do_not_give_is_not_used(triparty):
    proposal = triparty.market.agent.propose(deal(triparty, "60000000.00", may_substitute=False))
    market = opened(triparty, proposal)
    with pytest.raises(Refused, match="no repo that street may substitute in holds UST"):
        market.agent.free("street", "UST")
