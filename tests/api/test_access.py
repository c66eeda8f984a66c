"""Who may call what; and that another tenant's things do not exist."""

from __future__ import annotations

import re
from typing import Any

import pytest
from chalice.test import Client

from chalicelib import __version__
from chalicelib.storage.tenants import Role
from tests.api.conftest import JSON, Caller, caller, problem, refused

IMPORT = "/v1/imports/20260101T000000Z-ffffffff"
CALLS: dict[tuple[str, str], set[Role]] = {
    ("POST", "/v1/events"): {"ingest"},
    ("POST", "/v1/imports"): {"ingest"},
    ("GET", "/v1/imports"): {"ingest", "read"},
    ("GET", IMPORT): {"ingest", "read"},
    ("GET", f"{IMPORT}/rejects"): {"ingest"},
    ("POST", f"{IMPORT}/replay"): {"ingest"},
    ("GET", "/v1/mappings"): {"ingest"},
    ("GET", "/v1/mappings/X"): {"ingest"},
    ("PUT", "/v1/mappings/X"): set(),
    ("DELETE", "/v1/mappings/X"): set(),
    ("DELETE", "/v1/users/X"): set(),
    ("GET", "/v1/erasures"): set(),
    ("GET", "/v1/erasures/20260101T000000Z-ffffffff"): set(),
    ("POST", "/v1/links"): set(),
    ("GET", "/v1/links"): set(),
    ("GET", "/v1/links/20260101T000000Z-ffffffff"): set(),
    ("DELETE", "/v1/links/20260101T000000Z-ffffffff"): set(),
    ("GET", "/v1/roi"): {"read"},
    ("GET", "/v1/equivalence"): {"read"},
    ("GET", "/v1/attribution"): {"read"},
    ("GET", "/v1/timeseries?metric=cost"): {"read"},
    ("POST", "/v1/experiments"): set(),
    ("GET", "/v1/experiments"): {"read"},
    ("GET", "/v1/experiments/X"): {"read"},
    ("POST", "/v1/fits"): set(),
    ("GET", "/v1/fits"): {"read"},
    ("GET", "/v1/fits/20260101T000000Z-ffffffff"): {"read"},
}


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_a_call_is_open_to_its_roles_and_the_admin(client: Client, method: str, path: str) -> None:
    roles: tuple[Role, ...] = ("ingest", "read", "admin")
    allowed = {
        role
        for role in roles
        if caller(client, role).call(method, path).status_code not in (401, 403)
    }
    assert allowed == CALLS[method, path] | {"admin"}


@pytest.mark.parametrize(("method", "path"), CALLS)
@pytest.mark.parametrize("key", [None, "", "nonsense", "lw_acme.000000000000." + "a" * 32, "ключ"])
def test_without_a_valid_key_nothing_is_answered(
    client: Client, method: str, path: str, key: str | None
) -> None:
    response = Caller("", client).call(method, path, x_api_key=key)
    assert refused(response) == (401, "unauthenticated")
    assert response.headers["WWW-Authenticate"].startswith("ApiKey")


def test_every_route_but_health_is_in_the_list_above() -> None:
    import app

    routes = {
        (
            method,
            re.sub(r"\{\w+\}", "X", path),
        )
        for path, methods in app.app.routes.items()
        for method, entry in methods.items()
        if method not in ("HEAD", "OPTIONS")
        and not getattr(entry.view_function, "refuses_method", False)
    }
    known = {
        (method, path.partition("?")[0].replace("20260101T000000Z-ffffffff", "X"))
        for method, path in CALLS
    }
    assert {
        (method, path)
        for method, path in routes - known
        if path.startswith("/v1/") and path != "/v1/health"
    } == set()


def test_health_needs_no_key(client: Client) -> None:
    response = Caller("", client).get("/v1/health", x_api_key=None)
    assert response.status_code == 200
    assert response.json_body == {"status": "ok", "version": __version__}


def test_another_tenants_import_is_answered_like_none(admin: Caller, stranger: Caller) -> None:
    mine = admin.post("/v1/imports", {"filename": "x.csv"}).json_body["id"]
    assert admin.get(f"/v1/imports/{mine}").status_code == 200
    assert refused(stranger.post(f"/v1/imports/{mine}/replay", {})) == (404, "not_found")
    for path in ("/v1/imports/{}", "/v1/imports/{}/rejects"):
        theirs = stranger.get(path.format(mine))
        none = stranger.get(path.format("20260101T000000Z-ffffffff"))
        assert problem(theirs) == problem(none)
        assert theirs.headers == none.headers
    assert stranger.get("/v1/imports").json_body["imports"] == []


def test_another_tenants_fit_is_answered_like_none(admin: Caller, stranger: Caller) -> None:
    mine = admin.post("/v1/fits", {}).json_body["id"]
    assert admin.get(f"/v1/fits/{mine}").status_code == 200
    theirs = stranger.get(f"/v1/fits/{mine}")
    none = stranger.get("/v1/fits/20260101T000000Z-ffffffff")
    assert problem(theirs) == problem(none)
    assert stranger.get("/v1/fits").json_body["fits"] == []


def test_another_tenants_mapping_is_answered_like_none(admin: Caller, stranger: Caller) -> None:
    body = b'{"dates": "dmy"}'
    assert admin.call("PUT", "/v1/mappings/ours", body, content_type=JSON).status_code == 201
    assert refused(stranger.get("/v1/mappings/ours")) == (404, "not_found")
    assert refused(stranger.call("DELETE", "/v1/mappings/ours")) == (404, "not_found")
    assert stranger.get("/v1/mappings").json_body["mappings"] == []
    response = stranger.post("/v1/imports", {"filename": "x.csv", "mapping": "ours"})
    assert refused(response) == (400, "invalid_fields")


@pytest.mark.parametrize("odd", ["x", "..", "%2e%2e", "acme%23keys", "%00", "a" * 2000])
def test_an_id_of_another_shape_is_not_found(admin: Caller, odd: str) -> None:
    for path in (f"/v1/imports/{odd}", f"/v1/imports/{odd}/rejects", f"/v1/fits/{odd}"):
        assert refused(admin.get(path)) == (404, "not_found")


def test_two_callers_at_once_are_not_mixed_up(client: Client, admin: Caller) -> None:
    from concurrent.futures import ThreadPoolExecutor

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
