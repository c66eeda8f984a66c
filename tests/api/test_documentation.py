"""GET /docs serves the pages of docs/ with working links and a line for every problem."""

from __future__ import annotations

import base64
import hashlib
import posixpath
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from chalice.test import Client, HTTPResponse

import app
from chalicelib import documentation
from chalicelib.api import openapi
from chalicelib.api.views import page_views
from chalicelib.documentation import handbook
from chalicelib.importers import ROW_REJECTIONS
from chalicelib.local import exchanges
from chalicelib.model.codes import EXPERIMENT_ERRORS
from chalicelib.model.errors import EXPORT_REJECTIONS
from chalicelib.model.events import EVENT_ERROR_CODES
from infra import pages
from infra.packaging.content import write_documentation
from tests.api.conftest import rejected
from tests.api.test_error_codes import CODES, SERVER_CODES

PATHS = ["/docs", *(f"/docs/{name}" for name in documentation.PAGES)]
ELEMENTS = (
    "html head meta title style body nav main a p h1 h2 h3 h4 ul ol li table thead tbody tr th td "
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


def test_a_package_serves_the_same_pages_as_a_clone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = {path: get(path).body for path in [*PATHS, "/openapi.json"]}
    write_documentation(tmp_path)
    monkeypatch.setattr(documentation, "FOLDER", tmp_path / documentation.FOLDER.name)
    monkeypatch.setattr(documentation, "OPENAPI", tmp_path / documentation.OPENAPI.name)
    monkeypatch.delattr(handbook, "page")
    monkeypatch.delattr(openapi, "described")
    forget()
    assert {path: get(path).body for path in made} == made
    monkeypatch.undo()
    forget()


def forget() -> None:
    documentation.page.cache_clear()
    page_views._description.cache_clear()


@pytest.mark.parametrize("path", PATHS)
def test_a_page_needs_no_key_and_cannot_run_scripts(path: str) -> None:
    answer = get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    (style,) = re.findall(r"<style>(.*?)</style>", answer.body.decode(), re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert answer.headers["Content-Security-Policy"].split("; ") == [
        "default-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        f"style-src 'sha256-{digest}'",
    ]


@pytest.mark.parametrize("path", PATHS)
def test_a_page_contains_only_allowed_elements(path: str) -> None:
    found = marks(path)
    assert found.elements <= set(ELEMENTS.split())
    assert found.attributes <= {
        *("lang", "charset", "name", "content", "href", "id", "class", "start", "aria-current")
    }
    assert len(found.places) == len(set(found.places))


@pytest.mark.parametrize("path", PATHS)
def test_every_link_has_a_target(path: str) -> None:
    for link in marks(path).links:
        target, _, place = link.partition("#")
        there = posixpath.normpath(posixpath.join(posixpath.dirname(path), target or path))
        assert there in [*PATHS, "/", "/openapi.json"], link
        assert not place or place in marks(there).places, link


def test_every_problem_type_links_to_its_line() -> None:
    known = CODES | set(SERVER_CODES) | set(exchanges.CODES.values()) | set(EVENT_ERROR_CODES)
    known |= set(EXPORT_REJECTIONS) | set(ROW_REJECTIONS) | set(EXPERIMENT_ERRORS)
    assert known <= set(marks("/docs/errors").places)


@pytest.mark.parametrize("page", ["index", "architecture", "errors.md", "..", "%2e%2e%2ferrors"])
def test_an_unknown_page_is_a_problem(page: str) -> None:
    assert rejected(get(f"/docs/{page}")) == (404, "not_found")


def test_links_to_unserved_files_become_text_and_headings_get_ids() -> None:
    text = "# Rows & columns\n\n[a](api.md#x) [b](adr/1.md) [errors.md](errors.md)\n\n"
    text += "## Rows\n\n## Rows\n"
    html = handbook.as_html("api", text, dict.fromkeys(documentation.PAGES, "A title"))
    assert '<p><a href="api#x">a</a> b <a href="errors">A title</a></p>' in html
    assert '<h1 id="rows--columns">' in html
    assert '<h2 id="rows">' in html
    assert '<h2 id="rows-1">' in html
