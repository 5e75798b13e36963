"""What a scenario can say, a class a word. The first word of a step names it.

Each class documents its own fields; `docs/scenario.md` and the JSON Schema are generated from here.
`names` lists what a step refers to, so that a name that nobody has is found before anything runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, ClassVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

from settlement.errors import BadInput
from settlement.scenario.fields import (
    Amount,
    Day,
    ModeName,
    Moment,
    PositiveAmount,
    Price,
    Quantity,
    Rate,
    Span,
    Text,
    Truth,
    VenueName,
)
from settlement.units import parse_decimal

Name = tuple[str, str, str]
"""(field, what it must be, the name); it must be a participant, security, asset, trade or repo."""


def _listed(written: object) -> object:
    return [written] if isinstance(written, str) else written


Names = Annotated[list[Text], BeforeValidator(_listed)]

INSTRUCTED: Mapping[str, Callable[[str], Any]] = {
    "amount": parse_decimal,
    "quantity": lambda text: int(parse_decimal(text)),
    "security": str,
    "currency": str,
    "counterparty": str,
}
"""What a buyer's own instruction can say otherwise, and how it is read."""


class Step(BaseModel):
    """What every step may carry besides its own words."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    verb: ClassVar[str] = ""

    at: Moment | None = Field(None, description="when it happens; not before the step above")
    advance: Span | None = Field(None, description="how long after the step above it happens")
    expect: dict[str, str] = Field(
        default_factory=dict,
        description="figures that must come out, or `refused` with its reason or error",
    )

    def names(self) -> Iterator[Name]:
        """What the step refers to."""
        yield from ()

    def introduces(self) -> tuple[str, str] | None:
        """(what, name) of a trade or repo that later steps may refer to."""
        return None

    def amounts(self) -> Iterator[tuple[str, str, Decimal]]:
        """(field, asset, amount) where an amount may be of cash or of a security."""
        yield from ()

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


class Register(Step):
    """The depository admits a participant's wallet."""

    verb = "register"
    register_: Text = Field(alias="register", description="participant")

    def names(self) -> Iterator[Name]:
        yield "register", "participant", self.register_


class Suspend(Step):
    """The depository stops a wallet for every asset, with one write."""

    verb = "suspend"
    suspend: Text = Field(description="participant")
    reason: Text = Field("screening", description="told and logged")

    def names(self) -> Iterator[Name]:
        yield "suspend", "participant", self.suspend


class Reinstate(Step):
    """Lifts the suspension of a participant's wallet, or the pause of an asset."""

    verb = "reinstate"
    reinstate: Text = Field(description="participant or asset")
    reason: Text = Field("cleared", description="told and logged")

    def names(self) -> Iterator[Name]:
        yield "reinstate", "participant or asset", self.reinstate


class Freeze(Step):
    """Sets how much of a holding cannot move; zero frees it."""

    verb = "freeze"
    freeze: Text = Field(description="participant")
    holding: dict[Text, Amount] = Field(description="how much of which asset")

    def names(self) -> Iterator[Name]:
        yield "freeze", "participant", self.freeze
        yield from (("holding", "asset", symbol) for symbol in self.holding)

    def amounts(self) -> Iterator[tuple[str, str, Decimal]]:
        yield from (("holding", symbol, amount) for symbol, amount in self.holding.items())


class Pause(Step):
    """Stops an asset for everybody."""

    verb = "pause"
    pause: Text = Field(description="asset")
    reason: Text = Field("incident", description="told and logged")

    def names(self) -> Iterator[Name]:
        yield "pause", "asset", self.pause


class Tokenize(Step):
    """From a participant's account in the depository's book to its wallet."""

    verb = "tokenize"
    tokenize: Text = Field(description="participant")
    securities: dict[Text, Quantity] = Field(description="how much of which security")

    def names(self) -> Iterator[Name]:
        yield "tokenize", "participant", self.tokenize
        yield from (("securities", "security", symbol) for symbol in self.securities)


class Detokenize(Step):
    """From a participant's wallet back to its account in the depository's book."""

    verb = "detokenize"
    detokenize: Text = Field(description="participant")
    securities: dict[Text, Quantity] = Field(description="how much of which security")

    def names(self) -> Iterator[Name]:
        yield "detokenize", "participant", self.detokenize
        yield from (("securities", "security", symbol) for symbol in self.securities)


class Mint(Step):
    """The bank issues cash to a participant's wallet."""

    verb = "mint"
    mint: Text = Field(description="participant")
    cash: PositiveAmount = Field(description="how much")

    def names(self) -> Iterator[Name]:
        yield "mint", "participant", self.mint


class Redeem(Step):
    """The bank takes cash back from a participant's wallet."""

    verb = "redeem"
    redeem: Text = Field(description="participant")
    cash: PositiveAmount = Field(description="how much")

    def names(self) -> Iterator[Name]:
        yield "redeem", "participant", self.redeem


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
    transfer: dict[Text, PositiveAmount] = Field(description="how much of which asset")

    def assets(self) -> dict[str, Decimal]:
        return self.transfer


