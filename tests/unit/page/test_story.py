"""What stands in columns in a story stands so on its page."""

from settlement.reporting.page.blocks import Columns, Steps
from tests.unit.page.made import page


def steps(name, heading):
    (block,) = page(name).sections[0].blocks
    assert isinstance(block, Steps)
    return [step for _, day in block.days for step in day if heading in step.heading]


def test_a_statement_keeps_its_columns_and_its_sentences():
    (statement,) = steps("month", "Statement of repo OPEN")
    first, columns, last = statement.lines
    assert first == "Repo OPEN: dealer sells to fund, 20,000,000 T-2035, closed"
    assert isinstance(columns, Columns)
    assert "purchase price        fund → dealer         19,600,000.00\n" in columns.text
    assert last.startswith("In all dealer paid")


def test_a_margin_report_begins_at_the_margin():
    (report,) = steps("month", "Margin report")
    (columns,) = report.lines
    assert columns.text.startswith("margin value after haircut")


def test_other_lines_are_sentences():
    (tokenized,) = steps("day", "tokenizes")
    assert tokenized.lines == ["omnibus account 12,000,000 T-2035 = token supply 12,000,000 ✓"]
