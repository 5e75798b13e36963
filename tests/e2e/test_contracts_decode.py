"""`dvp contracts` and `dvp decode`, as a user runs them."""

import json

import pytest
from eth_abi import encode
from eth_utils import keccak

from settlement.cli import run
from settlement.onchain.artifacts import load, published

PANIC = "4e487b71" + "11".zfill(64)
SHORT = keccak(text="InsufficientFreeBalance(address,address,uint256,uint256)")[:4] + encode(
    ("address", "address", "uint256", "uint256"), ("0x" + "11" * 20, "0x" + "22" * 20, 71, 70)
)


def test_exports_every_abi_and_no_mock(tmp_path, capsys):
    folder = tmp_path / "new" / "abis"
    assert run(["contracts", str(folder), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "dvp/contracts/1"
    assert document["files"] == [f"{name}.json" for name in published()]
    assert sorted(path.name for path in folder.iterdir()) == document["files"]
    assert json.loads((folder / "Settlement.json").read_text("utf-8")) == load("Settlement").abi
    assert "HostileToken.json" not in document["files"]


def test_writes_over_its_own_files_only(tmp_path, capsys):
    assert run(["contracts", str(tmp_path)]) == 0
    (tmp_path / "Settlement.json").write_text("[]", "utf-8")
    assert run(["contracts", str(tmp_path)]) == 0
    (tmp_path / "CashToken.json").write_text('{"mine": true}', "utf-8")
    (tmp_path / "Settlement.json").unlink()
    assert run(["contracts", str(tmp_path)]) == 2
    assert capsys.readouterr().err.endswith("other files of these names: CashToken.json\n")
    assert not (tmp_path / "Settlement.json").exists()


def test_a_folder_that_cannot_be_made(tmp_path, capsys):
    (tmp_path / "file").write_text("", "utf-8")
    assert run(["contracts", str(tmp_path / "file" / "abis")]) == 2
    assert "cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (PANIC, "Panic(code=17)"),
        ("0x" + PANIC, "Panic(code=17)"),
        ("0x08c379a0" + encode(("string",), ("no",)).hex(), "Error(reason=no)"),
        (
            "0x" + SHORT.hex(),
            f"InsufficientFreeBalance(asset=0x{'11' * 20}, account=0x{'22' * 20}, "
            "needed=71, available=70)",
        ),
    ],
)
def test_names_an_error_with_its_arguments(capsys, data, words):
    assert run(["decode", data]) == 0
    assert capsys.readouterr().out == words + "\n"


def test_gives_arguments_to_programs(capsys):
    assert run(["decode", SHORT.hex(), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "schema": "dvp/decode/1",
        "error": "InsufficientFreeBalance",
        "arguments": {
            "asset": "0x" + "11" * 20,
            "account": "0x" + "22" * 20,
            "needed": "71",
            "available": "70",
        },
    }


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ("", "revert data begins with 4 bytes that name the error; here are 0"),
        ("0x12", "revert data begins with 4 bytes that name the error; here are 1"),
        ("xyz", "revert data is an even number of hexadecimal digits"),
        ("0x123", "revert data is an even number of hexadecimal digits"),
        ("deadbeef", "no error of these contracts is 0xdeadbeef with such arguments"),
        (PANIC[:40], "no error of these contracts is 0x4e487b71 with such arguments"),
        (
            "08c379a0" + encode(("bytes",), (b"\xff",)).hex(),
            "no error of these contracts is 0x08c379a0 with such arguments",
        ),
    ],
)
def test_says_so_when_it_cannot(capsys, data, sentence):
    assert run(["decode", data]) == 2
    written = capsys.readouterr()
    assert written.out == ""
    assert written.err == f"dvp: {sentence}\n"
