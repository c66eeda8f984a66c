"""Behaviour of every declared route. These tests run for a new route without further code.

`Caller.call` also compares every answer with the API description.
"""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import gzip
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chalice.test import Client

import app
from chalicelib import wiring
from chalicelib.api.likeworth_app import METHODS
from chalicelib.api.openapi.requests import BODIES
from chalicelib.api.request_bodies import MAX_BODY_BYTES
from chalicelib.api.routes import Route
from chalicelib.model.errors import NoFitYet
from chalicelib.services.credentials.api_keys import create_key, revoke_key
from chalicelib.storage.tenants import Role
from tests.api.conftest import Caller, admin, caller, client, invalid_fields, problem, rejected
from tests.api.described import DOCUMENT
from tests.api.test_answers import document
from tests.conftest import Cloud, session
from tests.contract.tenants import Mine, mine
from tests.contract.views import MISSING_IDS, ROUTES, example_of, name_of, send, target_of
from tests.faulty import FaultySession, client_error

__all__ = ["admin", "client", "document", "mine"]  # fixtures

ROLES: tuple[Role, ...] = ("tag", "ingest", "read", "admin")
HANDBOOK = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")

KEYED = [route for route in ROUTES if not route.public]
READING = [route for route in ROUTES if route.method == "GET"]
TABULAR = [route for route in ROUTES if route.tabular]
PAGED = [route for route in ROUTES if route.page]
WITH_BODY = [route for route in ROUTES if route.body]

each = pytest.mark.parametrize
UNPAIRED = rb'"\ud800"'


# --- declarations ---------------------------------------------------------------------------------


def declared_as(method: str, path: str) -> str:
    """Return the route for a path in the handbook, which may contain short names or values."""
    of_method = [route for route in ROUTES if route.method == method]
    exact = [name_of(route) for route in of_method if route.path == path]
    if exact:  # `/v1/experiments/design` is no id of `/v1/experiments/{experiment_id}`
        return exact[0]
    bare = re.sub(r"{\w+}", "x", path)
    (found,) = {
        name_of(route)
        for route in of_method
        if re.fullmatch(re.sub(r"{\w+}", "[^/]+", route.path), bare)
    }
    return found


def test_the_handbook_states_the_roles_of_every_route() -> None:
    """The roles are written twice on purpose: a careless edit of one of them fails here."""
    documented: dict[str, set[str]] = {}
    for cells in re.findall(r"^\| (`[A-Z]+ /.*?) \| (.*?) \| ", HANDBOOK, flags=re.MULTILINE):
        for method, path in re.findall(r"`([A-Z]+) (/[^`?]*)", cells[0]):
            route = declared_as(method, path)
            assert route not in documented, f"{route} has two rows"
            documented[route] = set(cells[1].split(", "))
    declared = {
        name_of(route): {"none"} if route.public else set(route.roles) or {"admin"}
        for route in ROUTES
    }
    assert documented == declared


@each("route", ROUTES, ids=name_of)
def test_the_description_states_what_the_route_declares(route: Route) -> None:
    described = DOCUMENT["paths"][route.path][route.method.lower()]
    assert described.get("x-roles") == (None if route.public else [*route.roles, "admin"])
    by_link = [{"Link": []}] if route.linkable else []
    keyed = [{"ApiKey": []}, {"Bearer": []}, *by_link]
    assert described["security"] == ([] if route.public else keyed)
    query = [one for one in described.get("parameters", []) if one["in"] == "query"]
    assert [one["name"] for one in query] == list(route.known)
    assert [one["name"] for one in query if one["required"]] == list(route.required)
    assert ("requestBody" in described) == (route.body is not None)


@each("route", WITH_BODY, ids=name_of)
def test_the_schema_of_a_body_has_the_declared_fields(route: Route) -> None:
    assert route.body is not None
    schema = DOCUMENT["components"]["schemas"][route.body.schema]
    if route.body.required or route.body.optional:
        assert schema.get("required", []) == list(route.body.required)
        assert set(schema["properties"]) == {*route.body.required, *route.body.optional}
    else:
        assert "oneOf" in schema or route.body.schema in BODIES


# --- access ---------------------------------------------------------------------------------------


@each("route", KEYED, ids=name_of)
def test_a_route_is_open_to_its_roles_and_the_admin_only(client: Client, route: Route) -> None:
    allowed: set[Role] = set()
    for role in ROLES:
        one = caller(client, role)
        answer = send(one, route, target_of(route))
        if route.method == "GET":
            assert one.call("HEAD", target_of(route)).status_code == answer.status_code
        if answer.status_code == 403:
            assert rejected(answer) == (403, "forbidden")
        else:
            assert answer.status_code != 401
            allowed.add(role)
    assert allowed == {*route.roles, "admin"}


