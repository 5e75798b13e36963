"""The ways in which collateral comes in: a repo opens or rolls, its collateral is exchanged or
added to, margin is delivered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from settlement.market import Market
from settlement.model.asset import SecurityKind
from settlement.model.repo import Line, Pair, RepoTerms
from settlement.onchain import repo_signing
from tests.contracts.live import reverts
from tests.contracts.repo.life import Life, margin_pen

OPEN, ROLL, AMEND, SUBSTITUTE = "open", "roll", "amend", "substitute"
MARGIN = "meetInSecurities"
BY_THE_LATEST = (OPEN, ROLL, MARGIN)
"""What goes by the latest version; the others by that of the repo."""

BOND = SecurityKind.CORPORATE_BOND
PAR = 100_000_000


@dataclass
class Coming:
    """Lines coming in, one way or another, for a repo of a week against 10,000,000 T-2035.

    They may count for less than that repo needs: its own collateral stays, unless `instead` says
    that they take its place. A repo that they open by themselves is for a cent.
    """

    way: str
    life: Life
    pair: Pair | None
    watch: Callable[[], Callable[[], Any]]
    instead: bool = False

    @property
    def market(self) -> Market:
        market: Market = self.life.facility._market
        return market

    def call(self, *lines: Line) -> Sequence[Any]:
        """What the function takes."""
        life, pen = self.life, self.life.pen
        if self.way == MARGIN:
            assert self.pair is not None
            return margin_pen(life).delivering(self.pair, pen.lines(*lines))
        if self.way == OPEN:
            return pen.signed(self.next(pen.lines(*lines), purchase_price=10_000))
        basket = pen.lines(*lines, *(() if self.instead else life.terms.lines))
        if self.way == ROLL:
            return life.rolled(self.next(basket))
        return life.substituted(*basket) if self.way == SUBSTITUTE else life.amended(lines=basket)

    def next(self, lines: tuple[Line, ...], **changes: Any) -> RepoTerms:
        """The terms of another repo, from today on, by the version of the one that there is."""
        today = self.life.today
        return replace(
            self.life.terms,
            lines=lines,
            purchase_date=today,
            repurchase_date=today + 7,
            nonce=1_000_000,
            **changes,
        )

    def accepts(self, *lines: Line) -> None:
        """They come in from the dealer."""
        moved = self.watch()
        self.life.facility.sender(self.way)(*self.call(*lines))
        gained = moved()["dealer"]
        directory = self.market.directory
        symbols = {asset.address: asset.symbol for asset in directory.assets()}
        for line in lines:
            assert gained[symbols[line.security]] == -line.quantity

    def refuses(self, error: str, lines: Sequence[Line], **arguments: Any) -> None:
        """They stay, and all is as it was."""
        moved, before = self.watch(), self._kept()
        call = self.call(*lines)
        with reverts(error, **arguments):
            self.life.facility.sender(self.way)(*call)
        assert moved() == {}
        assert self._kept() == before

    def _kept(self) -> list[Any]:
        facility, terms = self.life.facility, self.life.terms
        others = repo_signing.repo_id(replace(terms, nonce=1_000_000))
        found = [getattr(facility, view)(self.life.id) for view in ("repoOf", "changeOf")]
        netting_set = self.life.pen.netting_set(
            self.pair or self.life.pen.pair(terms.seller, terms.buyer)
        )
        found += [getattr(facility, view)(netting_set) for view in ("setOf", "marginOf")]
        return [*found, facility.repoOf(others)]
