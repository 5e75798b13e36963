"""Every page as HTML: well-formed, alone, escaped, the same twice, and readable aloud."""

import re

import pytest

from settlement.ledger import ledger_of
from settlement.reporting.page.render import html
from settlement.reporting.page.story import story_page
from settlement.scenario import catalogue
from settlement.scenario.runner import Runner
from tests.unit.page.made import HOSTILE, MADE, hostile_page, text
from tests.unit.page.reading import read

XMLNS = 'xmlns="http://www.w3.org/2000/svg"'
TWO_MEGABYTES = 2_000_000


@pytest.fixture(params=MADE)
def written(request):
    return text(request.param)


def test_every_tag_is_closed_and_every_name_is_given_once(written):
    _, elements = read(written)
    names = [each.attributes["id"] for each in elements if "id" in each.attributes]
    assert len(names) == len({*names})


def test_every_section_can_be_reached(written):
    root, elements = read(written)
    named = {each.attributes.get("id") for each in elements}
    links = [each.attributes["href"] for each in root.all("a")]
    assert links == [
        f"#{each.attributes['aria-labelledby']}" for each in elements if each.name == "section"
    ]
    assert {link.removeprefix("#") for link in links} <= named


def test_it_needs_nothing_but_itself(written):
    _, elements = read(written)
    assert not re.search(r"//|@import|url\(", written.replace(XMLNS, ""))
    for each in elements:
        assert each.name not in {"script", "img", "iframe", "object", "embed", "form", "base"}
        assert not [name for name in each.attributes if name.startswith("on")]
        if "href" in each.attributes:
            assert each.attributes["href"].startswith(("#", "data:,"))
        assert not {"src", "srcset", "action", "style"} & {*each.attributes}


def test_it_is_small(written):
    assert len(written.encode()) < TWO_MEGABYTES


def test_tables_say_what_they_are_and_name_rows_and_columns(written):
    root, _ = read(written)
    for table in root.all("table"):
        (caption,) = table.all("caption")
        (head,) = table.all("thead")
        (body,) = table.all("tbody")
        assert caption.whole.strip()
        columns = next(head.all("tr")).within
        for title in columns:
            scope = title.attributes.get("scope")
            assert (title.name, scope) in {("th", "col"), ("td", None)}
        for row in body.all("tr"):
            first, *others = row.within
            assert (first.name, first.attributes["scope"]) == ("th", "row")
            assert {each.name for each in others} == {"td"}
            assert len(row.within) == len(columns)


def test_drawings_have_a_title_and_a_description_or_are_not_for_the_ear(written):
    root, _ = read(written)
    for drawing in root.all("svg"):
        if drawing.attributes.get("aria-hidden") == "true":
            continue
        assert drawing.attributes["role"] == "img"
        title, description, *_ = drawing.within
        assert (title.name, description.name) == ("title", "desc")
        assert title.text
        assert description.text


@pytest.mark.parametrize("name", MADE)
def test_what_is_put_in_is_text_and_nothing_else(name):
    hostile = html(hostile_page(name))
    root, _ = read(hostile)
    assert _words(hostile) == _words(text(name))
    assert HOSTILE not in hostile
    assert "<script" not in hostile
    assert root.whole.count("<script>alert") > 10


def _words(written):
    """Every tag that a page has, with its attributes."""
    return {(each.name, *each.attributes) for each in read(written)[1]}


def test_the_same_story_gives_the_same_bytes():
    def told():
        runner = Runner(catalogue.find("day"))
        return html(story_page(runner.run(), ledger_of(runner.market, "USD")))

    assert told() == told() == text("day")
