"""The arithmetic of the contracts, next to Python's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from settlement.market import Market


@pytest.fixture
def arithmetic(market: Market, deploy: Callable[..., Any]) -> Callable[..., Any]:
    """`arithmetic("interestHalfUp", accrued, basis)`, by the contract."""
    harness = deploy("RepoMathHarness")

    def compute(function: str, *arguments: Any) -> Any:
        return harness.read(market.chain, function, *arguments)

    return compute
