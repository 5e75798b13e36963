"""Runs side by side: columns that hold what stands in them, what is left out, and why."""

from dataclasses import replace
from decimal import Decimal

from settlement.reporting.comparison import Comparison, comparison_lines, document
from settlement.reporting.methods import SettlementMethod, Waited
from tests.unit.test_methods import RUN

GROSS, _, NET, _ = SettlementMethod
FIRM = "The Very Long Named Bank of Somewhere Incorporated"
HUGE = Decimal("95000000950000.00")


def told(first=RUN, left_out=None, **changes):
    runs = [first, replace(first, method=NET, **changes)]
    return list(comparison_lines(Comparison(runs, left_out or {})))


def test_long_names_and_huge_amounts_stay_in_their_columns():
    run = replace(RUN, cash_needed=HUGE, needed_by={FIRM: HUGE, "B": Decimal(0)})
    lines = told(run)
    head, total, firm, other = lines[lines.index("") + 4 :][:4]
    assert total.split() == ["cash", "needed", "95,000,000,950,000.00", "95,000,000,950,000.00"]
    assert firm.endswith("Incorporated" + "  95,000,000,950,000.00" * 2)
    assert len(head) == len(total) == len(firm) == len(other)
    assert head.index("gross") + len("gross") == other.index("0.00") + len("0.00")


def test_a_long_reason_goes_on_in_the_next_line():
    reason = "does not fit one transaction " * 6
    failed = Waited("1", (reason,))
    lines = told(left_out={"ccp": reason}, failures=(failed,), settled=0)
    assert max(map(len, lines)) <= 100
    assert any(line.startswith("Left out, ccp: does not fit") for line in lines)


def test_why_trades_failed_is_told_once_for_each_reason():
    failures = (Waited("1", ("S is gone",)), Waited("2", ("S is gone",)), Waited("3", ("why",)))
    lines = told(failures=failures, settled=0)
    assert "✗ net: 2 trades did not settle: S is gone" in lines
    assert "✗ net: 1 trade did not settle: why" in lines


def test_a_run_that_fails_is_compared_with_the_others():
    failed = replace(RUN, method=NET, settled=0, failures=(Waited("1", ("S is gone",)),))
    compared = Comparison([RUN, failed], {})
    assert not compared.went_through
    refused = [{"tradeId": "1", "why": ["S is gone"]}]
    assert document(compared)["methods"]["net"]["refused"] == refused
