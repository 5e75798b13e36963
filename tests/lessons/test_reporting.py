"""The lesson as text, as a document and as a chart."""

from dataclasses import replace
from decimal import Decimal
from xml.etree import ElementTree

import pytest

from settlement.lessons.trades import Failure, on_the_day
from settlement.reporting.chart import svg
from settlement.reporting.lesson import chart, document
from settlement.reporting.lesson_text import lesson_lines
from settlement.reporting.story import Check


@pytest.fixture(scope="module")
def good_day(lesson):
    return lesson.run(Failure(None, on_the_day(11, 15)), Decimal(0))


def told(lesson):
    return " ".join(" ".join(lesson_lines(lesson)).split())


def bars(lesson, figure):
    """The bars of a figure: by way, how long, and the amount beside it."""
    lines = [*lesson_lines(lesson)]
    start = lines.index(figure) + 1
    found = {}
    for line in lines[start : start + len(lesson.ways)]:
        found[line[2:18].strip()] = (line.count("#"), line.split()[-1])
    return found


def test_who_lost_what_is_said_in_sentences(default):
    said = told(default)
    for sentence in (
        "At 11:15 fund fails: from then on it signs nothing, sends nothing and claims nothing.",
        "The price falls by 2%, to 0.98735:",
        "broker paid 1,511,250.00 in S2 and never got its 1,500,000 T-2035.",
        "S2 is traded again: broker buys at no loss.",
        "dealer delivered 2,000,000 T-2035 in S1 and was never paid 2,015,000.00.",
        "fund lost its own 2,015,000.00: dealer claimed them in S1, fund never claimed the"
        " 2,000,000 T-2035, and dealer took those back.",
        "Nobody lost principal. S3 is traded again: dealer sells for 20,150.00 less.",
        "Of what dealer was to be paid net, 503,750.00 never came.",
    ):
        assert sentence in said


def test_a_price_that_rises(lesson):
    taught = lesson.run(Failure("dealer", on_the_day(9)), Decimal("0.00125"))
    said = told(taught)
    assert "The price rises by 0.125%, to 1.008759375:" in said
    assert "S1 is traded again: fund buys for 2,518.75 more." in said


def test_a_good_day(good_day):
    said = told(good_day)
    assert "Nobody fails. The price does not move." in said
    assert said.count("Nobody lost principal.") == 5
    assert "traded again:" not in said
    assert bars(good_day, "principal lost") == {way.name: (0, "0.00") for way in good_day.ways}


def test_bars_are_as_long_as_their_amounts(default):
    assert bars(default, "principal lost") == {
        "payment first": (18, "1,511,250.00"),
        "delivery first": (24, "2,015,000.00"),
        "hash locks": (24, "2,015,000.00"),
        "atomic": (0, "0.00"),
        "net at 16:00": (6, "503,750.00"),
    }
    assert bars(default, "value × seconds")["hash locks"] == (17, "45,337.50")


def test_nothing_is_wider_than_a_page_and_bars_fit_a_narrow_terminal(default):
    lines = [*lesson_lines(default)]
    assert max(map(len, lines)) <= 100
    assert max(len(line) for line in lines if "##" in line) <= 60
    assert [line for line in lines if line != line.rstrip()] == []


def test_a_check_that_fails_is_shown_once_with_its_way(default):
    first, *others = default.ways
    wrong = replace(first, checks=(Check("what one lost another has", ("fund has too much",)),))
    broken = replace(default, ways=(wrong, *others))
    assert not broken.holds
    assert [*lesson_lines(broken)][-2:] == [
        "what one lost another has ✗ · Register = chain = book ✓",
        "✗ payment first: fund has too much",
    ]


def test_the_document_has_what_a_report_needs(default, good_day):
    written = document(default)
    assert (written["fails"], written["fails_at"]) == ("fund", "2026-03-02T11:15:00-05:00")
    assert (written["price"], written["price_move_percent"]) == ("1.0075", "-2")
    assert [trade["amount"] for trade in written["trades"]] == [
        "2015000.00",
        "1511250.00",
        "1007500.00",
        "1007500.00",
    ]
    net = written["ways"]["net_cash"]
    assert net["principal_lost"] == {
        "total": "503750.00",
        "losses": [{"party": "dealer", "trade": None, "amount": "503750.00"}],
    }
    assert net["cash_needed"]["by_party"] == {"fund": "1511250.00", "broker": "503750.00"}
    assert net["value_seconds"]["total"] == "30829500000.00"
    assert net["uncovered"][-1] == {"from": "2026-03-02T16:00:00-05:00", "value": "503750.00"}
    assert net["wealth_change"] == {"dealer": "-503750.00", "fund": "503750.00", "broker": "0.00"}
    assert all(check["holds"] for check in net["checks"])
    assert (document(good_day)["fails"], document(good_day)["fails_at"]) == (None, None)


def test_the_chart_has_a_line_for_each_way(default):
    drawn = chart(default)
    assert [series.name for series in drawn.series] == [way.name for way in default.ways]
    assert [mark.name for mark in drawn.marks] == ["fund fails at 11:15"]
    ends = {series.name: series.points[-1] for series in drawn.series}
    assert ends["payment first"] == (17, Decimal("1.51125"))
    assert ends["atomic"] == (17, 0)
    ElementTree.fromstring(svg(drawn))


@pytest.mark.parametrize("hour", [0, 23])
def test_a_failure_outside_the_day_has_no_mark(default, hour):
    taught = replace(default, at=on_the_day(hour))
    assert chart(taught).marks == []
    ElementTree.fromstring(svg(chart(taught)))
