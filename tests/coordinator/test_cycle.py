"""The desk of netting cycles: confirmed, netted, signed by all, settled whole or not at all."""

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.chain.base import TRANSACTION_GAS_CAP
from settlement.coordinator.cycle import (
    CYCLE_GAS,
    GAS_OF_MOVEMENT,
    GAS_OF_PARTICIPANT,
    Draft,
    Window,
)
from settlement.coordinator.dvp import ALL_OR_NONE, BEST_EFFORT
from settlement.errors import BadInput, Refused, RefusedToSign
from settlement.model.cycle import Cycle, NetMovement, for_cycle, movements_of
from settlement.model.trade import FreeDelivery, SignedTrade
from settlement.onchain.cycle_signing import leaf_of
from settlement.onchain.merkle import MerkleTree
from tests.anew import anew

CASH_NET = 2
CENT = 10_000


@pytest.fixture
def desk(market):
    """The desk."""
    return market.cycles


@pytest.fixture
def ring(market):
    """Four more members, of whom nobody but dealer and fund has anything."""
    for name in ("ash", "birch", "cedar", "dogwood"):
        market.add_participant(name)
    return market


@pytest.fixture
def confirm(market):
    """`confirm(1, "C1", "dealer", "fund", 1_000, "5.00")`: matched and confirmed for a cycle."""

    def write(number, reference, seller, buyer, quantity, amount):
        amount = Decimal(amount)
        both = market.instructions(reference, seller, buyer, "T-2035", quantity, "USD", amount)
        trade = for_cycle(market.dvp.match(*both), number)
        return market.cycles.confirm(reference, trade)

    return write


def window_of(market):
    """An hour from now on."""
    return Window(market.chain.now(), market.chain.now() + 3_600)


def nets(market, draft):
    """By name and symbol."""
    directory = market.directory
    return {
        directory.name(member): {directory.name(m.asset): m.amount for m in movements}
        for member, movements in draft.movements.items()
    }


def gained(market, before):
    """What everybody has more than before, by name and symbol; nothing where nothing moved."""
    found = {
        name: {s: n - before[name][s] for s, n in held.items() if n != before[name][s]}
        for name, held in market.balances().items()
    }
    return {name: own for name, own in found.items() if own}


# --- the good case --------------------------------------------------------------------------------


def test_many_trades_settle_in_one_movement_for_each_member(market, desk, confirm):
    market.add_participant("broker")
    number = desk.new_cycle()
    confirm(number, "C1", "dealer", "fund", 5_000, "5000.00")
    confirm(number, "C2", "dealer", "broker", 3_000, "3000.00")
    confirm(number, "C3", "broker", "fund", 3_000, "3001.00")
    confirm(number, "C4", "fund", "dealer", 1_000, "1000.00")
    draft = desk.draft(number, window_of(market))
    assert nets(market, draft) == {
        "dealer": {"T-2035": -7_000, "USD": 7_000_000_000},
        "fund": {"T-2035": 7_000, "USD": -7_001_000_000},
        "broker": {"USD": 1_000_000},
    }
    assert (draft.cycle.number, draft.cycle.trade_count) == (number, 4)
    assert list(draft.participants) == sorted(draft.participants, key=lambda who: int(who, 16))
    assert (draft.left_out, draft.without, desk.shortfalls(draft)) == ((), (), [])

    before = market.balances()
    desk.settle(draft)
    assert gained(market, before) == nets(market, draft)
    told = market.journal.events[-4].arguments
    assert (told["cycle"], told["tradeCount"]) == (number, 4)
    assert told["tradesRoot"] == draft.tree.root
    assert market.differences() == []


def test_every_member_has_a_proof_of_each_of_its_trades(market, desk, confirm):
    number = desk.new_cycle()
    for place in range(5):
        confirm(number, f"C{place}", "dealer", "fund", 1_000, "5.00")
    draft = desk.draft(number, window_of(market))
    netting, root = market.deployment.netting, draft.cycle.trades_root
    for each in draft.trades:
        confirmed = (each.trade.words(), each.seller_signature, each.buyer_signature)
        for side in each.trade.sides:
            proof = draft.proposal_to(side).proofs[leaf_of(each.trade)]
            arguments = (*confirmed, root, list(proof))
            assert netting.read(market.chain, "isIncluded", *arguments) is True


