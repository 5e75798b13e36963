"""What a step is, whatever its word: its time, what it refers to, what must come of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, ClassVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    model_validator,
)

from settlement.scenario.fields import Moment, Span, Text

Name = tuple[str, str, str]
"""(field, what it must be, the name); it must be a participant, security, asset, trade or repo."""


def _listed(written: object) -> object:
    return [written] if isinstance(written, str) else written


Names = Annotated[list[Text], BeforeValidator(_listed)]


def other_side(buyer: str | None, info: ValidationInfo) -> str | None:
    """A buyer who is not the seller. Raises {ValueError}."""
    if buyer is not None and buyer == info.data.get("seller"):
        raise ValueError(f"{buyer} is the seller, too")
    return buyer


TIMING = ("at", "advance", "expect")
"""Words that may stand before the one that names the step."""

REFUSED = "refused"
"""What `expect` says where a refusal must come."""

REFUSED_FIGURES = {"short": "what is missing, where the reason is MONY or LACK"}
"""What `expect` can compare, besides `refused`, after any refusal."""


class Step(BaseModel):
    """What every step may carry besides its own words."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    verb: ClassVar[str] = ""
    """The word that names the step."""

    figures: ClassVar[Mapping[str, str]] = {}
    """What `expect` can compare when the step is done, and what it is."""

    example: ClassVar[str] = ""
    """One such step, as it may stand in a file."""

    at: Moment | None = Field(None, description="when it happens; not before the step above")
    advance: Span | None = Field(None, description="how long after the step above it happens")
    expect: dict[str, str] = Field(
        default_factory=dict,
        description="figures that must come out, or `refused` with its reason or error",
    )

    def names(self) -> Iterator[Name]:
        """What the step refers to."""
        yield from ()

    def introduces(self) -> Iterator[tuple[str, str]]:
        """(what, name) of each trade or repo that later steps may refer to."""
        yield from ()

    def amounts(self) -> Iterator[tuple[str, str, Decimal]]:
        """(field, asset, amount) where an amount may be of cash or of a security."""
        yield from ()

    @property
    def comparable(self) -> Mapping[str, str]:
        """The figures that there may be, refused or not."""
        return REFUSED_FIGURES if REFUSED in self.expect else self.figures

    @model_validator(mode="after")
    def _one_time(self) -> Step:
        if self.at is not None and self.advance is not None:
            raise ValueError("`at` or `advance`, not both")
        return self

    def moment_after(self, now: datetime) -> datetime:
        """When it happens, if the clock stands at `now`."""
        if self.at is not None:
            return self.at
        return now + (self.advance or timedelta())
