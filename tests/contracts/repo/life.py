"""The life of a repo in these tests: what happens to it, in order, and what that must come to.

    life = Life.opened(facility, pen, terms)
    life.amend(rate=45_000_000)
    closed = life.close()
    assert closed["priceDifferential"] == interest((price, 43_000_000, 3), (price, 45_000_000, 4))

A `Life` keeps what the parties of a repo keep: its terms, its collateral now, and how many changes
it has had, for which each next one is signed. The figures here are computed anew, in fractions, and
share no code with the package.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from eth_abi import encode
from eth_utils import to_checksum_address

from settlement.chain.reverts import Revert
from settlement.market import Market
from settlement.model.asset import SecurityKind
from settlement.model.repo import Agreement, Amendment, IncomeNotice, Line, Position, RepoTerms
from settlement.onchain import repo_signing
from settlement.onchain.contract import Event
from settlement.onchain.signing import Domain
from tests.contracts.live import Live, decoded, logged, reverts
from tests.contracts.repo.margin_pen import MarginPen
from tests.contracts.repo.pen import DAY, PRICE, RepoPen

CENT = 10_000
NEVER = 2**32 - 1
OPEN, CLOSED, CLOSED_OUT = 1, 2, 4
NOBODY_FAILS, SELLER_FAILS, BUYER_FAILS, IMPEDED = range(4)
DOMAINS = ("another chain", "another contract", "the settlement's")


class Repo(NamedTuple):
    """What the contract keeps of a repo."""

    state: int
    changed: bool
    accrues_from: int
    repurchase_date: int
    purchase_price: int
    number: int
    rate: int


class Change(NamedTuple):
    """What it keeps once the repo changed."""

    lines: bytes
    accrued: int
    failed_days: int
    failing: int
    failing_since: int
    fails_rate: int
    income_due: int


@dataclass
class Life:
    """A repo, its collateral where that changed, and its number of changes."""

    facility: Live
    pen: RepoPen
    terms: RepoTerms
    lines: tuple[Line, ...] = ()
    number: int = 0

    @classmethod
    def opened(cls, facility: Live, pen: RepoPen, terms: RepoTerms) -> Life:
        """It begins."""
        facility.open(*pen.signed(terms))
        return cls(facility, pen, terms)

    @property
    def id(self) -> bytes:
        """Its name."""
        return repo_signing.repo_id(self.terms)

    @property
    def position(self) -> Position:
        """As it stands."""
        return Position(self.terms, self.lines)

    @property
    def collateral(self) -> tuple[Line, ...]:
        """What secures it now."""
        return self.lines or self.terms.lines

    @property
    def repo(self) -> Repo:
        """What the chain says."""
        return Repo(*self.facility.repoOf(self.id))

    @property
    def change(self) -> Change:
        """What the chain says of its changes."""
        return Change(*self.facility.changeOf(self.id))

    @property
    def today(self) -> int:
        """The day on the clock of the terms."""
        now: int = self.facility._market.chain.now()
        return (now + self.terms.utc_offset) // DAY

    def noticed(self, who: Any, date: int) -> tuple[Any, ...]:
        """What `giveNotice` takes next."""
        return self.pen.notice(self.terms, who, date)

    def notice(self, who: Any, date: int) -> list[Event]:
        """`who` gives notice."""
        return self.facility.giveNotice(*self.noticed(who, date))

    def amendment(self, **changes: Any) -> Amendment:
        """Everything as it is, but for these fields."""
        repo = self.repo
        return replace(Amendment(self.today, repo.purchase_price, repo.rate), **changes)

    def amended(self, **changes: Any) -> tuple[Any, ...]:
        """What `amend` takes next."""
        return self.pen.amending(self.position, self.amendment(**changes), self.number + 1)

    def amend(self, **changes: Any) -> list[Event]:
        """Both sides change it."""
        call = self.amended(**changes)
        events = self.facility.amend(*call)
        lines = call[1].lines
        self.lines = lines if lines and lines != self.collateral else self.lines
        self.number += 1
        return events

    def substituted(self, *lines: Line) -> tuple[Any, ...]:
        """What `substitute` takes next, in the order of the lines given."""
        return self.pen.substituting(self.position, lines, self.number + 1)

    def substitute(self, *lines: Line) -> list[Event]:
        """New collateral."""
        events = self.facility.substitute(*self.substituted(*self.pen.lines(*lines)))
        self.lines = self.pen.lines(*lines)
        self.number += 1
        return events

    def rolled(self, following: RepoTerms) -> tuple[Any, ...]:
        """What `roll` takes."""
        return self.pen.rolling(self.position, following)

    def roll(self, following: RepoTerms) -> tuple[Life, list[Event]]:
        """The next repo, and what happened."""
        events = self.facility.roll(*self.rolled(following))
        return Life(self.facility, self.pen, following), events

    def fail(self, agreement: Agreement) -> Any:
        """Records who fails; the arguments of the event."""
        return logged(self.facility.recordFail(agreement, self.position), "FailRecorded")

    def acknowledge(self, income: IncomeNotice) -> list[Event]:
        """The buyer acknowledges income."""
        return self.facility.recordIncome(*self.pen.income(self.terms, income))

    def close(self, who: Any = None) -> Any:
        """It ends, on the word of the seller unless of `who`; the arguments of the event."""
        closing = self.pen.closing(self.terms, who or self.terms.seller, self.lines)
        return logged(self.facility.close(*closing), "Closed")


# --- figures, computed anew


def cents(millionths: Fraction) -> int:
    """A payment: whole cents, half up on the magnitude, in millionths."""
    sign = -1 if millionths < 0 else 1
    whole = (abs(millionths) / CENT + Fraction(1, 2)).__floor__()
    return sign * whole * CENT


def interest(*periods: tuple[int, int, int], basis: int = 360) -> int:
    """`Σ price × rate × days / basis`, rounded once; periods are (price, rate in 10^-9, days)."""
    return cents(sum((exact(*period, basis) for period in periods), Fraction(0)))


def exact(price: int, rate: int, days: int, basis: int = 360) -> Fraction:
    """Interest of one period, unrounded, in millionths."""
    return Fraction(price * rate * days, basis * 10**9)


def counted(*periods: tuple[int, int, int]) -> int:
    """The same as the contract counts it: in minutes, and 10^-15."""
    return sum(price * rate * days for price, rate, days in periods) * 1_440


def millions(text: str) -> int:
    """A figure of the vectors, in millionths."""
    return int(Decimal(text).scaleb(6))


# --- what a test needs before it starts


def supply(
    market: Market,
    symbol: str,
    quantity: int,
    price: int = PRICE,
    kind: SecurityKind = SecurityKind.TREASURY_NOTE,
    denomination: int = 1,
    holder: str = "dealer",
    **issue: Any,
) -> None:
    """A security, so much of it in a wallet, with a price unless that is zero; `issuer` and
    `maturity` are those of its issue."""
    if symbol not in {asset.symbol for asset in market.directory.assets()}:
        market.add_security(symbol, kind, denomination=denomination, **issue)
    if quantity:
        market.onboarding.deposit(holder, symbol, quantity)
        market.onboarding.tokenize(holder, symbol, quantity)
    if price:
        market.board.post_price(symbol, price)


def enrich(market: Market) -> None:
    """Enough of everything for the large figures of the vectors."""
    supply(market, "T-2035", 100_000_000, price=0)
    market.onboarding.issue_cash("dealer", "USD", Decimal("1000000.00"))
    market.onboarding.issue_cash("fund", "USD", Decimal("100000000.00"))


def refusing(facility: Live, function: str, watch: Callable[[], Any]) -> Callable[..., None]:
    """`refuse(arguments, "NotDue", ...)`: it reverts so, nothing moved, nothing was written."""

    def refuse(call: Sequence[Any], error: str, **arguments: Any) -> None:
        repo = repo_signing.repo_id(_terms_in(call))
        before = facility.repoOf(repo), facility.changeOf(repo)
        moved = watch()
        with reverts(error, **arguments):
            getattr(facility, function)(*call)
        assert moved() == {}
        assert (facility.repoOf(repo), facility.changeOf(repo)) == before

    return refuse


def _terms_in(call: Iterable[Any]) -> RepoTerms:
    for argument in call:
        if isinstance(argument, Position):
            return argument.terms
        if isinstance(argument, RepoTerms):
            return argument
    raise AssertionError("a call about no repo")


def elsewhere(pen: RepoPen, name: str) -> Domain:
    """A domain that is not the facility's."""
    right = pen.domain
    return {
        "another chain": Domain(right.name, right.chain_id + 1, right.contract),
        "another contract": Domain(right.name, right.chain_id, "0x" + "11" * 20),
        "the settlement's": Domain("DvP Settlement", right.chain_id, right.contract),
    }[name]


