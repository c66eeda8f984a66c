"""A browser, a service with a small simulated brand, and pages that record their errors."""

from __future__ import annotations

import dataclasses
import datetime as dt
import http.client
import os
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from chalicelib.demo import tour
from chalicelib.demo.brand import BRAND, simulate
from tests.served import ROOT, Served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PROGRAM = next(filter(None, map(shutil.which, NAMES)), None)
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-extensions"]
SCREENSHOTS = ROOT / "build" / "screenshots"
TALKATIVE = tuple(
    dataclasses.replace(one, rate=5 * one.rate) if one.name == BRAND.comments.engagement else one
    for one in BRAND.types
)
SMALL_BRAND = dataclasses.replace(BRAND, n_people=560, n_days=90, types=TALKATIVE)
"""With enough comments that a storm is one."""


def need_a_browser() -> None:
    """Skip the test without Chromium and Playwright."""
    if PROGRAM is None:
        pytest.skip("Chromium is not installed: the dashboard is not tested in a browser")
    pytest.importorskip("playwright.sync_api")


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Start Chromium. The scope is this folder: Playwright's event loop must end with it."""
    need_a_browser()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=PROGRAM, args=OPTIONS)
        yield started
        started.close()


@pytest.fixture(scope="package")
def empty_service(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A service without data, for tests that leave it so; others start their own."""
    served = Served(tmp_path_factory.mktemp("data"))
    yield served
    served.end(signal.SIGTERM)


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A service with a small brand and its fit, for all modules: loading takes half a minute."""
    need_a_browser()
    served = Served(tmp_path_factory.mktemp("brand"))
    history = simulate(SMALL_BRAND, 1, today=tour.today_utc(dt.datetime.now(dt.UTC)))
    api = tour.Api(served.url, served.key)
    tour.declare_people(api)
    tour.load_events(api, history, lambda *_: None)
    tour.fit(api, lambda *_: None)
    _wait_for_day_totals(api, history.last_day)
    api.close()
    yield served
    served.end(signal.SIGTERM)


def _wait_for_day_totals(api: tour.Api, last_day: dt.date) -> None:
    """Wait until the messages of all days are derived; days are derived in their order."""
    began = time.monotonic()
    while api.get("/v1/dialogue")["as_of"][:10] <= last_day.isoformat():
        assert time.monotonic() - began < 60, "the day totals take too long"
        time.sleep(0.2)


class Visits:
    """Opens pages and records what goes wrong in them.

    Parameters
    ----------
    browser : Browser
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._contexts: list[Any] = []
        self.errors: list[str] = []
        self.expected: list[str] = []

    def open(
        self,
        service: Served,
        fragment: str = "",
        *,
        key: str | None = None,
        width: int = 1280,
        dark: bool = False,
        locale: str = "en-GB",
    ) -> Page:
        """Open the page with a key, as after signing in; without one with ``key=""``."""
        context = self._browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            locale=locale,
        )
        self._contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._record)
        used = service.key if key is None else key
        if used:
            stored = f"sessionStorage.getItem('seen') || (sessionStorage.setItem('seen', '1'), \
                sessionStorage.setItem('likeworth.key', '{used}'))"
            page.add_init_script(stored)
        page.goto(f"{service.url}/{fragment}")
        return page

    def _record(self, message: Any) -> None:
        if message.type == "error" and not any(one in message.text for one in self.expected):
            self.errors.append(f"{message.text} {message.location.get('url', '')}")

    def close(self) -> None:
        """Close all pages."""
        for context in self._contexts:
            context.close()


@pytest.fixture
def visits(browser: Browser) -> Iterator[Visits]:
    """Opens pages; fails if one of them has an unexpected error or breaks the policy."""
    opened = Visits(browser)
    yield opened
    opened.close()
    assert opened.errors == []


class Windows:
    """Windows in which tests that only look go from view to view, as a reader does.

    Parameters
    ----------
    visits : Visits
    service : Served
    """

    def __init__(self, visits: Visits, service: Served) -> None:
        self.visits = visits
        self._service = service
        self._pages: dict[tuple[int, bool], Page] = {}

    def show(self, fragment: str, heading: str, *, width: int = 1280, dark: bool = False) -> Page:
        """The window of a width and a colour scheme, with the view that the fragment names."""
        form = width, dark
        if form not in self._pages:
            self._pages[form] = self.visits.open(self._service, fragment, width=width, dark=dark)
        page = self._pages[form]
        page.evaluate("document.getElementById('view').replaceChildren()")
        page.evaluate(f"location.hash = '{fragment}'")
        return drawn(loaded(page, heading))


@pytest.fixture(scope="module")
def _kept_windows(browser: Browser, service: Served) -> Iterator[Windows]:
    kept = Windows(Visits(browser), service)
    yield kept
    kept.visits.close()


@pytest.fixture
def windows(_kept_windows: Windows) -> Iterator[Windows]:
    """Windows of the module; fails if a view has an error or breaks the policy."""
    _kept_windows.visits.errors.clear()
    yield _kept_windows
    assert _kept_windows.visits.errors == []


def loaded(page: Page, heading: str | None = None) -> Page:
    """Wait until a view is shown, with this heading."""
    page.wait_for_selector("#view > .view, #view > .empty")
    if heading is not None:
        page.locator("#view-title", has_text=heading).wait_for()
    return page


def drawn(page: Page) -> Page:
    """Wait until each chart is drawn, which happens when its width is known."""
    from playwright.sync_api import expect

    expect(page.locator("figure .picture:not(:has(svg))")).to_have_count(0)
    return page


def screenshot(page: Page, name: str) -> None:
    """Keep a picture of the whole page, for people to look at, if SCREENSHOTS is set."""
    if not os.environ.get("SCREENSHOTS"):
        return
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)


def key_of(service: Served, role: str) -> dict[str, Any]:
    """Create an API key: its id and its secret."""
    created: dict[str, Any] = service.call(
        "POST", "/v1/keys", service.key, {"role": role}, status=201
    )
    return created


def revoke(service: Served, key_id: str) -> None:
    """Revoke an API key."""
    connection = http.client.HTTPConnection(urlsplit(service.url).netloc, timeout=60)
    connection.request("DELETE", f"/v1/keys/{key_id}", headers={"x-api-key": service.key})
    assert connection.getresponse().status == 204
    connection.close()


def written(tmp_path: Path, name: str, *lines: str) -> Path:
    """Write a file to upload."""
    file = tmp_path / name
    file.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return file
