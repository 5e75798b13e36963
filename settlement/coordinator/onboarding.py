"""Layers 1 and 2: wallets admitted and stopped, securities tokenized, cash issued.

Acts of the depository and of the issuer of cash, each with its role. Quantities are nominal or
shares, cash is Decimal.
"""

from __future__ import annotations

from decimal import Decimal

from eth_account.signers.local import LocalAccount
from eth_utils import is_address, keccak

from settlement.coordinator.directory import Directory, Party
from settlement.coordinator.journal import Journal
from settlement.depository.book import Book
from settlement.model.asset import Asset, Cash
from settlement.model.party import Wallet
from settlement.onchain.contract import Contract, token
from settlement.onchain.deployment import Deployment
from settlement.onchain.operators import Operators
from settlement.units import cash_to_chain


class Onboarding:
    """The desk of the depository and of the bank that issues the cash."""

    def __init__(
        self,
        journal: Journal,
        directory: Directory,
        book: Book,
        deployment: Deployment,
        operators: Operators,
    ) -> None:
        self._journal = journal
        self._directory = directory
        self._book = book
        self._registry = deployment.registry
        self._operators = operators
        self._references = 0

    def register(self, party: Party) -> Party:
        """Admits a party's wallet, screened now."""
        self._register_wallet(party.wallet)
        self._directory.add_party(party)
        return party

    def register_venue_wallet(self, wallet: Wallet, name: str) -> None:
        """Admits a contract of the venue that holds assets, such as the tri-party custody."""
        self._register_wallet(wallet)
        self._directory.add_name(wallet.address, name)

    def suspend(self, name: str, reason: str) -> None:
        """Stops a wallet for every asset."""
        self._act(self._operators.supervisor, self._registry, "suspend", self._at(name), reason)

    def reinstate(self, name: str, reason: str) -> None:
        """Lifts a suspension."""
        self._act(self._operators.registrar, self._registry, "reinstate", self._at(name), reason)

    def freeze(self, name: str, symbol: str, units: int) -> None:
        """Sets how many of the chain's units of an asset a wallet cannot move."""
        asset = self._directory.asset(symbol)
        operators = self._operators
        freezer = operators.issuer if isinstance(asset, Cash) else operators.freezer
        self._act(freezer, token(asset), "setFrozenTokens", self._at(name), units)

    def pause(self, symbol: str, reason: str) -> None:
        """Stops an asset."""
        self._pausing(symbol, "pause", reason)

    def unpause(self, symbol: str, reason: str) -> None:
        """Lets an asset move again."""
        self._pausing(symbol, "unpause", reason)

    def deposit(self, name: str, symbol: str, quantity: int) -> None:
        """Credits a participant's account in the depository's book, from outside the story."""
        security, party = self._directory.security(symbol), self._directory.party(name)
        self._book.deposit(party.name, security.symbol, quantity)

    def tokenize(self, name: str, symbol: str, quantity: int) -> None:
        """From the participant's account to the omnibus account, then as much to its wallet."""
        security, party = self._directory.security(symbol), self._directory.party(name)
        self._book.tokenize(party.name, symbol, quantity)
        try:
            self._issue("mint", self._operators.minter, security, party.address, quantity)
        except BaseException:
            self._book.detokenize(party.name, symbol, quantity)
            raise

    def detokenize(self, name: str, symbol: str, quantity: int) -> None:
        """Out of the wallet, then from the omnibus account to the participant's account."""
        security, party = self._directory.security(symbol), self._directory.party(name)
        self._issue("burn", self._operators.minter, security, party.address, quantity)
        self._book.detokenize(party.name, symbol, quantity)

    def issue_cash(self, name: str, symbol: str, amount: Decimal) -> None:
        """Cash to a registered wallet."""
        cash, party = self._directory.cash(symbol), self._directory.party(name)
        self._issue("mint", self._operators.issuer, cash, party.address, cash_to_chain(amount))

    def redeem_cash(self, name: str, symbol: str, amount: Decimal) -> None:
        """Cash out of a wallet."""
        cash, party = self._directory.cash(symbol), self._directory.party(name)
        self._issue("redeem", self._operators.issuer, cash, party.address, cash_to_chain(amount))

    def root_move(
        self, source: str, target: str, symbol: str, quantity: int, reason: str, settlement: bytes
    ) -> None:
        """The root wallet moves securities for a reason; `settlement` is what it reverses.

        `source` and `target` are parties by name, or wallets by address.
        """
        security = self._directory.security(symbol)
        parties = (self._at(source), self._at(target))
        details = (quantity, reason, self._reference(), settlement)
        self._act(self._operators.root, token(security), "rootMove", *parties, *details)

    def _register_wallet(self, wallet: Wallet) -> None:
        self._act(
            self._operators.registrar,
            self._registry,
            "register",
            wallet.address,
            wallet.participant.lei.encode(),
            wallet.purpose.value,
            wallet.signer_kind.value,
            self._journal.chain.now() - 1,
        )

    def _pausing(self, symbol: str, verb: str, reason: str) -> None:
        asset = self._directory.asset(symbol)
        operators = self._operators
        pauser = operators.issuer if isinstance(asset, Cash) else operators.pauser
        self._act(pauser, token(asset), verb, reason)

    def _issue(
        self, verb: str, sender: LocalAccount, asset: Asset, wallet: str, units: int
    ) -> None:
        self._act(sender, token(asset), verb, wallet, units, self._reference())

    def _act(
        self, sender: LocalAccount, contract: Contract, function: str, *arguments: object
    ) -> None:
        self._journal.run(contract.transaction(sender, function, *arguments))

    def _at(self, name: str) -> str:
        return name if is_address(name) else self._directory.party(name).address

    def _reference(self) -> bytes:
        self._references += 1
        return keccak(text=f"entry {self._references}")
