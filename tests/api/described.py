"""Whether an answer is one that the description of the API tells of."""

from __future__ import annotations

import functools
import json
import re
from typing import Any

from chalice.test import HTTPResponse
from jsonschema import Draft202012Validator, FormatChecker
from pydantic import BaseModel

import app
from chalicelib.api.openapi import described
from chalicelib.api.openapi.operations import OPERATIONS
from chalicelib.api.openapi.resources import Problem

DOCUMENT: dict[str, Any] = json.loads(described(app.app.routes))
PATTERNS = {
    path: re.compile(
        re.sub(r"\{\w+\}", "[^/]*", re.escape(path).replace(r"\{", "{").replace(r"\}", "}"))
    )
    for path in sorted(DOCUMENT["paths"], key=lambda path: "{" in path)
}


def check(method: str, target: str, response: HTTPResponse) -> None:
    """Raise AssertionError or ValidationError for an answer that is not described."""
    path = next((p for p, one in PATTERNS.items() if one.fullmatch(target.partition("?")[0])), None)
    if path is None or method.lower() not in DOCUMENT["paths"][path]:
        return
    told = DOCUMENT["paths"][path][method.lower()]["responses"]
    assert str(response.status_code) in told, f"{method} {path} does not tell of {response}"
    described = told[str(response.status_code)]
    headers = {name.lower() for name in response.headers}
    required = {name for name, one in described.get("headers", {}).items() if one.get("required")}
    assert {name.lower() for name in required} <= headers
    if "content" not in described:
        assert response.body == b""
        return
    media_type = response.headers["Content-Type"].partition(";")[0]
    assert media_type in described["content"]
    if media_type not in ("application/json", "application/problem+json"):
        return
    validator(json.dumps(described["content"][media_type]["schema"])).validate(response.json_body)
    model = model_of(method, path, response.status_code)
    if model is not None:  # says no more, either
        model.model_validate(response.json_body)


@functools.cache
def validator(schema: str) -> Draft202012Validator:
    """A validator for one of the document's schemas."""
    whole = json.loads(schema) | {"components": DOCUMENT["components"]}
    return Draft202012Validator(whole, format_checker=FormatChecker())


def model_of(method: str, path: str, status: int) -> type[BaseModel] | None:
    """The model behind an answer."""
    return Problem if status >= 400 else OPERATIONS[method, path].answers[status]
