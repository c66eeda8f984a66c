"""The dashboard at ``/``, a client of the API without third-party code.

``index.html`` is the page with its style. ``scripts/`` contains JavaScript modules, which are
joined into one script, so that a visit takes two requests. The name of the script is a hash of its
content: browsers can cache it forever and never mix two versions.
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
    """Join the modules into one script, dependencies first, without imports and exports.

    Top-level names of all modules must therefore be unique, and `import` must not rename.
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
    """Return the file name of the script, which changes with its content."""
    return f"{hashlib.sha256(script().encode()).hexdigest()[:16]}.js"


@functools.cache
def page() -> str:
    """Return the HTML of the page."""
    html = _PAGE.read_text(encoding="utf-8")
    return html.replace("{script}", f"dashboard/{script_name()}")


def content_security_policy(uploads: str | None = None) -> str:
    """Return a policy that allows the page's own script and style, and requests to the service.

    Browsers that support Trusted Types also block turning strings into HTML or scripts.

    `uploads`: address for uploads, if it belongs to another service.
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
