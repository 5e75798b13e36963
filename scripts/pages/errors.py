"""What `docs/errors.md` says about the code."""

from __future__ import annotations

import re
from pathlib import Path

from pages.markdown import table, upper
from settlement import errors
from settlement.onchain.sources import own_sources

_ERROR = re.compile(r"((?:^ */// .*\n)+) *error (\w+)\(([^)]*)\);", re.MULTILINE)


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
            rows.append((f"`{name}({listed})`", place, upper(when)))
    return table(("Error", "Interface", "Thrown"), sorted(rows))


BLOCKS = {
    "exit-codes": exit_codes,
    "contract-errors": contract_errors,
}
