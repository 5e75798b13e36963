"""Writes trades, deliveries and cancellations for the people of a test, and signs them."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from eth_account.signers.local import LocalAccount

from settlement.market import Market
from settlement.model.trade import Cancellation, FreeDelivery, SignedTrade, Trade
from settlement.onchain import signing
from settlement.onchain.signing import Domain
from settlement.units import date_to_chain
from tests.contracts.live import address_of, key_of, plain

QUANTITY = 1_000_000
AMOUNT = 1_007_500_000_000
"""1,007,500.00 for a million: the trade that every test starts from."""

HOUR = 3_600


class Pen:
    """What it writes is good unless a test changes a field: an hour's window on either side of now,
    binding already, the next free nonce.

    `keys` says whose key signs for an address; a contract wallet's owner is put there.
    """

    def __init__(self, market: Market, *people: Any) -> None:
        self.domain: Domain = market.dvp.domain
        self.keys: dict[str, LocalAccount] = {who.address: key_of(who) for who in people}
        self._market = market
        self._nonce = 0

    def trade(self, seller: Any, buyer: Any, **changes: Any) -> Trade:
        """`seller` sells a million T-2035 to `buyer`, with these fields changed."""
        directory, now = self._market.directory, self._market.chain.now()
        trade = Trade(
            seller=address_of(seller),
            buyer=address_of(buyer),
            security=directory.security("T-2035").address,
            quantity=QUANTITY,
            cash=directory.cash("USD").address,
            amount=AMOUNT,
            trade_date=date_to_chain(self._market.today()),
            not_before=now - HOUR,
            not_after=now + HOUR,
            binding_from=now - HOUR,
            group=bytes(32),
            nonce=self._next(),
        )
        return self.changed(trade, **changes)

    def delivery(self, deliverer: Any, receiver: Any, **changes: Any) -> FreeDelivery:
        """`deliverer` gives a million T-2035 to `receiver`, with these fields changed."""
        trade = self.trade(deliverer, receiver)
        delivery = FreeDelivery(
            deliverer=trade.seller,
            receiver=trade.buyer,
            asset=trade.security,
            quantity=trade.quantity,
            trade_date=trade.trade_date,
            not_before=trade.not_before,
            not_after=trade.not_after,
            binding_from=trade.binding_from,
            nonce=trade.nonce,
        )
        return self.changed(delivery, **changes)

    def changed(self, written: Any, **changes: Any) -> Any:
        """The same with other fields."""
        assert set(changes) <= {field.name for field in fields(written)}
        return replace(written, **{name: plain(value) for name, value in changes.items()})

    def signed(self, trade: Trade) -> SignedTrade:
        """Both sign."""
        return SignedTrade(
            trade, self.trade_by(trade.seller, trade), self.trade_by(trade.buyer, trade)
        )

    def trade_by(self, signer: Any, trade: Trade, domain: Domain | None = None) -> bytes:
        """`signer` consents to `trade`."""
        struct = signing.trade_hash(trade, address_of(signer))
        return self._sign(signer, struct, domain)

    def delivery_by(self, signer: Any, delivery: FreeDelivery) -> bytes:
        """`signer` consents to `delivery`."""
        return self._sign(signer, signing.free_delivery_hash(delivery, address_of(signer)))

    def delivered(self, delivery: FreeDelivery) -> tuple[FreeDelivery, bytes, bytes]:
        """A delivery that both signed, as the contract takes it."""
        sides = (delivery.deliverer, delivery.receiver)
        first, second = (self.delivery_by(side, delivery) for side in sides)
        return delivery, first, second

    def cancellation(self, trade: Trade | FreeDelivery, **changes: Any) -> Cancellation:
        """The end of `trade`."""
        first, second = trade.words()[:2]
        cancellation = Cancellation(first, second, trade.binding_from, trade.nonce)
        return self.changed(cancellation, **changes)

    def cancellation_by(self, signer: Any, cancellation: Cancellation) -> bytes:
        """`signer` ends it."""
        return self._sign(signer, signing.cancellation_hash(cancellation, address_of(signer)))

    def linked(self, *trades: Trade) -> list[SignedTrade]:
        """Trades of one group, signed."""
        group = signing.group_of(trades)
        return [self.signed(replace(trade, group=group)) for trade in trades]

    def _sign(self, signer: Any, struct: bytes, domain: Domain | None = None) -> bytes:
        return signing.sign(self.keys[address_of(signer)], domain or self.domain, struct)

    def _next(self) -> int:
        self._nonce += 1
        return self._nonce
