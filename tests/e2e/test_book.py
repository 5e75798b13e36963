"""`dvp book`, as a user runs it."""

import json

import pytest

from settlement.cli import run
from tests.e2e.tradefiles import DATA, HEADER, RING


@pytest.fixture
def book(tmp_path, capsys):
    def run_book(text, *options):
        path = tmp_path / "trades.csv"
        path.write_text(text, "utf-8")
        status = run(["book", str(path), *options])
        written = capsys.readouterr()
        return status, written.out, written.err

    return run_book


def test_opens_closes_and_lists_what_the_file_prints_otherwise(book):
    status, out, err = book(RING, "--json")
    document = json.loads(out)
    assert (status, err) == (0, "")
    assert next(iter(document)) == "schema"
    assert document["schema"] == "dvp/book/1"
    assert (document["trades"], document["opened"], document["closed"]) == (3, 3, 3)
    assert document["gross_cash"] == "1665000.00"
    assert document["differing_end_amounts"] == [
        {
            "tradeId": "1",
            "printed": "1045000.00",
            "recomputed": "953979.44",
            "difference": "91020.56",
        }
    ]
    assert document["interest"]["by_borrower"] == {
        "Citi": "38.67",
        "HSBC": "3979.44",
        "Barclays": "1913.19",
    }
    assert document["interest"]["total"] == "5931.30"
    assert document["funding"]["HSBC"] == {
        "cash": "0.00",
        "interest": "3979.44",
        "securities": {"CUSIP1": 1_000_000},
    }
    assert all(check["holds"] for check in document["checks"])


def test_tells_it_the_same_twice(book):
    first, second = book(RING), book(RING)
    assert first == second
    status, out, _ = first
    assert status == 0
    assert "3 of 3 opened by DvP: 1,665,000.00 USD" in out
    assert "haircut 0%" in out
    assert "Register = chain = book ✓" in out


def test_prices_of_one_security_may_jump_between_rows(book):
    status, out, _ = book(
        HEADER + "1,A,B,C,2020-01-06,2020-01-06,1000,100,1,1,1000,1000.03,EUR\n"
        "2,A,B,C,2020-01-06,2020-01-06,1000,50,1,1,500,500.01,EUR\n"
        "3,B,A,C,2020-01-06,2020-01-07,1000,75,5,-1,750,749.90,EUR\n"
    )
    assert status == 0
    assert "Every printed end amount is the recomputed one" in out


def test_a_repo_that_cannot_open_is_told_and_the_others_settle(book):
    status, out, _ = book(
        HEADER + "1,A,B,C,2020-01-06,2020-01-06,1000,100,1200,1,1000,1033.33,EUR\n"
        "2,A,B,C,2020-01-06,2020-01-06,1000,100,1,1,1000,1000.03,EUR\n",
        "--json",
    )
    document = json.loads(out)
    assert status == 1
    assert (document["opened"], document["closed"]) == (1, 1)
    (refused,) = document["refused"]
    assert (refused["tradeId"], refused["leg"]) == ("1", "open")
    assert refused["error"] == "WouldOutliveSecurity"
    assert refused["sentence"].startswith("C stops circulating at")


def test_a_bad_file_settles_nothing_and_names_every_problem(book):
    status, out, err = book(
        HEADER + "1,A,A,C,2020-01-06,2020-01-06,1000,100,1,1,1000,1000.03,EUR\n"
        "1,A,B,C,2020-01-06,soon,-1000,100,1,1,1000,1000.03,EUR\n",
        "--json",
    )
    error = json.loads(out)["error"]
    assert status == 2
    assert error["exit_code"] == 2
    assert [(problem["line"], problem["field"]) for problem in error["problems"]] == [
        (2, "borrower"),
        (3, "collateralQuantity"),
        (3, "settlementDate"),
        (3, "tradeId"),
    ]
    assert "trades.csv:2: borrower: 'A' cannot lend to itself" in err


@pytest.mark.skipif(not DATA.is_dir(), reason="the public trade files are not beside this checkout")
@pytest.mark.parametrize(
    ("name", "trades", "gross", "differing"),
    [
        ("Trades12-2018-06-28.csv", 12, "38712500.00", 12),
        ("Trades18-2018-11-26.csv", 18, "79230000.00", 18),
    ],
)
def test_the_public_files(capsys, name, trades, gross, differing):
    assert run(["book", str(DATA / name), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    counts = (document["trades"], document["opened"], document["closed"])
    assert counts == (trades, trades, trades)
    assert document["gross_cash"] == gross
    assert len(document["differing_end_amounts"]) == differing
