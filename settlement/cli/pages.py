"""The page of a story that was run."""

from __future__ import annotations

from settlement.ledger import ledger_of
from settlement.reporting.page.render import html
from settlement.reporting.page.story import story_page
from settlement.reporting.story import Story
from settlement.scenario.runner import Runner


def page_of(runner: Runner, story: Story) -> str:
    """What a run told and what the log of its market says, as HTML."""
    return html(story_page(story, ledger_of(runner.market, runner.scenario.currency)))