def test_a_ring_in_which_nobody_has_anything_settles(ring, desk, confirm):
    """Gross all would wait (behaviour 19)."""
    number = desk.new_cycle()
    names = ["ash", "birch", "cedar", "dogwood"]
    for place, name in enumerate(names):
        confirm(number, f"C{place}", name, names[place - 1], 1_000, "1000.00")
    draft = desk.draft(number, window_of(ring))
    assert nets(ring, draft) == {name: {} for name in names}
    before = ring.balances()
    desk.settle(draft)
    assert gained(ring, before) == {}
    assert all(_is_used(ring, name, number) for name in names)


def _is_used(market, name, number):
    who = market.directory.party(name).address
    return market.deployment.netting.read(market.chain, "isUsed", who, number)


def test_two_cycles_in_a_row(market, desk, confirm):
    before = market.balances()
    for number, quantity in ((desk.new_cycle(), 1_000), (desk.new_cycle(), 2_000)):
        confirm(number, f"of cycle {number}", "dealer", "fund", quantity, "5.00")
        draft = desk.draft(number, window_of(market))
        assert [each.reference for each in draft.trades] == [f"of cycle {number}"]
        desk.settle(draft)
    assert gained(market, before) == {
        "dealer": {"T-2035": -3_000, "USD": 1_000 * CENT},
        "fund": {"T-2035": 3_000, "USD": -1_000 * CENT},
    }
    assert market.differences() == []


def test_the_second_may_settle_before_the_first(market, desk, confirm):
    first, second = desk.new_cycle(), desk.new_cycle()
    for number in (first, second):
        confirm(number, f"of cycle {number}", "dealer", "fund", 1_000, "5.00")
    for number in (second, first):
        desk.settle(desk.draft(number, window_of(market)))
    assert market.balance("fund", "T-2035") == 2_000


# --- what is refused ------------------------------------------------------------------------------


def test_a_reference_is_confirmed_once(desk, confirm):
    number = desk.new_cycle()
    confirm(number, "C1", "dealer", "fund", 1_000, "5.00")
    with pytest.raises(
        BadInput, match="C1, or the same trade by another name, was confirmed before"
    ):
        confirm(number, "C1", "dealer", "fund", 2_000, "5.00")


def test_a_cycle_without_trades(market, desk, confirm):
    with pytest.raises(Refused, match="the cycle has no trade left to net") as caught:
        desk.draft(desk.new_cycle(), window_of(market))
    assert caught.value.error == "NothingToNet"


def test_a_cycle_settles_once(market, desk, confirm):
    number = desk.new_cycle()
    confirm(number, "C1", "dealer", "fund", 1_000, "5.00")
    draft = desk.draft(number, window_of(market))
    statements = desk.sign(draft)
    desk.submit(draft, statements)
    after = market.balances()
    for again in (lambda: desk.submit(draft, statements), lambda: desk.settle(draft)):
        with pytest.raises(Refused) as caught:
            again()
        assert caught.value.error == "CycleUsed"
    assert market.balances() == after


@pytest.mark.parametrize(
    ("opens", "closes", "error"), [(1, 60, "OutsideWindow"), (-60, -1, "RefusedToSign")]
)
def test_a_window_that_is_not_open(market, desk, confirm, opens, closes, error):
    """One that is over is refused and never replaced (behaviour 5)."""
    number, now = desk.new_cycle(), market.chain.now()
    confirm(number, "C1", "dealer", "fund", 1_000, "5.00")
    with pytest.raises(Refused) as caught:
        desk.settle(desk.draft(number, Window(now + opens, now + closes)))
    assert caught.value.error == error
    assert market.balance("fund", "T-2035") == 0


def test_one_that_does_not_sign_stops_the_cycle(market, desk, confirm):
    number = desk.new_cycle()
    confirm(number, "C1", "dealer", "fund", 1_000, "5.00")
    draft = desk.draft(number, window_of(market))
    before = market.balances()
    for place in range(2):
        statements = desk.sign(draft)
        signer = market.directory.name(statements[place].participant)
        statements[place] = replace(statements[place], signature=b"")
        with pytest.raises(Refused, match=f"{signer} did not sign") as caught:
            desk.submit(draft, statements)
        assert caught.value.error == "BadSignature"
    assert market.balances() == before


