"""Contract tests: one folder a contract, one file a function, in the order of the source."""

import pytest

pytest.register_assert_rewrite("tests.contracts.live")
