"""What is printed of figures, where a story would have to be made up for it."""

from decimal import Decimal
from fractions import Fraction

from settlement.coordinator.close_out import FixedPrice
from settlement.coordinator.margin_report import MarginHeld
from settlement.reporting.close_out import ClosedRepo, Settled, close_out_lines


def closed(reference, owed, counted, in_custody=None):
    owed, counted = Decimal(owed), Decimal(counted)
    return ClosedRepo(
        reference=reference,
        seller="dealer",
        owed=owed,
        counted=counted,
        in_custody=in_custody,
        due=owed - counted,
    )


def told(net, *repos, margin=()):
    prices = [FixedPrice("T-2035", Decimal("0.97"), disputed=False)]
    settled = Settled(
        by="fund", against="dealer", prices=prices, repos=repos, margin=margin, net=Decimal(net)
    )
    return [*close_out_lines(settled)]


def test_margin_in_securities_counts_at_the_price_of_the_close_out():
    held = MarginHeld(
        asset="T-2035", quantity=-1_000, interest=Fraction(0), value=Fraction(-97_000, 100)
    )
    lines = told("1070.00", closed("R1", "200.00", "100.00"), margin=[held])
    assert lines[-2].split() == ["margin", "given:", "1,000", "T-2035", "970.00"]
    assert lines[-1] == "net 1,070.00 due to fund"


def test_what_is_rounded_once_and_not_line_by_line_has_a_line_of_its_own():
    lines = told("0.01", closed("R1", "1.00", "1.00"), closed("R2", "2.00", "2.00"))
    assert lines[-2].split("  ")[0] == "rounded once, not line by line"
    assert lines[-2].endswith(" 0.01")


def test_custody_delivers_some_of_what_it_has():
    lines = told("0.50", closed("R1", "97.50", "97.00", in_custody=Decimal("194.00")))
    assert lines[4] == "  custody has 194.00 and delivers 97.00 of it to the buyer"
