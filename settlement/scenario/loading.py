"""A scenario from a file or a text, with everything that is wrong with it: file, line and field.

Reading goes in three passes and reports all that a pass finds: YAML (`reading`), fields (here, by
the models of `model` and `steps`), then times and names (`checking`), so that nothing runs before
every name is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import NoneType
from typing import Any, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError

from settlement.errors import BadFile, Problem, hint
from settlement.scenario.checking import check
from settlement.scenario.model import Scenario
from settlement.scenario.reading import Path_, Written, read_file, read_text
from settlement.scenario.steps import RESERVED, STEPS
from settlement.scenario.steps.base import TIMING, Step

Part = TypeVar("Part", bound=BaseModel)


def load(path: Path) -> Scenario:
    """Reads a scenario file. Raises {BadFile} with every problem."""
    return _parse(read_file(path))


def loads(text: str, file: str) -> Scenario:
    """Reads a scenario from text; `file` is what problems call it."""
    return _parse(read_text(text, file))


def _parse(written: Written) -> Scenario:
    if not isinstance(written.content, dict):
        raise BadFile([written.problem((), "a scenario is a mapping of words to values")])
    scenario, problems = _validated(Scenario, written.content, (), written)
    steps, step_problems = _parse_steps(written)
    problems += step_problems
    if scenario is None or problems:
        raise BadFile(problems)
    complete = scenario.model_copy(update={"steps": steps})
    problems = check(complete, written)
    if problems:
        raise BadFile(problems)
    return complete


def _validated(
    part: type[Part], content: Any, path: Path_, written: Written
) -> tuple[Part | None, list[Problem]]:
    try:
        return part.model_validate(content), []
    except ValidationError as error:
        found = [
            written.problem((*path, *_place(problem["loc"])), _message(part, dict(problem)))
            for problem in error.errors()
        ]
        return None, found


def _parse_steps(written: Written) -> tuple[list[Step], list[Problem]]:
    assert isinstance(written.content, dict)
    raw = written.content.get("steps", [])
    if not isinstance(raw, list):
        return [], []
    steps: list[Step] = []
    problems: list[Problem] = []
    for place, content in enumerate(raw):
        kind, message = _kind_of(content)
        if kind is None:
            problems.append(written.problem(("steps", place), message))
            continue
        step, found = _validated(kind, content, ("steps", place), written)
        problems += found
        if step is not None:
            steps.append(step)
    return steps, problems


def _kind_of(content: Any) -> tuple[type[Step] | None, str]:
    if not isinstance(content, dict):
        return None, "a step is a mapping that begins with its word"
    verb = next((word for word in content if word not in TIMING), None)
    if verb is None:
        return None, "a step needs a word for what happens"
    if verb in STEPS:
        return STEPS[verb], ""
    if verb in RESERVED:
        return None, f"'{verb}' is a reserved word that does not work yet"
    return None, f"'{verb}' is not a step; {hint(verb, [*STEPS, *RESERVED])}"


_SAID = {
    "missing": "is missing",
    "dict_type": "words with values are needed here, as in {a: 1}",
    "model_type": "words with values are needed here, as in {a: 1}",
    "list_type": "a list is needed here",
    "string_type": "a word is needed here",
}
"""pydantic's types of problem, in the words of a scenario."""


def _message(part: type[BaseModel], problem: dict[str, Any]) -> str:
    if problem["type"] == "extra_forbidden":
        *place, name = problem["loc"]
        return f"is not known here; {hint(str(name), _words(part, place))}"
    said = _SAID.get(problem["type"])
    return said or str(problem["msg"]).removeprefix("Value error, ")


def _words(part: Any, place: Sequence[str | int]) -> list[str]:
    """The fields that a part has at a place inside it."""
    for step in place:
        if get_origin(part) in {dict, list}:
            part = get_args(part)[-1]
        else:
            infos = part.model_fields.items()
            part = next(info.annotation for name, info in infos if step in {name, info.alias})
        inner = get_args(part)
        part = inner[0] if NoneType in inner else part
    return [info.alias or name for name, info in part.model_fields.items()]


def _place(location: Path_) -> Path_:
    """Where pydantic found a problem; it marks a key that is wrong itself."""
    return location[:-1] if location[-1:] == ("[key]",) else location
