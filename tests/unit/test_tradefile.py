"""Reading a repo trade file: every problem with its line and field, or the rows as they are."""

from datetime import date
from decimal import Decimal

import pytest

from settlement.errors import BadFile
from settlement.tradefile.funding import needed, schedule
from settlement.tradefile.reading import COLUMNS, MOST_BYTES, read_trade_file

GOOD = {
    "tradeId": "1",
    "lender": "Citi",
    "borrower": "HSBC",
    "cusip": "CUSIP1",
    "tradeDate": "2018-06-25",
    "settlementDate": "2018-06-28",
    "collateralQuantity": "1000000",
    "price": "95",
    "term": "26",
    "repoRate": "5.8",
    "startAmount": "950000",
    "endAmount": "1045000",
    "currency": "USD",
}


@pytest.fixture
def write(tmp_path):
    def write_file(*rows, columns=tuple(COLUMNS)):
        lines = [",".join(columns), *(",".join(row[name] for name in columns) for row in rows)]
        path = tmp_path / "trades.csv"
        path.write_text("\n".join(lines) + "\n", "utf-8")
        return path

    return write_file


def problems_of(path):
    with pytest.raises(BadFile) as caught:
        read_trade_file(path)
    return [(problem.line, problem.field, problem.message) for problem in caught.value.problems]


def test_reads_per_cent_of_par_and_per_cent_a_year(write):
    (row,) = read_trade_file(write(GOOD)).rows
    assert row.price == Decimal("0.95")
    assert row.repo_rate == Decimal("0.058")
    assert row.repurchase_date == date(2018, 7, 24)
    assert row.interest == Decimal("3979.44")
    assert row.repurchase_price == Decimal("953979.44")
    assert row.line == 2


def test_takes_columns_in_any_order_with_a_mark_and_windows_lines(write):
    path = write(GOOD, columns=tuple(reversed(COLUMNS)))
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert read_trade_file(path).rows[0].trade_id == "1"


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("tradeId", "", "is missing"),
        ("lender", "", "is missing"),
        ("lender", "x" * 65, "is not a name of at most 64 printable characters"),
        ("cusip", "USD", "'USD' is a currency"),
        ("tradeDate", "25/06/2018", "'25/06/2018' is not a date like 2018-06-28"),
        ("tradeDate", "2018-02-30", "'2018-02-30' is not a date like 2018-06-28"),
        ("tradeDate", "20180625", "'20180625' is not a date like 2018-06-28"),
        ("settlementDate", "2018-06-24", "is before the trade date"),
        ("settlementDate", "9999-06-24", "'9999-06-24' is not between 1990 and 2099"),
        ("collateralQuantity", "0", "'0' is not above zero and at most 1,000,000,000,000,000"),
        ("collateralQuantity", "-5", "'-5' is not above zero and at most 1,000,000,000,000,000"),
        ("collateralQuantity", "1.5", "'1.5' is finer than 1"),
        ("collateralQuantity", "1e6", "'1e6' is not a number"),
        ("price", "NaN", "'NaN' is not a number"),
        ("price", "0", "'0' is not above zero and at most 100,000"),
        ("price", "95.1234567", "'95.1234567' is finer than 0.000001"),
        ("term", "0", "'0' is not above zero and at most 3,653"),
        ("term", "99999999", "'99999999' is not above zero and at most 3,653"),
        ("repoRate", "five", "'five' is not a number"),
        ("repoRate", "5.12345678", "'5.12345678' is finer than 0.0000001"),
        ("startAmount", "950000.001", "'950000.001' is finer than 0.01"),
        ("startAmount", "950000.01", "is not quantity × price / 100, which is 950000.00"),
        ("endAmount", "Infinity", "'Infinity' is not a number"),
        ("endAmount", "", "is missing"),
        ("currency", "XXX", "'XXX' is not USD or EUR"),
        ("currency", "GBP", "'GBP' is not USD or EUR"),
        ("borrower", "Citi", "'Citi' cannot lend to itself"),
    ],
)
def test_names_line_and_field(write, field, value, message):
    ((line, named, said),) = problems_of(write(GOOD | {field: value}))
    assert (line, named) == (2, field)
    assert said.startswith(message)


