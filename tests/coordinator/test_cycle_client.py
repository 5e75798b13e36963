"""The coordinator that lies: what a participant's own client does not sign about netting cycles.

One attack for each rule. The honest proposal is the desk's own; each test changes one thing of it.
"""

from dataclasses import replace
from decimal import Decimal

import pytest
from eth_utils import keccak

from settlement.coordinator.consents import Consents
from settlement.coordinator.cycle_client import LONGEST_WINDOW, CycleClient
from settlement.coordinator.cycle_draft import Shortfall, Window
from settlement.errors import RefusedToSign, UnknownName
from settlement.model.cycle import NetMovement, for_cycle
from settlement.onchain.cycle_signing import (
    confirmation_hash,
    cycle_domain,
    leaf_of,
    statement_hash,
)
from settlement.onchain.merkle import MerkleTree
from settlement.onchain.signing import sign

CENT = 10_000
OTHER = "0x" + "77" * 20

MISSING = "trades of its own are missing, or are not its own"
MOVEMENTS = "its movements are not those of its own trades"
ROOT = "trades of its own are not under the root"
COMPANY = "it is not among the participants"


@pytest.fixture
def trade(market):
    """`trade("C9", "dealer", "fund", 1_000, "5.00")`: matched, for cycle one or another."""

    def write(reference, seller, buyer, quantity, amount, cycle=1):
        amount = Decimal(amount)
        both = market.instructions(reference, seller, buyer, "T-2035", quantity, "USD", amount)
        return for_cycle(market.dvp.match(*both), cycle)

    return write


@pytest.fixture
def trades(market, trade):
    """Four trades of cycle one, confirmed. The broker sells on what it buys, and keeps a little."""
    for name in ("broker", "bank"):
        market.add_participant(name)
    number = market.cycles.new_cycle()
    assert number == 1
    written = {
        "C1": trade("C1", "dealer", "fund", 2_000, "2015.00"),
        "C2": trade("C2", "dealer", "broker", 1_000, "1007.50"),
        "C3": trade("C3", "broker", "fund", 1_000, "1008.00"),
        "C4": trade("C4", "dealer", "bank", 1_000, "1007.00"),
    }
    for reference, each in written.items():
        market.cycles.confirm(reference, each)
    return written


@pytest.fixture
def window(chain):
    """An hour from now on."""
    return Window(chain.now(), chain.now() + 3_600)


@pytest.fixture
def draft(market, trades, window):
    """All four, netted."""
    return market.cycles.draft(1, window)


@pytest.fixture
def without_bank(market, trades, window):
    """Netted anew, because the bank cannot pay."""
    short = Shortfall("bank", market.directory.cash("USD"), 1_007_000_000, 0)
    return market.cycles.draft(1, window, [short])


@pytest.fixture
def dealer(cast):
    """The client under attack: it sold in three of the four."""
    return cast.dealer


@pytest.fixture
def client(market, dealer):
    """Its client."""
    return market.cycles.client(dealer.address)


@pytest.fixture
def honest(draft, dealer):
    """What it is shown when nobody lies."""
    return draft.proposal_to(dealer.address)


def refuses(client, proposal, why):
    with pytest.raises(RefusedToSign) as caught:
        client.sign(proposal)
    assert caught.value.details == {"signer": client.party.name, "why": why}
    cycle = proposal.cycle.number
    assert str(caught.value) == f"{client.party.name}'s client does not sign cycle {cycle}: {why}"


def with_cycle(proposal, **changes):
    return replace(proposal, cycle=replace(proposal.cycle, **changes))


def without_trade(proposal, trade):
    """Its leaf hidden."""
    leaf = leaf_of(trade)
    return replace(proposal, proofs={k: v for k, v in proposal.proofs.items() if k != leaf})


# --- the truth ------------------------------------------------------------------------------------


def test_the_truth_is_signed_by_everybody(market, draft):
    for statement in market.cycles.sign(draft):
        client = market.cycles.client(statement.participant)
        struct = statement_hash(
            market.deployment.settlement.address,
            draft.cycle,
            draft.participants,
            statement.movements,
            statement.participant,
        )
        assert statement.signature == sign(client.party.key, market.cycles.domain, struct)


# --- its movements --------------------------------------------------------------------------------


