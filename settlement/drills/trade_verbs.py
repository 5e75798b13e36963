"""What a hostile coordinator does with trades: signed by whom it likes, submitted as it likes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from settlement.coordinator.dvp import SETTLE_GAS
from settlement.drills.scene import AMOUNT, CASH, NOTE, QUANTITY, Deed, Scene
from settlement.model.trade import FreeDelivery, SignedTrade, Trade
from settlement.onchain import signing
from settlement.onchain.signing import Domain


def draft(
    scene: Scene,
    reference: str,
    seller: str = "dealer",
    buyer: str = "fund",
    quantity: int = QUANTITY,
    amount: Decimal = AMOUNT,
    security: str = NOTE,
) -> Trade:
    """A trade, written down and signed by nobody."""
    sides = (seller, buyer, security, quantity, CASH, amount)
    trade = scene.market.dvp.match(*scene.market.instructions(reference, *sides))
    shown = scene.amount(security, quantity)
    scene.say(f"{reference}: {seller} is to sell {buyer} {shown} for {amount:,} {CASH}")
    return trade


def signature(scene: Scene, name: str, trade: Trade, domain: Domain | None = None) -> bytes:
    """What the key of `name` makes of a trade, for this venue unless another is given."""
    party = scene.party(name)
    return party.sign(domain or scene.market.dvp.domain, signing.trade_hash(trade, party.address))


def signed(scene: Scene, trade: Trade, domain: Domain | None = None) -> SignedTrade:
    """A trade that both sides sign, whatever their clients would say."""
    name = scene.market.directory.name
    both = (signature(scene, name(side), trade, domain) for side in (trade.seller, trade.buyer))
    return SignedTrade(trade, *both)


def altered(papers: SignedTrade, **terms: Any) -> SignedTrade:
    """Other terms under the same signatures."""
    return replace(papers, trade=replace(papers.trade, **terms))


def submission(scene: Scene, papers: SignedTrade) -> Deed:
    """The coordinator submits a trade with these signatures, past every client and desk."""
    return _sent(scene, "settle", *papers.words())


def gift(scene: Scene, trade: Trade, giver: bytes, taker: bytes) -> Deed:
    """The coordinator submits a trade's delivery without its payment, with these signatures."""
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
    return _sent(scene, "deliverFree", delivery.words(), giver, taker)


def _sent(scene: Scene, function: str, *arguments: Any) -> Deed:
    def deed() -> Iterable[str]:
        market = scene.market
        settlement, sender = market.deployment.settlement, market.operators.coordinator
        market.journal.run(settlement.transaction(sender, function, *arguments, gas=SETTLE_GAS))
        return ["settled in one transaction"]

    return deed
