"""The depository's own book: nothing is created, and nothing goes below zero."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.depository.book import Book
from settlement.errors import BadInput, Refused


@pytest.fixture
def book():
    book = Book()
    book.deposit("dealer", "T", 100)
    book.tokenize("dealer", "T", 60)
    return book


def test_tokenizing_moves_to_the_omnibus_account_and_back(book):
    assert (book.position("dealer", "T"), book.omnibus("T")) == (40, 60)
    book.detokenize("fund", "T", 25)
    assert (book.position("fund", "T"), book.omnibus("T")) == (25, 35)
    book.withdraw("dealer", "T", 40)
    assert book.position("dealer", "T") == 0


def test_accounts_are_by_participant_and_security(book):
    assert (book.position("fund", "T"), book.position("dealer", "U"), book.omnibus("U")) == (
        0,
        0,
        0,
    )


@pytest.mark.parametrize("quantity", [0, -1])
@pytest.mark.parametrize("act", ["deposit", "withdraw", "tokenize", "detokenize"])
def test_a_quantity_is_above_zero(book, act, quantity):
    with pytest.raises(BadInput, match=f"above zero, not {quantity}"):
        getattr(book, act)("dealer", "T", quantity)
    assert (book.position("dealer", "T"), book.omnibus("T")) == (40, 60)


@pytest.mark.parametrize(
    ("act", "account", "available"),
    [
        ("withdraw", "dealer", 40),
        ("tokenize", "dealer", 40),
        ("detokenize", "the omnibus account", 60),
    ],
)
def test_more_than_there_is_is_refused_with_what_is_short(book, act, account, available):
    with pytest.raises(Refused) as caught:
        getattr(book, act)("dealer", "T", 1_000)
    assert str(caught.value) == (
        f"{account} needs 1,000 T in the depository's book, has {available}, "
        f"short {1_000 - available}"
    )
    assert (caught.value.error, caught.value.reason) == ("InsufficientPosition", "LACK")
    assert caught.value.details == {"account": account, "needed": 1_000, "available": available}
    assert (book.position("dealer", "T"), book.omnibus("T")) == (40, 60)


acts = st.tuples(
    st.sampled_from(["deposit", "withdraw", "tokenize", "detokenize"]),
    st.sampled_from(["dealer", "fund"]),
    st.integers(1, 50),
)


@given(st.lists(acts, max_size=30))
def test_what_came_in_less_what_went_out_is_what_is_there(steps):
    book, inside = Book(), 0
    for act, who, quantity in steps:
        try:
            getattr(book, act)(who, "T", quantity)
        except Refused:
            continue
        inside += {"deposit": quantity, "withdraw": -quantity}.get(act, 0)
    positions = [book.position(who, "T") for who in ("dealer", "fund")]
    assert sum(positions) + book.omnibus("T") == inside
    assert min(*positions, book.omnibus("T")) >= 0
