"""`dvp bench`: what a settlement costs in gas and in seconds, and a netting in seconds."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from settlement.cli.output import AsJson, show_document

if TYPE_CHECKING:
    from settlement.benchmarks.netting import Growth, Netting
    from settlement.benchmarks.speed import BulkSpeed, DemoSpeed

app = typer.Typer(help="Measure gas, which is exact, and speed, as ratios.")


@app.command("gas")
def gas(
    write: Annotated[bool, typer.Option("--write", help="Rewrite gas.json in a checkout.")] = False,
    as_json: AsJson = False,
) -> int:
    """Gas of a settlement, of a trade in a batch, and of a repo: the same on every run."""
    from settlement.benchmarks.cycle_gas import CHEAPER_FROM
    from settlement.benchmarks.gas import measure
    from settlement.benchmarks.gas import write as write_figures

    figures = measure()
    written = str(write_figures(figures)) if write else None
    if as_json:
        show_document("bench", {"gas": figures, **({"written": written} if written else {})})
        return 0
    for function, cases in figures.items():
        for case, used in cases.items():
            unit = " trades" if function == CHEAPER_FROM else ""
            print(f"{function:<24}{case:<16}{used:>9,}{unit}")
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


@app.command("netting")
def netting(as_json: AsJson = False) -> int:
    """Ratios: the largest set of a queue against sorting it, a large queue against a small one."""
    from settlement.benchmarks import netting as bench

    print(f"settling {bench.INSTRUCTIONS:,} instructions in turns", file=sys.stderr)
    measured = bench.measure()
    print(f"settling up to {max(bench.SIZES):,} instructions", file=sys.stderr)
    growth = bench.measure_growth()
    if as_json:
        show_document("bench", {"netting": _netting_document(measured, growth)})
    else:
        _print_netting(measured)
        _print_growth(growth)
    return 0 if measured.ratio <= bench.MOST_SORTS else 1


def _netting_document(measured: Netting, growth: Growth) -> dict[str, Any]:
    from settlement.benchmarks import netting as bench

    return {
        "largest_set": {
            "ratio": round(measured.ratio, 2),
            "at_most": bench.MOST_SORTS,
            "instructions": measured.instructions,
            "sort_seconds": round(measured.sort, 4),
            "scarce_seconds": round(measured.scarce, 4),
            "scarce_settles": round(measured.scarce_settles, 3),
            "ample_seconds": round(measured.ample, 4),
            "ample_settles": round(measured.ample_settles, 3),
        },
        "growth": {
            "ratio": round(growth.ratio, 2),
            "microseconds_each": {
                str(size): round(seconds * 1e6, 2) for size, seconds in growth.each.items()
            },
        },
    }


def _print_netting(measured: Netting) -> None:
    from settlement.benchmarks import netting as bench

    few, most = (f"{part:.0%}" for part in (measured.scarce_settles, measured.ample_settles))
    print(f"sorting {measured.instructions:,} instructions              {measured.sort:8.3f} s")
    print(f"their largest set, where {few:>4} settles      {measured.scarce:8.3f} s")
    print(f"their largest set, where {most:>4} settles      {measured.ample:8.3f} s")
    print(f"      {measured.ratio:.2f} times as long, at most {bench.MOST_SORTS}")


def _print_growth(growth: Growth) -> None:
    for size, seconds in growth.each.items():
        print(f"each of {size:>9,} instructions            {seconds * 1e6:8.2f} µs")
    print(f"      {growth.ratio:.2f} times as long in the largest queue as in the smallest")
