"""A repo from its opening to its close, and the prices that it needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import ClassVar

from pydantic import Field, ValidationInfo, field_validator, model_validator

from settlement.scenario.fields import (
    Count,
    Day,
    IncomeName,
    ObjectiveName,
    PositiveAmount,
    Price,
    Quantity,
    Rate,
    RepurchaseDay,
    Text,
    Truth,
    VenueName,
)
from settlement.scenario.steps.base import TIMING, Name, Step, other_side
from settlement.units import show_quantity


class PriceOf(Step):
    """Prices observed now. A jump waits until a second role confirms it."""

    verb = "price"
    example = "{price: {T-2035: 1.0075}}"

    price: dict[Text, Price] = Field(description="price of each security")
    confirmed: Truth = Field(False, description="yes: the second role confirms a jump at once")

    def names(self) -> Iterator[Name]:
        yield from (("price", "security", symbol) for symbol in self.price)


class Repo(Step):
    """A repo: terms signed once for both legs, opened now or not at all.

    With its name alone it opens again what was agreed before.
    """

    verb = "repo"
    figures: ClassVar[Mapping[str, str]] = {
        "purchase_price": "the cash of the opening leg",
        "market_value": "of the collateral at the board's prices, to the cent",
        "lots": "how many lots opened",
    }
    example = """\
repo: R1
venue: bilateral
seller: dealer
buyer: fund
collateral: {T-2035: 10000000}
repo_rate: 4.30%
purchase_date: 2026-03-02
repurchase_date: 2026-03-03
expect: {purchase_price: 9974250.00}
"""

    repo: Text = Field(description="what both sides call it")
    venue: VenueName = Field("bilateral", description="title passes, or custody holds")
    seller: Text | None = Field(None, description="participant that borrows the cash")
    buyer: Text | None = Field(None, description="participant that lends the cash")
    collateral: dict[Text, Quantity] = Field(
        default_factory=dict, description="how much of which security"
    )
    repo_rate: Rate | None = Field(None, description="may be negative")
    purchase_date: Day | None = Field(None, description="the day of the opening leg")
    repurchase_date: RepurchaseDay = Field(
        None, description="of the closing leg; `open` until notice, the purchase date for intraday"
    )
    purchase_price: PositiveAmount | None = Field(
        None, description="the cash, if less than the collateral carries"
    )
    allocate: ObjectiveName | None = Field(
        None, description="the agent chooses the collateral for `purchase_price`; tri-party only"
    )
    lots: list[Quantity] = Field(
        default_factory=list,
        description="shapes it: one repo for each of these nominals, named R1/1, R1/2 and so on",
    )
    notice: Count = Field(0, description="days from a notice to the repurchase date that it sets")
    income: IncomeName = Field("paid-across", description="what becomes of income in the term")
    may_substitute: Truth = Field(False, description="whether the seller may substitute alone")
    may_terminate: Truth = Field(False, description="whether either side may end it by notice")

    @property
    def again(self) -> bool:
        """Whether it only names a repo that was agreed before."""
        return self.seller is None

    def introduces(self) -> Iterator[tuple[str, str]]:
        if not self.again and not self.lots:
            yield "repo", self.repo
        for place, _ in enumerate(self.lots, start=1):
            yield "repo", f"{self.repo}/{place}"

    def names(self) -> Iterator[Name]:
        if self.again:
            yield "repo", "repo", self.repo
            return
        yield "seller", "participant", str(self.seller)
        yield "buyer", "participant", str(self.buyer)
        yield from (("collateral", "security", symbol) for symbol in self.collateral)

    @field_validator("buyer")
    @classmethod
    def _another(cls, buyer: str | None, info: ValidationInfo) -> str | None:
        return other_side(buyer, info)

    @field_validator("repurchase_date")
    @classmethod
    def _later(cls, day: date | None, info: ValidationInfo) -> date | None:
        purchase = info.data.get("purchase_date")
        if day is not None and purchase is not None and day < purchase:
            raise ValueError(f"{day} is before the purchase date {purchase}")
        return day

    @field_validator("lots")
    @classmethod
    def _whole(cls, lots: list[int], info: ValidationInfo) -> list[int]:
        collateral = info.data.get("collateral", {})
        if lots and len(collateral) != 1:
            raise ValueError("lots are of one security, which is `collateral`")
        for symbol, quantity in collateral.items():
            if lots and sum(lots) != quantity:
                shown = f"{show_quantity(quantity)} {symbol}"
                raise ValueError(
                    f"the lots sum to {show_quantity(sum(lots))}, and `collateral` is {shown}"
                )
        return lots

    @model_validator(mode="after")
    def _complete(self) -> Repo:
        given = self.model_fields_set - {"repo", *TIMING}
        if not given:
            return self
        needed = {"seller", "buyer", "repo_rate", "purchase_date", "repurchase_date"}
        needed.add("collateral" if self.allocate is None else "purchase_price")
        missing = [name for name in type(self).model_fields if name in needed - given]
        if missing:
            raise ValueError(f"{', '.join(missing)} missing")
        if self.allocate is not None and (self.collateral or self.venue != "tri-party"):
            raise ValueError("the agent allocates in a tri-party repo without other collateral")
        return self


class Close(Step):
    """The other leg: collateral back against the repurchase price."""

    verb = "close"
    figures: ClassVar[Mapping[str, str]] = {
        "price_differential": "the interest, to the cent",
        "repurchase_price": "purchase price and interest",
        "fails_charge": "what the buyer bears for its fail: the seller pays so much less",
        "days": "for which interest was counted; none in minutes, none while a fail stops it",
    }
    example = "{at: 2026-03-03 10:00, close: R1, expect: {price_differential: 1191.37}}"

    close: Text = Field(description="repo")
    by: Text | None = Field(None, description="side that asks for it; the seller unless named")

    def names(self) -> Iterator[Name]:
        yield "close", "repo", self.close
        if self.by is not None:
            yield "by", "participant", self.by


class StatementOf(Step):
    """Prints every cash flow of a repo so far, with its formula. Moves nothing."""

    verb = "statement"
    example = "{statement: R1}"

    statement: Text = Field(description="repo")

    def names(self) -> Iterator[Name]:
        yield "statement", "repo", self.statement
