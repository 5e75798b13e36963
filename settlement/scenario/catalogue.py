"""The scenarios that come with the package, by name, and how a name or a file is found."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from settlement.errors import UnknownName
from settlement.scenario.loading import load, loads
from settlement.scenario.model import Scenario

DEMONSTRATION = "day"
"""The one that `dvp demo` tells."""


def names() -> list[str]:
    """Every scenario of the package, in order."""
    return sorted(
        entry.name.removesuffix(".yaml")
        for entry in _library().iterdir()
        if entry.name.endswith(".yaml")
    )


def text_of(name: str) -> str:
    """The YAML of a scenario of the package."""
    if name not in names():
        raise UnknownName("scenario", name, names())
    return _library().joinpath(f"{name}.yaml").read_text("utf-8")


def find(name_or_file: str) -> Scenario:
    """A scenario by its name, or from a file: whatever ends in .yaml or .yml, or has a folder."""
    path = Path(name_or_file)
    if path.suffix in {".yaml", ".yml"} or len(path.parts) > 1:
        return load(path)
    return loads(text_of(name_or_file), f"{name_or_file}.yaml")


def _library() -> Traversable:
    return files("settlement.scenario").joinpath("library")
