"""The depository's and the bank's desk: wallets, tokens, cash, each with its role."""

from decimal import Decimal

import pytest

from settlement.errors import BadInput, Refused, UnknownName
from settlement.model.party import WalletStatus
from settlement.onchain.contract import token


def test_a_wallet_is_admitted_stopped_and_lets_go_again(market):
    bank = market.add_participant("bank")
    status = market.journal.register.status
    assert status(bank.address) is WalletStatus.REGISTERED
    market.onboarding.suspend("bank", "screening")
    assert status(bank.address) is WalletStatus.SUSPENDED
    with pytest.raises(Refused, match="bank's wallet is suspended"):
        market.onboarding.suspend("bank", "again")
    market.onboarding.reinstate("bank", "cleared")
    assert status(bank.address) is WalletStatus.REGISTERED
    with pytest.raises(Refused, match="bank's wallet is registered already"):
        market.add_participant("bank")


def test_tokenizing_keeps_book_and_chain_together(market):
    market.onboarding.deposit("dealer", "T-2035", 5_000)
    market.onboarding.tokenize("dealer", "T-2035", 3_000)
    assert market.book.position("dealer", "T-2035") == 2_000
    assert market.book.omnibus("T-2035") == 12_003_000
    assert market.balance("dealer", "T-2035") == 12_003_000
    market.onboarding.detokenize("dealer", "T-2035", 12_003_000)
    assert market.book.position("dealer", "T-2035") == 12_005_000
    assert (market.book.omnibus("T-2035"), market.balance("dealer", "T-2035")) == (0, 0)
    assert market.differences() == []


def test_what_the_book_does_not_have_is_not_minted(market):
    sent = market.journal.transactions
    with pytest.raises(Refused, match="dealer needs 1,000 T-2035 in the depository's book"):
        market.onboarding.tokenize("dealer", "T-2035", 1_000)
    assert market.journal.transactions == sent


def test_what_the_chain_refuses_goes_back_into_the_book(market):
    market.onboarding.deposit("dealer", "T-2035", 5_500)
    with pytest.raises(Refused, match="not a multiple of its denomination 1,000"):
        market.onboarding.tokenize("dealer", "T-2035", 1_500)
    assert market.book.position("dealer", "T-2035") == 5_500
    assert market.differences() == []


def test_what_the_wallet_does_not_have_is_not_credited_in_the_book(market):
    with pytest.raises(Refused, match="short 1,000"):
        market.onboarding.detokenize("dealer", "T-2035", 12_001_000)
    assert market.book.omnibus("T-2035") == 12_000_000
    assert market.differences() == []


def test_cash_is_issued_and_redeemed_to_the_cent(market):
    market.onboarding.issue_cash("dealer", "USD", Decimal("0.01"))
    assert market.cash("dealer", "USD") == Decimal("0.01")
    with pytest.raises(Refused, match=r"dealer needs 0\.02 USD, has 0\.01, short 0\.01"):
        market.onboarding.redeem_cash("dealer", "USD", Decimal("0.02"))
    with pytest.raises(BadInput, match="finer than a cent"):
        market.onboarding.issue_cash("dealer", "USD", Decimal("0.001"))
    market.onboarding.redeem_cash("dealer", "USD", Decimal("0.01"))
    assert market.cash("dealer", "USD") == 0


@pytest.mark.parametrize("symbol", ["USD", "T-2035"])
def test_an_asset_is_paused_once_and_let_go_once(market, symbol):
    market.onboarding.pause(symbol, "incident")
    with pytest.raises(Refused, match=f"{symbol} is paused already"):
        market.onboarding.pause(symbol, "again")
    market.onboarding.unpause(symbol, "over")
    with pytest.raises(Refused, match=f"{symbol} is not paused"):
        market.onboarding.unpause(symbol, "again")


def test_of_100_with_30_frozen_70_move_and_71_do_not(market):
    market.add_security("X")
    market.add_participant("holder", securities={"X": 100})
    market.onboarding.freeze("holder", "X", 30)
    with pytest.raises(Refused, match="holder needs 71 X, has 70, short 1"):
        market.deliver_free("holder", "fund", "X", 71)
    market.deliver_free("holder", "fund", "X", 70)
    register, asset = market.journal.register, market.directory.security("X")
    holder = market.directory.party("holder").address
    assert (register.frozen(asset.address, holder), market.balance("holder", "X")) == (30, 30)


def test_the_root_wallet_moves_securities_back_and_no_cash(market):
    market.book_trade("S1", "dealer", "fund", "T-2035", 1_000, "USD", Decimal(1))
    market.dvp.settle("S1")
    market.onboarding.root_move("fund", "dealer", "T-2035", 1_000, "error", b"s" * 32)
    assert market.balance("dealer", "T-2035") == 12_000_000
    assert market.cash("dealer", "USD") == Decimal("1000.00")
    moved = next(event for event in market.journal.events if event.name == "RootMoved")
    assert (moved.arguments["reason"], moved.arguments["settlement"]) == ("error", b"s" * 32)
    assert market.differences() == []


@pytest.mark.parametrize(
    "act",
    [
        lambda desk: desk.suspend("nobody", ""),
        lambda desk: desk.freeze("dealer", "nothing", 1),
        lambda desk: desk.deposit("nobody", "T-2035", 1),
        lambda desk: desk.tokenize("dealer", "USD", 1),
        lambda desk: desk.issue_cash("dealer", "T-2035", Decimal(1)),
        lambda desk: desk.pause("nothing", ""),
    ],
)
def test_names_of_nobody_are_answered_before_anything_is_sent(market, act):
    sent = market.journal.transactions
    with pytest.raises(UnknownName):
        act(market.onboarding)
    assert market.journal.transactions == sent


def test_a_party_has_no_role(market, cast):
    security = token(market.directory.security("T-2035"))
    mint = security.transaction(cast.dealer.key, "mint", cast.dealer.address, 1_000, b"r" * 32)
    with pytest.raises(Refused, match="dealer does not hold the role for this"):
        market.journal.run(mint)
