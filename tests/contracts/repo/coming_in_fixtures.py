"""Fixtures of what comes in as collateral, a plugin of tests that name it in `pytest_plugins`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from settlement.market import Market
from settlement.model.asset import Security, SecurityKind
from settlement.model.repo import RepoTerms
from settlement.units import date_from_chain
from tests.contracts.live import Live
from tests.contracts.repo.coming_in import BOND, MARGIN, PAR, Coming
from tests.contracts.repo.life import Life, call_margin, margin_pen, supply
from tests.contracts.repo.margin_pen import mirrored
from tests.contracts.repo.pen import DAY, PRICE, PURCHASE_PRICE, RepoPen
from tests.contracts.repo.schedule import lei_of


@pytest.fixture
def bond(market: Market) -> Callable[..., Security]:
    """`bond("B1", 90, "Town")`: 12,000,000 in the dealer's wallet, at par, with so many days (UTC)
    to its maturity, None for none; a corporate bond unless another kind is named."""

    def add(
        symbol: str, days: int | None, issuer: str = "Town", kind: SecurityKind = BOND
    ) -> Security:
        today = market.chain.now() // DAY
        maturity = None if days is None else date_from_chain(today + days)
        named = lei_of(issuer).decode()
        supply(market, symbol, 12_000_000, PAR, kind, issuer=named, maturity=maturity)
        return market.directory.security(symbol)

    return add


@pytest.fixture
def adopt(market: Market) -> Callable[..., int]:
    """The next version of the policy, and its number."""
    policy = Live(market.deployment.policy, market)

    def act(*rules: Any) -> int:
        policy.adopt(list(rules), sender=market.operators.policy_maker)
        return int(policy.latest())

    return act


@pytest.fixture
def coming(
    facility: Live, pen: RepoPen, terms: RepoTerms, market: Market, watch: Any
) -> Callable[..., Coming]:
    """`coming("amend", version)`: the way, where a repo is open by that version; margin is called
    for at once."""

    def begin(way: str, version: int, *, instead: bool = False) -> Coming:
        week = {"repurchase_date": terms.purchase_date + 7, "policy_version": version}
        life = Life.opened(facility, pen, replace(terms, **week))
        pair = None
        if way == MARGIN:
            market.chain.advance_to(market.chain.now() + 1)
            market.board.post_price("T-2035", PRICE * 9 // 10)
            call_margin(life, terms.buyer, terms.seller)
            pair = mirrored(margin_pen(life).pair(terms.buyer, terms.seller, pen.agreement()))
        assert life.repo.purchase_price == PURCHASE_PRICE
        return Coming(way, life, pair, watch, instead)

    return begin