@each("route", KEYED, ids=name_of)
def test_all_invalid_keys_get_the_same_answer(client: Client, route: Route) -> None:
    store, now, hour = wiring.store("acme"), dt.datetime.now(dt.UTC), dt.timedelta(hours=1)
    revoked = create_key(store, "admin", now=now)
    revoke_key(store, revoked.split(".")[1], now=now, even_last_admin=True)
    expired = create_key(store, "admin", now=now - 2 * hour, expires_at=now - hour)
    valid = create_key(store, "admin", now=now)
    wrong = valid[:-1] + ("A" if valid[-1] != "A" else "B")
    unknown, of_nobody = (f"lw_{one}.{'0' * 12}.{'a' * 32}" for one in ("acme", "nobody"))
    answers = [
        send(Caller(key, client), route, target_of(route))
        for key in (unknown, of_nobody, wrong, revoked, expired)
    ]
    for answer in answers:
        assert rejected(answer) == (401, "unauthenticated")
        assert (answer.body, answer.headers) == (answers[0].body, answers[0].headers)
    for key in (None, "", "nonsense", "ключ"):
        answer = send(Caller("", client), route, target_of(route), x_api_key=key)
        assert rejected(answer) == (401, "unauthenticated")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@each("route", [route for route in ROUTES if route.public], ids=name_of)
def test_a_public_route_needs_no_key(client: Client, route: Route) -> None:
    answer = send(Caller("", client), route, target_of(route), x_api_key=None)
    assert answer.status_code == 200
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


# --- methods --------------------------------------------------------------------------------------


@each("path", app.app.routes)
def test_every_method_of_a_path_gets_an_answer(client: Client, path: str) -> None:
    nobody = Caller("", client)
    target = target_of(next(route for route in ROUTES if route.path == path))
    allowed = app.app.allowed(path)
    assert set(app.app.routes[path]) == set(METHODS)
    for method in set(METHODS) - set(allowed):
        answer = nobody.call(method, target, b"{}", x_api_key=None)
        assert (answer.status_code, answer.headers["Allow"]) == (405, ", ".join(allowed))
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        if method != "HEAD":
            assert problem(answer)["code"] == "method_not_allowed"
    page = "https://a.example"
    preflight = nobody.call("OPTIONS", target, x_api_key=None, origin=page)
    assert (preflight.status_code, preflight.headers["Allow"]) == (204, ", ".join(allowed))
    sendable = [method for method in allowed if method not in ("HEAD", "OPTIONS")]
    assert preflight.headers["Access-Control-Allow-Methods"] == ", ".join(sendable)
    assert "x-api-key" in preflight.headers["Access-Control-Allow-Headers"]


# --- parameters -----------------------------------------------------------------------------------


@each("route", ROUTES, ids=name_of)
def test_query_parameters_are_declared_given_once_and_not_empty(
    admin: Caller, route: Route
) -> None:
    assert invalid_fields(send(admin, route, target_of(route, unheard_of="1"))) == [
        ("/unheard_of", "unknown_field")
    ]
    for name in route.known:
        twice = send(admin, route, target_of(route, **{name: ["x", "x"]}))
        assert invalid_fields(twice) == [(f"/{name}", "invalid_format")]
        empty = send(admin, route, target_of(route, **{name: ""}))
        assert invalid_fields(empty) == [(f"/{name}", "too_short")]
    if route.required:
        bare = target_of(route).partition("?")[0]
        missing = [(f"/{route.required[0]}", "missing_field")]
        assert invalid_fields(send(admin, route, bare)) == missing


@each("route", PAGED, ids=name_of)
def test_limit_and_cursor_are_validated(admin: Caller, route: Route) -> None:
    assert route.page is not None
    for limit in ("0", str(route.page.most + 1), "x", "1.0", "0000000019999", "٣"):
        answer = send(admin, route, target_of(route, limit=limit))
        assert invalid_fields(answer) == [("/limit", "out_of_range")]
    for cursor in ("~", "a b", "x" * 300, "ä"):
        answer = send(admin, route, target_of(route, cursor=cursor))
        assert invalid_fields(answer) == [("/cursor", "invalid_format")]
    answer = send(admin, route, target_of(route, limit=route.page.most))
    assert answer.status_code == (404 if "{" in route.path else 200)


# --- bodies ---------------------------------------------------------------------------------------