@pytest.mark.parametrize("difference", [CENT, -CENT, 1, -1])
@pytest.mark.parametrize("place", [0, 1])
def test_a_movement_altered_by_a_cent_or_a_unit(client, honest, place, difference):
    movements = list(honest.movements)
    amount = movements[place].amount + difference
    movements[place] = replace(movements[place], amount=amount)
    refuses(client, replace(honest, movements=tuple(movements)), MOVEMENTS)


@pytest.mark.parametrize(
    "change",
    [
        lambda movements: movements[:1],
        lambda movements: movements[1:],
        lambda movements: (),
        lambda movements: (movements[0], movements[0], movements[1]),
        lambda movements: movements + movements,
        lambda movements: (*movements, NetMovement(OTHER, -1)),
        lambda movements: (NetMovement(OTHER, 1), *movements),
        lambda movements: movements[::-1],
        lambda movements: tuple(replace(each, amount=-each.amount) for each in movements),
        lambda movements: tuple(replace(each, asset=OTHER) for each in movements),
    ],
    ids=[
        *("second dropped", "first dropped", "all dropped", "doubled", "all doubled"),
        *("added behind", "added before", "in another order", "turned", "of other assets"),
    ],
)
def test_movements_dropped_doubled_or_added(client, honest, change):
    assert len(honest.movements) == 2
    refuses(client, replace(honest, movements=change(honest.movements)), MOVEMENTS)


def test_a_movement_for_whoever_has_none(market, trade, window):
    """Equal and opposite trades come to nothing, and nothing is what it signs."""
    number = market.cycles.new_cycle()
    for reference, sides in (("there", ("dealer", "fund")), ("back", ("fund", "dealer"))):
        market.cycles.confirm(reference, trade(reference, *sides, 1_000, "5.00", number))
    draft = market.cycles.draft(number, window)
    for participant in draft.participants:
        client, proposal = market.cycles.client(participant), draft.proposal_to(participant)
        assert proposal.movements == ()
        assert len(client.sign(proposal)) == 65
        usd = market.directory.cash("USD").address
        for amount in (-CENT, 0):
            altered = replace(proposal, movements=(NetMovement(usd, amount),))
            refuses(client, altered, MOVEMENTS)


# --- its trades -----------------------------------------------------------------------------------


@pytest.mark.parametrize("reference", ["C1", "C2", "C4"])
def test_a_trade_left_out_quietly(market, trades, honest, client, dealer, draft, reference):
    """Consistently so: netted without it, under the root of the others."""
    refuses(client, without_trade(honest, trades[reference]), MISSING)
    kept = [each for each in draft.trades if each.reference != reference]
    tree = MerkleTree(leaf_of(each.trade) for each in kept)
    own = [leaf_of(each.trade) for each in kept if dealer.address in each.trade.sides]
    consistent = replace(
        with_cycle(honest, trades_root=tree.root, trade_count=len(kept)),
        proofs={leaf: tree.proof(leaf) for leaf in own},
    )
    refuses(client, consistent, MISSING)


def test_a_trade_invented_in_its_name(market, trades, trade, honest, client, dealer, draft):
    invented = trade("C9", "dealer", "fund", 1_000, "0.01")
    leaves = [leaf_of(each.trade) for each in draft.trades]
    tree = MerkleTree([*leaves, leaf_of(invented)])
    own = [*honest.proofs, leaf_of(invented)]
    proposal = replace(
        with_cycle(honest, trades_root=tree.root, trade_count=5),
        proofs={leaf: tree.proof(leaf) for leaf in own},
    )
    refuses(client, proposal, MISSING)
    hidden = replace(proposal, proofs={leaf: tree.proof(leaf) for leaf in honest.proofs})
    moved = tuple(
        replace(each, amount=each.amount + (CENT if each.amount > 0 else -1_000))
        for each in honest.movements
    )
    refuses(client, replace(hidden, movements=moved), MOVEMENTS)


def test_a_trade_of_others_as_its_own(trades, honest, client, draft):
    leaf = leaf_of(trades["C3"])
    proofs = {**honest.proofs, leaf: draft.tree.proof(leaf)}
    refuses(client, replace(honest, proofs=proofs), MISSING)


