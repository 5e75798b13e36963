"""What is signed is the same text in Solidity, in Python and to any EIP-712 wallet."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest
from eth_account.messages import encode_typed_data
from eth_utils import keccak
from hypothesis import given
from hypothesis import strategies as st

from settlement.chain.base import checksummed
from settlement.model.cycle import Cycle, NetMovement, NettedTrade
from settlement.model.repo import Agreement, Amendment, IncomeNotice, Line, RepoTerms
from settlement.model.trade import Cancellation, FreeDelivery, Trade
from settlement.onchain import cycle_signing, repo_signing, signing, sources
from settlement.onchain.artifacts import load
from tests.contracts.live import Live

TEXTS = {
    "TradeLib": {
        "TRADE_TYPEHASH": signing.TRADE,
        "FREE_DELIVERY_TYPEHASH": signing.FREE_DELIVERY,
        "CANCELLATION_TYPEHASH": signing.CANCELLATION,
    },
    "RepoTermsLib": {
        "TERMS_TYPEHASH": repo_signing.REPO_TERMS,
        "LINE_TYPEHASH": repo_signing.LINE,
        "CLOSING_TYPEHASH": repo_signing.CLOSING,
        "CANCELLATION_TYPEHASH": repo_signing.CANCELLATION,
        "SUBSTITUTION_TYPEHASH": repo_signing.SUBSTITUTION,
    },
    "MarginConsents": {},
}
IN_PLACE = {
    "RepoTermsLib": {
        repo_signing.AGREEMENT,
        repo_signing.NOTICE,
        repo_signing.AMENDMENT.removesuffix(repo_signing.LINE),
        repo_signing.LINE,
        repo_signing.ROLL,
        repo_signing.INCOME,
    },
    "MarginConsents": {
        repo_signing.MARGIN_CALL,
        repo_signing.MARGIN_PAYMENT,
        repo_signing.MARGIN_DELIVERY,
        repo_signing.MARGIN_RETURN,
        repo_signing.MARGIN_RESTITUTION,
        repo_signing.DEFAULT_NOTICE,
        repo_signing.STATED_VALUE,
        repo_signing.CLAIM_PAYMENT,
    },
    "CycleLib": {
        cycle_signing.NETTED_TRADE,
        cycle_signing.NET_MOVEMENT,
        cycle_signing.NET_STATEMENT,
        cycle_signing.CYCLE_BURN,
    },
}
"""Texts that a library hashes where it uses them; some join that of a line to it."""

LINES = ("", repo_signing.LINE)
_TEXT = re.compile(r'"(\w+\([^"]*)"')
_CONSTANT = re.compile(
    r"((?:[ ]*///[^\n]*\n)+)[ ]*bytes32 internal constant (\w+_TYPEHASH) =\s*0x(\w{64});"
)


@pytest.mark.parametrize("library", TEXTS)
def test_each_figure_is_the_hash_of_the_text_above_it_and_of_python_s(library):
    source = _source(library)
    found = {name: (_text(comment), figure) for comment, name, figure in _CONSTANT.findall(source)}
    assert found == {name: (text, keccak(text=text).hex()) for name, text in TEXTS[library].items()}
    assert source.count("_TYPEHASH =") == len(found)


@pytest.mark.parametrize("library", IN_PLACE)
def test_each_text_that_is_hashed_in_place_is_python_s(library):
    assert set(_TEXT.findall(_source(library))) == IN_PLACE[library]


def test_every_text_of_python_s_is_looked_at():
    known = {text for texts in TEXTS.values() for text in texts.values()}
    known |= {text + line for texts in IN_PLACE.values() for text in texts for line in LINES}
    of_python = {
        text
        for module in (signing, repo_signing, cycle_signing)
        for text in vars(module).values()
        if isinstance(text, str) and re.match(r"[A-Z]\w+\(", text)
    }
    assert of_python - known == {signing.DOMAIN}


def _source(library):
    (source,) = (
        text for name, text in sources.own_sources().items() if name.endswith(f"/{library}.sol")
    )
    return source


def _text(comment):
    lines = [line.strip().removeprefix("///").strip() for line in comment.splitlines()]
    joined = " ".join(lines).removeprefix("@dev ")
    return re.sub(r"([,(]) ", r"\1", joined)


addresses = st.binary(min_size=20, max_size=20).map(checksummed)
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
    **{f"uint{bits}": st.integers(0, 2**bits - 1) for bits in (8, 16, 24, 32, 64, 256)},
    **{
        f"int{bits}": st.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) for bits in (32, 64, 256)
    },
}
ENUMERATIONS = {"duration": 2, "method": 1, "income": 1}
"""Each has this highest member."""


def _members(text):
    inner = text[text.index("(") + 1 : text.index(")")]
    return [tuple(member.split()) for member in inner.split(",")]


def _drawn(struct, kinds):
    """A struct of the model whose members are of these kinds."""
    names = [field.name for field in fields(struct)]
    return st.builds(
        struct,
        **{
            name: st.integers(0, ENUMERATIONS[name]) if name in ENUMERATIONS else OF_KIND[kind]
            for name, kind in zip(names, kinds, strict=True)
        },
    )


def _kinds(text):
    return [kind for kind, _ in _members(text)]


terms = _drawn(RepoTerms, _kinds(repo_signing.REPO_TERMS)[:-1])
agreements = _drawn(Agreement, _kinds(repo_signing.AGREEMENT))
amendments = _drawn(Amendment, _kinds(repo_signing.AMENDMENT)[2:-1])
incomes = _drawn(IncomeNotice, _kinds(repo_signing.INCOME)[1:])


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


netted_trades = st.builds(
    NettedTrade, addresses, addresses, addresses, words, addresses, words, days, words, words
)
cycles = st.builds(Cycle, words, hashes, words, seconds, seconds)
net_movements = st.lists(
    st.builds(NetMovement, addresses, st.integers(-(2**255), 2**255 - 1)), max_size=3
)


@given(trade=netted_trades)
def test_a_confirmation(market, trade):
    domain = market.cycles.domain
    for signer in trade.sides:
        mine = domain.digest(cycle_signing.confirmation_hash(trade, signer))
        assert mine == typed(domain, cycle_signing.NETTED_TRADE, (*trade.words(), signer))
    assert cycle_signing.leaf_of(trade) == cycle_signing.confirmation_hash(trade, trade.seller)


@given(
    venue=addresses,
    cycle=cycles,
    company=st.lists(addresses, max_size=4),
    movements=net_movements,
    signer=addresses,
)
def test_a_net_statement(market, venue, cycle, company, movements, signer):
    domain = market.cycles.domain
    struct = cycle_signing.statement_hash(venue, cycle, company, movements, signer)
    shown = [{"asset": each.asset, "amount": each.amount} for each in movements]
    values = (venue, *cycle.words(), company, shown, signer)
    of_movement = {"NetMovement": cycle_signing.NET_MOVEMENT}
    assert domain.digest(struct) == typed(
        domain, cycle_signing.NET_STATEMENT, values, **of_movement
    )


@given(number=words, signer=addresses)
def test_a_burn(market, number, signer):
    domain = market.cycles.domain
    mine = domain.digest(cycle_signing.burn_hash(number, signer))
    assert mine == typed(domain, cycle_signing.CYCLE_BURN, (number, signer))


def test_cycles_have_a_domain_of_their_own(market):
    """What is signed for trades or repos is not signed for cycles."""
    _, name, version, chain, contract, *_ = Live(market.deployment.netting, market).eip712Domain()
    domain = market.cycles.domain
    assert (name, version, chain) == (domain.name, domain.version, domain.chain_id)
    assert contract == domain.contract == market.deployment.netting.address
    separators = {each.separator() for each in (domain, market.dvp.domain, market.repo.domain)}
    assert len(separators) == 3


def _shown(values):
    """Lines as a wallet shows them."""
    names = [name for _, name in _members(repo_signing.LINE)]
    return tuple(
        [dict(zip(names, line.words(), strict=True)) for line in value]
        if isinstance(value, tuple)
        else value
        for value in values
    )


def typed_of_repo(market, text, values):
    """The digest of what is about a repo, its lines as a wallet shows them."""
    nested = {"Line": repo_signing.LINE} if "Line[]" in text else {}
    head = text.removesuffix(repo_signing.LINE) if nested else text
    return typed(market.repo.domain, head, _shown(values), **nested)


@pytest.fixture
def consents(live):
    """The libraries' functions as calls."""
    return live("ConsentHarness")


