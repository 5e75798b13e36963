"""Calculator of the exposure of one repo, which the net exposure takes too."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, ClassVar

from settlement.analytics import margin
from settlement.analytics.calculators import values
from settlement.analytics.calculators.answer import Answer
from settlement.analytics.calculators.figures import show_cash, show_exact, show_per_cent
from settlement.analytics.calculators.inputs import BadInputs, Fault, missing, refused, rows
from settlement.analytics.calculators.terms import (
    BUYS,
    Loan,
    margin_of,
    require_margin,
    require_one_margin,
)
from settlement.model.repo import Method
from settlement.units import cents_half_up

METHODS = {"haircut": Method.HAIRCUT, "ratio": Method.RATIO}


@dataclass(frozen=True, kw_only=True)
class BasketLine:
    """One line of a basket."""

    purchase_price: Annotated[
        Decimal, values.cash("cash that the line carries, a part of the whole purchase price")
    ]
    margin: Annotated[Decimal, values.margin("its haircut, or margin ratio")]
    market_value: Annotated[Decimal, values.market_value("its market value now")]


@dataclass(frozen=True, kw_only=True)
class Exposure(Loan):
    """Exposure of a repo: positive where the buyer, who lent the cash, is exposed.

    One collateral is a market value with a haircut or a margin ratio; a basket is a method and
    lines.
    """

    market_value: Annotated[
        Decimal | None, values.market_value("market value of the collateral now")
    ] = None
    haircut: Annotated[Decimal | None, values.haircut()] = None
    margin_ratio: Annotated[Decimal | None, values.margin_ratio()] = None
    method: Annotated[Method | None, values.choice("method of a basket", METHODS)] = None
    lines: Annotated[tuple[BasketLine, ...], rows(BasketLine, "a line of a basket")] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.lines:
            self._require_basket()
        else:
            self._require_single()

    @property
    def by(self) -> Method:
        """The method that the collateral is valued by."""
        return self.method or margin_of(self.haircut, self.margin_ratio).method

    @property
    def collateral(self) -> list[margin.CollateralLine]:
        """The lines; one collateral is one line that carries all of the purchase price."""
        if self.lines:
            return [
                margin.CollateralLine(line.purchase_price, line.margin, line.market_value)
                for line in self.lines
            ]
        single = margin_of(self.haircut, self.margin_ratio).figure
        worth = self.market_value or Decimal(0)
        return [margin.CollateralLine(self.purchase_price, single, worth)]

    @property
    def exposure(self) -> Fraction:
        """Unrounded."""
        return margin.exposure(self.repurchase_price, self.by, self.collateral)

    @property
    def step(self) -> str:
        """The exposure in figures."""
        price, lines = show_exact(self.repurchase_price), self.collateral
        if self.by is Method.HAIRCUT:
            worth = " + ".join(
                f"{show_cash(line.market_value)} × (1 − {show_per_cent(line.margin)})"
                for line in lines
            )
            return f"RP − Σ MV × (1 − h) = {price} − ({worth}) = {show_exact(self.exposure)}"
        weights = " + ".join(
            f"{show_cash(line.purchase_price)} × {show_per_cent(line.margin)}" for line in lines
        )
        worth = " + ".join(show_cash(line.market_value) for line in lines)
        figures = f"{price} × ({weights}) / {show_cash(self.purchase_price)} − ({worth})"
        return f"RP × Σ(w × m) − Σ MV = {figures} = {show_exact(self.exposure)}"

    def answer(self) -> Answer:
        """`RP × Σ(wᵢ × mᵢ) − Σ MVᵢ` by ratio, `RP − Σ MVᵢ × (1 − hᵢ)` by haircut."""
        return Answer(
            {
                "repurchase_price": self.purchase_price + cents_half_up(self.interest),
                "exposure": cents_half_up(self.exposure),
            },
            [self.interest_step, self.repurchase_step, f"exposure = {self.step}"],
        )

    def _require_single(self) -> None:
        require_one_margin(self.haircut, self.margin_ratio)
        if self.market_value is None:
            raise missing("market_value", "market value of the collateral, or a method and lines")
        if self.method not in (None, margin_of(self.haircut, self.margin_ratio).method):
            raise refused("method", "another than that of the margin", "the method of the margin")

    def _require_basket(self) -> None:
        if self.method is None:
            raise missing("method", "lines are of one method, ratio or haircut")
        for name in ("market_value", "haircut", "margin_ratio"):
            if getattr(self, name) is not None:
                raise BadInputs([Fault(name, "does not go with lines, each of which has its own")])
        for place, line in enumerate(self.lines, 1):
            require_margin(f"lines.{place}.margin", self.method, line.margin)
        carried = sum((line.purchase_price for line in self.lines), Decimal(0))
        if carried != self.purchase_price:
            given = f"purchase prices that sum to {show_cash(carried)}"
            raise refused("lines", given, f"the {show_cash(self.purchase_price)} of the whole")


@dataclass(frozen=True, kw_only=True)
class Transaction(Exposure):
    """A repo under the agreement, and which side of it the party has."""

    POSITIONS: ClassVar = ("party_is", "purchase_price", "rate", "days", "market_value")

    party_is: Annotated[bool, values.choice("side of the party", BUYS)]
