"""EIP-712: what is signed about a netting cycle, the mirror of `CycleLib`."""

from __future__ import annotations

from collections.abc import Sequence

from settlement.model.cycle import Cycle, NetMovement, NettedTrade, novated
from settlement.onchain.signing import (
    Domain,
    StructHash,
    addresses_hash,
    struct_hash,
    structs_hash,
)

NETTED_TRADE = (
    "NettedTrade(address seller,address buyer,address security,uint256 quantity,address cash,"
    "uint256 amount,uint32 tradeDate,uint256 cycle,uint256 nonce,address signer)"
)
NET_MOVEMENT = "NetMovement(address asset,int256 amount)"
NET_STATEMENT = (
    "NetStatement(address venue,uint256 cycle,bytes32 tradesRoot,uint256 tradeCount,"
    "uint64 notBefore,uint64 notAfter,address[] participants,NetMovement[] movements,"
    "address signer)" + NET_MOVEMENT
)
CYCLE_BURN = "CycleBurn(uint256 cycle,address signer)"


def cycle_domain(chain_id: int, contract: str) -> Domain:
    """Confirmations, statements, and numbers that are burned."""
    return Domain("DvP Net Settlement", chain_id, contract)


def confirmation_hash(trade: NettedTrade, signer: str) -> StructHash:
    """The struct hash with which `signer` confirms a trade."""
    return struct_hash(NETTED_TRADE, (*trade.words(), signer))


def leaf_of(trade: NettedTrade) -> StructHash:
    """Where a trade stands in the tree of its cycle: the struct hash that its seller signs."""
    return confirmation_hash(trade, trade.seller)


def novation_of(trade: NettedTrade, house: str) -> tuple[NettedTrade, NettedTrade]:
    """The seller's trade with the clearing house and the buyer's, which replace `trade`."""
    return novated(trade, house, int.from_bytes(leaf_of(trade), "big"))


def statement_hash(
    venue: str,
    cycle: Cycle,
    participants: Sequence[str],
    movements: Sequence[NetMovement],
    signer: str,
) -> StructHash:
    """The struct hash with which `signer` agrees to a cycle and to its movements in it."""
    company = addresses_hash(participants)
    moved = structs_hash(struct_hash(NET_MOVEMENT, each.words()) for each in movements)
    return struct_hash(NET_STATEMENT, (venue, *cycle.words(), company, moved, signer))


def burn_hash(cycle: int, signer: str) -> StructHash:
    """The struct hash with which `signer` leaves a cycle."""
    return struct_hash(CYCLE_BURN, (cycle, signer))