# --- who cannot pay -------------------------------------------------------------------------------


@pytest.fixture
def with_one_short(ring, desk, confirm):
    """ash owes five dollars that it does not have, to dealer; the fund buys for ten."""
    number = desk.new_cycle()
    confirm(number, "good", "dealer", "fund", 2_000, "10.00")
    confirm(number, "bad", "dealer", "ash", 1_000, "5.00")
    return number


def test_a_member_that_cannot_pay_is_named_and_the_cycle_refused_whole(ring, desk, with_one_short):
    draft, before = desk.draft(with_one_short, window_of(ring)), ring.balances()
    (short,) = desk.shortfalls(draft)
    assert (short.member, short.asset.symbol) == ("ash", "USD")
    assert (short.needs, short.free) == (500 * CENT, 0)
    sent = ring.journal.transactions
    with pytest.raises(Refused, match=r"refused whole: ash needs 5\.00 USD net") as caught:
        desk.settle(draft)
    assert (caught.value.error, caught.value.reason) == ("InsufficientFreeBalance", "MONY")
    assert ring.balances() == before
    assert ring.journal.transactions == sent
    assert not any(_is_used(ring, name, with_one_short) for name in ("dealer", "fund", "ash"))


def test_by_one_cent(market, desk, confirm):
    market.add_participant("ash", {"USD": Decimal("4.99")})
    number = desk.new_cycle()
    confirm(number, "C1", "dealer", "ash", 1_000, "5.00")
    draft = desk.draft(number, window_of(market))
    with pytest.raises(Refused, match=r"5\.00 USD .*4\.99|5\.00 USD .*0\.01"):
        desk.settle(draft)
    market.onboarding.issue_cash("ash", "USD", Decimal("0.01"))
    desk.settle(draft)
    assert market.balance("ash", "T-2035") == 1_000


def test_a_member_short_of_securities(ring, desk, confirm):
    number = desk.new_cycle()
    confirm(number, "C1", "ash", "fund", 1_000, "5.00")
    with pytest.raises(Refused, match="ash needs 1,000 T-2035 net") as caught:
        desk.settle(desk.draft(number, window_of(ring)))
    assert caught.value.reason == "LACK"


def test_what_is_frozen_is_not_there(market, desk, confirm):
    """Balance means free balance, to the desk as to the chain."""
    number = desk.new_cycle()
    confirm(number, "C1", "dealer", "fund", 2_000, "5.00")
    market.onboarding.freeze("dealer", "T-2035", 12_000_000 - 1_999)
    draft = desk.draft(number, window_of(market))
    assert [short.member for short in desk.shortfalls(draft)] == ["dealer"]
    with pytest.raises(Refused) as caught:
        desk.submit(draft, desk.sign(draft))
    assert caught.value.error == "InsufficientFreeBalance"
    market.onboarding.freeze("dealer", "T-2035", 0)
    desk.settle(draft)


def test_the_cycle_of_the_able_lists_what_is_left_out(ring, desk, with_one_short):
    before, draft = ring.balances(), desk.draft_of_able(with_one_short, window_of(ring))
    assert [each.reference for each in draft.left_out] == ["bad"]
    assert [ring.directory.name(who) for who in draft.without] == ["ash"]
    assert {ring.directory.name(who) for who in draft.participants} == {"dealer", "fund"}
    assert draft.cycle.trade_count == 1
    desk.settle(draft)
    assert gained(ring, before) == {
        "dealer": {"T-2035": -2_000, "USD": 1_000 * CENT},
        "fund": {"T-2035": 2_000, "USD": -1_000 * CENT},
    }
    assert not _is_used(ring, "ash", with_one_short)


