"""Default: declared, valued, closed out into one sum, collected, and the claim paid."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from settlement.analytics.default import Accelerated, close_out
from settlement.analytics.margin import cash_margin
from settlement.coordinator.deals import MasterAgreement
from settlement.errors import Refused
from settlement.model.repo import RepoState, SetState
from settlement.units import cents_half_up

ANNEX = MasterAgreement(margin_rate=Decimal("0.04"))
LATER = date(2026, 3, 16)


def at(market, *moment):
    market.at(datetime(*moment))  # noqa: DTZ001 - New York


@pytest.fixture
def two_way(repo_market):
    """R1: dealer to fund, R2: fund to dealer, under one agreement, for two weeks."""
    market = repo_market.market
    market.add_security("T-2040", denomination=1_000)
    market.onboarding.deposit("fund", "T-2040", 4_000_000)
    market.onboarding.tokenize("fund", "T-2040", 4_000_000)
    market.board.post_price("T-2040", 98_000_000)
    common = {"agreement": ANNEX, "repurchase_date": LATER}
    second = {
        "reference": "R2",
        "seller": "fund",
        "buyer": "dealer",
        "collateral": {"T-2040": 4_000_000},
        "margins": {"T-2040": Decimal("0.02")},
    }
    for changes in ({}, second):
        market.repo.agree(repo_market.deal(**common | changes))
    market.repo.open_all(["R1", "R2"])
    return market


def post(market, first, second):
    market.board.post_price("T-2035", first)
    market.board.post_price("T-2040", second)


def declared(market):
    """The dealer meets one call and leaves the next one unmet until its deadline is past."""
    at(market, 2026, 3, 4, 9)
    post(market, 98_750_000, 98_500_000)
    market.margin.call_margin("fund", "dealer")
    market.margin.meet_in_cash("dealer", "fund")
    at(market, 2026, 3, 5, 9)
    post(market, 97_000_000, 98_500_000)
    call = market.margin.call_margin("fund", "dealer")
    with pytest.raises(Refused, match="a default may be declared after 2026-03-05 13:00:0"):
        market.default.declare_default("fund", "dealer")
    at(market, 2026, 3, 5, 14)
    market.default.declare_default("fund", "dealer")
    return call


def test_two_repos_the_other_way_round_become_one_sum(two_way):
    market = two_way
    declared(market)
    netting = market.facility.sets.between(
        *(
            market.facility.records.participant(market.directory.party(name).address)
            for name in ("fund", "dealer")
        )
    )[0]
    margin = cash_margin(abs(Decimal(netting.cash) / 10**6), Decimal("0.04"), 1, 360)
    with pytest.raises(Refused, match=r"the price of T-20\d\d is"):
        market.default.close_out("fund", "dealer")
    with pytest.raises(Refused, match="only their close-out goes on"):
        market.margin.return_cash("fund", "dealer")
    post(market, 96_500_000, 98_250_000)
    owed = {
        reference: market.repo.expected_closing(reference, date(2026, 3, 5))
        for reference in ("R1", "R2")
    }
    done = market.default.close_out("fund", "dealer")
    # The reference arithmetic takes repurchase prices unrounded; theirs are whole in no case here.
    first = Decimal("9974250.00") * (1 + Decimal("0.043") * 3 / 360)
    second = Decimal("3841600.00") * (1 + Decimal("0.043") * 3 / 360)
    expected = close_out(
        [
            Accelerated(first, Decimal("9650000.00"), True),
            Accelerated(second, Decimal("3930000.00"), False),
        ],
        due_by=[margin],
    )
    assert done.net == done.claim == cents_half_up(expected)
    assert done.steps == 1
    assert {each.reference: each.owed for each in done.repos} == {
        reference: price for reference, (_, price) in owed.items()
    }
    assert {each.security: each.price for each in done.prices} == {
        "T-2035": Decimal("0.965"),
        "T-2040": Decimal("0.9825"),
    }
    assert not any(each.disputed for each in done.prices)
    assert market.repo.state("R1") is market.repo.state("R2") is RepoState.CLOSED_OUT
    assert market.default.claim("dealer", "fund") == -done.net
    with pytest.raises(Refused, match=r"cannot be paid on a claim of 0\.00"):
        market.default.pay_claim("fund", "dealer", Decimal(1))
    part = market.default.pay_claim("dealer", "fund", Decimal(1_000))
    assert part.left == done.net - 1_000
    assert market.default.pay_claim("dealer", "fund").left == 0
    assert market.differences() == []


def test_close_out_one_way_with_margin_held(repo_market):
    """The vector close-out-one-way, whole: a fail that stands for the grace is the ground."""
    market = repo_market.market
    repo_market.adopt("0.00")
    market.onboarding.issue_cash("fund", "USD", Decimal(20_000_000))
    market.onboarding.deposit("dealer", "T-2035", 20_000_000)
    market.onboarding.tokenize("dealer", "T-2035", 20_000_000)
    market.repo.agree(
        repo_market.deal(
            collateral={"T-2035": 20_000_000},
            margins={"T-2035": Decimal(0)},
            purchase_price=Decimal("20000000.00"),
            repo_rate=Decimal("0.045"),
            repurchase_date=date(2026, 3, 8),
            agreement=ANNEX,
        )
    )
    market.repo.open("R1")
    # 250,000.00 of margin, three days before the declaration: 20,010,000.00 less the collateral.
    at(market, 2026, 3, 6, 9)
    market.board.post_price("T-2035", 98_800_000)
    assert market.margin.call_margin("fund", "dealer").amount == Decimal("250000.00")
    market.margin.meet_in_cash("dealer", "fund")
    market.onboarding.redeem_cash("dealer", "USD", market.cash("dealer", "USD"))
    (*_, sunday) = market.run_to(date(2026, 3, 8))
    assert [fail.who for fail in sunday.fails] == ["dealer"]
    with pytest.raises(Refused, match="may be declared after 2026-03-09 17:00:0"):
        market.default.declare_default("fund", "dealer", "R1")
    at(market, 2026, 3, 9, 17, 1)
    at_default = market.default.declare_default("fund", "dealer", "R1")
    assert at_default.at.date() == date(2026, 3, 9)
    market.board.post_price("T-2035", 98_000_000)
    done = market.default.close_out("fund", "dealer")
    # The late rate is none: 7 days at 4.5%, on the 7th day of the term; margin of 3 days.
    assert done.net == Decimal("167416.67")


def test_a_seller_that_defaults_with_too_much_collateral_is_owed_the_excess(repo_market):
    market = repo_market.market
    market.repo.agree(repo_market.deal(agreement=ANNEX))
    market.repo.open("R1")
    market.onboarding.redeem_cash("dealer", "USD", Decimal("9974250.00"))
    market.run_to(date(2026, 3, 3))
    at(market, 2026, 3, 4, 18)
    market.default.declare_default("fund", "dealer", "R1")
    market.board.post_price("T-2035", 101_000_000)
    done = market.default.close_out("fund", "dealer")
    assert done.net == Decimal("-123367.26")  # 10,100,000.00 less 9,974,250.00 and two days
    assert market.default.pay_claim("fund", "dealer").amount == Decimal("123367.26")


def test_out_of_custody_each_side_collects_its_part(repo_market):
    market = repo_market.market
    market.repo.agree(repo_market.deal(venue="tri-party", agreement=ANNEX))
    market.repo.open("R1")
    market.onboarding.redeem_cash("dealer", "USD", Decimal("9974250.00"))
    market.run_to(date(2026, 3, 3))
    at(market, 2026, 3, 4, 18)
    market.default.declare_default("fund", "dealer", "R1")
    market.board.post_price("T-2035", 101_000_000)
    done = market.default.close_out("fund", "dealer")
    assert done.net == Decimal("862.74")  # what is less than a denomination stays a claim
    assert market.default.collect("R1", "fund").quantities == {"T-2035": 9_877_000}
    assert market.default.collect("R1", "dealer").quantities == {"T-2035": 123_000}
    with pytest.raises(Refused, match="custody has nothing of this repo that fund could have"):
        market.default.collect("R1", "fund")
    assert market.differences() == []


def test_without_a_price_the_other_side_may_state_one_in_time(two_way):
    market = two_way
    declared(market)
    with pytest.raises(Refused, match="may be stated from 2026-03-07 14:00:0"):
        market.default.state_value("fund", "dealer", "T-2035", Decimal("0.96"))
    at(market, 2026, 3, 7, 14, 1)
    with pytest.raises(Refused, match=r"0\.5 for T-2035 lies too far from its last price 0\.97"):
        market.default.state_value("fund", "dealer", "T-2035", Decimal("0.5"))
    market.default.state_value("fund", "dealer", "T-2035", Decimal("0.96"))
    market.board.post_price("T-2040", 98_250_000)
    done = market.default.close_out("fund", "dealer")
    assert {each.security: each.disputed for each in done.prices} == {
        "T-2035": True,
        "T-2040": False,
    }


def test_without_a_ground_nobody_defaults(two_way):
    with pytest.raises(Refused, match="there is no ground for a default"):
        two_way.default.declare_default("fund", "dealer")
    with pytest.raises(Refused, match="neither of the two is in default"):
        two_way.default.close_out("fund", "dealer")


def test_a_close_out_that_stopped_half_way_is_told_whole(two_way, monkeypatch):
    """One price is there and the other comes later: nothing of the first step is left out."""
    market = two_way
    monkeypatch.setattr("settlement.coordinator.default.GAS_IN_STEP", 10_000)
    declared(market)
    open_before = len(market.facility.records.all_open())
    market.board.post_price("T-2035", 95_000_000)
    with pytest.raises(Refused, match="the price of T-2040 is"):
        market.default.close_out("fund", "dealer")
    market.board.post_price("T-2040", 98_250_000)
    done = market.default.close_out("fund", "dealer")
    assert len(done.repos) == open_before
    assert [each.disputed for each in done.prices] == [False, False]


def test_a_large_set_is_valued_in_steps(repo_market, monkeypatch):
    market = repo_market.market
    monkeypatch.setattr("settlement.coordinator.default.GAS_IN_STEP", 100_000)
    names = [f"R{number}" for number in range(1, 6)]
    for name in names:
        market.repo.agree(
            repo_market.deal(reference=name, collateral={"T-2035": 1_000_000}, agreement=ANNEX)
        )
    market.repo.open_all(names)
    market.onboarding.redeem_cash("dealer", "USD", market.cash("dealer", "USD"))
    market.run_to(date(2026, 3, 3))
    at(market, 2026, 3, 4, 18)
    market.default.declare_default("fund", "dealer", "R3")
    market.board.post_price("T-2035", 99_000_000)
    done = market.default.close_out("fund", "dealer")
    assert (done.steps, len(done.repos)) == (3, 5)
    record = market.facility.sets.of(
        market.facility.record(market.repo.booked("R1").id).netting_set
    )
    assert record.declared_at == 0
    word = market.deployment.repo.read(market.chain, "setOf", record.id)
    assert (word[0], SetState(word[2])) == (0, SetState.PERFORMING)
