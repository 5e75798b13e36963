"""Settlement.deliverNets: movements of one asset on the word of the venue's netting cycles."""

import pytest

from tests.contracts.live import NOBODY, Live, decoded, reverts

DELAY = 2 * 86_400
OTHER = "0x" + "77" * 20


@pytest.fixture
def door(live, puppet, registry, adopted):
    """A second venue's door, built with the puppet."""
    return adopted(live("Settlement", registry.address, NOBODY, puppet.address))


@pytest.fixture
def movement(dealer, fund):
    """1,000 from dealer to fund, which neither signed: the word of the cycles stands for it."""
    return (dealer.address, fund.address, 1_000)


def test_only_the_cycles_deliver_nets(
    settlement, market, operators, dealer, intruder, security, movement, changes
):
    named = [market.deployment.repo.address, market.deployment.custody.address, settlement.address]
    people = [dealer, intruder, operators.coordinator, operators.venue_admin]
    for caller in [*people, *named]:
        with reverts("NotOfThisVenue", caller=caller):
            settlement.reader("deliverNets")(security, [movement], sender=caller)
    with reverts("NotOfThisVenue", caller=operators.mover_admin):
        settlement.deliverNets(security, [], sender=operators.mover_admin)
    assert changes() == {}


def test_the_cycles_deliver_nets_and_nothing_else(settlement, market, security, dealer, fund):
    """The venue's two contracts have a function each."""
    netting = market.deployment.netting.address
    settlement.reader("deliverNets")(
        security, [(dealer.address, fund.address, 1_000)], sender=netting
    )
    leg = (security.address, dealer.address, fund.address, 1_000)
    with reverts("NotOfThisVenue", caller=netting):
        settlement.reader("deliver")([leg], sender=netting)


def test_the_door_and_the_cycles_know_each_other(settlement, market, registry):
    netting = Live(market.deployment.netting, market)
    assert (settlement.NET_SETTLEMENT(), netting.SETTLEMENT()) == (
        netting.address,
        settlement.address,
    )
    assert netting.REGISTRY() == settlement.REGISTRY() == registry.address


@pytest.mark.parametrize("count", [0, 1])
def test_an_address_without_code_is_named(puppet, orders, movement, count):
    with reverts("NotAToken", asset=OTHER):
        puppet.run(orders(("deliverNets", OTHER, [movement] * count)))


def test_delivers_in_order(puppet, orders, security, dealer, fund, broker, changes):
    movements = [
        (dealer.address, broker.address, 3_000),
        (broker.address, fund.address, 2_000),
    ]
    events = puppet.run(orders(("deliverNets", security.address, movements)))
    moved = [(e.arguments["to"], e.arguments["value"]) for e in events if e.name == "Transfer"]
    assert moved == [(broker.address, 3_000), (fund.address, 2_000)]
    assert changes() == {
        "dealer": {"T-2035": -3_000},
        "broker": {"T-2035": 1_000},
        "fund": {"T-2035": 2_000},
    }


def test_all_or_none(puppet, orders, security, movement, fund, broker, changes):
    short = (broker.address, fund.address, 1_000)
    error = {"account": broker, "needed": 1_000, "available": 0}
    with reverts("InsufficientFreeBalance", asset=security, **error):
        puppet.run(orders(("deliverNets", security.address, [movement, short])))
    assert changes() == {}


def test_none_is_refused_where_any_would_be(
    puppet, orders, market, security, door, operators, changes
):
    none = orders(("deliverNets", security.address, []))
    puppet.run(none)
    market.onboarding.pause("T-2035", "a reason")
    with reverts("AssetPaused", asset=security):
        puppet.run(none)
    security.removeMover(sender=operators.mover_admin)
    with reverts("NotTheMover", asset=security, caller=door):
        puppet.run(none)
    assert changes() == {}


def test_the_lock_is_given_back(puppet, orders, security, cash, movement, dealer, fund):
    there = ("deliverNets", security.address, [movement])
    paid = ("deliverNets", cash.address, [(fund.address, dealer.address, 10_000)])
    puppet.run(orders(there, ("requireUnlocked",), paid, ("requireUnlocked",), there))


def test_the_cycles_themselves_do_not_enter_a_settlement(
    live, registry, pen, dealer, fund, cash, chain, operators
):
    """A door whose cycles are a token that calls back: its own word counts for nothing then."""
    hostile = live("HostileToken")
    door = live("Settlement", registry.address, NOBODY, hostile.address)
    cash.announceMover(door, sender=operators.mover_admin)
    chain.advance_to(chain.now() + DELAY)
    cash.adoptMover(sender=operators.mover_admin)
    pen.domain = type(pen.domain)("DvP Settlement", pen.domain.chain_id, door.address)
    theft = (fund.address, dealer.address, 1_000_000)
    hostile.callBack(door.address, door.encode("deliverNets", cash.address, [theft]))
    bait = pen.trade(dealer, fund, security=hostile, amount=10_000)
    door.settle(*pen.signed(bait).words())

    answer = decoded(hostile.answer())
    assert (answer.name, answer.arguments) == ("Locked", {})
    assert cash.balanceOf(dealer) == 10_000
