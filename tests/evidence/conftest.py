"""Bundles of stories, each story run once."""

import shutil
from functools import cache

import pytest

from settlement.evidence.bundle import require_room
from settlement.evidence.writing import write
from settlement.scenario.catalogue import find
from settlement.scenario.runner import Runner
from tests.evidence.rewriting import Rewriter


@pytest.fixture(scope="session")
def written(tmp_path_factory):
    """The bundle of a story by its name; nobody changes it."""

    @cache
    def bundle(name):
        folder = tmp_path_factory.mktemp("evidence") / name
        require_room(folder)
        runner = Runner(find(name))
        write(runner.market, runner.run().name, folder)
        return folder

    return bundle


@pytest.fixture
def bundle(written, tmp_path):
    """A copy of such a bundle, to be changed."""

    def copied(name):
        return shutil.copytree(written(name), tmp_path / name)

    return copied


@pytest.fixture
def hostile(bundle):
    """A rewriter of such a copy."""
    return lambda name: Rewriter(bundle(name))
