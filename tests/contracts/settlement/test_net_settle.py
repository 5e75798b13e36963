"""NetSettlement.settle: what it requires, in the order of the source, then the good case."""

from collections import defaultdict
from dataclasses import replace

import pytest
from eth_utils import keccak, to_checksum_address

from settlement.chain.base import Transaction
from settlement.model.party import SignerKind, WalletStatus
from settlement.onchain import signing
from settlement.onchain.cycle_signing import statement_hash
from tests.contracts.live import NOBODY, logged, reverts
from tests.contracts.pen import AMOUNT, HOUR, QUANTITY
from tests.contracts.settlement.cycles import (
    NUMBER,
    ROOT,
    in_order,
    movements_in_order,
    transfers,
)
from tests.contracts.settlement.test_contract_wallets import REFUSING, delegated  # noqa: F401
from tests.contracts.settlement.test_signatures import ORDER, _parts

CENT = 10_000
OTHER = "0x" + "12" * 20


@pytest.fixture
def cycles(cycles, pen, broker):
    """With the broker's key, too."""
    pen.keys[broker.address] = broker.key
    return cycles


@pytest.fixture
def nets(dealer, fund, broker, security, cash):
    """dealer sells a million to fund; what the broker bought it sold on."""
    return {
        dealer: {security: -QUANTITY, cash: AMOUNT},
        fund: {security: QUANTITY, cash: -AMOUNT},
        broker: {},
    }


@pytest.fixture
def company(dealer, fund, broker):
    """The addresses of the three, increasing."""
    return in_order(person.address for person in (dealer, fund, broker))


@pytest.fixture
def used(netting, company):
    """For whom the number is gone."""

    def names(number=NUMBER):
        return {address for address in company if netting.isUsed(address, number)}

    return names


# --- its window -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("opens_in", "closes_in"),
    [(1, HOUR), (-HOUR, -1), (1, -1)],
    ids=["one second early", "one second late", "a window that never opens"],
)
def test_not_outside_its_window(netting, cycles, nets, chain, changes, opens_in, closes_in):
    now = chain.now()
    window = {"not_before": now + opens_in, "not_after": now + closes_in}
    signed = cycles.signed(nets, **window)
    with reverts("OutsideWindow", notBefore=now + opens_in, notAfter=now + closes_in, time=now):
        netting.settle(*signed)
    assert changes() == {}


@pytest.mark.parametrize(("opens_in", "closes_in"), [(0, HOUR), (-HOUR, 0), (0, 0)])
def test_at_both_ends_of_its_window(netting, cycles, nets, chain, changes, opens_in, closes_in):
    now = chain.now()
    window = {"not_before": now + opens_in, "not_after": now + closes_in}
    netting.settle(*cycles.signed(nets, **window))
    assert changes()["dealer"] == {"T-2035": -QUANTITY, "USD": AMOUNT}


# --- its company ----------------------------------------------------------------------------------


def test_an_empty_cycle(netting, cycles):
    with reverts("EmptyCycle"):
        netting.settle(cycles.cycle(), [])


def test_participants_stand_in_order(netting, cycles, nets, company, changes):
    cycle, statements = cycles.signed(nets)
    for order in ([1, 0, 2], [0, 2, 1]):
        out_of_order = company[order[1 if order[0] == 1 else 2]]
        with reverts("ParticipantsOutOfOrder", participant=out_of_order):
            netting.settle(cycle, [statements[place] for place in order])
    assert changes() == {}


@pytest.mark.parametrize("place", range(3))
def test_nobody_takes_part_twice(netting, cycles, nets, company, changes, place):
    cycle, statements = cycles.signed(nets)
    with reverts("ParticipantsOutOfOrder", participant=company[place]):
        netting.settle(cycle, sorted([*statements, statements[place]], key=_place_of))
    assert changes() == {}


def _place_of(statement):
    return int(statement.participant, 16)


def test_nobody_is_no_participant(netting, cycles, nets, dealer):
    cycle, statements = cycles.signed(nets)
    with reverts("ParticipantsOutOfOrder", participant=NOBODY):
        netting.settle(cycle, [replace(statements[0], participant=NOBODY), *statements])


