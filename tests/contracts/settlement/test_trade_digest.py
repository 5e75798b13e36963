"""Settlement.tradeDigest: what each side signs."""

from settlement.onchain import signing
from tests.contracts.live import reverts


def test_each_side_signs_its_own(settlement, pen, trade):
    digests = {side: settlement.tradeDigest(trade, side) for side in (trade.seller, trade.buyer)}
    for side, digest in digests.items():
        assert digest == pen.domain.digest(signing.trade_hash(trade, side))
    assert len(set(digests.values())) == 2


def test_the_signature_of_the_digest_is_the_consent(settlement, trade, dealer, fund, used):
    signatures = [
        party.key.unsafe_sign_hash(settlement.tradeDigest(trade, party)).signature
        for party in (dealer, fund)
    ]
    settlement.settle(trade, *signatures)
    assert used(trade)


def test_somebody_else_has_nothing_to_sign(settlement, trade, intruder):
    with reverts("NotAParty", signer=intruder):
        settlement.tradeDigest(trade, intruder)
