"""GET /docs without a built site: plain pages of docs/ with a line for every problem."""

from __future__ import annotations

import posixpath
from html.parser import HTMLParser

import pytest
from chalice.test import Client, HTTPResponse

import app
from chalicelib import documentation
from chalicelib.documentation import handbook, markdown_sources
from chalicelib.importers import ROW_REJECTIONS
from chalicelib.local import exchanges
from chalicelib.model.codes import EXPERIMENT_ERRORS
from chalicelib.model.errors import EXPORT_REJECTIONS
from chalicelib.model.events import EVENT_ERROR_CODES
from infra import pages
from tests.api.conftest import rejected
from tests.api.test_error_codes import CODES, SERVER_CODES

PATHS = ["/docs", *(f"/docs/{name}" for name in documentation.PAGES)]
ELEMENTS = (
    "html head meta title link body nav main a p h1 h2 h3 h4 ul ol li table thead tbody tr th td "
    "code pre em strong div br hr blockquote"
)


class Marks(HTMLParser):
    """The elements, link targets and ids of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.places: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name == "href"]
        self.places += [value or "" for name, value in attrs if name == "id"]


def get(path: str, method: str = "GET") -> HTTPResponse:
    with Client(app.app) as client:
        return client.http.request(method, path)


def marks(path: str) -> Marks:
    return Marks(get(path).body.decode())


def test_the_generated_pages_are_current() -> None:
    stale = [
        path.name
        for path, text in pages.made_files().items()
        if path.read_text(encoding="utf-8") != text
    ]
    assert stale == [], "run make docs"


@pytest.mark.parametrize("path", PATHS)
def test_a_page_needs_no_key_and_cannot_run_scripts(path: str) -> None:
    answer = get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Content-Security-Policy"].split("; ") == [
        "default-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "style-src 'self'",
    ]


@pytest.mark.parametrize("path", PATHS)
def test_a_page_contains_only_allowed_elements(path: str) -> None:
    found = marks(path)
    assert found.elements <= set(ELEMENTS.split())
    assert found.attributes <= {
        *("lang", "charset", "name", "content", "href", "rel", "id", "class", "start"),
        "aria-current",
    }
    assert len(found.places) == len(set(found.places))


@pytest.mark.parametrize("path", PATHS)
def test_every_link_has_a_target(path: str) -> None:
    known: dict[str, set[str]] = {}  # the places of a page
    for link in marks(path).links:
        if link.startswith("https://"):
            continue
        target, _, place = link.partition("#")
        there = posixpath.normpath(posixpath.join(posixpath.dirname(path), target or path))
        assert there in [*PATHS, "/openapi.json", "/docs/assets/plain.css"], link
        if place and there not in known:
            known[there] = set(marks(there).places)
        assert not place or place in known[there], link


def test_every_problem_type_links_to_its_line() -> None:
    known = CODES | set(SERVER_CODES) | set(exchanges.CODES.values()) | set(EVENT_ERROR_CODES)
    known |= set(EXPORT_REJECTIONS) | set(ROW_REJECTIONS) | set(EXPERIMENT_ERRORS)
    assert known <= set(marks("/docs/errors").places)


def test_a_plain_page_says_how_to_build_the_site() -> None:
    assert "<code>make site</code>" in get("/docs").body.decode().partition("<main>")[0]


@pytest.mark.parametrize("page", ["index", "architecture", "errors.md", "..", "%2e%2e%2ferrors"])
def test_an_unknown_page_is_a_problem(page: str) -> None:
    assert rejected(get(f"/docs/{page}")) == (404, "not_found")


def test_a_page_has_the_same_content_with_and_without_html_in_its_name() -> None:
    assert get("/docs/errors.html").body == get("/docs/errors").body


def test_the_style_of_plain_pages_is_a_file_and_other_files_are_problems() -> None:
    style = get("/docs/assets/plain.css")
    assert style.headers["Content-Type"] == "text/css; charset=utf-8"
    assert b"prefers" in style.body or b"light-dark" in style.body
    for name in ("x.css", "..", "%2e%2e%2fplain.css", "openapi.json"):
        assert rejected(get(f"/docs/assets/{name}")) == (404, "not_found")


def test_links_to_unserved_files_become_text_and_headings_get_ids() -> None:
    text = "# Rows & columns\n\n[a](api.md#x) [b](adr/1.md) [c](index.md)\n\n## Rows\n\n## Rows\n"
    text = markdown_sources.without_unserved_links(text)
    html = handbook.as_html("api", text, dict.fromkeys(documentation.PAGES, "A title"))
    assert '<p><a href="api#x">a</a> b <a href="../docs">c</a></p>' in html
    assert '<h1 id="rows--columns">' in html
    assert '<h2 id="rows">' in html
    assert '<h2 id="rows_1">' in html