@pytest.mark.parametrize("place", range(3))
def test_with_one_left_out_nobody_s_signature_fits(
    netting, cycles, nets, company, changes, used, place
):
    cycle, statements = cycles.signed(nets)
    kept = [*statements[:place], *statements[place + 1 :]]
    with reverts("BadSignature", signer=kept[0].participant):
        netting.settle(cycle, kept)
    with reverts("BadSignature", signer=kept[1].participant):
        netting.settle(cycle, [_signed_anew(cycles, cycle, kept, 0), kept[1]])
    assert changes() == {}
    assert used() == set()


def _signed_anew(cycles, cycle, statements, place):
    """The statement of one, for the company that is there."""
    company = [statement.participant for statement in statements]
    one = statements[place]
    signature = cycles.by(one.participant, cycle, company, one.movements)
    return replace(one, signature=signature)


def test_with_one_put_in_nobody_s_signature_fits(netting, cycles, nets, broker, changes):
    two = {who: own for who, own in nets.items() if who is not broker}
    cycle, statements = cycles.signed(two)
    (more,) = cycles.statements(cycle, {broker: {}})
    crowd = sorted([*statements, more], key=_place_of)
    with reverts("BadSignature", signer=crowd[0].participant):
        netting.settle(cycle, crowd)
    assert changes() == {}


# --- who is active --------------------------------------------------------------------------------


def test_participants_are_registered(netting, cycles, nets, pen, intruder, changes):
    signed = cycles.signed({**nets, intruder: {}})
    with reverts("WalletNotActive", wallet=intruder, status=WalletStatus.UNREGISTERED.value):
        netting.settle(*signed)
    assert changes() == {}


@pytest.mark.parametrize("name", ["dealer", "fund", "broker"])
def test_suspended_after_signing(
    netting, registry, market, cycles, nets, operators, changes, used, name
):
    """The broker too, which neither gets nor gives."""
    wallet = market.directory.party(name)
    signed = cycles.signed(nets)
    registry.suspend(wallet, "under investigation", sender=operators.supervisor)
    with reverts("WalletNotActive", wallet=wallet, status=WalletStatus.SUSPENDED.value):
        netting.settle(*signed)
    assert changes() == {}
    assert used() == set()

    registry.reinstate(wallet, "nothing found", sender=operators.registrar)
    netting.settle(*signed)
    assert len(used()) == 3


def test_closed_after_signing(netting, registry, cycles, nets, fund, operators):
    registry.close(fund, "left the market", sender=operators.registrar)
    with reverts("WalletNotActive", wallet=fund, status=WalletStatus.CLOSED.value):
        netting.settle(*cycles.signed(nets))


# --- what each signed -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"number": NUMBER + 1},
        {"trades_root": bytes(32)},
        {"trade_count": 2},
        {"trade_count": 4},
        {"not_before": 0},
        {"not_after": 2**64 - 1},
    ],
    ids=lambda change: next(iter(change)),
)
def test_not_for_another_cycle(netting, cycles, nets, pen, company, changes, used, change):
    cycle, statements = cycles.signed(nets)
    altered = pen.changed(cycle, **change)
    for place in range(3):
        signed_anew = [_signed_anew(cycles, altered, statements, each) for each in range(place)]
        with reverts("BadSignature", signer=company[place]):
            netting.settle(altered, [*signed_anew, *statements[place:]])
    assert changes() == {}
    assert used() == used(altered.number) == set()


@pytest.mark.parametrize(
    "change",
    [
        {"venue": OTHER},
        {"named": OTHER},
        {"domain": {"chain_id": 1}},
        {"domain": {"contract": OTHER}},
        {"domain": {"name": "DvP Settlement"}},
        {"domain": {"version": "2"}},
    ],
    ids=["venue", "signer", "chain", "contract", "name", "version"],
)
@pytest.mark.parametrize("place", range(3))
def test_not_for_another_venue_signer_chain_or_contract(
    netting, cycles, nets, company, changes, change, place
):
    if "domain" in change:
        change = {"domain": replace(cycles.domain, **change["domain"])}
    cycle, statements = cycles.signed(nets)
    one = statements[place]
    signature = cycles.by(one.participant, cycle, company, one.movements, **change)
    statements[place] = replace(one, signature=signature)
    with reverts("BadSignature", signer=company[place]):
        netting.settle(cycle, statements)
    assert changes() == {}


