"""What the sides of an open repo change by agreement, and what is written down while it runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from pydantic import Field, model_validator

from settlement.scenario.fields import (
    Day,
    InterestName,
    ObjectiveName,
    PositiveAmount,
    Quantity,
    Rate,
    Text,
)
from settlement.scenario.steps.base import Name, Step


class Terminate(Step):
    """Notice: an open-ended repo gets its repurchase date, or a term repo an earlier one."""

    verb = "terminate"
    example = "{terminate: R1, by: fund, repurchase_date: 2026-03-05}"

    terminate: Text = Field(description="repo")
    by: Text = Field(description="side that gives notice")
    repurchase_date: Day = Field(description="the day of the closing leg from now on")

    def names(self) -> Iterator[Name]:
        yield "terminate", "repo", self.terminate
        yield "by", "participant", self.by


class Rerate(Step):
    """A new repo rate from today on; interest counted so far is kept."""

    verb = "rerate"
    example = "{rerate: R1, repo_rate: 4.55%}"

    rerate: Text = Field(description="repo")
    repo_rate: Rate = Field(description="from today on")

    def names(self) -> Iterator[Name]:
        yield "rerate", "repo", self.rerate


class Reprice(Step):
    """A new purchase price for the same collateral; the difference is paid."""

    verb = "reprice"
    figures: ClassVar[Mapping[str, str]] = {
        "purchase_price": "from today on",
        "cash_to_buyer": "the difference; below zero, the buyer pays it",
    }
    example = "{reprice: R1, expect: {purchase_price: 9875250.00, cash_to_buyer: 99000.00}}"

    reprice: Text = Field(description="repo")
    purchase_price: PositiveAmount | None = Field(
        None, description="if not what the collateral carries at the board's prices"
    )

    def names(self) -> Iterator[Name]:
        yield "reprice", "repo", self.reprice


class Adjust(Step):
    """New collateral for the same cash; the difference is delivered."""

    verb = "adjust"
    figures: ClassVar[Mapping[str, str]] = {"quantity": "of all collateral afterwards"}
    example = "{adjust: R1, expect: {quantity: 10101000}}"

    adjust: Text = Field(description="repo")
    collateral: dict[Text, Quantity] = Field(
        default_factory=dict,
        description="all of it afterwards; without, as much of its one security as is needed",
    )

    def names(self) -> Iterator[Name]:
        yield "adjust", "repo", self.adjust
        yield from (("collateral", "security", symbol) for symbol in self.collateral)


class Substitute(Step):
    """Other collateral in one exchange, worth no less after its margin."""

    verb = "substitute"
    figures: ClassVar[Mapping[str, str]] = {"quantity": "of all collateral afterwards"}
    example = "{substitute: R1, into: T-2034, expect: {quantity: 10228427}}"

    substitute: Text = Field(description="repo")
    collateral: dict[Text, Quantity] = Field(
        default_factory=dict, description="all of it afterwards; this or `into`"
    )
    returned: Text | None = Field(
        None, description="with `into`: which security goes back, if there are several"
    )
    into: Text | None = Field(
        None, description="one security, as much of it as is needed; this or `collateral`"
    )

    def names(self) -> Iterator[Name]:
        yield "substitute", "repo", self.substitute
        yield from (("collateral", "security", symbol) for symbol in self.collateral)
        for field in ("returned", "into"):
            if getattr(self, field) is not None:
                yield field, "security", getattr(self, field)

    @model_validator(mode="after")
    def _one_way(self) -> Substitute:
        if bool(self.collateral) == (self.into is not None):
            raise ValueError("`collateral` or `into`, one of them")
        return self


class Free(Step):
    """The agent takes a security out of every tri-party repo in which its seller may substitute.

    Other holdings of the seller take its place.
    """

    verb = "free"
    figures: ClassVar[Mapping[str, str]] = {"quantity": "of the security that came out"}
    example = "{free: T-2035, by: dealer, expect: {quantity: 2000000}}"

    free: Text = Field(description="security that is needed elsewhere")
    by: Text = Field(description="seller whose repos hold it")
    objective: ObjectiveName = Field("best-first", description="how the agent chooses")

    def names(self) -> Iterator[Name]:
        yield "free", "security", self.free
        yield "by", "participant", self.by


class Roll(Step):
    """The old repo closes as the next opens; only differences are paid."""

    verb = "roll"
    figures: ClassVar[Mapping[str, str]] = {
        "price_differential": "interest of the old repo",
        "paid": "what the seller paid; below zero, what it received",
        "purchase_price": "of the next repo",
    }
    example = "{roll: R1, into: R2, repurchase_date: 2026-03-04, expect: {paid: 1191.37}}"

    roll: Text = Field(description="repo that ends")
    into: Text = Field(description="what both sides call the next one")
    repurchase_date: Day = Field(description="of the next one")
    repo_rate: Rate | None = Field(None, description="of the next one, if it is another")
    interest: InterestName = Field("paid", description="paid, or lent on with the price")

    def introduces(self) -> Iterator[tuple[str, str]]:
        yield "repo", self.into

    def names(self) -> Iterator[Name]:
        yield "roll", "repo", self.roll


class Partial(Step):
    """Delivers part of a repo that was agreed and could not open.

    The name stands for what opens; the rest stays booked as the name with `-rest`.
    """

    verb = "partial"
    figures: ClassVar[Mapping[str, str]] = {
        "now": "purchase price of what is delivered",
        "open": "purchase price of the rest",
    }
    example = "{partial: R1, collateral: {T-2035: 750000}}"

    partial: Text = Field(description="repo that was agreed and not opened")
    collateral: dict[Text, Quantity] = Field(description="what is delivered now")

    def introduces(self) -> Iterator[tuple[str, str]]:
        yield "repo", f"{self.partial}-rest"

    def names(self) -> Iterator[Name]:
        yield "partial", "repo", self.partial
        yield from (("collateral", "security", symbol) for symbol in self.collateral)


class Fail(Step):
    """Puts on record why a repo that is due has not closed. The chain looks who failed."""

    verb = "fail"
    figures: ClassVar[Mapping[str, str]] = {"failing": "seller, buyer or impeded"}
    example = "{at: 2026-03-03 17:30, fail: R1, expect: {failing: seller}}"

    fail: Text = Field(description="repo")

    def names(self) -> Iterator[Name]:
        yield "fail", "repo", self.fail


class IncomeOf(Step):
    """Income on the collateral: the buyer acknowledges it, and pays it on its day.

    In a buy/sell-back it lowers the price instead.
    """

    verb = "income"
    figures: ClassVar[Mapping[str, str]] = {"amount": "what the buyer owes, to the cent"}
    example = """\
income: R1
security: T-2035
coupon: 4.25%
record_date: 2026-05-14
payment_date: 2026-05-15
expect: {amount: 212500.00}
"""

    income: Text = Field(description="repo")
    security: Text = Field(description="which pays it")
    coupon: Rate | None = Field(None, description="a year, paid half-yearly; this or `amount`")
    amount: PositiveAmount | None = Field(None, description="cash; this or `coupon`")
    record_date: Day = Field(description="whose holders receive it")
    payment_date: Day = Field(description="when it is paid; before it, it is only owed")

    def names(self) -> Iterator[Name]:
        yield "income", "repo", self.income
        yield "security", "security", self.security

    @model_validator(mode="after")
    def _one_amount(self) -> IncomeOf:
        if (self.coupon is None) == (self.amount is None):
            raise ValueError("`coupon` or `amount`, one of them")
        return self
