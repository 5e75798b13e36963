"""The notebook: every choice of every control, without a screen.

A cell is run by itself on what the cells before it defined, so a choice costs what its own part
costs. What a reader chooses is the `value` of a control.
"""

import importlib.util
import os
import re
import subprocess
import sys
from collections import Counter
from decimal import Decimal
from itertools import cycle
from types import SimpleNamespace

import pytest

from settlement.drills.catalogue import ALL
from settlement.lessons.principal_at_risk import WAYS
from settlement.scenario.catalogue import find
from settlement.units import cents_half_up, show_cash
from tests.docs import ROOT

NOTEBOOK = ROOT / "notebooks" / "atomic_settlement.py"
LENT, INTEREST = Decimal("9974250.00"), Decimal("1191.37")
AFTER_HAIRCUT = 9_900_000
LEAST_CALL = Decimal("50000.00")
A_DAY = Decimal("0.043") / 360

_IDENTITY = re.compile(r"(random|object)-id=(['\"]).*?\2")


class Notebook:
    """Its cells, and what those that were run defined."""

    def __init__(self, module, known):
        self.module = module
        self.known = known

    def run(self, *names, **chosen):
        """Runs cells in their order with these choices; what they show, one after the other."""
        known = self.known | {name: SimpleNamespace(value=value) for name, value in chosen.items()}
        shown = []
        for name in names:
            cell = getattr(self.module, name)
            output, defined = cell.run(**{ref: known[ref] for ref in cell.refs if ref in known})
            known |= defined
            shown.append("" if output is None else output.text)
        return "\n".join(shown), known


