"""A whole scenario, and everything that is wrong with one: each problem with file, line and field.

Reading goes in three passes and reports all that a pass finds: YAML (`reading`), fields (here and
in `steps`), then names, so that nothing runs before every name is known.
"""

from __future__ import annotations

import difflib
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from settlement.errors import BadFile, BadInput, Problem
from settlement.model.identifiers import valid_isin, valid_lei
from settlement.scenario.fields import (
    Amount,
    CashKindName,
    Count,
    KindName,
    Margin,
    Moment,
    Quantity,
    Text,
    Truth,
)
from settlement.scenario.reading import Path_, Written, read_file, read_text
from settlement.scenario.steps import RESERVED, STEPS, TIMING, Step

Part = TypeVar("Part", bound=BaseModel)


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


def load(path: Path) -> Scenario:
    """Reads a scenario file. Raises {BadFile} with every problem."""
    return _parse(read_file(path))


def loads(text: str, file: str) -> Scenario:
    """Reads a scenario from text; `file` is what problems call it."""
    return _parse(read_text(text, file))


def _parse(written: Written) -> Scenario:
    if not isinstance(written.content, dict):
        raise BadFile([written.problem((), "a scenario is a mapping of words to values")])
    scenario, problems = _validated(Scenario, written.content, (), written)
    steps, step_problems = _parse_steps(written)
    problems += step_problems
    if scenario is None or problems:
        raise BadFile(problems)
    complete = scenario.model_copy(update={"steps": steps})
    problems = [*_times(complete, written), *_names(complete, written)]
    if problems:
        raise BadFile(problems)
    return complete


def _validated(
    part: type[Part], content: Any, path: Path_, written: Written
) -> tuple[Part | None, list[Problem]]:
    try:
        return part.model_validate(content), []
    except ValidationError as error:
        found = [
            written.problem((*path, *_place(problem["loc"])), _message(dict(problem)))
            for problem in error.errors()
        ]
        return None, found


def _parse_steps(written: Written) -> tuple[list[Step], list[Problem]]:
    assert isinstance(written.content, dict)
    raw = written.content.get("steps", [])
    if not isinstance(raw, list):
        return [], []
    steps: list[Step] = []
    problems: list[Problem] = []
    for place, content in enumerate(raw):
        kind, message = _kind_of(content)
        if kind is None:
            problems.append(written.problem(("steps", place), message))
            continue
        step, found = _validated(kind, content, ("steps", place), written)
        problems += found
        if step is not None:
            steps.append(step)
    return steps, problems


def _kind_of(content: Any) -> tuple[type[Step] | None, str]:
    if not isinstance(content, dict):
        return None, "a step is a mapping that begins with its word"
    verb = next((word for word in content if word not in TIMING), None)
    if verb is None:
        return None, "a step needs a word for what happens"
    if verb in STEPS:
        return STEPS[verb], ""
    if verb in RESERVED:
        return None, f"'{verb}' is a reserved word that does not work yet"
    near = difflib.get_close_matches(verb, [*STEPS, *RESERVED], n=1)
    hint = f"did you mean '{near[0]}'?" if near else "known: " + ", ".join(STEPS)
    return None, f"'{verb}' is not a step; {hint}"


def _times(scenario: Scenario, written: Written) -> list[Problem]:
    problems: list[Problem] = []
    now: datetime = scenario.starts
    for place, step in enumerate(scenario.steps):
        moment = step.moment_after(now)
        path = ("steps", place, "at" if step.at is not None else "advance")
        if moment < now:
            message = f"{moment:%Y-%m-%d %H:%M} is earlier than what comes before it: "
            problems.append(written.problem(path, f"{message}{now:%Y-%m-%d %H:%M}"))
        if moment.year >= 2100:
            problems.append(written.problem(path, "a story ends before 2100"))
            break
        now = max(now, moment)
    return problems