def test_whoever_then_cannot_pay_is_left_out_too(ring, desk, confirm):
    """birch pays with what ash would have paid, and cedar with what birch would have."""
    number = desk.new_cycle()
    ring.onboarding.issue_cash("cedar", "USD", Decimal("1.00"))
    confirm(number, "C1", "dealer", "birch", 2_000, "9.00")
    confirm(number, "C2", "birch", "ash", 2_000, "9.00")
    confirm(number, "C3", "birch", "cedar", 1_000, "3.00")
    confirm(number, "C4", "dealer", "birch", 1_000, "3.00")
    confirm(number, "C5", "dealer", "fund", 1_000, "7.00")
    first = desk.draft(number, window_of(ring))
    assert {short.member for short in desk.shortfalls(first)} == {"ash", "cedar"}
    draft = desk.draft_of_able(number, window_of(ring))
    assert {ring.directory.name(who) for who in draft.without} == {"ash", "birch", "cedar"}
    assert [each.reference for each in draft.left_out] == ["C1", "C2", "C3", "C4"]
    before = ring.balances()
    desk.settle(draft)
    assert gained(ring, before) == {
        "dealer": {"T-2035": -1_000, "USD": 700 * CENT},
        "fund": {"T-2035": 1_000, "USD": -700 * CENT},
    }


def test_where_nobody_can_pay_there_is_no_cycle(ring, desk, confirm):
    number = desk.new_cycle()
    confirm(number, "C1", "ash", "birch", 1_000, "5.00")
    with pytest.raises(Refused, match="no trade left to net"):
        desk.draft_of_able(number, window_of(ring))


def test_where_all_can_pay_nobody_is_left_out(market, desk, confirm):
    number = desk.new_cycle()
    confirm(number, "C1", "dealer", "fund", 1_000, "5.00")
    whole, able = (
        desk.draft(number, window_of(market)),
        desk.draft_of_able(number, window_of(market)),
    )
    assert (able.cycle, able.trades, able.without) == (whole.cycle, whole.trades, ())


def test_of_the_proposals_of_one_cycle_one_executes(ring, desk, with_one_short):
    """The whole was signed, too, and ash has come by its money: the number is gone."""
    whole = desk.draft(with_one_short, window_of(ring))
    signed = desk.sign(whole)
    desk.settle(desk.draft_of_able(with_one_short, window_of(ring)))
    after = ring.balances()
    ring.onboarding.issue_cash("ash", "USD", Decimal("5.00"))
    with pytest.raises(Refused) as caught:
        desk.submit(whole, signed)
    assert caught.value.error == "CycleUsed"
    after["ash"]["USD"] = 500 * CENT
    assert ring.balances() == after


# --- leaving --------------------------------------------------------------------------------------


def test_a_member_leaves_before_the_cycle_executes(market, desk, confirm):
    number = desk.new_cycle()
    confirm(number, "C1", "dealer", "fund", 1_000, "5.00")
    draft = desk.draft(number, window_of(market))
    statements = desk.sign(draft)
    desk.burn(number, "fund")
    assert [_is_used(market, name, number) for name in ("fund", "dealer")] == [True, False]
    with pytest.raises(Refused) as caught:
        desk.submit(draft, statements)
    assert caught.value.error == "CycleUsed"
    assert market.balance("fund", "T-2035") == 0


def test_a_member_does_not_leave_twice_or_afterwards(market, desk, confirm):
    first, second = desk.new_cycle(), desk.new_cycle()
    confirm(first, "C1", "dealer", "fund", 1_000, "5.00")
    desk.settle(desk.draft(first, window_of(market)))
    desk.burn(second, "fund")
    for number in (first, second):
        with pytest.raises(Refused) as caught:
            desk.burn(number, "fund")
        assert caught.value.error == "CycleUsed"


# --- too large (behaviour 38) ---------------------------------------------------------------------


def wide(market, members, assets):
    """A draft of so many, cheaply: nothing of it is on the chain."""
    usd = market.directory.cash("USD").address
    movements = {f"0x{place:040x}": (NetMovement(usd, 1),) * assets for place in range(members)}
    leaf = bytes(32)
    return Draft(
        cycle=Cycle(1, leaf, 1, 0, 60),
        trades=(),
        left_out=(),
        movements=movements,
        without=(),
        short=(),
        tree=MerkleTree([leaf]),
    )


def most_members(assets):
    """So many, with a movement each of so many assets, fit."""
    return (TRANSACTION_GAS_CAP - CYCLE_GAS) // (GAS_OF_PARTICIPANT + assets * GAS_OF_MOVEMENT)


@pytest.mark.parametrize("assets", [0, 1, 2, 20])
def test_a_cycle_too_large_is_refused_before_it_is_sent(market, desk, assets):
    members, sent = most_members(assets) + 1, market.journal.transactions
    with pytest.raises(Refused, match="does not fit one transaction") as caught:
        desk.submit(wide(market, members, assets), [])
    assert caught.value.error == "CycleTooLarge"
    assert f"{members:,} participants" in str(caught.value)
    assert market.journal.transactions == sent


