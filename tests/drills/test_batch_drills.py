"""Batches, nets, and what is too much or unreadable: what is special about each drill."""

import re
import tempfile
from decimal import Decimal

import pytest

from settlement.coordinator import dvp, readiness
from settlement.coordinator.cycle_client import CycleClient
from settlement.coordinator.dvp import DvpDesk
from settlement.coordinator.queue import SIMULTANEOUS, Rule
from settlement.drills import operation, scene
from settlement.drills.batches import BadLeg, DoublePromise, Offsetting, PassThrough
from settlement.drills.forged_nets import ForgedNet, TwoProposals
from settlement.drills.net_verbs import work_off
from settlement.drills.nets import AnyNet, Ring, UnfundedNet
from settlement.drills.operation import SpoiledFile, TooLarge
from settlement.drills.performance import perform
from settlement.drills.scene import Scene
from settlement.reporting.story import Check
from settlement.scenario import loading

PLAYED = ("set_up", "fault", "submit", "mend", "settle")


@pytest.fixture(scope="module")
def performed():
    """Each drill, once."""
    found = {}

    def perform_once(drill):
        if drill not in found:
            found[drill] = perform(drill)
        return found[drill]

    return perform_once


@pytest.fixture
def play():
    """`play(Ring, "mend")`: a drill up to a phase, and the scene that it left."""

    def play_until(drill, last):
        part, stage = drill(), Scene.open()
        for phase in PLAYED[: PLAYED.index(last) + 1]:
            getattr(part, phase)(stage)
        return part, stage

    return play_until


def attempts(done, heading):
    """What was tried in a phase, by what it was called."""
    (phase,) = (phase for phase in done.phases if phase.heading == heading)
    return {attempt.what: attempt for attempt in phase.attempts}


def errors(done, heading="Submitted"):
    """How each was refused; nothing for what got through."""
    tried = attempts(done, heading).items()
    return {what: attempt.refusal.error if attempt.refusal else "" for what, attempt in tried}


def gained(done, heading):
    """What wallets had more at the end of a phase, by party and asset."""
    (phase,) = (phase for phase in done.phases if phase.heading == heading)
    return {
        (change.party, change.asset): change.after - change.before
        for change in phase.changes
        if change.after != change.before
    }


def lost(done):
    return {each.party: each.amount for each in done.lost}


# --- 14: a batch with one bad leg -----------------------------------------------------------------

SHORT = "broker needs 1,007,500.00 USD, has 500,000.00, short 507,500.00"


def test_of_all_or_none_nothing_settles_and_of_the_others_all_but_the_bad_one(performed):
    tried = attempts(performed(BadLeg), "Submitted")
    assert tried["S1, S2 and S3, all or none"].refusal.sentence == SHORT
    assert tried["S1, S2 and S3, each as it can"].lines == (
        "S1 settles",
        f"S2 fails (MONY): {SHORT}",
        "S3 settles",
    )


def test_a_member_that_burns_gas_or_returns_a_megabyte_harms_only_itself(performed):
    tried = attempts(performed(BadLeg), "Submitted")
    first, honest, last = tried["H1, S4 and H2, each as it can"].lines
    assert honest == "S4 settles"
    assert first.startswith("H1 fails: ")
    assert last.startswith("H2 fails: ")


def test_what_the_good_ones_move_and_then_the_mended_one(performed):
    """S1 2,000,000, S3 1,000,000 and S4 2,000,000 at 1.0075; later S2 of 1,000,000 to broker."""
    assert gained(performed(BadLeg), "Submitted") == {
        ("dealer", "T-2035"): -5_000_000,
        ("fund", "T-2035"): 5_000_000,
        ("dealer", "USD"): Decimal("5037500.00"),
        ("fund", "USD"): Decimal("-5037500.00"),
    }
    assert gained(performed(BadLeg), "Settled") == {
        ("dealer", "T-2035"): -1_000_000,
        ("broker", "T-2035"): 1_000_000,
        ("dealer", "USD"): Decimal("1007500.00"),
        ("broker", "USD"): Decimal("-1007500.00"),
    }
    assert lost(performed(BadLeg)) == {"dealer": Decimal("1007500.00")}


def test_each_failure_stands_in_the_log_by_its_place_and_with_its_reason(play):
    _, stage = play(BadLeg, "submit")
    failed = [event for event in stage.market.journal.events if event.name == "NotSettled"]
    assert [event.arguments["position"] for event in failed] == [1, 0, 2]
    decode = stage.market.journal.errors.decode
    names = [decode(event.arguments["reason"]).name for event in failed]
    assert names == ["InsufficientFreeBalance", "Silent", "Silent"]


