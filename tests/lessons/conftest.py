"""The lesson, its chains opened once."""

from decimal import Decimal

import pytest

from settlement.lessons.fresh_chain import FreshChain
from settlement.lessons.principal_at_risk import PrincipalAtRisk
from settlement.lessons.trades import Failure, on_the_day


@pytest.fixture(scope="session")
def lesson():
    """To be run for any failure."""
    return PrincipalAtRisk()


@pytest.fixture(scope="session")
def default(lesson):
    """What the command teaches: fund fails at a quarter past eleven, the price falls by 2%."""
    return lesson.run(Failure("fund", on_the_day(11, 15)), Decimal("-0.02"))


@pytest.fixture(scope="session")
def chains():
    """Two chains, for a way to begin on."""
    return [FreshChain(), FreshChain()]
