"""Check answers against the OpenAPI description: no missing and no additional fields."""

from __future__ import annotations

import functools
import json
import re
from typing import Any

from chalice.test import HTTPResponse
from jsonschema import Draft202012Validator, FormatChecker

import app
from chalicelib.api.openapi import described

JSON_TYPES = ("application/json", "application/problem+json")
DOCUMENT: dict[str, Any] = json.loads(described(app.app.declared.values()))
PATTERNS = {
    path: re.compile(
        re.sub(r"\{\w+\}", "[^/]*", re.escape(path).replace(r"\{", "{").replace(r"\}", "}"))
    )
    for path in sorted(DOCUMENT["paths"], key=lambda path: "{" in path)
}


def check(method: str, target: str, response: HTTPResponse) -> None:
    """Raise AssertionError or ValidationError if the answer is not described."""
    described = described_answer(method, target, response.status_code)
    if described is None:
        return
    headers = {name.lower() for name in response.headers}
    required = {name for name, one in described.get("headers", {}).items() if one.get("required")}
    assert {name.lower() for name in required} <= headers
    if "content" not in described:
        assert response.body == b""
        return
    media_type = response.headers["Content-Type"].partition(";")[0]
    assert media_type in described["content"] or "*/*" in described["content"]
    if media_type in JSON_TYPES:
        check_body(described, media_type, response.json_body)


def described_answer(method: str, target: str, status: int) -> dict[str, Any] | None:
    """Return the description of an answer; None if the route is not described."""
    path = next((p for p, one in PATTERNS.items() if one.fullmatch(target.partition("?")[0])), None)
    if path is None or method.lower() not in DOCUMENT["paths"][path]:
        return None
    answers = DOCUMENT["paths"][path][method.lower()]["responses"]
    assert str(status) in answers, f"{method} {path} does not describe the status {status}"
    answer: dict[str, Any] = answers[str(status)]
    return answer


def check_body(described: dict[str, Any], media_type: str, body: Any) -> None:
    """Raise ValidationError if a body does not have the described shape."""
    validator(json.dumps(described["content"][media_type]["schema"])).validate(body)


@functools.cache
def validator(schema: str) -> Draft202012Validator:
    """Make a validator for a schema of the document that rejects undescribed fields."""
    whole = json.loads(schema) | {"components": {"schemas": CLOSED}}
    return Draft202012Validator(whole, format_checker=FormatChecker())


def closed(schema: dict[str, Any]) -> dict[str, Any]:
    """Close the schema of an object, so that it allows no additional fields."""
    return {"additionalProperties": False} | schema if "properties" in schema else schema


CLOSED = {name: closed(one) for name, one in DOCUMENT["components"]["schemas"].items()}