def _names(scenario: Scenario, written: Written) -> list[Problem]:
    known = _Known(scenario)
    problems = [*_clashes(scenario, written), *known.check_parts(written)]
    for place, step in enumerate(scenario.steps):
        for field, what, name in step.names():
            message = known.wrong(what, name)
            if message:
                problems.append(written.problem(("steps", place, field), message))
        for field, symbol, amount in step.amounts():
            if symbol in scenario.securities and amount != amount.to_integral_value():
                message = f"a quantity of {symbol} is a whole number, not {amount}"
                problems.append(written.problem(("steps", place, field, symbol), message))
        problems += known.introduce(step, ("steps", place), written)
    return problems


def _clashes(scenario: Scenario, written: Written) -> list[Problem]:
    """Names that would mean two things."""
    parties, securities = set(scenario.participants), set(scenario.securities)
    symbols = securities & {scenario.currency, "cash"}
    names = parties & {*securities, scenario.currency}
    return [
        *(written.problem(("securities", symbol), "means the cash, here") for symbol in symbols),
        *(written.problem(("participants", name), "is an asset's name, too") for name in names),
    ]


class _Known:
    """The names that a scenario has given so far."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._names: dict[str, list[str]] = {
            "participant": list(scenario.participants),
            "security": list(scenario.securities),
            "asset": [*scenario.securities, scenario.currency],
            "trade": [],
            "repo": [],
        }

    def wrong(self, what: str, name: str) -> str:
        """What is wrong with a name; nothing where somebody has it."""
        known = [found for part in what.split(" or ") for found in self._names[part]]
        if name in known:
            return ""
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean '{near[0]}'?" if near else f"known: {', '.join(known) or 'none'}"
        return f"there is no {what} '{name}'; {hint}"

    def introduce(self, step: Step, path: Path_, written: Written) -> list[Problem]:
        """Takes in the names that a step gives; a name given twice is a problem."""
        problems = []
        new = [step.introduces(), *self._batched(step)]
        for entry in new:
            if entry is None:
                continue
            what, name = entry
            if name in self._names["trade"] or name in self._names["repo"]:
                problems.append(written.problem((*path, step.verb), f"'{name}' stands twice"))
            self._names[what].append(name)
        return problems

    def check_parts(self, written: Written) -> list[Problem]:
        """Names in the parts before and after the steps."""
        problems = []
        scenario = self._scenario
        for name, part in scenario.participants.items():
            for field in ("securities", "book"):
                for symbol in getattr(part, field):
                    message = self.wrong("security", symbol)
                    if message:
                        path = ("participants", name, field, symbol)
                        problems.append(written.problem(path, message))
        for name, balances in scenario.expect.balances.items():
            message = self.wrong("participant", name)
            if message:
                problems.append(written.problem(("expect", "balances", name), message))
            for symbol in balances:
                message = "" if symbol == "cash" else self.wrong("security", symbol)
                if message:
                    path = ("expect", "balances", name, symbol)
                    problems.append(written.problem(path, message))
        return problems

    def _batched(self, step: Step) -> list[tuple[str, str] | None]:
        trades = getattr(step, "trades", [])
        return [("trade", trade.trade) for trade in trades if not trade.again]


def _valid(check: Any, text: str) -> str:
    try:
        return str(check(text))
    except BadInput as problem:
        raise ValueError(str(problem)) from None


_SAID = {
    "missing": "is missing",
    "extra_forbidden": "is not known here",
    "dict_type": "words with values are needed here, as in {a: 1}",
    "model_type": "words with values are needed here, as in {a: 1}",
    "list_type": "a list is needed here",
    "string_type": "a word is needed here",
}
"""pydantic's types of problem, in the words of a scenario."""


def _message(problem: dict[str, Any]) -> str:
    said = _SAID.get(problem["type"])
    return said or str(problem["msg"]).removeprefix("Value error, ")


def _place(location: Path_) -> Path_:
    """Where pydantic found a problem; it marks a key that is wrong itself."""
    return location[:-1] if location[-1:] == ("[key]",) else location
