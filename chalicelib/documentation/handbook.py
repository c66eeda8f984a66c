"""Plain pages made from docs/, for a clone whose site is not built.

A deployed package and a wheel do not use this module: they contain the built site.
"""

from __future__ import annotations

import html
import itertools
import re

from markdown_it import MarkdownIt
from markdown_it.token import Token

from chalicelib.documentation import INDEX, PAGES, PLAIN
from chalicelib.documentation.markdown_sources import source, title_of

NOTICE = (
    '<p class="notice">These are plain pages, without search. <code>make site</code> builds the '
    "full documentation; restart the service afterwards.</p>"
)
"""The first line of every page."""

_SIGN = re.compile(r"[^\w\- ]")


def page(name: str) -> str:
    """One of `PAGES`, or the `INDEX`, as a whole HTML document."""
    titles = {one: title_of(source(one)) for one in PAGES}
    return as_html(name, source(name), {INDEX: "Documentation", **titles})


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
{NOTICE}
<main>
{body.replace("</table>", "</table></div>")}</main>
</body>
</html>
"""


_SHOWN = ("text", "code_inline")
"""Parts of a heading that a reader sees; the target of a link is none of them."""


def name_headings(tokens: list[Token]) -> None:
    """Give headings the ids that links to them use, a number behind those that come again."""
    seen: dict[str, int] = {}
    for token, inline in itertools.pairwise(tokens):
        if token.type == "heading_open":
            shown = "".join(one.content for one in inline.children or () if one.type in _SHOWN)
            slug = _SIGN.sub("", shown.lower()).replace(" ", "-")
            times = seen[slug] = seen.get(slug, -1) + 1
            token.attrSet("id", f"{slug}_{times}" if times else slug)


def _served(name: str) -> str:
    """The path of a page, relative to the other pages."""
    return "../docs" if name == INDEX else name
