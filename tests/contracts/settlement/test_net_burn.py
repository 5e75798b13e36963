"""NetSettlement.burn: a participant takes its number out, by itself, until the cycle executed."""

from dataclasses import replace

import pytest

from settlement.onchain import signing
from settlement.onchain.cycle_signing import burn_hash
from tests.contracts.live import NOBODY, logged, reverts
from tests.contracts.settlement.cycles import NUMBER

OTHER = "0x" + "12" * 20


@pytest.fixture
def cycles(cycles, pen, broker):
    """With the broker's key, too."""
    pen.keys[broker.address] = broker.key
    return cycles


@pytest.fixture
def signed(cycles, dealer, fund, security):
    """dealer gives fund a thousand."""
    return cycles.signed({dealer: {security: -1_000}, fund: {security: 1_000}})


def test_a_stranger_burns_nobody_s_number(netting, cycles, pen, dealer, broker, intruder):
    for stranger in (broker, intruder):
        struct = burn_hash(NUMBER, dealer.address)
        in_its_name = signing.sign(pen.keys[stranger.address], cycles.domain, struct)
        for signature in (cycles.burn_by(stranger, NUMBER), in_its_name, b"", bytes(65)):
            with reverts("BadSignature", signer=dealer):
                netting.burn(NUMBER, dealer, signature)
    assert not netting.isUsed(dealer, NUMBER)


def test_a_stranger_burns_its_own_to_no_effect(netting, cycles, intruder, dealer, signed, changes):
    netting.burn(NUMBER, intruder, cycles.burn_by(intruder, NUMBER))
    netting.settle(*signed)
    assert changes()["dealer"] == {"T-2035": -1_000}


def test_nobody_burns_nothing(netting):
    with reverts("BadSignature", signer=NOBODY):
        netting.burn(NUMBER, NOBODY, bytes(65))


@pytest.mark.parametrize("number", [0, NUMBER - 1, NUMBER + 1, NUMBER + 256, 2**256 - 1])
def test_a_signature_burns_one_number(netting, cycles, dealer, number):
    with reverts("BadSignature", signer=dealer):
        netting.burn(number, dealer, cycles.burn_by(dealer, NUMBER))
    assert not netting.isUsed(dealer, number)


@pytest.mark.parametrize(
    "change",
    [{"chain_id": 1}, {"contract": OTHER}, {"name": "DvP Settlement"}, {"version": "2"}],
    ids=lambda change: next(iter(change)),
)
def test_not_for_another_chain_or_contract(netting, cycles, dealer, change):
    domain = replace(cycles.domain, **change)
    with reverts("BadSignature", signer=dealer):
        netting.burn(NUMBER, dealer, cycles.burn_by(dealer, NUMBER, domain))


def test_a_statement_or_a_confirmation_burns_nothing(netting, cycles, signed, dealer, fund):
    _, statements = signed
    of_dealer = next(each for each in statements if each.participant == dealer.address)
    confirmation = cycles.confirmation_by(dealer, cycles.trade(dealer, fund))
    for signature in (of_dealer.signature, confirmation):
        with reverts("BadSignature", signer=dealer):
            netting.burn(NUMBER, dealer, signature)


def test_not_twice(netting, cycles, dealer):
    signature = cycles.burn_by(dealer, NUMBER)
    netting.burn(NUMBER, dealer, signature)
    with reverts("CycleUsed", participant=dealer, cycle=NUMBER):
        netting.burn(NUMBER, dealer, signature)


def test_not_once_it_settled(netting, cycles, signed, dealer, changes):
    netting.settle(*signed)
    moved = changes()
    with reverts("CycleUsed", participant=dealer, cycle=NUMBER):
        netting.burn(NUMBER, dealer, cycles.burn_by(dealer, NUMBER))
    assert changes() == moved


@pytest.mark.parametrize("name", ["dealer", "fund"])
def test_burns(netting, cycles, signed, market, changes, name):
    who = market.directory.party(name)
    events = netting.burn(NUMBER, who, cycles.burn_by(who, NUMBER))
    assert logged(events, "CycleBurned") == {"participant": who.address, "cycle": NUMBER}
    assert [event.name for event in events] == ["CycleBurned"]
    assert netting.isUsed(who, NUMBER)
    with reverts("CycleUsed", participant=who, cycle=NUMBER):
        netting.settle(*signed)
    assert changes() == {}


def test_it_ends_every_proposal_with_it_and_none_without(
    netting, cycles, signed, broker, dealer, fund, security, changes
):
    """The others have nothing to fear from a member that leaves."""
    proposals = [
        cycles.signed({dealer: {}, fund: {}, broker: {}}),
        cycles.signed({dealer: {}, broker: {}}),
    ]
    netting.burn(NUMBER, broker, cycles.burn_by(broker, NUMBER))
    for proposal in proposals:
        with reverts("CycleUsed", participant=broker, cycle=NUMBER):
            netting.settle(*proposal)
    netting.settle(*signed)
    assert changes()["fund"] == {"T-2035": 1_000}


@pytest.mark.parametrize("number", [0, 255, 256, 257, 2**256 - 1])
def test_a_number_is_one_bit(netting, cycles, dealer, fund, number):
    netting.burn(number, dealer, cycles.burn_by(dealer, number))
    assert netting.isUsed(dealer, number)
    neighbours = {number ^ 1 << bit for bit in (*range(10), 255)}
    assert not any(netting.isUsed(dealer, each) for each in neighbours)
    assert not netting.isUsed(fund, number)


def test_anybody_submits(netting, cycles, dealer, intruder):
    netting.burn(NUMBER, dealer, cycles.burn_by(dealer, NUMBER), sender=intruder)
    assert netting.isUsed(dealer, NUMBER)


def test_works_while_suspended_paused_and_without_a_mover(
    netting, registry, market, security, cycles, dealer, operators
):
    registry.suspend(dealer, "a reason", sender=operators.supervisor)
    market.onboarding.pause("T-2035", "a reason")
    security.removeMover(sender=operators.mover_admin)
    netting.burn(NUMBER, dealer, cycles.burn_by(dealer, NUMBER))
    assert netting.isUsed(dealer, NUMBER)


def test_a_contract_wallet_burns(netting, cycles, vault):
    vault.setMood(1)
    signature = cycles.burn_by(vault, NUMBER)
    with reverts("BadSignature", signer=vault):
        netting.burn(NUMBER, vault, signature)
    vault.setMood(0)
    netting.burn(NUMBER, vault, signature)
    assert netting.isUsed(vault, NUMBER)
