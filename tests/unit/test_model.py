"""The words of the business: frozen, and numbered as the contracts number them."""

from dataclasses import FrozenInstanceError, fields
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.analytics.collateral import market_value, purchase_price, value_after_margin
from settlement.analytics.interest import price_differential
from settlement.model.asset import CashKind, Security, SecurityKind
from settlement.model.party import Purpose, SignerKind, WalletStatus
from settlement.model.repo import (
    Agreement,
    Amendment,
    Duration,
    Failing,
    Income,
    IncomeNotice,
    Line,
    Method,
    RepoState,
    RepoTerms,
    SetState,
)
from settlement.model.trade import FreeDelivery, SignedTrade, Trade
from settlement.onchain.artifacts import load
from settlement.onchain.repo_signing import AGREEMENT, AMENDMENT, INCOME, LINE, REPO_TERMS
from settlement.onchain.signing import FREE_DELIVERY, TRADE
from settlement.onchain.sources import CHECKOUT


def _members(enum: str, file: str) -> list[str]:
    """The members of a Solidity enum, in the spelling of ours."""
    text = (CHECKOUT / "contracts" / "interfaces" / file).read_text("utf-8")
    body = text.split(f"enum {enum} {{")[1].split("}")[0]
    words = [line.split("//")[0].strip(" ,\n") for line in body.splitlines()]
    return [
        "".join(f"_{c}" if c.isupper() else c for c in w).strip("_").upper() for w in words if w
    ]


@pytest.mark.parametrize(
    ("ours", "name", "file"),
    [
        (Purpose, "Purpose", "IWalletRegistry.sol"),
        (WalletStatus, "Status", "IWalletRegistry.sol"),
        (Method, "Method", "ICollateralPolicy.sol"),
        (Duration, "Duration", "IRepoFacility.sol"),
        (Income, "Income", "IRepoFacility.sol"),
        (RepoState, "RepoState", "IRepoFacility.sol"),
        (Failing, "Failing", "IRepoFacility.sol"),
        (SetState, "SetState", "IRepoFacility.sol"),
    ],
)
def test_enumerations_count_as_the_contracts_do(ours, name, file):
    assert [member.name for member in ours] == _members(name, file)
    assert [member.value for member in ours] == list(range(len(ours)))


def test_kinds_are_numbered_in_the_order_of_the_contract():
    assert [kind.name for kind in SecurityKind] == _members(
        "SecurityKind", "ISecurityEntitlement.sol"
    )
    assert [kind.name for kind in CashKind] == _members("CashKind", "ICashToken.sol")
    for number, kind in enumerate(SecurityKind):
        assert kind.number == number
        assert SecurityKind.numbered(number) is kind
    assert [kind.number for kind in CashKind] == [0, 1, 2]
    assert [member.value for member in SignerKind] == [0, 1]


@pytest.mark.parametrize(
    ("ours", "signed"), [(Trade, TRADE), (FreeDelivery, FREE_DELIVERY), (RepoTerms, REPO_TERMS)]
)
def test_fields_stand_in_the_order_that_is_signed(ours, signed):
    assert [*(field.name for field in fields(ours)), "signer"] == _signed(signed)


@pytest.mark.parametrize(
    ("ours", "signed", "before", "after"),
    [
        (Agreement, AGREEMENT, [], []),
        (Line, LINE, [], []),
        (Amendment, AMENDMENT, ["repo", "number"], ["signer"]),
        (IncomeNotice, INCOME, ["repo"], []),
    ],
)
def test_so_do_those_of_what_is_about_a_repo(ours, signed, before, after):
    assert [*before, *(field.name for field in fields(ours)), *after] == _signed(signed)


def _signed(text: str) -> list[str]:
    """The members of a signed type, in our spelling."""
    written = text[text.index("(") + 1 : text.index(")")].split(",")
    return ["".join(f"_{c.lower()}" if c.isupper() else c for c in w.split()[1]) for w in written]


def test_a_trade_cannot_be_changed_after_it_was_written_down():
    trade = Trade("s", "b", "x", 1, "c", 2, 3, 4, 5, 6, bytes(32), 7)
    with pytest.raises(FrozenInstanceError):
        trade.amount = 3
    assert trade.words() == ("s", "b", "x", 1, "c", 2, 3, 4, 5, 6, bytes(32), 7)
    assert SignedTrade(trade, b"1", b"2").words() == (trade.words(), b"1", b"2")


def test_terms_end_in_their_lines():
    inputs = next(entry for entry in load("RepoFacility").abi if entry.get("name") == "open")[
        "inputs"
    ]
    terms, line = inputs[0]["components"], inputs[0]["components"][-1]["components"]
    assert len(terms) == len(fields(RepoTerms))
    assert len(line) == len(Line("0x", 1, 2).words())


def test_an_entitlement_circulates_to_the_last_second_of_its_sunset():
    security = Security("X", "ZZ", SecurityKind.EQUITY, "", None, 1, date(2029, 3, 1), "0x")
    last = datetime.fromtimestamp(security.last_second, UTC)
    assert last == datetime(2029, 3, 1, 23, 59, 59, tzinfo=UTC)


def test_the_worked_example():
    value = market_value(10_000_000, Decimal("1.0075"))
    assert value == Decimal("10075000.00")
    cash = purchase_price([value_after_margin(value, Method.HAIRCUT, Decimal("0.01"))])
    assert cash == Decimal("9974250.00")
    assert price_differential(cash, [(Decimal("0.043"), 1)], 360) == Decimal("1191.37")


def test_a_margin_ratio_is_not_a_haircut():
    value = Decimal(1_000_000)
    by_ratio = purchase_price([value_after_margin(value, Method.RATIO, Decimal("1.02"))])
    by_haircut = purchase_price([value_after_margin(value, Method.HAIRCUT, Decimal("0.02"))])
    assert (by_ratio, by_haircut) == (Decimal("980392.16"), Decimal("980000.00"))


def test_interest_is_rounded_once_over_all_periods_and_may_be_negative():
    periods = [(Decimal("0.045"), 4), (Decimal("0.065"), 3)]
    together = price_differential(Decimal("2874700.00"), periods, 360)
    assert together == Decimal("2994.48")
    assert price_differential(Decimal("8100.00"), [(Decimal("-0.01"), 1)], 360) == Decimal("-0.23")
    assert price_differential(Decimal(1000), [], 360) == 0


@given(
    st.decimals("0.01", 10**10, places=2),
    st.decimals("-0.2", "0.2", places=9),
    st.integers(1, 366),
    st.sampled_from([360, 365]),
)
def test_interest_is_odd_in_the_rate_and_the_same_however_the_days_are_cut(cash, rate, days, basis):
    interest = price_differential(cash, [(rate, days)], basis)
    assert price_differential(cash, [(-rate, days)], basis) == -interest
    assert price_differential(cash, [(rate, 1), (rate, days - 1)], basis) == interest
