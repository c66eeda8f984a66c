"""Keys in either header, and concurrent callers; tests/contract/ tests access by route."""

from __future__ import annotations

import os
from typing import Any

import pytest
from chalice.test import Client

import app
from tests.api.conftest import Caller, caller, rejected
from tests.factories import make_event


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_a_key_can_be_sent_as_a_bearer_token(admin: Caller, scheme: str) -> None:
    answer = admin.call("GET", "/v1/keys", x_api_key=None, authorization=f"{scheme} {admin.key}")
    assert answer.status_code == 200
    both = admin.call("GET", "/v1/keys", authorization=f"{scheme} {admin.key}")
    assert both.status_code == 200


@pytest.mark.parametrize(
    "authorization",
    ["{key}", "Basic {key}", "Bearer", "Bearer ", "Bearer {key}x", "Bearer a {key}"],
)
@pytest.mark.parametrize("beside", [True, False])
def test_an_invalid_or_conflicting_authorization_header_is_rejected(
    admin: Caller, authorization: str, beside: bool
) -> None:
    sent = {"authorization": authorization.format(key=admin.key)}
    answer = admin.call("GET", "/v1/keys", x_api_key=admin.key if beside else None, **sent)
    assert rejected(answer) == (401, "unauthenticated")


def test_a_tag_key_can_send_events_and_nothing_else(client: Client) -> None:
    may = [call for call, route in app.app.declared.items() if "tag" in route.roles]
    assert may == [("POST", "/v1/events")]
    sent = caller(client, "tag").events(make_event())
    assert sent.json_body["accepted"] == 1


def test_concurrent_callers_are_not_mixed_up(
    client: Client, admin: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    from concurrent.futures import ThreadPoolExecutor

    # Chalice's client replaces `os.environ` during each request. Four at once would leave a copy,
    # with the settings of this test, to all later tests of the process.
    monkeypatch.setattr(os, "environ", os.environ)
    others = [caller(client, "admin", f"tenant-{number}") for number in range(4)]
    mine = {
        one.key: one.post("/v1/imports", {"filename": f"{number}.csv"}).json_body["id"]
        for number, one in enumerate(others)
    }

    def look(one: Caller) -> Any:
        found = one.get("/v1/imports").json_body["imports"]
        return one.key, [entry["id"] for entry in found]

    with ThreadPoolExecutor(4) as pool:
        for key, found in pool.map(look, others * 15):
            assert found == [mine[key]]
