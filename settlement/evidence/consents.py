"""Consents, each as a line and back: what was signed as typed data, by whom, and what carried it.

A line's document and signature are taken as they are, and the rest is derived: who signed is
whoever the signature recovers to. A transaction carried a consent if the signature stands in its
calldata; a consent that none carried lists none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from settlement.coordinator.directory import Party
from settlement.errors import BadInput
from settlement.evidence.chained import Line, canonical
from settlement.evidence.facts import TOKENS, Facts
from settlement.evidence.record import Posted, plain
from settlement.onchain import cycle_signing, repo_signing, signing, typed_data
from settlement.onchain.typed_data import Document

_TEXTS = (
    *(signing.TRADE, signing.FREE_DELIVERY, signing.CANCELLATION),
    *(repo_signing.REPO_TERMS, repo_signing.CLOSING, repo_signing.CANCELLATION),
    *(repo_signing.NOTICE, repo_signing.AMENDMENT, repo_signing.SUBSTITUTION),
    *(repo_signing.ROLL, repo_signing.INCOME, repo_signing.MARGIN_CALL),
    *(repo_signing.MARGIN_PAYMENT, repo_signing.MARGIN_DELIVERY, repo_signing.MARGIN_RETURN),
    *(repo_signing.MARGIN_RESTITUTION, repo_signing.DEFAULT_NOTICE, repo_signing.STATED_VALUE),
    *(repo_signing.CLAIM_PAYMENT, cycle_signing.NETTED_TRADE, cycle_signing.NET_STATEMENT),
    cycle_signing.CYCLE_BURN,
)
"""Everything that a party of this market signs."""

_KNOWN = {typed_data.primary_type(text): typed_data.types_of(text) for text in _TEXTS}


@dataclass(frozen=True, slots=True)
class Consent:
    """A document, its hash, who signed it, and by their hashes what transactions carried it."""

    document: Document
    struct: str
    signer: str
    signature: bytes
    carried_by: tuple[str, ...]

    @property
    def kind(self) -> str:
        """The name of the struct that was signed."""
        return str(self.document["primaryType"])

    @property
    def message(self) -> Mapping[str, Any]:
        """What was signed, member by member."""
        found: Mapping[str, Any] = self.document["message"]
        return found

    @property
    def terms(self) -> dict[str, Any]:
        """What both sides sign alike."""
        return {name: value for name, value in self.message.items() if name != "signer"}

    @property
    def contract(self) -> str:
        """The contract for which it was signed."""
        return str(self.document["domain"]["verifyingContract"])


def consents_of(parties: Iterable[Party], posted: Sequence[Posted]) -> list[Consent]:
    """What the clients of these parties signed, party by party, nothing twice."""
    found: dict[tuple[str, bytes], Consent] = {}
    for party in parties:
        for signed in party.signed:
            document = typed_data.document(signed.domain, signed.struct)
            consent = _consent(document, party.address, signed.signature, posted)
            found[party.address, signed.signature] = consent
    return list(found.values())


def consent_row(number: int, consent: Consent, facts: Facts) -> dict[str, Any]:
    """A consent as a line."""
    return {
        "sequence": number,
        "name": facts.called(consent.signer),
        "signer": consent.signer,
        "typed_data": consent.document,
        "digest": plain(typed_data.digest_of(consent.document)),
        "signature": plain(consent.signature),
        "transactions": list(consent.carried_by),
    }


def consents_in(lines: Sequence[Line], posted: Sequence[Posted], facts: Facts) -> list[Consent]:
    """The consents of a file, each signed by a wallet of the bundle. Raises {BadFile}."""
    wallets = {wallet.address for wallet in facts.wallets}
    seen: set[bytes] = set()
    found = []
    for line in lines:
        document, signature = line.part("typed_data"), line.raw("signature")
        _require_known(line, document, facts)
        try:
            signer = typed_data.signer_of(document, signature)
        except BadInput as problem:
            line.refuse("typed_data", str(problem))
        if signer is None or signer != line.text("signer"):
            line.refuse("signature", f"is not that of {facts.called(line.text('signer'))}")
        if signer not in wallets:
            line.refuse("signer", "is no wallet of this bundle")
        if document["message"].get("signer", signer) != signer:
            line.refuse("typed_data", "names another signer")
        _require_assets(line, document["message"], facts)
        if signature in seen:
            line.refuse("signature", "stands twice")
        seen.add(signature)
        consent = _consent(document, signer, signature, posted)
        line.require(consent_row(line.number, consent, facts))
        found.append(consent)
    return found


def _consent(
    document: Document, signer: str, signature: bytes, posted: Sequence[Posted]
) -> Consent:
    carried_by = tuple(each.hash for each in posted if signature in each.data)
    struct = plain(typed_data.struct_hash_of(document))
    return Consent(document, struct, signer, signature, carried_by)


def _require_known(line: Line, document: Document, facts: Facts) -> None:
    """A type and a domain of this market."""
    kind = document.get("primaryType")
    if not isinstance(kind, str) or canonical(document.get("types")) != canonical(_KNOWN.get(kind)):
        line.refuse("typed_data", "is of no type that is signed here")
    if document.get("domain") not in _domains(facts):
        line.refuse("typed_data", "is for no contract of this bundle")


def _require_assets(line: Line, message: Mapping[str, Any], facts: Facts) -> None:
    """What was signed as cash is cash of the bundle, and what as a security is a security of it."""
    decimals = {asset.address: asset.decimals for asset in facts.assets}
    for part in (message, *message.get("lines", ())):
        for field, token in (("cash", "CashToken"), ("security", "SecurityEntitlement")):
            if field in part and decimals.get(part[field]) != TOKENS[token]:
                line.refuse("typed_data", f"has a {field} that is none of this bundle's")


def _domains(facts: Facts) -> list[dict[str, str]]:
    chain = int(facts.chain)
    domains = (
        signing.settlement_domain(chain, facts.only("Settlement")),
        signing.repo_domain(chain, facts.only("RepoFacility")),
        cycle_signing.cycle_domain(chain, facts.only("NetSettlement")),
    )
    return [typed_data.domain_part(domain) for domain in domains]
