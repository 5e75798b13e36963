"""EIP-712 as documents: `{types, primaryType, domain, message}`, which any library re-checks.

`document` writes down what a struct hash remembers. `struct_hash_of`, `digest_of` and `signer_of`
go the other way: they hash a document by its own types and by nothing else, so they know none of
our models. Integers are decimal text and bytes are hexadecimal: no reader of JSON cuts those. Each
value is written in one way only, so what hashes the same reads the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from eth_abi import encode
from eth_abi.exceptions import EncodingError
from eth_utils import keccak

from settlement.chain.base import checksummed
from settlement.errors import BadInput
from settlement.onchain.signing import DOMAIN, ArrayHash, Domain, StructHash, recovered

Document = Mapping[str, Any]
"""Typed data as EIP-712 writes it in JSON."""

_PARTS = ("types", "primaryType", "domain", "message")
_DEFINITION = re.compile(r"(\w+)\(([^)]*)\)")
_DEEPEST = 8
_INTEGER = re.compile(r"0|-?[1-9][0-9]*", re.ASCII)
_BYTES = re.compile(r"0x((?:[0-9a-f]{2})*)", re.ASCII)


def document(domain: Domain, struct: StructHash) -> Document:
    """What was signed, as typed data."""
    return {
        "types": types_of(struct.type_text),
        "primaryType": primary_type(struct.type_text),
        "domain": domain_part(domain),
        "message": _message(struct),
    }


def domain_part(domain: Domain) -> dict[str, str]:
    """A domain as it stands in a document."""
    return {
        "name": domain.name,
        "version": domain.version,
        "chainId": str(domain.chain_id),
        "verifyingContract": domain.contract,
    }


def primary_type(type_text: str) -> str:
    """The name of the struct that a type's text is of."""
    return type_text[: type_text.index("(")]


def types_of(type_text: str) -> dict[str, list[dict[str, str]]]:
    """The `types` of a document: the domain's, the struct's, and those that it contains."""
    return {
        name: [{"name": member, "type": kind} for member, kind in members]
        for text in (DOMAIN, type_text)
        for name, members in _definitions(text).items()
    }


def signer_of(typed: Document, signature: bytes) -> str | None:
    """Whose key signed a document; None where it is no signature. Raises {BadInput}."""
    return recovered(digest_of(typed), signature)


def digest_of(typed: Document) -> bytes:
    """What a key signs. Raises {BadInput}."""
    domain = _hashed(typed, primary_type(DOMAIN), "domain")
    return keccak(b"\x19\x01" + domain + struct_hash_of(typed))


def struct_hash_of(typed: Document) -> bytes:
    """The hash of a document's message. Raises {BadInput}."""
    return _hashed(typed, typed.get("primaryType"), "message")


def _hashed(typed: Document, name: Any, part: str) -> bytes:
    if set(typed) != set(_PARTS):
        raise BadInput(f"typed data has the parts {', '.join(_PARTS)}")
    try:
        return _Hasher(typed["types"]).struct(name, typed[part])
    except (KeyError, TypeError, ValueError, AttributeError, EncodingError) as problem:
        raise BadInput(f"the {part} is not what its types say: {problem}") from None


class _Hasher:
    """Hashes by the types of one document."""

    def __init__(self, types: Mapping[str, Any]) -> None:
        self._types = types

    def struct(self, name: str, values: Mapping[str, Any], depth: int = 0) -> bytes:
        if depth > _DEEPEST:
            raise ValueError(f"structs stand in structs more than {_DEEPEST} deep")
        members = [(member["name"], member["type"]) for member in self._types[name]]
        if set(values) != {member for member, _ in members}:
            raise ValueError(f"{name} has the members {', '.join(member for member, _ in members)}")
        words = [self._word(kind, values[member], depth) for member, kind in members]
        return keccak(keccak(text=self._text(name)) + b"".join(words))

    def _word(self, kind: str, value: Any, depth: int) -> bytes:
        if kind.endswith("[]"):
            return keccak(b"".join(self._word(kind[:-2], item, depth) for item in value))
        if kind in self._types:
            return self.struct(kind, value, depth + 1)
        if kind == "string":
            return keccak(text=value)
        return encode([kind], [_value(kind, value)])

    def _text(self, name: str) -> str:
        inner = sorted(set(self._contained(name, set())) - {name})
        return "".join(map(self._definition, (name, *inner)))

    def _contained(self, name: str, seen: set[str]) -> Iterator[str]:
        for member in self._types[name]:
            kind = member["type"].removesuffix("[]")
            if kind in self._types and kind not in seen:
                seen.add(kind)
                yield kind
                yield from self._contained(kind, seen)

    def _definition(self, name: str) -> str:
        members = (f"{member['type']} {member['name']}" for member in self._types[name])
        return f"{name}({','.join(members)})"


def _value(kind: str, value: Any) -> Any:
    if "int" in kind:
        return int(_matched(_INTEGER, value)[0])
    if kind == "address" and checksummed(value) != value:
        raise ValueError(f"'{value}' is not written with its checksum")
    return bytes.fromhex(_matched(_BYTES, value)[1]) if kind.startswith("bytes") else value


def _matched(pattern: re.Pattern[str], value: str) -> re.Match[str]:
    found = pattern.fullmatch(value)
    if found is None:
        raise ValueError(f"'{value}' does not suit its type")
    return found


def _message(struct: StructHash) -> dict[str, Any]:
    members = _definitions(struct.type_text)[primary_type(struct.type_text)]
    return {
        name: _plain(kind, value)
        for (name, kind), value in zip(members, struct.values, strict=True)
    }


def _plain(kind: str, value: Any) -> Any:
    if isinstance(value, ArrayHash):
        return [_message(item) if isinstance(item, StructHash) else item for item in value.items]
    if isinstance(value, bytes):
        return "0x" + value.hex()
    return str(int(value)) if "int" in kind else value


@cache
def _definitions(type_text: str) -> dict[str, tuple[tuple[str, str], ...]]:
    """(name, type) of every member, by struct."""
    return {
        name: tuple((member.split()[1], member.split()[0]) for member in members.split(","))
        for name, members in _DEFINITION.findall(type_text)
    }
