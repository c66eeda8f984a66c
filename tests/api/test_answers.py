"""Answers, series, imports and fits by HTTP, in the documented shapes."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from chalicelib import wiring, workers
from chalicelib.services.fitting.estimation import fit_events
from chalicelib.services.totals.day_totals import derive_day
from tests.api.conftest import Caller, problem, rejected
from tests.api.test_forms import rows_of
from tests.conftest import BUCKET, TABLE, Cloud
from tests.factories import make_conversion, make_event, money, recently
from tests.kept_fits import keep_fit

FIT_ID = "20260501T000000Z-0000000a"
FIRST, LAST = dt.date(2026, 1, 1), dt.date(2026, 4, 30)


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """A fit of a small simulated brand: likes have no effect, clicks lead to sales."""
    from chalicelib.model.events import parse_event

    events = []
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


def test_roi_has_the_documented_shape(fitted: Caller) -> None:
    answer = fitted.get("/v1/roi").json_body
    assert set(answer) >= {
        "fit",
        "from",
        "to",
        "goal",
        "currency",
        "confidence",
        "channels",
        "diagnostics",
    }
    assert answer["fit"]["id"] == FIT_ID
    channels = {one["channel"]: one for one in answer["channels"]}
    assert set(channels) == {"facebook", "google_ads"}
    for channel in channels.values():
        assert set(channel["roi"]) == ESTIMATE
        assert set(channel["incremental_conversions"]) == ESTIMATE
        for engagement in channel["engagements"]:
            assert set(engagement["conversions_per_engagement"]) == ESTIMATE
            assert {"type", "paid", "count", "method", "reasons", "warnings"} <= set(engagement)


def test_roi_can_be_limited_to_a_channel_and_a_range(fitted: Caller) -> None:
    path = "/v1/roi?from=2026-02-01&to=2026-02-28&goal=purchase&channel=google_ads"
    answer = fitted.get(path).json_body
    assert (answer["from"], answer["to"], answer["goal"]) == (
        "2026-02-01",
        "2026-02-28",
        "purchase",
    )
    assert [one["channel"] for one in answer["channels"]] == ["google_ads"]


def test_equivalence_has_the_documented_shape(fitted: Caller) -> None:
    path = "/v1/equivalence?engagement=facebook/like&baseline=google_ads%2Fclick"
    answer = fitted.get(path).json_body
    assert set(answer) >= {
        "engagement",
        "baseline",
        "ratio",
        "equivalent_media_cost",
        "verdict",
        "equivalence_margin",
        "needed",
        "method",
        "reasons",
        "warnings",
    }
    assert set(answer["ratio"]) == ESTIMATE
    assert answer["engagement"]["type"] == "like"
    assert answer["baseline"]["paid"] is True


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


def test_a_range_beyond_the_window_is_clipped(fitted: Caller) -> None:
    answer = fitted.get("/v1/roi?from=2020-01-01&to=2026-01-31").json_body

    assert (answer["from"], answer["to"]) == ("2026-01-01", "2026-01-31")
    assert answer["warnings"] == ["range_clipped"]


def test_engagements_have_one_row_per_type(fitted: Caller) -> None:
    answer = fitted.get("/v1/engagements?goal=purchase").json_body

    rows = [(one["channel"], one["type"], one["paid"]) for one in answer["engagements"]]
    assert rows == [("facebook", "like", False), ("google_ads", "click", True)]
    for one in answer["engagements"]:
        assert set(one["incremental_conversions"]) == ESTIMATE
        assert set(one["value_per_engagement"]) == ESTIMATE
    table = fitted.get("/v1/engagements", accept="text/csv")
    assert [row[:3] for row in rows_of(table)[1:]] == [
        ["facebook", "like", "false"],
        ["google_ads", "click", "true"],
    ]
    etag = table.headers["ETag"]
    again = fitted.get("/v1/engagements", accept="text/csv", if_none_match=etag)
    assert again.status_code == 304


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


def test_decomposition_splits_each_day(fitted: Caller) -> None:
    path = "/v1/decomposition?from=2026-02-01&to=2026-02-28&goal=purchase"

    answer = fitted.get(path).json_body

    assert [answer["days"][n]["date"] for n in (0, -1)] == ["2026-02-01", "2026-02-28"]
    for day in answer["days"]:
        assert set(day["baseline"]) == ESTIMATE
        assert {"actual", "context", "shocks"} <= set(day)
        assert all(set(one) == ESTIMATE for one in day["incremental"].values())
    table = fitted.get(path, accept="text/csv")
    header, *rows = rows_of(table)
    assert header[:4] == ["date", "actual", "baseline", "baseline_ci_low"]
    assert [row[0] for row in rows] == [day["date"] for day in answer["days"]]
    again = fitted.get(path, accept="text/csv", if_none_match=table.headers["ETag"])
    assert again.status_code == 304


ASKING = (
    *("/v1/roi", "/v1/engagements", "/v1/equivalence", "/v1/attribution"),
    *("/v1/decomposition", "/v1/equivalences"),
)


@pytest.mark.parametrize("path", ASKING)
def test_the_parameter_fit_selects_a_fit(
    admin: Caller, document: dict[str, Any], path: str
) -> None:
    from chalicelib.services.fitting.fits import request_fit, run_fit

    store = wiring.store("acme")
    ids = []
    for day in (1, 2):
        now = dt.datetime(2026, 5, day, tzinfo=dt.UTC)
        header = request_fit(store, lambda _message: None, now=now, start=LAST, end=LAST)
        ids.append(header.fit_id)
        made = document | {"id": header.fit_id}
        run_fit(store, header.fit_id, now=now, estimate=lambda _events, made=made, **_: made)
    waiting = request_fit(
        store,
        lambda _message: None,
        now=dt.datetime(2026, 5, 3, tzinfo=dt.UTC),
        start=LAST,
        end=LAST,
    )

    assert admin.get(f"{path}?fit={ids[0]}").json_body["fit"]["id"] == ids[0]
    assert admin.get(path).json_body["fit"]["id"] == ids[1]
    assert rejected(admin.get(f"{path}?fit={waiting.fit_id}")) == (404, "not_found")
    assert rejected(admin.get(f"{path}?fit=20200101T000000Z-00000000")) == (404, "not_found")
    assert rejected(admin.get(f"{path}?fit=x")) == (404, "not_found")


# --- series -----------------------------------------------------------------------------------


def test_a_series_can_be_grouped_by_channel(admin: Caller) -> None:
    admin.events(make_event(occurred_at=recently(days=1), count=3))
    yesterday = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=1)
    store = wiring.store("acme")
    for shard in range(4):
        derive_day(store, yesterday, shard, now=dt.datetime.now(dt.UTC))
    path = f"/v1/timeseries?metric=engagements&group_by=channel&from={yesterday}&to={yesterday}"
    answer = admin.get(path).json_body
    assert answer["series"] == [
        {"group": "facebook", "points": [{"start": str(yesterday), "value": 3}]}
    ]
    assert rows_of(admin.get(path + "&format=csv")) == [
        ["start", "group", "value"],
        [str(yesterday), "facebook", "3"],
    ]


def test_a_series_covers_the_last_30_days_by_default(reader: Caller) -> None:
    answer = reader.get("/v1/timeseries?metric=cost").json_body
    first, last = (dt.date.fromisoformat(answer[name]) for name in ("from", "to"))
    assert (last - first).days == 29
    assert answer["currency"] == "EUR"
    future = reader.get("/v1/timeseries?metric=cost&from=2099-01-01").json_body
    assert future["from"] == future["to"] == "2099-01-01"


# --- imports ----------------------------------------------------------------------------------

ADS = (
    b"Day,Campaign,Currency code,Impressions,Clicks,Cost,Conversions,Conv. value\n"
    b"2026-03-13,Spring sale,EUR,1200,40,22.50,2,80.00\n"
    b"not a day,=cmd(),EUR,1200,40,22.50,2,80.00\n"
    b"2026-03-14,Spring sale,EUR,900,-30,18.00,1,40.00\n"
)


def test_a_file_is_announced_uploaded_and_imported_and_its_rejected_rows_are_listed(
    cloud: Cloud, sender: Caller
) -> None:
    response = sender.post("/v1/imports", {"filename": "ads.csv", "platform": "auto"})
    assert response.status_code == 201
    started = response.json_body
    assert response.headers["Location"] == f"/v1/imports/{started['id']}"
    assert started["state"] == "waiting"
    assert started["upload"]["method"] == "PUT"
    key = started["upload"]["url"].partition("?")[0].partition(f"{BUCKET}/")[2]
    etag = cloud.s3.put_object(Bucket=BUCKET, Key=key, Body=ADS)["ETag"].strip('"')
    notification = {
        "eventName": "ObjectCreated:Put",
        "eventTime": "2026-03-15T12:00:00.000Z",
        "s3": {"bucket": {"name": BUCKET}, "object": {"key": key, "eTag": etag}},
    }
    message = {"messageId": "m", "body": json.dumps({"Records": [notification]})}
    workers.run_imports(
        {"Records": [message]}, now=dt.datetime.now(dt.UTC), seconds_left=lambda: 900
    )
    told = sender.get(f"/v1/imports/{started['id']}").json_body
    assert (told["state"], told["platform"], told["rejected"]) == ("done", "google_ads", 2)
    assert told["rows"] == told["rejected"] + told["not_data"] + 1
    assert told["from"] == told["to"] == "2026-03-13"
    path = f"/v1/imports/{started['id']}/rejects"
    rejects = sender.get(path).json_body
    assert [one["code"] for one in rejects["rejects"]] == ["invalid_date", "negative"]
    assert rejects["next"] is None
    assert len(rows_of(sender.get(path, accept="text/csv"))) == 3


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/filename"),
        ({"filename": 5}, "/filename"),
        ({"filename": None}, "/filename"),
        ({"filename": "x.csv", "spread": "yes"}, "/spread"),
        ({"filename": "x.csv", "platform": "No Such"}, "/platform"),
        ({"filename": "x.csv", "currency": "euro"}, "/currency"),
        ({"filename": "x.csv", "mapping": {"Tag": "day"}}, "/mapping/Tag"),
        ({"filename": "x.csv", "name": "x"}, "/name"),
    ],
)
def test_an_invalid_import_is_rejected(sender: Caller, body: dict[str, Any], pointer: str) -> None:
    found = problem(sender.post("/v1/imports", body))
    assert (found["status"], found["code"]) == (400, "invalid_fields")
    assert [one["pointer"] for one in found["errors"]] == [pointer]
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
    workers.run_fits(
        {"Records": [{"messageId": "m", "body": message}]}, now=dt.datetime.now(dt.UTC)
    )
    told = admin.get(f"/v1/fits/{asked['id']}").json_body
    assert told["status"] == "failed"
    assert told["error"]["code"] == "unusable_input"
    assert told["diagnostics"] is None
    assert [one["id"] for one in admin.get("/v1/fits").json_body["fits"]] == [asked["id"]]
    assert rows_of(admin.get("/v1/fits?format=csv"))[1][:2] == [asked["id"], "failed"]


def test_a_done_fit_shows_its_diagnostics(admin: Caller, document: dict[str, Any]) -> None:
    from chalicelib.services.fitting.fits import request_fit, run_fit

    store = wiring.store("acme")
    now = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
    header = request_fit(store, lambda _message: None, now=now, start=LAST, end=LAST)
    run_fit(store, header.fit_id, now=now, estimate=lambda events, **_: document)
    told = admin.get(f"/v1/fits/{header.fit_id}").json_body
    assert (told["status"], told["goals"]) == ("done", ["purchase"])
    assert set(told["diagnostics"]) == {"purchase"}
    assert told["window"] == {"from": "2026-01-01", "to": "2026-04-30"}


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
    ],
)
def test_an_invalid_window_is_rejected(admin: Caller, body: dict[str, Any]) -> None:
    assert rejected(admin.post("/v1/fits", body)) == (400, "invalid_fields")