@pytest.mark.parametrize("assets", [0, 1, 2, 20])
def test_the_largest_cycle_is_sent(market, desk, assets):
    """And here refused by the chain, because its window is over."""
    draft, sent = wide(market, most_members(assets), assets), market.journal.transactions
    with pytest.raises(Refused) as caught:
        desk.submit(draft, [])
    assert caught.value.error == "OutsideWindow"
    assert market.journal.transactions == sent + 1


@pytest.mark.parametrize("payer", ["one", "each"])
def test_a_cycle_needs_less_gas_than_it_is_given(ring, desk, confirm, payer):
    """Where everybody gets something new, from one or each from another."""
    number, names = desk.new_cycle(), ("ash", "birch", "cedar", "dogwood")
    if payer == "each":
        for name in names:
            ring.onboarding.issue_cash(name, "USD", Decimal("1.00"))
    buyers = names if payer == "each" else ("fund",)
    for place, buyer in enumerate(buyers):
        confirm(number, f"C{place}", "dealer", buyer, 1_000, "1.00")
    draft = desk.draft(number, window_of(ring))
    before = ring.journal.gas_used
    desk.settle(draft)
    moved = sum(map(len, draft.movements.values()))
    given = CYCLE_GAS + len(draft.movements) * GAS_OF_PARTICIPANT + moved * GAS_OF_MOVEMENT
    assert ring.journal.gas_used - before < given * 9 / 10


# --- nothing else settles it (behaviour 20) -------------------------------------------------------


def test_a_trade_of_a_settled_cycle_is_refused_by_every_other_entry_point(market, desk, confirm):
    """Nobody signed it as a trade; its confirmations are good for nothing else, and its leaf for no
    other cycle."""
    number = desk.new_cycle()
    confirmed = confirm(number, "C1", "dealer", "fund", 1_000, "5.00")
    desk.settle(desk.draft(number, window_of(market)))
    after, netted = market.balances(), confirmed.trade
    window = window_of(market)
    both = market.instructions("C1", "dealer", "fund", "T-2035", 1_000, "USD", Decimal("5.00"))
    trade = replace(market.dvp.match(*both), nonce=netted.nonce)
    consents = (confirmed.seller_signature, confirmed.buyer_signature)
    signed = SignedTrade(trade, *consents)
    delivery = FreeDelivery(
        *(trade.seller, trade.buyer, trade.security, trade.quantity, trade.trade_date),
        *(trade.not_before, trade.not_after, trade.binding_from, trade.nonce),
    )
    door = market.deployment.settlement
    calls = [("settle", signed.words()), ("deliverFree", (delivery.words(), *consents))]
    calls += [("settleBatch", ([signed.words()], mode)) for mode in (ALL_OR_NONE, CASH_NET)]
    for function, arguments in calls:
        call = door.transaction(market.operators.coordinator, function, *arguments)
        with pytest.raises(Refused, match="did not sign exactly this") as caught:
            market.journal.run(call)
        assert caught.value.error == "BadSignature"
    each = door.transaction(
        market.operators.coordinator, "settleBatch", [signed.words()], BEST_EFFORT
    )
    (event,) = market.journal.run(each)
    assert event.name == "NotSettled"
    assert market.balances() == after

    later = desk.new_cycle()
    confirm(later, "C2", "dealer", "fund", 1_000, "5.00")
    honest = desk.draft(later, window)
    tree = MerkleTree([leaf_of(each.trade) for each in honest.trades] + [leaf_of(netted)])
    lie = replace(
        honest, trades=(*honest.trades, confirmed), tree=tree,
        cycle=replace(honest.cycle, trades_root=tree.root, trade_count=2),
        movements={
            who: movements_of(who, [netted, honest.trades[0].trade]) for who in honest.movements
        },
    )  # fmt: skip
    with pytest.raises(RefusedToSign):
        desk.sign(lie)
    assert market.balances() == after


# --- any set of trades (behaviour 18) -------------------------------------------------------------

MEMBERS = ("dealer", "fund", "broker", "bank")
SECURITIES = ("T-2035", "B-2030")

