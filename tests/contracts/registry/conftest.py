"""What a registration looks like."""

import pytest

from settlement.model.identifiers import demonstration_lei


@pytest.fixture
def lei():
    """The LEI of somebody who is not registered yet, as the register keeps it."""
    return demonstration_lei("newcomer").encode()


@pytest.fixture
def now(chain):
    """The time that the next block will carry."""
    return chain.now()
