"""Every relative link in the repository's Markdown leads to a file, and to a place in it."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from chalicelib.documentation.handbook import name_headings

ROOT = Path(__file__).parents[2]
FILES = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("docs/adr/*.md")]
"""Links of docs/templates/ are in the pages made from them."""

FOREIGN = ("https://", "http://", "mailto:")


@cache
def places_in(file: Path) -> frozenset[str]:
    """Return the ids of a file: those of its headings, and anchors in HTML."""
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(file.read_text("utf-8"))
    name_headings(tokens)
    found = {str(token.attrGet("id")) for token in tokens if token.type == "heading_open"}
    return frozenset(found | set(re.findall(r'<a id="([^"]+)"></a>', file.read_text("utf-8"))))


def links_of(file: Path) -> list[str]:
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(file.read_text("utf-8"))
    return [
        str(child.attrGet("href"))
        for token in tokens
        for child in token.children or ()
        if child.type == "link_open"
    ]


def broken_links(file: Path, folder: Path) -> list[str]:
    """Return the links of a file that lead nowhere, if the file were in a folder."""
    broken = []
    for link in links_of(file):
        target, _, place = link.partition("#")
        if target.startswith(FOREIGN):
            continue
        there = (folder / target).resolve() if target else file
        known = there.exists() and (not place or there.suffix == ".md")
        if not known or (place and place not in places_in(there)):
            broken.append(link)
    return broken


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(file: Path) -> None:
    assert broken_links(file, file.parent) == []


def test_a_link_to_a_missing_file_or_place_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# A title\n\n[a](page.md#a-title) [b](none.md) [c](#other) [d](page.md#x)\n")
    assert broken_links(page, tmp_path) == ["none.md", "#other", "page.md#x"]
