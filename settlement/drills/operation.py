"""Too much at once, and files that cannot be read: behaviours 38 and 39."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from settlement.chain.base import TRANSACTION_GAS_CAP
from settlement.coordinator.dvp import ALL_OR_NONE, BEST_EFFORT, MOST_IN_BATCH
from settlement.drills.drill import Drill
from settlement.drills.invariants import Moves
from settlement.drills.scene import AMOUNT, CASH, NOTE, PRICE, QUANTITY, Deed, Scene
from settlement.errors import BadFile, BadInput, ChainTrouble, Refused
from settlement.scenario.acts import prepare
from settlement.scenario.acts.base import Stage
from settlement.scenario.loading import load
from settlement.scenario.reading import MOST_BYTES
from settlement.tradefile.reading import COLUMNS, read_trade_file
from settlement.units import cash_to_chain, cents_half_up, parse_decimal

_PIECE = 1_000

Content = TypeVar("Content")


class TooLarge(Drill):
    """A batch has one trade more than a transaction can carry."""

    name = "too-large"
    behaviour = 38
    question = "A batch has to be cut in two. Where may it be cut, and where never?"

    def set_up(self, scene: Scene) -> None:
        self.trades = [f"S{place}" for place in range(1, MOST_IN_BATCH + 1)]
        for reference in self.trades:
            self._book(scene, reference)
        each = f"{scene.amount(NOTE, _PIECE)} for {cents_half_up(_PIECE * PRICE):,} {CASH}"
        scene.say(f"{self.trades[0]} to {self.trades[-1]}: dealer sells fund {each} each")

    def fault(self, scene: Scene) -> None:
        self.trades.append(f"S{MOST_IN_BATCH + 1}")
        self._book(scene, self.trades[-1])
        scene.say(f"one trade more: {self.trades[-1]}")

    def submit(self, scene: Scene) -> None:
        sent = scene.market.journal.transactions
        together = partial(scene.market.dvp.settle_batch, self.trades, ALL_OR_NONE)
        scene.refused(f"all {len(self.trades)}, all or none", together, "BadInput")
        forced = self._with_gas(scene, TRANSACTION_GAS_CAP + 1)
        scene.refused("past the desk, with more gas", forced, "ChainTrouble")
        scene.figure("sent to the chain so far", scene.market.journal.transactions - sent, 0)

    def mend(self, scene: Scene) -> None:
        scene.say("the trades need not settle together: each may settle as it can")

    def settle(self, scene: Scene) -> None:
        sent, moves = scene.market.journal.transactions, scene.exchange(*self.trades)
        scene.settled(f"all {len(self.trades)}, each as it can", self._each(scene), moves)
        scene.figure("transactions", scene.market.journal.transactions - sent, 2)

    def without(self, scene: Scene) -> None:
        self.fault(scene)
        scene.sends("dealer", "fund", NOTE, len(self.trades) * _PIECE)
        scene.say("the deliveries filled the first transaction; the payments go into the next")
        scene.market.onboarding.suspend("fund", "investigation")
        payment = cash_to_chain(cents_half_up(_PIECE * PRICE))
        scene.cannot_send("fund", "dealer", CASH, len(self.trades) * payment)

    def _book(self, scene: Scene, reference: str) -> None:
        scene.market.book_trade(reference, "dealer", "fund", NOTE, _PIECE, CASH, PRICE)

    def _with_gas(self, scene: Scene, gas: int) -> Deed:
        """Submits all as one batch, with so much gas."""
        market = scene.market
        words = [market.dvp.booked(reference).signed.words() for reference in self.trades]
        transaction = market.deployment.settlement.transaction(
            market.operators.coordinator, "settleBatch", words, ALL_OR_NONE, gas=gas
        )

        def deed() -> None:
            try:
                market.journal.run(transaction)
            except ChainTrouble as trouble:
                raise Refused(str(trouble), error="ChainTrouble") from None

        return deed

    def _each(self, scene: Scene) -> Deed:
        def deed() -> Iterable[str]:
            journal = scene.market.journal
            before = journal.transactions
            outcome = scene.market.dvp.settle_batch(self.trades, BEST_EFFORT)
            settled = sum(refused is None for refused in outcome.values())
            asked = " and ".join(f"{sent.transaction.gas:,}" for sent in journal.sent[before:])
            return [
                f"{settled} settle",
                f"gas asked for: {asked}; a transaction has {TRANSACTION_GAS_CAP:,} at most",
            ]

        return deed


@dataclass(frozen=True, slots=True)
class _Sale:
    """A trade as the file has it."""

    trade: str
    buyer: str
    quantity: int
    amount: Decimal

    def __str__(self) -> str:
        return _STEP.format(self=self, note=NOTE)


_HEAD = f"""\
format: 1
name: The trades of the day
starts: 2026-03-02 09:00
securities:
  {NOTE}: {{kind: treasury-note}}
participants:
  dealer: {{}}
  fund: {{}}
  broker: {{}}