def altered_by(alteration, movements, cash):
    """Movements of dealer or fund after somebody changed them."""
    if alteration == "a cent":
        return tuple(
            replace(each, amount=each.amount - CENT if each.asset == cash.address else each.amount)
            for each in movements
        )
    if alteration == "dropped":
        return movements[:1]
    if alteration == "all dropped":
        return ()
    if alteration == "turned":
        return tuple(replace(each, amount=-each.amount) for each in movements)
    return movements_in_order([*((m.asset, m.amount) for m in movements), (OTHER, 1)])


@pytest.mark.parametrize("alteration", ["a cent", "dropped", "all dropped", "turned", "added"])
@pytest.mark.parametrize("name", ["dealer", "fund"])
def test_not_for_other_movements(
    netting, cycles, nets, market, cash, changes, used, alteration, name
):
    who = market.directory.party(name).address
    cycle, statements = cycles.signed(nets)
    place = [statement.participant for statement in statements].index(who)
    movements = altered_by(alteration, statements[place].movements, cash)
    statements[place] = replace(statements[place], movements=movements)
    with reverts("BadSignature", signer=who):
        netting.settle(cycle, statements)
    assert changes() == {}
    assert used() == set()


def test_nobody_signs_in_the_name_of_another(netting, cycles, pen, dealer, fund, broker, changes):
    """Where all have the same movements, each statement still names its signer."""
    cycle, statements = cycles.signed({dealer: {}, fund: {}, broker: {}})
    first, second, third = statements
    exchanged = [replace(first, signature=second.signature), second, third]
    with reverts("BadSignature", signer=first.participant):
        netting.settle(cycle, exchanged)
    company = [each.participant for each in statements]
    struct = statement_hash(cycles.venue, cycle, company, (), first.participant)
    forged = signing.sign(pen.keys[second.participant], cycles.domain, struct)
    with reverts("BadSignature", signer=first.participant):
        netting.settle(cycle, [replace(first, signature=forged), second, third])


@pytest.mark.parametrize("place", range(3))
def test_everybody_signs(netting, cycles, nets, company, changes, used, place):
    """The one with no movement too."""
    cycle, statements = cycles.signed(nets)
    for nothing in (b"", bytes(65)):
        statements[place] = replace(statements[place], signature=nothing)
        with reverts("BadSignature", signer=company[place]):
            netting.settle(cycle, statements)
    assert changes() == {}
    assert used() == set()


@pytest.mark.parametrize("place", range(3))
def test_a_malleable_or_malformed_signature(netting, cycles, nets, company, changes, place):
    cycle, statements = cycles.signed(nets)
    good = statements[place].signature
    r, s, v = _parts(good)
    malformed = {
        "malleable": r.to_bytes(32) + (ORDER - s).to_bytes(32) + bytes([55 - v]),
        "compact": r.to_bytes(32) + (s | (v - 27) << 255).to_bytes(32),
        "long": good + b"\0",
        "short": good[:64],
        "of another parity": good[:64] + bytes([55 - v]),
        "without 27": good[:64] + bytes([v - 27]),
    }
    for signature in malformed.values():
        statements[place] = replace(statements[place], signature=signature)
        with reverts("BadSignature", signer=company[place]):
            netting.settle(cycle, statements)
    assert changes() == {}


def test_a_confirmation_or_a_burn_is_no_statement(netting, cycles, nets, dealer, fund, company):
    cycle, statements = cycles.signed(nets)
    trade = cycles.trade(company[0], company[1])
    others = [cycles.confirmation_by(company[0], trade), cycles.burn_by(company[0], NUMBER)]
    for signature in others:
        statements[0] = replace(statements[0], signature=signature)
        with reverts("BadSignature", signer=company[0]):
            netting.settle(cycle, statements)