def ambush(live: Any, facility: Live, pen: RepoPen, terms: RepoTerms, data: bytes) -> Revert:
    """What hostile cash gets for calling the facility with `data` while an opening moves it."""
    hostile = live("HostileCash")
    hostile.callBack(facility.address, data)
    trap = replace(
        terms,
        cash=hostile.address,
        nonce=1_000_000,
        lines=(pen.line("T-2035", 1_000),),
        purchase_price=990_000_000,
    )
    facility.open(*pen.signed(trap))
    assert not hostile.entered()
    return decoded(hostile.answer())


# --- margin and default, as far as they bear on changes


def margin_pen(life: Life) -> MarginPen:
    """Writes what happens to the set of a repo, with the keys of its parties."""
    pen = MarginPen(life.facility._market)
    pen.keys = life.pen.keys
    return pen


def call_margin(life: Life, by: Any, against: Any, under: Agreement | None = None) -> bytes:
    """A call of the set whose only repo this is, `by` of `against`; returns the set."""
    pen = margin_pen(life)
    pair = pen.pair(by, against, under or life.pen.agreement())
    life.facility.callMargin(*pen.calling(pair, [life.position]))
    return pen.netting_set(pair)


def meet_call(life: Life, by: Any, against: Any) -> None:
    """`by` pays the call of `against`."""
    pen = margin_pen(life)
    life.facility.meetInCash(*pen.paying(pen.pair(by, against, life.pen.agreement())))


def default(life: Life, by: Any, against: Any) -> bytes:
    """`against` leaves a call of `by` unmet, and `by` declares its default; returns the set."""
    chain, market = life.facility._market.chain, life.facility._market
    chain.advance_to(chain.now() + 1)
    market.board.post_price("T-2035", PRICE * 9 // 10)
    netting_set = call_margin(life, by, against)
    pen = margin_pen(life)
    pair = pen.pair(by, against, life.pen.agreement())
    chain.advance_to(chain.now() + pair.agreement.call_deadline + 1)
    life.facility.declareDefault(*pen.declaring(pair))
    return netting_set


def lines_in(words: Iterable[tuple[str, int, int]]) -> tuple[Line, ...]:
    """The lines of an event."""
    return tuple(Line(to_checksum_address(security), *rest) for security, *rest in words)


def dirtied(data: bytes, word: int, value: int) -> bytes:
    """Calldata with another value in its `word`-th word."""
    start = 4 + 32 * word
    return data[:start] + encode(("uint256",), (value,)) + data[start + 32 :]
