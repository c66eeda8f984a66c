"""Unexpected events at the deployed entry point."""

from __future__ import annotations

import json

import pytest

import app
from tests.api.conftest import Caller
from tests.goldens.demo_requests import NO_ID, Ask
from tests.goldens.recorder import Context, gateway_event


def test_an_unexpected_error_is_a_problem_without_its_details(
    admin: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    event = gateway_event(app, Ask("GET", f"/v1/fits/{NO_ID}", key=admin.key))
    answer = app.app(event | {"pathParameters": None}, Context())
    assert answer["statusCode"] == 500
    assert answer["headers"]["Content-Type"] == "application/problem+json"
    assert json.loads(answer["body"])["code"] == "internal_error"
    assert "NoneType" not in answer["body"]
    assert "NoneType" in caplog.text


def test_an_event_without_a_request_is_a_problem() -> None:
    answer = app.app({"requestContext": {}}, Context())
    assert (answer["statusCode"], json.loads(answer["body"])["code"]) == (500, "internal_error")
