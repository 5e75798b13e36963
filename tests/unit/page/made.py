"""Pages to look at, of runs that are made once."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from decimal import Decimal
from enum import Enum
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from settlement.drills.consent import CashShort
from settlement.drills.performance import perform
from settlement.ledger import ledger_of
from settlement.lessons.principal_at_risk import PrincipalAtRisk
from settlement.lessons.trades import Failure, on_the_day
from settlement.reporting.comparison import Comparison
from settlement.reporting.drill import Phase
from settlement.reporting.ledger import Movement
from settlement.reporting.lesson import WayRun
from settlement.reporting.methods import SettlementMethod
from settlement.reporting.page.book import book_page
from settlement.reporting.page.comparison import comparison_page
from settlement.reporting.page.drills import drills_page
from settlement.reporting.page.lesson import lesson_page
from settlement.reporting.page.methods import method_page
from settlement.reporting.page.render import html
from settlement.reporting.page.story import story_page
from settlement.scenario import catalogue
from settlement.scenario.runner import Runner
from settlement.tradefile.methods import MethodRunner
from settlement.tradefile.reading import read_trade_file
from settlement.tradefile.runner import BookRunner
from tests.e2e.tradefiles import RING

HOSTILE = """<script>alert("x")</script> & 'quoted' http://example.org/"""


@cache
def played(name):
    """A story of the library: its runner, what was told, and the ledger."""
    runner = Runner(catalogue.find(name))
    story = runner.run()
    return runner, story, ledger_of(runner.market, runner.scenario.currency)


@cache
def trade_file():
    """Three repos in a ring."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "ring.csv"
        path.write_text(RING, "utf-8")
        return read_trade_file(path)


@cache
def opened_and_closed():
    """Every repo of it."""
    runner = BookRunner(trade_file())
    run = runner.run()
    return run, ledger_of(runner.market, "USD")


@cache
def settled(method):
    """Its purchases, by one method."""
    runner = MethodRunner(trade_file(), method)
    run = runner.run()
    return run, ledger_of(runner.market, "USD")


@cache
def compared():
    """Its purchases, by three methods; the fourth is left out."""
    gross, _, net, ccp = SettlementMethod
    runs = [settled(method)[0] for method in (gross, net, ccp)]
    return Comparison(runs, {"cash-net": "too many trades"})


@cache
def performed():
    """One drill."""
    return perform(CashShort)


@cache
def taught():
    """The lesson."""
    return PrincipalAtRisk().run(Failure("fund", on_the_day(11, 15)), Decimal("-0.02"))


MADE = {
    "day": lambda: (story_page, *played("day")[1:]),
    "margin": lambda: (story_page, *played("margin-call")[1:]),
    "month": lambda: (story_page, *played("month")[1:]),
    "nothing moved": lambda: (story_page, *played("waiting")[1:]),
    "netted to nothing": lambda: (story_page, *played("ring")[1:]),
    "drill": lambda: (drills_page, (performed(),)),
    "lesson": lambda: (lesson_page, taught()),
    "repos": lambda: (book_page, *opened_and_closed()),
    "cash-net": lambda: (method_page, *settled(SettlementMethod.CASH_NET)),
    "ccp": lambda: (method_page, *settled(SettlementMethod.CCP)),
    "every method": lambda: (comparison_page, compared()),
}
"""What makes a page, and of what."""


@cache
def page(name):
    """What has the name in `MADE`."""
    make, *results = MADE[name]()
    return make(*results)


@cache
def text(name):
    """It as HTML."""
    return html(page(name))


def hostile_page(name):
    """The same, with every text that came from outside followed by what would break a page."""
    make, *results = MADE[name]()
    return make(*map(_hostile, results))


def _hostile(thing):
    if isinstance(thing, Enum):
        return thing
    if isinstance(thing, str):
        return thing and thing + HOSTILE
    if isinstance(thing, Mapping):
        return {_hostile(key): _hostile(value) for key, value in thing.items()}
    if isinstance(thing, list | tuple):
        return type(thing)(map(_hostile, thing))
    if is_dataclass(thing):
        kept = _KEPT.get(type(thing), ())
        named = (each.name for each in fields(thing) if each.name not in kept)
        return replace(thing, **{name: _hostile(getattr(thing, name)) for name in named})
    return thing


_KEPT = {Movement: {"reason"}, Phase: {"heading"}, WayRun: {"key"}}
"""What programs and not people wrote, and pages ask for by name."""
