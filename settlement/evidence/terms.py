"""What an event says of terms, put as those who signed them put it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from settlement.chain.base import checksummed
from settlement.evidence.consents import Consent
from settlement.evidence.facts import Facts
from settlement.evidence.record import Entry, plain
from settlement.onchain import repo_signing, typed_data

REPO_TERMS, NET_STATEMENT = "RepoTerms", "NetStatement"

_TYPES = typed_data.types_of(repo_signing.REPO_TERMS)


def signed_by(signer: str, kind: str, consents: Iterable[Consent], entry: Entry) -> list[Consent]:
    """What a wallet signed of a kind, for the contract that logged the entry."""
    wanted = (signer, kind, entry.log.address)
    return [each for each in consents if (each.signer, each.kind, each.contract) == wanted]


def statement_of(
    participant: str, consents: Iterable[Consent], entry: Entry, facts: Facts
) -> Consent | None:
    """A participant's statement of the cycle that settled, for this venue's door."""
    said = entry.said
    expected = {
        "venue": facts.only("Settlement"),
        "cycle": plain(said["cycle"]),
        "tradesRoot": plain(said["tradesRoot"]),
        "tradeCount": plain(said["tradeCount"]),
        "participants": plain(said["participants"]),
    }
    signed = signed_by(participant, NET_STATEMENT, consents, entry)
    return next((each for each in signed if expected.items() <= each.terms.items()), None)


def repo_terms(said: Mapping[str, Any]) -> dict[str, Any]:
    """The terms of a repo that opened, as both sides sign them."""
    terms = _named(REPO_TERMS, plain(said["terms"]))
    terms["lines"] = [_named("Line", each) for each in terms["lines"]]
    return terms


def _named(struct: str, values: Sequence[Any]) -> dict[str, Any]:
    """Values by the names of their members; the signer comes last and is not among them."""
    return {
        member["name"]: checksummed(value) if member["type"] == "address" else value
        for member, value in zip(_TYPES[struct], values, strict=False)
    }


def repo_id(said: Mapping[str, Any]) -> str:
    """The id of a repo with the terms of its opening: the struct hash that its seller signs."""
    message = {**repo_terms(said), "signer": said["seller"]}
    typed = {"types": _TYPES, "primaryType": REPO_TERMS, "domain": {}, "message": message}
    return str(plain(typed_data.struct_hash_of(typed)))
