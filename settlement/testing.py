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

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass, fields
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
def _opened_market() -> tuple[Market, Callable[[], None]]:
    from settlement.market import Market

    market = Market.open(with_ether=("dealer", "fund", "intruder"))
    market.add_cash("USD")
    market.add_security("T-2035", isin="US91282CZZ75", denomination=1_000)
    market.add_participant("dealer", securities={"T-2035": 12_000_000})
    market.add_participant("fund", cash={"USD": Decimal("12000000.00")})
    return market, market.chain.checkpoint()


@pytest.fixture
def market(_opened_market: tuple[Market, Callable[[], None]]) -> Market:
    """A market with USD, T-2035, a dealer and a fund; the same for every test."""
    opened, restore = _opened_market
    restore()
    return copy.deepcopy(opened, {id(thing): thing for thing in _immutable(opened)})


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
        from settlement.chain.base import Transaction
        from settlement.onchain.contract import Contract, interface

        known = interface(what) if isinstance(what, str) else _interface_in(what)
        creation = known.creation(*arguments)
        sender = market.operators.deployer
        (receipt,) = market.journal.submit([Transaction(sender, None, creation, 6_000_000)])
        if receipt.contract is None or not receipt.succeeded:
            raise market.journal.refused(receipt.output)
        contract = Contract(known, receipt.contract)
        market.journal.watch(contract)
        return contract

    return deploy_contract


def _immutable(market: Market) -> list[Any]:
    """What every copy of a market shares: its chain, which goes back by itself, and its keys."""
    keys = [getattr(market.operators, field.name) for field in fields(market.operators)]
    parties = market.directory.parties()
    return [market.chain, market.deployment, market.operators, *keys, *parties]


def _interface_in(path: Path) -> Any:
    from settlement.onchain.contract import Interface

    content = json.loads(path.read_text("utf-8"))
    bytecode = content["bytecode"]
    return Interface(
        path.stem, content["abi"], bytecode["object"] if isinstance(bytecode, dict) else bytecode
    )
