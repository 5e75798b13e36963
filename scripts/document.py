"""Writes what the documentation says about the code, so that it cannot say anything else.

    python scripts/document.py           write
    python scripts/document.py --check   fail, naming the files that are out of date

A Markdown file keeps its prose; between `<!-- generated: NAME -->` and `<!-- end: NAME -->` stands
what a module of `pages` has in its BLOCKS under NAME. `docs/scenario.schema.json` and the charts
`docs/*.svg` are written as a whole.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from pages import commands, contracts, drills, errors, lessons, netting, readme, scenario

from settlement.scenario.schema import json_schema

ROOT = Path(__file__).resolve().parents[1]
SCHEMA = ROOT / "docs" / "scenario.schema.json"
CHARTS: dict[Path, Callable[[], str]] = {
    ROOT / "docs" / "liquidity.svg": netting.liquidity_chart,
    ROOT / "docs" / "principal-at-risk.svg": lessons.principal_chart,
}

BLOCKS: dict[str, Callable[[], str]] = {
    **readme.BLOCKS,
    **commands.BLOCKS,
    **errors.BLOCKS,
    **scenario.BLOCKS,
    **netting.BLOCKS,
    **lessons.BLOCKS,
    **drills.BLOCKS,
    **contracts.BLOCKS,
}

_BLOCK = re.compile(r"(<!-- generated: ([a-z-]+) -->\n).*?(<!-- end: \2 -->)", re.DOTALL)


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
    for path, drawn in CHARTS.items():
        yield path, drawn()
    yield SCHEMA, json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def _read(path: Path) -> str:
    return path.read_text("utf-8") if path.is_file() else ""


def _filled(path: Path) -> str:
    def fill(found: re.Match[str]) -> str:
        begin, name, end = found.groups()
        return f"{begin}{BLOCKS[name]()}\n{end}"

    return _BLOCK.sub(fill, path.read_text("utf-8"))


if __name__ == "__main__":
    os.environ["COLUMNS"] = "80"
    sys.exit(main(sys.argv[1:]))