steps:
"""
_STEP = """\
  - trade: {self.trade}
    seller: dealer
    buyer: {self.buyer}
    security: {note}
    quantity: {self.quantity}
    amount: {self.amount}
"""
_SALES = (
    _Sale("S1", "fund", QUANTITY, AMOUNT),
    _Sale("S2", "broker", QUANTITY // 2, AMOUNT / 2),
)
_TRADES, _REPOS = "trades.yaml", "repos.csv"

_SPOILED = {
    "a field missing": (f"    quantity: {_SALES[1].quantity}\n", ""),
    "what a program with floats writes": (f"{_SALES[1].amount}", "1007499.9999999999"),
    "a party that nobody knows": ("buyer: broker", "buyer: borker"),
    "an id that stands twice": ("trade: S2", "trade: S1"),
    "an amount below zero": (f"{_SALES[1].amount}", f"-{_SALES[1].amount}"),
    "a letter that is not UTF-8": ("The trades of the day", "H\xe4ndler"),
}
"""What is wrong with a copy of the file, and what stands there instead of what."""

_REPO = "R1,fund,dealer,T-2035,2026-03-02,2026-03-02,10000000,100.75,1,4.30,{},10076203.39,USD\n"
_BAD_REPOS = ",".join(COLUMNS) + "\n"
_BAD_REPOS += _REPO.format("10075000.000000001")
_BAD_REPOS += _REPO.format("10075000.00").replace("fund", "").replace("R1", "R2")
_BAD_REPOS += _REPO.format("10075000.00").replace("10000000", "-10000000")

_LIST = ("dealer fund T-2035 2000000", "fund dealer USD 2015000.O0")
"""What a list of payments looks like, in which somebody typed a letter for a zero."""


class SpoiledFile(Drill):
    """The file of the day's trades is spoiled in one place, and its other trade is still good."""

    name = "bad-file"
    behaviour = 39
    question = "S1 was written without a mistake. Why does it have to wait?"

    def set_up(self, scene: Scene) -> None:
        scene.say(f"{_TRADES} has two trades, which settle when it is submitted")
        for sale in _SALES:
            what = f"{scene.amount(NOTE, sale.quantity)} for {sale.amount:,} {CASH}"
            scene.say(f"{sale.trade}: dealer sells {sale.buyer} {what}")

    def fault(self, scene: Scene) -> None:
        scene.say("copies of the file are spoiled, each in another place")

    def submit(self, scene: Scene) -> None:
        for what, (good, bad) in _SPOILED.items():
            spoiled = _good().replace(good, bad).encode("latin-1")
            scene.refused(f"{_TRADES} with {what}", _submission(scene, spoiled), "BadFile")
        endless = _good().encode().ljust(MOST_BYTES + 1)
        scene.refused(f"{_TRADES} without an end", _submission(scene, endless), "BadFile")
        repos = partial(_read, _REPOS, _BAD_REPOS.encode(), read_trade_file)
        scene.refused(f"{_REPOS}, a file of repos with a mistake in each", repos, "BadFile")

    def mend(self, scene: Scene) -> None:
        scene.say(f"{_TRADES} is as it was meant to be")

    def settle(self, scene: Scene) -> None:
        scene.settled(_TRADES, _submission(scene, _good().encode()), _moves())

    def without(self, scene: Scene) -> None:
        scene.say("a program pays a list, line by line as it reads")
        for number, line in enumerate(_LIST, 1):
            source, target, symbol, written = line.split()
            try:
                amount = parse_decimal(written)
            except BadInput as bad:
                scene.say(f"line {number}: {bad}; the program stops")
                break
            scene.sends(source, target, symbol, int(amount))


def _good() -> str:
    return _HEAD + "".join(map(str, _SALES))


def _moves() -> Moves:
    """What the two trades of the file move."""
    moves: Counter[tuple[str, str]] = Counter()
    for sale in _SALES:
        moves["dealer", NOTE] -= sale.quantity
        moves["dealer", CASH] += cash_to_chain(sale.amount)
        moves[sale.buyer, NOTE] += sale.quantity
        moves[sale.buyer, CASH] -= cash_to_chain(sale.amount)
    return moves


def _submission(scene: Scene, content: bytes) -> Deed:
    """Reads the whole file, and then settles what stands in it."""

    def deed() -> Iterable[str]:
        scenario = _read(_TRADES, content, load)
        stage = Stage(scene.market, scenario)
        acts = [prepare(stage, step) for step in scenario.steps]
        return [f"{act.reference}: {line}" for act in acts for line in act.do().lines]

    return deed


def _read(name: str, content: bytes, read: Callable[[Path], Content]) -> Content:
    """Reads a file of this name; problems call it by that, wherever it stood."""
    with TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(content)
        try:
            return read(path)
        except BadFile as bad:
            named = [replace(problem, file=name) for problem in bad.problems]
            raise BadFile(named) from None


DRILLS: tuple[type[Drill], ...] = (TooLarge, SpoiledFile)
