"""What the log of a market says, in the words of a report: movements, signatures, gas, positions.

`settlement.ledger` reads it off a market. Amounts are in the units that people use: Decimal for
cash, int for securities. Times are in the market's zone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

Amount = Decimal | int

EXCHANGES = frozenset({"Settled", "Opened", "Closed", "Rolled", "CycleSettled"})
"""The events of which each is delivery against payment."""

FUNDING = frozenset({"Minted", "Burned", "Redeemed"})
"""The events by which assets come and go from outside."""


@dataclass(frozen=True, slots=True)
class Movement:
    """An asset that moved; the empty name stands for the world outside.

    `reason` is the event of its transaction that explains it, `subject` the trade or repo.
    """

    time: datetime
    asset: str
    source: str
    target: str
    amount: Amount
    reason: str
    subject: str


@dataclass(frozen=True, slots=True)
class Consent:
    """Something that a party's client signed: the type of EIP-712, and what it was about."""

    who: str
    what: str
    subject: str


@dataclass(frozen=True, slots=True)
class GasUse:
    """What one function of a contract used over all its transactions."""

    what: str
    times: int
    gas: int


@dataclass(frozen=True, slots=True)
class Position:
    """What a wallet holds of an asset by the register and on the chain."""

    wallet: str
    asset: str
    register: Amount
    chain: Amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """The whole. `currency` is the symbol of the cash."""

    currency: str
    movements: Sequence[Movement]
    consents: Sequence[Consent]
    gas: Sequence[GasUse]
    positions: Sequence[Position]

    def of(self, asset: str) -> list[Movement]:
        """The movements of one asset."""
        return [movement for movement in self.movements if movement.asset == asset]

    def exchanged(self) -> Decimal:
        """Cash that changed hands against securities."""
        cash = (each.amount for each in self.of(self.currency) if each.reason in EXCHANGES)
        return sum(map(Decimal, cash), Decimal(0))

    def cash_needed(self) -> Mapping[str, Decimal]:
        """By party, the largest sum by which its payments were ever ahead of its receipts.

        What the bank issued or took back does not count: it is what the need was met from.
        """
        ahead: defaultdict[str, Decimal] = defaultdict(Decimal)
        most: defaultdict[str, Decimal] = defaultdict(Decimal)
        for each in self.of(self.currency):
            if each.reason in FUNDING:
                continue
            ahead[each.source] += each.amount
            ahead[each.target] -= each.amount
            most[each.source] = max(most[each.source], ahead[each.source])
        return {party: amount for party, amount in most.items() if amount}
