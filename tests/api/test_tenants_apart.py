"""What one tenant has does not exist for another: every route, with everything that has an id.

Mine is a tenant with one of each thing, the stranger an admin of another tenant, who knows all ids,
cursors and ETags of mine. Whatever a route answers to them must be what it answers for ids that
nobody has, and nothing of mine may change. `MATRIX` has a line for each route; one that is missing
fails a test.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from chalice.test import Client, HTTPResponse

from chalicelib import wiring
from chalicelib.services.privacy import erasures
from chalicelib.services.totals.day_totals import derive_day
from chalicelib.storage import table_keys
from tests.api.conftest import JSON, Caller, caller, problem
from tests.api.test_access import DECLARED
from tests.api.test_answers import FIT_ID, document
from tests.api.test_imports import BAD, GOOD, HEAD, Uploads
from tests.conftest import BUCKET, Cloud
from tests.experiments import make_holdout
from tests.factories import make_event, recently
from tests.kept_fits import keep_fit

__all__ = ["document"]  # a fixture

NOBODYS: dict[str, str] = {
    "import_id": "20260101T000000Z-ffffffff",
    "fit_id": "20260101T000000Z-ffffffff",
    "receipt_id": "20260101T000000Z-ffffffff",
    "experiment_id": "no-test-of-anybody",
    "name": "nobodys-mapping",
    "key_id": "ffffffffffff",
    "link_id": "20260101T000000Z-ffffffff",
    "user_id": "nobody@example.org",
}
"""Name in a path -> an id of its shape that nobody has; a new name is made in `build`, too."""

TODAY, WEEK = dt.datetime.now(dt.UTC).date(), dt.timedelta(days=7)
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ|\d{8}T\d{6}Z-[0-9a-f]{8}")
"""Times and the ids that are made of them: of two new things they differ."""


@dataclass
class Mine:
    """A tenant with everything.

    Attributes
    ----------
    ids : dict
        Name in a path -> the id of something of mine.
    marks : tuple of str
        Texts that stand in my things and must be in no answer to a stranger.
    """

    admin: Caller
    stranger: Caller
    newcomer: Caller
    cloud: Cloud
    ids: dict[str, str]
    event: dict[str, Any]
    marks: tuple[str, ...]

    def stored(self) -> tuple[list[str], dict[str, str]]:
        """All items and objects that are mine, as they are now."""
        own = [one for one in self.cloud.items() if one["pk"]["S"].startswith("acme#")]
        pages = self.cloud.s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
        objects = [one for page in pages for one in page.get("Contents", [])]
        return (
            sorted(json.dumps(one, sort_keys=True, default=str) for one in own),
            {one["Key"]: one["ETag"] for one in objects if "/acme/" in one["Key"]},
        )


Fill = Callable[[dict[str, str], Mine], Any]


@dataclass(frozen=True)
class Line:
    """How a route is asked.

    Attributes
    ----------
    query : str
        Of a question that needs one.
    body : callable, optional
        Made of ids (mine or nobody's) and of mine.
    makes : bool
        Whether it makes or changes something for the stranger, under an id that may be in use
        elsewhere: then the answers name that id, and new times.
    leaves_out : tuple of str
        Fields of the answer that are the stranger's own, and differ.
    """

    query: str = ""
    body: Fill | None = None
    makes: bool = False
    leaves_out: tuple[str, ...] = field(default_factory=tuple)


MATRIX: dict[tuple[str, str], Line] = {
    ("POST", "/v1/events"): Line(body=lambda _ids, mine: {"events": [mine.event]}),
    ("POST", "/v1/imports"): Line(
        body=lambda ids, _: {"filename": "x.csv", "mapping": ids["name"]}, makes=True
    ),
    ("GET", "/v1/imports"): Line(),
    ("GET", "/v1/imports/{import_id}"): Line(),
    ("DELETE", "/v1/imports/{import_id}"): Line(),
    ("GET", "/v1/imports/{import_id}/rejects"): Line(),
    ("POST", "/v1/imports/{import_id}/replay"): Line(body=lambda *_: {}),
    ("GET", "/v1/mappings"): Line(),
    ("GET", "/v1/mappings/{name}"): Line(),
    ("PUT", "/v1/mappings/{name}"): Line(body=lambda *_: {"dates": "mdy"}, makes=True),
    ("DELETE", "/v1/mappings/{name}"): Line(),
    ("DELETE", "/v1/users/{user_id}"): Line(makes=True, leaves_out=("person",)),
    ("GET", "/v1/erasures"): Line(),
    ("GET", "/v1/erasures/{receipt_id}"): Line(),
    ("GET", "/v1/roi"): Line(),
    ("GET", "/v1/engagements"): Line(),
    ("GET", "/v1/decomposition"): Line(),
    ("GET", "/v1/equivalence"): Line("?engagement=facebook/like"),
    ("GET", "/v1/attribution"): Line(),
    ("GET", "/v1/coverage"): Line(),
    ("GET", "/v1/timeseries"): Line(f"?metric=engagements&from={TODAY - WEEK}&to={TODAY + WEEK}"),
    ("GET", "/v1/settings"): Line(),
    ("PATCH", "/v1/settings"): Line(body=lambda *_: {"country": "AT"}),
    ("POST", "/v1/experiments"): Line(
        body=lambda ids, _: make_holdout(experiment_id=ids["experiment_id"]), makes=True
    ),
    ("GET", "/v1/experiments"): Line(),
    ("GET", "/v1/experiments/{experiment_id}"): Line(),
    ("POST", "/v1/fits"): Line(body=lambda *_: {}, makes=True),
    ("GET", "/v1/fits"): Line(),
    ("GET", "/v1/fits/{fit_id}"): Line(),
    ("POST", "/v1/keys"): Line(
        body=lambda *_: {"role": "read"}, makes=True, leaves_out=("id", "key", "location")
    ),
    ("GET", "/v1/keys"): Line(leaves_out=("id", "created_at")),
    ("DELETE", "/v1/keys/{key_id}"): Line(),
    ("POST", "/v1/links"): Line(
        body=lambda *_: {"path": "/v1/roi"}, makes=True, leaves_out=("id", "url", "location")
    ),
    ("GET", "/v1/links"): Line(leaves_out=("id", "created_at", "expires_at")),
    ("GET", "/v1/links/{link_id}"): Line(),
    ("DELETE", "/v1/links/{link_id}"): Line(),
}
"""Every route that asks for a key. One whose things have ids takes them from `Mine.ids`."""

READ = [(method, route) for method, route in MATRIX if method == "GET"]
PAGED = [one for one in READ if DECLARED[one].page]


@pytest.fixture
def mine(
    client: Client, cloud: Cloud, document: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> Mine:
    """Two of each thing that is listed, so that every list of mine has a second page."""
    return build(client, cloud, document, monkeypatch)


def build(
    client: Client, cloud: Cloud, document: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> Mine:
    monkeypatch.setenv("LIKEWORTH_RETENTION_DAYS", "5")  # erasing looks at every day
    monkeypatch.setattr(erasures, "LATE_DAYS", 0)
    admin = caller(client, "admin")
    event = make_event(event_id="of-mine", user_id="anna@example.org", occurred_at=recently(days=1))
    assert admin.events(event).status_code == 200
    uploads = Uploads(cloud, admin)
    for _ in range(2):
        import_id = uploads.announce(filename="mine-secret.csv")
        key = f"imports/acme/{import_id}/mine-secret.csv"
        rows = "\n".join([HEAD, GOOD, BAD, BAD.replace("nine", "many"), ""]).encode()
        etag = cloud.s3.put_object(Bucket=BUCKET, Key=key, Body=rows)["ETag"]
        uploads.work(created(key, etag))
        assert admin.get(f"/v1/imports/{import_id}").json_body["rejected"] == 2
    for name in ("ours", "ours-too"):
        answer = admin.call("PUT", f"/v1/mappings/{name}", b'{"dates":"dmy"}', content_type=JSON)
        assert answer.status_code == 201
    settings = b'{"roles":{"mine_secret":"cause"}}'
    answer = admin.call("PATCH", "/v1/settings", settings, content_type=JSON)
    assert answer.status_code == 200
    for number in (1, 2):
        test = make_holdout(experiment_id=f"test-{number}", name="mine-secret")
        assert admin.post("/v1/experiments", test).status_code == 201
    fits = [admin.post("/v1/fits", {}).json_body["id"] for _ in range(2)]
    keep_fit(wiring.store("acme"), FIT_ID, document)
    store, day = wiring.store("acme"), dt.datetime.fromisoformat(event["occurred_at"]).date()
    for shard in range(store.config.shards):
        derive_day(store, day, shard, now=dt.datetime.now(dt.UTC))
    receipts = [
        admin.call("DELETE", f"/v1/users/{user}").json_body["id"] for user in ("ben", "carl")
    ]
    made = admin.post("/v1/keys", {"role": "read"}).json_body
    links = [admin.post("/v1/links", {"path": "/v1/roi"}).json_body["id"] for _ in range(2)]
    ids = {
        "import_id": import_id,
        "fit_id": fits[0],
        "receipt_id": receipts[0],
        "experiment_id": "test-1",
        "name": "ours",
        "key_id": made["id"],
        "link_id": links[0],
        "user_id": "anna@example.org",
    }
    marks = (
        *fits,
        *receipts,
        *links,
        import_id,
        "mine-secret",
        "ours",
        "test-1",
        "acme",
        made["id"],
    )
    return Mine(
        admin,
        caller(client, "admin", "other"),
        caller(client, "admin", "newcomer"),
        cloud,
        ids,
        event,
        marks,
    )


def created(key: str, etag: str) -> dict[str, Any]:
    """What S3 tells of a new object."""
    record = {
        "eventName": "ObjectCreated:Put",
        "eventTime": "2026-03-15T12:00:00.123Z",
        "s3": {"bucket": {"name": BUCKET}, "object": {"key": key, "eTag": etag.strip('"')}},
    }
    return {"Records": [record]}


def ask(
    who: Caller, call: tuple[str, str], ids: dict[str, str], mine: Mine, **more: Any
) -> HTTPResponse:
    """Make a call with these ids; `query` and header fields may be added."""
    (method, route), line = call, MATRIX[call]
    path = route.format(**ids) + more.pop("query", line.query)
    if line.body is None:
        return who.call(method, path, **more)
    return who.call(
        method, path, json.dumps(line.body(ids, mine)).encode(), content_type=JSON, **more
    )


def told(answer: HTTPResponse, call: tuple[str, str], ids: dict[str, str]) -> tuple[Any, ...]:
    """Status, headers and body: of most calls byte for byte."""
    line = MATRIX[call]
    text, headers = answer.body.decode(), {n.lower(): v for n, v in answer.headers.items()}
    if line.makes or line.leaves_out:
        for name in line.leaves_out:
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


def check(mine: Mine, call: tuple[str, str]) -> None:
    """Raise AssertionError if a route lets a stranger see or touch what is mine."""
    before = mine.stored()
    newcomers = told(ask(mine.newcomer, call, NOBODYS, mine), call, NOBODYS)
    nobodys = told(ask(mine.stranger, call, NOBODYS, mine), call, NOBODYS)
    answer = ask(mine.stranger, call, mine.ids, mine)
    mines = told(answer, call, mine.ids)
    assert mines == nobodys == newcomers
    for mark in mine.marks:
        assert mark not in mines[1]
    assert mine.stored() == before


@pytest.mark.parametrize("call", MATRIX, ids=" ".join)
def test_what_is_mine_is_to_a_stranger_what_there_is_not(mine: Mine, call: tuple[str, str]) -> None:
    check(mine, call)


def test_every_route_has_a_line() -> None:
    asked = {call for call, declared in DECLARED.items() if not declared.public}
    assert set(MATRIX) == asked, "each route that asks for a key needs a line in MATRIX"
    names = {name for _, route in MATRIX for name in re.findall(r"\{(\w+)\}", route)}
    assert names <= set(NOBODYS)


def test_each_thing_of_mine_is_there(mine: Mine) -> None:
    """Else to find none of it would mean nothing."""
    for call in READ:
        answer = ask(mine.admin, call, mine.ids, mine)
        assert answer.status_code == 200, call
        assert answer.body != ask(mine.newcomer, call, NOBODYS, mine).body, call
    assert set(mine.ids) == set(NOBODYS)


@pytest.mark.parametrize("call", PAGED, ids=" ".join)
def test_my_cursor_is_to_a_stranger_one_that_was_made_up(mine: Mine, call: tuple[str, str]) -> None:
    page = ask(mine.admin, call, mine.ids, mine, query="?limit=1").json_body
    cursor = page["next"]
    assert cursor is not None
    made_up = cursor[:-1] + ("0" if cursor[-1] != "0" else "1")
    second = ask(mine.admin, call, mine.ids, mine, query=f"?limit=1&cursor={cursor}").json_body
    assert any(isinstance(rows, list) and rows for rows in second.values())
    mines, none = (
        ask(mine.stranger, call, ids, mine, query=f"?cursor={one}")
        for ids, one in ((mine.ids, cursor), (NOBODYS, made_up))
    )
    assert (mines.status_code, mines.body, mines.headers) == (
        none.status_code,
        none.body,
        none.headers,
    )
    for mark in mine.marks:
        assert mark not in mines.body.decode()


@pytest.mark.parametrize("call", READ, ids=" ".join)
def test_my_etag_tells_a_stranger_nothing(mine: Mine, call: tuple[str, str]) -> None:
    """An ETag is a hash of the answer that the caller would get: of their own tenant's."""
    etag = ask(mine.admin, call, mine.ids, mine).headers["ETag"]
    assert ask(mine.admin, call, mine.ids, mine, if_none_match=etag).status_code == 304
    without = ask(mine.stranger, call, mine.ids, mine)
    given = ask(mine.stranger, call, mine.ids, mine, if_none_match=etag)
    assert (given.status_code, given.body, given.headers) == (
        without.status_code,
        without.body,
        without.headers,
    )
    assert given.status_code != 304
    star = ask(mine.stranger, call, mine.ids, mine, if_none_match="*")
    nobodys = ask(mine.stranger, call, NOBODYS, mine, if_none_match="*")
    assert (star.status_code, star.headers) == (nobodys.status_code, nobodys.headers)


@pytest.mark.parametrize("call", READ, ids=" ".join)
def test_head_tells_a_stranger_no_more_than_get(mine: Mine, call: tuple[str, str]) -> None:
    (_, route), line = call, MATRIX[call]
    answers = [
        mine.stranger.call("HEAD", route.format(**ids) + line.query) for ids in (mine.ids, NOBODYS)
    ]
    assert answers[0].status_code == answers[1].status_code
    assert answers[0].headers == answers[1].headers


def test_a_mapping_of_mine_cannot_be_named_in_a_replay(mine: Mine) -> None:
    uploads = Uploads(mine.cloud, mine.stranger)
    own = uploads.announce()
    key = f"imports/other/{own}/x.csv"
    rows = "\n".join([HEAD, GOOD, BAD, ""]).encode()
    etag = mine.cloud.s3.put_object(Bucket=BUCKET, Key=key, Body=rows)["ETag"]
    uploads.work(created(key, etag))
    texts = []
    for name in ("ours", NOBODYS["name"]):
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
def test_a_stranger_gets_no_upload_into_what_is_mine(mine: Mine, filename: str) -> None:
    for who, tenant in ((mine.stranger, "other"), (mine.admin, "acme")):
        answer = who.post("/v1/imports", {"filename": filename.format(**mine.ids)})
        assert answer.status_code == 201
        told_of = answer.json_body
        path = unquote(urlsplit(told_of["upload"]["url"]).path)
        key = path.removeprefix(f"/{BUCKET}/")
        head, import_id, name = key.rsplit("/", 2)
        assert (head, import_id) == (f"imports/{tenant}", told_of["id"])
        assert name not in ("", ".", "..")
        place = table_keys.parse_import_object(key)
        assert place is not None
        assert place[:2] == (tenant, told_of["id"])


def test_a_file_under_a_strangers_name_with_my_import_id_is_the_strangers(mine: Mine) -> None:
    """Who has access to the bucket may choose the rest of a key, not the tenant in it."""
    before = mine.stored()
    key = f"imports/other/{mine.ids['import_id']}/x.csv"
    rows = "\n".join([HEAD, GOOD, ""]).encode()
    etag = mine.cloud.s3.put_object(Bucket=BUCKET, Key=key, Body=rows)["ETag"]
    Uploads(mine.cloud, mine.stranger).work(created(key, etag))
    (own,) = mine.stranger.get("/v1/imports").json_body["imports"]
    assert own["id"] != mine.ids["import_id"]
    assert mine.stored() == before


# --- that the matrix would see it -----------------------------------------------------------------

LEAKS = (
    "imports_partition",
    "mappings_partition",
    "fits_partition",
    "fit_results_partition",
    "experiments_partition",
    "erasures_partition",
    "api_keys_partition",
    "totals_partition",
    "event_partition",
)


@pytest.mark.parametrize("function", LEAKS)
def test_a_key_without_the_tenant_would_be_found(
    client: Client,
    cloud: Cloud,
    document: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    function: str,
) -> None:
    made = getattr(table_keys, function)
    monkeypatch.setattr(table_keys, function, lambda _tenant, *rest: made("acme", *rest))
    mine = build(client, cloud, document, monkeypatch)

    def failures() -> Iterator[tuple[str, str]]:
        for call in MATRIX:
            try:
                check(mine, call)
            except AssertionError:
                yield call

    assert next(failures(), None) is not None