# --- contract wallets, and keys with code ---------------------------------------------------------


@pytest.fixture
def sale(vault, fund, security, cash):
    """A contract wallet sells a million to fund."""
    return {vault: {security: -QUANTITY, cash: CENT}, fund: {security: QUANTITY, cash: -CENT}}


def test_a_contract_wallet_takes_part(netting, cycles, sale, vault, security, cash):
    before = security.balanceOf(vault)
    netting.settle(*cycles.signed(sale))
    assert (before - security.balanceOf(vault), cash.balanceOf(vault)) == (QUANTITY, CENT)
    assert netting.isUsed(vault, NUMBER)


@pytest.mark.parametrize("mood", REFUSING)
def test_a_contract_wallet_that_does_not_approve(netting, cycles, sale, vault, changes, mood):
    vault.setMood(mood)
    with reverts("BadSignature", signer=vault):
        netting.settle(*cycles.signed(sale))
    assert changes() == {}
    assert not netting.isUsed(vault, NUMBER)


def test_a_contract_registered_as_a_key_never_signs(
    netting, cycles, registry, pen, live, dealer, fund, operators, chain
):
    wallet = live("ContractWallet", dealer.address)
    lei = dealer.participant.lei.encode()
    registry.register(wallet, lei, 0, SignerKind.KEY.value, chain.now(), sender=operators.registrar)
    pen.keys[wallet.address] = dealer.key
    with reverts("BadSignature", signer=wallet):
        netting.settle(*cycles.signed({wallet: {}, fund: {}}))


def test_a_key_stays_a_key_under_a_delegation(
    netting,
    cycles,
    delegated,  # noqa: F811
    nets,
    dealer,
    intruder,
    company,
    changes,
):
    """What the intruder signs is approved by the code at the dealer's address, and by nobody."""
    cycle, statements = cycles.signed(nets)
    place = company.index(dealer.address)
    own = statements[place]
    struct = statement_hash(cycles.venue, cycle, company, own.movements, dealer.address)
    hijacked = list(statements)
    hijacked[place] = replace(own, signature=signing.sign(intruder.key, cycles.domain, struct))
    with reverts("BadSignature", signer=dealer):
        netting.settle(cycle, hijacked)
    assert changes() == {}

    netting.settle(cycle, statements)
    assert changes()["dealer"] == {"T-2035": -QUANTITY, "USD": AMOUNT}


# --- its number -----------------------------------------------------------------------------------


def test_settles_once(netting, cycles, nets, company, changes):
    signed = cycles.signed(nets)
    netting.settle(*signed)
    moved = changes()
    with reverts("CycleUsed", participant=company[0], cycle=NUMBER):
        netting.settle(*signed)
    assert changes() == moved


def test_of_one_number_nothing_else_settles(netting, cycles, nets, pen, company, dealer, changes):
    """With another root, another window and other movements: signed by all the same."""
    netting.settle(*cycles.signed(nets))
    moved = changes()
    for change in ({"trades_root": bytes(32)}, {"not_after": 2**64 - 1}, {"trade_count": 9}):
        with reverts("CycleUsed", participant=company[0], cycle=NUMBER):
            netting.settle(*cycles.signed({who: {} for who in nets}, **change))
    assert changes() == moved


@pytest.mark.parametrize("first", ["with the broker", "without it"])
def test_of_two_proposals_that_share_anybody_one_executes(
    netting, cycles, nets, broker, dealer, company, changes, first
):
    """The broker did not pay, say: proposed anew without it, and both proposals were signed."""
    whole = cycles.signed(nets)
    without = {who: own for who, own in nets.items() if who is not broker}
    rest = cycles.signed(without)
    proposals = [whole, rest] if first == "with the broker" else [rest, whole]
    netting.settle(*proposals[0])
    moved = changes()
    shared = in_order(who.address for who in without)[0]
    with reverts("CycleUsed", participant=shared, cycle=NUMBER):
        netting.settle(*proposals[1])
    assert changes() == moved
    assert netting.isUsed(broker, NUMBER) is (first == "with the broker")


