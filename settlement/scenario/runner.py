"""Runs a scenario in a market of its own and tells what happened.

A refusal that the story expects is a success; one that it does not expect is told and the story
goes on, so that one run shows everything that is wrong. After a refusal every balance is compared:
nothing may have moved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from settlement.coordinator.readiness import Leg
from settlement.depository.reconciliation import against_issues
from settlement.errors import BadInput, Refused, UnknownName
from settlement.market import Market
from settlement.model.asset import Cash, CashKind, SecurityKind
from settlement.model.repo import RepoState
from settlement.reporting.story import Change, Check, Figure, Refusal, Story, Told
from settlement.reporting.text import show_amount
from settlement.reporting.waiting import Debit, Waiting
from settlement.scenario.acts import depository, prepare, repo
from settlement.scenario.acts.base import Act, Result, Stage
from settlement.scenario.model import Scenario
from settlement.scenario.steps.base import REFUSED, Step
from settlement.scenario.steps.movements import Transfer
from settlement.units import cash_from_chain, parse_decimal

_BEFORE_START = timedelta(hours=1)
_PREPARATION = timedelta(minutes=5)

Balances = Mapping[str, Mapping[str, int]]


class Runner:
    """One run of one scenario. `market` is open to whoever wants to look at it afterwards."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        senders = [step.source for step in scenario.steps if isinstance(step, Transfer)]
        self.market = Market.open(
            scenario.starts - _BEFORE_START, scenario.timezone, with_ether=senders
        )
        self._stage = Stage(self.market, scenario)

    def run(self) -> Story:
        """Prepares the market, takes every step, checks the end."""
        told = [*self._preparation(), *self._steps()]
        failures = [
            f"{step.at:%-d %B %H:%M} {failure}" for step in told for failure in step.failures
        ]
        failures += self._final_balances()
        journal = self.market.journal
        return Story(
            name=self.scenario.name,
            steps=tuple(told),
            checks=tuple(self._checks()),
            failures=tuple(failures),
            balances=self._shown_balances(),
            settlements=journal.settlements,
            transactions=journal.transactions,
            gas=journal.gas_used,
        )

    def waiting(self) -> list[Waiting]:
        """The trades that have not settled by now, the repos that have not opened, and why."""
        trades = [
            Waiting(
                "trade",
                diagnosis.reference,
                tuple(_debit(leg) for leg in diagnosis.legs),
                diagnosis.obstacles,
                diagnosis.remedies,
            )
            for diagnosis in self.market.diagnose()
        ]
        return [*trades, *self._waiting_for_cycles(), *self._waiting_repos()]

    def _waiting_for_cycles(self) -> Iterator[Waiting]:
        """Trades that no netting cycle settled."""
        for reference, why in self.market.cycles.unsettled().items():
            yield Waiting("trade", reference, (), (f"it {why}",), ())

    def _waiting_repos(self) -> Iterator[Waiting]:
        """Repos that were agreed: each is asked what would refuse it now."""
        desk = self.market.repo
        given = (given for step in self.scenario.steps for given in step.introduces())
        for reference in [name for what, name in given if what == "repo"]:
            try:
                booked = desk.booked(reference)
            except UnknownName:  # it was refused before anybody agreed
                continue
            if desk.state(reference) is RepoState.NONE:
                obstacles = tuple(_refusal_of(desk.rehearse, booked))
                yield Waiting("repo", reference, (), obstacles, ())

    def _preparation(self) -> Iterator[Told]:
        scenario, market = self.scenario, self.market
        market.add_cash(scenario.currency, CashKind(scenario.cash_kind))
        for symbol, part in scenario.securities.items():
            market.add_security(
                symbol,
                SecurityKind(part.kind),
                part.isin,
                part.denomination,
                part.issuer,
                part.maturity,
            )
        moment = scenario.starts - _BEFORE_START
        preparing = list(self._preparing_acts())
        pause = min(_PREPARATION, _BEFORE_START / len(preparing))
        for verb, act in preparing:
            market.at(moment)
            yield self._tell(verb, act, {})
            moment += pause
        market.at(scenario.starts)

    def _preparing_acts(self) -> Iterator[tuple[str, Act]]:
        parts, stage = self.scenario.participants, self._stage
        registered = [name for name, part in parts.items() if part.registered]
        outside = [name for name in parts if name not in registered]
        for name in outside:
            self.market.directory.add_party(self.market.party(name, parts[name].lei))
        yield "register", depository.admission(stage, registered, outside)
        for name, part in parts.items():
            if part.securities:
                yield (
                    "tokenize",
                    depository.tokenization(stage, name, part.securities, deposit=True),
                )
        for name, part in parts.items():
            if part.cash:
                yield "mint", depository.issue(stage, name, part.cash)
        if self.scenario.margin is not None:
            yield "policy", repo.adopt_policy(stage, self.scenario.margin)

    def _steps(self) -> Iterator[Told]:
        moment = self.scenario.starts
        for step in self.scenario.steps:
            moment = step.moment_after(moment)
            self.market.at(moment)
            yield self._take(step)

    def _take(self, step: Step) -> Told:
        try:
            act = prepare(self._stage, step)
        except Refused as refused:
            act = _refused(step, refused)
        return self._tell(step.verb, act, step.expect)

    def _tell(self, verb: str, act: Act, expect: Mapping[str, str]) -> Told:
        at, before = self.market.now(), self.market.balances()
        try:
            result, refused = _done(act)
        except BadInput as problem:  # what a desk cannot do as the file has it
            return self._mistaken(verb, act, at, str(problem))
        after = self.market.balances()
        refusal = Refusal(refused.sentence, refused.error, refused.reason) if refused else None
        figures = {**result.figures, **_short(refused)}
        failures = tuple(_unmet(act, expect, refusal, figures))
        if refused and before != after:
            failures += (f"{act.reference or act.heading} was refused, and yet something moved",)
        return Told(
            at=at,
            verb=verb,
            reference=act.reference,
            heading=act.heading,
            lines=tuple(result.lines),
            changes=() if refused else tuple(self._changes(act, before, after)),
            figures=figures,
            tables=result.tables,
            refusal=refusal,
            nothing_moved=refused is not None and before == after,
            expected=not failures,
            failures=failures,
        )

    def _mistaken(self, verb: str, act: Act, at: datetime, mistake: str) -> Told:
        """A step that nobody refused and that cannot be done: the file is wrong there."""
        name = act.reference or act.heading
        return Told(
            at=at,
            verb=verb,
            reference=act.reference,
            heading=act.heading,
            mistake=mistake,
            expected=False,
            failures=(f"{name} cannot be done as written: {mistake}",),
        )

    def _changes(self, act: Act, before: Balances, after: Balances) -> Iterator[Change]:
        currency = self.scenario.currency
        if all(before[party][currency] == after[party][currency] for party in act.shows):
            return
        for party in act.shows:
            first, last = (cash_from_chain(held[party][currency]) for held in (before, after))
            yield Change(party, currency, first, last)

    def _checks(self) -> Iterator[Check]:
        market = self.market
        yield Check("Register = chain = book", tuple(map(str, market.differences())))
        cash = market.directory.cash(self.scenario.currency)
        lost = against_issues(market.journal.events, market.journal.register, [cash])
        yield Check("cash conserved", tuple(lost))

    def _final_balances(self) -> Iterator[str]:
        balances = self._shown_balances()
        for name, expected in self.scenario.expect.balances.items():
            for word, amount in expected.items():
                symbol = self.scenario.currency if word == "cash" else word
                found = balances.get(name, {}).get(symbol, Decimal(0))
                if found != amount:
                    was_to = show_amount(amount if word == "cash" else int(amount))
                    yield f"{name} was to hold {was_to} {symbol} and holds {show_amount(found)}"

    def _shown_balances(self) -> dict[str, dict[str, Decimal | int]]:
        currency = self.scenario.currency
        return {
            party: {
                symbol: cash_from_chain(units) if symbol == currency else units
                for symbol, units in held.items()
            }
            for party, held in self.market.balances().items()
        }


