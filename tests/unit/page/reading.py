"""Reads a page as strictly as a browser is lenient."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

_EMPTY = {"meta", "link", "br"}


@dataclass
class Element:
    """A tag with its attributes, and the text right inside it."""

    name: str
    attributes: dict[str, str]
    within: list["Element"] = field(default_factory=list)
    text: str = ""

    def all(self, name):
        """Every element of a name inside this one, at any depth."""
        for each in self.within:
            if each.name == name:
                yield each
            yield from each.all(name)

    @property
    def whole(self):
        """All its text, in no order."""
        return self.text + "".join(each.whole for each in self.within)


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open = [Element("", {})]
        self.elements = []

    def handle_starttag(self, tag, attrs):
        element = Element(tag, dict(attrs))
        assert len(element.attributes) == len(attrs), f"an attribute twice: {attrs}"
        self.open[-1].within.append(element)
        self.elements.append(element)
        if tag not in _EMPTY:
            self.open.append(element)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag):
        closed = self.open.pop()
        assert closed.name == tag, f"{closed.name} is closed by {tag}"

    def handle_data(self, data):
        self.open[-1].text += data


def read(text):
    """The root, and every element. Fails where a tag is not closed."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    assert len(reader.open) == 1, f"left open: {reader.open[-1].name}"
    return reader.open[0], reader.elements
