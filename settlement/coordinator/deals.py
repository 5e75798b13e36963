"""What the two sides of a repo say to each other, in Decimals and dates.

A `MasterAgreement` is the annex under which two participants trade; a `Deal` is one repo under it.
The desk turns both into what the contract takes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from decimal import Decimal

from eth_utils import keccak

from settlement.model.repo import Agreement, Duration, Income, Method
from settlement.units import cash_to_chain, rate_to_chain

CUT_OFF = time(17, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class MasterAgreement:
    """What two participants agree for all their repos. Rates and the bound are fractions.

    `late_rate` zero lets the repo rate run on; `threshold` and `minimum_transfer` are cash; times
    are whole seconds.
    """

    master: str = "GMRA 2011"
    method: Method = Method.HAIRCUT
    basis: int = 360
    maximum_price_age: timedelta = timedelta(days=1)
    grace: timedelta = timedelta(days=1)
    late_rate: Decimal = Decimal(0)
    fails_rate: Decimal = Decimal("0.03")
    margin_rate: Decimal = Decimal(0)
    threshold: Decimal = Decimal(0)
    minimum_transfer: Decimal = Decimal(0)
    call_deadline: timedelta = timedelta(hours=4)
    valuation_period: timedelta = timedelta(days=2)
    valuation_bound: Decimal = Decimal("0.20")

    def in_chain_units(self, utc_offset: int) -> Agreement:
        """The contract's struct, on a clock `utc_offset` seconds ahead of UTC."""
        return Agreement(
            master=keccak(text=self.master),
            method=self.method.value,
            basis=self.basis,
            maximum_price_age=_seconds(self.maximum_price_age),
            grace=_seconds(self.grace),
            late_rate=rate_to_chain(self.late_rate),
            fails_rate=rate_to_chain(self.fails_rate),
            margin_rate=rate_to_chain(self.margin_rate),
            threshold=cash_to_chain(self.threshold),
            minimum_transfer=cash_to_chain(self.minimum_transfer),
            call_deadline=_seconds(self.call_deadline),
            valuation_period=_seconds(self.valuation_period),
            valuation_bound=rate_to_chain(self.valuation_bound),
            utc_offset=utc_offset,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Deal:
    """What seller and buyer agree on. Rates, haircuts and ratios are fractions.

    `collateral` maps symbols to quantities; `margins` maps the same symbols to their haircut or
    ratio. `purchase_price` None takes all that the collateral carries. `venue` is `bilateral`
    (title passes) or `tri-party` (held in custody). `repurchase_date` is None for an open-ended
    repo, and the purchase date for an intraday one. `notice` is days.
    """

    reference: str
    venue: str
    seller: str
    buyer: str
    currency: str
    collateral: Mapping[str, int]
    margins: Mapping[str, Decimal]
    repo_rate: Decimal
    purchase_date: date
    repurchase_date: date | None
    agreement: MasterAgreement = field(default_factory=MasterAgreement)
    purchase_price: Decimal | None = None
    cut_off: time = CUT_OFF
    notice: int = 0
    income: Income = Income.MANUFACTURED
    may_substitute: bool = False
    may_terminate: bool = False

    @property
    def duration(self) -> Duration:
        """How long it runs, by its dates."""
        if self.repurchase_date is None:
            return Duration.OPEN_ENDED
        if self.repurchase_date == self.purchase_date:
            return Duration.INTRADAY
        return Duration.TERM


def _seconds(span: timedelta) -> int:
    return span.days * 86_400 + span.seconds
