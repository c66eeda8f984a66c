"""Callers of the API, one for each role."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

import pytest
from chalice.test import Client, HTTPResponse

from chalicelib import wiring
from chalicelib.services.credentials.api_keys import create_key
from chalicelib.storage.tenants import Role
from tests.api import described
from tests.conftest import Cloud

JSON = "application/json"
NDJSON = "application/x-ndjson"


@dataclass
class Caller:
    """A client with an API key."""

    key: str
    client: Client = field(repr=False)

    def call(
        self, method: str, path: str, body: bytes = b"", **headers: str | None
    ) -> HTTPResponse:
        """Send a request; underscores in header names become hyphens, None omits a header.

        The OpenAPI description must describe the answer.
        """
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {"x-api-key": self.key} | named
        response = self.client.http.request(
            method, path, headers={n: v for n, v in sent.items() if v is not None}, body=body
        )
        described.check(method, path, response)
        return response

    def get(self, path: str, **headers: str | None) -> HTTPResponse:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any, **headers: str | None) -> HTTPResponse:
        """POST a value as JSON, or bytes as they are."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.call("POST", path, raw, **({"content_type": JSON} | headers))

    def events(self, *events: Any) -> HTTPResponse:
        return self.post("/v1/events", {"events": list(events)})


@pytest.fixture
def client(cloud: Cloud) -> Client:
    """The application, connected to the cloud."""
    import app

    assert cloud
    return Client(app.app)


_MADE: WeakKeyDictionary[Client, dict[tuple[str, Role], str]] = WeakKeyDictionary()


def caller(client: Client, role: Role, tenant: str = "acme") -> Caller:
    """A caller with a key; the same key per tenant and role during a test."""
    made = _MADE.setdefault(client, {})
    if (tenant, role) not in made:
        store = wiring.store(tenant)
        made[tenant, role] = create_key(store, role, now=dt.datetime.now(dt.UTC))
    return Caller(made[tenant, role], client)


@pytest.fixture
def admin(client: Client) -> Caller:
    """A caller with the role admin."""
    return caller(client, "admin")


@pytest.fixture
def sender(client: Client) -> Caller:
    """A caller with the role ingest."""
    return caller(client, "ingest")


@pytest.fixture
def reader(client: Client) -> Caller:
    """A caller with the role read."""
    return caller(client, "read")


@pytest.fixture
def stranger(client: Client) -> Caller:
    """An admin of another tenant."""
    return caller(client, "admin", "other")


def problem(response: HTTPResponse) -> dict[str, Any]:
    """Return the problem in a response, after checking its shape."""
    found: dict[str, Any] = response.json_body
    assert response.headers["Content-Type"] == "application/problem+json"
    assert {"type", "title", "status", "detail", "code"} <= set(found)
    assert found["status"] == response.status_code
    assert found["type"] == f"/docs/errors#{found['code']}"
    return found


def rejected(response: HTTPResponse) -> tuple[int, str]:
    """Return the status and code of a problem."""
    found = problem(response)
    return found["status"], found["code"]


def invalid_fields(response: HTTPResponse) -> list[tuple[str, str]]:
    """Return the pointer and the code of each invalid field in an answer."""
    found = problem(response)
    assert (found["status"], found["code"]) == (400, "invalid_fields")
    return [(one["pointer"], one["code"]) for one in found["errors"]]