@each("route", WITH_BODY, ids=name_of)
def test_a_body_must_be_of_a_declared_type_and_size(admin: Caller, route: Route) -> None:
    target, whole = target_of(route), json.dumps(example_of(route)).encode()
    for wrong in (None, "text/plain", "application/json; charset=latin-1"):
        answer = send(admin, route, target, whole, content_type=wrong)
        assert rejected(answer) == (415, "unsupported_media_type")
    for encoding in ("deflate", "br", "zstd", "gzip, gzip", "identity, gzip", ""):
        answer = send(admin, route, target, whole, content_encoding=encoding)
        assert rejected(answer) == (415, "unsupported_media_type")
    too_large = whole + b" " * MAX_BODY_BYTES
    assert rejected(send(admin, route, target, too_large)) == (413, "body_too_large")
    packed = gzip.compress(too_large)
    answer = send(admin, route, target, packed, content_encoding="gzip")
    assert rejected(answer) == (413, "body_too_large")
    answer = send(admin, route, target, gzip.compress(whole)[:-1], content_encoding="gzip")
    assert rejected(answer) == (400, "invalid_request")


@each("route", WITH_BODY, ids=name_of)
def test_a_body_must_be_strict_json(admin: Caller, route: Route) -> None:
    target = target_of(route)
    for text in (b"{", b'{"a": NaN}', b'{"a": 1, "a": 2}', b"[" * 33 + b"]" * 33, b"\xff\xfe"):
        assert rejected(send(admin, route, target, text)) == (400, "malformed_json"), text
    half = send(admin, route, target, b'{"name": %s}' % UNPAIRED)
    if "events" not in route.path:  # this route rejects only the event that contains it
        assert rejected(half) == (400, "malformed_json")
    whole = gzip.compress(json.dumps(example_of(route)).encode())
    taken, packed = (
        send(admin, route, target, body, content_encoding=encoding)
        for body, encoding in ((None, None), (whole, "gzip"))
    )
    assert taken.status_code in (*route.statuses, 404, 422)
    assert packed.status_code in (*route.statuses, 404, 422)


@each("route", WITH_BODY, ids=name_of)
def test_a_body_must_be_an_object_with_the_declared_fields(admin: Caller, route: Route) -> None:
    assert route.body is not None
    target = target_of(route)
    for value in ([], 1, "text", None):
        text = json.dumps(value).encode()
        assert rejected(send(admin, route, target, text)) == (400, "invalid_fields"), value
    answer = send(admin, route, target, example_of(route) | {"unheard/of": 1})
    assert ("/unheard~1of", "unknown_field") in invalid_fields(answer)
    missing = [(f"/{name}", "missing_field") for name in route.body.required]
    if missing:
        assert invalid_fields(send(admin, route, target, {})) == missing
    nothing = send(admin, route, target, b"", content_type=None)
    accepted = nothing.status_code in (*route.statuses, 404)
    assert accepted == route.body.may_be_absent


# --- answers --------------------------------------------------------------------------------------


def readable(mine: Mine) -> Iterator[tuple[Route, str]]:
    """Yield every GET route with a target for which the tenant has data."""
    for route in READING:
        yield route, target_of(route, mine.ids)


def test_head_answers_like_get_without_a_body(mine: Mine) -> None:
    for route, target in readable(mine):
        for found in (target, target_of(route)):
            got, head = (mine.admin.call(method, found) for method in ("GET", "HEAD"))
            assert got.body
            assert head.body == b""
            assert (head.status_code, head.headers) == (got.status_code, got.headers), found


def test_an_unchanged_answer_is_not_sent_again(mine: Mine) -> None:
    for route, target in readable(mine):
        first = mine.admin.get(target)
        assert first.status_code == 200, target
        etag = first.headers["ETag"]
        for sent in (etag, f"W/{etag}", f'"x", {etag}', "*"):
            again = mine.admin.get(target, if_none_match=sent)
            assert (again.status_code, again.body) == (304, b"")
            assert again.headers["ETag"] == etag
        assert mine.admin.get(target, if_none_match='"other"').status_code == 200
        if not route.public:
            assert "private" in first.headers["Cache-Control"]
        if route.tabular:
            as_csv = mine.admin.get(target, accept="text/csv", if_none_match=etag)
            assert as_csv.status_code == 200
            assert as_csv.headers["ETag"] != etag


def test_the_pages_of_a_list_add_up_to_the_whole_list(mine: Mine) -> None:
    for route in PAGED:
        whole = mine.admin.get(target_of(route, mine.ids)).json_body
        (name,) = set(whole) - {"next"}
        rows, cursor = [], ""
        while cursor is not None:
            more = {"cursor": cursor} if cursor else {}
            page = mine.admin.get(target_of(route, mine.ids, limit=1, **more)).json_body
            assert len(page[name]) <= 1
            rows += page[name]
            cursor = page["next"]
        assert rows == whole[name], route.path
        assert len(rows) > 1


