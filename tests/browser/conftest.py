"""One chromium for all tests, and every report once, as the command line writes it.

`make test-browser` runs them and installs what they need; nothing of it is skipped. A page of a
new command is a line in `REPORTS`.
"""

import os
import shutil
from dataclasses import dataclass
from itertools import product

import pytest
from playwright.sync_api import Page, sync_playwright

from settlement.cli import run
from tests.browser.tradefile import many_trades
from tests.e2e import tradefiles

CHROMIUM = os.environ.get("CHROMIUM", "chromium")
MANY, RING = "many.csv", "ring.csv"

REPORTS = {
    "demo": ["demo"],
    "margin": ["run", "margin-call"],
    "default": ["run", "default"],
    "month": ["run", "month"],
    "nothing-moved": ["run", "waiting"],
    "drill": ["drill", "cash-short"],
    "every-drill": ["drill", "--all"],
    "lesson": ["lesson", "principal-at-risk"],
    "repos": ["book", MANY],
    "gross": ["book", RING, "--settle", "gross"],
    "net": ["book", RING, "--settle", "net"],
    "every-method": ["book", MANY, "--settle", "all"],
}


SCHEMES = ["light", "dark"]
WIDTHS = [1280, 360]


@dataclass(frozen=True)
class View:
    """A report as somebody has it before them, and what happened while it opened."""

    page: Page
    url: str
    scheme: str
    width: int
    said: list[str]
    asked: list[str]


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """Where reports are written; the trade files of some lie there."""
    found = tmp_path_factory.mktemp("reports")
    (found / MANY).write_text(many_trades(), "utf-8")
    (found / RING).write_text(tradefiles.RING, "utf-8")
    return found


@pytest.fixture(scope="session", params=REPORTS)
def report(request, folder):
    """A report that the command line wrote, once, however often it is asked for."""
    written = folder / f"{request.param}.html"
    if not written.exists():
        files = {name: str(folder / name) for name in (MANY, RING)}
        arguments = [files.get(word, word) for word in REPORTS[request.param]]
        assert run([*arguments, "--report", str(written)]) == 0
    return written


@pytest.fixture(scope="session")
def chromium():
    found = shutil.which(CHROMIUM)
    assert found, f"there is no {CHROMIUM} on the path: make test-browser installs it"
    with sync_playwright() as playwright:
        # A container has no sandbox to give; chromium opens nothing but our own pages.
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session", params=[*product(SCHEMES, WIDTHS)], ids=str)
def view(request, chromium, report):
    """The report in each scheme and at each width, without a network."""
    scheme, width = request.param
    context = chromium.new_context(
        offline=True, color_scheme=scheme, viewport={"width": width, "height": 800}
    )
    page = context.new_page()
    view = View(page, report.as_uri(), scheme, width, [], [])
    page.on("console", lambda message: view.said.append(message.text))
    page.on("pageerror", lambda error: view.said.append(str(error)))
    page.on("request", lambda asked: view.asked.append(asked.url))
    page.goto(view.url)
    yield view
    context.close()
