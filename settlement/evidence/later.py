"""What moves in the life of a repo and after its close-out: between whom, and on whose word.

Interest and prices are not worked out again here. But nobody except the sides of the repo or of the
netting set, and the custody that holds for them, gives or gets anything; and margin or a claim is
paid on the word of whoever pays, who signed how much, once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from settlement.depository.reasons import TRANSFER
from settlement.evidence.consents import Consent
from settlement.evidence.facts import Facts
from settlement.evidence.record import Entry, plain
from settlement.evidence.terms import signed_by

Terms = Mapping[str, Mapping[str, Any]]
"""The terms of every repo that opened, by its id."""

_WORDS = {
    "MarginPaid": (("MarginPayment", "amount"), ("MarginReturn", "principal")),
    "MarginDelivered": (("MarginDelivery", ""), ("MarginRestitution", "")),
    "ClaimPaid": (("ClaimPayment", "amount"),),
}
"""By event: what its payer may have signed, and the member that says how much of the principal."""

_SIDES = ("from", "to", "by", "against", "wallet", "seller", "buyer")


def require_sides(facts: Facts, entries: Sequence[Entry], opened: Terms) -> None:
    """Refuses a transfer to or from somebody whom no event of its transaction is about."""
    sides = set(_sides(entries, opened))
    for entry in entries:
        if entry.name == TRANSFER:
            for argument in ("from", "to"):
                if entry.said[argument] not in sides:
                    named = facts.called(entry.said[argument])
                    entry.line.refuse(f"arguments.{argument}", f"{named} is no side of what moves")


def word_of_payer(entry: Entry, consents: Sequence[Consent]) -> Consent | None:
    """What the payer of margin or of a claim signed for exactly that; none where it did not."""
    said = entry.said
    principal = plain(said.get("principal", said.get("amount", "")))
    for kind, member in _WORDS[entry.name]:
        for consent in signed_by(said["from"], kind, consents, entry):
            terms = consent.terms
            same = (terms["nettingSet"], terms["to"]) == (plain(said["nettingSet"]), said["to"])
            if same and (not member or terms[member] == principal):
                return consent
    return None


def needs_word(entry: Entry) -> bool:
    """Whether somebody pays on its own word alone."""
    return entry.name in _WORDS


def _sides(entries: Sequence[Entry], opened: Terms) -> Iterator[str]:
    for entry in entries:
        if not entry.of("RepoFacility"):
            continue
        yield from (entry.said[name] for name in _SIDES if name in entry.said)
        terms = opened.get(plain(entry.said["repo"])) if "repo" in entry.said else None
        if terms:
            yield from (terms["seller"], terms["buyer"], terms["custody"])
