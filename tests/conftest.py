"""Settings of this suite. Fixtures come from the package's own plugin, `settlement.testing`."""

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "quick",
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.register_profile(
    "fuzz", settings.get_profile("quick"), max_examples=500, derandomize=False
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


def pytest_ignore_collect(collection_path, config):
    """The tests in a browser need one; they run where they are named, as make test-browser does."""
    if collection_path.name == "browser" and not any("browser" in each for each in config.args):
        return True
    return None
