"""What is too long to read is cut, what matters stands first, and the rest is counted."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from settlement.reporting.ledger import Consent, Ledger, Movement, Position
from settlement.reporting.page import holdings, log
from settlement.reporting.page.blocks import Bar, Column, Drawing, Prose, Table
from settlement.reporting.page.book import book_page
from settlement.reporting.page.render import html
from settlement.reporting.page.words import MOST_ROWS, bars, cut, few, listed, natural, period
from tests.unit.page.made import opened_and_closed

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)


def table(rows):
    return Table("", [("Name", Column.NAME)], [(str(row),) for row in range(rows)])


def traded(count, days=1):
    """So many sales, each between two firms of its own, after both were given what they sell."""
    given = [
        movement
        for number in range(count)
        for movement in (
            Movement(NINE, "USD", "", f"buyer {number}", Decimal("5.00"), "Minted", ""),
            Movement(NINE, "BOND", "", f"seller {number}", 5, "Minted", ""),
        )
    ]
    sold = [
        movement
        for number in range(count)
        for movement in _sale(f"T{number}", number, NINE + timedelta(days=number % days))
    ]
    signed = [Consent(f"{side} {n}", "Trade", f"T{n}") for n in range(count) for side in _SIDES]
    held = [Position(f"seller {n}", "USD", Decimal("5.00"), Decimal("5.00")) for n in range(count)]
    return Ledger(
        currency="USD", movements=[*given, *sold], consents=signed, gas=[], positions=held
    )


_SIDES = ("buyer", "seller")


def _sale(reference, number, time):
    buyer, seller = f"buyer {number}", f"seller {number}"
    yield Movement(time, "BOND", seller, buyer, 5, "Settled", reference)
    yield Movement(time, "USD", buyer, seller, Decimal("5.00"), "Settled", reference)


def test_a_table_that_can_be_read_stays_as_it_is():
    assert cut(table(MOST_ROWS)) == table(MOST_ROWS)


@pytest.mark.parametrize(
    ("rows", "note"),
    [(MOST_ROWS + 1, "1 more row is not shown."), (1_060, "1,000 more rows are not shown.")],
)
def test_a_longer_one_is_cut_and_says_how_many_rows_there_are_besides(rows, note):
    short = cut(table(rows))
    assert short.rows == table(rows).rows[:MOST_ROWS]
    assert short.note == note


def test_of_many_trades_the_first_are_drawn_and_listed():
    drawing, said, legs = log.exchanges(traded(100))
    assert isinstance(drawing, Drawing)
    assert drawing.svg.count("<circle") == 40
    assert said == Prose(["Drawn are the first 40 of 100 trades and repos."])
    assert [row[0] for row in legs.rows[:3]] == ["T0", "T1", "T2"]
    assert legs.note == "40 more rows are not shown."


def test_of_many_signatures_only_numbers_are_shown():
    few_signed, many_signed = log.consents(traded(2)), log.consents(traded(50))
    assert few_signed.rows[0] == ("buyer 0", "trade", "T0", "1")
    assert [title for title, _ in many_signed.head][2] == "Trades and repos"
    assert many_signed.rows[0] == ("buyer 0", "trade", "1", "1")
    assert many_signed.note == "40 more rows are not shown."


def test_what_differs_stands_first():
    ledger = traded(100)
    wrong = Position("last of all", "BOND", 5, 4)
    rows = log.positions(replace(ledger, positions=[*ledger.positions, wrong])).rows
    assert rows[0] == ("last of all", "BOND", "5", "4", "1")


def test_of_many_holdings_cash_stands_first():
    assets = [row[1] for row in holdings.blocks(traded(20))[0].rows]
    assert assets == ["USD"] * 40 + ["BOND"] * 20
    assert [row[1] for row in holdings.blocks(traded(2))[0].rows[:2]] == ["BOND", "USD"]


def test_of_many_payments_the_first_are_drawn():
    *_, said = holdings.blocks(traded(121))
    assert said == Prose(["Drawn are the first 120 of 121 payments."])


def test_a_page_of_thousands_of_trades_is_small():
    run, _ = opened_and_closed()
    assert len(html(book_page(run, traded(3_000, days=20)))) < 200_000


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("2026-03-02", "2026-03-02", "2 March 2026"),
        ("2026-03-02", "2026-03-03", "2 to 3 March 2026"),
        ("2026-03-30", "2026-04-02", "30 March to 2 April 2026"),
        ("2026-12-30", "2027-01-02", "30 December 2026 to 2 January 2027"),
    ],
)
def test_days_are_named_once(first, last, words):
    assert period(date.fromisoformat(first), date.fromisoformat(last)) == words


def test_numbers_in_names_count():
    assert sorted(["T10", "T2", "R1/2", "R1/10"], key=natural) == ["R1/2", "R1/10", "T2", "T10"]


def test_a_few_lines_and_how_many_more():
    assert few(["a", "b", "c", "d"]) == ["a", "b", "c", "d"]
    assert few(["a", "b", "c", "d", "e"]) == ["a", "b", "c", "and 2 more"]
    assert listed({"A": 1_000, "B": 5}) == "1,000 A, 5 B"
    assert listed({str(name): 1 for name in range(8)}).endswith("1 5 and 2 more")


def test_bars_are_to_scale_with_the_largest():
    assert bars([Decimal(1), Decimal(4)]) == [Bar(0, 0.25), Bar(0, 1)]
    assert bars([Decimal(1)], Decimal(4)) == [Bar(0, 0.25)]
    assert bars([0, 0]) == [Bar(0, 0), Bar(0, 0)]
    assert bars([]) == []
