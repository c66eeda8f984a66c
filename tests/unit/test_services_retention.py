"""Retention: expired events are not read even if still stored; totals outlive their events."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest

from chalicelib.model.errors import UnusableInput
from chalicelib.services.fitting import fits
from chalicelib.services.ingest import record_events
from chalicelib.services.privacy import erasures
from chalicelib.services.privacy.retention import first_whole_day, may_have_expired
from chalicelib.services.totals.day_totals import derive_day, timeseries
from chalicelib.storage.table_keys import shard_of
from chalicelib.storage.tenant_store import TenantStore
from chalicelib.storage.tenants import TenantConfig
from tests.conftest import TABLE, Cloud
from tests.factories import NOW, make_cost, make_event
from tests.unit.test_services_fits import Estimator, request

DAYS = 10
CONFIG = TenantConfig("EUR", 4, DAYS)
OLDEST = dt.date(2026, 3, 5)
"""The retention begins at noon of this day."""


@pytest.fixture(autouse=True)
def _short_retention(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIKEWORTH_RETENTION_DAYS", str(DAYS))


def read_by_a_fit(store: TenantStore, start: dt.date, now: dt.datetime) -> list[str]:
    estimator = Estimator()
    fit_id = request(store, start=start, end=NOW.date(), now=NOW)
    fits.run_fit(store, fit_id, now=now, estimate=estimator)
    (call,) = estimator.calls
    events: list[str] = call["events"]
    return events


def send_days(store: TenantStore) -> None:
    """An event in the morning and one in the evening of each of eleven days."""
    events = [
        make_event(
            event_id=f"{day.day}-{clock[:2]}", occurred_at=f"{day}T{clock}Z", user_id=f"u{day.day}"
        )
        for day in (OLDEST + dt.timedelta(days=n) for n in range(11))
        for clock in ("08:00:00", "20:00:00")
    ]
    record_events(store, events, now=NOW - dt.timedelta(days=1))
    record_events(store, events, now=NOW + dt.timedelta(hours=9))


def test_a_fit_reads_only_days_entirely_within_the_retention(store: TenantStore) -> None:
    send_days(store)
    start = OLDEST - dt.timedelta(days=5)
    for later in range(4):
        read = read_by_a_fit(store, start, NOW + dt.timedelta(days=later))
        first = OLDEST + dt.timedelta(days=1 + later)
        days = {int(event_id.split("-")[0]) for event_id in read}
        assert days == set(range(first.day, 16))
        assert len(read) == 2 * len(days)
    midnight = dt.datetime(2026, 3, 16, tzinfo=dt.UTC)
    assert min(int(one.split("-")[0]) for one in read_by_a_fit(store, start, midnight)) == 6


def test_the_window_of_a_fit_has_no_days_before_the_retention(store: TenantStore) -> None:
    send_days(store)
    estimator = Estimator()
    fit_id = request(store, start=OLDEST - dt.timedelta(days=5), end=NOW.date())
    fits.run_fit(store, fit_id, now=NOW, estimate=estimator)
    assert estimator.calls[0]["window"] == (OLDEST + dt.timedelta(days=1), NOW.date())


def test_a_window_entirely_before_the_retention_fails_the_fit(store: TenantStore) -> None:
    send_days(store)
    fit_id = request(store, start=OLDEST, end=OLDEST)
    header = fits.run_fit(store, fit_id, now=NOW, estimate=Estimator())
    assert header.status == "failed"
    assert header.error is not None
    assert header.error["code"] == UnusableInput.code
    assert "older" in header.error["detail"]


def test_a_cost_that_began_before_the_retention_is_not_read(store: TenantStore) -> None:
    at = dt.datetime(2026, 3, 6, tzinfo=dt.UTC)
    record_events(
        store,
        [make_cost(event_id="fee", occurred_at=at.isoformat(), period_days=30)],
        now=NOW - dt.timedelta(days=1),
    )
    derive_day(store, at.date(), shard_of("fee", 4), now=NOW)
    start = dt.date(2026, 3, 9)
    assert read_by_a_fit(store, start, NOW) == ["fee"]
    assert read_by_a_fit(store, start, NOW + dt.timedelta(days=1)) == []


# --- totals -----------------------------------------------------------------------------------


def likes(store: TenantStore) -> Any:
    answer = timeseries(
        store, metric="engagements", group_by="none", start=OLDEST, end=OLDEST, interval="day"
    )
    return [point["value"] for series in answer["series"] for point in series["points"]]


def derive(store: TenantStore, now: dt.datetime) -> None:
    for shard in range(store.config.shards):
        derive_day(store, OLDEST, shard, now=now)


def derive_nine_likes(store: TenantStore) -> None:
    """Likes of nine people on the morning of the oldest day."""
    likes = [
        make_event(event_id=f"m{n}", occurred_at=f"{OLDEST}T08:00:00Z", user_id=f"u{n}")
        for n in range(9)
    ]
    record_events(store, likes, now=NOW - dt.timedelta(days=1))
    derive(store, NOW)


def test_totals_stay_when_their_events_expire(cloud: Cloud, store: TenantStore) -> None:
    derive_nine_likes(store)
    assert likes(store) == [9]
    expires = dt.datetime(2026, 3, 5, tzinfo=dt.UTC) + dt.timedelta(days=DAYS + 2)
    for item in [item for item in cloud.items() if "#events#2" in item["pk"]["S"]][:5]:
        cloud.dynamodb.delete_item(TableName=TABLE, Key={"pk": item["pk"], "sk": item["sk"]})
    derive(store, expires)
    assert likes(store) == [9]
    derive(store, expires - dt.timedelta(seconds=1))  # nothing can have expired: they were deleted
    assert likes(store) == [4]


def test_erasing_a_person_keeps_the_totals_of_partly_expired_days(
    cloud: Cloud, store: TenantStore
) -> None:
    derive_nine_likes(store)
    gone = next(i for i in cloud.items() if store.user_hash("u3") in i["sk"]["S"])
    cloud.dynamodb.delete_item(TableName=TABLE, Key={"pk": gone["pk"], "sk": gone["sk"]})
    later = NOW + dt.timedelta(days=4)
    receipt = erasures.erase_person(store, "u7", now=later, has_time=lambda: True)
    assert receipt.events == 1  # expired, and still there
    derive(store, later)
    assert likes(store) == [9]


@pytest.mark.parametrize(
    ("now", "first"),
    [
        (dt.datetime(2026, 3, 15, tzinfo=dt.UTC), dt.date(2026, 3, 5)),
        (dt.datetime(2026, 3, 15, 0, 0, 0, 1, tzinfo=dt.UTC), dt.date(2026, 3, 6)),
        (dt.datetime(2026, 3, 14, 23, 59, tzinfo=dt.UTC), dt.date(2026, 3, 5)),
    ],
)
def test_only_whole_days_are_read(now: dt.datetime, first: dt.date) -> None:
    assert first_whole_day(CONFIG, now) == first


def test_a_day_is_complete_as_long_as_it_can_still_be_written_to() -> None:
    last = dt.datetime(2026, 3, 5, 23, 59, 59, tzinfo=dt.UTC) + dt.timedelta(days=DAYS)
    assert not may_have_expired(CONFIG, OLDEST, last)
    assert not may_have_expired(dataclasses.replace(CONFIG, retention_days=DAYS + 1), OLDEST, last)
    assert may_have_expired(CONFIG, OLDEST, last + dt.timedelta(days=2))
