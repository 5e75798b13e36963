"""Seconds, only ever as a ratio of two things done side by side in the same run.

**A demonstration**: a process that runs `dvp demo` against one that imports web3 and makes an
`EthereumTesterProvider`. Each is started once to warm the caches of the file system and of Python,
then both in turn, and the medians are compared.

**The bulk path**: the desk's best-effort batches, mined by `submit` of the chain port, against
`transact` of single settlements through web3 with gas given, on the same chain. Both settle as many
trades of the same kind between the same parties, in turns of `TURN`. Prepared beforehand for both:
the trades and the parties' signatures. Inside the time of both: encoding, the sender's signature,
execution and mining. The bulk path also decodes every event; fetching receipts one by one is timed
apart and is not part of the ratio.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from settlement.coordinator.dvp import BEST_EFFORT
from settlement.errors import ChainTrouble
from settlement.market import Market
from settlement.onchain.artifacts import load

SETTLEMENTS = 500
TURN = 100
STARTS = 7

MOST_DEMO = 4.0
"""A demonstration takes at most so many times what web3 and its provider take."""

LEAST_BULK = 3.0
"""The bulk path is at least so many times as fast."""

_GAS = 200_000
_FAR = 2**40
_TERMS = ("dealer", "fund", "T-2035", 1_000, "USD", Decimal("1007.50"))
_DEMO = ("-c", "from settlement.cli import main; main()", "demo")
_PROVIDER = ("-c", "from web3 import EthereumTesterProvider, Web3; Web3(EthereumTesterProvider())")


@dataclass(frozen=True, slots=True)
class DemoSpeed:
    """Medians, in seconds."""

    demo: float
    provider: float

    @property
    def ratio(self) -> float:
        """How many times as long the demonstration takes."""
        return self.demo / self.provider


@dataclass(frozen=True, slots=True)
class BulkSpeed:
    """Sums over all settlements, in seconds; `receipts` is what web3 takes to fetch them."""

    settlements: int
    bulk: float
    one_by_one: float
    receipts: float

    @property
    def ratio(self) -> float:
        """How many times as fast the bulk path is."""
        return self.one_by_one / self.bulk


def measure_demo(starts: int = STARTS) -> DemoSpeed:
    """Starts both processes in turn."""
    for arguments in (_DEMO, _PROVIDER):
        _seconds_of(arguments)
    demo, provider = [], []
    for _ in range(starts):
        demo.append(_seconds_of(_DEMO))
        provider.append(_seconds_of(_PROVIDER))
    return DemoSpeed(statistics.median(demo), statistics.median(provider))


def measure_bulk(settlements: int = SETTLEMENTS) -> BulkSpeed:
    """Settles both ways in turns, on one chain."""
    market = _market()
    together = _book(market, "together", settlements + 1)
    single = _book(market, "single", settlements + 1)
    one_by_one = _OneByOne(market)
    _submit(market, [together.pop()])
    one_by_one.transact([single.pop()])
    bulk = transacting = fetching = 0.0
    for first in range(0, settlements, TURN):
        turn = slice(first, first + TURN)
        one_by_one.set_clock_after()
        before = time.perf_counter()
        _submit(market, together[turn])
        submitted = time.perf_counter()
        hashes = one_by_one.transact(single[turn])
        transacted = time.perf_counter()
        one_by_one.require_settled(hashes)
        fetching += time.perf_counter() - transacted
        transacting += transacted - submitted
        bulk += submitted - before
    return BulkSpeed(settlements, bulk, transacting, fetching)


class _OneByOne:
    """The coordinator, sending through web3 as anybody would."""

    def __init__(self, market: Market) -> None:
        self._market = market
        self._web3 = market.chain.web3  # type: ignore[attr-defined]  # the local chain's own
        settlement, sender = market.deployment.settlement, market.operators.coordinator
        self._web3.provider.ethereum_tester.add_account("0x" + bytes(sender.key).hex())
        self._sender = sender.address
        self._contract = self._web3.eth.contract(
            address=settlement.address, abi=load(settlement.name).abi
        )

    def transact(self, references: Sequence[str]) -> list[Any]:
        options = {"from": self._sender, "gas": _GAS}
        settle = self._contract.functions.settle
        signed = [self._market.dvp.booked(reference).signed.words() for reference in references]
        return [settle(*words).transact(options) for words in signed]

    def require_settled(self, hashes: Sequence[Any]) -> None:
        for each in hashes:
            if self._web3.eth.get_transaction_receipt(each)["status"] != 1:
                raise ChainTrouble("a settlement failed that should be timed")

    def set_clock_after(self) -> None:
        """Blocks that web3 mines carry the time of the wall."""
        last = self._web3.eth.get_block("latest")["timestamp"]
        self._market.chain.advance_to(max(last + 1, self._market.chain.now()))


def _market() -> Market:
    market = Market.open()
    market.add_cash("USD")
    market.add_security("T-2035")
    market.add_participant("dealer", securities={"T-2035": 10_000_000})
    market.add_participant("fund", cash={"USD": Decimal("10000000.00")})
    return market


def _book(market: Market, name: str, count: int) -> list[str]:
    """Signed trades that may settle at any time, whichever clock a block carries."""
    references = [f"{name} {number}" for number in range(count)]
    for reference in references:
        delivery, receipt = (
            replace(side, not_after=_FAR, binding_from=_FAR)
            for side in market.instructions(reference, *_TERMS)
        )
        market.dvp.sign(reference, market.dvp.match(delivery, receipt))
    return references


def _submit(market: Market, references: Sequence[str]) -> None:
    outcome = market.dvp.settle_batch(references, BEST_EFFORT)
    if any(outcome.values()):
        raise ChainTrouble("a settlement failed that should be timed")


def _seconds_of(arguments: Sequence[str]) -> float:
    """One process from start to end, in the environment that a shell would give it."""
    environment = {key: value for key, value in os.environ.items() if key != "ETH_HASH_BACKEND"}
    command = [sys.executable, *arguments]
    before = time.perf_counter()
    done = subprocess.run(command, env=environment, capture_output=True, check=False)
    seconds = time.perf_counter() - before
    if done.returncode:
        raise ChainTrouble(f"a process that should be timed ended with {done.returncode}")
    return seconds
