"""The built documentation site, as the service shows it at /docs."""

from __future__ import annotations

import base64
import hashlib
import json
import posixpath
import re
from collections import Counter
from pathlib import Path

import pytest

from chalicelib import documentation
from chalicelib.api import openapi
from chalicelib.documentation import handbook, markdown_sources
from infra.packaging.content import write_documentation
from infra.packaging.targets import PackageError
from infra.site.__main__ import SiteError, build, foreign_addresses
from tests.api.test_documentation import PATHS, Marks, get, marks
from tests.built_site import built, forget, site

__all__ = ["built", "site"]  # fixtures

COMPARED = ("h1", "h2", "h3", "h4", "ul", "ol", "pre", "table", "tr", "blockquote")


def content_of(html: str) -> str:
    """Return the article of a page of the site, or the content of a plain page."""
    found = re.search(r"<article.*?</article>|<main>.*?</main>", html, re.DOTALL)
    assert found is not None
    return found[0]


@pytest.mark.parametrize("path", PATHS)
def test_a_page_of_the_site_runs_only_its_own_scripts(site: Path, path: str) -> None:
    answer = get(path)
    policy = dict(
        part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; ")
    )
    assert policy["default-src"] == policy["form-action"] == policy["base-uri"] == "'none'"
    assert policy["style-src"] == policy["connect-src"] == policy["worker-src"] == "'self'"
    inline = re.findall(r"<script>(.*?)</script>", answer.body.decode(), re.DOTALL)
    assert inline
    hashes = {
        f"'sha256-{base64.b64encode(hashlib.sha256(one.encode()).digest()).decode()}'"
        for one in inline
    }
    assert set(policy["script-src"].split()) == {"'self'", *hashes}
    assert "style=" not in answer.body.decode()


def test_every_link_of_the_site_has_a_target(site: Path) -> None:
    pages = {path: marks(path) for path in PATHS}
    pages["/docs/index.html"] = pages["/docs"]
    pages |= {f"{path}.html": pages[path] for path in PATHS}
    found = 0
    for path in PATHS:
        for link in pages[path].links:
            target, _, place = link.partition("#")
            if target.startswith("https://"):
                continue
            there = posixpath.normpath(posixpath.join(posixpath.dirname(path), target or path))
            if there.startswith("/docs/assets/"):
                assert get(there).status_code == 200, link
                continue
            assert there in [*pages, "/openapi.json"], (path, link)
            assert not place or place in pages.get(there, pages["/docs"]).places, (path, link)
            found += 1
    assert found > 1_000


def test_the_search_index_and_the_scripts_are_served(site: Path) -> None:
    names = {one.name for one in (site / "assets").iterdir()}
    referenced = set(re.findall(r'"assets/([^"]+)"', get("/docs/errors").body.decode()))
    assert referenced == names - {"search.json"}
    for name in names:
        answer = get(f"/docs/assets/{name}")
        assert answer.headers["Content-Type"] == documentation.MEDIA_TYPES[Path(name).suffix]
    for item in json.loads(get("/docs/assets/search.json").body)["items"]:
        page, _, place = item["location"].partition("#")
        html = (site / page).read_text(encoding="utf-8")
        assert not place or f'id="{place}"' in html, item["location"]


@pytest.mark.parametrize("name", [documentation.INDEX, *documentation.PAGES])
def test_the_site_shows_what_plain_pages_show(site: Path, name: str) -> None:
    """The two read Markdown by different rules; docs/ must mean the same by both."""
    shown = content_of((site / f"{name}.html").read_text(encoding="utf-8"))
    plain = content_of(handbook.page(name))
    counts = [
        Counter(one for one in re.findall(r"<(\w+)", html) if one in COMPARED)
        for html in (shown, plain)
    ]
    assert counts[0] == counts[1]
    places = set(Marks(shown).places)
    assert [one for one in Marks(plain).places if one not in places] == []


def test_a_package_serves_the_same_as_a_clone_with_a_built_site(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [*PATHS, "/openapi.json", "/docs/assets/search.json"]
    expected = {path: get(path).body for path in paths}
    write_documentation(tmp_path, site)
    monkeypatch.setattr(documentation, "SITES", (tmp_path / documentation.PACKAGED.name,))
    monkeypatch.setattr(documentation, "OPENAPI", tmp_path / documentation.OPENAPI.name)
    monkeypatch.delattr(handbook, "page")
    monkeypatch.delattr(openapi, "described")
    forget()
    assert {path: get(path).body for path in paths} == expected


def test_a_package_without_a_built_site_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(PackageError, match="make site"):
        write_documentation(tmp_path, tmp_path / "nothing")


@pytest.mark.parametrize(
    "html",
    [
        '<script src="https://cdn.example/x.js"></script>',
        "<img src='//cdn.example/x.png'>",
        '<link rel="stylesheet" href="https://fonts.example/css">',
        "<img src=https://cdn.example/x.png>",
    ],
)
def test_a_page_that_loads_from_another_host_is_found(tmp_path: Path, html: str) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "a.html").write_text('<a href="https://example.org">a link is allowed</a>')
    assert list(foreign_addresses(tmp_path)) == []
    (tmp_path / "b.html").write_text(html)
    assert len(list(foreign_addresses(tmp_path))) == 1


def test_a_style_that_loads_from_another_host_is_found(tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "a.css").write_text("@font-face { src: url(https://fonts.example/a) }")
    assert list(foreign_addresses(tmp_path)) == ["https://fonts.example/a"]


def test_a_broken_link_stops_the_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markdown_sources, "source", lambda _name: "# A page\n\n[b](missing.md)\n")
    with pytest.raises(SiteError, match=r"missing\.md"):
        build(tmp_path / "site")
    assert not (tmp_path / "site").exists()
