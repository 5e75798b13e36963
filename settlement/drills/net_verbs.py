"""What drills of batches and netting cycles do on a scene, each with its line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from settlement.coordinator.cycle_draft import Draft
from settlement.coordinator.dvp import ALL_OR_NONE, BEST_EFFORT
from settlement.coordinator.queue import Rule
from settlement.drills.invariants import Moves
from settlement.drills.scene import CASH, NOTE, PRICE, Deed, Scene
from settlement.errors import Refused
from settlement.model.cycle import NetMovement, NetStatement, for_cycle
from settlement.model.trade import SignedTrade
from settlement.onchain.cycle_signing import statement_hash
from settlement.units import cents_half_up

_GAS = 4_000_000
"""For a small batch, whatever a member of it does with its share."""

_NONE: Mapping[str, str] = MappingProxyType({})


def in_a_row(names: Sequence[str]) -> str:
    """`S1, S2 and S3`."""
    *others, last = names or ("",)
    return f"{', '.join(others)} and {last}" if others else last


# --- batches --------------------------------------------------------------------------------------


def batch(
    scene: Scene,
    references: Sequence[str],
    mode: int = ALL_OR_NONE,
    failing: Mapping[str, str] = _NONE,
) -> Deed:
    """The desk settles booked trades together; `failing` for these errors, and no others."""

    def deed() -> Iterable[str]:
        return _became(scene.market.dvp.settle_batch(references, mode), failing)

    return deed


def raw_batch(scene: Scene, papers: Mapping[str, SignedTrade], failing: Mapping[str, str]) -> Deed:
    """A hostile coordinator submits signed trades, each as it can, past the desk."""

    def deed() -> Iterable[str]:
        words = [each.words() for each in papers.values()]
        failed = dict(_sent(scene, words, BEST_EFFORT))
        outcome = {name: failed.get(place) for place, name in enumerate(papers)}
        return _became(outcome, failing)

    return deed


def alone(scene: Scene, papers: SignedTrade, mode: int) -> Deed:
    """A batch of one, whose failure is a refusal in every mode."""

    def deed() -> None:
        for _, refused in _sent(scene, [papers.words()], mode):
            raise refused

    return deed


def _sent(scene: Scene, words: Sequence[Any], mode: int) -> Iterator[tuple[int, Refused]]:
    """Submits a batch as it is; which of its members failed, and why."""
    market = scene.market
    transaction = market.deployment.settlement.transaction(
        market.operators.coordinator, "settleBatch", words, mode, gas=_GAS
    )
    for event in market.journal.run(transaction):
        if event.name == "NotSettled":
            reason = market.journal.refused(event.arguments["reason"])
            yield int(event.arguments["position"]), reason


def _became(outcome: Mapping[str, Refused | None], failing: Mapping[str, str]) -> Iterable[str]:
    """What became of each; raises {Refused} where others failed, or for another reason."""
    found = {name: refused.error for name, refused in outcome.items() if refused}
    if found != failing:
        raise Refused(f"{found} fail, and {dict(failing)} were to", error="OtherFailures")
    return [
        f"{name} fails{_coded(refused)}: {refused.sentence}" if refused else f"{name} settles"
        for name, refused in outcome.items()
    ]


def _coded(refused: Refused) -> str:
    return f" ({refused.reason})" if refused.reason else ""


# --- queues ---------------------------------------------------------------------------------------


def work_off(scene: Scene, rule: Rule) -> Deed:
    """The queue settles what the rule lets settle; tells what waits, and for what."""

    def deed() -> Iterable[str]:
        run = scene.market.queue.run(rule)
        settled = f"{in_a_row(run.settled)} settle in one transaction" if run.settled else ""
        waiting = [f"{each.reference} waits: {'; '.join(each.why)}" for each in run.waiting]
        return [settled, *waiting] if settled else waiting

    return deed


def redeem_all(scene: Scene, name: str) -> None:
    """The bank takes all cash of a party back."""
    amount = scene.market.cash(name, CASH)
    scene.market.onboarding.redeem_cash(name, CASH, amount)
    scene.say(f"{name} has the bank redeem its {amount:,} {CASH}")


# --- netting cycles -------------------------------------------------------------------------------


def confirm(
    scene: Scene, number: int, reference: str, seller: str, buyer: str, quantity: int
) -> SignedTrade:
    """Both sides confirm a sale of the note for a cycle.

    Gives the trade that would settle by itself, under what they signed for the cycle instead.
    """
    amount = cents_half_up(quantity * PRICE)
    sides = (seller, buyer, NOTE, quantity, CASH, amount)
    trade = scene.market.dvp.match(*scene.market.instructions(reference, *sides))
    confirmed = scene.market.cycles.confirm(reference, for_cycle(trade, number))
    scene.say(
        f"{reference}: {seller} sells {buyer} {scene.amount(NOTE, quantity)} for {amount:,} "
        f"{CASH}; both confirm it for cycle {number}"
    )
    return SignedTrade(trade, confirmed.seller_signature, confirmed.buyer_signature)


def around(scene: Scene) -> tuple[dict[str, SignedTrade], Draft]:
    """Three trades around the cast, confirmed for a cycle, and what they come to."""
    number = scene.market.cycles.new_cycle()
    trades = {
        "C1": confirm(scene, number, "C1", "dealer", "fund", 3_000_000),
        "C2": confirm(scene, number, "C2", "fund", "broker", 2_000_000),
        "C3": confirm(scene, number, "C3", "broker", "dealer", 1_000_000),
    }
    draft = scene.market.cycles.draft(number, scene.market.window_of_today())
    tell_nets(scene, draft)
    return trades, draft


def tell_nets(scene: Scene, draft: Draft) -> None:
    """What each participant of a cycle gets and gives, in the order of the cast."""
    for party in scene.market.directory.parties():
        if party.address in draft.movements:
            own = draft.movements[party.address]
            got = [_shown(scene, each) for each in own if each.amount > 0]
            given = [_shown(scene, each) for each in own if each.amount < 0]
            sides = (in_a_row(got) or "nothing", in_a_row(given) or "nothing")
            scene.say("{}, net: gets {}, gives {}".format(party.name, *sides))


def settle_cycle(scene: Scene, draft: Draft) -> Deed:
    """Every client signs its own net, and the desk submits them."""

    def deed() -> Iterable[str]:
        scene.market.cycles.settle(draft)
        netted = in_a_row([each.reference for each in draft.trades])
        left = [each.reference for each in draft.left_out]
        why = "; ".join(map(str, draft.short))
        return [
            f"{netted} settled in one transaction",
            *([f"{in_a_row(left)} left out: {why}"] if left else []),
        ]

    return deed


def submit_cycle(scene: Scene, draft: Draft, statements: Sequence[NetStatement]) -> Deed:
    """The coordinator submits these statements, whatever they are."""

    def deed() -> Iterable[str]:
        scene.market.cycles.submit(draft, statements)
        return [f"{in_a_row([each.reference for each in draft.trades])} settled in one transaction"]

    return deed


def sign_past_clients(scene: Scene, draft: Draft) -> list[NetStatement]:
    """Every participant's key signs its statement, whatever its client would say."""
    market = scene.market
    venue, domain = market.deployment.settlement.address, market.cycles.domain
    statements = []
    for address, movements in draft.movements.items():
        struct = statement_hash(venue, draft.cycle, draft.participants, movements, address)
        signature = scene.party(market.directory.name(address)).sign(domain, struct)
        statements.append(NetStatement(address, tuple(movements), signature))
    return statements


def gross(scene: Scene, papers: Mapping[str, SignedTrade]) -> Moves:
    """What each gets less what it gives, trade by trade: what nets have to come to."""
    return scene.exchange_of(*(each.trade for each in papers.values()))


def by_name(scene: Scene, draft: Draft) -> Moves:
    """The nets of a cycle, in the order of the cast."""
    name = scene.market.directory.name
    return {
        (party.name, name(each.asset)): each.amount
        for party in scene.market.directory.parties()
        for each in draft.movements.get(party.address, ())
    }


def pay_out(scene: Scene, nets: Moves) -> None:
    """Members pay nets by themselves, as a list has them: each giver the getters in turn."""
    wanted = {key: units for key, units in nets.items() if units > 0}
    for (giver, symbol), units in nets.items():
        owed = -units
        for getter, asset in wanted:
            sent = min(owed, wanted[getter, asset])
            if asset == symbol and sent > 0:
                scene.sends(giver, getter, symbol, sent)
                wanted[getter, asset] -= sent
                owed -= sent


def _shown(scene: Scene, movement: NetMovement) -> str:
    return scene.amount(scene.market.directory.name(movement.asset), abs(movement.amount))
