"""Merkle trees over the trades of a cycle; test_net_inclusion has the chain check the proofs."""

import pytest
from eth_utils import keccak
from hypothesis import given
from hypothesis import strategies as st

from settlement.onchain.merkle import MerkleTree, proves


def leaves(size):
    return [keccak(bytes([number])) for number in range(size)]


def pair(one, other):
    return keccak(min(one, other) + max(one, other))


def test_one_leaf_is_its_own_root():
    (leaf,) = leaves(1)
    tree = MerkleTree([leaf])
    assert (tree.root, tree.proof(leaf)) == (leaf, ())
    assert proves(leaf, leaf, ())


def test_two_and_three_and_four_by_hand():
    first, second, third, fourth = sorted(leaves(4))
    assert MerkleTree([first, second]).root == pair(first, second)
    assert MerkleTree([first, second, third]).root == pair(pair(first, second), third)
    root = pair(pair(first, second), pair(third, fourth))
    tree = MerkleTree([fourth, second, first, third])
    assert tree.root == root
    assert tree.proof(third) == (fourth, pair(first, second))


def test_an_odd_one_goes_up_unpaired():
    low, *_, odd = sorted(leaves(5))
    tree = MerkleTree(leaves(5))
    assert len(tree.proof(odd)) == 1
    assert len(tree.proof(low)) == 3


@pytest.mark.parametrize("size", range(1, 34))
def test_every_leaf_is_proved_and_no_other(size):
    *own, absent = leaves(size + 1)
    tree = MerkleTree(own)
    for leaf in own:
        assert proves(tree.root, leaf, tree.proof(leaf))
        assert not proves(tree.root, absent, tree.proof(leaf))


def test_a_proof_with_another_sibling_or_one_too_few_proves_nothing():
    tree = MerkleTree(leaves(6))
    for leaf in leaves(6):
        proof = tree.proof(leaf)
        for place in range(len(proof)):
            assert not proves(tree.root, leaf, (*proof[:place], leaf, *proof[place + 1 :]))
            assert not proves(tree.root, leaf, (*proof[:place], *proof[place + 1 :]))
        assert not proves(tree.root, leaf, (*proof, tree.root))


def test_what_is_no_leaf_has_no_proof():
    tree = MerkleTree(leaves(4))
    node = pair(*sorted(leaves(4))[:2])
    for stranger in (node, tree.root, keccak(b"another")):
        with pytest.raises(ValueError, match="not in list"):
            tree.proof(stranger)


def test_a_tree_has_a_leaf():
    with pytest.raises(IndexError):
        _ = MerkleTree([]).root


@given(data=st.data(), numbers=st.sets(st.binary(min_size=1, max_size=8), min_size=1, max_size=60))
def test_the_root_depends_on_the_set_alone(data, numbers):
    own = [keccak(number) for number in sorted(numbers)]
    tree = MerkleTree(own)
    shuffled = data.draw(st.permutations(own))
    assert MerkleTree([*shuffled, shuffled[0]]).root == tree.root
    leaf = data.draw(st.sampled_from(own))
    assert proves(tree.root, leaf, tree.proof(leaf))
    fewer = [each for each in own if each != leaf]
    if fewer:
        assert MerkleTree(fewer).root != tree.root
