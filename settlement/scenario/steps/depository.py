"""What the depository and the bank do: wallets, holdings, book and cash."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from pydantic import Field

from settlement.scenario.fields import Amount, PositiveAmount, Quantity, Text
from settlement.scenario.steps.base import Name, Step


class Register(Step):
    """The depository admits a participant's wallet."""

    verb = "register"
    example = "{register: newcomer}"

    register_: Text = Field(alias="register", description="participant")

    def names(self) -> Iterator[Name]:
        yield "register", "participant", self.register_


class Suspend(Step):
    """The depository stops a wallet for every asset, with one write."""

    verb = "suspend"
    example = "{suspend: fund, reason: screening hit}"

    suspend: Text = Field(description="participant")
    reason: Text = Field("screening", description="told and logged")

    def names(self) -> Iterator[Name]:
        yield "suspend", "participant", self.suspend


class Reinstate(Step):
    """Lifts the suspension of a participant's wallet, or the pause of an asset."""

    verb = "reinstate"
    example = "{reinstate: fund}"

    reinstate: Text = Field(description="participant or asset")
    reason: Text = Field("cleared", description="told and logged")

    def names(self) -> Iterator[Name]:
        yield "reinstate", "participant or asset", self.reinstate


class Freeze(Step):
    """Sets how much of a holding cannot move; zero frees it."""

    verb = "freeze"
    example = "{freeze: dealer, holding: {T-2035: 15000}}"

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
    example = "{pause: USD, reason: issuer's incident}"

    pause: Text = Field(description="asset")
    reason: Text = Field("incident", description="told and logged")

    def names(self) -> Iterator[Name]:
        yield "pause", "asset", self.pause


class Tokenize(Step):
    """From a participant's account in the depository's book to its wallet."""

    verb = "tokenize"
    example = "{tokenize: dealer, securities: {T-2035: 500000}}"

    tokenize: Text = Field(description="participant")
    securities: dict[Text, Quantity] = Field(description="how much of which security")

    def names(self) -> Iterator[Name]:
        yield "tokenize", "participant", self.tokenize
        yield from (("securities", "security", symbol) for symbol in self.securities)


class Detokenize(Step):
    """From a participant's wallet back to its account in the depository's book."""

    verb = "detokenize"
    example = "{detokenize: dealer, securities: {T-2035: 500000}}"

    detokenize: Text = Field(description="participant")
    securities: dict[Text, Quantity] = Field(description="how much of which security")

    def names(self) -> Iterator[Name]:
        yield "detokenize", "participant", self.detokenize
        yield from (("securities", "security", symbol) for symbol in self.securities)


class Mint(Step):
    """The bank issues cash to a participant's wallet."""

    verb = "mint"
    example = "{mint: fund, cash: 10000.00}"

    mint: Text = Field(description="participant")
    cash: PositiveAmount = Field(description="how much")

    def names(self) -> Iterator[Name]:
        yield "mint", "participant", self.mint


class Redeem(Step):
    """The bank takes cash back from a participant's wallet."""

    verb = "redeem"
    example = "{redeem: fund, cash: 10000.00}"

    redeem: Text = Field(description="participant")
    cash: PositiveAmount = Field(description="how much")

    def names(self) -> Iterator[Name]:
        yield "redeem", "participant", self.redeem
