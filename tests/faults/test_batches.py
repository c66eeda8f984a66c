"""Batches with bad events, and repeated batches: every sent event is accounted for."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import random
from collections.abc import Callable
from typing import Any

import pytest
from chalice.test import Client

from chalicelib import wiring, workers
from chalicelib.services.credentials.api_keys import create_key
from chalicelib.services.ingest import record_events
from tests.conftest import BUCKET, Cloud
from tests.factories import (
    NOW,
    make_audience,
    make_conversion,
    make_cost,
    make_event,
    money,
)

LATER = {
    "a second": dt.timedelta(seconds=1),
    "25 hours": dt.timedelta(hours=25),
    "8 days": dt.timedelta(days=8),
    "181 days": dt.timedelta(days=181),
}
REPORT = b"""Campaign,Campaign ID,Day,Currency code,Cost,Clicks,Impr.
Brand 1,1,2026-03-10,EUR,1.50,3,40
Brand 2,2,2026-03-10,EUR,2.50,x,40
Brand 1,1,2026-03-11,EUR,3.50,5,60
"""

BAD: dict[str, tuple[Any, str]] = {
    "a number": (5, "wrong_type"),
    "null": (None, "wrong_type"),
    "a text": ("like", "wrong_type"),
    "a list": ([], "wrong_type"),
    "true": (True, "wrong_type"),
    "nothing in it": ({}, "missing_field"),
    "no kind": (make_event(kind=None), "missing_field"),
    "another kind": (make_event(kind="visit"), "unknown_kind"),
    "a kind that is a number": (make_event(kind=1), "unknown_kind"),
    "no id": (make_event(event_id=None), "missing_field"),
    "an empty id": (make_event(event_id=""), "invalid_format"),
    "an id with a blank": (make_event(event_id="a b"), "invalid_format"),
    "an id with our separator": (make_event(event_id="a#b"), "invalid_format"),
    "a long id": (make_event(event_id="a" * 129), "invalid_format"),
    "an id that is a number": (make_event(event_id=7), "wrong_type"),
    "no time": (make_event(occurred_at=None), "missing_field"),
    "a day": (make_event(occurred_at="2026-03-01"), "invalid_time"),
    "a time without offset": (make_event(occurred_at="2026-03-01T10:00:00"), "invalid_time"),
    "a 30th of February": (make_event(occurred_at="2026-02-30T10:00:00Z"), "invalid_time"),
    "a Unix time": (make_event(occurred_at=1772000000), "invalid_time"),
    "tomorrow": (make_event(occurred_at="2026-03-16T12:00:00Z"), "in_the_future"),
    "ten years ago": (make_event(occurred_at="2016-03-15T12:00:00Z"), "before_retention"),
    "no channel": (make_event(channel=None), "missing_field"),
    "a channel in capitals": (make_event(channel="Facebook"), "invalid_format"),
    "a channel that is an object": (make_event(channel={"name": "facebook"}), "wrong_type"),
    "no type": (make_event(type=None), "missing_field"),
    "another type": (make_event(type="poke"), "unknown_value"),
    "a misspelt field": (make_event(cuont=2), "unknown_field"),
    "a count that is a text": (make_event(count="2"), "wrong_type"),
    "a count that is a fraction": (make_event(count=1.5), "wrong_type"),
    "a count that is true": (make_event(count=True), "wrong_type"),
    "a count of none": (make_event(count=0), "out_of_range"),
    "a count below none": (make_event(count=-3), "out_of_range"),
    "a count beyond all": (make_event(count=10**30), "out_of_range"),
    "a person who counts twice": (make_event(count=2, user_id="u"), "count_with_user"),
    "a person without a name": (make_event(user_id=""), "too_short"),
    "a person of blanks": (make_event(user_id="   "), "too_short"),
    "a person with a long name": (make_event(user_id="u" * 257), "too_long"),
    "a person who is an object": (make_event(user_id={"id": 5}), "wrong_type"),
    "a rated like": (make_event(rating=4), "rating_without_review"),
    "six stars": (make_event(type="review", rating=6), "out_of_range"),
    "a sentiment beyond": (make_event(sentiment=1.5), "out_of_range"),
    "consent in words": (make_event(consent="no"), "wrong_type"),
    "a content id without end": (make_event(content_id="c" * 129), "too_long"),
    "a cost of a number": (make_event(cost=5), "wrong_type"),
    "a cost below zero": (make_event(cost=money("-1")), "invalid_amount"),
    "a cost of words": (make_event(cost=money("five")), "invalid_amount"),
    "a cost of no number": (make_event(cost=money("NaN")), "invalid_amount"),
    "a cost of nine places": (make_event(cost=money("0.123456789")), "invalid_amount"),
    "no currency at all": (make_cost(amount={"amount": "1"}), "missing_field"),
    "a currency in words": (make_cost(amount=money("1", "Euro")), "invalid_currency"),
    "another currency": (make_cost(amount=money("1", "USD")), "currency_mismatch"),
    "no amount": (make_cost(amount=None), "missing_field"),
    "no goal": (make_conversion(goal=None), "missing_field"),
    "a goal in words": (make_conversion(goal="A sale!"), "invalid_format"),
    "a value in another currency": (
        make_conversion(value=money("1", "CHF")),
        "currency_mismatch",
    ),
    "a refund in words": (make_conversion(refund="yes"), "wrong_type"),
    "no followers": (make_audience(size=None), "missing_field"),
    "followers below none": (make_audience(size=-1), "out_of_range"),
}
PLACES = ("first", "middle", "last", "several")


@pytest.fixture
def sender(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Sends a batch as JSON or NDJSON; the time is `NOW`."""
    import app

    monkeypatch.setattr("chalicelib.api.endpoint._now", lambda: NOW)
    key = create_key(wiring.store("acme"), "ingest", now=NOW)
    client = Client(app.app)

    def send(batch: list[Any], *, lines: bool) -> Any:
        kind = "application/x-ndjson" if lines else "application/json"
        text = "\n".join(map(json.dumps, batch)) if lines else json.dumps({"events": batch})
        headers = {"x-api-key": key, "content-type": kind}
        return client.http.post("/v1/events", headers=headers, body=text.encode()).json_body

    return send