def test_a_failure_that_is_not_told_is_amiss(monkeypatch):
    """A desk that calls everything settled."""
    honest = DvpDesk._outcome

    def lying(desk, references, events):
        return dict.fromkeys(honest(desk, references, events))

    monkeypatch.setattr(DvpDesk, "_outcome", lying)
    assert not perform(BadLeg).held


def test_a_failure_for_another_reason_is_amiss(monkeypatch):
    monkeypatch.setattr("settlement.drills.batches._SHORT", "WalletNotActive")
    (amiss,) = attempts(perform(BadLeg), "Submitted")["S1, S2 and S3, each as it can"].amiss
    assert "{'S2': 'InsufficientFreeBalance'} fail, and {'S2': 'WalletNotActive'} were to" in amiss


# --- 15: through a broker that has nothing --------------------------------------------------------


def test_one_by_one_the_broker_can_neither_pay_nor_deliver(performed):
    tried = attempts(performed(PassThrough), "Submitted")
    assert [tried[f"{name} alone"].refusal.reason for name in ("S1", "S2")] == ["MONY", "LACK"]
    for order in ("S1 before S2", "S2 before S1"):
        told = sorted(tried[f"{order}, each as it can"].lines)
        assert [line[:15] for line in told] == ["S1 fails (MONY)", "S2 fails (LACK)"]


@pytest.mark.parametrize("trades", [("S1", "S2"), ("S2", "S1")])
def test_together_either_order_moves_the_same(play, trades):
    _, stage = play(PassThrough, "mend")
    before = stage.market.balances()
    stage.market.dvp.settle_batch(trades, dvp.ALL_OR_NONE)
    after = stage.market.balances()
    assert {
        (name, symbol): after[name][symbol] - units
        for name, held in before.items()
        for symbol, units in held.items()
        if after[name][symbol] != units
    } == {
        ("dealer", "T-2035"): -2_000_000,
        ("fund", "T-2035"): 2_000_000,
        ("dealer", "USD"): 2_015_000_000_000,
        ("broker", "USD"): 2_000_000_000,
        ("fund", "USD"): -2_017_000_000_000,
    }


def test_in_all_the_broker_earns_the_difference_of_the_prices_twice(performed):
    assert gained(performed(PassThrough), "Settled")["broker", "USD"] == Decimal("4000.00")
    assert ("broker", "T-2035") not in gained(performed(PassThrough), "Settled")


# --- 16: 100 shares, 80 of them sold twice --------------------------------------------------------


def test_two_trades_of_eighty_on_a_hundred_are_never_both_ready(performed):
    done = performed(DoublePromise)
    tried = attempts(done, "Submitted")
    assert tried["ready, counting all that dealer has sold"].lines == ("S1",)
    assert tried["what S2 waits for"].lines == ("dealer is short of 60 ACME",)
    assert tried["S1 and S2, all or none"].refusal.reason == "LACK"
    assert lost(done) == {"broker": Decimal("12000.00")}


@pytest.mark.parametrize(("more", "ready"), [(0, ["S1"]), (59, ["S1"]), (60, ["S1", "S2"])])
def test_both_are_ready_from_the_last_share_on(play, more, ready):
    _, stage = play(DoublePromise, "fault")
    if more:
        stage.tokenizes("dealer", more, "ACME")
    assert [each.reference for each in stage.market.diagnose() if each.ready] == ready


def test_once_the_first_settles_the_second_waits_for_as_much(play):
    _, stage = play(DoublePromise, "fault")
    stage.market.dvp.settle("S1")
    (waiting,) = stage.market.diagnose()
    assert (waiting.reference, waiting.obstacles) == ("S2", ("dealer is short of 60 ACME",))


def test_readiness_of_each_trade_by_itself_is_amiss(monkeypatch):
    """A diagnosis that forgets what earlier trades reserve."""
    alone = property(lambda leg: max(0, leg.needs - leg.free))
    monkeypatch.setattr(readiness.Leg, "short", alone)
    done = perform(DoublePromise)
    assert not done.held
    tried = attempts(done, "Submitted")
    assert tried["ready, counting all that dealer has sold"].lines == ("S1 and S2",)


# --- 17: equal and opposite -----------------------------------------------------------------------


def test_both_are_settled_and_no_token_moves(play):
    part, stage = play(Offsetting, "mend")
    heard = len(stage.market.journal.events)
    part.settle(stage)
    names = [event.name for event in stage.market.journal.events[heard:]]
    assert names == ["Settled", "Settled"]
    for reference in ("S1", "S2"):
        assert stage.market.dvp.booked(reference).status.value == "settled"
        (refused,) = _refusals(stage, reference)
        assert refused == "NonceUsed"