def test_a_trade_on_other_terms(market, trades, honest, client, draft):
    """A cent less for what it sold: another leaf."""
    cheaper = replace(trades["C1"], amount=trades["C1"].amount - CENT)
    leaves = [leaf_of(each.trade) for each in draft.trades if each.reference != "C1"]
    tree = MerkleTree([*leaves, leaf_of(cheaper)])
    own = [leaf_of(cheaper), leaf_of(trades["C2"]), leaf_of(trades["C4"])]
    proposal = replace(
        with_cycle(honest, trades_root=tree.root),
        proofs={leaf: tree.proof(leaf) for leaf in own},
    )
    refuses(client, proposal, MISSING)


def test_a_trade_of_another_cycle(market, trade, trades, client, dealer, draft, honest):
    """Confirmed for the second cycle, put into the first."""
    second = market.cycles.new_cycle()
    later = trade("C5", "dealer", "fund", 1_000, "1007.50", second)
    market.cycles.confirm("C5", later)
    leaves = [leaf_of(each.trade) for each in draft.trades]
    tree = MerkleTree([*leaves, leaf_of(later)])
    proposal = replace(
        with_cycle(honest, trades_root=tree.root, trade_count=5),
        proofs={leaf: tree.proof(leaf) for leaf in [*honest.proofs, leaf_of(later)]},
    )
    refuses(client, proposal, MISSING)
    assert len(client.sign(honest)) == 65


def test_the_cycle_under_another_number(trades, honest, client):
    refuses(client, with_cycle(honest, number=2), MISSING)


def test_a_second_cycle_without_trades_of_its_own_takes_nothing_of_it(trades, honest, client):
    """It may be listed where it has no part; it gives nothing there."""
    elsewhere = replace(with_cycle(honest, number=2), proofs={})
    refuses(client, elsewhere, MOVEMENTS)
    assert len(client.sign(replace(elsewhere, movements=()))) == 65


# --- the root and the count -----------------------------------------------------------------------


def test_a_root_without_its_trades(trades, honest, client, draft):
    refuses(client, with_cycle(honest, trades_root=bytes(32)), ROOT)
    others = MerkleTree([leaf_of(trades["C3"])])
    refuses(client, with_cycle(honest, trades_root=others.root), ROOT)


@pytest.mark.parametrize("reference", ["C1", "C2", "C4"])
def test_a_root_without_one_of_its_trades(trades, honest, client, draft, reference):
    """The others proved; for this one there is no proof, whatever is shown in its place."""
    left_out = leaf_of(trades[reference])
    tree = MerkleTree(leaf_of(t) for name, t in trades.items() if name != reference)
    proofs = {leaf: tree.proof(leaf) for leaf in honest.proofs if leaf != left_out}
    for shown in ((), draft.tree.proof(left_out), (tree.root,), next(iter(proofs.values()))):
        proposal = replace(
            with_cycle(honest, trades_root=tree.root), proofs={**proofs, left_out: shown}
        )
        refuses(client, proposal, ROOT)


def test_a_proof_with_a_wrong_sibling(trades, honest, client):
    for leaf, proof in honest.proofs.items():
        for place in range(len(proof)):
            wrong = (*proof[:place], keccak(proof[place]), *proof[place + 1 :])
            refuses(client, replace(honest, proofs={**honest.proofs, leaf: wrong}), ROOT)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_count_less_than_its_own(honest, client, count):
    why = "the count of trades is less than its own"
    refuses(client, with_cycle(honest, trade_count=count), why)


# --- the company ----------------------------------------------------------------------------------


def test_a_list_without_itself(honest, client, dealer):
    others = tuple(who for who in honest.participants if who != dealer.address)
    refuses(client, replace(honest, participants=others), COMPANY)
    refuses(client, replace(honest, participants=()), COMPANY)


def test_a_member_left_out_though_not_named(client, without_bank):
    """Proposed as the desk would without the bank, but nobody says so."""
    quietly = replace(without_bank.proposal_to(client.party.address), without=())
    refuses(client, quietly, MISSING)


def test_a_member_named_as_left_out_though_it_takes_part(market, honest, client):
    bank = market.directory.party("bank").address
    why = "somebody takes part and is left out at once"
    refuses(client, replace(honest, without=(bank,)), why)
    refuses(client, replace(honest, without=(client.party.address,)), why)


