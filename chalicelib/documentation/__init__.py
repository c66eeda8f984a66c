"""The documentation at ``/docs`` and the API's description.

The pages come from the first of these that exists:

1. the site that a deployed package or a wheel contains (`infra/packaging/`, `infra/wheel.py`);
2. the site that ``make site`` built in this clone (`infra/site/`);
3. plain pages, which `handbook` makes from docs/ when they are first requested.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from pathlib import Path

PACKAGED = Path(__file__).with_name("pages")
BUILT = Path(__file__).parents[2] / "build" / "site"
SITES: tuple[Path, ...] = (PACKAGED, BUILT)
"""Where a built site can be; the first that exists is shown."""

PLAIN = Path(__file__).with_name("plain.css")
OPENAPI = Path(__file__).with_name("openapi.json")
INDEX = "index"
SECTIONS: dict[str, tuple[str, ...]] = {
    "Get started": ("start", "cli"),
    "Answers": ("answers", "dashboard", "integrations"),
    "Imports": (
        *("events", "imports", "exports"),
        *("adexports", "socialexports", "reviewexports", "shopexports", "otherexports"),
        "pipelines",
    ),
    "Methods": ("methods", "experiments", "accuracy"),
    "Operate": ("operations", "deploy", "cost", "scale", "privacy", "security"),
    "Reference": ("api", "endpoints", "errors", "codes", "commands", "settings"),
    "Glossary": ("glossary",),
}
"""The navigation: tasks, and the pages of docs/ for each of them."""

PAGES = tuple(name for names in SECTIONS.values() for name in names)

MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}
"""File name extension of an asset -> its media type."""

_RELATIVE = re.compile(
    r'(?<=\b(?:src)=")(?![/#"]|https:)|(?<=\bhref=")(?![/#"]|https:)|(?<="search":")|'
    r'(?<="base":")|(?<=__md_scope=new URL\(")'
)
_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def site() -> Path | None:
    """The folder of the built site; None if there is none."""
    return next((folder for folder in SITES if folder.exists()), None)


@functools.cache
def page(name: str) -> str:
    """The HTML of one of `PAGES`, or of the `INDEX`; raises KeyError for another.

    Links in pages are relative, so that they work behind a stage's prefix, too. The service shows
    the index one level above the other pages.
    """
    if name not in (*PAGES, INDEX):
        raise KeyError(name)
    built = site()
    if built is not None:
        html = (built / f"{name}.html").read_text(encoding="utf-8")
    else:
        from chalicelib.documentation import handbook

        html = handbook.page(name)
    return _RELATIVE.sub("docs/", html) if name == INDEX else html


@functools.cache
def asset(name: str) -> tuple[str, str]:
    """Content and media type of a style, a script or another file that pages load.

    Raises
    ------
    KeyError
        If there is no such file.
    """
    files = {PLAIN.name: PLAIN}
    built = site()
    if built is not None:
        files |= {one.name: one for one in (built / "assets").iterdir()}
    file = files[name]
    return file.read_text(encoding="utf-8"), MEDIA_TYPES[file.suffix]


def packaged_openapi() -> str | None:
    """The description of the API as JSON, if this is a deployed package."""
    return OPENAPI.read_text(encoding="utf-8") if OPENAPI.exists() else None


@functools.cache
def content_security_policy(name: str) -> str:
    """A policy that allows the page's own files and inline scripts, and nothing from elsewhere."""
    policy = (
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "style-src 'self'"
    )
    html = page(name)
    if "<script" not in html:
        return policy
    scripts = " ".join(f"'sha256-{_digest(script)}'" for script in sorted(_INLINE.findall(html)))
    return (
        f"{policy}; script-src 'self' {scripts}; worker-src 'self'; connect-src 'self'; "
        "img-src 'self' data:"
    )


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
