"""Margin: called on the net exposure of two participants, met, and returned.

The desk finds the open repos of the two by itself. Who acts comes first: `call_margin("fund",
"dealer")` is the fund's call; the dealer then meets it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

from settlement.analytics.collateral import collateral_up, market_value, value_after_margin
from settlement.coordinator.accrual import interest_formula
from settlement.coordinator.board import Board
from settlement.coordinator.facility import Facility, event_of, gas_for
from settlement.coordinator.netting_sets import (
    THE_ONE,
    Netting,
    NettingSets,
    Which,
    margin_interest,
    margin_periods,
)
from settlement.errors import Refused
from settlement.model.repo import Line, Method
from settlement.onchain import repo_signing as sign
from settlement.units import (
    cash_from_chain,
    cash_to_chain,
    cents_half_up,
    rate_from_chain,
    rate_to_chain,
)


@dataclass(frozen=True, slots=True)
class Exposure:
    """Net exposure of one participant to another, and what it may call."""

    net_exposure: Decimal
    call: Decimal


@dataclass(frozen=True, slots=True)
class Call:
    """A call that was made; `deadline` is none while its clock stands still."""

    by: str
    against: str
    net_exposure: Decimal
    amount: Decimal
    deadline: datetime | None


@dataclass(frozen=True, slots=True)
class CashMargin:
    """Cash margin that moved: `interest` was paid besides the principal; `held` is what is left.

    `held` is what the receiver holds of the payer's, below zero the other way round.
    """

    payer: str
    receiver: str
    principal: Decimal
    interest: Decimal
    formula: str
    held: Decimal

    @property
    def paid(self) -> Decimal:
        """Principal and interest."""
        return self.principal + self.interest


@dataclass(frozen=True, slots=True)
class SecurityMargin:
    """A security that moved as margin; `worth` is what it counts for when given, unrounded."""

    giver: str
    receiver: str
    security: str
    quantity: int
    worth: Fraction = Fraction(0)


class MarginDesk:
    """The desk for margin."""

    def __init__(self, facility: Facility, board: Board, sets: NettingSets) -> None:
        self._facility = facility
        self._directory = facility.directory
        self._board = board
        self._sets = sets

    def net_exposure(self, by: str, against: str, which: Which = THE_ONE) -> Exposure:
        """Net exposure of `by` to `against` now, as the chain has it. Raises {Refused}: prices."""
        netting = self._sets.of(by, against, which)
        securities = netting.record.sorted_securities
        found = self._facility.ask("netExposure", netting.pair, netting.positions, securities)
        assert isinstance(found, tuple)
        exposure, call = found
        return Exposure(cash_from_chain(exposure), cash_from_chain(call))

    def call_margin(self, by: str, against: str, which: Which = THE_ONE) -> Call:
        """`by` calls what its net exposure is above the threshold. Raises {Refused}."""
        netting = self._sets.of(by, against, which)
        consent = sign.margin_call_hash(netting.id, netting.next_number, netting.by.address)
        events = self._facility.send(
            "callMargin",
            netting.pair,
            netting.positions,
            netting.record.sorted_securities,
            self._facility.sign(netting.by, consent),
            gas=gas_for(list(netting.repos)),
        )
        called = event_of(events, "MarginCalled").arguments
        return Call(
            by,
            against,
            cash_from_chain(called["netExposure"]),
            cash_from_chain(called["amount"]),
            self._moment(called["deadline"]),
        )

    def called(self, by: str, against: str, which: Which = THE_ONE) -> Decimal:
        """What `by` has called of `against` and not received; zero where no call stands."""
        netting = self._sets.of(by, against, which)
        call = netting.record.call
        made = call is not None and call.by == netting.by.address
        return cash_from_chain(self._called(netting) if made else 0)

    def meet_in_cash(self, by: str, against: str, which: Which = THE_ONE) -> CashMargin:
        """`by` pays exactly what `against` called. Raises {Refused}."""
        netting = self._sets.of(by, against, which)
        sides = (netting.by.address, netting.against.address)
        amount = self._called(netting)
        consent = sign.margin_payment_hash(netting.id, netting.next_number, *sides, amount)
        self._facility.send("meetInCash", netting.pair, self._facility.sign(netting.by, consent))
        return self._paid(netting, amount, 0, "")

    def meet_in_securities(
        self,
        by: str,
        against: str,
        symbol: str,
        quantity: int | None = None,
        margin: Decimal | None = None,
        which: Which = THE_ONE,
    ) -> SecurityMargin:
        """`by` delivers securities worth at least the call. Raises {Refused}.

        The quantity, unless given, is what the call needs, up to the denomination; the haircut or
        ratio, unless given, the one at which the security stands already, else the policy's least.
        """
        netting = self._sets.of(by, against, which)
        security = self._directory.security(symbol)
        rate = self._margin_of(netting, symbol) if margin is None else margin
        price = self._board.price(symbol, netting.agreement.maximum_price_age)
        if quantity is None:
            counted = (
                (Method.RATIO, Decimal(1))
                if netting.method is Method.RATIO
                else (Method.HAIRCUT, rate)
            )
            call = cash_from_chain(self._called(netting))
            quantity = collateral_up(call, price, *counted, security.denomination)
        self._deliver("meetInSecurities", netting, symbol, quantity, rate)
        worth = _margin_value(netting.method, market_value(quantity, price), rate)
        return SecurityMargin(by, against, symbol, quantity, worth)

    def return_cash(
        self,
        by: str,
        against: str,
        amount: Decimal | None = None,
        which: Which = THE_ONE,
    ) -> CashMargin:
        """`by` returns cash margin that it holds, all unless an amount is given. Raises {Refused}.

        With the last of it goes the interest; where nothing is held any more, the interest alone.
        """
        netting = self._sets.of(by, against, which)
        held = netting.sign_of(netting.record.cash)
        principal = max(0, held) if amount is None else cash_to_chain(amount)
        interest, formula = self._interest_with(netting, principal, held)
        sides = (netting.by.address, netting.against.address)
        consent = sign.margin_return_hash(
            netting.id, netting.next_number, *sides, principal, interest
        )
        signature = self._facility.sign(netting.by, consent)
        self._facility.send("returnCash", netting.pair, principal, signature)
        return self._paid(netting, principal, interest, formula)

    def return_securities(
        self,
        by: str,
        against: str,
        symbol: str,
        quantity: int | None = None,
        which: Which = THE_ONE,
    ) -> SecurityMargin:
        """`by` returns a security that it holds as margin, all unless a quantity is given."""
        netting = self._sets.of(by, against, which)
        security = self._directory.security(symbol)
        standing = netting.record.securities.get(security.address)
        if standing is None:
            raise Refused(f"{by} holds no {symbol} as margin", error="NotHeldAsMargin")
        returned = netting.sign_of(standing.quantity) if quantity is None else quantity
        rate = rate_from_chain(standing.margin)
        self._deliver("returnSecurities", netting, symbol, returned, rate)
        return SecurityMargin(by, against, symbol, returned)

    def stop_clock(self, by: str, against: str, which: Which = THE_ONE) -> None:
        """The clock of the call that `by` made stands still while it cannot be met."""
        self._facility.send("stopClock", self._sets.of(by, against, which).pair)

    def restart_clock(self, by: str, against: str, which: Which = THE_ONE) -> datetime:
        """It runs again, with all of its time; its new deadline."""
        events = self._facility.send("restartClock", self._sets.of(by, against, which).pair)
        deadline = self._moment(event_of(events, "ClockSet").arguments["deadline"])
        assert deadline is not None
        return deadline

    def _called(self, netting: Netting) -> int:
        """The amount of the call that stands; zero without one, which the chain refuses."""
        return netting.record.call.amount if netting.record.call else 0

    def _margin_of(self, netting: Netting, symbol: str) -> Decimal:
        security = self._directory.security(symbol)
        standing = netting.record.securities.get(security.address)
        if standing is not None:
            return rate_from_chain(standing.margin)
        return self._board.rule(security).margin

    def _deliver(
        self, function: str, netting: Netting, symbol: str, quantity: int, margin: Decimal
    ) -> None:
        security = self._directory.security(symbol)
        self._directory.require_listed(netting.by.name, security.address)
        lines = (Line(security.address, quantity, rate_to_chain(margin)),)
        place = (netting.id, netting.next_number, netting.by.address, netting.against.address)
        if function == "meetInSecurities":
            consent = sign.margin_delivery_hash(*place, self._called(netting), lines)
        else:
            consent = sign.margin_restitution_hash(*place, lines)
        words = [line.words() for line in lines]
        signature = self._facility.sign(netting.by, consent)
        self._facility.send(function, netting.pair, words, signature)

    def _interest_with(self, netting: Netting, principal: int, held: int) -> tuple[int, str]:
        """Interest (millionths) that goes with a return, and its formula."""
        day = netting.day(self._facility.now())
        interest = cents_half_up(margin_interest(netting, day))
        if principal != held or cash_from_chain(principal) + interest < 0:
            return 0, ""
        periods = margin_periods(netting, day)
        formula = interest_formula(periods, netting.agreement.basis, interest)
        return cash_to_chain(interest), formula if interest else ""

    def _paid(self, netting: Netting, principal: int, interest: int, formula: str) -> CashMargin:
        left = self._facility.sets.of(netting.id).cash
        return CashMargin(
            netting.by.name,
            netting.against.name,
            cash_from_chain(principal),
            cash_from_chain(interest),
            formula,
            cash_from_chain(-netting.sign_of(left)),
        )

    def _moment(self, seconds: int) -> datetime | None:
        if not seconds:
            return None
        return datetime.fromtimestamp(seconds, UTC).astimezone(self._directory.zone)


def _margin_value(method: Method, value: Fraction, margin: Decimal) -> Fraction:
    """What a security counts for as margin: at market value under the ratio method."""
    return value if method is Method.RATIO else value_after_margin(value, method, margin)
