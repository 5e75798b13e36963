"""Matching: two accounts of one trade, or the fields in which they differ, by name."""

from dataclasses import fields, replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.coordinator.matching import mismatches, require_match
from settlement.errors import Mismatch
from settlement.model.trade import Instruction, Side

DELIVERY = Instruction(
    reference="S1",
    side=Side.DELIVER,
    party="dealer",
    counterparty="fund",
    security="T-2035",
    quantity=2_000_000,
    currency="USD",
    amount=Decimal("2015000.00"),
    trade_date=date(2026, 3, 2),
    settlement_date=date(2026, 3, 2),
    not_before=1_772_427_600,
    not_after=1_772_513_999,
    binding_from=1_772_427_600,
    nonce=0,
)
RECEIPT = replace(DELIVERY, side=Side.RECEIVE, party="fund", counterparty="dealer")

OTHERWISE = {
    "reference": ("S2", "reference S1 against S2"),
    "security": ("T-2036", "security T-2035 against T-2036"),
    "quantity": (1_999_999, "quantity 2,000,000 against 1,999,999"),
    "currency": ("EUR", "currency USD against EUR"),
    "amount": (Decimal("2015000.01"), "amount 2,015,000.00 against 2,015,000.01"),
    "trade_date": (date(2026, 3, 1), "trade date 2026-03-02 against 2026-03-01"),
    "settlement_date": (date(2026, 3, 3), "settlement date 2026-03-02 against 2026-03-03"),
    "not_before": (
        1_772_427_601,
        "not before 2026-03-02 05:00:00 UTC against 2026-03-02 05:00:01 UTC",
    ),
    "not_after": (
        1_772_513_998,
        "not after 2026-03-03 04:59:59 UTC against 2026-03-03 04:59:58 UTC",
    ),
    "binding_from": (
        1_772_427_599,
        "binding from 2026-03-02 05:00:00 UTC against 2026-03-02 04:59:59 UTC",
    ),
    "nonce": (1, "nonce 0 against 1"),
}


def test_two_accounts_of_one_trade_match_in_either_order():
    assert mismatches(DELIVERY, RECEIPT) == []
    assert require_match(DELIVERY, RECEIPT) == (DELIVERY, RECEIPT)
    assert require_match(RECEIPT, DELIVERY) == (DELIVERY, RECEIPT)


def test_every_field_that_both_sides_write_alike_is_compared():
    mirrored = {"side", "party", "counterparty"}
    assert set(OTHERWISE) == {field.name for field in fields(Instruction)} - mirrored


@pytest.mark.parametrize("field", OTHERWISE)
def test_a_difference_is_named_with_both_values(field):
    value, said = OTHERWISE[field]
    other = replace(RECEIPT, **{field: value})
    with pytest.raises(Mismatch) as caught:
        require_match(DELIVERY, other)
    assert str(caught.value) == f"S1 is unmatched: {said}"
    assert caught.value.details == {field: [str(getattr(DELIVERY, field)), str(value)]}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"side": Side.DELIVER}, "side DELI against DELI"),
        ({"party": "bank"}, "counterparty dealer with fund against bank with dealer"),
        ({"counterparty": "bank"}, "counterparty dealer with fund against fund with bank"),
    ],
)
def test_direction_and_counterparty_must_mirror_each_other(change, said):
    with pytest.raises(Mismatch, match=said):
        require_match(DELIVERY, replace(RECEIPT, **change))


def test_all_differences_are_named_at_once():
    other = replace(RECEIPT, quantity=1, currency="EUR", amount=Decimal(1))
    assert [name for name, _, _ in mismatches(DELIVERY, other)] == [
        "quantity",
        "currency",
        "amount",
    ]


def _either(first, second):
    return st.sampled_from([first, second])


instructions = st.builds(
    Instruction,
    reference=_either("S1", "S2"),
    side=st.sampled_from(Side),
    party=_either("dealer", "fund"),
    counterparty=_either("fund", "dealer"),
    security=_either("A", "B"),
    quantity=st.integers(1, 2),
    currency=_either("USD", "EUR"),
    amount=_either(Decimal("1.00"), Decimal("1.01")),
    trade_date=_either(date(2026, 3, 1), date(2026, 3, 2)),
    settlement_date=_either(date(2026, 3, 1), date(2026, 3, 2)),
    not_before=st.integers(0, 1),
    not_after=st.integers(0, 1),
    binding_from=st.integers(0, 1),
    nonce=st.integers(0, 1),
)


@given(instructions, instructions)
def test_who_is_asked_first_makes_no_difference(first, second):
    one_way = {name: (ours, theirs) for name, ours, theirs in mismatches(first, second)}
    other_way = {name: (ours, theirs) for name, theirs, ours in mismatches(second, first)}
    assert one_way == other_way


@given(instructions)
def test_an_instruction_never_matches_itself_and_always_its_mirror(instruction):
    opposite = Side.RECEIVE if instruction.side is Side.DELIVER else Side.DELIVER
    mirror = replace(
        instruction,
        side=opposite,
        party=instruction.counterparty,
        counterparty=instruction.party,
    )
    assert mismatches(instruction, mirror) == []
    assert mismatches(instruction, instruction) != []
