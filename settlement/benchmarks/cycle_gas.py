"""Gas of netting cycles among ten participants in ten assets, nine securities and cash.

Trades are drawn by seed, evenly over participants and securities. All is in the steady state:
balances are above zero before and after, and the word of each participant's cycle numbers is in
use. A cycle counts per trade, rounded up, at 120 and at 1,000 trades. `cheaper_from` is a number of
trades, not gas: the least of which a cycle costs less than the same trades gross, as it does of one
more and of two more. Gross is a best-effort batch, or transactions of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from random import Random

from settlement.benchmarks.repo_gas import Figures
from settlement.coordinator.dvp import BEST_EFFORT
from settlement.market import Market

SIZES = (120, 1_000)
CHEAPER_FROM = "net_cycle_cheaper_from"
"""The figures that count trades."""
_SEED = 20_261_123
_MEMBERS = [f"member {number}" for number in range(10)]
_SECURITIES = [f"T-{2030 + number}" for number in range(9)]
_MOST = 60
"""No cycle is dearer than gross at so many trades."""

_Terms = tuple[str, str, str, int, str, Decimal]


def measure() -> Figures:
    """Every figure, on a chain of its own."""
    bench = _Bench()
    bench.cycle(_MOST)
    bench.gross(_MOST)
    per_trade = {f"per_trade_{size}": -(-bench.cycle(size) // size) for size in SIZES}
    return {
        "net_cycle": per_trade,
        CHEAPER_FROM: {
            "batch": bench.least_trades(bench.gross),
            "single": bench.least_trades(bench.one_by_one),
        },
    }


class _Bench:
    def __init__(self) -> None:
        market = Market.open()
        market.add_cash("USD")
        for symbol in _SECURITIES:
            market.add_security(symbol, denomination=1_000)
        for name in _MEMBERS:
            cash, securities = Decimal("9000000000.00"), dict.fromkeys(_SECURITIES, 9_000_000_000)
            market.add_participant(name, {"USD": cash}, securities)
        self._market = market
        self._runs = 0

    def cycle(self, trades: int) -> int:
        """Gas of netting so many trades."""
        market, number = self._market, self._market.cycles.new_cycle()
        for reference, terms in self._drawn(trades):
            market.confirm_trade(reference, number, *terms)
        draft = market.cycles.draft(number, market.window_of_today())
        return self._gas(lambda: market.cycles.settle(draft))

    def gross(self, trades: int) -> int:
        """Gas of settling so many in a best-effort batch."""
        references = self._signed(trades)
        return self._gas(lambda: self._market.dvp.settle_batch(references, BEST_EFFORT))

    def one_by_one(self, trades: int) -> int:
        """Gas of settling so many in a transaction each."""
        references = self._signed(trades)
        return self._gas(lambda: [self._market.dvp.settle(name) for name in references])

    def least_trades(self, gross: Callable[[int], int]) -> int:
        """The least size at which a cycle costs less, and at the next two sizes as well."""
        return first_of_three(self.cycle(size) < gross(size) for size in range(1, _MOST))

    def _signed(self, trades: int) -> list[str]:
        market, references = self._market, []
        for reference, terms in self._drawn(trades):
            both = market.instructions(reference, *terms)
            market.dvp.sign(reference, market.dvp.match(*both))
            references.append(reference)
        return references

    def _drawn(self, trades: int) -> list[tuple[str, _Terms]]:
        """The first trades of one and the same flow, with names of their own."""
        self._runs += 1
        random = Random(_SEED)
        return [(f"{self._runs}/{number}", _terms(random)) for number in range(trades)]

    def _gas(self, act: Callable[[], object]) -> int:
        before = self._market.journal.gas_used
        act()
        return self._market.journal.gas_used - before


def first_of_three(holds: Iterable[bool]) -> int:
    """The place, counted from one, of the first three in a row that hold."""
    in_a_row = 0
    for place, each in enumerate(holds, 1):
        in_a_row = in_a_row + 1 if each else 0
        if in_a_row == 3:
            return place - 2
    raise ValueError("no three sizes in a row")


def _terms(random: Random) -> _Terms:
    """Only `Random.random()` is used, which Python promises not to change."""
    seller = int(random.random() * 10)
    buyer = (seller + 1 + int(random.random() * 9)) % 10
    security = _SECURITIES[int(random.random() * 9)]
    quantity = 1_000 * (1 + int(random.random() * 1_000))
    price = Decimal(9_000 + int(random.random() * 2_000)) / 10_000
    amount = (quantity * price).quantize(Decimal("0.01"))
    return _MEMBERS[seller], _MEMBERS[buyer], security, quantity, "USD", amount
