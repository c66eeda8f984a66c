"""Requests to a declared route, built from its declaration and the API description."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote, urlencode

import app
from chalicelib import dashboard, documentation
from chalicelib.api.openapi.requests import EXAMPLES, PARAMETERS, PATH_PARAMETERS
from chalicelib.api.routes import Route
from tests.api.conftest import JSON, Caller

ROUTES: tuple[Route, ...] = tuple(app.app.declared.values())
MISSING_IDS: dict[str, str] = {
    "import_id": "20260101T000000Z-ffffffff",
    "fit_id": "20260101T000000Z-ffffffff",
    "receipt_id": "20260101T000000Z-ffffffff",
    "experiment_id": "no-test-of-anybody",
    "name": "missing-mapping",
    "key_id": "ffffffffffff",
    "link_id": "20260101T000000Z-ffffffff",
    "user_id": "nobody@example.org",
}
"""Name in a path -> a valid id that does not exist."""
KNOWN_CHANNEL = "google_ads"
"""A channel with cost of the tenants of these tests."""


def name_of(route: Route) -> str:
    """Return the name of a route in test ids and in docs/api.md."""
    return f"{route.method} {route.path}"


def target_of(route: Route, ids: dict[str, str] = MISSING_IDS, **query: Any) -> str:
    """Return path and query of a valid request: ids, required parameters and `query`."""
    if route.public:  # its ids do not belong to a tenant
        pages = PATH_PARAMETERS["page"]["enum"]
        ids = {
            "name": [*dashboard.scripts()][-1],
            "page": pages[0],
            "asset": documentation.PLAIN.name,
        }
    path = re.sub(r"\{(\w+)\}", lambda found: quote(ids[found[1]]), route.path)
    given = {name: _value_of(name) for name in route.required} | query
    return f"{path}?{urlencode(given, doseq=True)}" if given else path


def _value_of(name: str) -> str:
    """Return a valid value of a required parameter."""
    known = {"channel": KNOWN_CHANNEL, "first_day": "2026-01-05"}
    return known[name] if name in known else str(PARAMETERS[name][0]["enum"][0])


def example_of(route: Route) -> Any:
    """Return the value of a valid body."""
    assert route.body is not None
    return EXAMPLES[route.body.schema]


def send(who: Caller, route: Route, target: str, body: Any = None, **headers: Any) -> Any:
    """Send a request. Without a body the example is sent; a body that is not bytes is JSON."""
    if route.body is None:
        return who.call(route.method, target, **headers)
    value = example_of(route) if body is None else body
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return who.call(route.method, target, raw, **({"content_type": JSON} | headers))
