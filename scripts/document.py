"""Writes what the documentation says about the code, so that it cannot say anything else.

    python scripts/document.py           write
    python scripts/document.py --check   fail, naming the files that are out of date

A Markdown file keeps its prose; between `<!-- generated: NAME -->` and `<!-- end: NAME -->` stands
what the function called NAME below returns. `docs/scenario.schema.json` is written as a whole.
"""

from __future__ import annotations

import io
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from settlement import errors, units
from settlement.cli import run
from settlement.cli.app import app
from settlement.model.asset import CashKind, SecurityKind
from settlement.model.party import Purpose, SignerKind
from settlement.onchain import roles
from settlement.onchain.sources import own_sources
from settlement.reporting.text import story_lines
from settlement.scenario import catalogue, schema
from settlement.scenario.runner import Runner
from settlement.scenario.steps import RESERVED, STEPS

ROOT = Path(__file__).resolve().parents[1]
SCHEMA = ROOT / "docs" / "scenario.schema.json"
GAS = ROOT / "gas.json"

_BLOCK = re.compile(r"(<!-- generated: ([a-z-]+) -->\n).*?(<!-- end: \2 -->)", re.DOTALL)
_ERROR = re.compile(r"((?:^ */// .*\n)+) *error (\w+)\(([^)]*)\);", re.MULTILINE)


def main(arguments: list[str]) -> int:
    """Writes or checks; returns the exit code."""
    stale = {path: text for path, text in documents() if _read(path) != text}
    if "--check" not in arguments:
        for path, text in stale.items():
            path.write_text(text, "utf-8")
            print(f"wrote {path.relative_to(ROOT)}")
        return 0
    for path in stale:
        print(f"{path.relative_to(ROOT)} is out of date: run 'make docs'", file=sys.stderr)
    return 1 if stale else 0


def documents() -> Iterator[tuple[Path, str]]:
    """Every file with something generated in it, and the text that it must have."""
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        yield path, _filled(path)
    yield ROOT / "contracts" / "README.md", _filled(ROOT / "contracts" / "README.md")
    yield SCHEMA, json.dumps(schema.json_schema(), indent=2, ensure_ascii=False) + "\n"


def _read(path: Path) -> str:
    return path.read_text("utf-8") if path.is_file() else ""


def _filled(path: Path) -> str:
    def fill(found: re.Match[str]) -> str:
        begin, name, end = found.groups()
        return f"{begin}{BLOCKS[name]()}\n{end}"

    return _BLOCK.sub(fill, path.read_text("utf-8"))


# README.md


def demonstration() -> str:
    """What `dvp demo` tells, shortened to a sale, a repo, a refusal and the checks."""
    story = Runner(catalogue.find(catalogue.DEMONSTRATION)).run()
    paragraphs = "\n".join(story_lines(story)).split("\n\n")
    sale, opening, closing, refusal, checks = (
        next(text for text in paragraphs if begins in text).splitlines()
        for begins in ("Sale S1", "Repo R1 opens", "Repo R1 closes", "Sale S2", "Register =")
    )
    told = [*sale, "…", *opening[:2], "…", *closing[:4], "…", *refusal, checks[0]]
    return "\n".join(("```text", *told, "```"))


def _gas() -> str:
    """The committed gas figures in one line."""
    if not GAS.is_file():
        return "`dvp bench gas` measures gas."
    figures = json.loads(GAS.read_text("utf-8"))
    named = {
        "a settlement": figures["settle"]["steady"],
        "a trade in a batch of 50": max(figures["settle_batch_50"].values()),
        "opening a repo": figures["repo_open"]["steady"],
        "closing it": figures["repo_close"]["steady"],
    }
    shown = ", ".join(f"{used:,} for {what}" for what, used in named.items())
    return f"[Gas](gas.json), steady state: {shown}."


def command_table() -> str:
    """Every command in a line, and under them what the contracts cost."""
    rows = [(f"`dvp {' '.join(name)}`", _sentence(text)) for name, text in commands()]
    more = "All take `--json`; [docs/commands.md](docs/commands.md) has options and exit codes."
    return _table(("Command", "What it does"), rows) + f"\n\n{more} {_gas()}"


# docs/commands.md


def commands() -> list[tuple[tuple[str, ...], str]]:
    """Every command: its words, and the text of its function."""
    return list(_commands(app, ()))


