"""`dvp bench netting`, on queues small enough for a test."""

import json
from functools import partial

import pytest

from settlement.benchmarks import netting
from settlement.cli import run


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(netting, "TURNS", 1)
    monkeypatch.setattr(netting, "measure", partial(netting.measure, 2_000))
    monkeypatch.setattr(netting, "measure_growth", partial(netting.measure_growth, (500, 1_000)))


def test_it_prints_times_and_ratios(capsys, monkeypatch):
    monkeypatch.setattr(netting, "MOST_SORTS", 1_000.0)
    assert run(["bench", "netting"]) == 0
    told = capsys.readouterr().out
    assert "their largest set, where 100% settles" in told
    assert "times as long, at most 1000.0" in told
    assert "each of     1,000 instructions" in told
    assert run(["bench", "netting", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    found = document["netting"]
    assert (document["schema"], found["largest_set"]["instructions"]) == ("dvp/bench/1", 2_000)
    assert 0 < found["largest_set"]["scarce_settles"] < 0.9
    assert found["largest_set"]["ample_settles"] == 1
    assert list(found["growth"]["microseconds_each"]) == ["500", "1000"]


def test_over_the_bar_is_exit_code_1(capsys, monkeypatch):
    monkeypatch.setattr(netting, "MOST_SORTS", 0.0)
    assert run(["bench", "netting"]) == 1


def test_the_queue_is_the_same_every_time():
    assert netting.book(100) == netting.book(100)
