"""The public fixtures do what the README says of them."""

from decimal import Decimal

import pytest

from settlement.errors import Refused
from settlement.onchain.contract import token


@pytest.mark.parametrize("_", range(2))
def test_market_starts_the_same_for_every_test(market, cast, _):
    assert market.balances() == {
        "dealer": {"USD": 0, "T-2035": 12_000_000},
        "fund": {"USD": 12_000_000_000_000, "T-2035": 0},
    }
    market.book_trade("S1", "dealer", "fund", "T-2035", 2_000_000, "USD", Decimal("1.0075"))
    market.dvp.settle("S1")
    assert market.cash("dealer", "USD") == Decimal("2015000.00")
    assert market.differences() == []


@pytest.mark.parametrize("_", range(2))
def test_what_a_party_signed_is_gone_in_the_next_test(market, cast, _):
    assert [party.signed for party in market.directory.parties()] == [[], []]
    assert cast.dealer is market.directory.party("dealer")
    market.book_trade("S1", "dealer", "fund", "T-2035", 2_000_000, "USD", Decimal("1.0075"))
    assert [len(party.signed) for party in market.directory.parties()] == [1, 1]


def test_somebody_elses_contract_receives_nothing_unregistered(market, cast, deploy):
    security = token(market.directory.security("T-2035"))
    vault = deploy("ContractWallet", cast.dealer.address)
    transfer = security.transaction(cast.dealer.key, "transfer", vault.address, 1_000)
    with pytest.raises(Refused, match="not registered"):
        market.journal.run(transfer)
