"""What is fixed about a token at its deployment."""

from datetime import date

import pytest

from settlement.model.asset import CashKind, SecurityKind
from settlement.model.identifiers import demonstration_lei
from settlement.onchain.contract import token as contract_of
from tests.contracts.live import Live, reverts
from tests.contracts.repo.schedule import class_of

DAY = 86_400
TREASURY = demonstration_lei("Treasury").encode()


@pytest.fixture
def issue():
    """The issue of T-2035, with these fields changed."""

    def changed(**changes):
        fields = {
            "name": "Note",
            "symbol": "N",
            "isin": b"US91282CZZ75",
            "kind": SecurityKind.TREASURY_NOTE.number,
            "issuer": TREASURY,
            "maturity": 27_000,
            "denomination": 1_000,
            "document": bytes(32),
            "sunset": 2_000_000_000,
        }
        return tuple((fields | changes).values())

    return changed


def test_a_denomination_is_not_zero(market, registry, settlement, chain, issue, operators):
    from settlement.chain.base import Reverted, Transaction
    from settlement.onchain.contract import interface

    authority = market.deployment.depository.address
    creation = interface("SecurityEntitlement").creation(
        issue(denomination=0), registry.address, authority, settlement.address
    )
    with reverts("NoDenomination"):
        (receipt,) = chain.submit([Transaction(operators.deployer, None, creation, 6_000_000)])
        if not receipt.succeeded:
            raise Reverted(receipt.output)


def test_says_what_was_issued(market, registry, settlement, live, issue):
    authority = market.deployment.depository.address
    token = live("SecurityEntitlement", issue(), registry.address, authority, settlement.address)
    assert token.name() == "Note"
    assert token.symbol() == "N"
    assert token.isin() == b"US91282CZZ75"
    assert token.kind() == SecurityKind.TREASURY_NOTE.number
    assert token.denomination() == 1_000
    assert token.documentHash() == bytes(32)
    assert token.sunset() == 2_000_000_000
    assert token.issuer() == TREASURY
    assert token.maturity() == 27_000
    assert token.classAndLife() == (
        class_of(SecurityKind.TREASURY_NOTE, 27_000, TREASURY),
        2_000_000_000,
    )
    assert token.decimals() == 0
    assert token.registeredOwner() == "Cede & Co."
    assert token.mover() == settlement.address
    assert token.totalSupply() == 0


@pytest.mark.parametrize("kind", SecurityKind)
@pytest.mark.parametrize(
    ("maturity", "issuer"), [(0, b"\xff" * 20), (2**32 - 1, bytes(20)), (1, b"9" * 20)]
)
def test_no_field_of_its_class_touches_another(
    market, registry, settlement, live, issue, kind, maturity, issuer
):
    """Kind from bit 0, maturity from bit 8, issuer from bit 40, and nothing above."""
    said = issue(kind=kind.number, maturity=maturity, issuer=issuer, sunset=2**40 - 1)
    authority = market.deployment.depository.address
    token = live("SecurityEntitlement", said, registry.address, authority, settlement.address)
    assert (token.kind(), token.maturity(), token.issuer()) == (
        kind.number,
        maturity,
        issuer,
    )
    assert token.classAndLife() == (class_of(kind, maturity, issuer), 2**40 - 1)


def test_a_security_of_the_market_is_its_issuer_s_and_matures_on_its_day(market):
    """Without either, it has an issuer of its own and no maturity."""
    kind, issuer = SecurityKind.CORPORATE_BOND, demonstration_lei("Treasury")
    given = market.add_security("B", kind, issuer=issuer, maturity=date(2044, 1, 1))
    found = Live(contract_of(given), market)
    assert (found.kind(), found.maturity(), found.issuer()) == (kind.number, 27_028, TREASURY)
    plain = Live(contract_of(market.directory.security("T-2035")), market)
    own = demonstration_lei("issuer of T-2035").encode()
    assert (plain.kind(), plain.maturity(), plain.issuer()) == (1, 0, own)


def test_a_security_of_the_market_ends_with_its_last_day(market, security):
    sunset = market.directory.security("T-2035").sunset
    assert security.sunset() % DAY == DAY - 1
    assert security.sunset() // DAY == (sunset - type(sunset)(1970, 1, 1)).days


def test_says_whose_cash_it_is(cash):
    assert cash.issuer() == demonstration_lei("bank").encode()
    assert cash.kind() == CashKind.TOKENIZED_DEPOSIT.number
    assert cash.currency() == b"USD"
    assert cash.decimals() == 6
