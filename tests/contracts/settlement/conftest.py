"""What every drill of the venue's door ends with, and what the tests look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from settlement.coordinator.directory import Party
from settlement.market import Market
from settlement.model.asset import Security
from settlement.model.party import SignerKind
from settlement.model.trade import FreeDelivery, Trade
from settlement.onchain.operators import Operators
from tests.contracts.live import Live
from tests.contracts.pen import AMOUNT, QUANTITY, Pen
from tests.contracts.settlement.cycles import Cycles

Changes = Callable[[], dict[str, dict[str, int]]]


@pytest.fixture(autouse=True)
def books_agree(market: Market) -> Iterator[None]:
    """After every drill: assets conserved, registered holders only, supply equal to the omnibus
    position, the register rebuilt from events equal to the chain."""
    yield
    assert market.differences() == []


@pytest.fixture
def netting(market: Market) -> Live:
    """The netting cycles."""
    return Live(market.deployment.netting, market)


@pytest.fixture
def cycles(market: Market, pen: Pen) -> Cycles:
    """Writes and signs cycles."""
    return Cycles(market, pen)


@pytest.fixture
def puppet(live: Callable[..., Live]) -> Live:
    """Stands where another contract of the venue does."""
    return live("Puppet")


@pytest.fixture
def adopted(
    security: Live, cash: Live, operators: Operators, market: Market
) -> Callable[[Live], Live]:
    """`adopted(door)`: by now the mover of both assets."""

    def adopt(door: Live) -> Live:
        for asset in (security, cash):
            asset.announceMover(door, sender=operators.mover_admin)
        market.chain.advance_to(market.chain.now() + security.MOVER_DELAY())
        for asset in (security, cash):
            asset.adoptMover(sender=operators.mover_admin)
        return door

    return adopt


@pytest.fixture
def orders(door: Live) -> Callable[..., list[tuple[str, bytes]]]:
    """`orders(("deliver", legs), "requireUnlocked")`: calls of the door, for the puppet to run."""

    def encode(*calls: Any) -> list[tuple[str, bytes]]:
        steps = (call if isinstance(call, tuple) else (call,) for call in calls)
        return [(door.address, door.encode(*step)) for step in steps]

    return encode


@pytest.fixture
def changes(holdings: Changes) -> Changes:
    """What moved since the test began: name, symbol, units gained; empty where nothing did."""
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


@pytest.fixture
def exchanged() -> dict[str, dict[str, int]]:
    """The changes of the trade that every test starts from."""
    return {
        "dealer": {"T-2035": -QUANTITY, "USD": AMOUNT},
        "fund": {"T-2035": QUANTITY, "USD": -AMOUNT},
    }


@pytest.fixture
def trade(pen: Pen, dealer: Party, fund: Party) -> Trade:
    """dealer sells a million to fund."""
    return pen.trade(dealer, fund)


@pytest.fixture
def used(settlement: Live) -> Callable[[Trade | FreeDelivery], bool]:
    """Whether the nonce of a trade is gone."""

    def is_used(trade: Trade | FreeDelivery) -> bool:
        first, second = trade.words()[:2]
        return settlement.nonceUsed(first, second, trade.binding_from, trade.nonce)

    return is_used


@pytest.fixture
def second_security(market: Market) -> Security:
    """B-2030, in single units: dealer holds a thousand."""
    security = market.add_security("B-2030")
    market.onboarding.deposit("dealer", "B-2030", 1_000)
    market.onboarding.tokenize("dealer", "B-2030", 1_000)
    return security


@pytest.fixture
def vault(
    market: Market, live: Any, registry: Live, pen: Pen, dealer: Party, operators: Any
) -> Live:
    """A contract wallet that the dealer owns, registered as one, with two million T-2035."""
    wallet = live("ContractWallet", dealer.address)
    lei = dealer.participant.lei.encode()
    kind, now = SignerKind.CONTRACT.value, market.chain.now()
    registry.register(wallet, lei, 0, kind, now, sender=operators.registrar)
    pen.keys[wallet.address] = dealer.key
    security = market.directory.security("T-2035").address
    give = pen.delivery(dealer, wallet, asset=security, quantity=2_000_000)
    Live(market.deployment.settlement, market).deliverFree(*pen.delivered(give))
    return wallet
