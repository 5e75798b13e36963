"""Who takes part: participants, known by their LEI, and the wallets registered for them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Purpose(Enum):
    """What a wallet is for; the order is the contract's."""

    OWN_ACCOUNT = 0
    TRI_PARTY_CUSTODY = 1
    CLEARING_HOUSE = 2
    VENUE = 3


class SignerKind(Enum):
    """How a wallet consents: with a key (ECDSA) or with contract code (ERC-1271)."""

    KEY = 0
    CONTRACT = 1


class WalletStatus(Enum):
    """Where a wallet stands in the register; `CLOSED` is final."""

    UNREGISTERED = 0
    REGISTERED = 1
    SUSPENDED = 2
    CLOSED = 3


@dataclass(frozen=True, slots=True)
class Participant:
    """A member of the depository. `lei` follows ISO 17442."""

    name: str
    lei: str


@dataclass(frozen=True, slots=True)
class Wallet:
    """An address registered for a participant."""

    address: str
    participant: Participant
    purpose: Purpose = Purpose.OWN_ACCOUNT
    signer_kind: SignerKind = SignerKind.KEY
