"""Why a trade has not settled: wallet, asset, needs, has, free, and what would unblock it.

Readiness is computed over all unsettled trades of a wallet, in the order in which they were booked:
each reserves what it debits before the next one is looked at. One holding of 100 and two trades of
80 are therefore never both ready. What a trade would receive is not counted: gross settlement never
funds a debit from its own credit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from settlement.chain.base import Chain
from settlement.coordinator.amounts import show_amount
from settlement.coordinator.directory import Directory
from settlement.coordinator.dvp import BookedTrade
from settlement.model.asset import Asset, Security
from settlement.model.party import WalletStatus
from settlement.onchain.contract import Contract, token


@dataclass(frozen=True, slots=True)
class Leg:
    """One debit of a trade, in the chain's units.

    `needs` is this trade's, `reserved` what earlier trades of the wallet take, `all_needs` the sum
    over all of them.
    """

    wallet: str
    asset: Asset
    needs: int
    reserved: int
    all_needs: int
    has: int
    free: int

    @property
    def short(self) -> int:
        """What is missing for this trade after those before it."""
        return max(0, self.reserved + self.needs - self.free)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Everything that stands between a trade and its settlement; nothing when it is ready.

    `obstacles` are first the `impediments`, which no delivery to a wallet would lift, and then what
    is short; `remedies` go with them one by one.
    """

    reference: str
    legs: tuple[Leg, ...]
    impediments: tuple[str, ...]
    obstacles: tuple[str, ...]
    remedies: tuple[str, ...]

    @property
    def ready(self) -> bool:
        """Whether it would settle now."""
        return not self.obstacles


def diagnose(
    chain: Chain, directory: Directory, registry: Contract, trades: Iterable[BookedTrade]
) -> list[Diagnosis]:
    """One diagnosis a trade, in order."""
    return _Examination(chain, directory, registry, list(trades)).run()


class _Examination:
    def __init__(
        self,
        chain: Chain,
        directory: Directory,
        registry: Contract,
        trades: list[BookedTrade],
    ) -> None:
        self._chain = chain
        self._directory = directory
        self._registry = registry
        self._trades = trades
        self._reserved: defaultdict[tuple[str, str], int] = defaultdict(int)
        self._all_needs: defaultdict[tuple[str, str], int] = defaultdict(int)

    def run(self) -> list[Diagnosis]:
        for booked in self._trades:
            for account, units in _debits(booked):
                self._all_needs[account] += units
        return [self._examine(booked) for booked in self._trades]

    def _examine(self, booked: BookedTrade) -> Diagnosis:
        legs = tuple(self._leg(account, units) for account, units in _debits(booked))
        impediments = [*self._wallets(booked), *self._assets(booked), *self._window(booked)]
        if any(booked.trade.group):
            impediments.append(("it is linked", "settle it in one batch with all of its group"))
        findings = [*impediments, *(self._shortage(leg) for leg in legs if leg.short)]
        return Diagnosis(
            booked.reference,
            legs,
            tuple(obstacle for obstacle, _ in impediments),
            tuple(obstacle for obstacle, _ in findings),
            tuple(remedy for _, remedy in findings),
        )

    def _leg(self, account: tuple[str, str], units: int) -> Leg:
        wallet, address = account
        asset = self._directory.asset_at(address)
        assert asset is not None  # clients sign for listed assets only
        balance, frozen, _ = token(asset).read(self._chain, "accountOf", wallet)
        leg = Leg(
            wallet=self._directory.name(wallet),
            asset=asset,
            needs=units,
            reserved=self._reserved[account],
            all_needs=self._all_needs[account],
            has=balance,
            free=max(0, balance - frozen),
        )
        self._reserved[account] += units
        return leg

    def _wallets(self, booked: BookedTrade) -> Iterable[tuple[str, str]]:
        for address in (booked.trade.seller, booked.trade.buyer):
            status = WalletStatus(self._registry.read(self._chain, "walletOf", address)[3])
            name = self._directory.name(address)
            if status is WalletStatus.SUSPENDED:
                yield f"{name}'s wallet is suspended", f"reinstate {name}"
            elif status is not WalletStatus.REGISTERED:
                word = status.name.lower()
                yield f"{name}'s wallet is {word}", f"settle with another wallet of {name}"

    def _assets(self, booked: BookedTrade) -> Iterable[tuple[str, str]]:
        for address in (booked.trade.security, booked.trade.cash):
            asset = self._directory.asset_at(address)
            if asset is not None and token(asset).read(self._chain, "paused"):
                yield f"{asset.symbol} is paused", f"reinstate {asset.symbol}"
            if isinstance(asset, Security) and self._chain.now() > asset.last_second:
                yield f"{asset.symbol} no longer circulates", f"detokenize {asset.symbol}"

    def _window(self, booked: BookedTrade) -> Iterable[tuple[str, str]]:
        now, trade = self._chain.now(), booked.trade
        if now < trade.not_before:
            start = self._directory.show_time(trade.not_before)
            yield f"it may not settle before {start}", f"wait until {start}"
        elif now > trade.not_after:
            end = self._directory.show_time(trade.not_after)
            yield f"its window ended at {end}", "agree on a new trade"

    def _shortage(self, leg: Leg) -> tuple[str, str]:
        short = show_amount(leg.asset, leg.short)
        remedy = f"deliver {short} to {leg.wallet}"
        if leg.free < leg.has:
            remedy += ", or free as much of what is frozen"
        if leg.reserved:
            remedy += ", or cancel a trade that comes first"
        return f"{leg.wallet} is short of {short}", remedy


def _debits(booked: BookedTrade) -> list[tuple[tuple[str, str], int]]:
    trade = booked.trade
    return [
        ((trade.seller, trade.security), trade.quantity),
        ((trade.buyer, trade.cash), trade.amount),
    ]
