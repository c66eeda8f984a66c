"""Signed links: what they allow, and what they do not."""

from __future__ import annotations

import csv
import datetime as dt
import io
import logging
import re
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from chalice.test import Client, HTTPResponse

import app
from chalicelib import wiring
from chalicelib.api.openapi.requests import EXAMPLES
from chalicelib.api.views.link_views import linkable_routes
from chalicelib.model.errors import Unauthenticated
from chalicelib.services.credentials import signed_links
from chalicelib.services.credentials.api_keys import Principal
from chalicelib.storage.link_items import Link
from chalicelib.wiring import processes
from tests.api.conftest import Caller, caller, invalid_fields, problem, rejected
from tests.api.test_answers import document, fitted
from tests.conftest import SECRET, Cloud, session
from tests.faults.capacity import Bill
from tests.faults.layer import FaultLayer

__all__ = ["document", "fitted"]  # fixtures

QUESTION = {"goal": "purchase", "from": "2026-02-01", "format": "csv"}
WHOLE_DAY = dt.timedelta(days=1)
ADMIN = Principal("acme", "admin", "0" * 12)


@pytest.fixture
def keyless(client: Client) -> Caller:
    """A caller without a key."""
    return Caller("", client)


def made(admin: Caller, path: str = "/v1/roi", **query: str) -> dict[str, Any]:
    response = admin.post("/v1/links", {"path": path, "query": query or QUESTION})
    assert response.status_code == 201, response.body
    found: dict[str, Any] = response.json_body
    return found


def target_of(url: str) -> str:
    """Split a URL into the request that a program would send."""
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


def follow(
    keyless: Caller, target: str, method: str = "GET", **headers: str | None
) -> HTTPResponse:
    return keyless.call(method, target, **({"x_api_key": None} | headers))


def token_of(link: dict[str, Any]) -> str:
    return dict(parse_qsl(urlsplit(link["url"]).query))["link"]


def test_a_link_returns_the_answer_it_was_created_for(
    fitted: Caller, admin: Caller, keyless: Caller
) -> None:
    link = made(admin)
    response = follow(keyless, target_of(link["url"]))
    assert response.status_code == 200
    assert response.body == fitted.get(f"/v1/roi?{urlencode(QUESTION)}").body
    assert response.headers["Content-Type"].startswith("text/csv")
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert response.headers["Cache-Control"] == "private, no-cache"
    again = follow(keyless, target_of(link["url"]), if_none_match=response.headers["ETag"])
    assert (again.status_code, again.body) == (304, b"")
    assert again.headers["Cache-Control"] == "private, no-cache"
    head = follow(keyless, target_of(link["url"]), "HEAD")
    assert (head.status_code, head.body) == (200, b"")
    assert head.headers["Referrer-Policy"] == "no-referrer"


def test_only_tables_for_readers_can_be_linked(
    fitted: Caller, admin: Caller, keyless: Caller
) -> None:
    paths = {"/v1/roi", "/v1/engagements", "/v1/equivalence", "/v1/equivalences"}
    paths |= {"/v1/audiences", "/v1/virality", "/v1/search-effects", "/v1/response-curves"}
    paths |= {"/v1/dialogue", "/v1/dialogue/sample"}
    paths |= {"/v1/attribution", "/v1/coverage", "/v1/decomposition", "/v1/timeseries"}
    paths |= {"/v1/experiments"}
    assert set(linkable_routes(app.app.declared.values())) == paths
    for path in paths:
        query = {"metric": "cost"} if path == "/v1/timeseries" else {"format": "json"}
        link = made(admin, path, **query)
        assert follow(keyless, target_of(link["url"])).status_code == 200
    for path in ("/v1/fits", "/v1/imports", "/v1/links", "/v1/health", "/v1/users/X", "", "roi"):
        response = admin.post("/v1/links", {"path": path})
        assert rejected(response) == (400, "invalid_fields")
        assert problem(response)["errors"][0]["code"] == "unknown_value"