@given(terms=terms)
def test_repo_terms(market, consents, terms):
    domain = market.repo.domain
    facility = Live(market.deployment.repo, market)
    assert facility.idOf(terms) == repo_signing.repo_id(terms)
    sides = (terms.seller, terms.buyer)
    ours = tuple(repo_signing.terms_hash(terms, side) for side in sides)
    assert consents.hashes(terms) == ours
    static = terms.words()[:-1]
    for signer, struct in zip(sides, ours, strict=True):
        values = (*static, terms.lines, signer)
        assert domain.digest(struct) == typed_of_repo(market, repo_signing.REPO_TERMS, values)


@given(lines=lines)
def test_lines(consents, lines):
    assert consents.linesHash(lines) == repo_signing.lines_hash(lines)


@given(agreement=agreements)
def test_an_agreement(market, consents, agreement):
    ours = repo_signing.agreement_id(agreement)
    assert consents.agreementId(agreement) == ours
    shown = typed_of_repo(market, repo_signing.AGREEMENT, agreement.words())
    assert market.repo.domain.digest(ours) == shown


@given(
    one=st.sampled_from(["dealer", "fund", "intruder"]),
    other=st.sampled_from(["dealer", "fund", "intruder"]),
    agreement=hashes,
    cash=addresses,
)
def test_a_netting_set(market, registry, one, other, agreement, cash):
    """Whoever is asked first; a wallet that nobody registered is of no participant."""
    facility = Live(market.deployment.repo, market)
    wallets = [market.party(name).address for name in (one, other)]
    participants = [registry.walletOf(wallet)[0] for wallet in wallets]
    assert facility.nettingSetOf(*wallets, agreement, cash) == repo_signing.netting_set(
        *participants, agreement, cash
    )


