"""The composition root: a chain, the contracts on it, and the desks. The same for all who use them.

    from settlement.market import Market
    market = Market.open()
    market.add_cash("USD")

From here on: `add_security`, `add_participant`, then trades and repos by name. One business clock:
`at` sets it, every block carries it, nothing asks the wall clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from eth_account.signers.local import LocalAccount

from settlement.chain.base import Chain
from settlement.chain.local import LocalChain
from settlement.coordinator.chronicle import Chronicle
from settlement.coordinator.consents import Consents
from settlement.coordinator.cycle import CycleDesk
from settlement.coordinator.cycle_draft import Window
from settlement.coordinator.desks import RepoDesks, repo_desks
from settlement.coordinator.directory import Directory, Party
from settlement.coordinator.dvp import DvpDesk
from settlement.coordinator.end_of_day import DayEnd
from settlement.coordinator.onboarding import Onboarding
from settlement.coordinator.queue import QueueDesk
from settlement.coordinator.readiness import Diagnosis, diagnose
from settlement.depository.book import Book
from settlement.depository.reconciliation import Difference, differences
from settlement.model.asset import Cash, CashKind, Security, SecurityKind
from settlement.model.cycle import for_cycle
from settlement.model.identifiers import demonstration_isin, demonstration_lei
from settlement.model.party import Participant, Purpose, SignerKind, Wallet
from settlement.model.trade import FreeDelivery, Instruction, Side
from settlement.onchain.contract import token
from settlement.onchain.deployment import Deployment, deploy, deploy_cash, deploy_security
from settlement.onchain.operators import Operators, key_of
from settlement.units import cash_from_chain, cents_half_up, date_to_chain

OPENING = datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001 - local to the market's zone
NEW_YORK = "America/New_York"
LIFE = timedelta(days=3 * 365)
"""The pilot's relief ends three years after its launch; so do entitlements here."""


@dataclass
class Market(RepoDesks):
    """Everything in one place, the repo desks among it. Open one with `Market.open()`."""

    chain: Chain
    zone: ZoneInfo
    directory: Directory
    deployment: Deployment
    operators: Operators
    journal: Chronicle
    book: Book
    onboarding: Onboarding
    dvp: DvpDesk
    queue: QueueDesk
    cycles: CycleDesk

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
        chain = LocalChain(_seconds(starts, zone) - 3_600, [*operators.addresses(), *senders])
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
        consents = Consents(journal)
        dvp = DvpDesk(*desks, deployment, operators, consents)
        market = cls(
            **vars(repo_desks(*desks, deployment, operators)),
            chain=chain,
            zone=zone,
            directory=directory,
            deployment=deployment,
            operators=operators,
            journal=journal,
            book=book,
            onboarding=Onboarding(*desks, book, deployment, operators),
            dvp=dvp,
            queue=QueueDesk(chain, directory, deployment.registry, dvp),
            cycles=CycleDesk(*desks, deployment, operators, consents),
        )
        market._open_venue()
        market.at(starts)
        return market

    def at(self, moment: datetime) -> None:
        """Moves the clock on to a local time."""
        self.chain.advance_to(max(_seconds(moment, self.zone), self.chain.now()))

    def now(self) -> datetime:
        """The clock, in the market's zone."""
        return datetime.fromtimestamp(self.chain.now(), UTC).astimezone(self.zone)

    def today(self) -> date:
        """The business date."""
        return self.now().date()

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

    def instructions(
        self,
        reference: str,
        seller: str,
        buyer: str,
        security: str,
        quantity: int,
        currency: str,
        amount: Decimal,
    ) -> tuple[Instruction, Instruction]:
        """The two instructions of a trade for today, as the sides would write them.

        The window is the whole day, and both are bound from its first second.
        """
        today = self.today()
        start, end = self._day(today)
        delivery = Instruction(
            reference=reference,
            side=Side.DELIVER,
            party=seller,
            counterparty=buyer,
            security=security,
            quantity=quantity,
            currency=currency,
            amount=amount,
            trade_date=today,
            settlement_date=today,
            not_before=start,
            not_after=end,
            binding_from=start,
            nonce=self.dvp.next_number(seller, buyer, start),
        )
        receipt = replace(delivery, side=Side.RECEIVE, party=buyer, counterparty=seller)
        return delivery, receipt

    def book_trade(
        self,
        reference: str,
        seller: str,
        buyer: str,
        security: str,
        quantity: int,
        currency: str,
        price: Decimal,
    ) -> Decimal:
        """Instructs, matches and signs a trade; returns its cash amount, `quantity × price`."""
        amount = cents_half_up(quantity * price)
        both = self.instructions(reference, seller, buyer, security, quantity, currency, amount)
        self.dvp.sign(reference, self.dvp.match(*both))
        return amount

    def confirm_trade(
        self,
        reference: str,
        cycle: int,
        seller: str,
        buyer: str,
        security: str,
        quantity: int,
        currency: str,
        amount: Decimal,
        clearing_house: str | None = None,
    ) -> None:
        """Instructs and matches a trade, which both sides confirm for a netting cycle.

        Through a clearing house it is two trades, each with it as a side.
        """
        both = self.instructions(reference, seller, buyer, security, quantity, currency, amount)
        trade = for_cycle(self.dvp.match(*both), cycle)
        if clearing_house is None:
            self.cycles.confirm(reference, trade)
        else:
            self.cycles.clear(reference, trade, clearing_house)

    def window_of_today(self) -> Window:
        """The business day, from its first second to its last."""
        return Window(*self._day(self.today()))

    def deliver_free(self, deliverer: str, receiver: str, symbol: str, units: int) -> None:
        """A free delivery for today, signed by both sides, in the chain's units."""
        start, end = self._day(self.today())
        sides = [self.directory.party(name) for name in (deliverer, receiver)]
        self.dvp.deliver_free(
            FreeDelivery(
                deliverer=sides[0].address,
                receiver=sides[1].address,
                asset=self.directory.asset(symbol).address,
                quantity=units,
                trade_date=date_to_chain(self.today()),
                not_before=start,
                not_after=end,
                binding_from=start,
                nonce=self.dvp.next_number(deliverer, receiver, start),
            )
        )

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

    def _day(self, day: date) -> tuple[int, int]:
        start = _seconds(datetime.combine(day, time()), self.zone)
        end = _seconds(datetime.combine(day + timedelta(days=1), time()), self.zone) - 1
        return start, end


def _key_of_wallet(name: str) -> LocalAccount:
    return key_of(f"wallet of {name}")


def _seconds(moment: datetime, zone: ZoneInfo) -> int:
    local = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    return int(local.timestamp())
