"""Drills of repos notice a desk, a board or a log that is broken."""

from decimal import Decimal
from fractions import Fraction

from settlement.coordinator.board import Board
from settlement.coordinator.changes import ChangeDesk, Substitution
from settlement.coordinator.default import DefaultDesk
from settlement.coordinator.margin import MarginDesk
from settlement.coordinator.repo import RepoDesk
from settlement.coordinator.servicing import ServicingDesk
from settlement.drills import repo_dates
from settlement.drills.catalogue import find
from settlement.drills.performance import perform
from settlement.drills.scene import Scene
from settlement.errors import Refused


def amiss(name):
    """What a drill finds amiss, and every invariant that it finds broken."""
    done = perform(find(name))
    attempts = [each for phase in done.phases for each in phase.attempts]
    assert done.held == all(each.held for each in attempts)
    return [line for each in attempts for line in each.amiss], {
        check.name for each in attempts for check in each.checks if not check.holds
    }


def test_a_board_that_confirms_its_own_jumps_is_noticed(monkeypatch):
    post = Board.post_price

    def confirmed_by_nobody(board, symbol, price):
        if not post(board, symbol, price):
            board.confirm_price(symbol, price)
        return True

    monkeypatch.setattr(Board, "post_price", confirmed_by_nobody)
    lines, broken = amiss("stale-price")
    assert "it was to be refused (PricePending) and was not" in lines
    assert broken == {"both legs moved, or none"}


def test_a_call_of_another_amount_is_noticed(monkeypatch):
    called = MarginDesk.called
    cent = Decimal("0.01")
    monkeypatch.setattr(MarginDesk, "called", lambda *sides: called(*sides) - cent)
    assert amiss("margin-trigger") == (["it was to be 99,000.00 USD"], set())


def test_a_fail_that_nobody_records_is_noticed(monkeypatch):
    def unrecorded(desk, record):
        raise Refused("nobody looks", error="NothingToRecord")

    monkeypatch.setattr(ServicingDesk, "record_fail_of", unrecorded)
    for name in ("late-close", "reused-collateral"):
        _, broken = amiss(name)
        assert broken == {"both legs moved, or none"}


def test_a_partial_return_is_noticed(monkeypatch):
    """A desk that has what is there sent back, and then says that the closing was refused."""
    scenes, close = [], RepoDesk.close
    play = Scene.open

    def remembered():
        scenes.append(play())
        return scenes[-1]

    def partial(desk, reference, closer=None):
        try:
            return close(desk, reference, closer)
        except Refused:
            scenes[-1].sends("fund", "dealer", "T-2035", 1_000)
            raise

    monkeypatch.setattr(Scene, "open", remembered)
    monkeypatch.setattr(RepoDesk, "close", partial)
    _, broken = amiss("reused-collateral")
    assert broken == {"both legs moved, or none"}


def test_a_repo_that_is_left_out_of_the_sum_is_noticed(monkeypatch):
    claim = DefaultDesk.claim
    reverse = Decimal("50765.91")
    monkeypatch.setattr(DefaultDesk, "claim", lambda *sides: claim(*sides) + reverse)
    lines, _ = amiss("default")
    assert lines == ["it was to be 330,540.29 USD"]


def test_a_substitution_that_nobody_measures_is_noticed(monkeypatch):
    said = Substitution("R1", {}, {}, Fraction(0), Fraction(0), {})
    monkeypatch.setattr(ChangeDesk, "substitute_basket", lambda *_: said)
    lines, broken = amiss("substitution-short")
    assert any(line.startswith("it was to be refused (LessCollateral)") for line in lines)
    assert broken == {"both legs moved, or none"}


def test_a_coupon_that_is_paid_twice_is_noticed(monkeypatch):
    pay = repo_dates._pass_on

    def twice(scene):
        def deed():
            try:
                return pay(scene)()
            except Refused:
                scene.sends("fund", "dealer", "USD", 212_500_000_000)
                return []

        return deed

    monkeypatch.setattr(repo_dates, "_pass_on", twice)
    lines, broken = amiss("coupon-once")
    assert "it was to be refused (NoIncomeDue) and was not" in lines
    assert broken == {"both legs moved, or none"}