drawn = st.lists(
    st.tuples(
        st.permutations(MEMBERS).map(lambda names: tuple(names[:2])),
        st.sampled_from(SECURITIES),
        st.integers(1, 9),
        st.integers(1, 10**6),
    ),
    min_size=1,
    max_size=8,
)


@pytest.fixture
def rich(market):
    """Everybody holds plenty of all."""
    market.add_security("B-2030")
    plenty = {"USD": Decimal("1000000.00")}
    for name in ("broker", "bank"):
        market.add_participant(name, plenty, dict.fromkeys(SECURITIES, 1_000_000))
    market.onboarding.issue_cash("dealer", "USD", plenty["USD"])
    for name, symbol in (("fund", "T-2035"), ("fund", "B-2030"), ("dealer", "B-2030")):
        market.onboarding.deposit(name, symbol, 1_000_000)
        market.onboarding.tokenize(name, symbol, 1_000_000)
    return market


@given(drawn=drawn, data=st.data())
def test_nets_are_gross_in_less_gross_out_and_so_are_the_balances(rich, drawn, data):
    with anew(rich) as market:
        number, before = market.cycles.new_cycle(), market.balances()
        trades = []
        for place, (sides, symbol, pieces, cents) in enumerate(drawn):
            terms = (*sides, symbol, pieces * 1_000, "USD", Decimal(cents) / 100)
            both = market.instructions(f"C{place}", *terms)
            trades.append(for_cycle(market.dvp.match(*both), number))
        for place in data.draw(st.permutations(range(len(trades)))):
            market.cycles.confirm(f"C{place}", trades[place])
        draft = market.cycles.draft(number, window_of(market))

        assert nets(market, draft) == _gross(market, trades)
        totals = defaultdict(int)
        for movements in draft.movements.values():
            for movement in movements:
                totals[movement.asset] += movement.amount
        assert set(totals.values()) <= {0}
        assert draft.tree.root == MerkleTree(map(leaf_of, trades)).root

        market.cycles.settle(draft)
        moved = {name: own for name, own in nets(market, draft).items() if own}
        assert gained(market, before) == moved
        assert market.differences() == []


def _gross(market, trades):
    """What each got less what it gave, by name and symbol; nobody that traded is left out."""
    name = market.directory.name
    got, given_away = defaultdict(int), defaultdict(int)
    for trade in trades:
        seller, buyer = name(trade.seller), name(trade.buyer)
        for giver, taker, asset, units in (
            (seller, buyer, trade.security, trade.quantity),
            (buyer, seller, trade.cash, trade.amount),
        ):
            got[taker, name(asset)] += units
            given_away[giver, name(asset)] += units
    return {
        member: {
            symbol: got[member, symbol] - given_away[member, symbol]
            for symbol in ("USD", *SECURITIES)
            if got[member, symbol] != given_away[member, symbol]
        }
        for member in {name(side) for trade in trades for side in trade.sides}
    }


# --- what became of a trade -----------------------------------------------------------------------


@pytest.fixture
def broker(market):
    """Registered, and holds nothing."""
    return market.add_participant("broker")


def test_a_member_that_cannot_pay_is_named_when_nobody_is_left(market, desk, confirm, broker):
    confirm(desk.new_cycle(), "C1", "dealer", "broker", 1_000, "5.00")
    with pytest.raises(Refused) as caught:
        desk.draft_of_able(1, window_of(market))
    assert str(caught.value) == (
        "the cycle has no trade left to net: broker needs 5.00 USD net and has 0.00 USD"
    )


def test_every_trade_says_what_became_of_it(market, desk, confirm, broker):
    first, second = desk.new_cycle(), desk.new_cycle()
    confirm(first, "C1", "dealer", "broker", 1_000, "5.00")
    confirm(first, "C2", "dealer", "fund", 1_000, "5.00")
    confirm(second, "C3", "dealer", "fund", 1_000, "6.00")
    assert desk.unsettled()["C3"] == "is for netting cycle 2, which has not settled"
    with pytest.raises(Refused):
        desk.settle(desk.draft(first, window_of(market)))
    short = "broker needs 5.00 USD net and has 0.00 USD"
    assert desk.unsettled()["C2"] == (
        f"is for netting cycle 1, which was refused: the cycle is refused whole: {short}"
    )
    desk.settle(desk.draft_of_able(first, window_of(market)))
    assert desk.unsettled() == {
        "C1": f"was left out of netting cycle 1: {short}",
        "C3": "is for netting cycle 2, which has not settled",
    }
    for reference, why in {**desk.unsettled(), "C2": "was settled by netting cycle 1"}.items():
        with pytest.raises(Refused) as caught:
            desk.require_free(reference)
        assert (str(caught.value), caught.value.error) == (f"{reference} {why}", "Netted")
    desk.require_free("C4")


