"""What each party's client agreed to, so that it never agrees to one deal twice.

A deal is a trade by all that its sides agreed on, its number included, in whichever way it settles:
by itself, signed as a `Trade`, or in one netting cycle. A client lets go of a cycle only when the
log says that the cycle is over for it and that the deal was not in it: it burned its number, or the
proposal that settled had left the deal out. Everybody could keep such a book of its own; here all
are kept in one place, each party by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from settlement.coordinator.chronicle import Chronicle, Entry
from settlement.coordinator.directory import Party, refuse_to_sign
from settlement.model.cycle import NettedTrade, for_cycle
from settlement.model.trade import Trade
from settlement.onchain.cycle_signing import leaf_of

BY_ITSELF = 0
"""In place of the number of a cycle, which is one or more."""

_BURNED = b""

_Way = tuple[int, bytes]
"""(cycle, the leaf that stands for the deal in it)."""


class Consents:
    """Listens to the log from now on."""

    def __init__(self, journal: Chronicle) -> None:
        self._ways: dict[tuple[str, NettedTrade], _Way] = {}
        self._own: defaultdict[tuple[str, bytes], set[bytes]] = defaultdict(set)
        self._ends: dict[tuple[str, int], bytes] = {}
        journal.listen(self._hear)

    def to_trade(self, party: Party, trade: Trade) -> None:
        """`party` signs a trade by itself. Raises {RefusedToSign}."""
        self._take(party, for_cycle(trade, BY_ITSELF), b"")

    def to_net(self, party: Party, trade: NettedTrade, leaf: bytes = b"") -> None:
        """`party` has a trade netted in its cycle. Raises {RefusedToSign}.

        `leaf` is what stands for it there, where that is not the trade itself but what replaced it.
        """
        if (party.address, trade.cycle) in self._ends:
            refuse_to_sign(party.name, f"cycle {trade.cycle} is over for it")
        self._take(party, trade, leaf or leaf_of(trade))

    def to_proposal(self, party: Party, root: bytes, own: Iterable[bytes]) -> None:
        """`party` signs a proposal of this root, in which it has these trades, by leaf.

        Of two proposals of one root either may settle, so all that it has in either counts.
        """
        self._own[party.address, root].update(own)

    def _take(self, party: Party, trade: NettedTrade, leaf: bytes) -> None:
        deal = party.address, replace(trade, cycle=BY_ITSELF)
        before, way = self._ways.get(deal), (trade.cycle, leaf)
        if before not in {None, way} and not self._was_left_out(party, before):
            how = f"for cycle {before[0]}" if before and before[0] else "by itself"
            refuse_to_sign(party.name, f"it agreed to that trade {how} already")
        self._ways[deal] = way

    def _was_left_out(self, party: Party, way: _Way | None) -> bool:
        cycle, leaf = way or (BY_ITSELF, b"")
        root = self._ends.get((party.address, cycle))
        return root is not None and leaf not in self._own[party.address, root]

    def _hear(self, entry: Entry) -> None:
        event = entry.event
        if event.name == "CycleSettled":
            for participant in event.arguments["participants"]:
                self._ends[participant, event.arguments["cycle"]] = event.arguments["tradesRoot"]
        elif event.name == "CycleBurned":
            self._ends[event.arguments["participant"], event.arguments["cycle"]] = _BURNED
