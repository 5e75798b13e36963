"""`dvp bench gas` and `dvp bench speed`: what a settlement costs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from settlement.cli.output import AsJson, show_document

if TYPE_CHECKING:
    from settlement.benchmarks.speed import BulkSpeed, DemoSpeed

app = typer.Typer(help="Measure gas, which is exact, and speed, as ratios.")


@app.command("gas")
def gas(
    write: Annotated[bool, typer.Option("--write", help="Rewrite gas.json in a checkout.")] = False,
    as_json: AsJson = False,
) -> int:
    """Gas of a settlement, of a trade in a batch, and of a repo: the same on every run."""
    from settlement.benchmarks.gas import measure
    from settlement.benchmarks.gas import write as write_figures

    figures = measure()
    written = str(write_figures(figures)) if write else None
    if as_json:
        show_document("bench", {"gas": figures, **({"written": written} if written else {})})
        return 0
    for function, cases in figures.items():
        for case, used in cases.items():
            print(f"{function:<18}{case:<14}{used:>9,}")
    if written:
        print(f"{written} is written")
    return 0


@app.command("speed")
def speed(as_json: AsJson = False) -> int:
    """Ratios: a demonstration against starting web3, the bulk path against one by one."""
    from settlement.benchmarks import speed as bench

    print("starting processes in turn", file=sys.stderr)
    demo = bench.measure_demo()
    print(f"settling {bench.SETTLEMENTS} trades both ways", file=sys.stderr)
    bulk = bench.measure_bulk()
    met = demo.ratio <= bench.MOST_DEMO and bulk.ratio >= bench.LEAST_BULK
    if as_json:
        show_document("bench", {"speed": _document(demo, bulk)})
    else:
        _print(demo, bulk)
    return 0 if met else 1


def _document(demo: DemoSpeed, bulk: BulkSpeed) -> dict[str, Any]:
    from settlement.benchmarks import speed as bench

    return {
        "demo": {
            "ratio": round(demo.ratio, 2),
            "at_most": bench.MOST_DEMO,
            "demo_seconds": round(demo.demo, 3),
            "provider_seconds": round(demo.provider, 3),
        },
        "bulk": {
            "ratio": round(bulk.ratio, 2),
            "at_least": bench.LEAST_BULK,
            "settlements": bulk.settlements,
            "bulk_seconds": round(bulk.bulk, 3),
            "one_by_one_seconds": round(bulk.one_by_one, 3),
            "fetching_receipts_seconds": round(bulk.receipts, 3),
        },
    }


def _print(demo: DemoSpeed, bulk: BulkSpeed) -> None:
    from settlement.benchmarks import speed as bench

    count = bulk.settlements
    print(f"dvp demo                                {demo.demo:8.2f} s")
    print(f"web3 with its provider                  {demo.provider:8.2f} s")
    print(f"      {demo.ratio:.2f} times as long, at most {bench.MOST_DEMO}")
    print(f"{count} settlements, submitted together   {bulk.bulk:8.2f} s")
    print(f"{count} by transact, one by one           {bulk.one_by_one:8.2f} s")
    print(f"      {bulk.ratio:.2f} times as fast, at least {bench.LEAST_BULK}")
    print(f"fetching their receipts, not counted    {bulk.receipts:8.2f} s")
