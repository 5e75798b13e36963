"""The parts of a scenario: who takes part, in what, on which terms. Its steps stand in `steps`."""

from __future__ import annotations

import sys
from datetime import timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from settlement.model.asset import SecurityKind
from settlement.model.policy import Rule
from settlement.model.repo import Method
from settlement.scenario.fields import (
    UP_TO,
    Amount,
    Basis,
    CashKindName,
    Day,
    EligibleName,
    Haircut,
    Isin,
    KindName,
    Lei,
    Moment,
    PurposeName,
    Quantity,
    Rate,
    Ratio,
    Share,
    Span,
    Text,
    Truth,
    days_of_tenor,
)


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SecurityPart(_Part):
    """A security and its entitlement."""

    kind: KindName = Field(description="by which the policy takes it or not")
    isin: Isin | None = Field(None, description="without one it gets one of nobody's")
    issuer: Lei | None = Field(None, description="of its issuer; without one it has its own")
    maturity: Day | None = Field(None, description="when it matures; without one it does not")
    denomination: Quantity = Field(1, description="the smallest quantity that moves")


class ParticipantPart(_Part):
    """A participant; registered, tokenized and funded before the first step."""

    lei: Lei | None = Field(None, description="without one it gets one of nobody's")
    registered: Truth = Field(True, description="no: it has a key and no wallet in the register")
    purpose: PurposeName = Field(
        "own-account", description="of its wallet; one that clears stands between others"
    )
    cash: Amount = Field(Decimal(0), description="issued before the first step")
    securities: dict[Text, Quantity] = Field(
        default_factory=dict, description="tokenized before the first step"
    )
    book: dict[Text, Quantity] = Field(
        default_factory=dict, description="held in the depository's book, not tokenized"
    )

    @model_validator(mode="after")
    def _holding_needs_a_wallet(self) -> ParticipantPart:
        if not self.registered and (self.cash or self.securities):
            raise ValueError("only a registered participant holds tokens")
        return self


class MarginPart(_Part):
    """The venue's collateral policy, adopted before the first step, and what repos agree on."""

    haircut: dict[EligibleName, Haircut] = Field(
        default_factory=dict,
        description="by kind, or by kind and remaining maturity; this or `margin_ratio`",
    )
    margin_ratio: dict[EligibleName, Ratio] = Field(
        default_factory=dict, description="by kind, or by kind and remaining maturity"
    )
    issuers: dict[KindName, list[Lei]] = Field(
        default_factory=dict, description="the only issuers taken; without: any"
    )
    concentration: Share = Field(
        Decimal(1), description="the most that one issuer may make of a repo's collateral"
    )
    threshold: Amount = Field(Decimal(0), description="exposure below which no margin is called")
    minimum_transfer_amount: Amount = Field(
        Decimal(0), description="margin below which nothing is transferred"
    )
    cash_interest_rate: Rate = Field(Decimal(0), description="what cash margin earns")
    late_rate: Rate = Field(
        Decimal(0), description="while a repo's seller is late; 0: the repo rate"
    )
    fails_rate: Rate = Field(
        Decimal("0.03"),
        description="of the fails charge a buyer bears; the usual 3% less a reference rate of zero",
    )
    call_deadline: Span = Field(timedelta(hours=4), description="from a margin call to its end")
    grace: Span = Field(timedelta(days=1), description="from a fail on record to a default")
    basis: Basis = Field(360, description="by which interest is counted")

    @model_validator(mode="after")
    def _one_method(self) -> MarginPart:
        if bool(self.haircut) == bool(self.margin_ratio):
            raise ValueError("`haircut` or `margin_ratio`, one of them: they are not the same")
        return self

    @property
    def method(self) -> Method:
        """Whether collateral is cut or cash is multiplied."""
        return Method.HAIRCUT if self.haircut else Method.RATIO

    @property
    def margins(self) -> dict[str, Decimal]:
        """Haircuts or margin ratios, as they are written."""
        return self.haircut or self.margin_ratio

    @property
    def kinds(self) -> list[str]:
        """Every kind that is taken."""
        return list(dict.fromkeys(name.partition(UP_TO)[0] for name in self.margins))

    @property
    def schedule(self) -> list[Rule]:
        """The rules of the policy, of each kind for longer and longer maturities."""
        rules = [
            self._rule(*name.partition(UP_TO)[::2], margin) for name, margin in self.margins.items()
        ]
        return sorted(rules, key=lambda rule: rule.longest_maturity or sys.maxsize)

    def _rule(self, kind: str, limit: str, margin: Decimal) -> Rule:
        return Rule(
            SecurityKind(kind),
            self.method,
            margin,
            self.concentration,
            days_of_tenor(limit),
            tuple(self.issuers.get(kind, ())),
        )


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
