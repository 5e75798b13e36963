"""Words of calldata with bits above their type are refused: nobody signs what would be cut off."""

import pytest
from eth_abi import encode
from eth_utils import keccak

from settlement.chain.base import Transaction
from settlement.onchain import signing

WORD = 32
FIRST = {"settle": 4, "settleBatch": 4 + 4 * WORD, "deliverFree": 4}
"""Where the words of the first trade or delivery begin."""

NARROW = {
    "settle": {0: 160, 1: 160, 2: 160, 4: 160, 6: 32, 7: 64, 8: 64, 9: 64},
    "deliverFree": {0: 160, 1: 160, 2: 160, 4: 32, 5: 64, 6: 64, 7: 64},
}
"""Place and width in bits of each word that is narrower than a word."""


def dirtied(data, function, place, bit):
    start = FIRST[function] + place * WORD
    word = int.from_bytes(data[start : start + WORD]) | 1 << bit
    return data[:start] + word.to_bytes(WORD) + data[start + WORD :]


@pytest.fixture
def send(market, settlement):
    """Sends bare calldata to the door."""

    def send_data(data):
        sender = market.operators.coordinator
        transaction = Transaction(sender, settlement.address, data, 2_000_000)
        (receipt,) = market.journal.submit([transaction])
        return receipt

    return send_data


@pytest.mark.parametrize("top", [False, True], ids=["first bit above", "highest bit"])
@pytest.mark.parametrize(("place", "width"), NARROW["settle"].items())
def test_in_a_trade(settlement, pen, trade, send, changes, used, place, width, top):
    signed = pen.signed(trade)
    calls = {
        "settle": [settlement.encode("settle", *signed.words())],
        "settleBatch": [settlement.encode("settleBatch", [signed], mode) for mode in (0, 1)],
    }
    for function, encoded in calls.items():
        for data in encoded:
            send(dirtied(data, function, place, 255 if top else width))
    assert changes() == {}
    assert not used(trade)
    for data in calls["settle"]:
        assert send(data).succeeded


@pytest.mark.parametrize(("place", "width"), NARROW["deliverFree"].items())
def test_in_a_free_delivery(settlement, pen, dealer, fund, send, changes, place, width):
    delivery = pen.delivery(dealer, fund)
    data = settlement.encode("deliverFree", *pen.delivered(delivery))
    assert not send(dirtied(data, "deliverFree", place, width)).succeeded
    assert changes() == {}
    assert send(data).succeeded


def test_a_type_without_a_mode_is_refused(settlement, pen, trade, send):
    data = settlement.encode("settleBatch", [pen.signed(trade)], 0)
    mode = 4 + WORD
    assert not send(data[:mode] + (256).to_bytes(WORD) + data[mode + WORD :]).succeeded


def test_a_dirty_word_in_the_trade_date_does_not_settle_even_when_signed_so(
    settlement, pen, trade, send, dealer, fund, changes
):
    """The one narrow word that no rule reads: it is hashed as it stands."""
    kinds = ["bytes32", *["uint256"] * 13]
    words = [int(w, 16) if isinstance(w, str) else w for w in trade.words()]
    words[10] = int.from_bytes(words[10])
    words[6] |= 1 << 32
    type_hash = keccak(text=signing.TRADE)
    signatures = [
        signing.sign(
            side.key,
            pen.domain,
            keccak(encode(kinds, (type_hash, *words, int(side.address, 16)))),
        )
        for side in (dealer, fund)
    ]
    data = settlement.encode("settle", trade, *signatures)
    receipt = send(dirtied(data, "settle", 6, 32))
    assert not receipt.succeeded
    assert changes() == {}


@pytest.mark.parametrize(("place", "width"), NARROW["settle"].items())
def test_in_a_best_effort_batch_it_harms_only_itself(
    settlement, pen, trade, dealer, fund, send, used, place, width
):
    items = [pen.signed(trade), pen.signed(pen.trade(dealer, fund))]
    data = settlement.encode("settleBatch", items, 1)
    start = 4 + 5 * WORD + place * WORD
    word = int.from_bytes(data[start : start + WORD]) | 1 << width
    receipt = send(data[:start] + word.to_bytes(WORD) + data[start + WORD :])
    assert receipt.succeeded
    assert [used(item.trade) for item in items] == [False, True]
