"""The Markdown of the pages, as the generators of the site and of plain pages read it.

Only a clone needs this module: packages and wheels contain the built site. The build of a wheel
imports it without the dependencies of the service.
"""

from __future__ import annotations

import re
from pathlib import Path

from chalicelib.documentation import INDEX, PAGES

DOCS = Path(__file__).parents[2] / "docs"
FILES = frozenset(f"{name}.md" for name in (INDEX, *PAGES))
"""Pages, as links in docs/ name them."""

_TITLE = re.compile(r"^# (.+)$", re.MULTILINE)
_LINK = re.compile(r"\[([^\]\n]+)\]\(([^)\s]+)\)")


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


def title_of(markdown: str) -> str:
    """The first heading of a page."""
    found = _TITLE.search(markdown)
    if found is None:
        raise ValueError("a page begins with a heading")
    return found[1]
