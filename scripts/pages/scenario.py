"""What `docs/scenario.md` says about the code."""

from __future__ import annotations

from typing import Any

from pages.markdown import paragraph, table, upper
from settlement.scenario import catalogue, schema
from settlement.scenario.steps import RESERVED, STEPS
from settlement.scenario.steps.base import REFUSED_FIGURES


def scenario_parts() -> str:
    """The parts of a file besides its steps."""
    return "\n\n".join(
        f"### {upper(name)}{'' if name == 'scenario' else ' part'}\n\n"
        f"{paragraph(part.__doc__)}\n\n{_field_table(part)}"
        for name, part in schema.PARTS.items()
    )


def scenario_steps() -> str:
    """Every step with its fields, an example, and the figures that it yields."""
    return "\n\n".join(_step(verb) for verb in STEPS)


def _step(verb: str) -> str:
    step = STEPS[verb]
    example = step.example.rstrip().splitlines()
    lines = [f"### `{verb}`", "", paragraph(step.__doc__), "", _field_table(step), ""]
    if step.figures:
        listed = "; ".join(f"`{name}`, {meaning}" for name, meaning in step.figures.items())
        lines += [f"Figures: {listed}.", ""]
    lines += ["```yaml", f"- {example[0]}", *(f"  {line}" for line in example[1:]), "```"]
    return "\n".join(lines)


def step_words() -> str:
    """What every step may carry."""
    words = schema.common_fields()
    return table(
        ("Field", "Takes", "Meaning"),
        ((f"`{word.name}`", word.takes, word.meaning) for word in words),
    )


def scenario_types() -> str:
    """What a field can take."""
    rows = []
    for kind in schema.types():
        written = " · ".join(f"`{choice}`" for choice in kind.choices) or f"`{kind.example}`"
        rows.append((kind.name, kind.meaning, written))
    return table(("Type", "What it is", "Written"), rows)


def refused_figures() -> str:
    """What a refusal yields."""
    return "\n".join(f"- `{name}`: {what}" for name, what in REFUSED_FIGURES.items())


def reserved_words() -> str:
    """Words that do not work yet."""
    return ", ".join(f"`{word}`" for word in sorted(RESERVED)) + "."


def library() -> str:
    """The scenarios that come with the package."""
    folder = "../settlement/scenario/library"
    rows = [
        (f"[`{name}`]({folder}/{name}.yaml)", catalogue.find(name).name)
        for name in catalogue.names()
    ]
    return table(("Name", "Title"), rows)


def _field_table(model: Any) -> str:
    rows = [
        (
            f"`{field.name}`",
            field.takes,
            "needed" if field.required else (f"`{field.default}`" if field.default else ""),
            field.meaning,
        )
        for field in schema.fields_of(model)
    ]
    return table(("Field", "Takes", "Default", "Meaning"), rows)


BLOCKS = {
    "library": library,
    "scenario-parts": scenario_parts,
    "scenario-steps": scenario_steps,
    "step-words": step_words,
    "scenario-types": scenario_types,
    "refused-figures": refused_figures,
    "reserved-words": reserved_words,
}
