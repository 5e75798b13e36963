"""Settlement.settleItem: a best-effort batch's own call to itself, and nobody else's."""

from tests.contracts.live import reverts


def test_nobody_calls_it(settlement, market, pen, trade, dealer, operators, changes):
    words = pen.signed(trade).words()
    for caller in (dealer, operators.coordinator, market.deployment.repo):
        with reverts("NotOfThisVenue", caller=caller):
            settlement.reader("settleItem")(*words, sender=caller)
    assert changes() == {}
