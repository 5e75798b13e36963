"""Everything that is signed, as the document that any EIP-712 library reads, there and back."""

import copy
import json

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_utils import keccak
from hypothesis import given
from hypothesis import strategies as st

from settlement.errors import BadInput
from settlement.onchain import cycle_signing, repo_signing, signing, typed_data
from settlement.onchain.signing import ArrayHash, Domain, StructHash
from tests.contracts.settlement.test_typehash import (
    CONSENTS,
    OF_KIND,
    _members,
    addresses,
    agreements,
    amendments,
    cancellations,
    cycles,
    deliveries,
    hashes,
    incomes,
    net_movements,
    netted_trades,
    terms,
    trades,
    words,
)

KEY = Account.from_key(keccak(text="somebody"))
DOMAIN = Domain("DvP Settlement", 131277322940537, "0x" + "56" * 20)

STRUCTS = {
    signing.TRADE: st.builds(signing.trade_hash, trades, addresses),
    signing.FREE_DELIVERY: st.builds(signing.free_delivery_hash, deliveries, addresses),
    signing.CANCELLATION: st.builds(signing.cancellation_hash, cancellations, addresses),
    repo_signing.REPO_TERMS: st.builds(repo_signing.terms_hash, terms, addresses),
    repo_signing.AGREEMENT: st.builds(repo_signing.agreement_id, agreements),
    repo_signing.AMENDMENT: st.builds(
        repo_signing.amendment_hash, hashes, OF_KIND["uint32"], amendments, addresses
    ),
    repo_signing.INCOME: st.builds(repo_signing.income_hash, hashes, incomes),
    cycle_signing.NETTED_TRADE: st.builds(
        cycle_signing.confirmation_hash, netted_trades, addresses
    ),
    cycle_signing.NET_STATEMENT: st.builds(
        cycle_signing.statement_hash,
        addresses,
        cycles,
        st.lists(addresses, max_size=3),
        net_movements,
        addresses,
    ),
    cycle_signing.CYCLE_BURN: st.builds(cycle_signing.burn_hash, words, addresses),
    **{
        text: st.builds(struct_hash, *(OF_KIND[kind] for kind, _ in _members(text)))
        for _, text, struct_hash in CONSENTS
    },
}
"""Every type that is signed, and what makes hashes of it."""

PARTS = {repo_signing.LINE, cycle_signing.NET_MOVEMENT, signing.DOMAIN}
"""Types that are signed inside others only."""


def read_again(document):
    """As it comes out of a file."""
    return json.loads(json.dumps(document))


def test_every_type_is_looked_at():
    texts = {
        text
        for module in (signing, repo_signing, cycle_signing)
        for text in vars(module).values()
        if isinstance(text, str) and text.endswith(")")
    }
    assert set(STRUCTS) == texts - PARTS


@pytest.mark.parametrize("text", STRUCTS, ids=typed_data.primary_type)
@given(data=st.data())
def test_a_document_has_the_digest_that_was_signed_to_any_library(text, data):
    struct = data.draw(STRUCTS[text])
    domain = Domain("DvP Repo Facility", data.draw(words), data.draw(addresses))
    document = read_again(typed_data.document(domain, struct))
    signable = encode_typed_data(full_message=document)
    theirs = keccak(b"\x19" + signable.version + signable.header + signable.body)
    assert typed_data.digest_of(document) == theirs == domain.digest(struct)
    assert typed_data.struct_hash_of(document) == struct


@pytest.mark.parametrize("text", STRUCTS, ids=typed_data.primary_type)
@given(data=st.data())
def test_who_signed_is_found_again_and_by_any_library(text, data):
    struct = data.draw(STRUCTS[text])
    document = read_again(typed_data.document(DOMAIN, struct))
    signature = signing.sign(KEY, DOMAIN, struct)
    assert typed_data.signer_of(document, signature) == KEY.address
    signable = encode_typed_data(full_message=document)
    assert Account.recover_message(signable, signature=signature) == KEY.address
    elsewhere = document | {"domain": document["domain"] | {"chainId": "1"}}
    assert typed_data.signer_of(elsewhere, signature) != KEY.address


def test_what_is_no_signature_is_nobody_s():
    document = typed_data.document(DOMAIN, cycle_signing.burn_hash(1, KEY.address))
    assert typed_data.signer_of(document, b"") is None
    assert typed_data.signer_of(document, bytes(65)) is None


@given(struct=STRUCTS[repo_signing.REPO_TERMS])
def test_a_hash_is_bytes_and_is_copied_with_what_it_remembers(struct):
    assert struct == bytes(struct)
    assert {struct: 1}[bytes(struct)] == 1
    copied = copy.deepcopy(struct)
    assert (copied, copied.type_text, copied.values) == (struct, struct.type_text, struct.values)
    assert isinstance(copied, StructHash)
    lines, again = struct.values[-2], copied.values[-2]
    assert isinstance(again, ArrayHash)
    assert (again, again.items) == (lines, lines.items)


BURN = typed_data.document(DOMAIN, cycle_signing.burn_hash(7, KEY.address))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"primaryType": "Burn"}, "the message is not what its types say"),
        ({"types": {}}, "the domain is not what its types say"),
        ({"types": [1]}, "the domain is not what its types say"),
        ({"message": {"cycle": "7"}}, "CycleBurn has the members cycle, signer"),
        ({"message": BURN["message"] | {"more": "1"}}, "CycleBurn has the members cycle, signer"),
        ({"message": BURN["message"] | {"cycle": 7}}, "the message is not what its types say"),
        ({"message": BURN["message"] | {"cycle": "0x7"}}, "'0x7' does not suit its type"),
        ({"message": BURN["message"] | {"cycle": "07"}}, "'07' does not suit its type"),
        (
            {"message": BURN["message"] | {"signer": KEY.address.lower()}},
            "is not written with its checksum",
        ),
        ({"message": BURN["message"] | {"cycle": "-1"}}, "the message is not what its types say"),
        ({"message": BURN["message"] | {"signer": "me"}}, "the message is not what its types say"),
        ({"domain": BURN["domain"] | {"chainId": "1_0"}}, "'1_0' does not suit its type"),
        ({"note": "x"}, "typed data has the parts types, primaryType, domain, message"),
    ],
)
def test_what_is_not_what_its_types_say_is_refused(change, said):
    with pytest.raises(BadInput, match=said):
        typed_data.digest_of({**BURN, **change})


def test_types_that_contain_themselves_end():
    types = BURN["types"] | {"CycleBurn": [{"name": "inner", "type": "CycleBurn[]"}]}
    document = {**BURN, "types": types, "message": {"inner": [{"inner": []}]}}
    assert len(typed_data.digest_of(document)) == 32
    deep = []
    for _ in range(100):
        deep = [{"inner": deep}]
    with pytest.raises(BadInput, match="more than 8 deep"):
        typed_data.digest_of({**document, "message": {"inner": deep}})