@pytest.fixture(scope="module")
def homeless(tmp_path_factory):
    """Where marimo keeps settings, logs and what it was last asked for: not with the reader's."""
    home = tmp_path_factory.mktemp("marimo")
    kept = {name: str(home) for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME")}
    with pytest.MonkeyPatch.context() as patch:
        for name, folder in kept.items():
            patch.setenv(name, folder)
        yield kept


@pytest.fixture(scope="module")
def notebook(homeless):
    """With its controls as they are before anybody touches them, and the lesson's chains open."""
    spec = importlib.util.spec_from_file_location(NOTEBOOK.stem, NOTEBOOK)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    first = ("choose_fault", "choose_failure", "choose_price", "choose_trades", "open_chains")
    _, known = Notebook(module, {}).run(*first)
    return Notebook(module, known)


def choices(control):
    """What can be chosen: of a list every value, of a slider every step as a browser adds it up."""
    if hasattr(control, "options"):
        return list(control.options.values())
    steps = round((control.stop - control.start) / control.step)
    return [control.start + step * control.step for step in range(steps + 1)]


def test_every_drill_can_be_chosen(notebook):
    assert choices(notebook.known["fault"]) == list(ALL)


@pytest.mark.parametrize("drill", ALL, ids=lambda drill: drill.name)
def test_a_fault(notebook, drill):
    shown, known = notebook.run("break_on_purpose", "ask_about_fault", fault=drill)
    performance = known["performance"]
    assert performance.held
    for phase in performance.phases:
        assert f">{phase.heading}</h3>" in shown
    assert "refused (" in shown
    assert "Given for nothing" in shown
    assert "✗" not in shown
    assert shown.count("<table>") == 3


def test_who_fails_when_and_how_the_price_moves(notebook):
    fails, moment, move = (choices(notebook.known[name]) for name in ("fails", "moment", "move"))
    moments, moves = [*moment[::4], moment[-1]], [*move[::6], move[-1]]
    assert (fails[-1], moves[0], moves[-1]) == (None, -20, 20)
    for party, at, percent in zip(cycle(fails), moments, moves, strict=False):
        shown, known = notebook.run(
            "fail",
            "tell_failure",
            "count_losses",
            "tell_losses",
            fails=party,
            moment=at,
            move=percent,
        )
        assert known["lesson"].holds
        assert (f"{party} fails" if party else "Nobody fails") in shown
        for lived in known["lesson"].ways:
            assert f"<strong>{show_cash(lived.principal_lost)}</strong>" in shown


def test_how_it_settles(notebook):
    _, known = notebook.run("fail")
    failed = Notebook(notebook.module, known)
    ways = choices(known["way"])
    assert ways == [None, *(way.key for way in WAYS)]
    for key in ways:
        shown, then = failed.run("count_losses", "draw_losses", way=key)
        chosen = [way.name for way in WAYS if key in (None, way.key)]
        assert [way.name for way in then["ways"]] == chosen
        assert shown.count("<polyline") == 2 * len(chosen)


DAY = ("write_day", "live_day", "show_exposure", "tell_day", "show_end", "show_day")


def test_the_price_of_the_worked_example(notebook):
    shown, known = notebook.run(*DAY)
    balances = {
        name: {"USD": held["cash"], "T-2035": held["T-2035"]}
        for name, held in find("margin-call").expect.balances.items()
    }
    assert known["story"].balances == balances
    assert known["story"].went_as_told
    for figure in ("9,974,250.00", "9,875,250.00", "99,000.00", "1,191.37", "11.83", "198,820.46"):
        assert figure in shown


def test_prices_in_the_afternoon_from_end_to_end(notebook):
    prices = choices(notebook.known["price"])[::2]
    assert (prices[0], round(prices[-1], 4)) == (0.9875, 1.0275)
    for price in prices:
        shown, known = notebook.run(*DAY, price=price)
        exposure = LENT - AFTER_HAIRCUT * Decimal(f"{price:.4f}")
        margin = exposure if abs(exposure) >= LEAST_CALL else Decimal(0)
        earned = INTEREST - cents_half_up(margin * A_DAY)
        assert known["story"].balances["fund"] == {"USD": 12_000_000 + earned, "T-2035": 0}
        assert show_cash(abs(exposure)) in shown
        assert ("there is nothing to call" in shown) == (not margin)
        assert ("delivers margin" in shown) == bool(margin)


FLOW = ("net", "show_totals", "show_members", "draw_liquidity", "tell_liquidity", "show_parts")


def test_every_flow(notebook):
    seeds = choices(notebook.known["seed"])
    assert seeds == list(range(1, 21))
    for seed in seeds:
        shown, known = notebook.run("net", "show_totals", "show_members", seed=seed, trades=20)
        assert_netted(shown, known["queue"])


def test_some_and_all_trades_of_a_flow(notebook):
    trades = choices(notebook.known["trades"])
    assert (trades[0], trades[-1]) == (2, 40)
    for number in (2, 10, 40):
        shown, known = notebook.run(*FLOW, trades=number)
        assert len(known["queue"]) == number
        assert_netted(shown, known["queue"])
        assert "<svg" in shown


def assert_netted(shown, queue):
    """Totals counted anew, trade by trade."""
    owed = Counter()
    for trade in queue:
        (_, _, _, _), (buyer, seller, _, amount) = trade.moves
        owed[buyer] += amount
        owed[seller] -= amount
    for cents in (sum(trade.value for trade in queue), sum(max(net, 0) for net in owed.values())):
        assert show_cash(Decimal(cents) / 100) in shown


def test_the_whole_shows_the_same_twice(notebook):
    first, second = (notebook.module.app.run()[0] for _ in range(2))
    assert len(first) > 20
    assert [plain(output) for output in first] == [plain(output) for output in second]


def plain(output):
    return "" if output is None else _IDENTITY.sub("", output.text)


@pytest.fixture
def elsewhere(homeless, tmp_path):
    """Runs Python in an empty folder that is also its home."""

    def run(*arguments):
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), **homeless},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_it_runs_as_a_script_and_leaves_nothing_behind(elsewhere, tmp_path):
    before = sorted(NOTEBOOK.parent.rglob("*"))
    ran = elsewhere("-B", "-W", "error", str(NOTEBOOK))
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    assert sorted(NOTEBOOK.parent.rglob("*")) == before
    assert list(tmp_path.iterdir()) == []


def test_marimo_has_nothing_to_say(elsewhere):
    checked = elsewhere("-m", "marimo", "check", "--strict", str(NOTEBOOK))
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")
