"""The venue's lock: acquire, release, deliver and requireUnlocked, for its own contracts only."""

import pytest

from tests.contracts.live import logged, reverts

DELAY = 2 * 86_400


@pytest.fixture
def puppet(live):
    """Stands where the repo facility does."""
    return live("Puppet")


@pytest.fixture
def door(live, puppet, registry, security, cash, operators, chain):
    """A second venue's door, built with the puppet, and by now the mover of both assets."""
    settlement = live("Settlement", registry.address, puppet.address)
    for asset in (security, cash):
        asset.announceMover(settlement, sender=operators.mover_admin)
    chain.advance_to(chain.now() + DELAY)
    for asset in (security, cash):
        asset.adoptMover(sender=operators.mover_admin)
    return settlement


@pytest.fixture
def orders(door):
    """`orders("acquire", ("deliver", legs))`: calls of the door, for the puppet to run."""

    def encode(*calls):
        steps = (call if isinstance(call, tuple) else (call,) for call in calls)
        return [(door.address, door.encode(*step)) for step in steps]

    return encode


@pytest.fixture
def leg(security, dealer, fund):
    """1,000 from dealer to fund, which neither signed: the facility's word stands for it."""
    return (security.address, dealer.address, fund.address, 1_000)


def test_only_the_venue_acquires(settlement, operators, dealer):
    for caller in (dealer, operators.coordinator, operators.venue_admin):
        with reverts("NotOfThisVenue", caller=caller):
            settlement.acquire(sender=caller)


def test_the_lock_is_taken_once(door, puppet, orders):
    with reverts("Locked", holder=puppet):
        puppet.run(orders("acquire", "acquire"))


def test_only_the_holder_releases(settlement, market, operators):
    for caller in (operators.coordinator, market.deployment.repo):
        with reverts("NotTheHolder", caller=caller):
            settlement.reader("release")(sender=caller)


def test_what_was_released_is_not_released_again(door, puppet, orders):
    with reverts("NotTheHolder", caller=puppet):
        puppet.run(orders("acquire", "release", "release"))


def test_only_the_venue_delivers(settlement, dealer, leg):
    with reverts("NotOfThisVenue", caller=dealer):
        settlement.deliver([leg], sender=dealer)


def test_nothing_is_delivered_without_the_lock(door, puppet, orders, leg, changes):
    for calls in ([("deliver", [leg])], ["acquire", "release", ("deliver", [leg])]):
        with reverts("NotTheHolder", caller=puppet):
            puppet.run(orders(*calls))
    assert changes() == {}


def test_delivers_in_order(door, puppet, orders, security, dealer, fund, broker, changes):
    legs = [
        (security.address, dealer.address, broker.address, 3_000),
        (security.address, broker.address, fund.address, 2_000),
    ]
    events = puppet.run(orders("acquire", ("deliver", legs), "release"))
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
        puppet.run(orders("acquire", ("deliver", [leg, short]), "release"))
    assert changes() == {}


def test_no_entry_point_works_while_it_is_held(door, puppet, orders, pen, dealer, fund, market):
    pen.domain = type(pen.domain)("DvP Settlement", pen.domain.chain_id, door.address)
    trade = pen.trade(dealer, fund, binding_from=market.chain.now() + 3_600)
    end = pen.cancellation(trade)
    ends = [pen.cancellation_by(side, end) for side in (dealer, fund)]
    calls = [
        ("settle", *pen.signed(trade).words()),
        ("settleBatch", [pen.signed(trade)], 0),
        ("settleBatch", [pen.signed(trade)], 1),
        ("deliverFree", *pen.delivered(pen.delivery(dealer, fund))),
        ("cancel", end, dealer, ends[0]),
        ("cancelTogether", end, *ends),
        ("requireUnlocked",),
    ]
    for call in calls:
        with reverts("Locked", holder=puppet):
            puppet.run(orders("acquire", call))
        puppet.reader("run")(orders("acquire", "release", call))


def test_it_does_not_outlive_its_transaction(door, puppet, orders, pen, dealer, fund, changes):
    pen.domain = type(pen.domain)("DvP Settlement", pen.domain.chain_id, door.address)
    puppet.run(orders("acquire"))
    door.requireUnlocked()
    events = door.settle(*pen.signed(pen.trade(dealer, fund)).words())
    assert logged(events, "Settled")["quantity"] == 1_000_000


@pytest.mark.parametrize("outcome", ["settled", "refused"])
def test_it_is_open_between_settlements(settlement, pen, trade, outcome):
    if outcome == "settled":
        settlement.settle(*pen.signed(trade).words())
    else:
        with reverts("ZeroQuantity"):
            settlement.settle(*pen.signed(pen.changed(trade, quantity=0)).words())
    settlement.requireUnlocked()


def test_the_facility_itself_does_not_enter_a_settlement(
    live, registry, cash, pen, dealer, fund, operators, chain
):
    """A door whose facility is a token that calls back: its own word counts for nothing then."""
    hostile = live("HostileToken")
    door = live("Settlement", registry.address, hostile.address)
    cash.announceMover(door, sender=operators.mover_admin)
    chain.advance_to(chain.now() + DELAY)
    cash.adoptMover(sender=operators.mover_admin)
    pen.domain = type(pen.domain)("DvP Settlement", pen.domain.chain_id, door.address)
    theft = (cash.address, fund.address, dealer.address, 1_000_000)
    for call, error, arguments in (
        (("acquire",), "Locked", {"holder": door.address}),
        (("release",), "NotTheHolder", {"caller": hostile.address}),
        (("deliver", [theft]), "NotTheHolder", {"caller": hostile.address}),
    ):
        hostile.callBack(door.address, door.encode(*call))
        bait = pen.trade(dealer, fund, security=hostile, amount=10_000)
        door.settle(*pen.signed(bait).words())
        from tests.contracts.live import decoded

        answer = decoded(hostile.answer())
        assert (answer.name, answer.arguments) == (error, arguments)
    assert cash.balanceOf(dealer) == 3 * 10_000
