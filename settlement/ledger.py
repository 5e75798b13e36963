"""Reads off a market what a report says of it: `reporting.ledger` has the words.

Everything comes from the log, from what parties signed, and from receipts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import takewhile
from typing import Any

from settlement.chain.base import NOBODY
from settlement.coordinator.journal import Sent
from settlement.depository.reasons import TRANSFER, reasons
from settlement.market import Market
from settlement.model.asset import Asset, Cash
from settlement.onchain import repo_signing, signing
from settlement.onchain.contract import Contract, Event, token
from settlement.onchain.signing import StructHash
from settlement.onchain.typed_data import primary_type, types_of
from settlement.reporting.ledger import Amount, Consent, GasUse, Ledger, Movement, Position
from settlement.units import cash_from_chain

_PAIRS = (("from", "to"), ("by", "against"), ("deliverer", "receiver"), ("first", "second"))
"""What events and structs call the two sides."""


def ledger_of(market: Market, currency: str) -> Ledger:
    """What happened on a market so far."""
    subjects = _Subjects(market)
    return Ledger(
        currency=currency,
        movements=list(_movements(market, subjects)),
        consents=list(_consents(market, subjects)),
        gas=list(_gas(market)),
        positions=list(_positions(market)),
    )


def _movements(market: Market, subjects: _Subjects) -> Iterator[Movement]:
    assets = market.directory.by_address()
    for sent in market.journal.sent:
        events = market.journal.events_of(sent.receipt)
        time = datetime.fromtimestamp(sent.receipt.time, UTC).astimezone(market.zone)
        explained = reasons([event.name for event in events])
        for event, place in zip(events, explained, strict=True):
            if event.name == TRANSFER and event.address in assets:
                asset = assets[event.address]
                yield Movement(
                    time=time,
                    asset=asset.symbol,
                    source=_name(market, event.arguments["from"]),
                    target=_name(market, event.arguments["to"]),
                    amount=_shown(asset, event.arguments["value"]),
                    reason=events[place].name,
                    subject=subjects.of_event(events, place),
                )


def _consents(market: Market, subjects: _Subjects) -> Iterator[Consent]:
    for party in market.directory.parties():
        for signed in party.signed:
            struct = signed.struct
            yield Consent(party.name, primary_type(struct.type_text), subjects.of_struct(struct))


class _Subjects:
    """What movements and signatures are about, by the names that people gave it."""

    def __init__(self, market: Market) -> None:
        self._market = market
        self._trade = market.dvp.reference_of
        self._repo = market.repo.reference_of
        self._sets = {
            event.arguments["nettingSet"]: sides
            for event in market.journal.events
            if "nettingSet" in event.arguments and (sides := self._sides(event.arguments))
        }

    def of_event(self, events: Sequence[Event], place: int) -> str:
        """Nothing of what is about an asset alone.

        Trades of a batch that nets settle before anything moves: their movements are of them all.
        """
        event = events[place]
        if "trade" not in event.arguments:
            return self._of(event.arguments)
        others = takewhile(lambda other: other.name == event.name, reversed(events[:place]))
        *before, last = (self._trade(each.arguments["trade"]) for each in (*others, event))
        return _joined([*reversed(before), last])

    def of_struct(self, struct: StructHash) -> str:
        """What was signed for."""
        kind, values = struct.type_text, struct.values
        if kind == signing.TRADE:
            return self._trade(_id_of(struct))
        if kind == repo_signing.REPO_TERMS:
            return self._repo(_id_of(struct))
        members = types_of(kind)[primary_type(kind)]
        return self._of(
            {member["name"]: value for member, value in zip(members, values, strict=True)}
        )

    def _of(self, named: Mapping[str, Any]) -> str:
        """The repo, netting set or cycle, or the two sides."""
        if "repo" in named:
            return self._repo(named["repo"])
        if "nettingSet" in named:
            return self._sets.get(named["nettingSet"], "")
        return f"cycle {named['cycle']}" if "cycle" in named else self._sides(named)

    def _sides(self, named: Mapping[str, Any]) -> str:
        """Those between whom it is, where both are named."""
        pair = next((pair for pair in _PAIRS if all(side in named for side in pair)), ())
        return _joined(sorted(_name(self._market, named[side]) for side in pair))


def _id_of(struct: StructHash) -> bytes:
    """Of a trade or of terms, which is the hash that the first of the two sides signs."""
    return signing.struct_hash(struct.type_text, (*struct.values[:-1], struct.values[0]))


def _joined(names: Sequence[str]) -> str:
    """`S1`, `S1 and S2`, `S1 and 2 more`."""
    if len(names) > 2:
        return f"{names[0]} and {len(names) - 1:,} more"
    return " and ".join(names)


def _gas(market: Market) -> Iterator[GasUse]:
    """By function, the dearest first; what was refused apart."""
    contracts = {contract.address: contract for contract in market.journal.watched}
    times: Counter[str] = Counter()
    gas: Counter[str] = Counter()
    for sent in market.journal.sent:
        what = _function(contracts, sent)
        times[what] += 1
        gas[what] += sent.receipt.gas_used
    yield from (GasUse(what, times[what], used) for what, used in gas.most_common())


def _function(contracts: Mapping[str, Contract], sent: Sent) -> str:
    transaction = sent.transaction
    if transaction.to is None:
        return "deployment"
    contract = contracts.get(transaction.to)
    if contract is None:
        return "a contract of somebody else"
    function = f"{contract.name}.{contract.interface.function(transaction.data[:4])}"
    return function if sent.receipt.succeeded else f"{function}, refused"


def _positions(market: Market) -> Iterator[Position]:
    register = market.journal.register
    for wallet in register.wallets():
        for asset in market.directory.assets():
            by_register = register.balance(asset.address, wallet)
            on_chain = int(token(asset).read(market.chain, "balanceOf", wallet))
            if by_register or on_chain:
                shown = (_shown(asset, units) for units in (by_register, on_chain))
                yield Position(_name(market, wallet), asset.symbol, *shown)


def _name(market: Market, address: str) -> str:
    return "" if address == NOBODY else market.directory.name(address)


def _shown(asset: Asset, units: int) -> Amount:
    return cash_from_chain(units) if isinstance(asset, Cash) else units
