"""The parts of a scenario: who takes part, in what, on which terms. Its steps stand in `steps`."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from settlement.errors import BadInput
from settlement.model.identifiers import valid_isin, valid_lei
from settlement.model.repo import Method
from settlement.scenario.fields import (
    Amount,
    CashKindName,
    Count,
    KindName,
    Margin,
    Moment,
    Quantity,
    Rate,
    Text,
    Truth,
)


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SecurityPart(_Part):
    """A security and its entitlement."""

    kind: KindName = Field(description="also the class of its haircut")
    isin: Text | None = Field(None, description="ISO 6166; without one it gets one of nobody's")
    denomination: Quantity = Field(1, description="the smallest quantity that moves")

    @field_validator("isin")
    @classmethod
    def _real(cls, isin: str | None) -> str | None:
        return None if isin is None else _valid(valid_isin, isin)


class ParticipantPart(_Part):
    """A participant; registered, tokenized and funded before the first step."""

    lei: Text | None = Field(None, description="ISO 17442; without one it gets one of nobody's")
    registered: Truth = Field(True, description="no: it has a key and no wallet in the register")
    cash: Amount = Field(Decimal(0), description="issued before the first step")
    securities: dict[Text, Quantity] = Field(
        default_factory=dict, description="tokenized before the first step"
    )
    book: dict[Text, Quantity] = Field(
        default_factory=dict, description="held in the depository's book, not tokenized"
    )

    @field_validator("lei")
    @classmethod
    def _real(cls, lei: str | None) -> str | None:
        return None if lei is None else _valid(valid_lei, lei)

    @model_validator(mode="after")
    def _holding_needs_a_wallet(self) -> ParticipantPart:
        if not self.registered and (self.cash or self.securities):
            raise ValueError("only a registered participant holds tokens")
        return self


class MarginPart(_Part):
    """The venue's collateral policy, adopted before the first step, and what repos agree on."""

    haircut: dict[KindName, Margin] = Field(
        default_factory=dict, description="by kind; this or `margin_ratio`"
    )
    margin_ratio: dict[KindName, Margin] = Field(default_factory=dict, description="by kind")
    concentration: Margin = Field(
        Decimal(1), description="the most that one security may make of a repo's collateral"
    )
    threshold: Amount = Field(Decimal(0), description="exposure below which no margin is called")
    minimum_transfer_amount: Amount = Field(
        Decimal(0), description="margin below which nothing is transferred"
    )
    cash_interest_rate: Rate = Field(Decimal(0), description="what cash margin earns")
    late_rate: Rate = Field(
        Decimal(0), description="while a repo's seller is late; 0: the repo rate"
    )
    basis: Count = Field(360, description="days of the year: 360 or 365")

    @model_validator(mode="after")
    def _sane(self) -> MarginPart:
        if bool(self.haircut) == bool(self.margin_ratio):
            raise ValueError("`haircut` or `margin_ratio`, one of them: they are not the same")
        if any(haircut >= 1 for haircut in self.haircut.values()):
            raise ValueError("a haircut is below 100%; a margin ratio is another thing")
        if any(not 1 <= ratio <= 10 for ratio in self.margin_ratio.values()):
            raise ValueError("a margin ratio is 100% or more; a haircut is another thing")
        if not 0 < self.concentration <= 1:
            raise ValueError("a concentration limit is above zero and at most 100%")
        if self.basis not in {360, 365}:
            raise ValueError("a basis is 360 or 365")
        return self

    @property
    def method(self) -> Method:
        """Whether collateral is cut or cash is multiplied."""
        return Method.HAIRCUT if self.haircut else Method.RATIO

    @property
    def by_kind(self) -> dict[str, Decimal]:
        """Haircut or margin ratio of each kind of security."""
        return self.haircut or self.margin_ratio


class ExpectPart(_Part):
    """What must be true at the end."""

    balances: dict[Text, dict[Text, Amount]] = Field(
        default_factory=dict, description="by participant: cash, and securities by symbol"
    )


class Scenario(_Part):
    """A story: who takes part, what happens, what must come of it."""

    format: Text = Field(description="1, as yet")
    name: Text = Field(description="the title under which it is told")
    currency: Text = Field("USD", description="of all the cash, ISO 4217")
    cash_kind: CashKindName = Field("tokenized-deposit", description="whose promise the cash is")
    timezone: Text = Field("America/New_York", description="the story's clock")
    starts: Moment = Field(description="when the first step happens")
    securities: dict[Text, SecurityPart] = Field(default_factory=dict, description="by symbol")
    participants: dict[Text, ParticipantPart] = Field(description="by name")
    margin: MarginPart | None = Field(
        None, description="without it the venue takes no collateral and no repo opens"
    )
    steps: list[Any] = Field(description="what happens, in this order")
    expect: ExpectPart = Field(
        default_factory=ExpectPart, description="what must be true at the end"
    )

    @field_validator("participants")
    @classmethod
    def _somebody(cls, parts: dict[str, ParticipantPart]) -> dict[str, ParticipantPart]:
        if not any(part.registered for part in parts.values()):
            raise ValueError("a story has a registered participant")
        return parts

    @field_validator("format")
    @classmethod
    def _known_format(cls, written: str) -> str:
        if written != "1":
            raise ValueError(f"format 1 is read here, not {written}")
        return written

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, written: str) -> str:
        if written not in available_timezones():
            raise ValueError(f"'{written}' is not a time zone like America/New_York")
        return written

    @field_validator("currency")
    @classmethod
    def _currency(cls, written: str) -> str:
        if not (len(written) == 3 and written.isascii() and written.isupper()):
            raise ValueError(f"'{written}' is not a currency code like USD")
        return written

    @property
    def zone(self) -> ZoneInfo:
        """The story's clock."""
        return ZoneInfo(self.timezone)


def _valid(check: Any, text: str) -> str:
    try:
        return str(check(text))
    except BadInput as problem:
        raise ValueError(str(problem)) from None