def test_what_settled_stays_settled(market, desk, confirm):
    """Whatever becomes of the same cycle when it is submitted again."""
    number = desk.new_cycle()
    confirm(number, "C1", "dealer", "fund", 1_000, "5.00")
    draft = desk.draft(number, window_of(market))
    desk.settle(draft)
    with pytest.raises(Refused):
        desk.settle(draft)
    assert desk.unsettled() == {}


def test_what_was_left_out_can_be_agreed_again_under_its_name(market, desk, confirm, broker):
    number = desk.new_cycle()
    confirm(number, "C1", "dealer", "broker", 1_000, "5.00")
    confirm(number, "C2", "dealer", "fund", 1_000, "5.00")
    desk.settle(desk.draft_of_able(number, window_of(market)))
    market.onboarding.issue_cash("broker", "USD", Decimal("5.00"))
    later = desk.new_cycle()
    confirm(later, "C1", "dealer", "broker", 1_000, "5.00")
    desk.settle(desk.draft(later, window_of(market)))
    assert desk.unsettled() == {}
    with pytest.raises(BadInput, match="C2, or the same trade by another name"):
        confirm(desk.new_cycle(), "C2", "dealer", "fund", 1_000, "5.00")


# --- a clearing house -----------------------------------------------------------------------------


@pytest.fixture
def cleared(market):
    """`cleared(1, "C1", "dealer", "fund", 1_000, "5.00")`: through the clearing house."""
    market.add_clearing_house("house")

    def confirm(number, reference, seller, buyer, quantity, amount):
        terms = (seller, buyer, "T-2035", quantity, "USD", Decimal(amount))
        market.confirm_trade(reference, number, *terms, clearing_house="house")

    return confirm


def test_cleared_each_trade_is_two_with_the_clearing_house(market, desk, cleared):
    number = desk.new_cycle()
    cleared(number, "C1", "dealer", "fund", 1_000, "5.00")
    draft = desk.draft(number, window_of(market))
    house = market.directory.party("house").address
    assert [each.reference for each in draft.trades] == ["C1/seller", "C1/buyer"]
    assert all(house in each.trade.sides for each in draft.trades)
    assert draft.movements[house] == ()
    desk.settle(draft)
    assert (market.balance("fund", "T-2035"), market.cash("house", "USD")) == (1_000, 0)
    with pytest.raises(Refused, match="C1 was settled by netting cycle 1"):
        desk.require_free("C1")


def test_a_clearing_house_pays_for_a_member_that_is_left_out(market, desk, cleared, broker):
    number = desk.new_cycle()
    cleared(number, "C1", "dealer", "broker", 1_000, "5.00")
    with pytest.raises(Refused, match=r"house needs 5\.00 USD net and has 0\.00 USD"):
        desk.draft_of_able(number, window_of(market))
    market.onboarding.issue_cash("house", "USD", Decimal("5.00"))
    draft = desk.draft_of_able(number, window_of(market))
    assert [each.reference for each in draft.left_out] == ["C1/buyer"]
    desk.settle(draft)
    assert (market.balance("house", "T-2035"), market.cash("dealer", "USD")) == (1_000, 5)
    assert desk.unsettled() == {}


def test_who_is_no_clearing_house_or_a_side_clears_nothing(market, desk, cleared, broker):
    terms = ("T-2035", 1_000, "USD", Decimal("5.00"))
    with pytest.raises(RefusedToSign, match="broker is not registered as a clearing house"):
        market.confirm_trade("C1", desk.new_cycle(), "dealer", "fund", *terms, "broker")
    with pytest.raises(RefusedToSign, match="house is a side of that trade and cannot clear it"):
        market.confirm_trade("C1", desk.new_cycle(), "dealer", "house", *terms, "house")
    assert desk.unsettled() == {}
