"""What is fixed about a token at its deployment."""

import pytest

from settlement.model.asset import CashKind, SecurityKind
from settlement.model.identifiers import demonstration_lei
from tests.contracts.live import reverts

DAY = 86_400


@pytest.fixture
def issue():
    """The issue of T-2035, with these fields changed."""

    def changed(**changes):
        fields = {
            "name": "Note",
            "symbol": "N",
            "isin": b"US91282CZZ75",
            "kind": SecurityKind.TREASURY_NOTE.number,
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
    assert token.kindAndSunset() == (SecurityKind.TREASURY_NOTE.number, 2_000_000_000)
    assert token.decimals() == 0
    assert token.registeredOwner() == "Cede & Co."
    assert token.mover() == settlement.address
    assert token.totalSupply() == 0


def test_a_security_of_the_market_ends_with_its_last_day(market, security):
    sunset = market.directory.security("T-2035").sunset
    assert security.sunset() % DAY == DAY - 1
    assert security.sunset() // DAY == (sunset - type(sunset)(1970, 1, 1)).days


def test_says_whose_cash_it_is(cash):
    assert cash.issuer() == demonstration_lei("bank").encode()
    assert cash.kind() == CashKind.TOKENIZED_DEPOSIT.number
    assert cash.currency() == b"USD"
    assert cash.decimals() == 6
