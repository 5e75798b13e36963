"""`RepoTermsLib`: the type hashes are those of the texts above them, and of Python's."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from eth_utils import keccak

from settlement.onchain import repo_signing
from settlement.onchain.sources import CHECKOUT
from tests.contracts.repo.pen import QUANTITY

SOURCE = (CHECKOUT / "contracts" / "repo" / "RepoTermsLib.sol").read_text("utf-8")
TEXTS = {
    "TERMS": repo_signing.REPO_TERMS,
    "LINE": repo_signing.LINE,
    "CLOSING": repo_signing.CLOSING,
    "CANCELLATION": repo_signing.CANCELLATION,
    "SUBSTITUTION": repo_signing.SUBSTITUTION,
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_type_hash_is_that_of_its_text(name):
    figure = rf"bytes32 internal constant {name}_TYPEHASH =\s*0x([0-9a-f]{{64}});"
    found = re.search(rf"((?:    ///[^\n]*\n)+)    {figure}", SOURCE)
    assert found is not None
    comment, digest = found.groups()
    lines = [line.strip().removeprefix("///").strip() for line in comment.splitlines()]
    text = " ".join(lines).removeprefix("@dev ").replace(", ", ",")
    assert text == TEXTS[name]
    assert keccak(text=text).hex() == digest


@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_python_and_solidity_name_a_repo_alike(facility, pen, terms, count):
    lines = [pen.line("0x" + f"{number:040x}", QUANTITY, number) for number in range(count)]
    several = replace(terms, lines=tuple(lines), rate=-1, nonce=2**255)
    assert facility.idOf(several) == repo_signing.repo_id(several)
