"""Fixtures of margin and default, a plugin of the tests that name it in `pytest_plugins`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from settlement.coordinator.directory import Party
from settlement.market import Market
from tests.contracts.live import Live, reverts
from tests.contracts.repo.margin_desk import Desk, desk_of

Refuse = Callable[..., None]


@pytest.fixture
def desk(market: Market, dealer: Party, fund: Party, intruder: Party) -> Desk:
    """The fund lends, the dealer borrows."""
    return desk_of(market, fund, dealer, intruder)


@pytest.fixture(params=["fund lends", "dealer lends"])
def either(
    request: pytest.FixtureRequest, market: Market, dealer: Party, fund: Party, intruder: Party
) -> Desk:
    """The same, and the other way round: the order of the participants must not matter."""
    sides = (fund, dealer) if request.param == "fund lends" else (dealer, fund)
    return desk_of(market, *sides, intruder)


@pytest.fixture
def unchanged(watch: Any, facility: Live) -> Callable[..., Refuse]:
    """`refuse = unchanged(desk)`, then `refuse("meetInCash", arguments, "NoCallStands", ...)`: this
    error, nothing moved, and the set as it was."""

    def of(desk: Desk) -> Refuse:
        def state() -> list[Any]:
            views = ("setOf", "marginOf", "closeOutOf", "claimOf")
            return [getattr(facility, view)(desk.set) for view in views]

        def refuse(function: str, given: Any, error: str, /, **arguments: Any) -> None:
            moved, before = watch(), state()
            with reverts(error, **arguments):
                facility.sender(function)(*given)
            assert moved() == {}
            assert state() == before

        return refuse

    return of
