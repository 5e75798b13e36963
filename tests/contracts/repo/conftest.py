"""A venue ready for repos: a policy, a price, and a pen that writes terms."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from settlement.coordinator.directory import Party
from settlement.market import Market
from settlement.model.asset import SecurityKind
from settlement.model.policy import by_kind
from settlement.model.repo import Method, RepoTerms
from tests.contracts.live import Live
from tests.contracts.repo.pen import PRICE, RepoPen
from tests.contracts.settlement.repo_calls import RepoCalls

NOTE = SecurityKind.TREASURY_NOTE


@pytest.fixture
def facility(market: Market) -> Live:
    """The repo desk."""
    return Live(market.deployment.repo, market)


@pytest.fixture
def policy(market: Market) -> Live:
    """What is eligible."""
    return Live(market.deployment.policy, market)


@pytest.fixture
def prices(market: Market) -> Live:
    """What it is worth."""
    return Live(market.deployment.prices, market)


@pytest.fixture
def custody(market: Market) -> Live:
    """Where tri-party collateral is held."""
    return Live(market.deployment.custody, market)


@pytest.fixture
def ready(market: Market) -> None:
    """Treasury notes are taken at 1%, T-2035 is worth 1.0075, and the dealer can pay interest."""
    market.board.adopt_policy(by_kind({NOTE: Decimal("0.01")}, Method.HAIRCUT))
    market.board.post_price("T-2035", PRICE)
    market.onboarding.issue_cash("dealer", "USD", Decimal("100000.00"))


@pytest.fixture
def pen(market: Market, dealer: Party, fund: Party, intruder: Party) -> RepoPen:
    """Writes and signs; `pen.terms(dealer, fund)` can be opened where the market is `ready`."""
    return RepoPen(market, dealer, fund, intruder)


@pytest.fixture
def terms(ready: None, pen: RepoPen, dealer: Party, fund: Party) -> RepoTerms:
    """Overnight, of dealer and fund."""
    return pen.terms(dealer, fund)


@pytest.fixture
def opened(facility: Live, pen: RepoPen, terms: RepoTerms) -> RepoTerms:
    """The same, open."""
    facility.open(*pen.signed(terms))
    return terms


@dataclass(frozen=True, slots=True)
class InDefault:
    """A repo whose netting set is in default."""

    terms: RepoTerms
    netting_set: bytes


@pytest.fixture
def in_default(market: Market) -> InDefault:
    """A small one of dealer and fund, under the pen's usual agreement, opened today: its seller did
    not meet a call."""
    return InDefault(*RepoCalls(market).in_default())


@pytest.fixture
def at(market: Market) -> Callable[..., None]:
    """`at(1, 17, 0)`: five in the afternoon of the next day, on the clock of the terms."""
    midnight = datetime.combine(market.today(), datetime.min.time())

    def move(days: int, hour: int, minute: int = 0, second: int = 0) -> None:
        moment = timedelta(days=days, hours=hour, minutes=minute, seconds=second)
        market.at(midnight + moment)

    return move


Holdings = Callable[[], dict[str, dict[str, int]]]


@pytest.fixture
def watch(holdings: Holdings) -> Callable[[], Holdings]:
    """`moved = watch()`, then what everybody gained since by `moved()`; empty where nothing did."""

    def start() -> Holdings:
        before = holdings()

        def count() -> dict[str, dict[str, int]]:
            gained = {
                name: {
                    symbol: units - before.get(name, {}).get(symbol, 0)
                    for symbol, units in assets.items()
                    if units != before.get(name, {}).get(symbol, 0)
                }
                for name, assets in holdings().items()
            }
            return {name: assets for name, assets in gained.items() if assets}

        return count

    return start


@pytest.fixture(autouse=True)
def books_agree(market: Market) -> Iterator[None]:
    """After every drill the register rebuilt from events equals chain and book."""
    yield
    assert market.differences() == []
