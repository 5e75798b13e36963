"""Gas of the settlement functions, as `receipt.gasUsed` on a fresh chain: the same on every run.

`first` is the first time two parties do something: words of storage are written that were empty.
`steady` is every time after: each balance is above zero before and after, and the word of the
nonce, or of the netting set, is in use. Batches are of 50 trades between 50 distinct pairs of
wallets in the steady state, and count per trade, rounded up. Repos have one line, are bilateral and
have the figures of the worked example: 10,000,000 nominal at 1.0075, haircut 1%, 4.30%, overnight.
What happens between opening and closing is measured in `repo_gas`, netting cycles in `cycle_gas`.

Registration and issuance are not counted. Keys, addresses, amounts and times follow from names and
dates, so the zeros in calldata, which are cheaper, are the same each time too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

from settlement.benchmarks import cycle_gas, repo_gas
from settlement.benchmarks.repo_gas import Figures
from settlement.coordinator.deals import Deal
from settlement.coordinator.dvp import ALL_OR_NONE, BEST_EFFORT
from settlement.errors import BadInput
from settlement.market import Market
from settlement.model.asset import SecurityKind
from settlement.model.policy import by_kind
from settlement.model.repo import Method
from settlement.onchain.sources import CHECKOUT, in_checkout
from settlement.units import price_to_chain

BATCH = 50
FILE = CHECKOUT / "gas.json"

_PRICE = Decimal("1.0075")
_HAIRCUT = Decimal("0.01")
_TEN = time(10)


def measure() -> Figures:
    """Every figure, on a chain of its own."""
    market = _market()
    return {
        "settle": _settle(market),
        f"settle_batch_{BATCH}": _batches(market),
        **cycle_gas.measure(),
        **_repos(market),
        **repo_gas.measure(),
    }


def write(figures: Figures) -> Path:
    """Writes the committed file; only a checkout has one."""
    if not in_checkout():
        raise BadInput("gas.json belongs to the repository, and this dvp does not run from one")
    FILE.write_text(text(figures), "utf-8")
    return FILE


def text(figures: Figures) -> str:
    """The figures as the file has them."""
    return json.dumps(figures, indent=2) + "\n"


def _market() -> Market:
    market = Market.open()
    market.add_cash("USD")
    market.add_security("T-2035", denomination=1_000)
    both = {"USD": Decimal("500000000.00")}, {"T-2035": 500_000_000}
    for name in ("dealer", "borrower"):
        market.add_participant(name, securities=both[1])
    for name in ("fund", "lender"):
        market.add_participant(name, cash=both[0])
    for number in range(BATCH):
        market.add_participant(f"seller {number}", *both)
        market.add_participant(f"buyer {number}", *both)
    market.board.adopt_policy(by_kind({SecurityKind.TREASURY_NOTE: _HAIRCUT}, Method.HAIRCUT))
    return market


def _settle(market: Market) -> dict[str, int]:
    def settle(reference: str) -> int:
        _book(market, reference, "dealer", "fund")
        return _gas(market, lambda: market.dvp.settle(reference))

    first = settle("S1")
    return {"steady": settle("S2"), "first": first}


def _batches(market: Market) -> dict[str, int]:
    def per_trade(name: str, mode: int) -> int:
        references = [f"{name} {number}" for number in range(BATCH)]
        for number, reference in enumerate(references):
            _book(market, reference, f"seller {number}", f"buyer {number}")
        gas = _gas(market, lambda: _settle_all(market, references, mode))
        return -(-gas // BATCH)

    per_trade("warm-up", BEST_EFFORT)
    return {
        "all_or_none": per_trade("all or none", ALL_OR_NONE),
        "best_effort": per_trade("best effort", BEST_EFFORT),
    }


def _settle_all(market: Market, references: Sequence[str], mode: int) -> None:
    refused = [failure for failure in market.dvp.settle_batch(references, mode).values() if failure]
    if refused:
        raise refused[0]


def _repos(market: Market) -> Figures:
    """R1 opens and closes alone; R2 stays open while R3 opens and closes."""
    first_open = _open(market, "R1")
    market.onboarding.issue_cash("borrower", "USD", Decimal("10000.00"))  # for its interest
    _next_morning(market)
    first_close = _gas(market, lambda: market.repo.close("R1"))
    _open(market, "R2")
    steady_open = _open(market, "R3")
    _next_morning(market)
    steady_close = _gas(market, lambda: market.repo.close("R3"))
    return {
        "repo_open": {"steady": steady_open, "first": first_open},
        "repo_close": {"steady": steady_close, "first": first_close},
    }


def _open(market: Market, reference: str) -> int:
    today = market.today()
    market.board.post_price("T-2035", price_to_chain(_PRICE))
    deal = Deal(
        reference=reference,
        venue="bilateral",
        seller="borrower",
        buyer="lender",
        currency="USD",
        collateral={"T-2035": 10_000_000},
        margins={"T-2035": _HAIRCUT},
        repo_rate=Decimal("0.043"),
        purchase_date=today,
        repurchase_date=today + timedelta(days=1),
    )
    market.repo.agree(deal)
    return _gas(market, lambda: market.repo.open(reference))


def _next_morning(market: Market) -> None:
    market.at(datetime.combine(market.today() + timedelta(days=1), _TEN))


def _book(market: Market, reference: str, seller: str, buyer: str) -> None:
    market.book_trade(reference, seller, buyer, "T-2035", 1_000_000, "USD", _PRICE)


def _gas(market: Market, act: Callable[[], object]) -> int:
    before = market.journal.gas_used
    act()
    return market.journal.gas_used - before
