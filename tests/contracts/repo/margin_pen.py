"""Writes and signs what happens to a whole netting set: margin, default, close-out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from settlement.market import Market
from settlement.model.repo import Agreement, Line, Pair, Position, RepoTerms
from settlement.onchain import repo_signing
from settlement.units import date_to_chain
from tests.contracts.live import Live, address_of
from tests.contracts.repo.pen import RepoPen


class MarginPen(RepoPen):
    """Every act is signed by `pair.by` for the next place in the order of its side, unless a test
    names another `signer` or `number`; what is returned are the arguments of the function."""

    def __init__(self, market: Market, *people: Any) -> None:
        super().__init__(market, *people)
        self.facility = Live(market.deployment.repo, market)

    def long(
        self, seller: Any, buyer: Any, under: Agreement | None = None, **changes: Any
    ) -> RepoTerms:
        """Terms of a month, of 1,000,000.00 at 4.3% against 1,100,000 T-2035."""
        month = {
            "purchase_price": 1_000_000_000_000,
            "repurchase_date": date_to_chain(self._market.today()) + 30,
            "lines": (self.line("T-2035", 1_100_000),),
        }
        return self.terms(seller, buyer, under, **{**month, **changes})

    def is_first(self, pair: Pair) -> bool:
        """Whether `pair.by` is the first participant of its set."""
        by, against = (self._participant(wallet) for wallet in (pair.by, pair.against))
        return bool(by < against)

    def number(self, pair: Pair) -> int:
        """The place of the next act of `pair.by`'s side."""
        account, _ = self.facility.marginOf(self.netting_set(pair))
        return int(account[3 if self.is_first(pair) else 4]) + 1

    def held(self, pair: Pair) -> int:
        """Cash margin that `pair.by` holds of the other; below zero what it gave."""
        account, _ = self.facility.marginOf(self.netting_set(pair))
        return int(account[0]) * (1 if self.is_first(pair) else -1)

    def standing(self, pair: Pair) -> int:
        """The amount of the call that stands."""
        return int(self.facility.marginOf(self.netting_set(pair))[1][0])

    def claim(self, pair: Pair) -> int:
        """What the other owes `pair.by` from close-outs; below zero the other way round."""
        claim = int(self.facility.claimOf(self.netting_set(pair)))
        return claim if self.is_first(pair) else -claim

    def calling(
        self, pair: Pair, positions: Iterable[Any], securities: Iterable[Any] = (), **signed: Any
    ) -> tuple[Any, ...]:
        """What `callMargin` takes."""
        struct = self._hash(repo_signing.margin_call_hash, pair, signed, pair.by)
        return (*self.exposed(pair, positions, securities), self._by(pair, signed, struct))

    def exposed(
        self, pair: Pair, positions: Iterable[Any], securities: Iterable[Any] = ()
    ) -> tuple[Any, ...]:
        """What `netExposure` takes, and `closeOut`: all in the order that the contract asks for."""
        ordered = sorted(map(address_of, securities), key=lambda address: int(address, 16))
        return pair, self.ordered(positions), ordered

    def paying(self, pair: Pair, amount: int | None = None, **signed: Any) -> tuple[Any, ...]:
        """What `meetInCash` takes; the call that stands, unless an amount is named."""
        due = self.standing(pair) if amount is None else amount
        sides = (pair.by, pair.against)
        struct = self._hash(repo_signing.margin_payment_hash, pair, signed, *sides, due)
        return pair, self._by(pair, signed, struct)

    def delivering(
        self, pair: Pair, lines: Sequence[Line], amount: int | None = None, **signed: Any
    ) -> tuple[Any, ...]:
        """What `meetInSecurities` takes, for the call that stands, unless an amount is named."""
        due = self.standing(pair) if amount is None else amount
        sides = (pair.by, pair.against)
        struct = self._hash(repo_signing.margin_delivery_hash, pair, signed, *sides, due, lines)
        return pair, lines, self._by(pair, signed, struct)

    def returning(
        self, pair: Pair, principal: int, interest: int = 0, **signed: Any
    ) -> tuple[Any, ...]:
        """What `returnCash` takes."""
        words = (pair.by, pair.against, principal, interest)
        struct = self._hash(repo_signing.margin_return_hash, pair, signed, *words)
        return pair, principal, self._by(pair, signed, struct)

    def restoring(self, pair: Pair, lines: Sequence[Line], **signed: Any) -> tuple[Any, ...]:
        """What `returnSecurities` takes."""
        sides = (pair.by, pair.against)
        struct = self._hash(repo_signing.margin_restitution_hash, pair, signed, *sides, lines)
        return pair, lines, self._by(pair, signed, struct)

    def declaring(self, pair: Pair, failed: Iterable[Any] = (), **signed: Any) -> tuple[Any, ...]:
        """What `declareDefault` takes; without a repo the ground is the call."""
        positions = self.ordered(failed)
        ground = repo_signing.repo_id(positions[0].terms) if positions else bytes(32)
        ground = signed.pop("ground", ground)
        struct = self._hash(repo_signing.default_notice_hash, pair, signed, ground, pair.by)
        return pair, positions, self._by(pair, signed, struct)

    def stating(self, pair: Pair, security: Any, price: int, **signed: Any) -> tuple[Any, ...]:
        """What `stateValue` takes."""
        words = (address_of(security), price, pair.by)
        struct = self._hash(repo_signing.stated_value_hash, pair, signed, *words)
        return pair, security, price, self._by(pair, signed, struct)

    def claim_paying(self, pair: Pair, amount: int, **signed: Any) -> tuple[Any, ...]:
        """What `payClaim` takes."""
        words = (pair.by, pair.against, amount)
        struct = self._hash(repo_signing.claim_payment_hash, pair, signed, *words)
        return pair, amount, self._by(pair, signed, struct)

    def ordered(self, repos: Iterable[Any]) -> list[Position]:
        """Positions of repos or terms, by increasing id."""
        positions = [repo if isinstance(repo, Position) else Position(repo) for repo in repos]
        return sorted(positions, key=lambda position: repo_signing.repo_id(position.terms))

    def _hash(self, of: Any, pair: Pair, signed: dict[str, Any], *words: Any) -> bytes:
        set_, number = self.netting_set(pair), signed.get("number") or self.number(pair)
        return bytes(of(set_, number, *words))

    def _by(self, pair: Pair, signed: dict[str, Any], struct: bytes) -> bytes:
        return self.sign(signed.get("signer", pair.by), struct)

    def _participant(self, wallet: str) -> bytes:
        registry = self._market.deployment.registry
        return bytes(registry.read(self._market.chain, "walletOf", wallet)[0])


def mirrored(pair: Pair) -> Pair:
    """The same set, seen by the other side."""
    return replace(pair, by=pair.against, against=pair.by)