def _refusals(stage, reference):
    tried = len(stage.attempts)
    stage.refused(reference, stage.settle(reference), "NonceUsed")
    return [attempt.refusal.error for attempt in stage.attempts[tried:]]


# --- 18: any net ----------------------------------------------------------------------------------


def test_the_nets_by_hand(play):
    """C1 3, C2 2 and C3 1 million, at 1.0075, around dealer, fund and broker."""
    part, stage = play(AnyNet, "set_up")
    name = stage.market.directory.name
    assert {
        name(member): {name(each.asset): each.amount for each in own}
        for member, own in part.draft.movements.items()
    } == {
        "dealer": {"T-2035": -2_000_000, "USD": 2_015_000_000_000},
        "fund": {"T-2035": 1_000_000, "USD": -1_007_500_000_000},
        "broker": {"T-2035": 1_000_000, "USD": -1_007_500_000_000},
    }


def test_a_net_that_differs_by_a_cent_is_refused_twice_over(performed):
    done = performed(AnyNet)
    assert [each.error for each in done.refusals] == ["RefusedToSign", "NotBalanced"]
    assert "dealer's client does not sign" in done.refusals[0].sentence
    assert done.refusals[1].sentence.endswith("0.01 USD less is got than given")
    assert lost(done) == {"dealer": Decimal("0.01")}


def test_the_figures_of_the_nets(performed):
    tried = attempts(performed(AnyNet), "Submitted")
    figures = {what: attempt.lines for what, attempt in tried.items() if not attempt.refusal}
    assert figures == {
        "all nets, summed": ("0.00 USD and 0 T-2035",),
        "nets that are gross in less gross out": ("6 of 6",),
        "orders of the trades that give these nets": ("6 of 6",),
    }


def test_clients_that_sign_what_they_are_shown_are_amiss(monkeypatch):
    def gullible(client, proposal):
        return {}

    monkeypatch.setattr(CycleClient, "_netted", gullible)
    monkeypatch.setattr("settlement.coordinator.cycle_client.movements_of", _Whatever)
    for drill in (AnyNet, UnfundedNet):
        assert not perform(drill).held


class _Whatever:
    """Equal to any movements."""

    def __init__(self, *_):
        pass

    def __eq__(self, other):
        return True

    __hash__ = None


# --- 19: a ring -----------------------------------------------------------------------------------


def test_gross_all_wait_and_net_all_settle_without_any_cash(performed):
    done = performed(Ring)
    tried = attempts(done, "Submitted")
    assert [tried[f"S{place} alone"].refusal.reason for place in (1, 2, 3)] == ["MONY"] * 3
    assert tried["the queue, one by one, whoever can go first"].lines == tuple(
        f"S{place} waits: {buyer} is short of 2,015,000.00 USD"
        for place, buyer in enumerate(("fund", "broker", "dealer"), 1)
    )
    assert gained(done, "Settled") == {
        ("dealer", "T-2035"): -2_000_000,
        ("fund", "T-2035"): 2_000_000,
        ("fund", "T-2030"): -2_000_000,
        ("broker", "T-2030"): 2_000_000,
        ("broker", "T-2040"): -2_000_000,
        ("dealer", "T-2040"): 2_000_000,
    }


@pytest.mark.parametrize("rule", list(Rule))
def test_only_a_rule_that_settles_at_one_moment_settles_the_ring(play, rule):
    _, stage = play(Ring, "mend")
    work_off(stage, rule)()
    left = [booked.reference for booked in stage.market.dvp.unsettled()]
    assert left == ([] if rule in SIMULTANEOUS else ["S1", "S2", "S3"])
    assert {held["USD"] for held in stage.market.balances().values()} == {0}


# --- 20: forged nets ------------------------------------------------------------------------------


def test_every_forgery_is_refused_for_what_it_is(performed):
    assert list(errors(performed(ForgedNet)).values()) == [
        *["BadSignature"] * 6,
        "ParticipantsOutOfOrder",
    ]


def test_a_forgery_uses_up_nobodys_number(play):
    part, stage = play(ForgedNet, "submit")
    assert _used(stage, part.draft.cycle.number) == [False] * 3
    part.settle(stage)
    assert _used(stage, part.draft.cycle.number) == [True] * 3


def _used(stage, number):
    members = [stage.party(name).address for name in ("dealer", "fund", "broker")]
    netting = stage.market.deployment.netting
    return [netting.read(stage.market.chain, "isUsed", member, number) for member in members]


