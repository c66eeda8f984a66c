"""Events as API Gateway sends them, through the entry point that is deployed; whole answers.

Each file of golden/ holds an event and the answer to it. What is in braces is put in: API keys, and
the version of the service with the tag of its health.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import app
from chalicelib import __version__, wiring
from chalicelib.services.credentials.api_keys import create_key
from tests.conftest import Cloud

FILES = sorted(Path(__file__).with_name("golden").glob("*.json"))
HEALTH = json.dumps({"status": "ok", "version": __version__}, separators=(",", ":"))

Answers = Callable[[Any], dict[str, Any]]


class Context:
    """What Lambda hands over beside an event."""

    aws_request_id = "66666666-7777-4888-8999-000000000000"


@pytest.fixture
def filled(cloud: Cloud) -> Callable[[str], Any]:
    """Reads a golden file's text, with what is in braces put in."""
    store, now = wiring.store("acme"), dt.datetime.now(dt.UTC)
    given = {
        "{admin key}": create_key(store, "admin", now=now),
        "{read key}": create_key(store, "read", now=now),
        "{health}": json.dumps(HEALTH)[1:-1],
        "{etag}": hashlib.sha256(HEALTH.encode()).hexdigest()[:32],
    }

    def fill(text: str) -> Any:
        for name, value in given.items():
            text = text.replace(name, value)
        return json.loads(text)

    return fill


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_an_event_has_its_answer(file: Path, filled: Callable[[str], Any]) -> None:
    golden = filled(file.read_text(encoding="utf-8"))
    assert app.app(golden["event"], Context()) == golden["answer"]


def test_what_nobody_foresaw_is_a_problem_without_its_insides(
    filled: Callable[[str], Any], caplog: pytest.LogCaptureFixture
) -> None:
    golden = filled((FILES[0].parent / "an_id_that_there_is_not.json").read_text("utf-8"))
    event = golden["event"] | {"pathParameters": None}  # no gateway sends this
    answer = app.app(event, Context())
    assert answer["statusCode"] == 500
    assert answer["headers"]["Content-Type"] == "application/problem+json"
    assert json.loads(answer["body"])["code"] == "internal_error"
    assert "NoneType" not in answer["body"]
    assert "NoneType" in caplog.text


def test_an_event_without_a_request_is_a_problem() -> None:
    answer = app.app({"requestContext": {}}, Context())
    assert (answer["statusCode"], json.loads(answer["body"])["code"]) == (500, "internal_error")
