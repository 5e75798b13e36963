"""`dvp decode`: what a contract said when it reverted."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from settlement.cli.output import AsJson, show_document
from settlement.errors import BadInput


def decode(
    data: Annotated[str, typer.Argument(metavar="HEX", help="Revert data, with or without 0x.")],
    as_json: AsJson = False,
) -> int:
    """Name the error in revert data, with its arguments."""
    from settlement.chain.reverts import ErrorBook
    from settlement.onchain.artifacts import load, published

    raw = _bytes(data)
    revert = ErrorBook(load(name).abi for name in published()).decode(raw)
    if revert.name == "Unknown":
        raise BadInput(f"no error of these contracts is 0x{raw[:4].hex()} with such arguments")
    if as_json:
        arguments = {name: _plain(value) for name, value in revert.arguments.items()}
        show_document("decode", {"error": revert.name, "arguments": arguments})
    else:
        print(revert)
    return 0


def _bytes(text: str) -> bytes:
    digits = text.strip()
    digits = digits[2:] if digits[:2] in {"0x", "0X"} else digits
    try:
        raw = bytes.fromhex(digits)
    except ValueError:
        raise BadInput("revert data is an even number of hexadecimal digits") from None
    if len(raw) < 4:
        raise BadInput(f"revert data begins with 4 bytes that name the error; here are {len(raw)}")
    return raw


def _plain(value: Any) -> Any:
    """Numbers as strings, since most readers of JSON cut those of 256 bits."""
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value if isinstance(value, bool) else str(value)
