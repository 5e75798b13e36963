"""Where a drill is played: a market of its own, its cast, and verbs that tell what they do.

The cast: `dealer` holds 12,000,000 T-2035, `fund` 12,000,000.00 USD, `broker` some of both; all
three are members, with ether to send transactions of their own. `intruder` has a key and ether and
no registration. It is Monday 2 March 2026, 09:00 in New York.

Every verb does one thing and says so in a line; `told` takes the lines said since it was last
asked. What is submitted goes through `refused` or `settled`, which look at all wallets and at the
five invariants right after it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache

from settlement.coordinator.amounts import show_amount
from settlement.coordinator.directory import Party
from settlement.drills.invariants import Moves, invariants
from settlement.errors import BadInput, Refused
from settlement.market import Market
from settlement.model.asset import Cash
from settlement.model.trade import Trade
from settlement.onchain.contract import token
from settlement.reporting.drill import Attempt, Loss
from settlement.reporting.story import Change, Refusal
from settlement.units import cash_from_chain, cash_to_chain, cents_half_up

CASH, NOTE = "USD", "T-2035"
PRICE = Decimal("1.0075")
"""Of the note: at which every sale is struck and holdings are valued, unless a drill differs."""

QUANTITY = 2_000_000
AMOUNT = cents_half_up(QUANTITY * PRICE)
PAYMENT = cash_to_chain(AMOUNT)
"""A sale, unless a drill differs: of the note, against cash, and that in the chain's units."""

Deed = Callable[[], Iterable[str] | object]
"""Something to submit. Strings that it returns are told as lines."""

Balances = Mapping[str, Mapping[str, int]]


@dataclass
class Scene:
    """One market, and what was said and tried on it."""

    market: Market
    worth: dict[str, Decimal]
    before: Balances
    lines: list[str] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)

    @classmethod
    def open(cls) -> Scene:
        """A chain with the cast on it alone; only the scene that was opened last may be played."""
        market = _morning()()
        return cls(market, {CASH: Decimal(1), NOTE: PRICE}, market.balances())

    def say(self, line: str) -> None:
        """Tells something."""
        self.lines.append(line)

    def told(self) -> tuple[str, ...]:
        """What was said since the last time."""
        lines, self.lines = tuple(self.lines), []
        return lines

    def party(self, name: str) -> Party:
        """One of the cast."""
        return self.market.directory.party(name)

    def amount(self, symbol: str, units: int) -> str:
        """`2,015,000.00 USD`."""
        return show_amount(self.market.directory.asset(symbol), units)

    # --- what parties, depository and bank do --------------------------------------------------

    def sale(
        self,
        reference: str,
        seller: str = "dealer",
        buyer: str = "fund",
        quantity: int = QUANTITY,
        price: Decimal = PRICE,
        security: str = NOTE,
    ) -> None:
        """A trade for today that both sides sign."""
        amount = self.market.book_trade(reference, seller, buyer, security, quantity, CASH, price)
        self.say(
            f"{reference}: {seller} sells {buyer} {self.amount(security, quantity)} at {price} "
            f"for {amount:,} {CASH}; both sign"
        )

    def sends(self, source: str, target: str, symbol: str, units: int) -> None:
        """A wallet transfers by itself, outside the venue. Raises {Refused}."""
        self._transfer(source, target, symbol, units)
        self.say(f"{source} sends {target} {self.amount(symbol, units)}")

    def cannot_send(self, source: str, target: str, symbol: str, units: int) -> None:
        """A wallet tries to transfer, and does not get through."""
        shown = self.amount(symbol, units)
        try:
            self._transfer(source, target, symbol, units)
        except Refused as refused:
            self.say(f"{source} cannot send {target} {shown}: {refused.sentence}")
        else:
            amiss = ("it was not to get through",)
            self.attempts.append(
                Attempt(f"{source} sends {target} {shown}", None, (), (), amiss, 0)
            )

    def issues(self, name: str, amount: Decimal) -> None:
        """The bank issues cash."""
        self.market.onboarding.issue_cash(name, CASH, amount)
        self.say(f"the bank issues {amount:,} {CASH} to {name}")

    def tokenizes(self, name: str, quantity: int, symbol: str = NOTE) -> None:
        """A participant deposits securities and tokenizes them."""
        self.market.onboarding.deposit(name, symbol, quantity)
        self.market.onboarding.tokenize(name, symbol, quantity)
        self.say(f"{name} tokenizes {self.amount(symbol, quantity)}")

    # --- what is submitted ---------------------------------------------------------------------

    def exchange(self, *references: str) -> Moves:
        """What booked trades move, summed."""
        booked = self.market.dvp.booked
        return self.exchange_of(*(booked(reference).trade for reference in references))

    def exchange_of(self, *trades: Trade) -> Moves:
        """What trades move, summed."""
        moves: Counter[tuple[str, str]] = Counter()
        name = self.market.directory.name
        for trade in trades:
            seller, buyer = name(trade.seller), name(trade.buyer)
            security, cash = name(trade.security), name(trade.cash)
            moves[seller, security] -= trade.quantity
            moves[buyer, security] += trade.quantity
            moves[buyer, cash] -= trade.amount
            moves[seller, cash] += trade.amount
        return {key: units for key, units in moves.items() if units}

    def refused(self, what: str, deed: Deed, error: str, *others: str) -> None:
        """Submits what must be refused, for one of these errors; nothing may move."""
        self._attempt(what, deed, {}, (error, *others))

    def settled(self, what: str, deed: Deed, agreed: Moves) -> None:
        """Submits what must get through and move exactly what was agreed."""
        self._attempt(what, deed, agreed, ())

    def figure(self, what: str, found: object, wanted: object) -> None:
        """Tells a figure, which must be the one that was wanted."""
        self.attempts.append(
            Attempt(
                what=what,
                refusal=None,
                lines=(str(found),),
                checks=invariants(self.market, {}, {}),
                amiss=() if found == wanted else (f"it was to be {wanted}",),
                gas=0,
            )
        )

    def settles(self, *references: str) -> None:
        """Submits booked trades again, one by one, which must settle."""
        for reference in references:
            self.settled(
                f"{reference} is submitted again", self.settle(reference), self.exchange(reference)
            )

    def settle(self, reference: str) -> Deed:
        """Submits a booked trade."""

        def deed() -> Iterable[str]:
            self.market.dvp.settle(reference)
            return ["settled in one transaction"]

        return deed

    # --- what was there before and after -------------------------------------------------------

    def from_here(self) -> None:
        """What holdings are compared with from now on."""
        self.before = self.market.balances()

    def changes(self) -> tuple[Change, ...]:
        """Every wallet's holdings, before and now."""
        after = self.market.balances()
        return tuple(
            Change(
                party,
                symbol,
                self._shown(symbol, self.before.get(party, {}).get(symbol, 0)),
                self._shown(symbol, units),
            )
            for party, held in after.items()
            for symbol, units in held.items()
        )

    def lost(self) -> tuple[Loss, ...]:
        """What parties gave for nothing: by how much their holdings are worth less than before."""
        worth = {
            party: cents_half_up(self._value(self.before.get(party, {})) - self._value(held))
            for party, held in self.market.balances().items()
        }
        return tuple(Loss(party, lost, CASH) for party, lost in worth.items() if lost > 0)

    def _attempt(self, what: str, deed: Deed, agreed: Moves, errors: tuple[str, ...]) -> None:
        before, used = self.market.balances(), self.market.journal.gas_used
        lines, refusal = _done(deed)
        moved = _moved(before, self.market.balances())
        self.attempts.append(
            Attempt(
                what=what,
                refusal=refusal,
                lines=lines,
                checks=invariants(self.market, moved, agreed),
                amiss=tuple(_amiss(refusal, errors)),
                gas=self.market.journal.gas_used - used,
            )
        )

    def _transfer(self, source: str, target: str, symbol: str, units: int) -> None:
        asset = self.market.directory.asset(symbol)
        sender, receiver = self.party(source), self.party(target)
        transaction = token(asset).transaction(sender.key, "transfer", receiver.address, units)
        self.market.journal.run(transaction)

    def _shown(self, symbol: str, units: int) -> Decimal | int:
        asset = self.market.directory.asset(symbol)
        return cash_from_chain(units) if isinstance(asset, Cash) else units

    def _value(self, held: Mapping[str, int]) -> Decimal:
        shown = {symbol: self._shown(symbol, units) for symbol, units in held.items()}
        return sum(
            (self.worth.get(symbol, Decimal(0)) * amount for symbol, amount in shown.items()),
            Decimal(0),
        )