class DeliverFree(_Movement):
    """A delivery free of payment, at the venue. The receiver signs it too."""

    verb = "deliver_free"
    deliver_free: dict[Text, PositiveAmount] = Field(description="how much of which asset")

    def assets(self) -> dict[str, Decimal]:
        return self.deliver_free


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
    settle: Truth = Field(True, description="no: it is booked and waits")
    buyer_instructs: dict[str, str] = Field(
        default_factory=dict, description="what the buyer's own instruction says otherwise"
    )

    def introduces(self) -> tuple[str, str] | None:
        return None if self.again else ("trade", self.trade)

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


class Batch(Step):
    """Several trades in one transaction, netted all-or-none or one by one."""

    verb = "batch"
    batch: Text = Field(description="what it is called")
    mode: ModeName = Field("all-or-none", description="together, or each by itself")
    linked: Truth = Field(False, description="yes: the trades settle only together")
    trades: list[TradeFields] = Field(description="as in the step `trade`, without times")

    def names(self) -> Iterator[Name]:
        for trade in self.trades:
            yield from trade.names()

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
    """The depository's root wallet takes a settled delivery back. It does not return the cash."""

    verb = "reverse"
    reverse: Text = Field(description="trade")
    reason: Text = Field("error", description="told and logged")

    def names(self) -> Iterator[Name]:
        yield "reverse", "trade", self.reverse


class PriceOf(Step):
    """Prices observed now. A jump waits until a second role confirms it."""

    verb = "price"
    price: dict[Text, Price] = Field(description="price of each security")
    confirmed: Truth = Field(False, description="yes: the second role confirms a jump at once")

    def names(self) -> Iterator[Name]:
        yield from (("price", "security", symbol) for symbol in self.price)


class Repo(Step):
    """A repo: terms signed once for both legs, opened now or not at all.

    With its name alone it opens again what was agreed before.
    """

    verb = "repo"
    repo: Text = Field(description="what both sides call it")
    venue: VenueName = Field("bilateral", description="title passes, or custody holds")
    seller: Text | None = Field(None, description="participant that borrows the cash")
    buyer: Text | None = Field(None, description="participant that lends the cash")
    collateral: dict[Text, Quantity] = Field(
        default_factory=dict, description="how much of which security"
    )
    repo_rate: Rate | None = Field(None, description="may be negative")
    late_rate: Rate = Field(Decimal(0), description="while the seller is late; 0: the repo rate")
    purchase_date: Day | None = Field(None, description="the day of the opening leg")
    repurchase_date: Day | None = Field(None, description="the day of the closing leg")
    purchase_price: PositiveAmount | None = Field(
        None, description="the cash, if less than the collateral carries"
    )

    @property
    def again(self) -> bool:
        """Whether it only names a repo that was agreed before."""
        return self.seller is None

    def introduces(self) -> tuple[str, str] | None:
        return None if self.again else ("repo", self.repo)

    def names(self) -> Iterator[Name]:
        if self.again:
            yield "repo", "repo", self.repo
            return
        yield "seller", "participant", str(self.seller)
        yield "buyer", "participant", str(self.buyer)
        yield from (("collateral", "security", symbol) for symbol in self.collateral)

    @model_validator(mode="after")
    def _complete(self) -> Repo:
        needed = ("seller", "buyer", "repo_rate", "purchase_date", "repurchase_date")
        missing = [name for name in needed if getattr(self, name) is None]
        if len(missing) == len(needed) and not self.collateral:
            return self
        if not self.collateral:
            missing.append("collateral")
        if missing:
            raise ValueError(f"{', '.join(missing)} missing")
        return self


class Close(Step):
    """The other leg: collateral back against the repurchase price."""

    verb = "close"
    close: Text = Field(description="repo")
    by: Text | None = Field(None, description="side that asks for it; the seller unless named")

    def names(self) -> Iterator[Name]:
        yield "close", "repo", self.close
        if self.by is not None:
            yield "by", "participant", self.by


STEPS: dict[str, type[Step]] = {
    step.verb: step
    for step in (
        Register,
        Suspend,
        Reinstate,
        Freeze,
        Pause,
        Tokenize,
        Detokenize,
        Mint,
        Redeem,
        Transfer,
        DeliverFree,
        Trade,
        Cancel,
        Batch,
        Reverse,
        PriceOf,
        Repo,
        Close,
    )
}

RESERVED = {
    *("roll", "rerate", "reprice", "adjust", "substitute", "terminate", "margin_call"),
    *("deliver_margin", "return_margin", "partial", "fail", "default", "close_out", "cycle"),
    *("queue", "announce", "pay", "redeem_at_maturity", "vote", "document"),
}
"""Words that later capabilities will read."""

TIMING = ("at", "advance", "expect")
"""Words that may stand before the one that names the step."""