def _refusal_of(deed: Callable[..., None], *arguments: object) -> Iterator[str]:
    try:
        deed(*arguments)
    except Refused as refused:
        yield refused.sentence


def _debit(leg: Leg) -> Debit:
    def shown(units: int) -> Decimal | int:
        return cash_from_chain(units) if isinstance(leg.asset, Cash) else units

    return Debit(
        leg.wallet,
        leg.asset.symbol,
        *(shown(units) for units in (leg.needs, leg.all_needs, leg.has, leg.free, leg.short)),
    )


def _done(act: Act) -> tuple[Result, Refused | None]:
    try:
        return act.do(), None
    except Refused as refused:
        return Result(), refused
    except UnknownName as unknown:  # a trade or repo that was refused before it was booked
        return Result(), Refused(str(unknown), error="NotBooked")


def _short(refused: Refused | None) -> dict[str, Figure]:
    """What is missing, where a refusal says so: cash has two places, a quantity none."""
    if refused is None or "short" not in refused.details:
        return {}
    short = parse_decimal(str(refused.details["short"]))
    return {"short": short if short.as_tuple().exponent else int(short)}


def _refused(step: Step, refused: Refused) -> Act:
    """The act of a step that cannot even be prepared."""

    def do() -> Result:
        raise refused

    reference = next(name for _, _, name in step.names())
    return Act(f"{step.verb.capitalize()} {reference}", do, reference)


def _unmet(
    act: Act, expect: Mapping[str, str], refusal: Refusal | None, figures: Mapping[str, Figure]
) -> Iterator[str]:
    """What a step was expected to do and did not."""
    name = act.reference or act.heading
    wanted = expect.get(REFUSED)
    if refusal is None and wanted is not None:
        yield f"{name} was to be refused ({wanted}) and was not"
    if refusal is not None and wanted is None:
        yield f"{name} was refused: {refusal.sentence}"
        return
    if refusal is not None and wanted not in {"yes", refusal.error, refusal.reason}:
        yield f"{name} was to be refused for {wanted} and was for {refusal.reason or refusal.error}"
    for word, text in expect.items():
        if word == REFUSED:
            continue
        if word not in figures:
            yield f"{name} has no figure '{word}'; it has {', '.join(figures) or 'none'}"
        elif not _equal(figures[word], text):
            yield f"{name}: {word} was to be {text} and is {_shown(figures[word])}"


def _shown(figure: Figure) -> str:
    return str(figure) if isinstance(figure, str | bool) else show_amount(figure)


def _equal(figure: Figure, text: str) -> bool:
    if isinstance(figure, str | bool):
        return str(figure) == text
    try:
        return Decimal(figure) == parse_decimal(text)
    except BadInput:
        return False
