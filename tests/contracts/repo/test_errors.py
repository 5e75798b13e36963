"""Every error that the repo contracts declare is the subject of a test in this folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from settlement.onchain.artifacts import load

INTERFACES = (
    *("IRepoFacility", "IRepoChanges", "IRepoServicing", "IRepoMargin", "IRepoDefault"),
    *("IRepoRecords", "IPriceBoard", "ICollateralPolicy", "ITriPartyCustody"),
)
ERRORS = sorted(
    entry["name"] for name in INTERFACES for entry in load(name).abi if entry["type"] == "error"
)


@pytest.mark.parametrize("error", ERRORS)
def test_every_error_is_met(error):
    tests = Path(__file__).parent.glob("test_*.py")
    assert any(f'"{error}"' in path.read_text("utf-8") for path in tests)
