"""What a contract said when it reverted: the one place where revert data gets a name.

web3 does not decode custom errors by ABI, so the selectors are looked up here. Errors of Solidity
itself, `Error(string)` and `Panic(uint256)`, are known as well. Whoever tells a person about it
(`coordinator.refusals`) starts from what this returns.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from eth_abi import decode
from eth_abi.exceptions import DecodingError
from eth_utils import keccak
from eth_utils.abi import collapse_if_tuple

_SOLIDITY = (
    {"name": "Error", "inputs": [{"name": "reason", "type": "string"}]},
    {"name": "Panic", "inputs": [{"name": "code", "type": "uint256"}]},
)


@dataclass(frozen=True, slots=True)
class Revert:
    """A decoded error. `arguments` by name; `data` as it came."""

    name: str
    arguments: Mapping[str, Any]
    data: bytes

    def __str__(self) -> str:
        listed = ", ".join(f"{name}={_show(value)}" for name, value in self.arguments.items())
        return f"{self.name}({listed})"


class ErrorBook:
    """Every custom error of a set of ABIs, by selector."""

    def __init__(self, abis: Iterable[Iterable[Any]]) -> None:
        entries = [entry for abi in abis for entry in abi if entry["type"] == "error"]
        self._errors = {_selector(entry): entry for entry in (*_SOLIDITY, *entries)}

    def names(self) -> list[str]:
        """Every error that can be named."""
        return sorted({str(entry["name"]) for entry in self._errors.values()})

    def decode(self, data: bytes) -> Revert:
        """The error in `data`; one without a name is `Unknown`, and no data at all `Silent`."""
        if not data:
            return Revert("Silent", {}, data)
        entry = self._errors.get(data[:4])
        if entry is None:
            return Revert("Unknown", {"data": data}, data)
        types = [collapse_if_tuple(item) for item in entry["inputs"]]
        try:
            values = decode(types, data[4:])
        except (DecodingError, UnicodeDecodeError):
            return Revert("Unknown", {"data": data}, data)
        names = [item["name"] for item in entry["inputs"]]
        return Revert(str(entry["name"]), dict(zip(names, values, strict=True)), data)


def _selector(entry: Mapping[str, Any]) -> bytes:
    kinds = ",".join(collapse_if_tuple(item) for item in entry["inputs"])
    return bytes(keccak(text=f"{entry['name']}({kinds})")[:4])


def _show(value: Any) -> str:
    return "0x" + value.hex() if isinstance(value, bytes) else str(value)
