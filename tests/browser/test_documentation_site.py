"""The documentation site in Chromium: search, copy buttons, colours and narrow windows."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.api.test_documentation import get
from tests.browser.chromium import Chromium, Page, chromium_path
from tests.built_site import built, site

__all__ = ["built", "site"]  # fixtures

pytestmark = pytest.mark.skipif(chromium_path() is None, reason="Chromium is not installed")

RESULT = (
    "[...document.querySelectorAll('div')].find(one => one.shadowRoot)"
    ".shadowRoot.querySelector('a')"
)
"""The first result of a search."""


class Gateway(BaseHTTPRequestHandler):
    """Sends what the application answers, with its headers."""

    def do_GET(self) -> None:
        answer = get(self.path.partition("?")[0])
        self.send_response(answer.status_code)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def url(site: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    with Chromium(tmp_path_factory.mktemp("profile")) as started:
        yield started


def background_of(page: Page) -> str:
    return str(page.run("getComputedStyle(document.body).backgroundColor"))


def errors_of(page: Page) -> list[str]:
    return [one for one in page.errors() if not one.endswith("/favicon.ico")]


@pytest.mark.parametrize("path", ["/docs", "/docs/errors"])
def test_search_finds_a_page_that_can_be_opened(browser: Chromium, url: str, path: str) -> None:
    page = browser.page()
    page.open(url + path)
    page.run("document.querySelector('[for=__search]').click()")
    page.wait("document.activeElement.shadowRoot")
    page.write("fieller")
    page.wait(RESULT)
    found = page.run(f"{RESULT}.href")
    assert found.startswith(f"{url}/docs/methods.html")
    page.open(found)
    assert "Fieller" in page.text("article")
    assert errors_of(page) == []


def test_the_link_of_a_problem_marks_its_line(browser: Chromium, url: str) -> None:
    page = browser.page()
    page.open(f"{url}/docs/errors#invalid_fields")
    plain, marked = (
        f"getComputedStyle(document.querySelector('tr:has(#{code})')).backgroundColor"
        for code in ("not_found", "invalid_fields")
    )
    page.wait(f"{plain} !== {marked}")
    assert errors_of(page) == []


def test_code_has_a_copy_button_and_a_page_has_its_contents(browser: Chromium, url: str) -> None:
    page = browser.page(width=1400)
    page.open(f"{url}/docs/api")
    page.wait("document.querySelector('pre button, .highlight button')")
    assert "Links for spreadsheets" in page.text(".md-sidebar--secondary")
    assert errors_of(page) == []


def test_colours_follow_the_system_until_they_are_chosen(browser: Chromium, url: str) -> None:
    light, dark = browser.page(), browser.page(dark=True)
    light.open(f"{url}/docs")
    dark.open(f"{url}/docs")
    of_the_system = background_of(light)
    assert background_of(dark) != of_the_system

    dark.run("document.querySelector('[data-md-component=palette] label:not([hidden])').click()")
    dark.wait(f"getComputedStyle(document.body).backgroundColor === '{of_the_system}'")
    dark.open(f"{url}/docs/errors")  # the choice also holds on the other pages
    assert background_of(dark) == of_the_system
    assert errors_of(dark) == errors_of(light) == []


@pytest.mark.parametrize("path", ["/docs", "/docs/api", "/docs/errors", "/docs/exports"])
def test_a_narrow_window_does_not_scroll_sideways(browser: Chromium, url: str, path: str) -> None:
    page = browser.page(width=390, height=844)
    page.open(url + path)
    assert page.run("document.documentElement.scrollWidth") <= 390
    assert errors_of(page) == []
