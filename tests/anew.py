"""A market for each example of a property, so that none sees what another one left."""

from collections.abc import Iterator
from contextlib import contextmanager

from settlement.market import Market


@contextmanager
def anew(market: Market) -> Iterator[Market]:
    """A copy of the market as it is; its chain goes back when the example is over."""
    restore = market.chain.checkpoint()
    try:
        yield market.copy()
    finally:
        restore()
