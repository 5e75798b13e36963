"""What a scenario's fields cannot tell alone: time goes forward, and every name is somebody's."""

from __future__ import annotations

from datetime import datetime

from settlement.errors import Problem, hint
from settlement.scenario.model import Scenario
from settlement.scenario.reading import Path_, Written
from settlement.scenario.steps.base import REFUSED, Step


def check(scenario: Scenario, written: Written) -> list[Problem]:
    """Every problem of times, of the policy, of names and of what is expected."""
    return [
        *_times(scenario, written),
        *_issuers(scenario, written),
        *_names(scenario, written),
        *_expected(scenario, written),
    ]


def _times(scenario: Scenario, written: Written) -> list[Problem]:
    problems: list[Problem] = []
    now: datetime = scenario.starts
    for place, step in enumerate(scenario.steps):
        moment = step.moment_after(now)
        path = ("steps", place, "at" if step.at is not None else "advance")
        if moment < now:
            message = f"{moment:%Y-%m-%d %H:%M} is earlier than what comes before it: "
            problems.append(written.problem(path, f"{message}{now:%Y-%m-%d %H:%M}"))
        if moment.year >= 2100:
            problems.append(written.problem(path, "a story ends before 2100"))
            break
        now = max(now, moment)
    return problems


def _issuers(scenario: Scenario, written: Written) -> list[Problem]:
    """Issuers of a kind that the policy does not take."""
    if scenario.margin is None:
        return []
    taken = scenario.margin.kinds
    return [
        written.problem(("margin", "issuers", kind), f"{kind} is not taken; {hint(kind, taken)}")
        for kind in scenario.margin.issuers
        if kind not in taken
    ]


def _expected(scenario: Scenario, written: Written) -> list[Problem]:
    """Figures that a step cannot have."""
    problems = []
    for place, step in enumerate(scenario.steps):
        known = [REFUSED, *step.comparable]
        problems += [
            written.problem(
                ("steps", place, "expect", word), f"is no figure of it; {hint(word, known)}"
            )
            for word in step.expect
            if word not in known
        ]
    return problems


def _names(scenario: Scenario, written: Written) -> list[Problem]:
    known = _Known(scenario)
    problems = [*_clashes(scenario, written), *known.check_parts(written)]
    for place, step in enumerate(scenario.steps):
        for field, what, name in step.names():
            message = known.wrong(what, name)
            if message:
                problems.append(written.problem(("steps", place, field), message))
        for field, symbol, amount in step.amounts():
            if symbol in scenario.securities and amount != amount.to_integral_value():
                message = f"a quantity of {symbol} is a whole number, not {amount}"
                problems.append(written.problem(("steps", place, field, symbol), message))
        problems += known.introduce(step, ("steps", place), written)
    return problems


def _clashes(scenario: Scenario, written: Written) -> list[Problem]:
    """Names that would mean two things."""
    parties, securities = set(scenario.participants), set(scenario.securities)
    symbols = securities & {scenario.currency, "cash"}
    names = parties & {*securities, scenario.currency}
    return [
        *(written.problem(("securities", symbol), "means the cash, here") for symbol in symbols),
        *(written.problem(("participants", name), "is an asset's name, too") for name in names),
    ]


class _Known:
    """The names that a scenario has given so far."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._names: dict[str, list[str]] = {
            "participant": list(scenario.participants),
            "clearing house": [
                name
                for name, part in scenario.participants.items()
                if part.purpose == "clearing-house"
            ],
            "security": list(scenario.securities),
            "asset": [*scenario.securities, scenario.currency],
            "trade": [],
            "repo": [],
        }

    def wrong(self, what: str, name: str) -> str:
        """What is wrong with a name; nothing where somebody has it."""
        known = [found for part in what.split(" or ") for found in self._names[part]]
        if name in known:
            return ""
        return f"there is no {what} '{name}'; {hint(name, known)}"

    def introduce(self, step: Step, path: Path_, written: Written) -> list[Problem]:
        """Takes in the names that a step gives; a name given twice is a problem."""
        problems = []
        for what, name in step.introduces():
            if name in self._names["trade"] or name in self._names["repo"]:
                problems.append(written.problem((*path, step.verb), f"'{name}' stands twice"))
            self._names[what].append(name)
        return problems

    def check_parts(self, written: Written) -> list[Problem]:
        """Names in the parts before and after the steps."""
        problems = []
        scenario = self._scenario
        for name, part in scenario.participants.items():
            for field in ("securities", "book"):
                for symbol in getattr(part, field):
                    message = self.wrong("security", symbol)
                    if message:
                        path = ("participants", name, field, symbol)
                        problems.append(written.problem(path, message))
        for name, balances in scenario.expect.balances.items():
            message = self.wrong("participant", name)
            if message:
                problems.append(written.problem(("expect", "balances", name), message))
            for symbol in balances:
                message = "" if symbol == "cash" else self.wrong("security", symbol)
                if message:
                    path = ("expect", "balances", name, symbol)
                    problems.append(written.problem(path, message))
        return problems
