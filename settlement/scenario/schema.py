"""The format of a scenario, described from its models: for the manual, and for an editor.

`parts` and `steps` say field by field what `docs/scenario.md` shows; `json_schema` is what an
editor checks a file against while it is written. It knows the shape of a file and not its names:
`dvp run` finds a participant that nobody introduced, an editor does not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import NoneType
from typing import Any, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, WithJsonSchema
from pydantic.fields import FieldInfo

from settlement.scenario import fields
from settlement.scenario.fields import written_span
from settlement.scenario.model import (
    ExpectPart,
    MarginPart,
    ParticipantPart,
    Scenario,
    SecurityPart,
)
from settlement.scenario.reading import read_text
from settlement.scenario.steps import STEPS
from settlement.scenario.steps.base import TIMING, Names, Step
from settlement.scenario.steps.margin import Between, Moving, Paying
from settlement.scenario.steps.trades import TradeFields
from settlement.units import show_per_cent

PARTS: Mapping[str, type[BaseModel]] = {
    "scenario": Scenario,
    "security": SecurityPart,
    "participant": ParticipantPart,
    "margin": MarginPart,
    "expect": ExpectPart,
}
"""What a file is made of besides its steps."""

_MODEL_NAMES: Mapping[type, str] = {
    **{part: f"{name} part" for name, part in PARTS.items()},
    TradeFields: "trade",
    Between: "`{from, to}`",
    Paying: "`{from, to}`, with `cash`",
    Moving: "`{from, to}`, with `cash` or `securities`",
}
_TAKES_ONE = get_args(Names)[1]
_TEXT = ["string", "number"]
"""An editor reads `1` as a number where a scenario reads a word."""

_WORD = ["dealer"]
"""The example of any word, which says nothing in an editor."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field: how it is called in a file, what it takes, and what it means."""

    name: str
    takes: str
    required: bool
    default: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Type:
    """A kind of value: its name here, what it is, how it is written, and its choices if any."""

    name: str
    meaning: str
    example: str
    choices: tuple[str, ...]


def fields_of(model: type[BaseModel]) -> list[Field]:
    """The fields of a part or of a step, in their order, those that every step has left out."""
    return [
        _field(name, info)
        for name, info in model.model_fields.items()
        if model in PARTS.values() or name not in TIMING
    ]


def common_fields() -> list[Field]:
    """What every step may carry besides its own words."""
    return [_field(name, info) for name, info in Step.model_fields.items()]


def types() -> list[Type]:
    """Every kind of value that a field can take."""
    return [
        Type(
            _type_name(name),
            schema["description"],
            schema["examples"][0],
            tuple(schema.get("enum", ())),
        )
        for name, schema in _named_types()
    ]


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a file."""
    schema = Scenario.model_json_schema()
    definitions: dict[str, Any] = schema.pop("$defs")
    definitions |= Step.model_json_schema()["properties"]
    for verb, step in STEPS.items():
        described = step.model_json_schema()
        definitions |= described.pop("$defs", {})
        definitions[step.__name__] = described
        described["properties"] |= {word: {"$ref": f"#/$defs/{word}"} for word in TIMING}
        described["examples"] = [read_text(step.example, verb).content]
    choices = [{"$ref": f"#/$defs/{step.__name__}"} for step in STEPS.values()]
    schema["properties"]["steps"]["items"] = {"anyOf": choices}
    schema["properties"]["format"] = {"enum": ["1", 1], "description": "1, as yet"}
    schema["$defs"] = dict(sorted(definitions.items()))
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Scenario"}
    written: dict[str, Any] = _as_written(schema)
    return head | written


def _field(name: str, info: FieldInfo) -> Field:
    return Field(
        info.alias or name,
        _takes(info.annotation, info.metadata),
        info.is_required(),
        _default(info),
        info.description or "",
    )


def _takes(annotation: Any, metadata: Sequence[Any] = ()) -> str:
    """The type of a field in words."""
    metadata = [*metadata, *getattr(annotation, "__metadata__", ())]
    if _type_of(metadata):
        return _type_of(metadata)
    inner = get_args(annotation)
    if hasattr(annotation, "__metadata__"):
        return _takes(inner[0], metadata[:-1])
    if get_origin(annotation) is list:
        alone = f"{_takes(inner[0])}, or a " if _TAKES_ONE in metadata else ""
        return f"{alone}list of {_takes(inner[0])}"
    if get_origin(annotation) is dict:
        return " → ".join(map(_takes, inner))
    if annotation is Any:
        return "step"
    if isinstance(annotation, type):
        return _MODEL_NAMES.get(annotation, "text")
    return _takes(next(member for member in inner if member is not NoneType))


def _type_of(metadata: Sequence[Any]) -> str:
    schemas = [item.json_schema for item in metadata if isinstance(item, WithJsonSchema)]
    named = (name for name, schema in _named_types() if any(schema is one for one in schemas))
    return next(map(_type_name, named), "")


def _named_types() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, value in vars(fields).items():
        for item in getattr(value, "__metadata__", ()):
            if isinstance(item, WithJsonSchema) and item.json_schema is not None:
                yield name, item.json_schema


def _type_name(name: str) -> str:
    spaced = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name)
    return spaced.strip().removesuffix(" name")


def _default(info: FieldInfo) -> str:
    default = info.get_default(call_default_factory=True)
    if info.is_required() or default is None or default == {} or isinstance(default, BaseModel):
        return ""
    if isinstance(default, bool):
        return "yes" if default else "no"
    if _type_of(info.metadata) in {"share", "rate"}:
        return show_per_cent(default)
    if isinstance(default, timedelta):
        return written_span(default)
    return str(default)


def _as_written(schema: Any, key: str = "") -> Any:
    """The schema of what stands in a file, where everything is text and nothing is null."""
    if isinstance(schema, list):
        return [_as_written(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {
        word: _as_written(value, word)
        for word, value in schema.items()
        if key == "properties" or (word != "title" and not (word == "default" and value is None))
    }
    if key in {"properties", "$defs"} or key == "examples":
        return kept
    return _relaxed(kept)


def _relaxed(schema: dict[str, Any]) -> dict[str, Any]:
    choices = schema.get("anyOf", [])
    if {"type": "null"} in choices:
        (real,) = (choice for choice in choices if choice != {"type": "null"})
        schema = real | {word: value for word, value in schema.items() if word != "anyOf"}
    if str(schema.get("default")).startswith("P"):
        span = TypeAdapter(timedelta).validate_python(schema["default"])
        schema = schema | {"default": written_span(span)}  # pydantic writes it by ISO 8601
    if isinstance(schema.get("default"), bool):
        schema["default"] = "yes" if schema["default"] else "no"
    if schema.get("type") == "string" and "enum" not in schema:
        schema["type"] = _TEXT
        if schema.get("examples") == _WORD:
            del schema["examples"]
    if schema.get("type") == "array" and schema["items"].get("type") == _TEXT:
        described = {word: schema.pop(word) for word in ("description",) if word in schema}
        schema = {"anyOf": [schema["items"], schema], **described}
    return schema
