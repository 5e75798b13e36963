"""`dvp demo`: the story of a day, from wallets admitted to records that agree."""

from __future__ import annotations

from settlement.cli.output import AsJson, show_document
from settlement.cli.written import Report, require_writable, write_page


def demo(report: Report = None, as_json: AsJson = False) -> int:
    """Watch securities and cash change hands: a sale, a repo, and two trades that must fail."""
    require_writable(report, ".html", "a report")
    from settlement.cli.pages import page_of
    from settlement.reporting.story import document
    from settlement.reporting.text import story_lines
    from settlement.scenario.catalogue import DEMONSTRATION, find
    from settlement.scenario.runner import Runner

    runner = Runner(find(DEMONSTRATION))
    story = runner.run()
    if not as_json:
        print("\n".join(story_lines(story)))
    written = write_page(report, lambda: page_of(runner, story), aloud=not as_json)
    if as_json:
        show_document("demo", document(story) | written)
    else:
        print("Next: dvp drill cash-short · dvp demo --report day.html · dvp run")
    return 0 if story.went_as_told else 1
