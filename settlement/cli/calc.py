"""`dvp calc`: one figure of repo at a time, and whole files of figures checked."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from settlement.analytics.calculators import CALCULATORS
from settlement.analytics.calculators.answer import Answer, Calculator, Output, shown, written
from settlement.analytics.calculators.inputs import (
    Field,
    fields_of,
    read,
    row_from_text,
    row_written,
)
from settlement.cli.output import AsJson, show_document

app = typer.Typer(help="Calculate a figure of repo by its formula, or check a file of figures.")

Explain = Annotated[
    bool, typer.Option("--explain", help="The formula with its figures, before rounding.")
]


@app.command("check")
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE.json", help="Figures to reproduce.")],
    as_json: AsJson = False,
) -> int:
    """Calculate every vector of a file and name each figure that does not come out."""
    from settlement.analytics import vectors

    checked = vectors.check(file)
    if as_json:
        show_document("calc", {"check": _check_document(checked)})
        return 1 if checked.mismatches else 0
    for mismatch in checked.mismatches:
        expected, computed = _figures(mismatch.expected), _figures(mismatch.computed)
        print(f"{mismatch.id}: {mismatch.field}: expected {expected}, computed {computed}")
    print(f"{checked.reproduced:,} of {checked.vectors:,} vectors reproduced")
    return 1 if checked.mismatches else 0


def _check_document(checked: Any) -> dict[str, Any]:
    return {
        "vectors": checked.vectors,
        "reproduced": checked.reproduced,
        "mismatches": [
            {
                "id": mismatch.id,
                "field": mismatch.field,
                "expected": mismatch.expected,
                "computed": mismatch.computed,
            }
            for mismatch in checked.mismatches
        ],
    }


def _figures(figures: Any) -> str:
    """Figures of a file in one line."""
    if isinstance(figures, Mapping):
        return ", ".join(f"{name} {figure}" for name, figure in figures.items())
    return ", ".join(figures) if isinstance(figures, list) else str(figures)


# --- one command for each calculator --------------------------------------------------------------


def _command(name: str, kind: type[Calculator]) -> Callable[..., int]:
    """A function whose options are the inputs of the calculator."""

    def calculate(explain: bool, as_json: bool, **given: Any) -> int:
        known = fields_of(kind)
        inputs = {
            each.name: _inputs(each, given[each.attribute])
            for each in known.values()
            if given[each.attribute] not in (None, False, [])
        }
        _show(name, read(kind, inputs).answer(), explain, as_json)
        return 0

    options = [_option(each) for each in fields_of(kind).values()]
    flags = [_parameter("explain", Explain, False), _parameter("as_json", AsJson, False)]
    calculate.__signature__ = inspect.Signature([*options, *flags])  # type: ignore[attr-defined]
    calculate.__doc__ = f"{inspect.getdoc(kind)}\n\n{kind.answer.__doc__}".replace("`", "")
    return calculate


def _inputs(each: Field, given: Any) -> Any:
    if each.input.row is None:
        return given
    return [row_from_text(each.input.row, text) for text in given]


def _option(each: Field) -> inspect.Parameter:
    """`--margin-ratio RATIO`; what is a list is given once for each of it: `--lot ...`."""
    word = each.name.removesuffix("s") if each.input.several else each.name
    option = typer.Option(
        f"--{word.replace('_', '-')}", metavar=each.input.written or None, help=_help(each)
    )
    if not each.input.written:
        return _parameter(each.attribute, Annotated[bool, option], False)
    kind = list[str] | None if each.input.several else str | None
    return _parameter(each.attribute, Annotated[kind, option], None)


def _help(each: Field) -> str:
    meaning = f"{each.input.meaning[:1].upper()}{each.input.meaning[1:]}"
    if not each.input.several:
        return f"{meaning}."
    notation = f": {row_written(each.input.row)}" if each.input.row else ""
    return f"{meaning}{notation}. May be repeated."


def _parameter(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation
    )


def _show(name: str, answer: Answer, explain: bool, as_json: bool) -> None:
    if as_json:
        outputs = {field: written(output) for field, output in answer.outputs.items()}
        steps = {"steps": list(answer.steps)} if explain else {}
        show_document("calc", {"calc": name, "out": outputs, **steps})
        return
    for field, output in answer.outputs.items():
        _print(field.replace("_", " "), output)
    if explain:
        print()
        for step in answer.steps:
            print(step)


def _print(field: str, output: Output) -> None:
    """A figure in one line; several under their heading."""
    lines = shown(output).splitlines()
    if isinstance(output, (list, tuple, Mapping)):
        print(field)
        for line in lines:
            print(f"  {line}")
    else:
        print(f"{field:<26}{shown(output):>20}")


for _name, _kind in CALCULATORS.items():
    app.command(_name)(_command(_name, _kind))
