"""The venue's lock, held while assets move, and `deliver`, which is for the repo desk alone."""

import pytest

from tests.contracts.live import NOBODY, Live, decoded, reverts
from tests.contracts.settlement.cycles import Cycles

DELAY = 2 * 86_400


@pytest.fixture
def door(live, puppet, registry, adopted):
    """A second venue's door, built with the puppet."""
    return adopted(live("Settlement", registry.address, puppet.address, NOBODY))


@pytest.fixture
def leg(security, dealer, fund):
    """1,000 from dealer to fund, which neither signed: the facility's word stands for it."""
    return (security.address, dealer.address, fund.address, 1_000)


def test_only_the_venue_delivers(settlement, operators, dealer, leg):
    for caller in (dealer, operators.coordinator, operators.venue_admin):
        with reverts("NotOfThisVenue", caller=caller):
            settlement.deliver([leg], sender=caller)


def test_delivers_in_order(door, puppet, orders, security, dealer, fund, broker, changes):
    legs = [
        (security.address, dealer.address, broker.address, 3_000),
        (security.address, broker.address, fund.address, 2_000),
    ]
    events = puppet.run(orders(("deliver", legs)))
    moved = [(e.arguments["to"], e.arguments["value"]) for e in events if e.name == "Transfer"]
    assert moved == [(broker.address, 3_000), (fund.address, 2_000)]
    assert changes() == {
        "dealer": {"T-2035": -3_000},
        "broker": {"T-2035": 1_000},
        "fund": {"T-2035": 2_000},
    }


def test_all_legs_or_none(door, puppet, orders, security, leg, dealer, fund, broker, changes):
    short = (security.address, broker.address, fund.address, 1_000)
    error = {"account": broker, "needed": 1_000, "available": 0}
    with reverts("InsufficientFreeBalance", asset=security, **error):
        puppet.run(orders(("deliver", [leg, short])))
    assert changes() == {}


def test_it_is_given_back_after_a_delivery(door, puppet, orders, leg):
    puppet.reader("run")(orders(("deliver", [leg]), "requireUnlocked", ("deliver", [leg])))


@pytest.mark.parametrize("outcome", ["settled", "refused"])
def test_it_is_open_between_settlements(settlement, pen, trade, outcome):
    if outcome == "settled":
        settlement.settle(*pen.signed(trade).words())
    else:
        with reverts("ZeroQuantity"):
            settlement.settle(*pen.signed(pen.changed(trade, quantity=0)).words())
    settlement.requireUnlocked()


@pytest.mark.parametrize("outcome", ["settled", "refused"])
def test_it_is_open_between_cycles(settlement, market, pen, dealer, fund, security, outcome):
    netting, cycles = Live(market.deployment.netting, market), Cycles(market, pen)
    nets = {dealer: {security: -1_000}, fund: {security: 1_000}}
    if outcome == "settled":
        netting.settle(*cycles.signed(nets))
    else:
        with reverts("NotBalanced", asset=security, excess=-1_000):
            netting.settle(*cycles.signed({**nets, fund: {}}))
    settlement.requireUnlocked()


def test_the_facility_itself_does_not_enter_a_settlement(
    live, registry, cash, pen, dealer, fund, operators, chain
):
    """A door whose facility is a token that calls back: its own word counts for nothing then."""
    hostile = live("HostileToken")
    door = live("Settlement", registry.address, hostile.address, NOBODY)
    cash.announceMover(door, sender=operators.mover_admin)
    chain.advance_to(chain.now() + DELAY)
    cash.adoptMover(sender=operators.mover_admin)
    pen.domain = type(pen.domain)("DvP Settlement", pen.domain.chain_id, door.address)
    theft = (cash.address, fund.address, dealer.address, 1_000_000)
    hostile.callBack(door.address, door.encode("deliver", [theft]))
    bait = pen.trade(dealer, fund, security=hostile, amount=10_000)
    door.settle(*pen.signed(bait).words())

    answer = decoded(hostile.answer())
    assert (answer.name, answer.arguments) == ("Locked", {})
    assert cash.balanceOf(dealer) == 10_000
