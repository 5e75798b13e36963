"""A record that was tampered with is named, and only that one."""

import pytest

from settlement.depository.reconciliation import Difference
from settlement.onchain.contract import Event


@pytest.fixture
def tell(market):
    """Differences, with names for addresses."""

    def told():
        found = [str(difference) for difference in market.differences()]
        for party in (*market.directory.parties(), market.party("intruder")):
            found = [line.replace(party.address, party.name) for line in found]
        return found

    return told


def forge(market, symbol, source, target, value):
    """An event that the chain never wrote."""
    asset = market.directory.asset(symbol).address
    event = Event("X", asset, "Transfer", {"from": source, "to": target, "value": value})
    market.journal.register.apply([event])


def test_untouched_records_agree(market, tell):
    assert tell() == []


@pytest.mark.parametrize("symbol", ["T-2035", "USD"])
def test_a_transfer_that_never_happened(market, cast, tell, symbol):
    source, target = (cast.dealer, cast.fund) if symbol == "T-2035" else (cast.fund, cast.dealer)
    forge(market, symbol, source.address, target.address, 1_000)
    before = 12_000_000 if symbol == "T-2035" else 12_000_000_000_000
    assert sorted(tell()) == sorted(
        [
            f"{symbol} of {source.name} in the register: {before - 1_000:,} instead of {before:,}",
            f"{symbol} of {target.name} in the register: 1,000 instead of 0",
        ]
    )


def test_a_mint_that_never_happened(market, cast, tell):
    forge(market, "T-2035", "0x" + "00" * 20, cast.dealer.address, 1_000)
    assert tell() == [
        "T-2035 of dealer in the register: 12,001,000 instead of 12,000,000",
        "supply of T-2035 in the register: 12,001,000 instead of 12,000,000",
        "supply of T-2035 against the omnibus: 12,001,000 instead of 12,000,000",
    ]


def test_a_holder_whom_nobody_registered(market, cast, tell):
    forge(market, "T-2035", cast.dealer.address, cast.intruder.address, 1_000)
    assert "T-2035 of intruder, who is not registered: 1 instead of 0" in tell()


def test_a_lost_event(market, cast, tell):
    market.deliver_free("dealer", "fund", "T-2035", 1_000)
    forge(market, "T-2035", cast.fund.address, cast.dealer.address, 1_000)
    assert len(tell()) == 2


def test_tokens_of_a_wallet_that_the_register_does_not_know(market, cast, tell):
    market.journal.register._statuses.pop(cast.dealer.address)
    assert tell() == [
        "T-2035 of dealer, who is not registered: 1 instead of 0",
        "T-2035 of all wallets against its supply: 0 instead of 12,000,000",
    ]


@pytest.mark.parametrize(
    ("act", "quantity", "omnibus"),
    [("tokenize", 5, 12_000_005), ("detokenize", 7, 11_999_993)],
)
def test_a_book_that_moved_without_the_chain(market, tell, act, quantity, omnibus):
    market.book.deposit("dealer", "T-2035", 100)
    getattr(market.book, act)("dealer", "T-2035", quantity)
    assert tell() == [f"supply of T-2035 against the omnibus: 12,000,000 instead of {omnibus:,}"]


def test_a_difference_reads_as_one():
    assert str(Difference("it", 1_000, 999)) == "it: 999 instead of 1,000"
