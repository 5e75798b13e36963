"""A market in which a repo can open."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from settlement.coordinator.board import Board
from settlement.coordinator.deals import Deal, MasterAgreement
from settlement.coordinator.repo import RepoDesk
from settlement.market import Market
from settlement.model.asset import SecurityKind
from settlement.model.policy import by_kind
from settlement.model.repo import Method
from settlement.units import price_to_chain


@dataclass
class RepoMarket:
    """`market` with a policy and a price; `agreement` is the worked example, one tenth or not."""

    market: Market

    @property
    def repo(self) -> RepoDesk:
        return self.market.repo

    @property
    def board(self) -> Board:
        return self.market.board

    def adopt(self, margin: str, method: Method = Method.HAIRCUT) -> None:
        kinds = {SecurityKind.TREASURY_NOTE: Decimal(margin)}
        self.board.adopt_policy(by_kind(kinds, method))

    def price(self, price: str) -> bool:
        return self.board.post_price("T-2035", price_to_chain(Decimal(price)))

    def deal(self, **changes: Any) -> Deal:
        agreed: dict[str, Any] = {
            "reference": "R1",
            "venue": "bilateral",
            "seller": "dealer",
            "buyer": "fund",
            "currency": "USD",
            "collateral": {"T-2035": 10_000_000},
            "margins": {"T-2035": Decimal("0.01")},
            "repo_rate": Decimal("0.043"),
            "agreement": MasterAgreement(),
            "purchase_date": date(2026, 3, 2),
            "repurchase_date": date(2026, 3, 3),
        }
        return Deal(**agreed | changes)


@pytest.fixture
def repo_market(market) -> RepoMarket:
    ready = RepoMarket(market)
    ready.adopt("0.01")
    ready.price("1.0075")
    return ready
