"""The eligibility schedule of the venue's collateral policy: what it takes, and at which margin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from settlement.model.asset import SecurityKind
from settlement.model.repo import Method


@dataclass(frozen=True, slots=True)
class Rule:
    """A row: securities of one kind, up to a remaining maturity, of certain issuers.

    `margin` is the least haircut or ratio, `concentration` the most that one issuer may make of a
    repo's collateral value. `longest_maturity` is in days, None for no limit, which alone takes
    what does not mature. `issuers` are the LEIs of the only issuers taken; none: any. Several rules
    of one kind go by longer and longer maturities, and the first that is long enough decides.
    """

    kind: SecurityKind
    method: Method
    margin: Decimal
    concentration: Decimal = Decimal(1)
    longest_maturity: int | None = None
    issuers: tuple[str, ...] = ()


def by_kind(
    margins: Mapping[SecurityKind, Decimal], method: Method, concentration: Decimal = Decimal(1)
) -> list[Rule]:
    """The plain schedule: whole kinds, whatever their maturity and issuer."""
    return [Rule(kind, method, margin, concentration) for kind, margin in margins.items()]