def test_a_table_is_the_same_in_json_and_csv(mine: Mine) -> None:
    for route in TABULAR:
        target = target_of(route, mine.ids)
        body = mine.admin.get(target).json_body
        by_header = mine.admin.get(target, accept="text/csv")
        by_parameter = mine.admin.get(target_of(route, mine.ids, format="csv"), accept="*/*")
        assert by_header.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert by_header.body == by_parameter.body
        lines = csv.DictReader(io.StringIO(by_header.body.decode(), newline=""))
        rows = list(lines)
        assert rows, target
        assert len(lines.fieldnames or ()) == len(set(lines.fieldnames or ())) > 1
        known = {part for text in leaves(body) for part in parts(text)}
        for row in rows:
            assert None not in row
            for name, cell in row.items():
                assert set(parts(cell)) <= known, (target, name, cell)
        if route.page:
            (name,) = set(body) - {"next"}
            assert len(rows) == len(body[name])


def leaves(value: Any) -> Iterator[str]:
    """Yield every text, number, boolean and key in JSON, in the form that CSV uses."""
    if isinstance(value, dict):
        yield from value
        value = list(value.values())
    if isinstance(value, list):
        yield str(len(value))  # a table may have the length of a list in JSON
        for one in value:
            yield from leaves(one)
    elif value is not None:
        yield str(value).lower() if isinstance(value, bool) else str(value)


def parts(text: str) -> list[str]:
    """Return the words of a cell, which joins lists, objects and fields of JSON."""
    return [part for part in re.split(r"[ /=&%:]", text.lstrip("'")) if part]


@each("route", [route for route in ROUTES if NoFitYet in route.raises], ids=name_of)
def test_without_a_fit_the_answer_explains_how_to_request_one(admin: Caller, route: Route) -> None:
    answer = send(admin, route, target_of(route))
    assert rejected(answer) == (404, "no_fit_yet")
    assert "/v1/fits" in problem(answer)["detail"]


@each("route", TABULAR, ids=name_of)
def test_a_request_that_accepts_neither_json_nor_csv_is_rejected(
    admin: Caller, route: Route
) -> None:
    for accept in ("image/png", ""):
        answer = admin.get(target_of(route), accept=accept)
        assert rejected(answer) == (406, "not_acceptable")
    answer = admin.get(target_of(route, format="xml"))
    assert invalid_fields(answer) == [("/format", "unknown_value")]


@each("route", KEYED, ids=name_of)
def test_only_pages_of_the_tenant_may_read_an_answer(admin: Caller, route: Route) -> None:
    store = wiring.store("acme")
    store.items.configure(dataclasses.replace(store.config, cors_origins=("https://a.example",)))
    wiring.use_session(session())
    for query in ({}, {"unheard_of": "1"}):
        target = target_of(route, **query)
        own, other = (
            send(admin, route, target, origin=f"https://{one}.example") for one in ("a", "b")
        )
        assert own.headers["Access-Control-Allow-Origin"] == "https://a.example"
        assert "ETag" in own.headers["Access-Control-Expose-Headers"]
        assert "Access-Control-Allow-Origin" not in other.headers
        for answer in (own, other):
            assert {"x-api-key", "Authorization"} <= set(answer.headers["Vary"].split(", "))
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            if answer.status_code < 300:
                caching = "private, no-cache" if route.method == "GET" else "no-store"
                assert answer.headers["Cache-Control"] == caching


# --- failures -------------------------------------------------------------------------------------


class Throttled:
    """A DynamoDB client whose calls are all throttled."""

    def __getattr__(self, name: str) -> Any:
        def call(**_request: Any) -> Any:
            raise client_error("ThrottlingException")

        return call


@each("route", KEYED, ids=name_of)
def test_an_unavailable_store_returns_503(admin: Caller, route: Route) -> None:
    wiring.use_session(FaultySession(session(), Throttled()))  # type: ignore[arg-type]
    answer = send(admin, route, target_of(route))
    assert rejected(answer) == (503, "store_unavailable")
    assert int(answer.headers["Retry-After"]) > 0


@each("route", KEYED, ids=name_of)
def test_an_unexpected_error_returns_500_without_its_details(
    cloud: Cloud, admin: Caller, route: Route, caplog: pytest.LogCaptureFixture
) -> None:
    cloud.dynamodb.delete_table(TableName="likeworth")
    found = problem(send(admin, route, target_of(route)))
    assert (found["status"], found["code"]) == (500, "internal_error")
    assert not re.search("Table|DynamoDB", str(found))
    assert "request " in caplog.text


@each("route", [route for route in KEYED if "{" in route.path], ids=name_of)
def test_an_unknown_or_malformed_id_returns_404(admin: Caller, route: Route) -> None:
    if route.method == "PUT" or "user_id" in route.path:
        return  # any valid name can be created, any person can be erased
    for odd in (None, "x", "..", "%2e%2e", "acme%23keys", "%00", "A" * 12, "a" * 2000):
        ids = MISSING_IDS if odd is None else dict.fromkeys(MISSING_IDS, "ODD")
        target = target_of(route, ids).replace("ODD", odd or "")
        answer = send(admin, route, target)
        assert rejected(answer) == (404, "not_found"), (target, answer.body)
