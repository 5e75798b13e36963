"""A page as HTML, and where it goes."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from settlement.reporting.page.blocks import Page

if TYPE_CHECKING:
    from jinja2 import Template


def html(page: Page) -> str:
    """The whole page, in one file."""
    style = files(__package__).joinpath("page.css").read_text("utf-8")
    return _template().render(page=page, style=style) + "\n"


@cache
def _template() -> Template:
    """Everything that is put in is escaped, unless the template itself calls it safe."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("settlement.reporting.page", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html.jinja")