def test_a_colluder_consumes_its_own_number_only(
    netting, cycles, nets, dealer, fund, broker, security, used, changes
):
    """It executes the same number with somebody else; the others are free to go on without it."""
    whole = cycles.signed(nets)
    netting.settle(*cycles.signed({broker: {}}, trades_root=bytes(32)))
    assert used() == {broker.address}
    with reverts("CycleUsed", participant=broker, cycle=NUMBER):
        netting.settle(*whole)
    netting.settle(*cycles.signed({who: own for who, own in nets.items() if who is not broker}))
    assert changes()["fund"] == {"T-2035": QUANTITY, "USD": -AMOUNT}


def test_proposals_that_share_nobody_both_execute(
    netting, cycles, dealer, fund, broker, security, used
):
    """A number is each participant's own: a cycle in two halves consumes it once for each."""
    netting.settle(*cycles.signed({dealer: {security: -1_000}, broker: {security: 1_000}}))
    netting.settle(*cycles.signed({fund: {}}))
    assert len(used()) == 3


NUMBERS = [0, 1, 255, 256, 257, 511, 512, 2**64, 2**255, 2**256 - 2, 2**256 - 1]


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_is_one_bit(netting, cycles, dealer, fund, used, number):
    netting.settle(*cycles.signed({dealer: {}, fund: {}}, number=number))
    assert used(number) == {dealer.address, fund.address}
    neighbours = {number ^ 1 << bit for bit in (*range(10), 255)}
    assert all(used(each) == set() for each in neighbours)
    low = in_order([dealer.address, fund.address])[0]
    with reverts("CycleUsed", participant=low, cycle=number):
        netting.settle(*cycles.signed({dealer: {}, fund: {}}, number=number))


def test_numbers_settle_in_any_order(netting, cycles, dealer, fund, used):
    for number in (3, 1, 0, 255, 2):
        netting.settle(*cycles.signed({dealer: {}, fund: {}}, number=number))
    assert [number for number in range(8) if used(number)] == [0, 1, 2, 3]


# --- its movements --------------------------------------------------------------------------------


@pytest.fixture
def one_sided(cycles, dealer, fund):
    """`one_sided(movements)`: a cycle in which the dealer has just these, signed."""

    def write(movements):
        cycle = cycles.cycle()
        company = in_order([dealer.address, fund.address])
        parts = {dealer.address: tuple(movements), fund.address: ()}
        statements = cycles.statements(cycle, {dealer: {}, fund: {}})
        return cycle, [
            replace(
                each,
                movements=parts[each.participant],
                signature=cycles.by(each.participant, cycle, company, parts[each.participant]),
            )
            for each in statements
        ]

    return write


def test_movements_stand_in_order(netting, one_sided, security, cash, dealer):
    ordered = movements_in_order([(security.address, -1_000), (cash.address, CENT)])
    with reverts("MovementsOutOfOrder", participant=dealer, asset=ordered[0].asset):
        netting.settle(*one_sided(ordered[::-1]))


def test_no_asset_comes_twice(netting, one_sided, security, dealer):
    (once,) = movements_in_order([(security.address, -1_000)])
    with reverts("MovementsOutOfOrder", participant=dealer, asset=security):
        netting.settle(*one_sided([once, replace(once, amount=1_000)]))


def test_nobody_is_no_asset(netting, one_sided, dealer):
    with reverts("MovementsOutOfOrder", participant=dealer, asset=NOBODY):
        netting.settle(*one_sided(movements_in_order([(NOBODY, 1)])))


def test_a_movement_is_not_of_nothing(netting, cycles, nets, broker, security):
    with reverts("EmptyMovement", participant=broker, asset=security):
        netting.settle(*cycles.signed({**nets, broker: {security: 0}}))


@pytest.mark.parametrize("amount", [2**127, 2**128, 2**255 - 1, -(2**127) - 1, -(2**255)])
def test_an_amount_beyond_any_net(netting, cycles, dealer, fund, security, amount):
    with reverts("SafeCastOverflowedIntDowncast", bits=128, value=amount):
        netting.settle(*cycles.signed({dealer: {security: amount}, fund: {}}))


