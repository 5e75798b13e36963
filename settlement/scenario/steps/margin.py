"""Margin between two participants, and what happens when one of them does not pay."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from settlement.scenario.fields import PositiveAmount, Price, Quantity, Text
from settlement.scenario.steps.base import Name, Step


class Between(BaseModel):
    """Two participants, the one that acts first."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: Text = Field(alias="from", description="participant that acts")
    target: Text = Field(alias="to", description="participant that it acts towards")

    @field_validator("target")
    @classmethod
    def _another(cls, target: str, info: ValidationInfo) -> str:
        if target == info.data.get("source"):
            raise ValueError(f"{target} stands on both sides")
        return target


class Paying(Between):
    """The same with the cash that is paid; without, as much as is due."""

    cash: PositiveAmount | None = Field(None, description="cash")


class Moving(Paying):
    """The same with what moves: cash, or one security; without, the cash that is due."""

    securities: dict[Text, Quantity] = Field(default_factory=dict, description="one security")

    @field_validator("securities")
    @classmethod
    def _one(cls, securities: dict[str, int], info: ValidationInfo) -> dict[str, int]:
        if len(securities) > 1:
            raise ValueError("margin moves one security a step: its consent names one")
        if securities and info.data.get("cash") is not None:
            raise ValueError("`cash` or `securities`, not both")
        return securities


class _Two(Step):
    """A step of two participants, which stand under its word."""

    @property
    def two(self) -> Any:
        """Who acts, and towards whom."""
        return getattr(self, self.verb)

    def names(self) -> Iterator[Name]:
        yield self.verb, "participant", self.two.source
        yield self.verb, "participant", self.two.target
        for symbol in getattr(self.two, "securities", ()):
            yield self.verb, "security", symbol


class MarginCall(_Two):
    """Calls margin on the net exposure of all repos between the two."""

    verb = "margin_call"
    figures: ClassVar[Mapping[str, str]] = {
        "net_exposure": "of the side that calls, to the cent",
        "call": "what it calls",
    }
    example = "{margin_call: {from: fund, to: dealer}, expect: {call: 99000.00}}"

    margin_call: Between = Field(description="`from` calls margin of `to`")


class MarginReportOf(_Two):
    """Prints how the net exposure between the two comes about. Moves nothing."""

    verb = "margin_report"
    figures: ClassVar[Mapping[str, str]] = {
        "net_exposure": "of the side that asks, to the cent",
        "call": "what it could call",
    }
    example = "{margin_report: {from: fund, to: dealer}, expect: {call: 99000.00}}"

    margin_report: Between = Field(description="`from` looks at its exposure to `to`")


class DeliverMargin(_Two):
    """Meets the call, by the word of the side that was called."""

    verb = "deliver_margin"
    figures: ClassVar[Mapping[str, str]] = {
        "net_exposure": "of the side that called, afterwards",
    }
    example = "{deliver_margin: {from: dealer, to: fund, cash: 99000.00}}"

    deliver_margin: Moving = Field(description="`from` was called by `to`")


class ReturnMargin(_Two):
    """Returns margin, by the word of its holder; with the last cash goes the interest."""

    verb = "return_margin"
    figures: ClassVar[Mapping[str, str]] = {
        "cash": "margin that was returned",
        "interest": "that was paid with it",
    }
    example = "{return_margin: {from: fund, to: dealer}, expect: {interest: 11.83}}"

    return_margin: Moving = Field(description="`from` holds it; alone, all cash margin")


class StopClock(_Two):
    """The clock of a call stands still, because the call cannot be met."""

    verb = "stop_clock"
    example = "{stop_clock: {from: fund, to: dealer}}"

    stop_clock: Between = Field(description="`from` called margin of `to`")


class RestartClock(_Two):
    """The clock of a call runs again, with all of its time."""

    verb = "restart_clock"
    example = "{restart_clock: {from: fund, to: dealer}}"

    restart_clock: Between = Field(description="`from` called margin of `to`")


class Default(_Two):
    """Declares a default: a call unmet past its deadline, or a fail that stood for the grace."""

    verb = "default"
    example = "{default: {from: fund, to: dealer}, repo: R1}"

    default: Between = Field(description="`from` declares that `to` is in default")
    repo: Text | None = Field(None, description="whose fail is the ground; else a call is")

    def names(self) -> Iterator[Name]:
        yield from super().names()
        if self.repo is not None:
            yield "repo", "repo", self.repo


class StateValue(_Two):
    """The side that did not default states a price that the board does not have."""

    verb = "state_value"
    example = "{state_value: {from: fund, to: dealer}, price: {T-2035: 0.97}}"

    state_value: Between = Field(description="`from` states it against `to`")
    price: dict[Text, Price] = Field(description="price of each security")

    def names(self) -> Iterator[Name]:
        yield from super().names()
        yield from (("price", "security", symbol) for symbol in self.price)


class CloseOutOf(_Two):
    """Values every repo between the two and records one net sum as a claim."""

    verb = "close_out"
    figures: ClassVar[Mapping[str, str]] = {
        "net": "due to the side that declared the default; below zero, due by it",
        "repos": "how many were valued",
    }
    example = "{close_out: {from: fund, to: dealer}, expect: {net: 167416.67}}"

    close_out: Between = Field(description="`from` declared the default of `to`")


class Collect(Step):
    """Takes out of custody what a close-out left for one side."""

    verb = "collect"
    example = "{collect: R1, by: fund}"

    collect: Text = Field(description="repo")
    by: Text = Field(description="side that receives it")

    def names(self) -> Iterator[Name]:
        yield "collect", "repo", self.collect
        yield "by", "participant", self.by


class PayClaim(_Two):
    """Pays a claim from a close-out, wholly or in part."""

    verb = "pay_claim"
    figures: ClassVar[Mapping[str, str]] = {"left": "what is still owed"}
    example = "{pay_claim: {from: dealer, to: fund, cash: 100000.00}}"

    pay_claim: Paying = Field(description="`from` owes it to `to`; alone, all of it")
