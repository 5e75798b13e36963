"""`dvp contracts`: the ABIs of every contract and interface, for other tools."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from settlement.cli.output import AsJson, show_document
from settlement.errors import BadInput


def contracts(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to write; made if needed.")],
    as_json: AsJson = False,
) -> int:
    """Write the ABI of each contract and interface to DIR/NAME.json."""
    from settlement.onchain.artifacts import load, published

    texts = {folder / f"{name}.json": _text(load(name).abi) for name in published()}
    try:
        _require_ours(texts)
        folder.mkdir(parents=True, exist_ok=True)
        for path, text in texts.items():
            path.write_text(text, "utf-8")
    except OSError as problem:
        place = problem.filename or folder
        raise BadInput(f"{place} cannot be written: {problem.strerror}") from None
    if as_json:
        show_document("contracts", {"folder": str(folder), "files": [path.name for path in texts]})
    else:
        for path in texts:
            print(path)
        print(f"{len(texts)} ABIs written")
    return 0


def _text(abi: object) -> str:
    return json.dumps(abi, indent=2) + "\n"


def _require_ours(texts: dict[Path, str]) -> None:
    """Refuses before anything is written if a file there is something else than an ABI."""
    others = [path for path in texts if path.exists() and not _is_abi(path)]
    if others:
        listed = ", ".join(path.name for path in others)
        raise BadInput(f"{others[0].parent} holds other files of these names: {listed}")


def _is_abi(path: Path) -> bool:
    try:
        content = json.loads(path.read_text("utf-8"))
    except (ValueError, IsADirectoryError):
        return False
    return isinstance(content, list) and all(
        isinstance(entry, dict) and "type" in entry for entry in content
    )
