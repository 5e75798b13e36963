"""Writes netting cycles, confirmations and burns for the people of a test, and signs them.

    cycles = Cycles(market, pen)
    netting.settle(*cycles.signed({dealer: {security: -1_000}, fund: {security: 1_000}}))

Nets are given by person and asset; whoever neither gets nor gives has none. Everything is sorted as
the contract wants it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from settlement.chain.base import Log
from settlement.market import Market
from settlement.model.cycle import Cycle, NetMovement, NetStatement, NettedTrade, for_cycle
from settlement.model.trade import Trade
from settlement.onchain import signing
from settlement.onchain.contract import interface
from settlement.onchain.cycle_signing import (
    burn_hash,
    confirmation_hash,
    cycle_domain,
    statement_hash,
)
from settlement.onchain.signing import Domain
from tests.contracts.live import address_of
from tests.contracts.pen import HOUR, Pen

Nets = Mapping[Any, Mapping[Any, int]]
"""What each gets of each asset; below zero what it gives."""

NUMBER = 7
ROOT = b"\5" * 32


class Cycles:
    """What it writes is good unless a test changes a field; `pen` has the keys."""

    def __init__(self, market: Market, pen: Pen) -> None:
        deployment = market.deployment
        self.domain = cycle_domain(market.chain.chain_id, deployment.netting.address)
        self.venue: str = deployment.settlement.address
        self._market = market
        self._pen = pen

    def cycle(self, **changes: Any) -> Cycle:
        """Number seven, open for an hour on either side of now, with these fields changed."""
        now = self._market.chain.now()
        return self._pen.changed(Cycle(NUMBER, ROOT, 3, now - HOUR, now + HOUR), **changes)

    def signed(self, nets: Nets, **changes: Any) -> tuple[Cycle, list[NetStatement]]:
        """A cycle that everybody in `nets` signed, as the contract takes it."""
        cycle = self.cycle(**changes)
        return cycle, self.statements(cycle, nets)

    def statements(self, cycle: Cycle, nets: Nets) -> list[NetStatement]:
        """Everybody's, by increasing address."""
        movements = {
            address_of(who): movements_in_order((address_of(asset), units) for asset, units in own)
            for who, own in ((who, net.items()) for who, net in nets.items())
        }
        company = in_order(movements)
        return [
            NetStatement(who, movements[who], self.by(who, cycle, company, movements[who]))
            for who in company
        ]

    def by(
        self,
        signer: Any,
        cycle: Cycle,
        company: Sequence[str],
        movements: Sequence[NetMovement],
        **changes: Any,
    ) -> bytes:
        """`signer` consents to its part; `venue`, `domain` or `named` (as signer) may be others."""
        named = changes.get("named", address_of(signer))
        venue = changes.get("venue", self.venue)
        struct = statement_hash(venue, cycle, company, movements, named)
        return self._sign(signer, struct, changes.get("domain"))

    def burn_by(self, signer: Any, number: int, domain: Domain | None = None) -> bytes:
        """`signer` leaves a cycle."""
        return self._sign(signer, burn_hash(number, address_of(signer)), domain)

    def trade(self, seller: Any, buyer: Any, number: int = NUMBER, **changes: Any) -> NettedTrade:
        """`seller` sells a million T-2035 to `buyer` in cycle `number`, with fields changed."""
        return self._pen.changed(for_cycle(self._pen.trade(seller, buyer), number), **changes)

    def confirmed(self, trade: NettedTrade) -> tuple[NettedTrade, bytes, bytes]:
        """A trade with both confirmations."""
        return trade, *(self.confirmation_by(side, trade) for side in trade.sides)

    def confirmation_by(
        self, signer: Any, trade: NettedTrade, domain: Domain | None = None
    ) -> bytes:
        """`signer` confirms `trade`."""
        return self._sign(signer, confirmation_hash(trade, address_of(signer)), domain)

    def _sign(self, signer: Any, struct: bytes, domain: Domain | None = None) -> bytes:
        return signing.sign(self._pen.keys[address_of(signer)], domain or self.domain, struct)


def in_order(addresses: Iterable[str]) -> list[str]:
    """Increasing, as numbers."""
    return sorted(addresses, key=lambda address: int(address, 16))


def movements_in_order(units: Iterable[tuple[str, int]]) -> tuple[NetMovement, ...]:
    """By increasing address of the asset."""
    ordered = sorted(units, key=lambda each: int(each[0], 16))
    return tuple(NetMovement(asset, amount) for asset, amount in ordered)


def nets_of(trades: Iterable[Trade]) -> dict[str, dict[str, int]]:
    """What trades come to, by hand: every side stays, without what nets to nothing."""
    nets: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for trade in trades:
        nets[trade.buyer][trade.security] += trade.quantity
        nets[trade.seller][trade.security] -= trade.quantity
        nets[trade.seller][trade.cash] += trade.amount
        nets[trade.buyer][trade.cash] -= trade.amount
    return {
        who: {asset: units for asset, units in own.items() if units} for who, own in nets.items()
    }


def transfers(logs: Iterable[Log]) -> Iterator[tuple[str, str, str, int]]:
    """Every movement of a log in its order: asset, from, to, units."""
    for log in logs:
        event = interface("CashToken").event(log)
        if event is not None and event.name == "Transfer":
            yield log.address, *(event.arguments[name] for name in ("from", "to", "value"))
