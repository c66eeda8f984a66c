"""Another tenant's resources look like missing ones, on every route and for every kind of id.

The stranger is an admin of another tenant who has all ids, cursors and ETags of the tenant `mine`.
A route must answer them in the same way as for ids that do not exist. The data of `mine` must not
change.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from chalice.test import Client, HTTPResponse

from chalicelib.api.routes import Route
from chalicelib.storage import table_keys
from tests.api.conftest import Caller, client, problem
from tests.api.test_answers import document
from tests.api.test_imports import BAD, GOOD, HEAD, Uploads
from tests.conftest import BUCKET, Cloud
from tests.contract.tenants import Mine, build, mine
from tests.contract.views import MISSING_IDS, ROUTES, name_of, send, target_of
from tests.experiments import make_holdout
from tests.unit.test_workers import arrived

__all__ = ["client", "document", "mine"]  # fixtures

TODAY, WEEK = dt.datetime.now(dt.UTC).date(), dt.timedelta(days=7)
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ|\d{8}T\d{6}Z-[0-9a-f]{8}")
"""Times, and ids that contain a time; they differ between two new resources."""


@dataclass(frozen=True)
class Special:
    """Details of a route's test that are not in its declaration.

    Attributes
    ----------
    query : dict
        Parameters with which the answer contains resources of `mine`.
    body : callable, optional
        Builds a body from ids (of `mine` or missing ones) and `mine`. Without it, the body is the
        example of the API description.
    own : tuple of str
        Fields and headers of the answer that belong to the stranger and differ.
    """

    query: dict[str, str]
    body: Callable[[dict[str, str], Mine], Any] | None = None
    own: tuple[str, ...] = ()


SPECIAL: dict[str, Special] = {
    "POST /v1/events": Special({}, lambda _ids, mine: {"events": [mine.event]}),
    "POST /v1/imports": Special({}, lambda ids, _: {"filename": "x.csv", "mapping": ids["name"]}),
    "POST /v1/experiments": Special(
        {}, lambda ids, _: make_holdout(experiment_id=ids["experiment_id"])
    ),
    "GET /v1/timeseries": Special(
        {"metric": "engagements", "from": str(TODAY - WEEK), "to": str(TODAY + WEEK)}
    ),
    "DELETE /v1/users/{user_id}": Special({}, own=("person",)),
    "POST /v1/keys": Special({}, own=("id", "key", "location")),
    "GET /v1/keys": Special({}, own=("id", "created_at")),
    "POST /v1/links": Special({}, own=("id", "url", "location")),
    "GET /v1/links": Special({}, own=("id", "created_at", "expires_at")),
}
ORDINARY = Special({})

KEYED = [route for route in ROUTES if not route.public]
READING = [route for route in KEYED if route.method == "GET"]
CHANGING = [route for route in KEYED if route.method != "GET"]
each = pytest.mark.parametrize


def ask(who: Caller, route: Route, ids: dict[str, str], mine: Mine, **more: Any) -> HTTPResponse:
    """Send a request with these ids, and optionally with `query` and headers."""
    special = SPECIAL.get(name_of(route), ORDINARY)
    target = target_of(route, ids, **(special.query | more.pop("query", {})))
    answer: HTTPResponse = send(
        who, route, target, special.body and special.body(ids, mine), **more
    )
    return answer


def compared(answer: HTTPResponse, route: Route, ids: dict[str, str]) -> tuple[Any, ...]:
    """Return status, headers and body, with new ids and times masked where they must differ."""
    own = SPECIAL.get(name_of(route), ORDINARY).own
    text, headers = answer.body.decode(), {n.lower(): v for n, v in answer.headers.items()}
    if route.creates or own:  # the stranger can use an id that another tenant uses
        for name in own:
            text = re.sub(f'"{name}":"[^"]*"', f'"{name}":"..."', text)
            headers.pop(name, None)
        headers.pop("etag", None)
        values = sorted(ids.values(), key=len, reverse=True)
        text = re.sub("|".join(map(re.escape, values)), "(id)", text)
        text, where = INSTANT.sub("(time)", text), headers.get("location")
        if where is not None:
            where = re.sub("|".join(map(re.escape, values)), "(id)", str(where))
            headers["location"] = INSTANT.sub("(time)", where)
    return answer.status_code, text, headers


def check(mine: Mine, route: Route) -> None:
    """Raise AssertionError if a route lets a stranger read or change data of `mine`."""
    note = f"{name_of(route)} reveals or changes another tenant's data"
    before = mine.stored()
    newcomers = compared(ask(mine.newcomer, route, MISSING_IDS, mine), route, MISSING_IDS)
    missing = compared(ask(mine.stranger, route, MISSING_IDS, mine), route, MISSING_IDS)
    mines = compared(ask(mine.stranger, route, mine.ids, mine), route, mine.ids)
    assert mines == missing == newcomers, note
    for mark in mine.marks:
        assert mark not in mines[1], note
    assert mine.stored() == before, note


def test_another_tenants_resource_looks_like_a_missing_one(mine: Mine) -> None:
    for route in READING:
        check(mine, route)


@each("route", CHANGING, ids=name_of)
def test_a_stranger_cannot_change_another_tenants_resource(mine: Mine, route: Route) -> None:
    check(mine, route)


def test_the_resources_of_the_tenant_exist(mine: Mine) -> None:
    """Otherwise the tests of the stranger's requests would prove nothing."""
    for route in READING:
        answer = ask(mine.admin, route, mine.ids, mine)
        assert answer.status_code == 200, route.path
        assert answer.body != ask(mine.newcomer, route, MISSING_IDS, mine).body, route.path
    assert set(mine.ids) == set(MISSING_IDS)


