"""The reference arithmetic of repo: published figures, ties, and the order of the terms."""

from __future__ import annotations

import re
from dataclasses import fields
from decimal import Decimal
from fractions import Fraction

import pytest

from settlement.analytics.collateral import market_value, purchase_price, value_after_margin
from settlement.analytics.interest import price_differential
from settlement.model import repo
from settlement.model.repo import (
    Agreement,
    Amendment,
    IncomeNotice,
    Line,
    Method,
    Pair,
    Position,
    RepoState,
    RepoTerms,
    Words,
)
from settlement.onchain.artifacts import load
from tests.figures import INTERESTS, PURCHASES


def camel(name):
    """The contract's name of a field."""
    return re.sub(r"_(\w)", lambda found: found.group(1).upper(), name)


@pytest.mark.parametrize("figure", PURCHASES, ids=lambda figure: figure.id)
def test_purchase_price_by_the_figures(figure):
    value = market_value(figure.nominal, figure.dirty)
    after = value_after_margin(value, figure.method, figure.margin)
    assert purchase_price([after]) == figure.purchase_price


@pytest.mark.parametrize("figure", INTERESTS, ids=lambda figure: figure.id)
def test_interest_by_the_figures(figure):
    interest = price_differential(figure.purchase_price, figure.periods, figure.basis)
    assert interest == figure.price_differential


def test_a_ratio_of_102_is_not_a_haircut_of_2():
    value = Decimal(10_000_000)
    by_ratio = value_after_margin(value, Method.RATIO, Decimal("1.02"))
    by_haircut = value_after_margin(value, Method.HAIRCUT, Decimal("0.02"))
    assert by_ratio - by_haircut == Fraction(10_000_000 * 100, 102) - 9_800_000


def test_lines_are_rounded_together():
    """Two halves of a cent make a cent; each by itself would be one too."""
    half = Decimal("0.005")
    assert purchase_price([half]) == Decimal("0.01")
    assert purchase_price([half, half]) == Decimal("0.01")
    assert purchase_price([]) == 0


@pytest.mark.parametrize("sign", [1, -1])
def test_a_tie_goes_away_from_nought(sign):
    """9,974,250.00 for three days at 0.4% either way is 332.475."""
    rate = sign * Decimal("0.004")
    interest = price_differential(Decimal("9974250.00"), [(rate, 3)], 360)
    assert interest == sign * Decimal("332.48")


def test_periods_are_rounded_once():
    """A third of a cent three times is a cent; rounded each time it would be nothing."""
    third = (Decimal("0.012"), 1)
    principal = Decimal("100.00")
    assert price_differential(principal, [third] * 3, 360) == Decimal("0.01")
    assert price_differential(principal, [third], 360) == Decimal("0.00")


def test_no_days_are_no_interest():
    assert price_differential(Decimal("9974250.00"), [], 360) == 0
    assert price_differential(Decimal("9974250.00"), [(Decimal(9), 0)], 360) == 0


STRUCTS = {
    RepoTerms: ("IRepoRecords", "idOf", (0,)),
    Line: ("IRepoRecords", "idOf", (0, -1)),
    Agreement: ("IRepoServicing", "recordAgreement", (0,)),
    IncomeNotice: ("IRepoServicing", "payIncome", (1,)),
    Position: ("IRepoChanges", "amend", (0,)),
    Amendment: ("IRepoChanges", "amend", (1,)),
    Pair: ("IRepoMargin", "meetInCash", (0,)),
}
"""Where each struct of the model stands in the contract's interface."""


@pytest.mark.parametrize("struct", STRUCTS, ids=lambda struct: struct.__name__)
def test_fields_are_those_of_the_contract_in_its_order(struct):
    interface, function, place = STRUCTS[struct]
    found = next(entry for entry in load(interface).abi if entry.get("name") == function)
    components = found["inputs"]
    for index in place:
        components = components[index]["components"]
    assert [camel(field.name) for field in fields(struct)] == [each["name"] for each in components]


def test_every_struct_of_the_model_is_looked_at():
    classes = {each for each in vars(repo).values() if isinstance(each, type)}
    assert {each for each in classes if issubclass(each, Words)} - {Words} == set(STRUCTS)


def test_words_go_down_to_the_last_struct():
    """As the contract takes them: tuples of tuples, lists of lines too."""
    lines = (Line("0x1", 2, 3), Line("0x4", 5, 6))
    words = Amendment(7, 8, 9, lines).words()
    assert words == (7, 8, 9, (("0x1", 2, 3), ("0x4", 5, 6)))
    terms = RepoTerms(**{field.name: 0 for field in fields(RepoTerms)} | {"lines": lines})
    assert Position(terms).words() == (terms.words(), ())
    assert terms.words()[-1] == words[-1]


def test_states_are_those_of_the_contract():
    names = ["NONE", "OPEN", "CLOSED", "CANCELLED", "CLOSED_OUT"]
    assert [state.name for state in RepoState] == names
    assert [state.value for state in RepoState] == [0, 1, 2, 3, 4]