def test_a_member_named_as_left_out_though_its_trades_are_in(market, honest, client):
    """Off the list of participants, its trade still netted against this one."""
    bank = market.directory.party("bank").address
    others = tuple(who for who in honest.participants if who != bank)
    refuses(client, replace(honest, participants=others, without=(bank,)), MISSING)


def test_a_member_named_as_left_out_and_its_trade_only_hidden(market, trades, honest, client):
    """The leaf is gone, and the movements are as with it."""
    bank = market.directory.party("bank").address
    others = tuple(who for who in honest.participants if who != bank)
    hidden = without_trade(honest, trades["C4"])
    refuses(client, replace(hidden, participants=others, without=(bank,)), MOVEMENTS)


def test_a_proposal_anew_without_a_member_that_is_named_is_signed(market, without_bank):
    assert without_bank.without == (market.directory.party("bank").address,)
    assert [each.reference for each in without_bank.left_out] == ["C4"]
    assert [len(each.signature) for each in market.cycles.sign(without_bank)] == [65, 65, 65]


# --- the window -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("opens", "closes"),
    [
        (0, -1),
        (-60, -1),
        (1, 0),
        (0, LONGEST_WINDOW),
        (LONGEST_WINDOW, LONGEST_WINDOW + 60),
        (365 * 86_400, 365 * 86_400 + 60),
        (-365 * 86_400, 60 - 365 * 86_400),
        (0, 2**63),
    ],
)
def test_a_window_that_does_not_end_within_a_day(chain, honest, client, opens, closes):
    now = chain.now()
    asked = with_cycle(honest, not_before=now + opens, not_after=now + closes)
    refuses(client, asked, "the window does not end within a day from now")


@pytest.mark.parametrize(("opens", "closes"), [(0, 0), (-60, 0), (0, LONGEST_WINDOW - 1)])
def test_a_window_that_ends_within_a_day_is_signed(chain, honest, client, opens, closes):
    now = chain.now()
    asked = with_cycle(honest, not_before=now + opens, not_after=now + closes)
    assert len(client.sign(asked)) == 65


# --- the venue ------------------------------------------------------------------------------------


def test_a_statement_is_good_for_its_own_venue_alone(market, honest, client, dealer):
    """Which the proposal does not even say: it is the client's own knowledge."""
    statement = (honest.cycle, honest.participants, honest.movements, dealer.address)
    venue, domain = market.deployment.settlement.address, market.cycles.domain
    signature = client.sign(honest)
    assert signature == sign(dealer.key, domain, statement_hash(venue, *statement))
    elsewhere = cycle_domain(domain.chain_id, OTHER)
    for other_domain, other_venue in ((domain, OTHER), (elsewhere, venue), (elsewhere, OTHER)):
        forged = sign(dealer.key, other_domain, statement_hash(other_venue, *statement))
        assert signature != forged


# --- what it confirms -----------------------------------------------------------------------------


def refuses_to_confirm(client, trade, why):
    with pytest.raises(RefusedToSign, match=why) as caught:
        client.confirm(trade)
    assert caught.value.details["signer"] == client.party.name


@pytest.mark.parametrize("leg", ["security", "cash"])
def test_an_unlisted_asset(market, trade, client, leg):
    bait = replace(trade("C1", "dealer", "fund", 1_000, "5.00"), **{leg: OTHER})
    refuses_to_confirm(client, bait, f"{OTHER} is not an asset of this market's directory")


def test_a_trade_with_itself(trade, client, dealer):
    own = trade("C1", "dealer", "fund", 1_000, "5.00")
    refuses_to_confirm(client, replace(own, buyer=dealer.address), "not one of two sides")


def test_a_trade_of_others(market, trade, client):
    market.add_participant("broker")
    others = trade("C1", "broker", "fund", 1_000, "5.00")
    refuses_to_confirm(client, others, "not one of two sides")


@pytest.mark.parametrize("amount", [0, -CENT, 1, CENT - 1, CENT + 1])
def test_a_price_not_in_whole_cents(trade, client, amount):
    odd = replace(trade("C1", "dealer", "fund", 1_000, "5.00"), amount=amount)
    refuses_to_confirm(client, odd, "not in whole cents|no quantity or no price")


@pytest.mark.parametrize("quantity", [0, -1_000])
def test_a_quantity_of_nothing(trade, client, quantity):
    nothing = replace(trade("C1", "dealer", "fund", 1_000, "5.00"), quantity=quantity)
    refuses_to_confirm(client, nothing, "no quantity")


