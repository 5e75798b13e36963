"""What is generated is fresh, and the generator says so when it is not."""

import json
import re
import shutil
import subprocess
import sys

import pytest

from settlement.chain.reverts import ErrorBook
from settlement.onchain import artifacts
from settlement.scenario import catalogue
from settlement.scenario.reading import read_text
from settlement.scenario.runner import Runner
from settlement.scenario.steps import RESERVED, STEPS
from settlement.scenario.steps.base import REFUSED_FIGURES
from tests.docs import ROOT

SCENARIO = (ROOT / "docs" / "scenario.md").read_text("utf-8")


def generator(*arguments, root=ROOT):
    return subprocess.run(
        [sys.executable, str(root / "scripts" / "document.py"), *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_generated_part_is_fresh():
    checked = generator("--check")
    assert (checked.returncode, checked.stderr) == (0, "")


def test_a_stale_part_is_named_and_mended(tmp_path):
    for name in ("README.md", "docs", "contracts", "scripts", "gas.json"):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tmp_path / name)
        elif source.is_file():
            shutil.copy(source, tmp_path / name)
    page = tmp_path / "docs" / "scenario.md"
    page.write_text(page.read_text("utf-8").replace("### `trade`", "### `barter`"), "utf-8")
    checked = generator("--check", root=tmp_path)
    assert checked.returncode == 1
    assert checked.stderr == "docs/scenario.md is out of date: run 'make docs'\n"
    assert generator(root=tmp_path).stdout == "wrote docs/scenario.md\n"
    assert page.read_text("utf-8") == SCENARIO


def test_every_word_of_a_scenario_stands_in_the_manual():
    sections = re.findall(r"^### `(\w+)`$", SCENARIO, re.MULTILINE)
    assert sections == list(STEPS)
    assert all(f"`{word}`" in SCENARIO for word in RESERVED)


def test_every_step_has_an_example_that_reads():
    for verb, step in STEPS.items():
        step.model_validate(read_text(step.example, verb).content)


@pytest.fixture(scope="module")
def told():
    return [step for name in catalogue.names() for step in Runner(catalogue.find(name)).run().steps]


def test_every_figure_of_a_step_is_in_the_manual(told):
    for step in told:
        if step.verb in STEPS:
            known = REFUSED_FIGURES if step.refusal else STEPS[step.verb].figures
            assert set(step.figures) <= set(known), step.heading


def test_every_figure_in_the_manual_is_some_step_s(told):
    for verb, documented in STEPS.items():
        seen = {name for step in told if step.verb == verb for name in step.figures}
        assert set(documented.figures) <= seen
    assert set(REFUSED_FIGURES) <= {name for step in told if step.refusal for name in step.figures}


def test_every_error_of_our_contracts_is_listed():
    ours = [name for name in artifacts.names() if name.startswith("I")]
    named = ErrorBook(artifacts.load(name).abi for name in ours).names()
    page = (ROOT / "docs" / "errors.md").read_text("utf-8")
    missing = [name for name in named if name not in {"Error", "Panic"} and f"`{name}(" not in page]
    assert missing == []


def test_the_schema_is_json():
    schema = json.loads((ROOT / "docs" / "scenario.schema.json").read_text("utf-8"))
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
