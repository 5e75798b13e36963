"""The people and contracts of the contract tests; see `live` for how they are called."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from settlement.coordinator.directory import Party
from settlement.market import Market
from settlement.onchain.contract import token
from settlement.onchain.operators import Operators
from settlement.testing import Cast
from tests.contracts.live import Live
from tests.contracts.pen import Pen


@pytest.fixture
def dealer(cast: Cast) -> Party:
    """Holds 12,000,000 T-2035 and no cash."""
    return cast.dealer


@pytest.fixture
def fund(cast: Cast) -> Party:
    """Holds 12,000,000.00 USD and no securities."""
    return cast.fund


@pytest.fixture
def broker(market: Market, cast: Cast) -> Party:
    """Registered, and holds nothing."""
    return market.add_participant("broker")


@pytest.fixture
def intruder(cast: Cast) -> Party:
    """Not registered; has a key and ether."""
    return cast.intruder


@pytest.fixture
def operators(market: Market) -> Operators:
    """Whoever holds a role."""
    return market.operators


@pytest.fixture
def registry(market: Market) -> Live:
    """The register of wallets."""
    return Live(market.deployment.registry, market)


@pytest.fixture
def settlement(market: Market) -> Live:
    """The venue's door."""
    return Live(market.deployment.settlement, market)


@pytest.fixture
def security(market: Market) -> Live:
    """T-2035, in pieces of 1,000."""
    return Live(token(market.directory.security("T-2035")), market)


@pytest.fixture
def cash(market: Market) -> Live:
    """USD."""
    return Live(token(market.directory.cash("USD")), market)


@pytest.fixture
def pen(market: Market, dealer: Party, fund: Party, intruder: Party) -> Pen:
    """Writes and signs."""
    return Pen(market, dealer, fund, intruder)


@pytest.fixture
def live(market: Market, deploy: Callable[..., Any]) -> Callable[..., Live]:
    """Deploys one of our contracts: `live("HostileToken")`."""

    def deploy_live(name: str, *arguments: Any) -> Live:
        return Live(deploy(name, *arguments), market)

    return deploy_live


@pytest.fixture
def holdings(market: Market) -> Callable[[], dict[str, dict[str, int]]]:
    """Everybody's units of every asset, from the chain."""

    def count() -> dict[str, dict[str, int]]:
        return {
            party.name: {
                asset.symbol: market.balance(party.name, asset.symbol)
                for asset in market.directory.assets()
            }
            for party in market.directory.parties()
        }

    return count
