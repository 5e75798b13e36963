"""`dvp calc`: one figure of repo at a time, and whole files of figures checked."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer

from settlement.analytics.calculators import CALCULATORS
from settlement.analytics.calculators.answer import (
    Answer,
    Calculator,
    Output,
    label,
    shown,
    written,
)
from settlement.analytics.calculators.inputs import (
    BadInputs,
    Fault,
    Field,
    fields_of,
    read,
    row_from_text,
    row_written,
)
from settlement.analytics.jsonfile import Mismatch
from settlement.cli.checked import show_checked
from settlement.cli.output import AsJson, show_document
from settlement.errors import BadInput

app = typer.Typer(
    help="Calculate a figure of repo by its formula, or check a file of figures; alone, list"
    " the calculators.",
    invoke_without_command=True,
)

Explain = Annotated[
    bool, typer.Option("--explain", help="The formula with its figures, before rounding.")
]


@app.callback()
def calc(context: typer.Context, as_json: AsJson = False) -> int:
    """Lists the calculators where none is named."""
    name = context.invoked_subcommand
    if name is None:
        _list(as_json)
    elif as_json:
        raise BadInput(f"--json given before {name}, dvp calc {name} ... --json needed")
    return 0


def _list(as_json: bool) -> None:
    """Every calculator with the first line of what it says of itself."""
    meanings = {
        name: str(inspect.getdoc(kind)).split("\n")[0] for name, kind in CALCULATORS.items()
    }
    if as_json:
        show_document("calc", {"calculators": meanings})
        return
    for name, meaning in meanings.items():
        print(f"{name:<19}{meaning}")
    print("\ndvp calc NAME --help has the inputs of one; dvp calc check FILE.json checks figures.")


@app.command("check")
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE.json", help="Figures to reproduce.")],
    as_json: AsJson = False,
) -> int:
    """Calculate every vector of a file and name each figure that does not come out."""
    from settlement.analytics import vectors

    return show_checked(vectors.check(file), _mismatch, ("calc", "check", "field"), as_json)


def _mismatch(mismatch: Mismatch) -> str:
    expected, computed = _figures(mismatch.expected), _figures(mismatch.computed)
    return f"{mismatch.id}: {mismatch.field}: expected {expected}, computed {computed}"


def _figures(figures: Any) -> str:
    """Figures of a file in one line."""
    if isinstance(figures, Mapping):
        return ", ".join(f"{name} {figure}" for name, figure in figures.items())
    return ", ".join(figures) if isinstance(figures, list) else str(figures)


# --- one command for each calculator --------------------------------------------------------------


def _command(name: str, kind: type[Calculator]) -> Callable[..., int]:
    """A function whose options are the inputs of the calculator."""

    def calculate(explain: bool, as_json: bool, **given: Any) -> int:
        try:
            calculator = read(kind, _inputs(kind, given))
        except BadInputs as trouble:
            faults = "; ".join(_as_typed(kind, fault) for fault in trouble.faults)
            raise BadInput(f"{faults}; see dvp calc {name} --help") from None
        _show(name, calculator.answer(), explain, as_json)
        return 0

    options = [_option(each) for each in fields_of(kind).values()]
    flags = [_parameter("explain", Explain, False), _parameter("as_json", AsJson, False)]
    calculate.__signature__ = inspect.Signature([*options, *flags])  # type: ignore[attr-defined]
    calculate.__doc__ = f"{inspect.getdoc(kind)}\n\n{kind.answer.__doc__}".replace("`", "")
    return calculate


def _inputs(kind: type[Calculator], given: Mapping[str, Any]) -> dict[str, Any]:
    """What was given, by the names of the inputs."""
    return {
        each.name: _input(each, given[each.attribute])
        for each in fields_of(kind).values()
        if given[each.attribute] not in (None, False, [])
    }


def _input(each: Field, given: Any) -> Any:
    row = each.input.row
    if row is None:
        return given
    return [_row(each, row, place, text) for place, text in enumerate(given, 1)]


def _row(each: Field, row: type, place: int, text: str) -> dict[str, str]:
    try:
        return row_from_text(row, text)
    except BadInput as trouble:
        raise BadInputs([Fault(f"{each.name}.{place}", str(trouble))]) from None


def _as_typed(kind: type[Calculator], fault: Fault) -> str:
    """A fault with the option as it is typed: `periods.1.days` is `--period no. 1, days`."""
    first, *inner = fault.name.split(".")
    place = f" no. {inner[0]}" if inner else ""
    name = ", ".join([f"{_option_name(fields_of(kind)[first])}{place}", *inner[1:]])
    return str(Fault(name, fault.message))


def _option_name(each: Field) -> str:
    """`--margin-ratio`; what is a list is given once for each of it: `--lot`."""
    word = each.name.removesuffix("s") if each.input.several else each.name
    return f"--{word.replace('_', '-')}"


def _option(each: Field) -> inspect.Parameter:
    """`--margin-ratio RATIO`."""
    option = typer.Option(_option_name(each), metavar=each.input.written or None, help=_help(each))
    if not each.input.written:
        return _parameter(each.attribute, Annotated[bool, option], False)
    kind = list[str] | None if each.input.several else str | None
    return _parameter(each.attribute, Annotated[kind, option], None)


def _help(each: Field) -> str:
    meaning = f"{each.input.meaning[:1].upper()}{each.input.meaning[1:]}"
    if each.input.several:
        notation = f": {row_written(each.input.row)}" if each.input.row else ""
        meaning = f"{meaning}{notation}. May be repeated"
    return f"{meaning}.{_mark(each)}"


def _mark(each: Field) -> str:
    """Whether an option is needed, or what holds without it."""
    if each.required:
        return "  [required]"
    number = isinstance(each.default, int | Decimal) and not isinstance(each.default, bool)
    return f"  [default: {each.default}]" if number else ""


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
        _print(label(field), output)
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