def _commands(group: Any, words: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    for command in group.registered_commands:
        name = command.name or command.callback.__name__.replace("_", "-")
        yield (*words, name), command.help or command.callback.__doc__ or ""
    for inner in group.registered_groups:
        yield from _commands(inner.typer_instance, (*words, inner.name))


def command_help() -> str:
    """What `--help` says of every command."""
    sections = []
    for name, _ in commands():
        said = io.StringIO()
        with redirect_stdout(said):
            run([*name, "--help"])
        title = f"## dvp {' '.join(name)}"
        sections.append(f"{title}\n\n```text\n{said.getvalue().strip()}\n```")
    return "\n\n".join(sections)


# docs/errors.md


def exit_codes() -> str:
    """The tree of exceptions with their exit codes, as the module draws it."""
    text = str(errors.__doc__)
    tree = text[text.index("    SettlementError") : text.index("The number is")]
    return "\n".join(("```text", *(line[4:] for line in tree.rstrip().splitlines()), "```"))


def contract_errors() -> str:
    """Every custom error of the contracts: where it is declared and when it is thrown."""
    rows = []
    for source, text in own_sources().items():
        for comment, name, arguments in _ERROR.findall(text):
            when = re.sub(r"\s*/// ", " ", comment).replace("@notice Thrown ", "").strip()
            listed = ", ".join(part.split()[-1] for part in arguments.split(",") if part)
            place = f"[{Path(source).stem}](../{source})"
            rows.append((f"`{name}({listed})`", place, _upper(when)))
    return _table(("Error", "Interface", "Thrown"), sorted(rows))


# docs/scenario.md


def scenario_parts() -> str:
    """The parts of a file besides its steps."""
    return "\n\n".join(
        f"### {_upper(name)}{'' if name == 'scenario' else ' part'}\n\n"
        f"{_text(part.__doc__)}\n\n{_field_table(part)}"
        for name, part in schema.PARTS.items()
    )


def scenario_steps() -> str:
    """Every step with its fields, an example, and the figures that it yields."""
    return "\n\n".join(_step(verb) for verb in STEPS)


def _step(verb: str) -> str:
    figures = schema.FIGURES.get(verb, {})
    example = schema.EXAMPLES[verb].rstrip().splitlines()
    lines = [f"### `{verb}`", "", _text(STEPS[verb].__doc__), "", _field_table(STEPS[verb]), ""]
    if figures:
        listed = "; ".join(f"`{name}`, {meaning}" for name, meaning in figures.items())
        lines += [f"Figures: {listed}.", ""]
    lines += ["```yaml", f"- {example[0]}", *(f"  {line}" for line in example[1:]), "```"]
    return "\n".join(lines)


def step_words() -> str:
    """What every step may carry."""
    words = schema.common_fields()
    return _table(
        ("Field", "Takes", "Meaning"),
        ((f"`{word.name}`", word.takes, word.meaning) for word in words),
    )


def scenario_types() -> str:
    """What a field can take."""
    rows = []
    for kind in schema.types():
        written = " · ".join(f"`{choice}`" for choice in kind.choices) or f"`{kind.example}`"
        rows.append((kind.name, kind.meaning, written))
    return _table(("Type", "What it is", "Written"), rows)


def refused_figures() -> str:
    """What a refusal yields."""
    return "\n".join(f"- `{name}`: {what}" for name, what in schema.REFUSED_FIGURES.items())


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
    return _table(("Name", "Title"), rows)


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
    return _table(("Field", "Takes", "Default", "Meaning"), rows)


# contracts/README.md


def role_table() -> str:
    """Every restricted function and the role that it needs."""
    cash = roles.cash_permissions(roles.FIRST_ISSUER)
    depository = [*roles.REGISTRY, *roles.SECURITY, *cash]
    rows = [*_permissions("depository", depository), *_permissions("venue", roles.VENUE)]
    return _table(("Manager", "Role", "Number", "Contract", "Functions"), rows)


def _permissions(
    manager: str, permissions: Iterable[roles.Permission]
) -> Iterator[tuple[str, ...]]:
    for permission in permissions:
        functions = ", ".join(f"`{name}`" for name in permission.functions)
        role = f"`{_role_name(manager, permission.role)}`"
        number = f"{permission.role}{' and up' if permission.role == roles.FIRST_ISSUER else ''}"
        yield manager, role, number, permission.contract, functions


def _role_name(manager: str, number: int) -> str:
    """The constant of a role; the two managers count theirs apart."""
    if number == roles.FIRST_ISSUER:
        return "ISSUER"
    of_venue = {"POLICY_MAKER", "PRICER", "CONFIRMER"}
    return next(
        name
        for name, value in vars(roles).items()
        if name.isupper() and value == number and (name in of_venue) == (manager == "venue")
    )


def unit_table() -> str:
    """The units, as the Python module states them."""
    lines = str(units.__doc__).splitlines()
    return "\n".join(re.sub(r" {2,}", " ", line) for line in lines if line.startswith("|"))


def enumerations() -> str:
    """The numbers that the contracts give to kinds; Python's have the same order."""
    kinds = {
        "SecurityKind": [kind.value for kind in SecurityKind],
        "CashKind": [kind.value for kind in CashKind],
        "Purpose": [purpose.name.lower().replace("_", "-") for purpose in Purpose],
        "SignerKind": [kind.name.lower() for kind in SignerKind],
    }
    rows = [
        (f"`{name}`", ", ".join(f"{number} {word}" for number, word in enumerate(words)))
        for name, words in kinds.items()
    ]
    return _table(("Enumeration", "Members"), rows)


# Markdown


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = (head, tuple("---" for _ in head), *rows)
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _text(docstring: str | None) -> str:
    """A docstring as a paragraph."""
    return " ".join(str(docstring).split())


def _sentence(docstring: str) -> str:
    """The first paragraph of a docstring."""
    return _text(docstring.strip().split("\n\n")[0])


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


BLOCKS: dict[str, Callable[[], str]] = {
    "demonstration": demonstration,
    "command-table": command_table,
    "command-help": command_help,
    "exit-codes": exit_codes,
    "contract-errors": contract_errors,
    "scenario-parts": scenario_parts,
    "scenario-steps": scenario_steps,
    "step-words": step_words,
    "scenario-types": scenario_types,
    "refused-figures": refused_figures,
    "reserved-words": reserved_words,
    "library": library,
    "role-table": role_table,
    "unit-table": unit_table,
    "enumerations": enumerations,
}

if __name__ == "__main__":
    os.environ["COLUMNS"] = "80"
    sys.exit(main(sys.argv[1:]))
