"""The dashboard at ``/``, a client of the API that works without a build step.

- ``index.html``: the page.
- ``style.css``: its style, which becomes part of the page.
- ``scripts/``: JavaScript modules, which are joined into one script.
- ``libraries/``: the chart library, unchanged from npm, with its licences. ``manifest.json`` has
  the version, source and hash of each file. The files are joined into a second script, which
  changes only with the library (ADR 58).

A first visit takes three requests: the page and two scripts. The name of a script is a hash of its
content, so browsers can cache it forever and never mix two versions.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import re
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_name("scripts")
LIBRARIES = Path(__file__).with_name("libraries")
ENTRY = "main.js"
_PAGE = Path(__file__).with_name("index.html")
_STYLE = Path(__file__).with_name("style.css")
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
def manifest() -> list[dict[str, Any]]:
    """Return the libraries in the order in which they load."""
    text = (LIBRARIES / "manifest.json").read_text(encoding="utf-8")
    found: list[dict[str, Any]] = json.loads(text)["libraries"]
    return found


@functools.cache
def library() -> str:
    """Join the libraries into one script; each defines a global name."""
    texts = [(LIBRARIES / one["file"]).read_text(encoding="utf-8") for one in manifest()]
    return "\n".join(texts)


@functools.cache
def scripts() -> dict[str, str]:
    """Return both scripts, by file names that change with their content: library, page."""
    return {f"{_digest(text)}.js": text for text in (library(), script())}


@functools.cache
def page() -> str:
    """Return the HTML of the page."""
    html = _PAGE.read_text(encoding="utf-8")
    library_name, script_name = scripts()
    return (
        html.replace("{style}", _STYLE.read_text(encoding="utf-8"))
        .replace("{library}", f"dashboard/{library_name}")
        .replace("{script}", f"dashboard/{script_name}")
    )


def content_security_policy(uploads: str | None = None) -> str:
    """Return a policy that allows the page's own scripts and style, and requests to the service.

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
    """Return the hashes of the page's style and of the style elements that libraries insert."""
    styles = re.findall(r"<style>(.*?)</style>", page(), re.DOTALL)
    hashes = [base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in styles]
    hashes += [one["style_sha256"] for one in manifest() if "style_sha256" in one]
    return " ".join(f"'sha256-{one}'" for one in hashes)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
