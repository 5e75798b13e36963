"""The pytest plugin: a market, its chain and a cast, for our tests and for anybody's contracts.

Installed with the package; a test asks for what it needs by name:

| fixture  | what it is                                                                       |
|----------|----------------------------------------------------------------------------------|
| `market` | a fresh `Market` with `USD`, `T-2035` and the cast below, reset before each test |
| `chain`  | the chain of that market                                                         |
| `cast`   | its people by role: dealer, fund, intruder; operators under `cast.operators`     |
| `deploy` | puts a compiled contract (forge, solc or our own artifacts) on that chain        |

`dealer` holds 12,000,000 T-2035 (denomination 1,000), `fund` 12,000,000.00 USD; `intruder` has a
key and no registration. All three have ether, to send transactions of their own. The market is
deployed once a session; a test starts from a snapshot, so nothing leaks from one to the next.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from settlement.chain.base import Chain
    from settlement.coordinator.directory import Party
    from settlement.market import Market
    from settlement.onchain.contract import Contract
    from settlement.onchain.operators import Operators


@dataclass(frozen=True, slots=True)
class Cast:
    """The people of a market, by role."""

    dealer: Party
    fund: Party
    intruder: Party
    operators: Operators


@pytest.fixture(scope="session")
def _fresh_market() -> Callable[[], Market]:
    from settlement.market import Market

    market = Market.open(with_ether=("dealer", "fund", "intruder"))
    market.add_cash("USD")
    market.add_security("T-2035", isin="US91282CZZ75", denomination=1_000)
    market.add_participant("dealer", securities={"T-2035": 12_000_000})
    market.add_participant("fund", cash={"USD": Decimal("12000000.00")})
    return market.checkpoint()


@pytest.fixture
def market(_fresh_market: Callable[[], Market]) -> Market:
    """A market with USD, T-2035, a dealer and a fund; the same for every test."""
    return _fresh_market()


@pytest.fixture
def chain(market: Market) -> Chain:
    """The chain of the market."""
    return market.chain


@pytest.fixture
def cast(market: Market) -> Cast:
    """The people of the market."""
    directory = market.directory
    return Cast(
        dealer=directory.party("dealer"),
        fund=directory.party("fund"),
        intruder=market.party("intruder"),
        operators=market.operators,
    )


@pytest.fixture
def deploy(market: Market) -> Callable[..., Contract]:
    """Deploys `deploy("OneOfOurs")` or `deploy(Path("out/My.sol/My.json"), *arguments)`."""

    def deploy_contract(what: str | Path, *arguments: Any) -> Contract:
        from settlement.onchain.contract import interface

        known = interface(what) if isinstance(what, str) else _interface_in(what)
        return market.deploy(known, *arguments)

    return deploy_contract


def _interface_in(path: Path) -> Any:
    from settlement.onchain.contract import Interface

    content = json.loads(path.read_text("utf-8"))
    bytecode = content["bytecode"]
    return Interface(
        path.stem, content["abi"], bytecode["object"] if isinstance(bytecode, dict) else bytecode
    )
