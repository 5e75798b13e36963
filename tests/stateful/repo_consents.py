"""What each wallet signed, and whether what it was debited is within that.

Bounds follow from what was signed and from nothing else: not from the model, nor from the figures
that the contract announces. Terms bind a seller to the collateral and later to the price with
interest at the highest rate in question; a signature that was used once is used up. What the chain
says happened (its events) only tells which signature is to be looked for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil
from typing import Any

from settlement.model.repo import Agreement, Amendment, Line, RepoTerms
from settlement.onchain import repo_signing
from settlement.onchain.contract import Event
from tests.stateful.repo_world import ZERO, rate_of

Debits = dict[tuple[str, str], int]
"""At most so much, by wallet and asset."""


@dataclass(frozen=True)
class Promise:
    """What the sides of an open repo have bound themselves to."""

    terms: RepoTerms
    agreement: Agreement
    lines: tuple[Line, ...]
    price: int
    highest_price: int
    highest_rate: Fraction

    def repayment(self, day: int) -> int:
        """The most that its seller owes on a day: the price, interest at the highest, a cent."""
        days = day - self.terms.purchase_date + 1
        interest = self.highest_price * self.highest_rate * days / self.agreement.basis
        return self.price + ceil(interest) + 10_000


class Consents:
    """Keeps what was signed; asked after each transaction for its debits."""

    def __init__(self) -> None:
        self._signed: dict[tuple[Any, ...], Any] = {}
        self._promises: dict[bytes, Promise] = {}
        self._terms: dict[bytes, RepoTerms] = {}
        self._agreements: dict[bytes, Agreement] = {}

    def agree(self, agreement: Agreement) -> None:
        self._agreements[repo_signing.agreement_id(agreement)] = agreement

    def sign(self, wallet: str, what: str, *key: Any, content: Any = None) -> None:
        """`wallet` signed `what` about `key`; `content` is what it bound itself to."""
        self._signed[wallet, what, *key] = content

    def check(self, events: Sequence[Event], day: int, custody: str) -> None:
        """Every debit among the events is within what its wallet signed."""
        allowed: Debits = defaultdict(int)
        names = {event.name for event in events}
        for event in events:
            reader = getattr(self, f"_on_{event.name}", None)
            rolled_with = "Rolled" in names and event.name in {"Opened", "Closed"}
            if reader is not None and not rolled_with:
                for who, amount in reader(event.arguments, day).items():
                    allowed[who] += amount
        debits: Debits = defaultdict(int)
        for event in events:
            a = event.arguments
            if event.name == "Transfer" and a["from"] != ZERO:
                debits[a["from"], event.address] += a["value"]
            elif event.name == "RootMoved":
                allowed[a["from"], event.address] += a["quantity"]
            elif event.name == "Released":
                allowed[custody, a["security"]] += a["quantity"]
        for who, amount in debits.items():
            allowed[who] += self._signed.pop((who[0], "own", who[1]), 0)
            assert amount <= allowed[who], ("debited without consent", *who, amount, allowed[who])

    def _used(self, wallet: str, what: str, *key: Any) -> Any:
        tag = (wallet, what, *key)
        assert tag in self._signed, ("never signed, or used before", *tag)
        return self._signed.pop(tag)

    # --- what each event needs --------------------------------------------------------------------

    def _on_Opened(self, a: Mapping[str, Any], day: int) -> Debits:  # noqa: N802
        repo, seller, buyer = a["repo"], a["seller"], a["buyer"]
        terms = self._used(seller, "terms", repo)
        assert self._used(buyer, "terms", repo) == terms
        self._promise(repo, terms)
        return {**_each(seller, terms.lines), (buyer, terms.cash): terms.purchase_price}

    def _promise(self, repo: bytes, terms: RepoTerms) -> None:
        agreement = self._agreements[terms.agreement]
        self._terms[repo] = terms
        highest = max(rate_of(terms.rate), rate_of(agreement.late_rate), Fraction(0))
        price = terms.purchase_price
        self._promises[repo] = Promise(terms, agreement, terms.lines, price, price, highest)

    def _on_Closed(self, a: Mapping[str, Any], day: int) -> Debits:  # noqa: N802
        promise = self._promises.pop(a["repo"])
        terms = promise.terms
        return {
            **_each(terms.buyer, promise.lines),
            (terms.seller, terms.cash): promise.repayment(day),
        }

    def _on_Rolled(self, a: Mapping[str, Any], day: int) -> Debits:  # noqa: N802
        ended = self._promises[a["repo"]].terms
        debits = self._on_Closed(a, day)
        terms = self._used(ended.seller, "roll", a["repo"], a["next"])
        assert self._used(ended.buyer, "roll", a["repo"], a["next"]) == terms
        self._promise(a["next"], terms)
        taken = {(terms.buyer, terms.cash): terms.purchase_price}
        return {**debits, **_each(terms.seller, terms.lines), **taken}

    def _on_Amended(self, a: Mapping[str, Any], day: int) -> Debits:  # noqa: N802
        promise = self._promises[a["repo"]]
        terms = promise.terms
        key = (a["repo"], a["number"])
        amendment: Amendment = self._used(terms.seller, "amend", *key)
        assert self._used(terms.buyer, "amend", *key) == amendment
        lines = amendment.lines or promise.lines
        lent = amendment.purchase_price - promise.price
        self._promises[a["repo"]] = replace(
            promise,
            lines=lines,
            price=amendment.purchase_price,
            highest_price=max(promise.highest_price, amendment.purchase_price),
            highest_rate=max(promise.highest_rate, rate_of(amendment.rate)),
        )
        return {
            **_each(terms.seller, lines),
            **_each(terms.buyer, promise.lines),
            (terms.buyer, terms.cash): max(0, lent),
            (terms.seller, terms.cash): max(0, -lent),
        }

    def _on_Substituted(self, a: Mapping[str, Any], day: int) -> Debits:  # noqa: N802
        promise = self._promises[a["repo"]]
        terms = promise.terms
        lines = self._used(terms.seller, "substitute", a["repo"], a["number"])
        if not terms.may_substitute:
            assert self._used(terms.buyer, "substitute", a["repo"], a["number"]) == lines
        self._promises[a["repo"]] = replace(promise, lines=lines)
        return {**_each(terms.seller, lines), **_each(terms.buyer, promise.lines)}

    def _on_NoticeGiven(self, a: Mapping[str, Any], day: int) -> Debits:  # noqa: N802
        self._used(a["by"], "notice", a["repo"], a["repurchaseDate"])
        return {}

    def _on_IncomeRecorded(self, a: Mapping[str, Any], day: int) -> Debits:  # noqa: N802
        buyer, key = self._terms[a["repo"]].buyer, (a["repo"], a["security"], a["recordDate"])
        amount = self._used(buyer, "income", *key)
        self.sign(buyer, "income due", *key, content=amount)
        return {}

    def _on_IncomePriced(self, a: Mapping[str, Any], day: int) -> Debits:  # noqa: N802
        self._on_IncomePaid(a, day)
        return {}

    def _on_IncomePaid(self, a: Mapping[str, Any], day: int) -> Debits:  # noqa: N802
        terms = self._terms[a["repo"]]
        key = (a["repo"], a["security"], a["recordDate"])
        return {(terms.buyer, terms.cash): self._used(terms.buyer, "income due", *key)}

    def _on_MarginCalled(self, a: Mapping[str, Any], day: int) -> Debits:  # noqa: N802
        self._used(a["by"], "call", a["nettingSet"], a["number"])
        return {}

    def _on_MarginPaid(self, a: Mapping[str, Any], day: int) -> Debits:  # noqa: N802
        amount = a["principal"] + a["interest"]
        return self._payment(a, "margin", amount, a["account"][3:])

    def _on_MarginDelivered(self, a: Mapping[str, Any], day: int) -> Debits:  # noqa: N802
        to, debits = self._used(a["from"], "margin", a["nettingSet"], a["number"])
        assert to == a["to"]
        return debits

    def _on_DefaultDeclared(self, a: Mapping[str, Any], day: int) -> Debits:  # noqa: N802
        assert any(tag[:3] == (a["by"], "declare", a["nettingSet"]) for tag in self._signed)
        return {}

    def _on_Valued(self, a: Mapping[str, Any], day: int) -> Debits:  # noqa: N802
        self._promises.pop(a["repo"])
        return {}

    def _on_ClaimPaid(self, a: Mapping[str, Any], day: int) -> Debits:  # noqa: N802
        return self._payment(a, "claim", a["amount"], None)

    def _payment(
        self, a: Mapping[str, Any], what: str, amount: int, numbers: Sequence[int] | None
    ) -> Debits:
        """Signed by the payer for this receiver and exactly this amount; the event has no number of
        its own."""
        for tag, content in self._signed.items():
            if tag[:3] == (a["from"], what, a["nettingSet"]):
                to, debits = content
                in_place = numbers is None or tag[3] in numbers
                if in_place and to == a["to"] and [*debits.values()] == [amount]:
                    return self._used(*tag)[1]
        raise AssertionError(("never signed", what, dict(a)))


def _each(wallet: str, lines: Iterable[Line]) -> Debits:
    return {(wallet, line.security): line.quantity for line in lines}
