"""The depository's own book: positions of participants, and the digital omnibus account.

Tokenizing debits a participant's account and credits the omnibus account; the chain then mints as
much. Detokenizing goes the other way. At every moment *token supply = omnibus position*, security
by security, or the depository has lost control: `reconciliation` checks.

Quantities are units of nominal or shares. Securities and participants are named by symbol and name.
"""

from __future__ import annotations

from collections import defaultdict
from typing import NoReturn

from settlement.errors import BadInput, Refused


class Book:
    """Book-entry positions. Every change is one of the four below."""

    def __init__(self) -> None:
        self._accounts: defaultdict[tuple[str, str], int] = defaultdict(int)
        self._omnibus: defaultdict[str, int] = defaultdict(int)

    def position(self, participant: str, security: str) -> int:
        """What a participant holds in book-entry form."""
        return self._accounts[participant, security]

    def omnibus(self, security: str) -> int:
        """What the omnibus account holds: the backing of every token."""
        return self._omnibus[security]

    def deposit(self, participant: str, security: str, quantity: int) -> None:
        """Securities arrive from outside the story."""
        _require_positive(quantity)
        self._accounts[participant, security] += quantity

    def withdraw(self, participant: str, security: str, quantity: int) -> None:
        """Securities leave to outside the story."""
        self._debit(participant, security, quantity)

    def tokenize(self, participant: str, security: str, quantity: int) -> None:
        """From the participant's account to the omnibus account, before the mint."""
        self._debit(participant, security, quantity)
        self._omnibus[security] += quantity

    def detokenize(self, participant: str, security: str, quantity: int) -> None:
        """From the omnibus account to the participant's account, after the burn."""
        _require_positive(quantity)
        available = self._omnibus[security]
        if quantity > available:
            _refuse("the omnibus account", security, quantity, available)
        self._omnibus[security] -= quantity
        self._accounts[participant, security] += quantity

    def _debit(self, participant: str, security: str, quantity: int) -> None:
        _require_positive(quantity)
        available = self._accounts[participant, security]
        if quantity > available:
            _refuse(participant, security, quantity, available)
        self._accounts[participant, security] -= quantity


def _require_positive(quantity: int) -> None:
    if quantity <= 0:
        raise BadInput(f"a quantity is above zero, not {quantity}")


def _refuse(account: str, security: str, needed: int, available: int) -> NoReturn:
    raise Refused(
        f"{account} needs {needed:,} {security} in the depository's book, has {available:,}, "
        f"short {needed - available:,}",
        error="InsufficientPosition",
        reason="LACK",
        details={"account": account, "needed": needed, "available": available},
    )
