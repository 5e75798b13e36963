"""What settled, against what was signed: nothing without the consent of every side, no id twice.

For each event that says that something settled, the transaction that logged it carried what each
side signed for exactly that, and each side was registered and active at that moment. What the
consents say is also what the tokens moved: see `legs`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NoReturn

from settlement.chain.base import NOBODY
from settlement.depository.reasons import TRANSFER
from settlement.depository.register import Register
from settlement.evidence.chained import Line
from settlement.evidence.consents import Consent
from settlement.evidence.facts import Facts
from settlement.evidence.later import needs_word, require_sides, word_of_payer
from settlement.evidence.legs import is_of_a_repos_life, paid_by, require_legs
from settlement.evidence.record import Entry, Posted, plain
from settlement.evidence.terms import REPO_TERMS, repo_id, repo_terms, signed_by, statement_of
from settlement.model.party import WalletStatus

_CYCLE, _CLOSING = "CycleSettled", "Closed"

_SIDES = {
    "Settled": ("Trade", "trade", "seller", "buyer"),
    "Delivered": ("FreeDelivery", "delivery", "deliverer", "receiver"),
    "Opened": (REPO_TERMS, "repo", "seller", "buyer"),
}
"""By event: what both sides signed, the argument that is its id, and what the sides are called."""

_WITHOUT_WALLET = {"Trade", "Cancellation", "RepoCancellation", "CycleBurn"}
"""What a transaction carries for a wallet that nobody registered: trades of a best-effort batch,
which then do not settle, and what only takes back."""

Read = tuple[Line, Consent]
"""A consent and the line on which it stands."""


def require_consents(
    facts: Facts, posted: Sequence[Posted], entries: Sequence[Entry], consents: Iterable[Read]
) -> None:
    """Raises {BadFile} at the first settlement that does not follow from what was signed."""
    logged: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        logged[entry.posted.hash].append(entry)
    carried: defaultdict[str, list[Read]] = defaultdict(list)
    for line, consent in consents:
        for transaction in consent.carried_by:
            carried[transaction].append((line, consent))
    check = _Check(facts)
    for each in posted:
        if each.succeeded:
            check.take(logged[each.hash], carried[each.hash])


class _Check:
    """Takes the transactions in their order, with the register as it stood before each."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._register = Register()
        self._ids: set[tuple[str, ...]] = set()
        self._opened: dict[str, Mapping[str, Any]] = {}

    def take(self, entries: Sequence[Entry], carried: Sequence[Read]) -> None:
        """One transaction: what it logged, and what it carried."""
        consents = [consent for _, consent in carried]
        for entry in entries:
            if entry.name in _SIDES:
                self._settles(entry, consents)
            elif entry.name == _CYCLE:
                self._nets(entry, consents)
            elif entry.name == _CLOSING:
                self._closes(entry, entries)
            elif needs_word(entry):
                self._pays(entry, consents)
        for line, consent in carried:
            self._require_known(line, consent)
        require_legs(self._facts, entries, consents)
        if is_of_a_repos_life(entries, consents):
            require_sides(self._facts, entries, self._opened)
        for entry in entries:
            self._moves(entry)

    def _moves(self, entry: Entry) -> None:
        """Takes an event into the register, in which nobody ever holds less than nothing.

        Who was never registered does not hold anything either.
        """
        self._register.apply([entry.event] if entry.event else [])
        if entry.name == TRANSFER:
            source, target = entry.said["from"], entry.said["to"]
            if target != NOBODY and self._register.status(target) is WalletStatus.UNREGISTERED:
                named = self._facts.called(target)
                entry.line.refuse("arguments.to", f"is {named}, who was not registered then")
            if self._register.balance(entry.log.address, source) < 0:
                named = self._facts.called(source)
                entry.line.refuse("arguments.value", f"is more than {named} held")

    def _settles(self, entry: Entry, consents: Sequence[Consent]) -> None:
        """Both sides signed the same, and the struct hash of the first one's is the id."""
        kind, field, *names = _SIDES[entry.name]
        id_, sides = plain(entry.said[field]), [str(entry.said[name]) for name in names]
        self._once(entry, field, [(kind, id_)])
        if kind == REPO_TERMS and repo_id(entry.said) != id_:
            entry.line.refuse("arguments.terms", "are not those that the repo's id is the hash of")
        own, others = (signed_by(side, kind, consents, entry) for side in sides)
        first = next((each for each in own if each.struct == id_), None)
        if first is None and kind == REPO_TERMS:
            self._require_roll(entry, id_, sides, consents)
        elif first is None:
            self._unsigned(entry, names[0], sides[0])
        else:
            _require_figures(entry, first)
            _require_in_time(entry, first)
            if not any(each.terms == first.terms for each in others):
                self._unsigned(entry, names[1], sides[1])
        self._require_active(entry, sides)
        if kind == REPO_TERMS:
            self._opened[id_] = repo_terms(entry.said)

    def _require_roll(
        self, entry: Entry, id_: str, sides: Iterable[str], consents: Sequence[Consent]
    ) -> None:
        """Of a repo that another was rolled into, both sides signed the id."""
        for side in sides:
            rolls = signed_by(side, "RepoRoll", consents, entry)
            if not any(each.message["next"] == id_ for each in rolls):
                self._unsigned(entry, "repo", side)

    def _nets(self, entry: Entry, consents: Sequence[Consent]) -> None:
        """Every participant signed its statement of exactly this cycle."""
        participants = entry.said["participants"]
        number = plain(entry.said["cycle"])
        self._once(entry, "cycle", [(_CYCLE, number, each) for each in participants])
        for participant in participants:
            statement = statement_of(participant, consents, entry, self._facts)
            if statement is None:
                self._unsigned(entry, "participants", participant)
            _require_in_time(entry, statement)
        self._require_active(entry, participants)

    def _closes(self, entry: Entry, entries: Sequence[Entry]) -> None:
        """What closes has opened, and is paid for. From its cut-off on it needs nobody's word."""
        repo = plain(entry.said["repo"])
        if repo not in self._opened:
            entry.line.refuse("arguments.repo", "did not open")
        self._once(entry, "repo", [(_CLOSING, repo)])
        if not any(each.name == "Opened" for each in entries):  # a roll pays the difference only
            terms = self._opened[repo]
            paid = paid_by(terms["seller"], terms["cash"], entries)
            if paid != entry.said["paid"]:
                entry.line.refuse("arguments.paid", f"is {entry.said['paid']}, and {paid} moved")

    def _pays(self, entry: Entry, consents: Sequence[Consent]) -> None:
        """Whoever pays margin or a claim signed it, for this once."""
        consent = word_of_payer(entry, consents)
        if consent is None:
            self._unsigned(entry, "from", entry.said["from"])
        self._once(entry, "nettingSet", [(consent.kind, consent.struct)])

    def _once(self, entry: Entry, field: str, ids: Iterable[tuple[str, ...]]) -> None:
        for id_ in ids:
            if id_ in self._ids:
                entry.line.refuse(f"arguments.{field}", "settled before")
            self._ids.add(id_)

    def _require_active(self, entry: Entry, wallets: Iterable[str]) -> None:
        for wallet in wallets:
            status = self._register.status(wallet)
            if status is not WalletStatus.REGISTERED:
                named, stood = self._facts.called(wallet), status.name.lower()
                entry.line.refuse("event", f"settled while {named} was {stood}")

    def _require_known(self, line: Line, consent: Consent) -> None:
        unknown = self._register.status(consent.signer) is WalletStatus.UNREGISTERED
        if unknown and consent.kind not in _WITHOUT_WALLET:
            line.refuse("signer", "was not registered when a transaction carried this")

    def _unsigned(self, entry: Entry, field: str, wallet: str) -> NoReturn:
        named = self._facts.called(wallet)
        entry.line.refuse(f"arguments.{field}", f"its transaction carried no consent of {named}")


def _require_figures(entry: Entry, consent: Consent) -> None:
    terms = consent.terms
    for name in sorted(entry.said.keys() & terms.keys()):
        found = plain(entry.said[name])
        if found != terms[name]:
            entry.line.refuse(f"arguments.{name}", f"is {found}, and {terms[name]} was signed")


def _require_in_time(entry: Entry, consent: Consent) -> None:
    """Inside the window, of what was signed for one."""
    if "notAfter" in consent.terms:
        first, last = int(consent.terms["notBefore"]), int(consent.terms["notAfter"])
        if not first <= entry.posted.time <= last:
            entry.line.refuse("time", f"is outside the window that was signed, {first} to {last}")
