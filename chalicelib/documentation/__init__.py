"""The handbook at ``/docs`` and the API's description.

A deployed package contains them as files, because it has no docs/ and no Markdown library and a
request should not wait for them (`infra/packaging/`). A clone has the sources and makes each page
when it is first requested (`handbook`).
"""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from pathlib import Path

FOLDER = Path(__file__).with_name("pages")
OPENAPI = Path(__file__).with_name("openapi.json")
INDEX = "index"
PAGES = (
    "api",
    "errors",
    "exports",
    "pipelines",
    "methods",
    "codes",
    "experiments",
    "accuracy",
    "glossary",
    "cost",
    "operations",
)
"""Pages of docs/ that a user of the API or its operator needs, in the order of the index."""


@functools.cache
def page(name: str) -> str:
    """The HTML of one of `PAGES`, or of the `INDEX`; raises KeyError for another."""
    if name not in (*PAGES, INDEX):
        raise KeyError(name)
    packaged = FOLDER / f"{name}.html"
    if packaged.exists():
        return packaged.read_text(encoding="utf-8")
    from chalicelib.documentation import handbook

    return handbook.page(name)


def packaged_openapi() -> str | None:
    """The description of the API as JSON, if this is a deployed package."""
    return OPENAPI.read_text(encoding="utf-8") if OPENAPI.exists() else None


@functools.cache
def content_security_policy(name: str) -> str:
    """A policy that lets a page show its own style and nothing else: no script, no other place."""
    styles = re.findall(r"<style>(.*?)</style>", page(name), re.DOTALL)
    allowed = " ".join(f"'sha256-{_digest(style)}'" for style in styles)
    return (
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        f"style-src {allowed}"
    )


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
