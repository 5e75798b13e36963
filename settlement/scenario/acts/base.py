"""An act, the stage that it happens on, and how names and amounts are told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from settlement.market import Market
from settlement.model.asset import Cash
from settlement.reporting.story import Figure, Row
from settlement.scenario.model import Scenario
from settlement.units import cash_to_chain, show_cash, show_quantity


@dataclass(frozen=True, slots=True)
class Result:
    """What a deed brought: lines under the heading, figures and tables by name."""

    lines: Sequence[str] = ()
    figures: Mapping[str, Figure] = field(default_factory=dict)
    tables: Mapping[str, Sequence[Row]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Act:
    """A deed and how it is announced. `shows` are the parties whose cash is shown."""

    heading: str
    do: Callable[[], Result]
    reference: str = ""
    shows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a story is played: one market, and what the scenario says of it."""

    market: Market
    scenario: Scenario

    def units(self, symbol: str, amount: Decimal) -> int:
        """An amount of cash or of a security, as the chain counts it."""
        if isinstance(self.market.directory.asset(symbol), Cash):
            return cash_to_chain(amount)
        return int(amount)

    def shown(self, amounts: Mapping[str, Decimal]) -> str:
        """Amounts of cash and of securities, in words."""
        currency = self.scenario.currency
        return ", ".join(
            f"{show_cash(amount) if symbol == currency else show_quantity(int(amount))} {symbol}"
            for symbol, amount in amounts.items()
        )

    def shown_time(self, moment: datetime) -> str:
        """A time to the second, as every deadline has it; its date where that is not today."""
        same = moment.date() == self.market.today()
        return f"{moment:%H:%M:%S}" if same else f"{moment:%H:%M:%S on %-d %B}"


def listed(quantities: Mapping[str, int]) -> str:
    """Quantities of securities, in words."""
    return ", ".join(f"{show_quantity(q)} {symbol}" for symbol, q in quantities.items())


def in_a_row(words: Iterable[str]) -> str:
    """`a, b and c`."""
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last


def capital(name: str) -> str:
    """A name at the beginning of a sentence."""
    return name[:1].upper() + name[1:]
