"""Sentences for what the collateral policy and the price board refuse; see `refusals`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from settlement.coordinator.amounts import in_cash, in_per_cent
from settlement.coordinator.directory import Directory
from settlement.model.asset import Security, SecurityKind
from settlement.units import price_from_chain

Arguments = Mapping[str, Any]
Sentences = dict[str, Callable[[Arguments], str]]

_NO_MATURITY = 2**32 - 1


def collateral_sentences(directory: Directory) -> Sentences:
    """The sentences, by the name of the error."""
    words = _Words(directory)
    return words.collateral() | words.prices()


class _Words:
    """The sentences, one function for each contract."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._name = directory.name
        self._time = directory.show_time

    def collateral(self) -> Sentences:
        return {
            "NotEnoughCollateral": lambda a: (
                "the collateral after its margin is worth "
                f"{in_cash(a['available'])}, and the purchase price is {in_cash(a['needed'])}"
            ),
            "NotEligible": lambda a: (
                f"{SecurityKind.numbered(a['kind']).value} is not eligible "
                f"under version {a['version']} of the collateral policy"
            ),
            "NotTheLatestPolicy": lambda a: (
                f"new repos follow version {a['latest']} of the "
                f"collateral policy, not version {a['version']}"
            ),
            "MaturityTooLong": lambda a: (
                f"{SecurityKind.numbered(a['kind']).value} with {_remaining(a['remaining'])} "
                f"is not eligible: version {a['version']} of the collateral policy takes it "
                f"up to {a['longest']:,} days"
            ),
            "IssuerNotTaken": lambda a: (
                f"{SecurityKind.numbered(a['kind']).value} of {self._issued(a['issuer'])} is not "
                f"eligible under version {a['version']} of the collateral policy, "
                "which lists the issuers that it takes"
            ),
            "MarginNotAccepted": lambda a: (
                f"{self._name(a['security'])} at "
                f"{in_per_cent(a['margin'])} is not accepted: the policy asks for at least "
                f"{in_per_cent(a['least'])}"
            ),
            "OverConcentrated": lambda a: (
                f"what {self._issued(a['issuer'])} issued makes "
                f"{in_per_cent(a['share'])} of the collateral, and the policy allows "
                f"{in_per_cent(a['limit'])}"
            ),
            "WouldOutliveSecurity": lambda a: (
                f"{self._name(a['security'])} stops circulating at "
                f"{self._time(a['sunset'])}, before the repo would end"
            ),
        }

    def prices(self) -> Sentences:
        return {
            "ZeroPrice": lambda a: f"a price of {self._name(a['security'])} is above zero",
            "PriceMissing": lambda a: f"{self._name(a['security'])} has no price",
            "PricePending": lambda a: (
                f"a jump in the price of {self._name(a['security'])} waits for its confirmation"
            ),
            "PriceStale": lambda a: (
                f"the price of {self._name(a['security'])} is {_span(a['age'])} old, "
                f"and {_span(a['maximumAge'])} is allowed"
            ),
            "NothingToConfirm": lambda a: (
                f"no price of {price_from_chain(a['price'])} for "
                f"{self._name(a['security'])} waits for its confirmation"
            ),
        }

    def _issued(self, lei: bytes) -> str:
        """An issuer, by its securities as well."""
        whose = lei.decode("ascii", "replace")
        symbols = [
            asset.symbol
            for asset in self._directory.assets()
            if isinstance(asset, Security) and asset.issuer == whose
        ]
        return f"{whose} ({', '.join(symbols)})" if symbols else whose


def _remaining(days: int) -> str:
    return "no maturity" if days == _NO_MATURITY else f"{days:,} days to its maturity"


def _span(seconds: int) -> str:
    """`5 h 59 s`: days, hours, minutes and seconds, without those that are none."""
    minutes, left = divmod(seconds, 60)
    parts = [(minutes // 1_440, "d"), (minutes // 60 % 24, "h"), (minutes % 60, "min"), (left, "s")]
    return " ".join(f"{count:,} {unit}" for count, unit in parts if count) or "0 s"
