"""`dvp demo`: the story of a day, from wallets admitted to records that agree."""

from __future__ import annotations

from settlement.cli.output import AsJson, show_document


def demo(as_json: AsJson = False) -> int:
    """Watch securities and cash change hands: a sale, a repo, and two trades that must fail."""
    from settlement.reporting.story import document
    from settlement.reporting.text import story_lines
    from settlement.scenario.catalogue import DEMONSTRATION, find
    from settlement.scenario.runner import Runner

    story = Runner(find(DEMONSTRATION)).run()
    if as_json:
        show_document("demo", document(story))
    else:
        print("\n".join(story_lines(story)))
        print("Next: dvp run · dvp why waiting · dvp new my-story.yaml")
    return 0 if story.went_as_told else 1
