"""What is signed is the same text in Solidity, in Python and to any EIP-712 wallet."""

from __future__ import annotations

import re
from dataclasses import astuple, fields

import pytest
from eth_account.messages import encode_typed_data
from eth_utils import keccak
from hypothesis import given
from hypothesis import strategies as st

from settlement.model.repo import Line, RepoTerms
from settlement.model.trade import Cancellation, FreeDelivery, Trade
from settlement.onchain import signing, sources
from tests.contracts.live import Live

TEXTS = {
    "TradeLib": {
        "TRADE_TYPEHASH": signing.TRADE,
        "FREE_DELIVERY_TYPEHASH": signing.FREE_DELIVERY,
        "CANCELLATION_TYPEHASH": signing.CANCELLATION,
    },
    "RepoTermsLib": {
        "TERMS_TYPEHASH": signing.REPO_TERMS,
        "LINE_TYPEHASH": signing.LINE,
        "CLOSING_TYPEHASH": signing.REPO_CLOSING,
        "CANCELLATION_TYPEHASH": signing.REPO_CANCELLATION,
    },
}
_CONSTANT = re.compile(
    r"((?:[ ]*///[^\n]*\n)+)[ ]*bytes32 internal constant (\w+_TYPEHASH) =\s*0x(\w{64});"
)


@pytest.mark.parametrize("library", TEXTS)
def test_each_figure_is_the_hash_of_the_text_above_it_and_of_python_s(library):
    (source,) = (
        text for name, text in sources.own_sources().items() if name.endswith(f"/{library}.sol")
    )
    found = {name: (_text(comment), figure) for comment, name, figure in _CONSTANT.findall(source)}
    assert found == {name: (text, keccak(text=text).hex()) for name, text in TEXTS[library].items()}
    assert source.count("_TYPEHASH =") == len(found)


def _text(comment):
    lines = [line.strip().removeprefix("///").strip() for line in comment.splitlines()]
    joined = " ".join(lines).removeprefix("@dev ")
    return re.sub(r"([,(]) ", r"\1", joined)


addresses = st.binary(min_size=20, max_size=20).map(lambda raw: "0x" + raw.hex())
words = st.integers(0, 2**256 - 1)
seconds = st.integers(0, 2**64 - 1)
days = st.integers(0, 2**32 - 1)
hashes = st.binary(min_size=32, max_size=32)

trades = st.builds(
    Trade, addresses, addresses, addresses, words, addresses, words, days,
    seconds, seconds, seconds, hashes, words,
)  # fmt: skip
deliveries = st.builds(
    FreeDelivery, addresses, addresses, addresses, words, days, seconds, seconds, seconds, words
)
cancellations = st.builds(Cancellation, addresses, addresses, seconds, words)
lines = st.lists(st.builds(Line, addresses, words, seconds), max_size=3).map(tuple)
OF_KIND = {
    "address": addresses,
    "bytes32": hashes,
    "bool": st.booleans(),
    "Line[]": lines,
    **{f"uint{bits}": st.integers(0, 2**bits - 1) for bits in (8, 16, 32, 64, 256)},
    **{f"int{bits}": st.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) for bits in (32, 64)},
}


def _members(text):
    inner = text[text.index("(") + 1 : text.index(")")]
    return [tuple(member.split()) for member in inner.split(",")]


def _terms():
    kinds = [kind for kind, _ in _members(signing.REPO_TERMS)[:-1]]
    names = [field.name for field in fields(RepoTerms)]
    enumerations = {"duration": 2, "method": 1, "income": 1}
    return st.builds(
        RepoTerms,
        **{
            name: st.integers(0, enumerations[name]) if name in enumerations else OF_KIND[kind]
            for name, kind in zip(names, kinds, strict=True)
        },
    )


def typed(domain, text, values, **nested):
    """The digest that any EIP-712 wallet shows and signs."""
    name = text[: text.index("(")]
    members = _members(text)
    types = {name: [{"name": field, "type": kind} for kind, field in members]}
    types |= {
        other: [{"name": field, "type": kind} for kind, field in _members(definition)]
        for other, definition in nested.items()
    }
    message = dict(zip((field for _, field in members), values, strict=True))
    signable = encode_typed_data(
        {
            "name": domain.name,
            "version": domain.version,
            "chainId": domain.chain_id,
            "verifyingContract": domain.contract,
        },
        types,
        message,
    )
    return keccak(b"\x19" + signable.version + signable.header + signable.body)


@given(trade=trades, stranger=addresses)
def test_a_trade(settlement, market, trade, stranger):
    domain = market.dvp.domain
    for signer in (trade.seller, trade.buyer):
        mine = domain.digest(signing.trade_hash(trade, signer))
        assert mine == settlement.tradeDigest(trade, signer)
        assert mine == typed(domain, signing.TRADE, (*trade.words(), signer))


@given(group=st.lists(trades, max_size=4))
def test_a_group(settlement, group):
    assert settlement.groupOf(group) == signing.group_of(group)


@given(delivery=deliveries)
def test_a_free_delivery(market, delivery):
    domain = market.dvp.domain
    for signer in (delivery.deliverer, delivery.receiver):
        mine = domain.digest(signing.free_delivery_hash(delivery, signer))
        assert mine == typed(domain, signing.FREE_DELIVERY, (*delivery.words(), signer))


@given(cancellation=cancellations)
def test_a_cancellation(market, cancellation):
    domain = market.dvp.domain
    for signer in (cancellation.first, cancellation.second):
        mine = domain.digest(signing.cancellation_hash(cancellation, signer))
        assert mine == typed(domain, signing.CANCELLATION, (*cancellation.words(), signer))


@given(terms=_terms())
def test_repo_terms(market, terms):
    domain = market.repo.domain
    facility = Live(market.deployment.repo, market)
    assert facility.idOf(terms) == signing.repo_id(terms)
    line_fields = [field for _, field in _members(signing.LINE)]
    *static, _ = terms.words()
    listed = [dict(zip(line_fields, astuple(line), strict=True)) for line in terms.lines]
    text = signing.REPO_TERMS.removesuffix(signing.LINE)
    for signer in (terms.seller, terms.buyer):
        mine = domain.digest(signing.repo_hash(terms, signer))
        assert mine == typed(domain, text, (*static, listed, signer), Line=signing.LINE)


@pytest.mark.parametrize(
    ("text", "struct_hash"),
    [
        (signing.REPO_CLOSING, signing.repo_closing_hash),
        (signing.REPO_CANCELLATION, signing.repo_cancellation_hash),
    ],
)
def test_what_ends_a_repo(market, dealer, text, struct_hash):
    domain, repo = market.repo.domain, bytes(range(32))
    mine = domain.digest(struct_hash(repo, dealer.address))
    assert mine == typed(domain, text, (repo, dealer.address))


def test_every_signed_type_ends_in_its_signer():
    for library in TEXTS.values():
        for text in library.values():
            if text != signing.LINE:
                assert _members(text)[-1] == ("address", "signer")
