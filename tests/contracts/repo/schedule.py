"""Rows of an eligibility schedule and the classes of securities, in the words of the contracts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from settlement.model.asset import SecurityKind
from settlement.model.identifiers import demonstration_lei

ONE = 10**9
UNLIMITED = 2**32 - 1
NOBODY_S = bytes(20)


def row(
    kind: SecurityKind,
    method: int,
    margin: int,
    concentration: int = ONE,
    longest: int = UNLIMITED,
    issuers: Iterable[bytes] = (),
) -> tuple[Any, ...]:
    """A rule as `adopt` takes it and `PolicyAdopted` tells it; of any maturity and issuer unless
    limited."""
    return (kind.number, longest, method, margin, concentration, tuple(issuers))


def class_of(kind: SecurityKind, maturity: int = 0, issuer: bytes = NOBODY_S) -> int:
    """The class word: kind from bit 0, maturity from bit 8, issuer from bit 40."""
    return kind.number + maturity * 2**8 + int.from_bytes(issuer) * 2**40


def lei_of(name: str) -> bytes:
    """The LEI that an issuer of this name has in these tests."""
    return demonstration_lei(name).encode()
