"""What moves without payment."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from pydantic import Field

from settlement.scenario.fields import PositiveAmount, Text
from settlement.scenario.steps.base import Name, Step


class _Movement(Step):
    source: Text = Field(alias="from", description="participant that gives")
    target: Text = Field(alias="to", description="participant that receives")

    def assets(self) -> dict[str, Decimal]:
        """How much of what moves."""
        raise NotImplementedError

    def names(self) -> Iterator[Name]:
        yield "from", "participant", self.source
        yield "to", "participant", self.target
        yield from ((self.verb, "asset", symbol) for symbol in self.assets())

    def amounts(self) -> Iterator[tuple[str, str, Decimal]]:
        yield from ((self.verb, symbol, amount) for symbol, amount in self.assets().items())


class Transfer(_Movement):
    """A holder moves its own tokens, outside the venue. Both sides must still be registered."""

    verb = "transfer"
    example = "{transfer: {USD: 100.00}, from: dealer, to: fund}"

    transfer: dict[Text, PositiveAmount] = Field(description="how much of which asset")

    def assets(self) -> dict[str, Decimal]:
        return self.transfer


class DeliverFree(_Movement):
    """A delivery free of payment, at the venue. The receiver signs it too."""

    verb = "deliver_free"
    example = "{deliver_free: {T-2035: 1000}, from: dealer, to: fund}"

    deliver_free: dict[Text, PositiveAmount] = Field(description="how much of which asset")

    def assets(self) -> dict[str, Decimal]:
        return self.deliver_free
