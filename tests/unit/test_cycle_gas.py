"""From how many trades on a cycle is cheaper, and how `dvp bench gas` shows it."""

import pytest

from settlement.benchmarks import gas
from settlement.benchmarks.cycle_gas import CHEAPER_FROM, first_of_three
from settlement.cli import run


def test_one_crossing_that_does_not_last_does_not_count():
    assert first_of_three([False, True, False, True, True, False, True, True, True, False]) == 7
    assert first_of_three([True, True, True]) == 1


def test_nothing_is_made_up_where_it_is_never_cheaper():
    with pytest.raises(ValueError, match="no three sizes in a row"):
        first_of_three([True, True])


def test_what_counts_trades_is_not_shown_as_gas(capsys, monkeypatch):
    figures = {"settle": {"steady": 88_184}, CHEAPER_FROM: {"batch": 9}}
    monkeypatch.setattr(gas, "measure", lambda: figures)
    assert run(["bench", "gas"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.split() == ["settle", "steady", "88,184"]
    assert second.split() == ["net_cycle_cheaper_from", "batch", "9", "trades"]
