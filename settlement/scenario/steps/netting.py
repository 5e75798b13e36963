"""Trades that wait in a queue, and trades that are netted in a cycle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from pydantic import Field, model_validator

from settlement.scenario.fields import QueueRuleName, ShortageName, Text
from settlement.scenario.steps.base import Name
from settlement.scenario.steps.trades import SeveralTrades, TradeFields


class _NewTrades(SeveralTrades):
    """Several trades that were not booked before."""

    @model_validator(mode="after")
    def _written_out(self) -> _NewTrades:
        for trade in self.trades:
            if trade.again:
                raise ValueError(f"{trade.trade} is written out: seller, buyer, security, price")
        return self


class QueueOf(_NewTrades):
    """Works off everything that waits, in the order of booking, by a rule.

    New trades join at the end first. A trade that is parked, because a wallet is stopped for
    instance, keeps its place and holds up nobody.
    """

    verb = "queue"
    figures: ClassVar[Mapping[str, str]] = {
        "settled": "how many trades",
        "value": "their cash",
        "at_most": "by the rule most-value: what no set is worth more than; else all that waited",
        "waiting": "how many trades, those parked included",
        "parked": "how many trades",
    }
    example = """\
queue: Q1
rule: largest
trades:
  - {trade: A, seller: dealer, buyer: fund, security: T-2035, quantity: 1000, price: 1.0075}
  - {trade: B, seller: fund, buyer: dealer, security: T-2035, quantity: 1000, amount: 1000.00}
expect: {settled: 2, waiting: 0}
"""

    queue: Text = Field(description="what this run of it is called")
    rule: QueueRuleName = Field("first-in-first-out", description="by which it is worked off")
    trades: list[TradeFields] = Field(
        default_factory=list, description="that join it first, as in the step `trade`"
    )


class CycleOf(_NewTrades):
    """A netting cycle: trades are confirmed, netted and settled on everybody's signed statement.

    Each participant gets or gives one sum of cash and one quantity of each security.
    """

    verb = "cycle"
    figures: ClassVar[Mapping[str, str]] = {
        "netted": "how many trades, those included in which a clearing house stands in",
        "left_out": "how many trades",
        "gross_cash": "the cash of the trades that were netted",
        "net_cash": "what those who pay pay together",
    }
    example = """\
cycle: C1
trades:
  - {trade: A, seller: dealer, buyer: fund, security: T-2035, quantity: 1000, price: 1.0075}
  - {trade: B, seller: fund, buyer: dealer, security: T-2035, quantity: 1000, amount: 1000.00}
expect: {netted: 2, gross_cash: 2007.50, net_cash: 7.50}
"""

    cycle: Text = Field(description="what it is called")
    trades: list[TradeFields] = Field(description="to net, as in the step `trade`")
    clearing_house: Text | None = Field(
        None, description="participant that every trade is novated to"
    )
    if_short: ShortageName = Field(
        "refuse", description="when somebody cannot pay its net: the cycle, or whoever it is"
    )

    def names(self) -> Iterator[Name]:
        yield from super().names()
        if self.clearing_house is not None:
            yield "clearing_house", "clearing house", self.clearing_house

    @model_validator(mode="after")
    def _filled(self) -> CycleOf:
        if not self.trades:
            raise ValueError("a cycle has trades")
        return self
