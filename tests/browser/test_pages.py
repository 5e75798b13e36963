"""Every report in a browser: for everybody, alone, at every width, in the dark and on paper."""

from pathlib import Path

import pytest

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
QUESTIONS = [
    "What moved?",
    "Which risk was avoided?",
    "How much cash was needed?",
    "What did it cost?",
]
BLACK, WHITE = "rgb(0, 0, 0)", "rgb(255, 255, 255)"


def test_it_asks_nobody_for_anything_and_complains_of_nothing(view):
    assert view.said == []
    assert [url for url in view.asked if not url.startswith("data:")] == [view.url]


def test_the_page_itself_never_scrolls_sideways(view):
    assert view.page.evaluate("document.documentElement.scrollWidth") <= view.width


def test_the_first_screen_answers_four_questions(view):
    assert view.page.locator(".answers dt").all_inner_texts() == QUESTIONS
    if view.width < 1280:
        return
    lowest = view.page.evaluate(
        "Math.max(...[...document.querySelectorAll('.answers, .answers *')]"
        ".map(each => each.getBoundingClientRect().bottom))"
    )
    assert lowest <= 800


@pytest.fixture
def printed(view):
    """Its colours on paper: of what is in the page, and of what stands behind it."""
    view.page.emulate_media(media="print")
    yield lambda name, colour: {*view.page.evaluate(COLOURS, [name, colour])}
    view.page.emulate_media(media="screen")


COLOURS = """([name, colour]) =>
    [...document.querySelectorAll(name)].map(each => getComputedStyle(each)[colour])"""


def test_on_paper_it_is_black_on_white(printed):
    assert printed("body, .answers > div", "backgroundColor") == {WHITE}
    assert printed("body, h1, h2, td, th, .answer, .timeline text", "color") == {BLACK}
    assert printed(".chart .ground", "fill") <= {WHITE}
    assert printed(".chart text, .chart .line, .chart .dot", "color") <= {BLACK}


def test_nobody_is_kept_out(view):
    view.page.add_script_tag(path=AXE)
    found = view.page.evaluate(
        "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", RULES
    )
    assert [_told(violation) for violation in found["violations"]] == []


def _told(violation):
    where = [node["target"] for node in violation["nodes"][:3]]
    return f"{violation['id']}: {violation['help']}, at {where}"