def test_what_it_did_not_confirm_is_not_in_its_book(market, trades, trade, honest, client):
    """A confirmation that it refused changes nothing about what it signs."""
    refuses_to_confirm(client, replace(trades["C1"], cash=OTHER), "not an asset")
    refuses_to_confirm(client, replace(trades["C1"], amount=1), "whole cents")
    assert len(client.sign(honest)) == 65


def test_a_client_knows_what_it_confirmed_itself_and_nothing_else(market, draft, dealer):
    """A fresh client, told of nothing, signs no net of trades that somebody says are its own."""
    domain, venue = market.cycles.domain, market.deployment.settlement.address
    fresh = CycleClient(
        dealer, market.directory, Consents(market.journal), market.chain, domain, venue
    )
    refuses(fresh, draft.proposal_to(dealer.address), MISSING)


# --- one deal, once -------------------------------------------------------------------------------


def test_one_deal_for_two_cycles(market, trade, client):
    """While the first is open, and when it settled; a later one would settle it twice."""
    first, second = market.cycles.new_cycle(), market.cycles.new_cycle()
    deal = trade("S1", "dealer", "fund", 1_000, "5.00", first)
    market.cycles.confirm("S1", deal)
    refuses_to_confirm(
        client, replace(deal, cycle=second), f"agreed to that trade for cycle {first}"
    )
    market.cycles.settle(market.cycles.draft(first, market.window_of_today()))
    refuses_to_confirm(
        client, replace(deal, cycle=second), f"agreed to that trade for cycle {first}"
    )


def test_a_deal_that_was_left_out_for_a_later_cycle(market, trades, without_bank, client):
    """Once the cycle without it has settled: before, another proposal might still have it in."""
    later = replace(trades["C4"], cycle=market.cycles.new_cycle())
    refuses_to_confirm(client, later, "agreed to that trade for cycle 1")
    market.cycles.submit(without_bank, market.cycles.sign(without_bank))
    assert len(client.confirm(later)) == 65
    refuses_to_confirm(client, replace(trades["C1"], cycle=later.cycle), "for cycle 1")


def test_a_deal_of_a_cycle_that_it_left_for_a_later_one(market, trades, client):
    market.cycles.burn(1, client.party.name)
    assert len(client.confirm(replace(trades["C1"], cycle=market.cycles.new_cycle()))) == 65


def test_a_deal_for_a_cycle_that_is_over(market, trade, client):
    number = market.cycles.new_cycle()
    market.cycles.confirm("S1", trade("S1", "dealer", "fund", 1_000, "5.00", number))
    market.cycles.settle(market.cycles.draft(number, market.window_of_today()))
    late = trade("S2", "dealer", "fund", 1_000, "5.00", number)
    refuses_to_confirm(client, late, "cycle 1 is over for it")


@pytest.mark.parametrize("house", [None, "clearing house"])
def test_one_deal_netted_and_by_itself(market, house):
    """Signed as a trade, it could settle beside its cycle, cleared or not."""
    market.add_clearing_house("clearing house")
    terms = ("dealer", "fund", "T-2035", 1_000, "USD", Decimal("5.00"))
    deal = market.dvp.match(*market.instructions("S1", *terms))
    netted = for_cycle(deal, market.cycles.new_cycle())
    if house is None:
        market.cycles.confirm("S1", netted)
    else:
        market.cycles.clear("S1", netted, house)
    with pytest.raises(RefusedToSign, match="agreed to that trade for cycle 1 already"):
        market.dvp.sign("S1", deal)
    other = market.dvp.match(*market.instructions("S2", *terms))
    market.dvp.sign("S2", other)
    with pytest.raises(RefusedToSign, match="agreed to that trade by itself already"):
        market.cycles.confirm("S2", for_cycle(other, netted.cycle))


