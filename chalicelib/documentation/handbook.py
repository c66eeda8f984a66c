"""Pages of docs/ as the HTML that the service shows at /docs.

Links between pages are relative, so that they work behind a stage's prefix, too. A link to a file
that is not served keeps its text only. A deployed package does not contain this module.
"""

from __future__ import annotations

import html
import itertools
import re
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from chalicelib.documentation import INDEX, PAGES

_HERE = Path(__file__)
DOCS = next(
    folder
    for folder in (_HERE.with_name("docs"), _HERE.parents[2] / "docs")
    if folder.is_dir() or folder.parent != _HERE.parent
)
"""In an installed package, and in a clone."""
STYLE = """
:root { color-scheme: light dark; --ink: #1b2430; --soft: #5d6b7a; --line: #dfe5ea; --paper: #fff; --code: #f3f6f8; --link: #23609c; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e9ee; --soft: #9aa7b4; --line: #34404c; --paper: #14191f; --code: #1f272f; --link: #8dbdf0; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 1.5rem 1rem 4rem; color: var(--ink); background: var(--paper); font: 16px/1.55 system-ui, sans-serif; }
a { color: var(--link); }
nav { display: flex; flex-wrap: wrap; gap: .3rem 1rem; padding-bottom: .8rem; border-bottom: 1px solid var(--line); }
nav a[aria-current] { color: var(--ink); font-weight: 600; text-decoration: none; }
h1, h2, h3, h4 { line-height: 1.25; margin: 1.8em 0 .5em; }
code { background: var(--code); border-radius: .25rem; padding: .1em .3em; font-size: .9em; overflow-wrap: anywhere; }
pre { background: var(--code); border-radius: .4rem; padding: .8rem 1rem; overflow-x: auto; }
pre code { background: none; padding: 0; overflow-wrap: normal; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .93rem; }
th, td { padding: .4rem .6rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
th { color: var(--soft); font-weight: 600; }
th.right, td.right { text-align: right; }
th.center, td.center { text-align: center; }
tr:has(:target) { background: var(--code); }
"""  # noqa: E501

_TITLE = re.compile(r"^# (.+)$", re.MULTILINE)
_SIGN = re.compile(r"[^\w\- ]")
_LINK = re.compile(r"(?P<page>[a-z]+)\.md(?P<place>#.+)?")


def page(name: str) -> str:
    """One of `PAGES`, or the `INDEX`, as a whole HTML document."""
    texts = {one: (DOCS / f"{one}.md").read_text(encoding="utf-8") for one in PAGES}
    titles = {one: title_of(text) for one, text in texts.items()}
    return index_as_html(titles) if name == INDEX else as_html(name, texts[name], titles)


def as_html(name: str, markdown: str, titles: dict[str, str]) -> str:
    """One page of docs/ as a whole HTML document.

    Parameters
    ----------
    name : str
        Of `PAGES`.
    markdown : str
    titles : dict
        Of all pages, for the navigation.
    """
    reader = MarkdownIt("commonmark", {"html": True}).enable("table")
    tokens = reader.parse(markdown)
    _name_headings(tokens)
    for token in tokens:
        if token.children:
            token.children = _with_served_links(token.children, titles)
        elif alignment := str(token.attrGet("style") or ""):  # no policy lets a style in here
            del token.attrs["style"]
            token.attrSet("class", alignment.removeprefix("text-align:"))
    body = reader.renderer.render(tokens, reader.options, {})
    body = body.replace("<table>", '<div class="wide"><table>')
    return _document(titles, name, titles[name], body.replace("</table>", "</table></div>"))


def index_as_html(titles: dict[str, str]) -> str:
    """The index of the pages."""
    items = "\n".join(
        f'<li><a href="docs/{name}">{html.escape(titles[name])}</a></li>' for name in PAGES
    )
    body = f"""<h1>Likeworth</h1>
<p>What a like, a share, a follower or a review is worth next to a paid ad click.</p>
<ul>
{items}
<li><a href="openapi.json">The API as OpenAPI 3.1</a></li>
</ul>
"""
    return _document(titles, INDEX, "Documentation", body)


def title_of(markdown: str) -> str:
    """The first heading of a page."""
    found = _TITLE.search(markdown)
    if found is None:
        raise ValueError("a page begins with a heading")
    return found[1]


def _document(titles: dict[str, str], current: str, title: str, body: str) -> str:
    above = "docs/" if current == INDEX else ""
    home = "docs" if current == INDEX else "../docs"
    links = [(INDEX, home, "Documentation"), *((n, above + n, titles[n]) for n in PAGES)]
    mark = ' aria-current="page"'
    navigation = "\n".join(
        f'<a href="{target}"{mark if name == current else ""}>{html.escape(text)}</a>'
        for name, target, text in links
    )
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{html.escape(title)} - Likeworth</title>
<style>{STYLE}</style>
</head>
<body>
<nav>
{navigation}
</nav>
<main>
{body}</main>
</body>
</html>
"""


def _name_headings(tokens: list[Token]) -> None:
    """Give headings the ids that links to them use, a number behind those that come again."""
    seen: dict[str, int] = {}
    for token, inline in itertools.pairwise(tokens):
        if token.type == "heading_open":
            slug = _SIGN.sub("", inline.content.lower()).replace(" ", "-")
            times = seen[slug] = seen.get(slug, -1) + 1
            token.attrSet("id", f"{slug}-{times}" if times else slug)


def _with_served_links(tokens: list[Token], titles: dict[str, str]) -> list[Token]:
    """The tokens of a text, its links leading to pages of the handbook and called as those are."""
    kept: list[Token] = []
    dropped = False
    for token in tokens:
        named = _LINK.fullmatch(token.content)
        if token.type == "text" and named and kept and kept[-1].type == "link_open":
            token.content = titles.get(named["page"], token.content)
        if token.type == "link_open":
            target = _served(str(token.attrGet("href")))
            dropped = target is None
            if target is not None:
                token.attrSet("href", target)
        if not (dropped and token.type in ("link_open", "link_close")):
            kept.append(token)
        if token.type == "link_close":
            dropped = False
    return kept


def _served(target: str) -> str | None:
    """Where a link leads in the handbook; None if nowhere."""
    if target.startswith(("#", "https://")):
        return target
    found = _LINK.fullmatch(target)
    if found is None or found["page"] not in PAGES:
        return None
    return found["page"] + (found["place"] or "")
