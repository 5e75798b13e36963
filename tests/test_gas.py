"""The committed gas figures are those of the contracts, and within what was set for them."""

import json

import pytest

from settlement.benchmarks import gas

ADVICE = "a figure changed: look at why, then `dvp bench gas --write`"


@pytest.fixture(scope="module")
def figures():
    return gas.measure()


def test_the_committed_figures_are_the_measured_ones(figures):
    assert json.loads(gas.FILE.read_text("utf-8")) == figures, ADVICE


def test_the_figures_do_not_change_by_themselves(figures):
    assert gas.measure() == figures


@pytest.mark.parametrize(
    ("function", "case", "most"),
    [
        ("settle", "steady", 90_000),
        ("settle_batch_50", "all_or_none", 58_000),
        ("settle_batch_50", "best_effort", 58_000),
        ("net_cycle", "per_trade_120", 12_000),
        ("net_cycle", "per_trade_1000", 1_500),
        ("repo_open", "steady", 140_000),
        ("repo_close", "steady", 100_000),
        ("repo_substitute", "steady", 132_000),
        ("margin_in_cash", "steady", 100_000),
        ("repo_default", "all", 200_000),
    ],
)
def test_no_more_than_was_set(figures, function, case, most):
    assert figures[function][case] <= most
