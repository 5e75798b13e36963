"""ISIN and LEI: python-stdnum checks them; here they get a sentence when they fail.

Firms and securities of a demonstration have no identifiers of their own. `demonstration_lei` and
`demonstration_isin` make some that pass every check and belong to nobody: the LEI begins with 9999
and the ISIN with ZZ, neither of which is issued.
"""

from __future__ import annotations

import hashlib

from stdnum import isin, lei
from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_97_10

from settlement.errors import BadInput


def valid_lei(text: str) -> str:
    """The LEI (ISO 17442) in its compact form."""
    return _checked(lei, "LEI", text)


def valid_isin(text: str) -> str:
    """The ISIN (ISO 6166) in its compact form; ZZ is allowed for demonstrations."""
    compact = text.strip().upper()
    if compact.startswith("ZZ"):
        if len(compact) == 12 and demonstration_check_digit(compact[:-1]) == compact[-1]:
            return compact
        raise BadInput(f"'{text}' is not an ISIN: its check digit does not match")
    return _checked(isin, "ISIN", text)


def demonstration_lei(name: str) -> str:
    """An LEI for a firm that has none: 9999, 00, twelve characters of a hash, two check digits."""
    body = "999900" + hashlib.sha256(name.encode()).hexdigest()[:12].upper()
    return body + mod_97_10.calc_check_digits(body)


def demonstration_isin(name: str) -> str:
    """An ISIN for a security that has none: ZZ, nine characters of a hash, a check digit."""
    body = "ZZ" + hashlib.sha256(name.encode()).hexdigest()[:9].upper()
    return body + demonstration_check_digit(body)


def demonstration_check_digit(body: str) -> str:
    """The check digit of an ISIN's first eleven characters."""
    return isin.calc_check_digit(body)


def _checked(standard: object, kind: str, text: str) -> str:
    try:
        return str(standard.validate(text))  # type: ignore[attr-defined]  # stdnum modules share it
    except ValidationError as problem:
        raise BadInput(f"'{text}' is not a valid {kind}: {problem}") from None
