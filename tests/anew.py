"""A market for each example of a property, so that none sees what another one left."""

import copy
from collections.abc import Iterator
from contextlib import contextmanager

from settlement.market import Market
from settlement.testing import _immutable


@contextmanager
def anew(market: Market) -> Iterator[Market]:
    """A copy of the market as it is; its chain goes back when the example is over."""
    restore = market.chain.checkpoint()
    try:
        yield copy.deepcopy(market, {id(thing): thing for thing in _immutable(market)})
    finally:
        restore()
