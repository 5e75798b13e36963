"""ISIN and LEI: real ones pass, a changed character does not, invented ones are nobody's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.errors import BadInput
from settlement.model.identifiers import (
    demonstration_isin,
    demonstration_lei,
    valid_isin,
    valid_lei,
)

APPLE_ISIN, APPLE_LEI = "US0378331005", "HWUPKR0MPOU8FGXBT394"


@pytest.mark.parametrize(
    ("check", "good"),
    [
        (valid_isin, APPLE_ISIN),
        (valid_isin, "US91282CZZ75"),
        (valid_isin, "GB0002634946"),
        (valid_lei, APPLE_LEI),
    ],
)
def test_real_ones_pass_in_capitals_without_spaces(check, good):
    assert check(good) == good
    assert check(f" {good.lower()} ") == good


@pytest.mark.parametrize(
    ("check", "kind", "bad"),
    [
        (valid_isin, "ISIN", "US0378331006"),
        (valid_isin, "ISIN", "US037833100"),
        (valid_isin, "ISIN", "XX0378331005"),
        (valid_isin, "ISIN", ""),
        (valid_lei, "LEI", "HWUPKR0MPOU8FGXBT395"),
        (valid_lei, "LEI", "HWUPKR0MPOU8FGXBT39"),
        (valid_lei, "LEI", "not an lei"),
    ],
)
def test_others_are_refused_by_name_and_standard(check, kind, bad):
    with pytest.raises(BadInput, match=f"'{bad}' is not a valid {kind}"):
        check(bad)


@given(st.text(max_size=40))
def test_invented_ones_pass_their_own_checks(name):
    assert valid_lei(demonstration_lei(name)) == demonstration_lei(name)
    assert valid_isin(demonstration_isin(name)) == demonstration_isin(name)


def test_invented_ones_belong_to_nobody_and_follow_from_the_name():
    assert demonstration_lei("dealer").startswith("9999")
    assert demonstration_isin("T-2035").startswith("ZZ")
    assert demonstration_lei("dealer") == demonstration_lei("dealer") != demonstration_lei("fund")
    assert demonstration_isin("a") == demonstration_isin("a") != demonstration_isin("b")


def test_an_invented_isin_with_another_check_digit_is_refused():
    isin = demonstration_isin("T-2035")
    for digit in set("0123456789") - {isin[-1]}:
        with pytest.raises(BadInput, match="check digit"):
            valid_isin(isin[:-1] + digit)
    with pytest.raises(BadInput, match="check digit"):
        valid_isin(isin + "0")
