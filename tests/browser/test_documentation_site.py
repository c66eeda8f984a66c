"""The documentation site in Chromium: search, copy buttons, colours and narrow windows."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.api.test_documentation import get
from tests.built_site import built, site

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

__all__ = ["built", "site"]  # fixtures

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


class Server(ThreadingHTTPServer):
    """A browser opens many connections at once."""

    request_queue_size = 128


@pytest.fixture
def url(site: Path) -> Iterator[str]:
    server = Server(("127.0.0.1", 0), Gateway)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


class Reader:
    """Opens pages of the site and records what goes wrong in them."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self.errors: list[str] = []

    def open(self, address: str, *, width: int = 1280, dark: bool = False) -> Page:
        """Open an address in a window of its own."""
        context = self._browser.new_context(
            viewport={"width": width, "height": 844}, color_scheme="dark" if dark else "light"
        )
        self._contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._record)
        page.goto(address)
        return page

    def _record(self, message: Any) -> None:
        if message.type == "error" and "favicon.ico" not in message.location.get("url", ""):
            self.errors.append(message.text)

    def close(self) -> None:
        """Close all windows."""
        for context in self._contexts:
            context.close()


@pytest.fixture
def reader(browser: Browser, url: str) -> Iterator[Reader]:
    """Opens pages; a page with an error fails the test. It closes them before the server ends."""
    made = Reader(browser)
    yield made
    made.close()
    assert made.errors == []


def wait_until(page: Page, condition: str) -> None:
    """Wait for a condition. Playwright's own function evaluates text, which the policy forbids."""
    for _ in range(200):
        if page.evaluate(f"Boolean({condition})"):
            return
        page.wait_for_timeout(50)
    pytest.fail(f"not within 10 seconds: {condition}")


def background_of(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


@pytest.mark.parametrize("path", ["/docs", "/docs/errors"])
def test_search_finds_a_page_that_can_be_opened(reader: Reader, url: str, path: str) -> None:
    page = reader.open(url + path)
    page.evaluate("document.querySelector('[for=__search]').click()")
    wait_until(page, "document.activeElement.shadowRoot")
    page.keyboard.type("fieller")
    wait_until(page, RESULT)
    found = page.evaluate(f"{RESULT}.href")
    assert found.startswith(f"{url}/docs/methods.html")
    page.goto(found)
    assert "Fieller" in page.inner_text("article")


def test_the_link_of_a_problem_marks_its_line(reader: Reader, url: str) -> None:
    page = reader.open(f"{url}/docs/errors#invalid_fields")
    plain, marked = (
        f"getComputedStyle(document.querySelector('tr:has(#{code})')).backgroundColor"
        for code in ("not_found", "invalid_fields")
    )
    wait_until(page, f"{plain} !== {marked}")


def test_code_has_a_copy_button_and_a_page_has_its_contents(reader: Reader, url: str) -> None:
    page = reader.open(f"{url}/docs/api", width=1400)
    page.wait_for_selector("pre button, .highlight button", state="attached")
    assert "Links for spreadsheets" in page.inner_text(".md-sidebar--secondary")


def test_colours_follow_the_system_until_they_are_chosen(reader: Reader, url: str) -> None:
    light, dark = reader.open(f"{url}/docs"), reader.open(f"{url}/docs", dark=True)
    of_the_system = background_of(light)
    assert background_of(dark) != of_the_system

    dark.evaluate(
        "document.querySelector('[data-md-component=palette] label:not([hidden])').click()"
    )
    wait_until(dark, f"getComputedStyle(document.body).backgroundColor === '{of_the_system}'")
    dark.goto(f"{url}/docs/errors")  # the choice also holds on the other pages
    assert background_of(dark) == of_the_system


@pytest.mark.parametrize("path", ["/docs", "/docs/api", "/docs/errors", "/docs/exports"])
def test_a_narrow_window_does_not_scroll_sideways(reader: Reader, url: str, path: str) -> None:
    page = reader.open(url + path, width=390)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
