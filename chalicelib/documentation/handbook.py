"""Plain pages made from docs/, for a clone whose site is not built.

A deployed package does not contain this module: it contains the built site.
"""

from __future__ import annotations

import html
import itertools
import re
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from chalicelib.documentation import INDEX, PAGES, PLAIN

_HERE = Path(__file__)
DOCS = next(
    folder
    for folder in (_HERE.with_name("docs"), _HERE.parents[2] / "docs")
    if folder.is_dir() or folder.parent != _HERE.parent
)
"""In an installed package, and in a clone."""

_TITLE = re.compile(r"^# (.+)$", re.MULTILINE)
_SIGN = re.compile(r"[^\w\- ]")
_LINK = re.compile(r"\[([^\]\n]+)\]\(([^)\s]+)\)")


def page(name: str) -> str:
    """One of `PAGES`, or the `INDEX`, as a whole HTML document."""
    titles = {one: title_of((DOCS / f"{one}.md").read_text(encoding="utf-8")) for one in PAGES}
    return as_html(name, source(name), {INDEX: "Documentation", **titles})


def source(name: str) -> str:
    """The Markdown of a page, in which links to files that are not pages are only text."""
    return without_unserved_links((DOCS / f"{name}.md").read_text(encoding="utf-8"))


def without_unserved_links(markdown: str) -> str:
    """Keep links to pages, to places in the same page and to other sites."""

    def kept(link: re.Match[str]) -> str:
        file = link[2].partition("#")[0]
        served = not file or file in FILES or file.startswith("https://")
        return link[0] if served else link[1]

    return _LINK.sub(kept, markdown)


FILES = frozenset(f"{name}.md" for name in (INDEX, *PAGES))
"""Pages, as links in docs/ name them."""


def title_of(markdown: str) -> str:
    """The first heading of a page."""
    found = _TITLE.search(markdown)
    if found is None:
        raise ValueError("a page begins with a heading")
    return found[1]


def as_html(name: str, markdown: str, titles: dict[str, str]) -> str:
    """One page of docs/ as a whole HTML document.

    Parameters
    ----------
    name : str
        Of `PAGES`, or `INDEX`.
    markdown : str
    titles : dict
        Of all pages, for the navigation.
    """
    reader = MarkdownIt("commonmark", {"html": True}).enable("table")
    tokens = reader.parse(markdown)
    name_headings(tokens)
    for token in tokens:
        for one in token.children or ():
            if one.type == "link_open":
                target = str(one.attrGet("href"))
                one.attrSet("href", re.sub(r"^(\w+)\.md\b", lambda file: _served(file[1]), target))
        if alignment := str(token.attrGet("style") or ""):  # no policy lets a style in here
            del token.attrs["style"]
            token.attrSet("class", alignment.removeprefix("text-align:"))
    body = reader.renderer.render(tokens, reader.options, {})
    body = body.replace("<table>", '<div class="wide"><table>')
    mark = ' aria-current="page"'
    navigation = "\n".join(
        f'<a href="{_served(one)}"{mark if one == name else ""}>{html.escape(title)}</a>'
        for one, title in titles.items()
    )
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{html.escape(titles[name])} - Likeworth</title>
<link rel="stylesheet" href="assets/{PLAIN.name}">
</head>
<body>
<nav>
{navigation}
</nav>
<main>
{body.replace("</table>", "</table></div>")}</main>
</body>
</html>
"""


def name_headings(tokens: list[Token]) -> None:
    """Give headings the ids that links to them use, a number behind those that come again."""
    seen: dict[str, int] = {}
    for token, inline in itertools.pairwise(tokens):
        if token.type == "heading_open":
            slug = _SIGN.sub("", inline.content.lower()).replace(" ", "-")
            times = seen[slug] = seen.get(slug, -1) + 1
            token.attrSet("id", f"{slug}_{times}" if times else slug)


def _served(name: str) -> str:
    """The path of a page, relative to the other pages."""
    return "../docs" if name == INDEX else name