def test_the_url_is_shown_once_and_works(fitted: Caller, admin: Caller) -> None:
    response = admin.post(
        "/v1/links",
        {"path": "/v1/roi", "query": {"channel": "google_ads"}, "expires_in_days": 2},
        host="127.0.0.1:8443",
        x_forwarded_proto="javascript",
    )
    link = response.json_body
    assert link["url"].startswith("http://127.0.0.1:8443/v1/roi?channel=google_ads&link=lwl_acme.")
    end, begin = (dt.datetime.fromisoformat(link[k]) for k in ("expires_at", "created_at"))
    assert end - begin == 2 * WHOLE_DAY
    shown = admin.get(response.headers["Location"]).json_body
    assert shown == {name: value for name, value in link.items() if name != "url"}
    assert admin.get("/v1/links").json_body == {"links": [shown], "next": None}
    table = admin.get("/v1/links", accept="text/csv").body.decode()
    (row,) = csv.DictReader(io.StringIO(table))
    assert (row["query"], row["state"]) == ("channel=google_ads", "active")


def test_a_link_never_uses_a_host_from_the_host_header(
    admin: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {"path": "/v1/timeseries", "query": {"metric": "cost"}}
    for host in ("evil.example", "127.0.0.1.evil.example", "localhost:80@evil.example", ""):
        assert rejected(admin.post("/v1/links", body, host=host)) == (400, "invalid_request")
    monkeypatch.setenv("LIKEWORTH_PUBLIC_URL", "https://likeworth.example/base/")
    wiring.use_session(session())

    link = admin.post("/v1/links", body, host="evil.example").json_body

    assert link["url"].startswith("https://likeworth.example/base/v1/timeseries?")


def test_behind_a_gateway_the_url_includes_the_stage(cloud: Cloud, admin: Caller) -> None:
    event = {
        "httpMethod": "POST",
        "headers": {"x-api-key": admin.key, "content-type": "application/json", "host": "wrong"},
        "multiValueQueryStringParameters": None,
        "pathParameters": {},
        "stageVariables": None,
        "isBase64Encoded": False,
        "body": '{"path": "/v1/timeseries", "query": {"metric": "cost"}}',
        "requestContext": {
            "httpMethod": "POST",
            "resourcePath": "/v1/links",
            "path": "/api/v1/links",
            "domainName": "abc.execute-api.eu-central-1.amazonaws.com",
            "identity": {},
        },
    }
    answer = app.app(event, None)
    assert (
        '"url":"https://abc.execute-api.eu-central-1.amazonaws.com/api/v1/timeseries?'
        in (answer["body"])
    )


OLD = dt.datetime(2026, 3, 14, 10, 0, 0, 7, tzinfo=dt.UTC)


def made_then() -> tuple[str, Link]:
    """The token of a link of one day that was made at `OLD`, and the link."""
    store = wiring.store("acme")
    return signed_links.make_link(store, "/v1/roi", QUESTION, days=1, maker=ADMIN, now=OLD)


def authenticated(token: str, now: dt.datetime) -> Any:
    question = [*QUESTION.items()]
    return signed_links.authenticate_link(token, "/v1/roi", question, wiring.store, now=now)


# --- what is rejected ----------------------------------------------------------------------------


def changes(link: dict[str, Any], other: dict[str, Any]) -> dict[str, str]:
    """Requests that differ slightly from the one that a link allows."""
    token, query = token_of(link), {**QUESTION}
    tenant, link_id, secret = token.removeprefix("lwl_").split(".")

    def asks(path: str = "/v1/roi", **over: str | None) -> str:
        named = {**query, "link": token, **over}
        return f"{path}?{urlencode({n: v for n, v in named.items() if v is not None})}"

    return {
        "another path": asks("/v1/attribution"),
        "a parameter less": asks(goal=None),
        "a parameter more": asks(channel="facebook"),
        "another value": asks(**{"from": "2026-02-02"}),
        "another form": asks(format="json"),
        "no form": asks(format=None),
        "an unknown parameter": asks(chanel="facebook"),
        "a parameter twice": asks() + "&goal=purchase",
        "an empty parameter": asks(channel=""),
        "the link twice": asks() + f"&link={token}",
        "another secret": asks(link=f"lwl_{tenant}.{link_id}.{'A' * 32}"),
        "another tenant": asks(link=f"lwl_other.{link_id}.{secret}"),
        "a tenant that there is not": asks(link=f"lwl_nobody.{link_id}.{secret}"),
        "an id that there is not": asks(link=f"lwl_{tenant}.20260101T000000Z-ffffffff.{secret}"),
        "the token of another link": asks(link=token_of(other)),
        "nonsense": asks(link="ключ"),
        "nothing": asks(link=""),
        "a link with a space": asks(link=token + " "),
        "a key as a link": asks(link=f"lw_acme.{'0' * 12}.{'k' * 32}"),
    }


def test_any_change_to_a_link_gets_the_same_rejection(
    fitted: Caller, admin: Caller, stranger: Caller, keyless: Caller
) -> None:
    link, other = made(admin), made(admin, "/v1/roi", goal="purchase")
    assert follow(keyless, target_of(link["url"])).status_code == 200
    seen = []
    for what, target in changes(link, other).items():
        response = follow(keyless, target)
        assert rejected(response) == (401, "unauthenticated"), what
        assert response.headers["Referrer-Policy"] == "no-referrer"
        seen.append((problem(response), response.headers))
    revoked, (token, expired) = made(admin), made_then()
    assert admin.call("DELETE", f"/v1/links/{revoked['id']}").status_code == 204
    assert admin.get(f"/v1/links/{expired.link_id}").json_body["state"] == "expired"
    for target in (target_of(revoked["url"]), f"/v1/roi?{urlencode({**QUESTION, 'link': token})}"):
        response = follow(keyless, target)
        seen.append((problem(response), response.headers))
    assert all(one == seen[0] for one in seen)


def test_a_link_expires(cloud: Cloud) -> None:
    token, link = made_then()
    one = authenticated(token, link.expires_at - dt.timedelta(seconds=1))
    assert (one.tenant, one.role, one.key_id) == ("acme", "read", link.link_id)
    with pytest.raises(Unauthenticated):
        authenticated(token, link.expires_at)


def test_a_readers_link_ends_with_the_readers_key(
    fitted: Caller, client: Client, keyless: Caller
) -> None:
    reader = caller(client, "read")
    key_id = reader.key.split(".")[1]
    own, admins = made(reader), made(fitted)
    assert (own["key_id"], admins["key_id"]) == (key_id, None)
    assert follow(keyless, target_of(own["url"])).status_code == 200
    assert fitted.call("DELETE", f"/v1/keys/{key_id}").status_code == 204
    assert rejected(follow(keyless, target_of(own["url"]))) == (401, "unauthenticated")
    assert follow(keyless, target_of(admins["url"])).status_code == 200


def test_a_readers_link_cannot_be_freed_from_its_key_in_the_table(
    fitted: Caller, client: Client, keyless: Caller
) -> None:
    own, links = made(caller(client, "read")), wiring.store("acme").links
    stored = links.get(own["id"])
    assert stored is not None
    links.add(replace(stored, key_id=None))
    assert rejected(follow(keyless, target_of(own["url"]))) == (401, "unauthenticated")


def test_a_link_whose_expiry_was_changed_in_the_table_is_invalid(cloud: Cloud) -> None:
    token, link = made_then()
    wiring.store("acme").links.add(replace(link, expires_at=link.expires_at + WHOLE_DAY))
    with pytest.raises(Unauthenticated):
        authenticated(token, OLD)


def test_parameters_can_be_reordered_and_ignored_ones_added(
    fitted: Caller, admin: Caller, keyless: Caller
) -> None:
    pairs = parse_qsl(urlsplit(made(admin)["url"]).query)
    turned = urlencode([("_", "123"), *reversed(pairs), ("utm_source", "sheet"), ("cb", "1")])
    assert follow(keyless, f"/v1/roi?{turned}").status_code == 200


def test_a_link_allows_only_reading_its_answer(
    fitted: Caller, admin: Caller, keyless: Caller
) -> None:
    query = urlsplit(made(admin)["url"]).query
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert follow(keyless, f"/v1/roi?{query}", method).status_code == 405
    for path in ("/v1/fits", "/v1/links", "/v1/imports", "/v1/experiments", "/v1/mappings"):
        assert rejected(follow(keyless, f"{path}?{query}"))[0] == 401


def test_a_request_with_a_key_and_a_link_uses_the_key(
    fitted: Caller, admin: Caller, keyless: Caller
) -> None:
    target = target_of(made(admin)["url"])
    assert invalid_fields(fitted.get(target))[0][0] == "/link"
    wrong = "lw_acme.000000000000." + "a" * 32
    assert rejected(keyless.get(target, x_api_key=wrong)) == (401, "unauthenticated")


def test_a_revoked_link_is_invalid_immediately(
    fitted: Caller, admin: Caller, stranger: Caller, keyless: Caller
) -> None:
    link = made(admin)
    path = f"/v1/links/{link['id']}"
    theirs, none = stranger.call("DELETE", path), stranger.call("DELETE", path[:-8] + "ffffffff")
    assert rejected(theirs) == (404, "not_found")
    assert problem(theirs) == problem(none)
    assert rejected(stranger.get(path)) == (404, "not_found")
    assert follow(keyless, target_of(link["url"])).status_code == 200
    assert [admin.call("DELETE", path).status_code for _ in range(2)] == [204, 204]
    assert rejected(follow(keyless, target_of(link["url"]))) == (401, "unauthenticated")
    assert admin.get(path).json_body["state"] == "revoked"
    assert rejected(admin.call("DELETE", "/v1/links/nonsense")) == (404, "not_found")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/path"),
        ({"path": 7}, "/path"),
        ({"path": "/v1/roi", "querry": {}}, "/querry"),
        ({"path": "/v1/roi", "query": []}, "/query"),
        ({"path": "/v1/roi", "query": {"goal": 7}}, "/query/goal"),
        ({"path": "/v1/roi", "query": {"goal": ""}}, "/query/goal"),
        ({"path": "/v1/roi", "query": {"goal": "x" * 257}}, "/query/goal"),
        ({"path": "/v1/roi", "query": {"goal": "unheard_of"}}, "/query/goal"),
        ({"path": "/v1/roi", "query": {"chanel": "facebook"}}, "/query/chanel"),
        ({"path": "/v1/roi", "query": {"link": "x"}}, "/query/link"),
        ({"path": "/v1/roi", "query": {"format": "xlsx"}}, "/query/format"),
        ({"path": "/v1/roi", "query": {"from": "yesterday"}}, "/query/from"),
        ({"path": "/v1/roi", "query": {"to": "2020-01-01"}}, "/query/to"),
        ({"path": "/v1/timeseries"}, "/query/metric"),
        ({"path": "/v1/roi", "expires_in_days": 0}, "/expires_in_days"),
        ({"path": "/v1/roi", "expires_in_days": 367}, "/expires_in_days"),
        ({"path": "/v1/roi", "expires_in_days": True}, "/expires_in_days"),
        ({"path": "/v1/roi", "expires_in_days": "90"}, "/expires_in_days"),
    ],
)
def test_a_link_to_an_invalid_query_is_rejected(
    fitted: Caller, admin: Caller, body: Any, pointer: str
) -> None:
    assert invalid_fields(admin.post("/v1/links", body))[0][0] == pointer
    assert admin.get("/v1/links").json_body["links"] == []


