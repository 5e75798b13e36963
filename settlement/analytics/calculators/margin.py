"""Calculators of exposure, net exposure, margin call and margin in securities."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, ClassVar

from settlement.analytics import margin
from settlement.analytics.calculators import values
from settlement.analytics.calculators.answer import Answer, Entry
from settlement.analytics.calculators.inputs import BadInputs, Fault, refused, rows
from settlement.analytics.calculators.terms import (
    Loan,
    margin_of,
    require_margin,
    require_one_margin,
)
from settlement.analytics.collateral import collateral_up, value_after_margin
from settlement.model.repo import Method
from settlement.units import (
    cents_half_up,
    show_cash,
    show_exact,
    show_per_cent,
    show_quantity,
)

METHODS = {"haircut": Method.HAIRCUT, "ratio": Method.RATIO}
BUYS = {"buyer": True, "seller": False}


@dataclass(frozen=True, kw_only=True)
class BasketLine:
    """One line of a basket."""

    share: Annotated[Decimal, values.cash("cash of the purchase price that the line carries")]
    margin: Annotated[Decimal, values.margin("its haircut, or margin ratio")]
    market_value: Annotated[Decimal, values.market_value("its market value now")]


@dataclass(frozen=True, kw_only=True)
class Exposure(Loan):
    """Exposure of a repo: positive where the buyer, who lent the cash, is exposed.

    One collateral is a market value with a haircut or a margin ratio; a basket is a method and
    lines.
    """

    market_value: Annotated[Decimal | None, values.market_value("market value of the collateral now")] = None
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
                margin.CollateralLine(line.share, line.margin, line.market_value)
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
            f"{show_cash(line.share)} × {show_per_cent(line.margin)}" for line in lines
        )
        worth = " + ".join(show_cash(line.market_value) for line in lines)
        weighted = f"({weights}) / {show_cash(self.purchase_price)}"
        return (
            f"RP × Σ(w × m) − Σ MV = {price} × {weighted} − ({worth}) = {show_exact(self.exposure)}"
        )

    def answer(self) -> Answer:
        """`RP × Σ(wᵢ × mᵢ) − Σ MVᵢ` by ratio, `RP − Σ MVᵢ × (1 − hᵢ)` by haircut."""
        return Answer(
            {
                "repurchase_price": cents_half_up(self.repurchase_price),
                "exposure": cents_half_up(self.exposure),
            },
            [self.interest_step, f"exposure = {self.step}"],
        )

    def _require_single(self) -> None:
        require_one_margin(self.haircut, self.margin_ratio)
        if self.market_value is None:
            raise BadInputs([Fault("market_value", "is missing: or a method and lines")])
        if self.method not in (None, margin_of(self.haircut, self.margin_ratio).method):
            raise refused("method", "another than that of the margin", "the same")

    def _require_basket(self) -> None:
        if self.method is None:
            raise BadInputs([Fault("method", "is missing: lines are of one of ratio and haircut")])
        for name in ("market_value", "haircut", "margin_ratio"):
            if getattr(self, name) is not None:
                raise BadInputs([Fault(name, "does not go with lines, each of which has its own")])
        for place, line in enumerate(self.lines, 1):
            require_margin(f"lines.{place}.margin", self.method, line.margin)
        carried = sum(line.share for line in self.lines)
        if carried != self.purchase_price:
            needed = f"the purchase price of {self.purchase_price}"
            raise refused("lines", f"shares that sum to {carried}", needed)


@dataclass(frozen=True, kw_only=True)
class Transaction(Exposure):
    """A repo under the agreement, and which side of it the party has."""

    POSITIONS: ClassVar = ("party_is", "purchase_price", "rate", "days", "market_value")

    party_is: Annotated[bool, values.choice("side of the party", BUYS)]


@dataclass(frozen=True, kw_only=True)
class CashMargin:
    """Cash margin, which earns its agreed rate."""

    POSITIONS: ClassVar = ("amount", "rate", "days")

    amount: Annotated[Decimal, values.cash("cash of the margin")]
    rate: Annotated[Decimal, values.rate("its rate a year")]
    days: Annotated[int, values.days("actual days that it is held")]
    basis: Annotated[int, values.basis()] = 360

    @property
    def worth(self) -> Fraction:
        """With its interest, unrounded."""
        return margin.cash_margin(self.amount, self.rate, self.days, self.basis)

    @property
    def step(self) -> str:
        """The worth in figures."""
        return f"{show_cash(self.amount)} × (1 + {show_per_cent(self.rate)} × {self.days} / {self.basis})"


@dataclass(frozen=True, kw_only=True)
class SecuritiesMargin:
    """Margin in securities: at market value by ratio, after haircut by haircut."""

    market_value: Annotated[Decimal, values.market_value("its market value now")]
    haircut: Annotated[Decimal | None, values.haircut()] = None

    @property
    def worth(self) -> Fraction:
        """Unrounded."""
        return value_after_margin(self.market_value, Method.HAIRCUT, self.haircut or Decimal(0))


def cash_entries(held: Sequence[CashMargin], given: Sequence[CashMargin]) -> Iterator[Entry]:
    """Cash margin as terms of a sum: what is held counts against the one who holds it."""
    yield from (Entry(f"cash margin held: {each.step}", -each.worth) for each in held)
    yield from (Entry(f"cash margin given: {each.step}", each.worth) for each in given)


def other_entries(**amounts: Decimal) -> Iterator[Entry]:
    """Amounts by the name of their input; `..._due_by_...` and `..._held` take away."""
    for name, amount in amounts.items():
        sign = -1 if "_due_by_" in name or name.endswith("_held") else 1
        if amount:
            yield Entry(name.replace("_", " "), sign * Fraction(amount))


def summed(entries: Sequence[Entry]) -> Fraction:
    """The sum of all terms, unrounded."""
    return margin.net_sum(
        [entry.amount for entry in entries if entry.amount > 0],
        [-entry.amount for entry in entries if entry.amount < 0],
    )


@dataclass(frozen=True, kw_only=True)
class NetExposure:
    """Exposure of a party over all repos of one agreement, with margin and income."""

    transactions: Annotated[tuple[Transaction, ...], rows(Transaction, "a repo of the agreement")]
    cash_margin_held: Annotated[tuple[CashMargin, ...], rows(CashMargin, "cash margin that it holds")] = ()
    cash_margin_given: Annotated[tuple[CashMargin, ...], rows(CashMargin, "cash margin that it gave")] = ()
    securities_margin_held: Annotated[tuple[SecuritiesMargin, ...], rows(SecuritiesMargin, "margin in securities that it holds")] = ()
    securities_margin_given: Annotated[tuple[SecuritiesMargin, ...], rows(SecuritiesMargin, "margin in securities that it gave")] = ()
    income_due_to_party: Annotated[Decimal, values.cash_from_zero("income due to it")] = Decimal(0)
    income_due_by_party: Annotated[Decimal, values.cash_from_zero("income that it owes")] = Decimal(0)

    def __post_init__(self) -> None:
        methods = {transaction.by for transaction in self.transactions}
        if len(methods) > 1:
            raise refused("transactions", "haircuts and margin ratios", "one method an agreement")
        (method,) = methods
        for side in ("held", "given"):
            name = f"securities_margin_{side}"
            for place, each in enumerate(getattr(self, name), 1):
                _require_haircut(f"{name}.{place}.haircut", method, each)

    def answer(self) -> Answer:
        """`Σ TE as buyer − Σ TE as seller + income due to it − income due by it − held + given`."""
        entries = [
            *(_transaction_entry(*numbered) for numbered in enumerate(self.transactions, 1)),
            *cash_entries(self.cash_margin_held, self.cash_margin_given),
            *(Entry("securities margin held", -each.worth) for each in self.securities_margin_held),
            *(
                Entry("securities margin given", each.worth)
                for each in self.securities_margin_given
            ),
            *other_entries(
                income_due_to_party=self.income_due_to_party,
                income_due_by_party=self.income_due_by_party,
            ),
        ]
        net = summed(entries)
        return Answer(
            {"net_exposure": cents_half_up(net)},
            [*map(str, entries), f"net exposure = {show_exact(net)}"],
        )


def _transaction_entry(place: int, transaction: Transaction) -> Entry:
    side, sign = ("buyer", 1) if transaction.party_is else ("seller", -1)
    return Entry(f"transaction {place}, as {side}: {transaction.step}", sign * transaction.exposure)


def _require_haircut(name: str, method: Method, margin: SecuritiesMargin) -> None:
    if method is Method.HAIRCUT and margin.haircut is None:
        raise BadInputs([Fault(name, "is missing: the agreement values by haircut")])
    if method is Method.RATIO and margin.haircut is not None:
        raise refused(name, margin.haircut, "none, since the agreement values by ratio,")


@dataclass(frozen=True, kw_only=True)
class Call:
    """Margin call that follows from a net exposure."""

    net_exposure: Annotated[Decimal, values.exposure("net exposure of the party that calls")]
    threshold: Annotated[Decimal, values.cash_from_zero("exposure that is borne without a call")] = Decimal(0)
    minimum_transfer: Annotated[Decimal, values.cash_from_zero("least call that is made")] = Decimal(0)

    def answer(self) -> Answer:
        """`X = net exposure − threshold`; the call is X if X > 0 and X ≥ minimum transfer."""
        excess = Fraction(self.net_exposure) - Fraction(self.threshold)
        called = margin.margin_call(self.net_exposure, self.threshold, self.minimum_transfer)
        figures = f"{show_exact(self.net_exposure)} − {show_cash(self.threshold)}"
        return Answer(
            {"call": called},
            [
                f"X = net exposure − threshold = {figures} = {show_exact(excess)}",
                f"call = X if X > 0 and X ≥ {show_cash(self.minimum_transfer)}, else nothing",
            ],
        )


@dataclass(frozen=True, kw_only=True)
class MarginSecurities:
    """Securities that meet a call: at market value, or after a haircut where one is given."""

    call: Annotated[Decimal, values.cash("the call")]
    price: Annotated[Decimal, values.price("dirty price")]
    haircut: Annotated[Decimal | None, values.haircut()] = None
    denomination: Annotated[int, values.nominal("least nominal that can be delivered")] = 1

    def answer(self) -> Answer:
        """`nominal = call / (price × (1 − h))`, up to the denomination."""
        haircut = self.haircut or Decimal(0)
        nominal = collateral_up(self.call, self.price, Method.HAIRCUT, haircut, self.denomination)
        exact = Fraction(self.call) / value_after_margin(self.price, Method.HAIRCUT, haircut)
        figures = f"{show_cash(self.call)} / ({self.price} × (1 − {show_per_cent(haircut)}))"
        return Answer(
            {"nominal": nominal},
            [
                f"nominal = call / (price × (1 − h)) = {figures} = {show_exact(exact)},"
                f" up to a multiple of {show_quantity(self.denomination)}"
            ],
        )
