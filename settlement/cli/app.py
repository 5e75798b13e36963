"""The commands, by name. Each module of this package holds one and is imported here."""

from __future__ import annotations

import typer

from settlement.cli import (
    bench,
    book,
    calc,
    contracts,
    decode,
    demo,
    drill,
    lesson,
    new,
    run,
    study,
    verify,
    why,
)

app = typer.Typer(
    name="dvp",
    help="Securities and cash change hands together or not at all, on a local chain.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

app.command("demo")(demo.demo)
app.command("drill")(drill.drill)
app.command("lesson")(lesson.lesson)
app.command("run")(run.run)
app.command("verify")(verify.verify)
app.command("new")(new.new)
app.command("why")(why.why)
app.command("book")(book.book)
app.add_typer(calc.app, name="calc")
app.add_typer(study.app, name="study")
app.add_typer(bench.app, name="bench")
app.command("contracts")(contracts.contracts)
app.command("decode")(decode.decode)