def test_the_largest_amounts_sum_without_overflow(
    netting, cycles, dealer, fund, broker, cash, market, pen
):
    """Three of the largest are what they are, and a payer of two is told all that it owes."""
    bank = market.add_participant("bank")
    pen.keys[bank.address] = bank.key
    most = 2**127 - 1
    people = (dealer, fund, broker)
    with reverts("NotBalanced", asset=cash, excess=3 * most):
        netting.settle(*cycles.signed({who: {cash: most} for who in people}))
    with reverts("NotBalanced", asset=cash, excess=-3 * (most + 1)):
        netting.settle(*cycles.signed({who: {cash: -most - 1} for who in people}))
    owed = {"account": bank, "needed": 2 * (2**126), "available": 0}
    with reverts("InsufficientFreeBalance", asset=cash, **owed):
        netting.settle(
            *cycles.signed({dealer: {cash: 2**126}, fund: {cash: 2**126}, bank: {cash: -(2**127)}})
        )


@pytest.mark.parametrize("excess", [1, -1, CENT, 1_000, -1_000])
@pytest.mark.parametrize("symbol", ["T-2035", "USD"])
def test_each_asset_sums_to_zero(
    netting, cycles, nets, fund, market, changes, used, symbol, excess
):
    asset = market.directory.asset(symbol)
    own = {
        asset_of_fund: units + (excess if asset_of_fund.address == asset.address else 0)
        for asset_of_fund, units in nets[fund].items()
    }
    with reverts("NotBalanced", asset=asset, excess=excess):
        netting.settle(*cycles.signed({**nets, fund: own}))
    assert changes() == {}
    assert used() == set()


def test_two_assets_do_not_balance_each_other(netting, cycles, dealer, fund, security, cash):
    newest = max(security, cash, key=lambda asset: int(asset.address, 16))
    other = {security, cash}.difference([newest]).pop()
    with reverts("NotBalanced", asset=newest, excess=1_000):
        netting.settle(*cycles.signed({dealer: {newest: 1_000}, fund: {other: -1_000}}))


# --- what the tokens say --------------------------------------------------------------------------


@pytest.mark.parametrize(("symbol", "lot"), [("T-2035", 1_000), ("USD", CENT)])
def test_short_by_one_piece(netting, cycles, market, dealer, fund, used, changes, symbol, lot):
    asset = market.directory.asset(symbol)
    payer, payee = (dealer, fund) if symbol == "T-2035" else (fund, dealer)
    held = market.balance(payer.name, symbol)
    short = {"asset": asset, "account": payer, "available": held}
    with reverts("InsufficientFreeBalance", needed=held + lot, **short):
        netting.settle(*cycles.signed({payer: {asset: -held - lot}, payee: {asset: held + lot}}))
    assert changes() == {}
    assert used() == set()
    netting.settle(*cycles.signed({payer: {asset: -held}, payee: {asset: held}}))
    assert changes()[payer.name] == {symbol: -held}


def test_one_that_cannot_pay_stops_all(netting, cycles, nets, broker, dealer, cash, changes, used):
    short = {**nets, broker: {cash: -CENT}, dealer: {**nets[dealer], cash: AMOUNT + CENT}}
    error = {"account": broker, "needed": CENT, "available": 0}
    with reverts("InsufficientFreeBalance", asset=cash, **error):
        netting.settle(*cycles.signed(short))
    assert changes() == {}
    assert used() == set()


def test_a_payer_of_several_is_told_its_whole_need(
    netting, cycles, fund, dealer, broker, cash, changes
):
    held = cash.balanceOf(fund)
    owed = {"account": fund, "needed": held + CENT, "available": held}
    with reverts("InsufficientFreeBalance", asset=cash, **owed):
        netting.settle(
            *cycles.signed({fund: {cash: -held - CENT}, dealer: {cash: CENT}, broker: {cash: held}})
        )
    assert changes() == {}


