"""What the README shows works, and it stays one page."""

import json
import os
import re
import subprocess
import sys

import pytest
import typer

from settlement.cli.app import app
from settlement.onchain.artifacts import load
from tests.docs import ROOT

README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def commands(command, words=()):
    for name, inner in getattr(command, "commands", {}).items():
        if hasattr(inner, "commands"):
            yield from commands(inner, (*words, name))
        else:
            yield " ".join(("dvp", *words, name))


def test_it_is_at_most_a_hundred_lines():
    assert len(README.splitlines()) <= 100


def test_there_are_two_blocks_of_python():
    assert len(BLOCKS) == 2


def test_three_lines_open_a_market():
    names = {}
    exec(BLOCKS[0], names)
    assert len(BLOCKS[0].splitlines()) == 3
    assert [asset.symbol for asset in names["market"].directory.assets()] == ["USD"]


def test_five_lines_test_somebody_elses_contract(tmp_path):
    vault = load("ContractWallet")
    artifact = tmp_path / "out" / "Vault.sol" / "Vault.json"
    artifact.parent.mkdir(parents=True)
    artifact.write_text(
        json.dumps({"abi": vault.abi, "bytecode": {"object": "0x" + vault.bytecode}}), "utf-8"
    )
    (tmp_path / "test_vault.py").write_text(BLOCKS[1], "utf-8")
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_vault.py"],
        cwd=tmp_path,
        env=clean,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "1 passed" in ran.stdout, ran.stdout + ran.stderr
    assert len(BLOCKS[1].split("\n\n")[1].splitlines()) == 5


@pytest.mark.parametrize("command", list(commands(typer.main.get_command(app))))
def test_every_command_is_documented(command):
    group = " ".join(command.split()[:2])
    assert f"| `{command}` |" in README or f"| `{group}` |" in README
    assert f"## {command}\n" in (ROOT / "docs" / "commands.md").read_text("utf-8")