def test_a_link_can_be_created_before_the_first_fit(admin: Caller, keyless: Caller) -> None:
    link = made(admin, "/v1/roi", **EXAMPLES["LinkBody"]["query"])
    response = follow(keyless, target_of(link["url"]))
    assert rejected(response) == (404, "no_fit_yet")
    assert response.headers["Cache-Control"] == "private, no-cache"


# --- what it costs and leaves -------------------------------------------------------------------


def test_an_answer_by_link_needs_at_most_two_reads(
    cloud: Cloud, fitted: Caller, admin: Caller, keyless: Caller
) -> None:
    layer = FaultLayer()
    layer.attach(cloud.dynamodb)
    for path in ("/v1/roi", "/v1/equivalence", "/v1/attribution"):
        query = {"engagement": "facebook/like"} if path == "/v1/equivalence" else {"format": "csv"}
        target = target_of(made(admin, path, **query)["url"])
        assert follow(keyless, target).status_code == 200
        layer.bill = Bill()
        assert follow(keyless, target).status_code == 200
        assert 0 < layer.bill.read_units <= 2, (path, layer.bill)
        assert layer.bill.reads["acme#links"] == 1  # a consistent read
        assert layer.bill.write_units == 0


def test_each_link_has_its_own_request_limit(
    monkeypatch: pytest.MonkeyPatch, fitted: Caller, admin: Caller, keyless: Caller
) -> None:
    targets = [target_of(made(admin)["url"]) for _ in range(2)]
    monkeypatch.setenv("LIKEWORTH_RATE_LIMIT", "3")
    processes.current.settings = processes.current.rate_limiter = None
    statuses = [follow(keyless, targets[0]).status_code for _ in range(8)]
    assert statuses.count(429) >= 2  # within one or two windows
    response = follow(keyless, targets[1])
    assert response.status_code == 200
    assert response.headers["RateLimit-Policy"] == '"default";q=3;w=60'
    assert re.fullmatch(r'"default";r=2;t=\d+', response.headers["RateLimit"])


