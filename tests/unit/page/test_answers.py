"""The first screen: four questions, with the right figures."""

import pytest

from settlement.reporting.methods import SettlementMethod
from tests.unit.page.made import MADE, opened_and_closed, page, played, settled

QUESTIONS = [
    "What moved?",
    "Which risk was avoided?",
    "How much cash was needed?",
    "What did it cost?",
]
GROSS, CASH_NET, NET, CCP = SettlementMethod


def answers(name):
    return [answer.answer for answer in page(name).answers]


def details(name, number):
    return list(page(name).answers[number].detail)


@pytest.mark.parametrize("name", MADE)
def test_four_questions(name):
    assert [answer.question for answer in page(name).answers] == QUESTIONS


def test_the_day():
    """2,015,000.00 for the sale, 9,974,250.00 and 9,975,441.37 for the repo; both paid by fund."""
    assert answers("day") == [
        "21,964,691.37 USD",
        "21,964,691.37 USD",
        "11,989,250.00 USD",
        f"{played('day')[1].gas:,} gas",
    ]
    assert details("day", 0)[1:] == [("T-2035", "22,000,000")]
    assert details("day", 1)[-1] == "2 steps refused, and nothing moved"
    assert details("day", 2)[1:] == [("fund", "11,989,250.00")]
    assert "14 transactions" in details("day", 3)[0]


def test_the_margin_call():
    """The dealer pays 99,000.00 of margin and 1,191.37 of interest before its margin comes back."""
    assert answers("margin") == [
        "19,949,691.37 USD",
        "19,949,691.37 USD",
        "10,074,441.37 USD",
        f"{played('margin-call')[1].gas:,} gas",
    ]
    assert details("margin", 2)[1:] == [("fund", "9,974,250.00"), ("dealer", "100,191.37")]


def test_nothing_moved():
    assert answers("nothing moved")[:3] == ["Nothing", "0.00 USD", "0.00 USD"]


def test_cash_that_netted_to_nothing():
    assert answers("netted to nothing")[:3] == ["0.00 USD"] * 3
    assert "netted to nothing" in details("netted to nothing", 1)[0]


def test_a_drill():
    moved, avoided, needed, _ = answers("drill")
    assert moved == "Nothing, until it was mended"
    assert avoided == "2,015,000.00 USD"
    assert needed.endswith(" USD")


def test_repos_of_a_trade_file():
    """1,665,000.00 there, and back with 5,931.30 of interest."""
    run, ledger = opened_and_closed()
    assert answers("repos")[:2] == ["3,335,931.30 USD"] * 2
    assert run.gross_cash * 2 + run.total_interest == ledger.exchanged()
    assert details("repos", 1)[-1] == "nothing was refused"


def test_one_method():
    run, _ = settled(CCP)
    assert answers("ccp") == [
        f"{run.cash_moved:,} USD",
        f"{run.cash_moved:,} USD",
        f"{run.cash_needed:,} USD",
        f"{run.gas:,} gas",
    ]
    assert f"{run.netted_percent}% of the gross cash" in details("ccp", 1)[1]


def test_every_method():
    runs = [settled(method)[0] for method in (GROSS, NET, CCP)]
    assert answers("every method") == [
        "1,665,000.00 USD",
        "1,665,000.00 USD",
        f"{min(run.cash_needed for run in runs):,} USD",
        f"{min(run.gas for run in runs):,} gas",
    ]
    assert details("every method", 2)[1:] == [
        (run.method.value, f"{run.cash_needed:,}") for run in runs
    ]
