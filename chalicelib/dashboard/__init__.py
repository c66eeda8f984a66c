"""The page at ``/``: asks the API what a key may see. One file, no build, no third party."""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from pathlib import Path

_PAGE = Path(__file__).with_name("index.html")


@functools.cache
def page() -> str:
    """The page's HTML."""
    return _PAGE.read_text(encoding="utf-8")


@functools.cache
def content_security_policy() -> str:
    """A policy that lets exactly the page's own script and style run, and talk to this service."""
    allowed = {
        element: " ".join(f"'sha256-{_digest(text)}'" for text in _inline(element))
        for element in ("script", "style")
    }
    return (
        "default-src 'none'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
        f"frame-ancestors 'none'; script-src {allowed['script']}; style-src {allowed['style']}"
    )


def _inline(element: str) -> list[str]:
    return re.findall(rf"<{element}>(.*?)</{element}>", page(), re.DOTALL)


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
