"""The desk for repos: agreed, opened, closed, cancelled; its figures are the chain's."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.coordinator.deals import MasterAgreement
from settlement.errors import BadInput, Refused, UnknownName
from settlement.model.repo import Method, RepoState
from settlement.onchain.repo_signing import repo_id
from settlement.units import price_to_chain
from tests.anew import anew
from tests.coordinator.conftest import RepoMarket

PURCHASE, REPURCHASE = date(2026, 3, 2), date(2026, 3, 3)


def at(repo_market, day, hour=10):
    repo_market.market.at(datetime(day.year, day.month, day.day, hour))  # noqa: DTZ001 - New York


def test_the_worked_example_opens_and_closes(repo_market):
    market, repo = repo_market.market, repo_market.repo
    booked = repo.agree(repo_market.deal())
    assert (booked.purchase_price, repo.state("R1")) == (Decimal("9974250.00"), RepoState.NONE)
    repo.open("R1")
    assert repo.state("R1") is RepoState.OPEN
    assert market.balances() == {
        "dealer": {"USD": 9_974_250_000_000, "T-2035": 2_000_000},
        "fund": {"USD": 2_025_750_000_000, "T-2035": 10_000_000},
    }
    at(repo_market, REPURCHASE)
    market.onboarding.issue_cash("dealer", "USD", Decimal("1191.37"))
    closing = repo.close("R1")
    assert closing.price_differential == Decimal("1191.37")
    assert closing.repurchase_price == Decimal("9975441.37")
    assert closing.purchase_price + closing.price_differential == closing.repurchase_price
    assert (closing.periods, closing.basis) == (((Decimal("0.043"), 1),), 360)
    assert repo.state("R1") is RepoState.CLOSED
    assert market.balance("fund", "USD") == 12_001_191_370_000
    assert market.balance("dealer", "T-2035") == 12_000_000
    assert market.differences() == []


def test_the_same_terms_open_once_and_close_once(repo_market):
    repo = repo_market.repo
    repo.agree(repo_market.deal())
    repo.open("R1")
    with pytest.raises(Refused, match="the repo is open already"):
        repo.open("R1")
    at(repo_market, REPURCHASE)
    repo_market.market.onboarding.issue_cash("dealer", "USD", Decimal("1191.37"))
    repo.close("R1")
    with pytest.raises(Refused, match="the repo has closed already"):
        repo.close("R1")


def test_a_reference_is_agreed_once(repo_market):
    repo_market.repo.agree(repo_market.deal())
    with pytest.raises(BadInput, match="R1 was booked before"):
        repo_market.repo.agree(repo_market.deal())
    with pytest.raises(UnknownName, match="no repo 'R2'"):
        repo_market.repo.open("R2")


@pytest.mark.parametrize(
    ("method", "margin", "cash"),
    [
        (Method.HAIRCUT, "0.01", "9974250.00"),
        (Method.HAIRCUT, "0.02", "9873500.00"),
        (Method.HAIRCUT, "0.019607843", "9877450.98"),
        (Method.RATIO, "1.02", "9877450.98"),
        (Method.RATIO, "1", "10075000.00"),
    ],
)
def test_the_cash_follows_from_collateral_price_and_margin(repo_market, method, margin, cash):
    repo_market.adopt(margin, method)
    agreement = MasterAgreement(method=method)
    changes = {"agreement": agreement, "margins": {"T-2035": Decimal(margin)}}
    booked = repo_market.repo.agree(repo_market.deal(**changes))
    assert booked.purchase_price == Decimal(cash)
    repo_market.repo.open("R1")
    assert repo_market.market.cash("dealer", "USD") == Decimal(cash)


def test_the_parties_may_agree_on_less_and_not_on_more(repo_market):
    repo = repo_market.repo
    repo.agree(repo_market.deal(purchase_price=Decimal("9974250.01")))
    with pytest.raises(
        Refused, match=r"worth 9,974,250\.00, and the purchase price is 9,974,250\.01"
    ):
        repo.open("R1")
    repo.agree(repo_market.deal(reference="R2", purchase_price=Decimal("9000000.00")))
    assert repo.open("R2").purchase_price == Decimal("9000000.00")


def test_the_lender_short_of_a_cent_moves_no_collateral(repo_market):
    market = repo_market.market
    market.onboarding.redeem_cash("fund", "USD", Decimal("2025750.01"))
    before = market.balances()
    repo_market.repo.agree(repo_market.deal())
    with pytest.raises(Refused) as caught:
        repo_market.repo.open("R1")
    assert (caught.value.reason, caught.value.details["short"]) == ("MONY", "0.01")
    assert market.balances() == before
    assert repo_market.repo.state("R1") is RepoState.NONE


def test_in_tri_party_custody_holds_the_collateral(repo_market):
    market = repo_market.market
    repo_market.repo.agree(repo_market.deal(venue="tri-party"))
    repo_market.repo.open("R1")
    asset = market.directory.security("T-2035").address
    custody = market.deployment.custody.address
    assert market.journal.register.balance(asset, custody) == 10_000_000
    assert market.balance("fund", "T-2035") == 0
    assert market.directory.name(custody) == "tri-party custody"
    assert market.differences() == []
    at(repo_market, REPURCHASE)
    market.onboarding.issue_cash("dealer", "USD", Decimal("1191.37"))
    repo_market.repo.close("R1")
    assert market.balance("dealer", "T-2035") == 12_000_000
    assert market.journal.register.balance(asset, custody) == 0


def test_a_venue_of_nobody_is_answered(repo_market):
    with pytest.raises(UnknownName, match="no repo venue 'triparty'; did you mean 'tri-party'"):
        repo_market.repo.agree(repo_market.deal(venue="triparty"))


# Closing: on dates, by a side.


@pytest.mark.parametrize("side", ["dealer", "fund"])
def test_either_side_closes_from_the_repurchase_date_on(repo_market, side):
    repo = repo_market.repo
    repo.agree(repo_market.deal())
    repo.open("R1")
    repo_market.market.onboarding.issue_cash("dealer", "USD", Decimal("1191.37"))
    with pytest.raises(Refused, match="the repurchase date is 2026-03-03, and it is 2026-03-02"):
        repo.close("R1", side)
    at(repo_market, REPURCHASE)
    assert repo.close("R1", side).repurchase_price == Decimal("9975441.37")


def test_a_stranger_does_not_close(repo_market):
    repo_market.market.add_participant("bank")
    repo_market.repo.agree(repo_market.deal())
    repo_market.repo.open("R1")
    at(repo_market, REPURCHASE)
    with pytest.raises(Refused, match="bank is not a side of this repo"):
        repo_market.repo.close("R1", "bank")
    assert repo_market.repo.state("R1") is RepoState.OPEN


def test_the_seller_short_of_the_interest_gets_nothing_back(repo_market):
    repo_market.repo.agree(repo_market.deal())
    repo_market.repo.open("R1")
    at(repo_market, REPURCHASE)
    before = repo_market.market.balances()
    with pytest.raises(Refused, match=r"short 1,191\.37") as caught:
        repo_market.repo.close("R1")
    assert caught.value.reason == "MONY"
    assert repo_market.market.balances() == before


def test_late_days_run_at_the_late_rate(repo_market):
    repo = repo_market.repo
    repo.agree(repo_market.deal(agreement=MasterAgreement(late_rate=Decimal("0.06"))))
    repo.open("R1")
    at(repo_market, date(2026, 3, 6))
    repo_market.market.onboarding.issue_cash("dealer", "USD", Decimal(10_000))
    closing = repo.close("R1")
    assert closing.periods == ((Decimal("0.043"), 1), (Decimal("0.06"), 3))
    assert closing.price_differential == Decimal("6178.49")  # 1,191.37 + 4,987.13, rounded once


@given(
    rate=st.decimals("-0.05", "0.2", places=6),
    late=st.decimals("0", "0.2", places=6),
    days=st.integers(1, 40),
    overdue=st.integers(0, 10),
    basis=st.sampled_from([360, 365]),
)
def test_what_the_desk_expects_is_what_the_chain_pays(
    repo_market, rate, late, days, overdue, basis
):
    repurchase = PURCHASE + timedelta(days)
    closes = repurchase + timedelta(overdue)
    agreement = MasterAgreement(late_rate=late, basis=basis)
    terms = {"repo_rate": rate, "agreement": agreement, "repurchase_date": repurchase}
    with anew(repo_market.market) as market:
        market.repo.agree(repo_market.deal(**terms))
        market.repo.open("R1")
        market.onboarding.issue_cash("dealer", "USD", Decimal(2_000_000))
        at(RepoMarket(market), closes)
        expected = market.repo.expected_closing("R1", closes)
        closing = market.repo.close("R1")
        assert (closing.price_differential, closing.repurchase_price) == expected


# Cancelling.


def test_both_together_cancel_before_the_opening(repo_market):
    repo_market.repo.agree(repo_market.deal())
    repo_market.repo.cancel("R1", ["dealer", "fund"])
    assert repo_market.repo.state("R1") is RepoState.CANCELLED
    with pytest.raises(Refused, match="the repo was cancelled"):
        repo_market.repo.open("R1")


def test_one_alone_is_too_late_and_a_stranger_is_no_side(repo_market):
    repo_market.market.add_participant("bank")
    repo_market.repo.agree(repo_market.deal())
    with pytest.raises(Refused, match="from then on both must"):
        repo_market.repo.cancel("R1", ["dealer"])
    with pytest.raises(Refused, match="bank is not a side of this repo"):
        repo_market.repo.cancel("R1", ["bank"])
    repo_market.repo.open("R1")
    with pytest.raises(Refused, match="the repo is open already"):
        repo_market.repo.cancel("R1", ["dealer", "fund"])


def test_one_alone_cancels_what_does_not_bind_yet(repo_market):
    repo = repo_market.repo
    booked = repo.agree(repo_market.deal())
    later = replace(booked.terms, binding_from=repo_market.market.chain.now() + 3_600)
    repo._booked["R1"] = replace(booked, terms=later, id=repo_id(later))
    repo.cancel("R1", ["fund"])
    assert repo.state("R1") is RepoState.CANCELLED


# Prices.


def test_a_price_is_on_the_board_at_once_and_a_jump_waits(repo_market):
    board = repo_market.board
    repo_market.market.at(datetime(2026, 3, 3, 9))  # noqa: DTZ001 - New York
    assert repo_market.price("1.0100") is True
    assert board.price("T-2035") == Decimal("1.01")
    repo_market.market.at(datetime(2026, 3, 4, 9))  # noqa: DTZ001 - New York
    assert repo_market.price("0.70") is False
    with pytest.raises(Refused, match="a jump in the price of T-2035 waits for its confirmation"):
        board.price("T-2035")
    with pytest.raises(Refused, match=r"no price of 0\.71 for T-2035 waits"):
        board.confirm_price("T-2035", price_to_chain(Decimal("0.71")))
    board.confirm_price("T-2035", price_to_chain(Decimal("0.70")))
    assert board.price("T-2035") == Decimal("0.7")


def test_without_a_price_nothing_is_agreed(market, repo_market):
    market.add_security("OTHER")
    with pytest.raises(Refused, match="OTHER has no price"):
        repo_market.board.price("OTHER")
    other = {"collateral": {"OTHER": 5}, "margins": {"OTHER": Decimal("0.01")}}
    with pytest.raises(Refused, match="OTHER has no price"):
        repo_market.repo.agree(repo_market.deal(**other))
    with pytest.raises(UnknownName, match="no repo 'R1'"):
        repo_market.repo.booked("R1")


def test_a_price_of_yesterday_is_stale(repo_market):
    repo_market.market.at(datetime(2026, 3, 3, 9, 30))  # noqa: DTZ001 - New York
    with pytest.raises(Refused, match=r"the price of T-2035 is .* old, and 1 d is allowed"):
        repo_market.board.price("T-2035")


def test_the_market_value_is_not_rounded(repo_market):
    repo_market.price("1.00333333")
    odd = repo_market.deal(collateral={"T-2035": 1_000})
    assert repo_market.board.market_value(odd.collateral) == Decimal("1003.33333000")
