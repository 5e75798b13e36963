"""Checks a bundle again, from what stands in it and from the ABIs of this package. No chain.

In this order, and the first difference is named with its file and line: the files and their lines;
events from the raw log; signatures; settlements against consents; positions against statements and
against the closing figures.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from settlement.coordinator.journal import SETTLEMENTS
from settlement.depository.register import Register
from settlement.errors import BadFile, Problem
from settlement.evidence.bundle import (
    CHAINED,
    EVENTS,
    INSTRUCTIONS,
    MANIFEST,
    TRANSACTIONS,
    Files,
    read_files,
    require_exactly,
)
from settlement.evidence.chained import Line, read_chain
from settlement.evidence.consents import consents_in
from settlement.evidence.facts import Facts
from settlement.evidence.manifest import Manifest, read_manifest, require_hash
from settlement.evidence.positions import require_positions
from settlement.evidence.record import Entry, by_address, entries_in, posted_in
from settlement.evidence.settled import require_consents
from settlement.evidence.statements import Happened, require_same, statements
from settlement.reporting.evidence import Counts, Holding, Verified


def verify(folder: Path) -> Verified:
    """What a bundle says, once all of it holds. Raises {BadFile}."""
    files = read_files(folder)
    manifest, chains = _require_intact(folder, files)
    facts = manifest.facts
    posted = posted_in(chains[TRANSACTIONS])
    entries = entries_in(chains[EVENTS], posted, by_address(facts.contracts))
    lines = chains[INSTRUCTIONS]
    consents = consents_in(lines, posted, facts)
    require_consents(facts, posted, entries, zip(lines, consents, strict=True))
    _require_statements(folder, files, manifest, entries)
    register = require_positions(manifest, entries)
    return Verified(
        folder=str(folder),
        name=facts.name,
        chain=facts.chain,
        counts=Counts(len(posted), len(entries), len(consents), len(facts.statements)),
        carried=sum(bool(consent.carried_by) for consent in consents),
        settlements=sum(entry.name in SETTLEMENTS for entry in entries),
        holdings=tuple(_holdings(facts, register)),
        supply={
            asset.symbol: asset.amount(register.supply(asset.address)) for asset in facts.assets
        },
        bundle=manifest.bundle,
    )


def _require_intact(folder: Path, files: Files) -> tuple[Manifest, Mapping[str, list[Line]]]:
    """The manifest, and the lines of the files that have such."""
    if MANIFEST not in files:
        raise BadFile([Problem(str(folder / MANIFEST), 0, "", "is missing")])
    manifest = read_manifest(folder, files[MANIFEST])
    require_exactly(folder, [MANIFEST, *manifest.files], files)
    chains = {name: read_chain(str(folder / name), files[name]) for name in CHAINED}
    for name in CHAINED:
        require_hash(folder, name, files[name], manifest.files[name])
    return manifest, chains


def _require_statements(
    folder: Path, files: Files, manifest: Manifest, entries: Sequence[Entry]
) -> None:
    """Each is what the events make it, line by line, and the one that the manifest names."""
    log = [
        Happened(entry.posted.time, entry.posted.hash, entry.event)
        for entry in entries
        if entry.event
    ]
    for name, rebuilt in statements(manifest.facts, log).items():
        require_same(str(folder / name), files[name], rebuilt)
        require_hash(folder, name, files[name], manifest.files[name])


def _holdings(facts: Facts, register: Register) -> Iterable[Holding]:
    for wallet in facts.wallets:
        balances = {
            asset.symbol: asset.amount(register.balance(asset.address, wallet.address))
            for asset in facts.assets
        }
        yield Holding(wallet.name, balances)
