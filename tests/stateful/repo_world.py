"""What a repo stands on, as a model in exact numbers: accounts, wallets, prices and policy.

Everything is keyed by address and counted in the chain's units. What would refuse something is a
set of names of errors; an empty one means that it must happen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor

from settlement.model.repo import Agreement, Line, Method

DAY = 86_400
CENT = 10_000
ZERO = "0x" + "00" * 20
UNLIMITED = 2**32 - 1

Leg = tuple[str, str, str, int]
"""Asset, from, to, amount."""


def money(units: int) -> Fraction:
    """Currency units."""
    return Fraction(units, 10**6)


def rate_of(units: int) -> Fraction:
    """A rate, a haircut, a ratio."""
    return Fraction(units, 10**9)


def cents_half_up(amount: Fraction) -> int:
    """A payment in millionths: whole cents, a tie goes away from zero."""
    cents = floor(abs(amount) * 100 + Fraction(1, 2))
    return (-cents if amount < 0 else cents) * CENT


def day_on(time: int, utc_offset: int) -> int:
    """The day on a clock that is so many seconds ahead of UTC."""
    return (time + utc_offset) // DAY


@dataclass
class Quote:
    """The price in use, what a jump is measured against, and what waits."""

    price: int = 0
    observed: int = 0
    benchmark: int = 0
    waiting: tuple[int, int] | None = None

    def post(self, price: int, at: int) -> None:
        benchmark = self.benchmark
        if not self.price:
            benchmark = price
        elif at // DAY > self.observed // DAY:
            benchmark = self.price
        if 5 * abs(price - benchmark) > benchmark:
            self.waiting = (price, at)
        else:
            self.price, self.observed, self.benchmark, self.waiting = price, at, benchmark, None

    def confirm(self) -> None:
        assert self.waiting
        self.price, self.observed = self.waiting
        self.benchmark, self.waiting = self.price, None

    def obstacles(self, now: int, maximum_age: int) -> set[str]:
        if self.waiting:
            return {"PricePending"}
        if not self.price:
            return {"PriceMissing"}
        return {"PriceStale"} if now - self.observed > maximum_age else set()


@dataclass(frozen=True)
class Rule:
    """A row of a version of the policy: of one kind, up to so many days to maturity, of the listed
    issuers; none listed: any."""

    kind: int
    method: int
    margin: int
    limit: int = 10**9
    longest: int = UNLIMITED
    issuers: tuple[bytes, ...] = ()


@dataclass
class World:
    """Accounts, wallets, assets, prices and policy as they should be."""

    participants: dict[str, bytes]
    custody: str
    kinds: dict[str, int]
    denominations: dict[str, int]
    issuers: dict[str, bytes]
    maturities: dict[str, int]
    """The day (UTC) of what has one."""
    balance: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    frozen: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    suspended: set[str] = field(default_factory=set)
    paused: set[str] = field(default_factory=set)
    quotes: dict[str, Quote] = field(default_factory=dict)
    policy: list[list[Rule]] = field(default_factory=lambda: [[]])

    @property
    def version(self) -> int:
        return len(self.policy) - 1

    def free(self, wallet: str, asset: str) -> int:
        return max(0, self.balance[wallet, asset] - self.frozen[wallet, asset])

    def stops(self, asset: str, wallet: str) -> bool:
        """Whether the wallet could move nothing of the asset, whatever it holds."""
        return asset in self.paused or wallet in self.suspended

    def obstacles(self, legs: Iterable[Leg]) -> set[str]:
        """What refuses an exchange; no two of its legs are of one asset and from one wallet."""
        found: set[str] = set()
        for asset, source, target, amount in legs:
            if not amount:
                continue
            if {source, target} & self.suspended:
                found.add("WalletNotActive")
            if asset in self.paused:
                found.add("AssetPaused")
            if amount % self.denominations.get(asset, 1):
                found.add("NotDenominated")
            if amount > self.free(source, asset):
                found.add("InsufficientFreeBalance")
        return found

    def carry_out(self, legs: Iterable[Leg]) -> None:
        for asset, source, target, amount in legs:
            self.balance[source, asset] -= amount
            self.balance[target, asset] += amount

    # --- collateral -------------------------------------------------------------------------------

    def unpriced(self, securities: Iterable[str], now: int, maximum_age: int) -> set[str]:
        return set().union(*(self.quotes[each].obstacles(now, maximum_age) for each in securities))

    def market_value(self, security: str, quantity: int) -> Fraction:
        return Fraction(quantity * self.quotes[security].price, 10**8)

    def value_after_margin(self, line: Line, method: int) -> Fraction:
        """Exact under a haircut; down to 10^-17 under a ratio."""
        value = self.market_value(line.security, line.quantity)
        if method == Method.HAIRCUT.value:
            return value * (1 - rate_of(line.margin))
        return Fraction(floor(value / rate_of(line.margin) * 10**17), 10**17)

    def values(self, lines: Sequence[Line], method: int) -> tuple[Fraction, Fraction]:
        """Market value of all, and value after margin."""
        return (
            sum((self.market_value(each.security, each.quantity) for each in lines), Fraction(0)),
            sum((self.value_after_margin(each, method) for each in lines), Fraction(0)),
        )

    def ineligible(
        self, lines: Sequence[Line], agreement: Agreement, version: int, now: int, *, new: bool
    ) -> set[str]:
        """Why lines may not stand in as collateral of a repo."""
        if not lines:
            return {"NoCollateral"}
        order = [int(line.security, 16) for line in lines]
        found = {"LinesOutOfOrder"} if sorted(set(order)) != order else set()
        found |= set().union(
            *(self.unacceptable(each, agreement, version, now, new=new) for each in lines)
        )
        if not found:
            pairs = [(self.value_after_margin(each, agreement.method), each) for each in lines]
            total = sum(value for value, _ in pairs)
            for line in lines:
                rule, issuer = self.rule_of(line.security, version, now), self.issuer_of(line)
                assert isinstance(rule, Rule)
                of_issuer = (value for value, each in pairs if self.issuer_of(each) == issuer)
                if sum(of_issuer) > rate_of(rule.limit) * total:
                    found.add("OverConcentrated")
        return found

    def rule_of(self, security: str, version: int, now: int) -> Rule | str:
        """The first rule that is long enough for it, or the error that refuses it."""
        kind, remaining = self.kinds[security], self.remaining(security, now)
        if remaining <= 0:
            return "HasMatured"
        rules = [rule for rule in self.policy[version] if rule.kind == kind]
        for rule in rules:
            if remaining <= rule.longest:
                taken = not rule.issuers or self.issuers[security] in rule.issuers
                return rule if taken else "IssuerNotTaken"
        return "MaturityTooLong" if rules else "NotEligible"

    def remaining(self, security: str, now: int) -> int:
        """Days to its maturity."""
        matures = self.maturities.get(security)
        return UNLIMITED if matures is None else matures - now // DAY

    def issuer_of(self, line: Line) -> bytes:
        return self.issuers[line.security]

    def unacceptable(
        self, line: Line, agreement: Agreement, version: int, now: int, *, new: bool
    ) -> set[str]:
        """Why one line may not stand in, however much of the whole it is."""
        found = set() if line.quantity else {"EmptyLine"}
        found |= self.unpriced([line.security], now, agreement.maximum_price_age)
        rule = self.rule_of(line.security, version, now)
        if new and version != self.version:
            return found | {"NotTheLatestPolicy"}
        if isinstance(rule, str):
            return found | {rule}
        if rule.method != agreement.method or line.margin < rule.margin:
            found.add("MarginNotAccepted")
        return found

    def uncovered(
        self,
        lines: Sequence[Line],
        agreement: Agreement,
        version: int,
        now: int,
        price: int,
        *,
        new: bool,
    ) -> set[str]:
        """Why lines do not carry a purchase price."""
        found = self.ineligible(lines, agreement, version, now, new=new)
        return found or self.not_enough(lines, agreement, now, price)

    def not_enough(
        self, lines: Sequence[Line], agreement: Agreement, now: int, price: int
    ) -> set[str]:
        """Why lines that stand do not carry a purchase price."""
        securities = [line.security for line in lines]
        found = self.unpriced(securities, now, agreement.maximum_price_age)
        if not found and cents_half_up(self.values(lines, agreement.method)[1]) < price:
            found.add("NotEnoughCollateral")
        return found