CONSENTS = [
    ("closing", repo_signing.CLOSING, repo_signing.closing_hash),
    ("cancellation", repo_signing.CANCELLATION, repo_signing.cancellation_hash),
    ("notice", repo_signing.NOTICE, repo_signing.notice_hash),
    ("substituting", repo_signing.SUBSTITUTION, repo_signing.substitution_hash),
    ("rolling", repo_signing.ROLL, repo_signing.roll_hash),
    ("calling", repo_signing.MARGIN_CALL, repo_signing.margin_call_hash),
    ("paying", repo_signing.MARGIN_PAYMENT, repo_signing.margin_payment_hash),
    ("delivering", repo_signing.MARGIN_DELIVERY, repo_signing.margin_delivery_hash),
    ("returning", repo_signing.MARGIN_RETURN, repo_signing.margin_return_hash),
    ("restoring", repo_signing.MARGIN_RESTITUTION, repo_signing.margin_restitution_hash),
    ("declaring", repo_signing.DEFAULT_NOTICE, repo_signing.default_notice_hash),
    ("stating", repo_signing.STATED_VALUE, repo_signing.stated_value_hash),
    ("claimPaying", repo_signing.CLAIM_PAYMENT, repo_signing.claim_payment_hash),
]
"""The library's function, the text, and Python's function: all take the members in their order."""


@pytest.mark.parametrize(("function", "text", "struct_hash"), CONSENTS)
@given(data=st.data())
def test_a_consent(market, consents, function, text, struct_hash, data):
    values = tuple(data.draw(OF_KIND[kind], label=name) for kind, name in _members(text))
    ours = struct_hash(*values)
    assert consents.reader(function)(*values) == ours
    assert market.repo.domain.digest(ours) == typed_of_repo(market, text, values)


@given(repo=hashes, number=OF_KIND["uint32"], amendment=amendments, signer=addresses)
def test_an_amendment(market, consents, repo, number, amendment, signer):
    ours = repo_signing.amendment_hash(repo, number, amendment, signer)
    assert consents.amending(repo, number, amendment, signer) == ours
    values = (repo, number, *amendment.words()[:-1], amendment.lines, signer)
    shown = typed_of_repo(market, repo_signing.AMENDMENT, values)
    assert market.repo.domain.digest(ours) == shown


@given(repo=hashes, income=incomes)
def test_income(market, consents, repo, income):
    ours = repo_signing.income_hash(repo, income)
    assert consents.income(repo, income) == ours
    shown = typed_of_repo(market, repo_signing.INCOME, (repo, *income.words()))
    assert market.repo.domain.digest(ours) == shown


def test_every_function_of_the_harness_is_compared():
    of_harness = {entry["name"] for entry in load("ConsentHarness").abi}
    others = {"hashes", "linesHash", "agreementId", "amending", "income"}
    assert of_harness == others | {function for function, *_ in CONSENTS}


def test_every_signed_type_names_its_signer():
    """Last, where either side could sign it, so that one signature is never two consents; or it
    can be one wallet's only: whoever pays, or the buyer of the repo."""
    payers = {
        repo_signing.MARGIN_PAYMENT,
        repo_signing.MARGIN_DELIVERY,
        repo_signing.MARGIN_RETURN,
        repo_signing.MARGIN_RESTITUTION,
        repo_signing.CLAIM_PAYMENT,
    }
    signed = {text for texts in TEXTS.values() for text in texts.values()}
    signed |= {text for texts in IN_PLACE.values() for text in texts}
    parts = {repo_signing.LINE, repo_signing.AGREEMENT, repo_signing.INCOME}
    for text in signed - parts - {cycle_signing.NET_MOVEMENT}:
        members = _members(text)
        if text in payers:
            assert ("address", "from") in members
        else:
            assert members[-1] == ("address", "signer")