def test_of_100_with_30_frozen_70_settle_and_71_do_not(
    netting, settlement, cycles, pen, security, dealer, broker, fund, operators
):
    settlement.deliverFree(*pen.delivered(pen.delivery(dealer, broker, quantity=100_000)))
    security.setFrozenTokens(broker, 30_000, sender=operators.freezer)
    short = {"asset": security, "account": broker, "available": 70_000}
    with reverts("InsufficientFreeBalance", needed=71_000, **short):
        netting.settle(*cycles.signed({broker: {security: -71_000}, fund: {security: 71_000}}))
    netting.settle(*cycles.signed({broker: {security: -70_000}, fund: {security: 70_000}}))
    assert security.balanceOf(broker) == 30_000


def test_the_denomination_counts_for_what_moves(
    netting, cycles, dealer, fund, broker, security, changes
):
    piece = {"asset": security, "denomination": 1_000}
    with reverts("NotDenominated", quantity=1_500, **piece):
        netting.settle(*cycles.signed({dealer: {security: -1_500}, fund: {security: 1_500}}))
    quantities = {dealer: -2_000, fund: 1_500, broker: 500}
    first = max(fund, broker, key=lambda who: int(who.address, 16))
    with reverts("NotDenominated", quantity=quantities[first], **piece):
        netting.settle(
            *cycles.signed({who: {security: units} for who, units in quantities.items()})
        )
    assert changes() == {}


@pytest.mark.parametrize("symbol", ["T-2035", "USD"])
def test_paused(netting, market, cycles, nets, changes, used, symbol):
    signed = cycles.signed(nets)
    market.onboarding.pause(symbol, "investigation")
    with reverts("AssetPaused", asset=market.directory.asset(symbol)):
        netting.settle(*signed)
    assert changes() == {}
    assert used() == set()
    market.onboarding.unpause(symbol, "all is well")
    netting.settle(*signed)
    assert len(used()) == 3


@pytest.mark.parametrize(("late", "settles"), [(0, True), (1, False)])
def test_the_sunset(netting, cycles, nets, security, chain, changes, late, settles):
    sunset = security.sunset()
    signed = cycles.signed(nets, not_before=sunset, not_after=sunset + HOUR)
    chain.advance_to(sunset + late)
    if settles:
        netting.settle(*signed)
    else:
        with reverts("PastSunset", asset=security, sunset=sunset):
            netting.settle(*signed)
    assert bool(changes()) is settles


@pytest.mark.parametrize("symbol", ["T-2035", "USD"])
def test_taking_the_mover_away_stops_cycles_at_once(
    netting, settlement, security, cash, cycles, nets, operators, changes, used, symbol
):
    signed = cycles.signed(nets)
    asset = security if symbol == "T-2035" else cash
    asset.removeMover(sender=operators.mover_admin)
    with reverts("NotTheMover", asset=asset, caller=settlement):
        netting.settle(*signed)
    assert changes() == {}
    assert used() == set()


# --- the good case --------------------------------------------------------------------------------


def test_settles(netting, cycles, nets, company, changes, exchanged, used):
    events = netting.settle(*cycles.signed(nets))
    told = dict(logged(events, "CycleSettled"))
    assert [to_checksum_address(who) for who in told.pop("participants")] == company
    assert told == {"cycle": NUMBER, "tradesRoot": ROOT, "tradeCount": 3}
    assert [event.name for event in events] == ["CycleSettled", "Transfer", "Transfer"]
    assert changes() == exchanged
    assert used() == set(company)


def test_anybody_submits(netting, cycles, nets, intruder, changes, exchanged):
    netting.settle(*cycles.signed(nets), sender=intruder)
    assert changes() == exchanged


def test_the_transfers_rebuild_the_nets(netting, cycles, dealer, fund, broker, security, cash):
    nets = {
        dealer: {security: -5_000, cash: 3 * CENT},
        fund: {security: 2_000, cash: -7 * CENT},
        broker: {security: 3_000, cash: 4 * CENT},
    }
    receipt = netting.receipt("settle", *cycles.signed(nets))
    rebuilt = defaultdict(lambda: defaultdict(int))
    for asset, source, target, units in transfers(receipt.logs):
        rebuilt[source][asset] -= units
        rebuilt[target][asset] += units
    assert rebuilt == {
        who.address: {asset.address: units for asset, units in own.items()}
        for who, own in nets.items()
    }


