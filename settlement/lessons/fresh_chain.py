"""A chain with the three firms on it, as often as it is needed.

Opening a market takes a fifth of a second, and a lesson lives through the day a dozen times. So it
is opened once, and each day begins with a copy of it, its chain gone back to the morning.
"""

from __future__ import annotations

from settlement.lessons.trades import CASH, CASH_OF_EACH, FIRMS, NOTE, NOTES_OF_EACH
from settlement.market import Market


class FreshChain:
    """One chain. Only the market that began last may be used."""

    def __init__(self) -> None:
        opened = Market.open(with_ether=FIRMS)
        opened.add_cash(CASH)
        opened.add_security(NOTE, denomination=1_000)
        for firm in FIRMS:
            opened.add_participant(firm, {CASH: CASH_OF_EACH}, {NOTE: NOTES_OF_EACH})
        self.begin = opened.checkpoint()
        """The market in the morning. The chain, addresses and keys are the same every time."""