def test_another_tenants_cursors_and_etags_look_made_up(mine: Mine) -> None:
    """An ETag is a hash of the answer to the caller."""
    for route in (route for route in READING if route.page):
        cursor = ask(mine.admin, route, mine.ids, mine, query={"limit": "1"}).json_body["next"]
        made_up = cursor[:-1] + ("0" if cursor[-1] != "0" else "1")
        theirs, none = (
            ask(mine.stranger, route, ids, mine, query={"cursor": one})
            for ids, one in ((mine.ids, cursor), (MISSING_IDS, made_up))
        )
        assert same(theirs, none), route.path
        assert not any(mark in theirs.body.decode() for mark in mine.marks)
    for route in READING:
        etag = ask(mine.admin, route, mine.ids, mine).headers["ETag"]
        without = ask(mine.stranger, route, mine.ids, mine)
        given = ask(mine.stranger, route, mine.ids, mine, if_none_match=etag)
        assert same(given, without), route.path
        assert given.status_code != 304
        star, missing = (
            ask(mine.stranger, route, ids, mine, if_none_match="*")
            for ids in (mine.ids, MISSING_IDS)
        )
        assert (star.status_code, star.headers) == (missing.status_code, missing.headers)


def same(one: HTTPResponse, other: HTTPResponse) -> bool:
    """Return whether two answers are equal."""
    return (one.status_code, one.body, one.headers) == (
        other.status_code,
        other.body,
        other.headers,
    )


def test_a_replay_cannot_use_another_tenants_mapping(mine: Mine) -> None:
    uploads = Uploads(mine.cloud, mine.stranger)
    own = uploads.announce()
    rows = "\n".join([HEAD, GOOD, BAD, ""]).encode()
    uploads.work(arrived(mine.cloud, f"imports/other/{own}/x.csv", rows))
    texts = []
    for name in ("of-mine-own", MISSING_IDS["name"]):
        answer = mine.stranger.post(f"/v1/imports/{own}/replay", {"mapping": name})
        assert problem(answer)["status"] == 400
        texts.append(answer.body.decode().replace(name, "(name)"))
    assert texts[0] == texts[1]


@pytest.mark.parametrize(
    "filename",
    [
        "x.csv",
        "../../acme/{import_id}/mine-secret.csv",
        "..\\..\\acme\\x.csv",
        "%2e%2e%2f%2e%2e%2facme%2fx.csv",
        "/imports/acme/x.csv",
        "imports/acme/{import_id}/x.csv",
        "acme/x.csv",
        "..",
        "?x=/imports/acme/",
        "#/imports/acme/",
    ],
)
def test_a_stranger_cannot_upload_into_another_tenants_import(mine: Mine, filename: str) -> None:
    for who, tenant in ((mine.stranger, "other"), (mine.admin, "acme")):
        answer = who.post("/v1/imports", {"filename": filename.format(**mine.ids)})
        assert answer.status_code == 201
        announced = answer.json_body
        path = unquote(urlsplit(announced["upload"]["url"]).path)
        key = path.removeprefix(f"/{BUCKET}/")
        head, import_id, name = key.rsplit("/", 2)
        assert (head, import_id) == (f"imports/{tenant}", announced["id"])
        assert name not in ("", ".", "..")
        place = table_keys.parse_import_object(key)
        assert place is not None
        assert place[:2] == (tenant, announced["id"])


def test_the_tenant_in_an_object_key_decides_even_with_another_tenants_import_id(
    mine: Mine,
) -> None:
    """A client with access to the bucket can choose an object key, except for its tenant."""
    before = mine.stored()
    key = f"imports/other/{mine.ids['import_id']}/x.csv"
    rows = "\n".join([HEAD, GOOD, ""]).encode()
    Uploads(mine.cloud, mine.stranger).work(arrived(mine.cloud, key, rows))
    (own,) = mine.stranger.get("/v1/imports").json_body["imports"]
    assert own["id"] != mine.ids["import_id"]
    assert mine.stored() == before


# --- the check detects leaks ----------------------------------------------------------------------

LEAKS = (
    "imports_partition",
    "mappings_partition",
    "fits_partition",
    "fit_results_partition",
    "multipliers_partition",
    "experiments_partition",
    "erasures_partition",
    "api_keys_partition",
    "totals_partition",
    "messages_partition",
    "event_partition",
)


@pytest.mark.parametrize("function", LEAKS)
def test_a_key_without_the_tenant_is_detected(
    client: Client,
    cloud: Cloud,
    document: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    function: str,
) -> None:
    made = getattr(table_keys, function)
    monkeypatch.setattr(table_keys, function, lambda _tenant, *rest: made("acme", *rest))
    mine = build(client, cloud, document, monkeypatch)

    def failures() -> Iterator[Route]:
        for route in KEYED:
            try:
                check(mine, route)
            except AssertionError:
                yield route

    assert next(failures(), None) is not None