def good(draw: random.Random, number: int) -> Any:
    """A valid event of any kind."""
    make = draw.choice([make_event, make_conversion, make_cost, make_audience])
    return make(event_id=f"good-{number}")


@pytest.mark.parametrize("kind", BAD)
def test_accepted_and_rejected_are_what_was_sent(
    cloud: Cloud, sender: Callable[..., Any], kind: str
) -> None:
    draw = random.Random(kind)
    bad, code = BAD[kind]
    wanted: set[str] = set()
    for number, (place, lines) in enumerate(itertools.product(PLACES, (False, True))):
        batch = [good(draw, 100 * number + each) for each in range(draw.randint(0, 6))]
        wanted |= {event["event_id"] for event in batch}
        middle, last = len(batch) // 2, len(batch)
        indexes = {
            "first": [0],
            "middle": [middle],
            "last": [last],
            "several": [0, middle + 1, last + 2],
        }[place]
        for index in indexes:
            batch.insert(index, bad)
        told = sender(batch, lines=lines)
        assert told["accepted"] + len(told["rejected"]) == len(batch)
        assert {(one["index"], one["code"]) for one in told["rejected"]} == {
            (index, code) for index in indexes
        }
    stored = {
        item["sk"]["S"].rpartition("#")[2]
        for item in cloud.items()
        if "#events#2" in item["pk"]["S"]
    }
    assert stored == wanted


def test_an_event_may_occur_twice_in_a_batch(cloud: Cloud, sender: Callable[..., Any]) -> None:
    batch = [make_event(event_id="same"), make_event(event_id="other"), make_event(event_id="same")]
    assert sender(batch, lines=False) == {"accepted": 3, "rejected": []}
    assert len(events_of(cloud)) == 2


@pytest.mark.parametrize("later", LATER)
def test_repeated_deliveries_change_nothing(cloud: Cloud, later: str) -> None:
    store = wiring.store("acme")
    batch = [
        make_event(event_id="like", user_id="ann@example.org"),
        make_event(event_id="many", count=40),
        make_conversion(event_id="sale", user_id="ann@example.org"),
        make_cost(event_id="fee"),
        make_audience(event_id="fans"),
    ]
    record_events(store, batch, now=NOW)
    first = upload(cloud, "report.csv")
    workers.run_imports(first, now=NOW, seconds_left=lambda: 900.0)
    before, imports = events_of(cloud), store.imports.newest_first(limit=9)
    assert len(before) > len(batch)
    record_events(store, batch, now=NOW + LATER[later])
    workers.run_imports(first, now=NOW + LATER[later], seconds_left=lambda: 900.0)
    assert (store.imports.newest_first(limit=9), events_of(cloud)) == (imports, before)
    again = upload(cloud, "the-same-report.csv")
    before = events_of(cloud, but="im")
    workers.run_imports(again, now=NOW + LATER[later], seconds_left=lambda: 900.0)
    assert events_of(cloud, but="im") == before


def events_of(cloud: Cloud, but: str = "") -> list[str]:
    """All stored events, byte for byte, without one attribute."""
    items = [
        {name: value for name, value in item.items() if name != but}
        for item in cloud.items()
        if "#events#2" in item["pk"]["S"]
    ]
    return sorted(json.dumps(item, sort_keys=True, default=str) for item in items)


def upload(cloud: Cloud, name: str) -> dict[str, Any]:
    """Put the report into the bucket; return the message of SQS."""
    key = f"imports/acme/{name}"
    etag = cloud.s3.put_object(Bucket=BUCKET, Key=key, Body=REPORT)["ETag"].strip('"')
    told = {
        "eventName": "ObjectCreated:Put",
        "eventTime": "2026-03-15T12:00:00Z",
        "s3": {"bucket": {"name": BUCKET}, "object": {"key": key, "eTag": etag}},
    }
    return {"Records": [{"messageId": "m", "body": json.dumps({"Records": [told]})}]}