def test_of_two_proposals_one_executes_and_its_trade_settles_no_other_way(performed, play):
    found = list(errors(performed(TwoProposals)).values())
    assert found == ["CycleUsed", *["BadSignature"] * 5, "RefusedToSign"]
    _, stage = play(TwoProposals, "submit")
    names = [event.name for event in stage.market.journal.events]
    assert [names.count(name) for name in ("CycleSettled", "Settled", "Delivered")] == [1, 0, 0]


# --- 21: a member that cannot pay -----------------------------------------------------------------


def test_the_member_is_named_and_the_smaller_cycle_is_not_a_quiet_one(performed):
    done = performed(UnfundedNet)
    short = "broker needs 1,007,500.00 USD net and has 500,000.00 USD"
    tried = attempts(done, "Submitted")
    whole, quiet, told = tried.values()
    assert whole.refusal.sentence == f"the cycle is refused whole: {short}"
    assert quiet.refusal.error == "RefusedToSign"
    assert told.lines == ("C1 settled in one transaction", f"C2 left out: {short}")
    assert gained(done, "Submitted")["dealer", "USD"] == Decimal("2015000.00")
    assert gained(done, "Settled")["dealer", "USD"] == Decimal("1007500.00")
    assert lost(done) == {"dealer": Decimal("507500.00")}


# --- 38: too large --------------------------------------------------------------------------------


def test_nothing_of_it_is_sent_and_then_it_is_cut_in_two(performed):
    done = performed(TooLarge)
    assert list(errors(done).values()) == ["BadInput", "ChainTrouble", ""]
    assert attempts(done, "Submitted")["sent to the chain so far"].lines == ("0",)
    assert "16,777,217" in done.refusals[1].sentence
    settled, transactions = attempts(done, "Settled").values()
    assert settled.lines == (
        "101 settle",
        "gas asked for: 16,000,000 and 1,150,000; a transaction has 16,777,216 at most",
    )
    assert transactions.lines == ("2",)
    assert lost(done) == {"dealer": Decimal("101757.50")}


def test_a_desk_that_sends_what_is_too_large_is_amiss(monkeypatch):
    monkeypatch.setattr(dvp, "MOST_IN_BATCH", 1_000)
    done = perform(TooLarge)
    assert not done.held
    assert "was not" in attempts(done, "Submitted")["all 101, all or none"].amiss[0]


# --- 39: files ------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", operation._SPOILED)
def test_a_mistake_is_told_with_the_line_on_which_it_stands(performed, what):
    refusal = attempts(performed(SpoiledFile), "Submitted")[f"trades.yaml with {what}"].refusal
    good, bad = operation._SPOILED[what]
    lines = operation._good().replace(good, bad).splitlines()
    number = int(re.match(r"trades\.yaml:(\d+): ", refusal.sentence)[1])
    assert (bad or "trade: S2") in lines[number - 1]


def test_fields_are_named(performed):
    sentences = [each.sentence for each in performed(SpoiledFile).refusals]
    for field in ("steps.2.amount", "steps.2.buyer", "steps.2.trade", "quantity missing"):
        assert any(field in sentence for sentence in sentences)


def test_every_mistake_of_a_file_is_told_at_once(performed):
    last = performed(SpoiledFile).refusals[-1].sentence.split("; ")
    assert [line.split(": ")[:2] for line in last] == [
        ["repos.csv:2", "startAmount"],
        ["repos.csv:3", "lender"],
        ["repos.csv:4", "collateralQuantity"],
        ["repos.csv:4", "tradeId"],
    ]


def test_no_folder_is_named_and_none_is_left(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    done = perform(SpoiledFile)
    assert list(tmp_path.iterdir()) == []
    assert str(tmp_path) not in repr(done)


def test_a_reader_that_looks_at_no_names_is_amiss(monkeypatch):
    monkeypatch.setattr(loading, "check", lambda scenario, written: [])
    assert not perform(SpoiledFile).held


# --- a broken invariant ---------------------------------------------------------------------------


@pytest.mark.parametrize("drill", [Offsetting, PassThrough, ForgedNet])
def test_an_invariant_that_does_not_hold_fails_the_drill(monkeypatch, drill):
    broken = (Check("each asset is conserved", ("somebody printed money",)),)
    monkeypatch.setattr(scene, "invariants", lambda market, moved, agreed: broken)
    assert not perform(drill).held


def test_a_figure_that_differs_is_amiss():
    stage = Scene.open()
    stage.figure("how many", 2, 2)
    stage.figure("how many", 3, 2)
    right, wrong = stage.attempts
    assert (right.lines, right.amiss, right.held) == (("2",), (), True)
    assert (wrong.lines, wrong.amiss, wrong.held) == (("3",), ("it was to be 2",), False)
