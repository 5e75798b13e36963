"""The directory and the clients: what a name means, and what a party refuses to sign."""

from dataclasses import replace
from decimal import Decimal

import pytest
from eth_keys import keys

from settlement.errors import RefusedToSign, UnknownName
from settlement.model.asset import Cash, CashKind, Security
from settlement.model.trade import FreeDelivery
from settlement.onchain import signing


@pytest.fixture
def trade(market):
    amount = Decimal("1007.50")
    both = market.instructions("S1", "dealer", "fund", "T-2035", 1_000, "USD", amount)
    return market.dvp.match(*both)


def test_names_lead_to_things_and_addresses_back_to_names(market, cast):
    directory = market.directory
    assert directory.party("dealer") is directory.party_at(cast.dealer.address)
    assert directory.name(cast.fund.address) == "fund"
    assert directory.name("0x" + "12" * 20) == "0x" + "12" * 20
    assert isinstance(directory.asset("T-2035"), Security)
    assert isinstance(directory.asset("USD"), Cash)
    assert directory.asset_at(directory.cash("USD").address) is directory.cash("USD")
    assert [party.name for party in directory.parties()] == ["dealer", "fund"]
    assert [asset.symbol for asset in directory.assets()] == ["USD", "T-2035"]


@pytest.mark.parametrize(
    ("ask", "name", "sentence"),
    [
        ("party", "deler", "there is no participant 'deler'; did you mean 'dealer'?"),
        ("asset", "T-2036", "there is no asset 'T-2036'; did you mean 'T-2035'?"),
        ("security", "USD", "there is no security 'USD'; known: T-2035"),
        ("cash", "T-2035", "there is no cash 'T-2035'; known: USD"),
    ],
)
def test_a_name_of_nobody_is_answered(market, ask, name, sentence):
    with pytest.raises(UnknownName) as caught:
        getattr(market.directory, ask)(name)
    assert str(caught.value) == sentence


def test_times_are_shown_on_the_markets_clock(market):
    assert market.directory.show_time(0) == "1969-12-31 19:00:00"


def test_a_name_does_not_make_an_asset(market):
    """Whoever is called like an asset is not that asset, so no client signs for it."""
    namesake = market.party("USD")
    market.directory.add_party(namesake)
    market.directory.add_name("0x" + "12" * 20, "T-2035")
    assert market.directory.asset_at(namesake.address) is None
    assert market.directory.asset_at("0x" + "12" * 20) is None
    assert market.directory.party_at(market.directory.cash("USD").address) is None
    with pytest.raises(RefusedToSign):
        market.directory.require_listed("dealer", namesake.address)


@pytest.mark.parametrize("field", ["security", "cash"])
def test_a_client_does_not_sign_for_an_asset_outside_the_directory(market, deploy, trade, field):
    stranger = deploy("HostileToken")
    with pytest.raises(RefusedToSign, match="dealer's client does not sign") as caught:
        market.dvp.sign("S1", replace(trade, **{field: stranger.address}))
    assert caught.value.error == "RefusedToSign"
    assert caught.value.details == {"signer": "dealer", "asset": stranger.address}
    assert market.dvp.unsettled() == []


def test_nor_for_a_free_delivery_of_it(market, cast):
    start = market.chain.now()
    delivery = FreeDelivery(
        cast.dealer.address, cast.fund.address, "0x" + "12" * 20, 1, 20_514, start, start, start, 0
    )
    sent = market.journal.transactions
    with pytest.raises(RefusedToSign, match="dealer's client"):
        market.dvp.deliver_free(delivery)
    assert market.journal.transactions == sent


@pytest.mark.parametrize("field", ["cash", "lines"])
def test_nor_for_a_repo_of_it(market, repo_market, field):
    booked = repo_market.repo.agree(repo_market.deal())
    forged = {"cash": "0x" + "12" * 20}
    if field == "lines":
        forged = {"lines": (replace(booked.terms.lines[0], security="0x" + "12" * 20),)}
    repo_market.repo._booked["R1"] = replace(booked, terms=replace(booked.terms, **forged))
    with pytest.raises(RefusedToSign, match="dealer's client"):
        repo_market.repo.open("R1")


def test_nor_for_a_wallet_that_nobody_has(market, trade):
    with pytest.raises(UnknownName, match="no wallet"):
        market.dvp.sign("S1", replace(trade, buyer="0x" + "12" * 20))


def test_an_asset_that_was_listed_is_signed_for(market, deploy, trade):
    address = deploy("HostileToken").address
    market.directory.add_asset(Cash("ODD", "XXX", CashKind.STABLECOIN, "", address))
    assert market.dvp.sign("S1", replace(trade, cash=address)).trade.cash == address


def test_both_sides_sign_the_same_trade_each_for_itself(market, cast, trade):
    signed = market.dvp.sign("S1", trade)
    assert _signers(market.dvp.domain, trade, signed.seller_signature) == cast.dealer.address
    assert _signers(market.dvp.domain, trade, signed.buyer_signature, by="buyer") == (
        cast.fund.address
    )


def test_a_client_keeps_what_it_signed_and_nothing_else(market, cast, trade):
    signed = market.dvp.sign("S1", trade)
    (kept,) = cast.dealer.signed
    assert kept.struct == signing.trade_hash(trade, cast.dealer.address)
    assert (kept.domain, kept.signature) == (market.dvp.domain, signed.seller_signature)
    with pytest.raises(RefusedToSign):
        market.dvp.sign("S2", replace(trade, cash="0x" + "12" * 20))
    assert cast.dealer.signed == [kept]


def test_what_it_signed_is_no_part_of_who_a_party_is(market, cast, trade):
    before = replace(cast.dealer, signed=[])
    market.dvp.sign("S1", trade)
    assert cast.dealer == before
    assert repr(cast.dealer) == repr(before)


def test_one_signature_is_never_two_consents(market, trade):
    """Every signed type ends in its signer: the seller's signature fits the seller's data only."""
    signed = market.dvp.sign("S1", trade)
    assert signed.seller_signature != signed.buyer_signature
    assert _signers(market.dvp.domain, trade, signed.seller_signature, by="buyer") != trade.seller
    assert signing.trade_hash(trade, trade.seller) != signing.trade_hash(trade, trade.buyer)
    for text in vars(signing).values():
        if isinstance(text, str) and "(" in text and text.split("(")[0][:1].isupper():
            head = text[: text.index(")")]
            assert head.startswith(("EIP712Domain", "Line")) or head.endswith("address signer")


def test_a_signature_is_good_for_one_contract_on_one_chain(market, trade):
    digest = signing.settlement_domain(1, "0x" + "12" * 20).digest(b"x" * 32)
    assert digest != signing.settlement_domain(2, "0x" + "12" * 20).digest(b"x" * 32)
    assert digest != signing.settlement_domain(1, "0x" + "13" * 20).digest(b"x" * 32)
    assert digest != signing.repo_domain(1, "0x" + "12" * 20).digest(b"x" * 32)


def _signers(domain, trade, signature, by="seller"):
    digest = domain.digest(signing.trade_hash(trade, getattr(trade, by)))
    vrs = signature[:64] + bytes([signature[64] - 27])
    return keys.Signature(vrs).recover_public_key_from_msg_hash(digest).to_checksum_address()
