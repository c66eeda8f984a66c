"""Who may call what: a line per route, held against the views, their description and the facts."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from chalice.test import Client

import app
from chalicelib import __version__, dashboard, wiring
from chalicelib.api.routes import Route
from chalicelib.services.credentials.api_keys import create_key, revoke_key
from chalicelib.storage.tenants import Role
from tests.api.conftest import Caller, caller, refused
from tests.api.described import DOCUMENT
from tests.factories import make_event

IMPORT = "/v1/imports/20260101T000000Z-ffffffff"
CALLS: dict[tuple[str, str], set[Role]] = {
    ("POST", "/v1/events"): {"tag", "ingest"},
    ("POST", "/v1/imports"): {"ingest"},
    ("GET", "/v1/imports"): {"ingest", "read"},
    ("GET", IMPORT): {"ingest", "read"},
    ("DELETE", IMPORT): set(),
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
    ("GET", "/v1/engagements"): {"read"},
    ("GET", "/v1/decomposition"): {"read"},
    ("GET", "/v1/settings"): {"read"},
    ("PATCH", "/v1/settings"): set(),
    ("GET", "/v1/equivalence"): {"read"},
    ("GET", "/v1/attribution"): {"read"},
    ("GET", "/v1/coverage"): {"read"},
    ("GET", "/v1/timeseries?metric=cost"): {"read"},
    ("POST", "/v1/experiments"): set(),
    ("GET", "/v1/experiments"): {"read"},
    ("GET", "/v1/experiments/X"): {"read"},
    ("POST", "/v1/fits"): set(),
    ("GET", "/v1/fits"): {"read"},
    ("GET", "/v1/fits/20260101T000000Z-ffffffff"): {"read"},
    ("POST", "/v1/keys"): set(),
    ("GET", "/v1/keys"): set(),
    ("DELETE", "/v1/keys/ffffffffffff"): set(),
}
"""A call -> the roles that may make it beside the admin."""

PUBLIC = (
    ("GET", "/v1/health"),
    ("GET", "/v1/codes"),
    ("GET", "/openapi.json"),
    ("GET", "/docs"),
    ("GET", "/docs/errors"),
    ("GET", "/"),
    ("GET", f"/dashboard/{dashboard.script_name()}"),
)
"""Calls that need no key."""

ROLES: tuple[Role, ...] = ("tag", "ingest", "read", "admin")
HANDBOOK = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")

DECLARED: dict[tuple[str, str], Route] = app.app.declared


def route_of(method: str, path: str) -> tuple[str, str]:
    """The route that takes a call."""
    bare = path.partition("?")[0]
    shapes = {one: re.sub(r"\{\w+\}", "[^/]+", one) for _, one in DECLARED}
    (found,) = {one for one, shape in shapes.items() if re.fullmatch(shape, bare)}
    return method, found


def documented() -> dict[tuple[str, str], set[str]]:
    """The table of docs/api.md: route -> its roles."""
    found: dict[tuple[str, str], set[str]] = {}
    for cells in re.findall(r"^\| (`[A-Z]+ /.*?) \| (.*?) \| ", HANDBOOK, flags=re.MULTILINE):
        for method, path in re.findall(r"`([A-Z]+) (/[^`]*)`", cells[0]):
            route = route_of(method, re.sub(r"\{\w+\}", "x", path))
            assert route not in found, f"{route} stands in two rows"
            found[route] = set(cells[1].split(", "))
    return found


def test_every_route_has_exactly_one_line() -> None:
    lines = Counter(route_of(*line) for line in (*CALLS, *PUBLIC))
    assert lines == Counter(DECLARED.keys())


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_a_line_agrees_with_the_view_the_description_and_the_handbook(
    method: str, path: str
) -> None:
    roles = CALLS[method, path]
    method, route = route_of(method, path)
    view = DECLARED[method, route]
    assert (set(view.roles), view.public) == (roles, False)
    described = DOCUMENT["paths"][route][method.lower()]
    assert Counter(described["x-roles"]) == Counter(roles | {"admin"})
    by_link = [{"Link": []}] if view.linkable else []
    assert described["security"] == [{"ApiKey": []}, {"Bearer": []}, *by_link]
    assert documented()[method, route] == (roles or {"admin"})


@pytest.mark.parametrize(("method", "path"), PUBLIC)
def test_a_call_without_a_key_is_public_everywhere(client: Client, method: str, path: str) -> None:
    assert Caller("", client).call(method, path, x_api_key=None).status_code == 200
    route = route_of(method, path)
    assert DECLARED[route].public
    described = DOCUMENT["paths"][route[1]][method.lower()]
    assert described["security"] == []
    assert "x-roles" not in described
    assert documented()[route] == {"none"}


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_a_call_is_open_to_its_roles_and_the_admin(client: Client, method: str, path: str) -> None:
    allowed: set[Role] = set()
    for role in ROLES:
        one = caller(client, role)
        answers = [one.call(method, path)]
        if method == "GET":
            answers.append(one.call("HEAD", path))
            assert answers[0].status_code == answers[1].status_code
        if answers[0].status_code == 403:
            assert refused(answers[0]) == (403, "forbidden")
        else:
            assert answers[0].status_code != 401
            allowed.add(role)
    assert allowed == CALLS[method, path] | {"admin"}


@pytest.mark.parametrize(("method", "path"), CALLS)
@pytest.mark.parametrize("key", [None, "", "nonsense", "lw_acme.000000000000." + "a" * 32, "ключ"])
def test_without_a_valid_key_nothing_is_answered(
    client: Client, method: str, path: str, key: str | None
) -> None:
    response = Caller("", client).call(method, path, x_api_key=key)
    assert refused(response) == (401, "unauthenticated")
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_a_key_that_was_once_valid_is_answered_like_one_that_never_was(
    client: Client, method: str, path: str
) -> None:
    store, now = wiring.store("acme"), dt.datetime.now(dt.UTC)
    revoked = create_key(store, "admin", now=now)
    revoke_key(store, revoked.split(".")[1], now=now, even_last_admin=True)
    hour = dt.timedelta(hours=1)
    expired = create_key(store, "admin", now=now - 2 * hour, expires_at=now - hour)
    valid = create_key(store, "admin", now=now)
    wrong = valid[:-1] + ("A" if valid[-1] != "A" else "B")
    unknown = f"lw_acme.{'0' * 12}.{'a' * 32}"
    of_nobody = f"lw_nobody.{'0' * 12}.{'a' * 32}"
    answers = [
        Caller(key, client).call(method, path)
        for key in (unknown, of_nobody, wrong, revoked, expired)
    ]
    assert refused(answers[0]) == (401, "unauthenticated")
    for answer in answers[1:]:
        assert (answer.body, answer.headers) == (answers[0].body, answers[0].headers)


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_a_key_may_come_as_a_bearer_token(admin: Caller, scheme: str) -> None:
    answer = admin.call("GET", "/v1/keys", x_api_key=None, authorization=f"{scheme} {admin.key}")
    assert answer.status_code == 200
    both = admin.call("GET", "/v1/keys", authorization=f"{scheme} {admin.key}")
    assert both.status_code == 200


@pytest.mark.parametrize(
    "authorization",
    ["{key}", "Basic {key}", "Bearer", "Bearer ", "Bearer {key}x", "Bearer a {key}"],
)
@pytest.mark.parametrize("beside", [True, False])
def test_an_authorization_that_is_no_bearer_token_or_another_key_is_rejected(
    admin: Caller, authorization: str, beside: bool
) -> None:
    sent = {"authorization": authorization.format(key=admin.key)}
    answer = admin.call("GET", "/v1/keys", x_api_key=admin.key if beside else None, **sent)
    assert refused(answer) == (401, "unauthenticated")


def test_every_answer_forbids_browsers_to_guess_its_type(admin: Caller) -> None:
    answers = [
        admin.get("/v1/keys"),
        admin.get("/v1/timeseries?metric=cost&format=csv"),
        admin.get("/"),
        admin.call("OPTIONS", "/v1/keys"),
        admin.call("GET", "/v1/keys", x_api_key=None),
    ]
    assert {one.headers.get("X-Content-Type-Options") for one in answers} == {"nosniff"}


def test_a_tag_sends_events_and_nothing_else(client: Client) -> None:
    may = {call for call, roles in CALLS.items() if "tag" in roles}
    assert may == {("POST", "/v1/events")}
    sent = caller(client, "tag").events(make_event())
    assert sent.json_body["accepted"] == 1


def test_health_needs_no_key(client: Client) -> None:
    response = Caller("", client).get("/v1/health", x_api_key=None)
    assert response.status_code == 200
    assert response.json_body == {"status": "ok", "version": __version__}


@pytest.mark.parametrize("odd", ["x", "..", "%2e%2e", "acme%23keys", "%00", "a" * 2000])
def test_an_id_of_another_shape_is_not_found(admin: Caller, odd: str) -> None:
    for path in (f"/v1/imports/{odd}", f"/v1/imports/{odd}/rejects", f"/v1/fits/{odd}"):
        assert refused(admin.get(path)) == (404, "not_found")


def test_two_callers_at_once_are_not_mixed_up(
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