def test_a_rate_leaves_something_to_repay(write):
    ((_, field, message),) = problems_of(write(GOOD | {"repoRate": "-20", "term": "3000"}))
    assert field == "repoRate"
    assert message == "leaves nothing to repay at the end of the term"


def test_names_every_problem_at_once(write):
    bad = GOOD | {"lender": "", "price": "x", "currency": "yen"}
    twice = GOOD | {"endAmount": "-1"}
    assert [problem[:2] for problem in problems_of(write(GOOD, bad, twice))] == [
        (3, "currency"),
        (3, "lender"),
        (3, "price"),
        (3, "tradeId"),
        (4, "endAmount"),
        (4, "tradeId"),
    ]


def test_names_missing_and_repeated_columns(write, tmp_path):
    columns = [name for name in COLUMNS if name not in {"price", "term"}]
    assert problems_of(write(GOOD, columns=columns)) == [
        (1, "price", "is not a column"),
        (1, "term", "is not a column"),
    ]
    path = tmp_path / "twice.csv"
    path.write_text(",".join([*COLUMNS, "price"]) + "\n", "utf-8")
    assert problems_of(path) == [(1, "price", "stands twice")]


def test_a_file_is_in_one_currency(write):
    ((line, field, message),) = problems_of(write(GOOD, GOOD | {"tradeId": "2", "currency": "EUR"}))
    assert (line, field) == (3, "currency")
    assert message == "is EUR in a file that begins in USD"


def test_a_row_has_a_value_for_each_column(write):
    path = write(GOOD)
    path.write_text(path.read_text("utf-8") + "2,Citi\n", "utf-8")
    assert problems_of(path) == [(3, "", "has 2 values for 13 columns")]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (",".join(COLUMNS).encode(), "has no trades"),
        (b"\xff\xfe\x00", "is not UTF-8 here"),
        (b"tradeId,\x00lender\n", "is not"),
        (",".join(COLUMNS).encode() + b'\n"1,2', "is not CSV here"),
        (b" " * (MOST_BYTES + 1), "has 5,000,001 bytes, and 5,000,000 are read at most"),
    ],
)
def test_refuses_what_is_no_trade_file(tmp_path, content, message):
    path = tmp_path / "trades.csv"
    path.write_bytes(content)
    assert message in problems_of(path)[0][2]


def test_a_huge_file_is_refused_unread(tmp_path):
    path = tmp_path / "huge.csv"
    with path.open("wb") as stream:
        stream.truncate(100_000_000)
    assert problems_of(path)[0][2].startswith("has 100,000,000 bytes")


def test_a_folder_and_nothing_are_refused(tmp_path):
    assert problems_of(tmp_path) == [(0, "", "is not a file")]
    assert problems_of(tmp_path / "none.csv") == [(0, "", "No such file or directory")]


def test_what_ends_on_a_day_comes_before_what_begins(write):
    later = GOOD | {"tradeId": "2", "settlementDate": "2018-07-24"}
    rows = read_trade_file(write(later, GOOD)).rows
    days = [
        (day.date, [row.trade_id for row in day.closings], [row.trade_id for row in day.openings])
        for day in schedule(rows)
    ]
    assert days == [
        (date(2018, 6, 28), [], ["1"]),
        (date(2018, 7, 24), ["1"], ["2"]),
        (date(2018, 8, 19), ["2"], []),
    ]


def test_funding_counts_what_comes_back_in_between(write):
    back = GOOD | {"tradeId": "2", "lender": "HSBC", "borrower": "Citi", "startAmount": "950000"}
    funds = needed(read_trade_file(write(GOOD, back)).rows)
    assert funds["Citi"].cash == 950_000
    assert funds["Citi"].securities == {}
    assert funds["HSBC"].cash == 0
    assert funds["HSBC"].securities == {"CUSIP1": 1_000_000}
    assert funds["Citi"].interest == funds["HSBC"].interest == Decimal("3979.44")


def test_a_negative_rate_is_paid_by_the_lender(write):
    funds = needed(read_trade_file(write(GOOD | {"repoRate": "-0.5"})).rows)
    assert funds["Citi"].interest == Decimal("343.06")
    assert funds["HSBC"].interest == 0
