"""The page at ``/``: asks the API what a key may see. No third party.

``index.html`` is the page with its style, ``scripts/`` has its modules. They are joined to one
script, so a visit takes two requests. The name of the script is a hash of its content: a browser
can cache it without a time limit and never mixes two versions.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from pathlib import Path

FOLDER = Path(__file__).with_name("scripts")
ENTRY = "main.js"
_PAGE = Path(__file__).with_name("index.html")
_IMPORT = re.compile(r'^import \{[^}]*\} from "\./([a-z_]+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=async |function |const |class )", re.MULTILINE)


@functools.cache
def script() -> str:
    """The modules as one: each behind those that it imports, without imports and exports.

    So their names at the top must differ, and `import` must not rename.
    """
    joined: dict[str, str] = {}

    def join(name: str) -> None:
        text = (FOLDER / name).read_text(encoding="utf-8")
        for other in _IMPORT.findall(text):
            if other not in joined:
                join(other)
        joined[name] = _EXPORT.sub("", _IMPORT.sub("", text))

    join(ENTRY)
    return "\n".join(joined.values())


@functools.cache
def script_name() -> str:
    """The name of the script in its URL; it changes with the content."""
    return f"{hashlib.sha256(script().encode()).hexdigest()[:16]}.js"


@functools.cache
def page() -> str:
    """The page's HTML."""
    html = _PAGE.read_text(encoding="utf-8")
    return html.replace("{script}", f"dashboard/{script_name()}")


def content_security_policy(uploads: str | None = None) -> str:
    """A policy that lets the page run its own script and style, and talk to this service.

    A browser that knows trusted types also refuses to make HTML or script of a text.

    Parameters
    ----------
    uploads : str, optional
        Address under which files are uploaded, where that is another service.
    """
    connections = f"'self' {uploads}" if uploads else "'self'"
    return (
        f"default-src 'none'; connect-src {connections}; base-uri 'none'; form-action 'none'; "
        f"frame-ancestors 'none'; script-src 'self'; style-src {_styles()}; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )


@functools.cache
def _styles() -> str:
    styles = re.findall(r"<style>(.*?)</style>", page(), re.DOTALL)
    return " ".join(f"'sha256-{_digest(style)}'" for style in styles)


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