@cache
def _morning() -> Callable[[], Market]:
    """A market of its own each time; the chain is made once and goes back to its beginning."""
    market = Market.open(with_ether=("dealer", "fund", "broker", "intruder"))
    market.add_cash(CASH)
    market.add_security(NOTE, isin="US91282CZZ75", denomination=1_000)
    market.add_participant("dealer", securities={NOTE: 12_000_000})
    market.add_participant("fund", cash={CASH: Decimal("12000000.00")})
    market.add_participant(
        "broker", cash={CASH: Decimal("2000000.00")}, securities={NOTE: 2_000_000}
    )
    market.directory.add_party(market.party("intruder"))
    return market.checkpoint()


def _done(deed: Deed) -> tuple[tuple[str, ...], Refusal | None]:
    try:
        said = deed()
    except Refused as refused:
        return (), Refusal(refused.sentence, refused.error, refused.reason)
    except BadInput as bad:
        return (), Refusal("; ".join(str(bad).splitlines()), type(bad).__name__, "")
    lines = said if isinstance(said, list | tuple) else ()
    return tuple(line for line in lines if isinstance(line, str)), None


def _amiss(refusal: Refusal | None, errors: tuple[str, ...]) -> Iterable[str]:
    wanted = " or ".join(errors)
    if refusal is None and errors:
        yield f"it was to be refused ({wanted}) and was not"
    if refusal is not None and refusal.error not in errors:
        said = f"for {refusal.error}: {refusal.sentence}"
        yield f"it was to be refused for {wanted} and was {said}" if errors else f"refused {said}"


def _moved(before: Balances, after: Balances) -> Moves:
    return {
        (party, symbol): after[party][symbol] - units
        for party, held in before.items()
        for symbol, units in held.items()
        if after[party][symbol] != units
    }
