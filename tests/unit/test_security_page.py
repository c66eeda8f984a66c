"""docs/security.md: the whole list of OWASP, and no test in it that does not exist."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
SECTIONS = dict(re.findall(r"^### (API\d+ .+)\n((?:(?!^##).*\n)+)", PAGE, re.MULTILINE))

NOT_IN_AWS = ("chalicelib/local/", "chalicelib/demo/", "chalicelib/client/")
WEBHOOKS = "chalicelib/webhooks.py"
"""The only module that calls an address that a tenant chose."""
FETCHES = {
    "aiohttp",
    "ftplib",
    "http.client",
    "httpx",
    "imaplib",
    "poplib",
    "requests",
    "smtplib",
    "socket",
    "telnetlib",
    "urllib.request",
    "urllib3",
    "webbrowser",
    "xmlrpc.client",
}
"""What reaches an address that a caller could name."""


@cache
def functions_in(file: str) -> frozenset[str]:
    path = ROOT / file
    if not path.is_file():
        return frozenset()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def missing(page: str) -> list[str]:
    """Tests that a page names and nobody has."""
    return [
        f"{file}::{name}" for file, name in NAMED.findall(page) if name not in functions_in(file)
    ]


def test_every_test_that_is_named_exists() -> None:
    assert len(NAMED.findall(PAGE)) > 50
    assert missing(PAGE) == []
    assert len(re.findall(r"tests/[\w/]+\.py", PAGE)) == len(NAMED.findall(PAGE)) + 1  # this one


def test_one_that_does_not_would_be_seen() -> None:
    wrong = PAGE.replace("::test_a_key_is_not_stored`", "::test_a_key_is_kept`")
    assert missing(wrong) == ["tests/unit/test_services_keys.py::test_a_key_is_kept"]
    assert missing("`tests/unit/test_nothing.py::test_x`")


def test_it_is_the_whole_list() -> None:
    numbers = [int(re.findall(r"\d+", heading)[0]) for heading in SECTIONS]
    assert numbers == list(range(1, 11))


@pytest.mark.parametrize("heading", SECTIONS)
def test_each_has_a_risk_a_control_and_tests(heading: str) -> None:
    text = SECTIONS[heading]
    parts = re.findall(r"^- \*\*(\w+)\*\*: ", text, re.MULTILINE)
    assert parts == ["Risk", "Control", "Tests"]
    assert NAMED.search(text.partition("**Tests**")[2])


def imported(source: str) -> set[str]:
    """Every module that a source imports, by its full name."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def test_only_webhooks_can_call_an_address() -> None:
    for path in [ROOT / "app.py", *(ROOT / "chalicelib").rglob("*.py")]:
        name = path.relative_to(ROOT).as_posix()
        if name != WEBHOOKS and not name.startswith(NOT_IN_AWS):
            assert not imported(path.read_text(encoding="utf-8")) & FETCHES, name


@pytest.mark.parametrize(
    "source", ["import requests", "from urllib import request", "def f():\n    import socket"]
)
def test_what_could_would_be_seen(source: str) -> None:
    assert imported(source) & FETCHES
