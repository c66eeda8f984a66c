"""/v1/keys: create, list and revoke API keys."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from chalice.test import Client

from chalicelib import wiring
from tests.api.conftest import Caller, invalid_fields, rejected
from tests.conftest import Cloud

FIELDS = ("id", "role", "state", "created_at", "expires_at", "revoked_at")


def make(admin: Caller, role: str = "read", **more: Any) -> dict[str, Any]:
    answer = admin.post("/v1/keys", {"role": role, **more})
    assert answer.status_code == 201, answer.json_body
    made: dict[str, Any] = answer.json_body
    return made


def revoke(admin: Caller, key_id: str) -> Any:
    return admin.call("DELETE", f"/v1/keys/{key_id}")


def works(made: dict[str, Any], client: Client) -> bool:
    answer = Caller(made["key"], client).get("/v1/fits")
    return answer.status_code != 401


def test_a_key_is_shown_only_once(admin: Caller, cloud: Cloud) -> None:
    answer = admin.post("/v1/keys", {"role": "read"})
    made = answer.json_body
    assert answer.status_code == 201
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Location"] == f"/v1/keys/{made['id']}"
    assert (made["role"], made["state"], made["expires_at"]) == ("read", "active", None)
    assert works(made, admin.client)
    listed = admin.get("/v1/keys")
    assert {"id": made["id"], **{n: made[n] for n in FIELDS}} in listed.json_body["keys"]
    secret = made["key"].rpartition(".")[2]
    kept = wiring.store("acme").api_keys.get(made["id"])
    assert kept is not None
    table = admin.get("/v1/keys", accept="text/csv").body.decode()
    assert table.splitlines()[0] == ",".join(FIELDS)
    for text in (listed.body.decode(), table):
        assert secret not in text
        assert kept.key_hash not in text
    assert secret not in json.dumps(cloud.items(), default=str)


def test_an_expiry_can_be_a_number_of_days_or_an_instant(admin: Caller) -> None:
    now = dt.datetime.now(dt.UTC)
    made = make(admin, expires_in_days=90)
    end = dt.datetime.fromisoformat(made["expires_at"])
    assert dt.timedelta(days=90, seconds=-5) < end - now < dt.timedelta(days=90, seconds=60)
    made = make(admin, "ingest", expires_at="2030-01-31T23:30:00+02:00")
    assert made["expires_at"] == "2030-01-31T21:30:00Z"
    made = make(admin, "ingest", expires_at=None, expires_in_days=None)
    assert made["expires_at"] is None


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({}, "/role", "missing_field"),
        ({"role": None}, "/role", "unknown_value"),
        ({"role": "owner"}, "/role", "unknown_value"),
        ({"role": 1}, "/role", "wrong_type"),
        ({"role": "read", "tenant": "other"}, "/tenant", "unknown_field"),
        ({"role": "read", "expires_in_days": 0}, "/expires_in_days", "out_of_range"),
        ({"role": "read", "expires_in_days": 3651}, "/expires_in_days", "out_of_range"),
        ({"role": "read", "expires_in_days": 10**30}, "/expires_in_days", "out_of_range"),
        ({"role": "read", "expires_in_days": True}, "/expires_in_days", "wrong_type"),
        ({"role": "read", "expires_in_days": "90"}, "/expires_in_days", "wrong_type"),
        ({"role": "read", "expires_at": "2020-01-01T00:00:00Z"}, "/expires_at", "out_of_range"),
        ({"role": "read", "expires_at": "9999-12-31T23:59:59Z"}, "/expires_at", "out_of_range"),
        ({"role": "read", "expires_at": "2030-01-01T00:00:00"}, "/expires_at", "invalid_time"),
        ({"role": "read", "expires_at": "soon"}, "/expires_at", "invalid_time"),
        (
            {"role": "read", "expires_at": "2030-01-01T00:00:00Z", "expires_in_days": 9},
            "/expires_in_days",
            "unknown_field",
        ),
    ],
)
def test_an_invalid_key_request_is_rejected(
    admin: Caller, body: dict[str, Any], pointer: str, code: str
) -> None:
    assert invalid_fields(admin.post("/v1/keys", body)) == [(pointer, code)]
    assert len(admin.get("/v1/keys").json_body["keys"]) == 1


def test_the_last_admin_key_can_be_revoked_only_if_there_is_another(admin: Caller) -> None:
    own = admin.key.split(".")[1]
    assert rejected(revoke(admin, own)) == (409, "last_admin_key")
    assert admin.get("/v1/keys").status_code == 200
    other = make(admin, "admin")
    assert revoke(admin, own).status_code == 204
    assert rejected(admin.get("/v1/keys")) == (401, "unauthenticated")
    assert rejected(revoke(Caller(other["key"], admin.client), other["id"]))[0] == 409
