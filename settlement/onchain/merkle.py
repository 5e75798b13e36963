"""Merkle trees over the trades of a cycle, in the form that OpenZeppelin's `MerkleProof` checks.

Leaves are hashes of more than 64 bytes, so none can pass for a pair. They are sorted, each pair is
hashed in sorted order, and an odd one goes up unpaired: the root depends on the set alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from eth_utils import keccak


class MerkleTree:
    """The tree over at least one leaf; a leaf that comes twice counts once."""

    def __init__(self, leaves: Iterable[bytes]) -> None:
        self._levels = [sorted(set(leaves))]
        while len(self._levels[-1]) > 1:
            self._levels.append(_level_above(self._levels[-1]))

    @property
    def root(self) -> bytes:
        """What the participants of a cycle sign."""
        return self._levels[-1][0]

    def proof(self, leaf: bytes) -> tuple[bytes, ...]:
        """The siblings on the way from a leaf of the tree up to the root."""
        place = self._levels[0].index(leaf)
        siblings = []
        for level in self._levels[:-1]:
            if place ^ 1 < len(level):
                siblings.append(level[place ^ 1])
            place //= 2
        return tuple(siblings)


def proves(root: bytes, leaf: bytes, proof: Sequence[bytes]) -> bool:
    """Whether `proof` leads from `leaf` to `root`."""
    for sibling in proof:
        leaf = _pair(leaf, sibling)
    return leaf == root and all(len(sibling) == 32 for sibling in proof)


def _level_above(level: Sequence[bytes]) -> list[bytes]:
    pairs = [_pair(*level[place : place + 2]) for place in range(0, len(level) - 1, 2)]
    return [*pairs, level[-1]] if len(level) % 2 else pairs


def _pair(one: bytes, other: bytes) -> bytes:
    return keccak(min(one, other) + max(one, other))
