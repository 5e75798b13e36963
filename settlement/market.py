"""The composition root: a chain, the contracts on it, and the desks. The same for all who use them.

    from settlement.market import Market
    market = Market.open()
    market.add_cash("USD")

From here on: `add_security`, `add_participant`, then trades and repos by name. One business clock:
`at` sets it, every block carries it, nothing asks the wall clock.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from eth_account.signers.local import LocalAccount

from settlement.chain.base import Transaction
from settlement.chain.local import LocalChain
from settlement.coordinator.chronicle import Chronicle
from settlement.coordinator.desks import RepoDesks, repo_desks
from settlement.coordinator.directory import Directory, Party
from settlement.coordinator.end_of_day import DayEnd
from settlement.coordinator.onboarding import Onboarding
from settlement.coordinator.readiness import Diagnosis, diagnose
from settlement.coordinator.trade_desks import TradeDesks, seconds_of, trade_desks
from settlement.depository.book import Book
from settlement.depository.reconciliation import Difference, differences
from settlement.model.asset import Cash, CashKind, Security, SecurityKind
from settlement.model.identifiers import demonstration_isin, demonstration_lei
from settlement.model.party import Participant, Purpose, SignerKind, Wallet
from settlement.onchain.contract import Contract, Interface, token
from settlement.onchain.deployment import (
    DEPLOYMENT_GAS,
    Deployment,
    deploy,
    deploy_cash,
    deploy_security,
)
from settlement.onchain.operators import Operators, key_of
from settlement.units import cash_from_chain

OPENING = datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001 - local to the market's zone
NEW_YORK = "America/New_York"
LIFE = timedelta(days=3 * 365)
"""The pilot's relief ends three years after its launch; so do entitlements here."""


