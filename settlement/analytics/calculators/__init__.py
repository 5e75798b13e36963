"""Calculators by name: what `dvp calc` offers and what files of figures refer to."""

from __future__ import annotations

from collections.abc import Mapping

from settlement.analytics.calculators.allocation import Allocate
from settlement.analytics.calculators.answer import Calculator
from settlement.analytics.calculators.collateral import (
    Adjust,
    Haircut,
    Partial,
    PurchasePrice,
    Reprice,
    Shape,
    Substitute,
)
from settlement.analytics.calculators.default import CloseOut
from settlement.analytics.calculators.exposure import Exposure
from settlement.analytics.calculators.income import Accrued, Coupon
from settlement.analytics.calculators.interest import Accrual, Fails, Interest, Roll, SellBack
from settlement.analytics.calculators.margin import Call, MarginSecurities, NetExposure
from settlement.errors import UnknownName

CALCULATORS: Mapping[str, type[Calculator]] = {
    "purchase-price": PurchasePrice,
    "interest": Interest,
    "accrual": Accrual,
    "roll": Roll,
    "reprice": Reprice,
    "adjust": Adjust,
    "substitute": Substitute,
    "shape": Shape,
    "partial": Partial,
    "haircut": Haircut,
    "exposure": Exposure,
    "net-exposure": NetExposure,
    "call": Call,
    "margin-securities": MarginSecurities,
    "coupon": Coupon,
    "sell-back": SellBack,
    "accrued": Accrued,
    "fails": Fails,
    "allocate": Allocate,
    "close-out": CloseOut,
}


def calculator(name: str) -> type[Calculator]:
    """The calculator of this name; the nearest is suggested where there is none."""
    if name not in CALCULATORS:
        raise UnknownName("calculator", name, CALCULATORS)
    return CALCULATORS[name]