def test_a_link_that_is_used_survives_rotations_of_the_root_secret(
    monkeypatch: pytest.MonkeyPatch, fitted: Caller, admin: Caller, keyless: Caller
) -> None:
    used, unused = (target_of(made(admin)["url"]) for _ in range(2))
    session = processes.current.session

    def rotate(secret: str, before: str) -> None:
        monkeypatch.setenv("LIKEWORTH_SECRET", secret)
        monkeypatch.setenv("LIKEWORTH_PREVIOUS_SECRETS", before)
        wiring.use_session(session)

    rotate("the second root secret", SECRET)
    assert follow(keyless, used).status_code == 200
    assert follow(keyless, used.replace("purchase", "lead")).status_code == 401
    rotate("the third root secret", "the second root secret")
    assert follow(keyless, used).status_code == 200
    assert follow(keyless, unused).status_code == 401


def test_a_link_is_neither_stored_nor_logged(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    cloud: Cloud,
    fitted: Caller,
    admin: Caller,
    keyless: Caller,
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("botocore", "boto3", "urllib3"):
        logging.getLogger(name).setLevel(logging.INFO)
    link, other = made(admin), made(admin, goal="purchase")
    secret = token_of(link).rpartition(".")[2]
    assert follow(keyless, target_of(link["url"])).status_code == 200
    for target in changes(link, other).values():
        assert follow(keyless, target).status_code == 401
    assert fitted.get(target_of(link["url"])).status_code == 400

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("not foreseen")

    with monkeypatch.context() as patched:
        patched.setattr("chalicelib.services.answers.roi", fail)
        response = follow(keyless, target_of(link["url"]))
    assert response.status_code == 500
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert "not foreseen" in caplog.text
    assert secret not in caplog.text
    assert secret not in str(cloud.items())
    assert token_of(link) not in admin.get("/v1/links").body.decode()
