"""What consents move, against what the tokens moved, transaction by transaction.

The two must come to the same for each wallet and asset, netted or not. A settlement, a delivery,
the opening of a repo and a cycle say all that moves, and so does an act of the issuer or of the
depository. What moves later in the life of a repo depends on days and prices and is not worked out
here (see `later`); nothing moves behind any other event.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from settlement.chain.base import NOBODY
from settlement.depository.reasons import TRANSFER
from settlement.evidence.consents import Consent
from settlement.evidence.facts import Facts
from settlement.evidence.record import Entry
from settlement.evidence.terms import REPO_TERMS, repo_terms, statement_of

Net = Counter[tuple[str, str]]
"""Units by wallet and asset; below zero what went out."""


def require_legs(facts: Facts, entries: Sequence[Entry], consents: Sequence[Consent]) -> None:
    """Refuses a transaction whose transfers are not what its other events say. Raises {BadFile}."""
    if is_of_a_repos_life(entries, consents):
        return
    telling = [entry for entry in entries if entry.name in _LEGS]
    if not telling:
        _require_calls_of_tokens(entries)
        return
    expected, moved = Net(), _moved(entries)
    for entry in telling:
        expected.update(_LEGS[entry.name](entry, consents, facts))
    for asset in facts.assets:
        for wallet in facts.wallets:
            key = wallet.address, asset.address
            if moved[key] != expected[key]:
                found, wanted = asset.shown(moved[key]), asset.shown(expected[key])
                message = f"moved {found} {asset.symbol} at {wallet.name}, and {wanted} was agreed"
                telling[0].line.refuse("event", message)


def paid_by(wallet: str, cash: str, entries: Iterable[Entry]) -> int:
    """What a wallet paid in a transaction, net."""
    return -_moved(entries)[wallet, cash]


def is_of_a_repos_life(entries: Sequence[Entry], consents: Sequence[Consent]) -> bool:
    """Whether a repo changes or ends here; what was signed outright is compared all the same."""
    outright = any(entry.name in _OUTRIGHT for entry in entries)
    opens = any(consent.kind == REPO_TERMS for consent in consents)
    lives = any(entry.of("RepoFacility") and entry.name in _LATER for entry in entries)
    return lives and not outright and not opens


def _require_calls_of_tokens(entries: Sequence[Entry]) -> None:
    """What moves without an event that says what, moves by a call of the token itself."""
    for entry in entries:
        if entry.name == TRANSFER and entry.posted.to != entry.log.address:
            entry.line.refuse("event", "moved, and no event of its transaction says why")


def _moved(entries: Iterable[Entry]) -> Net:
    net = Net()
    for entry in entries:
        if entry.name == TRANSFER:
            said = entry.said
            net.update(_leg(entry.log.address, said["from"], said["to"], said["value"]))
    return net


def _leg(asset: str, source: str, target: str, units: int) -> Net:
    net = Net()
    net[source, asset] -= units
    net[target, asset] += units
    return net


def _settled(entry: Entry, *_: object) -> Net:
    said = entry.said
    seller, buyer = said["seller"], said["buyer"]
    net = _leg(said["security"], seller, buyer, said["quantity"])
    net.update(_leg(said["cash"], buyer, seller, said["amount"]))
    return net


def _delivered(entry: Entry, *_: object) -> Net:
    said = entry.said
    return _leg(said["asset"], said["deliverer"], said["receiver"], said["quantity"])


def _opened(entry: Entry, *_: object) -> Net:
    said, terms = entry.said, repo_terms(entry.said)
    keeper = said["buyer"] if terms["custody"] == NOBODY else terms["custody"]
    net = _leg(terms["cash"], said["buyer"], said["seller"], int(terms["purchasePrice"]))
    for line in terms["lines"]:
        net.update(_leg(line["security"], said["seller"], keeper, int(line["quantity"])))
    return net


def _netted(entry: Entry, consents: Sequence[Consent], facts: Facts) -> Net:
    net = Net()
    for participant in entry.said["participants"]:
        statement = statement_of(participant, consents, entry, facts)
        for movement in statement.message["movements"] if statement else ():
            net[participant, movement["asset"]] += int(movement["amount"])
    return net


def _issued(entry: Entry, *_: object) -> Net:
    return _leg(entry.log.address, NOBODY, entry.said["to"], _units(entry.said))


def _taken_out(entry: Entry, *_: object) -> Net:
    return _leg(entry.log.address, entry.said["from"], NOBODY, _units(entry.said))


def _root_moved(entry: Entry, *_: object) -> Net:
    return _leg(entry.log.address, entry.said["from"], entry.said["to"], _units(entry.said))


def _units(said: Mapping[str, Any]) -> int:
    """Of a security its quantity, of cash its amount."""
    return int(said["quantity"] if "quantity" in said else said["amount"])


_LEGS: dict[str, Callable[[Entry, Sequence[Consent], Facts], Net]] = {
    "Settled": _settled,
    "Delivered": _delivered,
    "Opened": _opened,
    "CycleSettled": _netted,
    "Minted": _issued,
    "Burned": _taken_out,
    "Redeemed": _taken_out,
    "RootMoved": _root_moved,
}

_OUTRIGHT = {"Settled", "Delivered", "CycleSettled"}
"""Settlements whose consents say every unit that moves."""

_LATER = {
    *("Closed", "Amended", "Substituted", "MarginPaid", "MarginDelivered", "IncomePaid"),
    *("Reversed", "Collected", "ClaimPaid"),
}
"""What moves assets in the life of a repo, and after a close-out."""