def test_two_proposals_of_one_root(market, trades, draft, without_bank, honest, client):
    """The second says that the bank is left out, and hides that the root holds its trade: nothing
    can prove that it does not. Which of the two settled the log does not tell."""
    market.onboarding.issue_cash("bank", "USD", Decimal("1007.00"))
    statements = market.cycles.sign(draft)
    bank = market.directory.party("bank").address
    own = {leaf: proof for leaf, proof in honest.proofs.items() if leaf != leaf_of(trades["C4"])}
    second = replace(
        honest,
        participants=tuple(who for who in honest.participants if who != bank),
        movements=without_bank.movements[client.party.address],
        proofs=own,
        without=(bank,),
    )
    client.sign(second)
    market.cycles.submit(draft, statements)
    later = replace(trades["C4"], cycle=market.cycles.new_cycle())
    refuses_to_confirm(client, later, "agreed to that trade for cycle 1")


def test_a_trade_and_what_replaces_it_are_one_deal(market, trade, cast):
    """Its own client works out the novation, so nobody clears a trade that settles beside it."""
    house = market.add_clearing_house("house")
    number = market.cycles.new_cycle()
    deal = trade("S1", "dealer", "fund", 1_000, "5.00", number)
    client = market.cycles.client(cast.dealer.address)
    assert len(client.confirm_cleared(deal, house)) == 65
    for beside in (deal, replace(deal, cycle=number + 1)):
        refuses_to_confirm(client, beside, f"agreed to that trade for cycle {number}")
    signed = trade("S2", "dealer", "fund", 1_000, "5.00", number)
    client.confirm(signed)
    with pytest.raises(RefusedToSign, match=f"agreed to that trade for cycle {number} already"):
        client.confirm_cleared(signed, house)


# --- the other side -------------------------------------------------------------------------------


def test_a_member_neither_taking_part_nor_named(market, honest, client):
    """Its trades are netted, and nobody says who pays for it."""
    bank = market.directory.party("bank").address
    others = tuple(who for who in honest.participants if who != bank)
    refuses(
        client, replace(honest, participants=others), "the other side of a trade does not take part"
    )


@pytest.mark.parametrize("forged", ["broker", "fund too long", ""])
def test_a_trade_that_the_other_side_did_not_confirm(market, trade, client, honest, forged):
    """It is not in the book, so whoever holds back its confirmation stops no cycle."""
    own = trade("C9", "dealer", "fund", 1_000, "5.00")
    client.confirm(own)
    who = market.directory.party(forged.split()[0]) if forged else None
    signed = who.sign(market.cycles.domain, confirmation_hash(own, own.buyer)) if who else b""
    with pytest.raises(RefusedToSign, match="the other side did not confirm"):
        client.receive(own, signed + b"\0" if "long" in forged else signed)
    assert len(client.sign(honest)) == 65


def test_a_trade_that_only_the_other_side_confirmed(market, trade, client, honest):
    """The coordinator brings a sale that the dealer never made, and a fund that colludes."""
    invented = trade("C9", "dealer", "fund", 1_000, "0.01")
    fund = market.directory.party("fund")
    signed = fund.sign(market.cycles.domain, confirmation_hash(invented, fund.address))
    with pytest.raises(RefusedToSign, match="it did not confirm that trade itself"):
        client.receive(invented, signed)
    assert len(client.sign(honest)) == 65


def test_a_trade_with_a_stranger(market, trade, cast):
    own = trade("C9", "dealer", "fund", 1_000, "5.00")
    market.cycles.new_cycle()
    with pytest.raises(UnknownName, match="there is no wallet"):
        market.cycles.confirm("C9", replace(own, buyer=cast.intruder.address))


@pytest.mark.parametrize("more", [{"quantity": 2**96}, {"quantity": 2**256}, {"amount": 2**96}])
def test_more_than_there_can_be(trade, client, more):
    own = trade("C9", "dealer", "fund", 1_000, "5.00")
    refuses_to_confirm(client, replace(own, **more), "more than there can be")


def test_cash_or_a_security_on_both_sides(market, trade, client):
    own = trade("C9", "dealer", "fund", 10_000, "5.00")
    for change in ({"cash": own.security}, {"security": own.cash}):
        refuses_to_confirm(client, replace(own, **change), "not of a security against cash")


def test_a_proof_that_the_chain_could_not_read(trades, honest, client):
    """A sibling is 32 bytes there."""
    leaf, sibling = leaf_of(trades["C1"]), b"\7" * 45
    rooted = with_cycle(honest, trades_root=keccak(min(leaf, sibling) + max(leaf, sibling)))
    proofs = {**honest.proofs, leaf: (sibling,)}
    refuses(client, replace(rooted, proofs=proofs), ROOT)
