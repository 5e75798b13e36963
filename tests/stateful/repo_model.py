"""The repo desk as a model in exact numbers.

Each act is a `Plan`: what would refuse it, what it would move, and what it would change. Nothing
here reads the chain, and no figure is taken from it. `repo_world` has accounts, prices and policy,
`repo_standing` what stands, the chapters are in the files imported here.
"""

from __future__ import annotations

from tests.stateful.repo_model_changes import Changes
from tests.stateful.repo_model_default import Default
from tests.stateful.repo_model_servicing import Servicing


class Model(Changes, Servicing, Default):
    """Everything that the repo desk should have written down, and everything that can be done."""
