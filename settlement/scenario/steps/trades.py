"""Sales against cash: one, several in a batch, cancelled, reversed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from settlement.errors import BadInput
from settlement.scenario.fields import ModeName, PositiveAmount, Price, Quantity, Text, Truth
from settlement.scenario.steps.base import Name, Names, Step, other_side
from settlement.units import parse_decimal

INSTRUCTED: Mapping[str, Callable[[str], Any]] = {
    "amount": parse_decimal,
    "quantity": lambda text: int(parse_decimal(text)),
    "security": str,
    "currency": str,
    "counterparty": str,
}
"""What a buyer's own instruction can say otherwise, and how it is read."""


class TradeFields(BaseModel):
    """A sale against cash."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    trade: Text = Field(description="what both sides call it")
    seller: Text | None = Field(None, description="participant")
    buyer: Text | None = Field(None, description="participant")
    security: Text | None = Field(None, description="security")
    quantity: Quantity | None = Field(None, description="how much of it")
    price: Price | None = Field(None, description="the cash is quantity × price, to the cent")
    amount: PositiveAmount | None = Field(None, description="the cash, instead of a price")

    @property
    def again(self) -> bool:
        """Whether it only names a trade that was booked before."""
        return self.seller is None

    def names(self) -> Iterator[Name]:
        """What the trade refers to."""
        if self.again:
            yield "trade", "trade", self.trade
            return
        yield "seller", "participant", str(self.seller)
        yield "buyer", "participant", str(self.buyer)
        yield "security", "security", str(self.security)

    def introduces(self) -> Iterator[tuple[str, str]]:
        """The trade, unless it was booked before."""
        if not self.again:
            yield "trade", self.trade

    @field_validator("buyer")
    @classmethod
    def _another(cls, buyer: str | None, info: ValidationInfo) -> str | None:
        return other_side(buyer, info)

    @model_validator(mode="after")
    def _complete(self) -> TradeFields:
        given = [self.seller, self.buyer, self.security, self.quantity]
        priced = [value for value in (self.price, self.amount) if value is not None]
        if all(value is None for value in given) and not priced:
            return self
        missing = [
            name
            for name, value in zip(("seller", "buyer", "security", "quantity"), given, strict=True)
            if value is None
        ]
        if missing:
            raise ValueError(f"{', '.join(missing)} missing")
        if len(priced) != 1:
            raise ValueError("`price` or `amount`, one of them")
        return self


class Trade(TradeFields, Step):
    """A sale against cash: both sides instruct, both sign, both legs settle or none.

    With its name alone it submits again what was booked before.
    """

    verb = "trade"
    figures: ClassVar[Mapping[str, str]] = {"amount": "the cash of the trade"}
    example = """\
trade: S1
seller: dealer
buyer: fund
security: T-2035
quantity: 2,000,000
price: 1.0075
expect: {amount: 2015000.00}
"""

    settle: Truth = Field(True, description="no: it is booked and waits")
    buyer_instructs: dict[str, str] = Field(
        default_factory=dict, description="what the buyer's own instruction says otherwise"
    )

    @field_validator("buyer_instructs")
    @classmethod
    def _instructable(cls, written: dict[str, str]) -> dict[str, str]:
        for name, text in written.items():
            if name not in INSTRUCTED:
                raise ValueError(f"'{name}' is not among {', '.join(INSTRUCTED)}")
            try:
                INSTRUCTED[name](text)
            except BadInput as problem:
                raise ValueError(str(problem)) from None
        return written


class Cancel(Step):
    """Cancels a trade or a repo that did not settle, on the word of one side or of both."""

    verb = "cancel"
    example = "{cancel: S1, by: [dealer, fund]}"

    cancel: Text = Field(description="trade or repo")
    by: Names = Field(description="one participant, or a list of two")

    @field_validator("by")
    @classmethod
    def _one_or_both(cls, names: list[str]) -> list[str]:
        if len(set(names)) not in {1, 2}:
            raise ValueError("one side cancels, or both")
        return names

    def names(self) -> Iterator[Name]:
        yield "cancel", "trade or repo", self.cancel
        yield from (("by", "participant", name) for name in self.by)


class SeveralTrades(Step):
    """Several trades in one step. Each says itself what they are, in its order of fields."""

    if TYPE_CHECKING:
        trades: list[TradeFields]

    def names(self) -> Iterator[Name]:
        for trade in self.trades:
            yield from trade.names()

    def introduces(self) -> Iterator[tuple[str, str]]:
        for trade in self.trades:
            yield from trade.introduces()


class Batch(SeveralTrades):
    """Several trades in one transaction: all or none, one by one, or with the cash alone netted."""

    verb = "batch"
    figures: ClassVar[Mapping[str, str]] = {
        "settled": "how many of its trades",
        "failed": "how many of its trades",
    }
    example = """\
batch: B1
mode: best-effort
trades:
  - {trade: A, seller: dealer, buyer: fund, security: T-2035, quantity: 1000, price: 1.0075}
  - {trade: B, seller: fund, buyer: dealer, security: T-2035, quantity: 1000, amount: 1000.00}
expect: {settled: 2}
"""

    batch: Text = Field(description="what it is called")
    mode: ModeName = Field("all-or-none", description="netted, each by itself, or the cash netted")
    linked: Truth = Field(False, description="yes: the trades settle only together")
    trades: list[TradeFields] = Field(description="as in the step `trade`, without times")

    @model_validator(mode="after")
    def _filled(self) -> Batch:
        if not self.trades:
            raise ValueError("a batch has trades")
        if len({trade.trade for trade in self.trades}) < len(self.trades):
            raise ValueError("a batch names each trade once")
        if self.linked and any(trade.again for trade in self.trades):
            raise ValueError("linked trades are written out: each signs the whole group")
        return self


class Reverse(Step):
    """The depository's root wallet takes a settled delivery back. It does not return the cash.

    Of a repo it takes back the collateral, and the repo records that it is no longer owed.
    """

    verb = "reverse"
    figures: ClassVar[Mapping[str, str]] = {
        "exposure": "the cash that the buyer paid and does not get back"
    }
    example = "{reverse: S1, reason: delivered in error, expect: {exposure: 2015000.00}}"

    reverse: Text = Field(description="trade or repo")
    reason: Text = Field("error", description="told and logged")

    def names(self) -> Iterator[Name]:
        yield "reverse", "trade or repo", self.reverse
