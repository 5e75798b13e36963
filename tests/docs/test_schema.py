"""The JSON Schema takes what the reader takes and refuses the shapes that it refuses.

Checked by the few keywords that the schema uses; another keyword fails here.
"""

import re
from datetime import date, datetime

import pytest
import yaml

from settlement.scenario import catalogue
from settlement.scenario.schema import json_schema
from settlement.scenario.starter import STARTER
from settlement.scenario.steps import STEPS

SCHEMA = json_schema()
_NOTES = {"$schema", "$defs", "title", "description", "examples", "default"}
_TYPES = {"string": str, "number": (int, float), "object": dict, "array": list}

stories = pytest.mark.parametrize(
    "text",
    [*map(catalogue.text_of, catalogue.names()), STARTER],
    ids=[*catalogue.names(), "starter"],
)


def is_type(value, wanted):
    kinds = [wanted] if isinstance(wanted, str) else wanted
    return any(isinstance(value, _TYPES[kind]) for kind in kinds) and value is not True


def accepts(schema, value):
    """Whether `value` has the shape of `schema`."""
    rules = {
        "$ref": lambda ref: accepts(SCHEMA["$defs"][ref.removeprefix("#/$defs/")], value),
        "type": lambda wanted: is_type(value, wanted),
        "enum": lambda choices: value in choices,
        "pattern": lambda pattern: re.search(pattern, value) is not None,
        "allOf": lambda all_of: all(accepts(each, value) for each in all_of),
        "anyOf": lambda choices: any(accepts(choice, value) for choice in choices),
        "required": lambda names: all(name in value for name in names),
        "items": lambda item: all(accepts(item, inner) for inner in value),
        "propertyNames": lambda names: all(accepts(names, name) for name in value),
        "properties": lambda known: all(
            accepts(known[name], value[name]) for name in known if name in value
        ),
        "additionalProperties": lambda others: all(
            others and accepts(others, value[name])
            for name in value
            if name not in schema.get("properties", {})
        ),
    }
    named = [word for word in ("type", *schema) if word in schema and word not in _NOTES]
    return all(rules[word](schema[word]) for word in named)


def as_editors_read(text):
    """Numbers are numbers to an editor; dates, `yes` and `no` are text to it (YAML 1.2)."""

    def plain(value):
        if isinstance(value, dict):
            return {str(key): plain(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [plain(inner) for inner in value]
        if isinstance(value, bool):
            return "yes" if value else "no"
        return str(value) if isinstance(value, date | datetime) else value

    return plain(yaml.safe_load(text))


@stories
def test_takes_every_scenario_as_text(text):
    assert accepts(SCHEMA, yaml.load(text, Loader=yaml.BaseLoader))


@stories
def test_takes_every_scenario_as_an_editor_reads_it(text):
    assert accepts(SCHEMA, as_editors_read(text))


@pytest.mark.parametrize("verb", STEPS)
def test_takes_every_example(verb):
    step = yaml.load(STEPS[verb].example, Loader=yaml.BaseLoader)
    assert accepts(SCHEMA["properties"]["steps"], [step])


@pytest.mark.parametrize(
    "change",
    [
        {"format": "2"},
        {"starts": ["2026-03-02"]},
        {"sponsor": "nobody"},
        {"participants": {"dealer": {"cash": {}}}},
        {"steps": [{"trade": "S1", "vendor": "dealer"}]},
        {"steps": [{"barter": "S1"}]},
        {"steps": [{"advance": "30m"}]},
        {"steps": [{"batch": "B1", "mode": "some", "trades": []}]},
        {"securities": {"T-2035": {"kind": "token"}}},
        {"margin": {"haircut": {"token": "1%"}}},
    ],
    ids=str,
)
def test_refuses_another_shape(change):
    story = yaml.load(STARTER, Loader=yaml.BaseLoader)
    assert not accepts(SCHEMA, story | change)


@pytest.mark.parametrize("needed", ["format", "name", "starts", "participants", "steps"])
def test_misses_what_is_needed(needed):
    story = yaml.load(STARTER, Loader=yaml.BaseLoader)
    del story[needed]
    assert not accepts(SCHEMA, story)