def test_all_net_to_nothing_and_nothing_moves(
    netting, cycles, dealer, fund, broker, changes, used, company
):
    """Equal and opposite trades: everybody signs an empty net."""
    events = netting.settle(*cycles.signed({dealer: {}, fund: {}, broker: {}}))
    assert [event.name for event in events] == ["CycleSettled"]
    assert changes() == {}
    assert used() == set(company)


def test_one_alone_settles_nothing(netting, cycles, dealer, changes, used):
    netting.settle(*cycles.signed({dealer: {}}))
    assert changes() == {}
    assert used() == {dealer.address}


def test_what_passes_through_a_wallet_does_not_touch_it(
    netting, cycles, dealer, fund, broker, cash, changes
):
    """The broker has no cash; what it gets it gives."""
    netting.settle(*cycles.signed({fund: {cash: -CENT}, broker: {}, dealer: {cash: CENT}}))
    assert changes() == {"fund": {"USD": -CENT}, "dealer": {"USD": CENT}}


def test_everything_that_is_held_settles(netting, cycles, dealer, fund, security, cash):
    quantity, amount = security.balanceOf(dealer), cash.balanceOf(fund)
    netting.settle(
        *cycles.signed(
            {dealer: {security: -quantity, cash: amount}, fund: {security: quantity, cash: -amount}}
        )
    )
    assert (security.balanceOf(fund), cash.balanceOf(dealer)) == (quantity, amount)
    assert security.balanceOf(dealer) == cash.balanceOf(fund) == 0


def test_the_root_wallet_reverses_what_a_cycle_moved(netting, cycles, nets, market, changes):
    netting.settle(*cycles.signed(nets))
    market.onboarding.root_move("fund", "dealer", "T-2035", QUANTITY, "an error", bytes(32))
    assert changes() == {"dealer": {"USD": AMOUNT}, "fund": {"USD": -AMOUNT}}


# --- before anything moves ------------------------------------------------------------------------


def test_an_address_without_code_is_named(netting, cycles, dealer, fund, broker):
    """Also where it is asked for a payer's free balance first."""
    for nets in ({dealer: -1, fund: 1}, {dealer: -2, fund: 1, broker: 1}):
        everybody = {who: {OTHER: amount} for who, amount in nets.items()}
        with reverts("NotAToken", asset=OTHER):
            netting.settle(*cycles.signed(everybody))


def test_a_token_that_is_asked_who_can_pay_sees_that_nothing_has_moved(
    market, netting, cycles, dealer, fund, broker, cash, security
):
    """Its free balance is two while the taker of the asset above it has none of that, else zero."""
    above = max(security, cash, key=lambda asset: int(asset.address, 16))
    giver, taker = (dealer, fund) if above is security else (fund, dealer)
    code = looking_at(above.address, taker.address)
    token = OTHER
    while token == OTHER or int(token, 16) > int(above.address, 16):
        creation = Transaction(market.operators.deployer, None, code, 500_000)
        (made,) = market.chain.submit([creation])
        token = made.contract
    lowest = min((dealer, fund, broker), key=lambda who: int(who.address, 16))
    nets = {who: {token: 1} for who in (dealer, fund, broker)}
    nets[lowest] = {token: -2}
    nets[giver][above], nets[taker][above] = -1_000, 1_000
    netting.settle(*cycles.signed(nets))
    assert above.balanceOf(taker.address) == 1_000


def looking_at(asset, holder):
    """Code that answers every call with two where `holder` has none of `asset`, else with zero."""
    question = keccak(text="balanceOf(address)")[:4]
    runtime = (
        bytes.fromhex("63")
        + question
        + bytes.fromhex("60e01b5f52")  # the selector
        + bytes.fromhex("73" + holder[2:] + "600452")  # its argument
        + bytes.fromhex("60205f60245f73" + asset[2:] + "5afa50")  # asked
        + bytes.fromhex("5f511560011b5f5260205ff3")  # twice whether the answer is zero
    )
    return bytes([0x60, len(runtime)]) + bytes.fromhex("8060095f395ff3") + runtime
