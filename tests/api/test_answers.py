"""Answers, series, imports and fits by HTTP, in the documented shapes."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from chalicelib import wiring, workers
from chalicelib.model.events import parse_event
from chalicelib.services.fitting.estimation import fit_events
from chalicelib.services.fitting.fits import request_fit, run_fit
from tests.api.conftest import Caller, invalid_fields, problem, rejected
from tests.api.test_forms import rows_of
from tests.conftest import TABLE, Cloud
from tests.factories import make_conversion, make_event, money
from tests.kept_fits import keep_fit
from tests.unit.test_workers import sqs_event

FIT_ID = "20260501T000000Z-0000000a"
FIRST, LAST = dt.date(2026, 1, 1), dt.date(2026, 4, 30)


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """A fit of a small simulated brand: likes have no effect, clicks lead to sales."""
    events = [
        {
            "kind": "audience",
            "event_id": "followers",
            "occurred_at": f"{LAST}T12:00:00Z",
            "channel": "facebook",
            "size": 1000,
        }
    ]
    for offset in range((LAST - FIRST).days + 1):
        day = f"{FIRST + dt.timedelta(days=offset)}T12:00:00Z"
        clicks = 40 + offset * 7 % 23
        likes = 100 + offset * 13 % 41
        sold = 10 + clicks // 8 + offset * 5 % 3
        events += [
            make_event(occurred_at=day, count=likes),
            make_event(
                occurred_at=day,
                channel="google_ads",
                type="click",
                paid=True,
                count=clicks,
                cost=money(f"{clicks * 0.5:.2f}"),
            ),
            make_conversion(occurred_at=day, count=sold, value=money(f"{sold * 30}")),
        ]
    return fit_events(
        (parse_event(one) for one in events),
        window=(FIRST, LAST),
        currency="EUR",
        as_of=dt.datetime(2026, 5, 1, tzinfo=dt.UTC),
        fit_id=FIT_ID,
    )


@pytest.fixture
def fitted(admin: Caller, document: dict[str, Any]) -> Caller:
    """A caller whose tenant has this fit."""
    keep_fit(wiring.store("acme"), FIT_ID, document)
    return admin


ESTIMATE = {"estimate", "ci_low", "ci_high"}


@pytest.mark.parametrize(
    "path",
    [
        "/v1/roi?goal=unheard_of",
        "/v1/roi?channel=myspace",
        "/v1/roi?to=2020-01-01",
        "/v1/roi?from=2027-01-01",
        "/v1/roi?from=yesterday",
        "/v1/roi?from=99999999999999",
        "/v1/roi?from=2026-02-30T00:00:00Z",
        "/v1/roi?from=2026-03-01&to=2026-02-01",
        "/v1/roi?engagement=facebook/like",
        "/v1/equivalence?engagement=facebook",
        "/v1/equivalence?engagement=myspace/like",
        "/v1/equivalence?baseline=google_ads/like",
    ],
)
def test_a_question_that_the_fit_cannot_answer_is_rejected(fitted: Caller, path: str) -> None:
    assert rejected(fitted.get(path)) == (400, "invalid_fields")


@pytest.mark.parametrize(
    "path", ["/v1/roi", "/v1/equivalence", f"/v1/roi?fit={FIT_ID}", f"/v1/fits/{FIT_ID}"]
)
def test_a_fit_of_an_older_version_says_that_a_new_one_is_needed(
    fitted: Caller, cloud: Cloud, path: str
) -> None:
    cloud.dynamodb.update_item(
        TableName=TABLE,
        Key={"pk": {"S": "acme#fit-results"}, "sk": {"S": FIT_ID}},
        UpdateExpression="REMOVE #version",
        ExpressionAttributeNames={"#version": "schema"},
    )
    found = problem(fitted.get(path))
    assert (found["status"], found["code"]) == (409, "other_version")
    assert "older version" in found["detail"]
    assert "POST /v1/fits" in found["detail"]
    assert fitted.get("/v1/fits").json_body["fits"][0]["status"] == "done"


@pytest.mark.parametrize(
    "day",
    [
        "2026-02-03",
        "2026-02-03T00:00:00Z",
        "2026-02-03T23:59:59.999Z",
        "2026-02-04T01:00:00%2B02:00",
        "2026-02-04T01:00:00+02:00",  # a plus sign that is not encoded arrives as a blank
        "2026-02-02T22:30:00-05:00",
        "1770076800",
        "1770163199",
        "1770076800000",
        "1770163199999",
    ],
)
def test_a_range_accepts_days_instants_and_epochs(fitted: Caller, day: str) -> None:
    answer = fitted.get(f"/v1/roi?from={day}&to={day}").json_body

    assert (answer["from"], answer["to"]) == ("2026-02-03", "2026-02-03")


def test_eight_digits_are_not_read_as_seconds(fitted: Caller) -> None:
    rejected = fitted.get("/v1/roi?from=20260203&to=2026-02-03")

    assert rejected.status_code == 400
    assert rejected.json_body["errors"][0]["pointer"] == "/from"
    assert "YYYY-MM-DD" in rejected.json_body["errors"][0]["message"]


def test_a_type_with_descendants_shows_their_value(admin: Caller, document: dict[str, Any]) -> None:
    likes, clicks = (dict(one) for one in document["kinds"])
    spreading = document | {"kinds": [likes | {"brought": [[1, 0.5]]}, clicks]}
    keep_fit(wiring.store("acme"), FIT_ID, spreading)

    (like, click) = admin.get("/v1/engagements").json_body["engagements"]
    (channel, _) = admin.get("/v1/roi").json_body["channels"]

    shown = like["with_descendants"]
    assert set(shown) == {
        "conversions_per_engagement",
        "value_per_engagement",
        "reasons",
        "warnings",
    }
    own, of_click = (one["conversions_per_engagement"]["estimate"] for one in (like, click))
    total = shown["conversions_per_engagement"]
    assert set(total) == ESTIMATE
    assert total["estimate"] == pytest.approx(own + 0.5 * of_click, abs=2e-6)
    assert click["with_descendants"] is None
    assert channel["engagements"][0]["with_descendants"] == shown
    header, first, _ = rows_of(admin.get("/v1/engagements", accept="text/csv"))
    at = header.index("conversions_per_engagement_with_descendants")
    assert float(first[at]) == total["estimate"]


ASKING = (
    *("/v1/roi", "/v1/engagements", "/v1/equivalence", "/v1/attribution"),
    *("/v1/decomposition", "/v1/equivalences"),
)


@pytest.mark.parametrize("path", ASKING)
def test_the_parameter_fit_selects_a_fit(
    admin: Caller, document: dict[str, Any], path: str
) -> None:
    store = wiring.store("acme")
    ids = []
    for day in (1, 2):
        now = dt.datetime(2026, 5, day, tzinfo=dt.UTC)
        header = request_fit(store, lambda _message: None, now=now, start=LAST, end=LAST)
        ids.append(header.fit_id)
        made = document | {"id": header.fit_id}
        run_fit(store, header.fit_id, now=now, estimate=lambda _events, made=made, **_: made)
    now = dt.datetime(2026, 5, 3, tzinfo=dt.UTC)
    waiting = request_fit(store, lambda _message: None, now=now, start=LAST, end=LAST)

    assert admin.get(f"{path}?fit={ids[0]}").json_body["fit"]["id"] == ids[0]
    assert admin.get(path).json_body["fit"]["id"] == ids[1]
    assert rejected(admin.get(f"{path}?fit={waiting.fit_id}")) == (404, "not_found")


# --- series -----------------------------------------------------------------------------------


def test_a_series_covers_the_last_30_days_by_default(reader: Caller) -> None:
    answer = reader.get("/v1/timeseries?metric=cost").json_body
    first, last = (dt.date.fromisoformat(answer[name]) for name in ("from", "to"))
    assert (last - first).days == 29
    assert answer["currency"] == "EUR"
    future = reader.get("/v1/timeseries?metric=cost&from=2099-01-01").json_body
    assert future["from"] == future["to"] == "2099-01-01"


# --- imports ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/filename"),
        ({"filename": 5}, "/filename"),
        ({"filename": None}, "/filename"),
        ({"filename": ""}, "/filename"),
        ({"filename": "x" * 256}, "/filename"),
        ({"filename": "a\nb"}, "/filename"),
        ({"filename": "x.csv", "platform": "myspace"}, "/platform"),
        ({"filename": "x.csv", "account": ""}, "/account"),
        ({"filename": "x.csv", "spread": "yes"}, "/spread"),
        ({"filename": "x.csv", "platform": "../x"}, "/platform"),
        ({"filename": "x.csv", "currency": "euro"}, "/currency"),
        ({"filename": "x.csv", "mapping": {"Tag": "day"}}, "/mapping/Tag"),
        ({"filename": "x.csv", "name": "x"}, "/name"),
    ],
)
def test_an_invalid_import_is_rejected(sender: Caller, body: dict[str, Any], pointer: str) -> None:
    assert [one for one, _ in invalid_fields(sender.post("/v1/imports", body))] == [pointer]
    assert sender.get("/v1/imports").json_body["imports"] == []


# --- fits -------------------------------------------------------------------------------------


def test_a_requested_fit_is_run(cloud: Cloud, admin: Caller) -> None:
    response = admin.post("/v1/fits", {"from": "2026-03-01", "to": "2026-03-02"})
    assert response.status_code == 202
    asked = response.json_body
    assert asked["status"] == "queued"
    assert asked["window"] == {"from": "2026-03-01", "to": "2026-03-02"}
    assert response.headers["Location"] == f"/v1/fits/{asked['id']}"
    (message,) = cloud.messages(cloud.fit_queue)
    workers.run_fits(sqs_event(message), now=dt.datetime.now(dt.UTC))
    told = admin.get(f"/v1/fits/{asked['id']}").json_body
    assert told["status"] == "failed"
    assert told["error"]["code"] == "unusable_input"
    assert told["diagnostics"] is None
    assert [one["id"] for one in admin.get("/v1/fits").json_body["fits"]] == [asked["id"]]
    assert rows_of(admin.get("/v1/fits?format=csv"))[1][:2] == [asked["id"], "failed"]


@pytest.mark.parametrize("body", [b"", b"{}", b'{"from": null}'])
def test_a_fit_needs_no_window(admin: Caller, body: bytes) -> None:
    assert admin.post("/v1/fits", body).status_code == 202


@pytest.mark.parametrize(
    "body",
    [
        {"from": "x"},
        {"from": 5},
        {"goal": "purchase"},
        {"from": "2026-03-02", "to": "2026-03-01"},
        {"to": "0001-01-01"},
        {"from": "9999-12-31", "to": "9999-12-31"},
        {"from": "2022-01-01", "to": "2026-03-01"},
    ],
)
def test_an_invalid_window_is_rejected(admin: Caller, body: dict[str, Any]) -> None:
    assert rejected(admin.post("/v1/fits", body)) == (400, "invalid_fields")