@dataclass
class Market(RepoDesks, TradeDesks):
    """Everything in one place, the desks among it. Open one with `Market.open()`."""

    deployment: Deployment
    operators: Operators
    journal: Chronicle
    book: Book
    onboarding: Onboarding

    @classmethod
    def open(
        cls, starts: datetime = OPENING, timezone: str = NEW_YORK, with_ether: Iterable[str] = ()
    ) -> Market:
        """A market on a fresh chain in this process, its clock at `starts` in `timezone`.

        Parties need no ether; those named `with_ether` have some, to send transactions themselves.
        """
        zone = ZoneInfo(timezone)
        operators = Operators.local()
        senders = [str(_key_of_wallet(name).address) for name in with_ether]
        chain = LocalChain(seconds_of(starts, zone) - 3_600, [*operators.addresses(), *senders])
        deployment = deploy(chain, operators)
        directory = Directory(zone)
        journal = Chronicle(chain, directory)
        journal.watch(
            deployment.registry,
            deployment.settlement,
            deployment.netting,
            deployment.prices,
            deployment.policy,
            deployment.repo,
            deployment.custody,
        )
        book = Book()
        desks = (journal, directory)
        market = cls(
            **vars(trade_desks(*desks, deployment, operators)),
            **vars(repo_desks(*desks, deployment, operators)),
            deployment=deployment,
            operators=operators,
            journal=journal,
            book=book,
            onboarding=Onboarding(*desks, book, deployment, operators),
        )
        market._open_venue()
        market.at(starts)
        return market

    def at(self, moment: datetime) -> None:
        """Moves the clock on to a local time."""
        self.chain.advance_to(max(seconds_of(moment, self.zone), self.chain.now()))

    def checkpoint(self) -> Callable[[], Market]:
        """Remembers this moment. What it returns goes back to it and gives a market of its own.

        They are on one chain: only the latest may be used, and this one no more.
        """
        restore = self.chain.checkpoint()

        def fresh() -> Market:
            restore()
            return self.copy()

        return fresh

    def copy(self) -> Market:
        """A market with records of its own on the same chain."""
        return copy.deepcopy(self, {id(thing): thing for thing in self.shared()})

    def shared(self) -> list[Any]:
        """What copies have in common: the chain, what stands on it, and everybody's keys."""
        operators = self.operators
        keys = [getattr(operators, each.name) for each in fields(operators)]
        keys += [party.key for party in self.directory.parties()]
        return [self.chain, self.deployment, operators, *keys]

    def run_to(self, last: date) -> list[DayEnd]:
        """Steps through the ends of the days to come, today's among them, up to `last`."""
        first, ended = self.today(), self.end_of_day.last
        if ended is not None and ended >= first:
            first = ended + timedelta(days=1)
        days = [first + timedelta(days) for days in range((last - first).days + 1)]
        return [self.end_of_day.run(day) for day in days]

    def add_cash(self, currency: str, kind: CashKind = CashKind.TOKENIZED_DEPOSIT) -> Cash:
        """A cash token, known by its currency, whose issuer is the market's bank."""
        draft = Cash(currency, currency, kind, demonstration_lei("bank"), "")
        cash = deploy_cash(self.chain, self.operators, self.deployment, draft)
        self.journal.watch(token(cash))
        self.directory.add_asset(cash)
        return cash

    def add_security(
        self,
        symbol: str,
        kind: SecurityKind = SecurityKind.TREASURY_NOTE,
        isin: str | None = None,
        denomination: int = 1,
        issuer: str | None = None,
        maturity: date | None = None,
    ) -> Security:
        """An entitlement to a security.

        Without an ISIN it gets one that belongs to nobody, without an issuer's LEI an issuer of its
        own, without a maturity none.
        """
        draft = Security(
            symbol=symbol,
            isin=isin or demonstration_isin(symbol),
            kind=kind,
            issuer=issuer or demonstration_lei(f"issuer of {symbol}"),
            maturity=maturity,
            denomination=denomination,
            sunset=self.today() + LIFE,
            address="",
        )
        security = deploy_security(self.chain, self.operators, self.deployment, draft)
        self.journal.watch(token(security))
        self.directory.add_asset(security)
        return security

    def deploy(self, known: Interface, *arguments: Any) -> Contract:
        """A contract that is no part of the venue, watched from now on. Raises {Refused}."""
        creation = Transaction(
            self.operators.deployer, None, known.creation(*arguments), DEPLOYMENT_GAS
        )
        (receipt,) = self.journal.submit([creation])
        if receipt.contract is None or not receipt.succeeded:
            raise self.journal.refused(receipt.output)
        contract = Contract(known, receipt.contract)
        self.journal.watch(contract)
        return contract

    def party(
        self, name: str, lei: str | None = None, purpose: Purpose = Purpose.OWN_ACCOUNT
    ) -> Party:
        """A party with its wallet and key, not registered: see `add_participant`."""
        key = _key_of_wallet(name)
        participant = Participant(name, lei or demonstration_lei(name))
        return Party(name, Wallet(str(key.address), participant, purpose), key)

    def add_participant(
        self,
        name: str,
        cash: Mapping[str, Decimal] | None = None,
        securities: Mapping[str, int] | None = None,
        lei: str | None = None,
    ) -> Party:
        """Registers a party, tokenizes securities that it deposits, and issues cash to it."""
        party = self.onboarding.register(self.party(name, lei))
        for symbol, quantity in (securities or {}).items():
            self.onboarding.deposit(name, symbol, quantity)
            self.onboarding.tokenize(name, symbol, quantity)
        for symbol, amount in (cash or {}).items():
            self.onboarding.issue_cash(name, symbol, amount)
        return party

    def add_clearing_house(self, name: str, lei: str | None = None) -> Party:
        """Registers a party whose wallet clears: it stands between the sides of a trade."""
        return self.onboarding.register(self.party(name, lei, Purpose.CLEARING_HOUSE))

    def balance(self, name: str, symbol: str) -> int:
        """What a party holds, in the chain's units."""
        asset, party = self.directory.asset(symbol), self.directory.party(name)
        return int(token(asset).read(self.chain, "balanceOf", party.address))

    def cash(self, name: str, symbol: str) -> Decimal:
        """The cash of a party."""
        return cash_from_chain(self.balance(name, symbol))

    def balances(self) -> dict[str, dict[str, int]]:
        """Every party's units of every asset, by name and symbol, from the register."""
        register = self.journal.register
        return {
            party.name: {
                asset.symbol: register.balance(asset.address, party.address)
                for asset in self.directory.assets()
            }
            for party in self.directory.parties()
        }

    def diagnose(self) -> list[Diagnosis]:
        """Why each booked trade has not settled."""
        unsettled = self.dvp.unsettled()
        return diagnose(self.chain, self.directory, self.deployment.registry, unsettled)

    def differences(self) -> list[Difference]:
        """Where register, chain and book disagree; empty when all is well."""
        return differences(self.chain, self.journal.register, self.book, self.directory.assets())

    def _open_venue(self) -> None:
        venue = Participant("venue", demonstration_lei("venue"))
        custody = Wallet(
            self.deployment.custody.address, venue, Purpose.TRI_PARTY_CUSTODY, SignerKind.CONTRACT
        )
        self.onboarding.register_venue_wallet(custody, "tri-party custody")
        for name in ("settlement", "repo"):
            self.directory.add_name(getattr(self.deployment, name).address, f"the venue ({name})")
        for field in fields(self.operators):
            holder = getattr(self.operators, field.name).address
            self.directory.add_name(holder, f"the {field.name.replace('_', ' ')}")


def _key_of_wallet(name: str) -> LocalAccount:
    return key_of(f"wallet of {name}")
