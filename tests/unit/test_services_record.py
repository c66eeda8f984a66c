"""Admission and recording: every event is stored or reported; user ids are not stored."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from chalicelib import wiring
from chalicelib.model.admission import UnreadableLine
from chalicelib.model.errors import AllEventsRejected, StoreUnavailable
from chalicelib.services.ingest import Recorded, record_events
from chalicelib.storage.tenant_store import TenantStore
from tests.conftest import Cloud
from tests.factories import NOW, make_audience, make_cost, make_event
from tests.faulty import FakeTime, Fault, leaves_over, scripted, throttled, unreachable
from tests.stores import store_behind

DAY = dt.date(2026, 3, 14)


def record(store: TenantStore, *raw: Any, now: dt.datetime = NOW) -> Recorded:
    return record_events(store, raw, now=now)


def stored(store: TenantStore) -> list[str]:
    start, end = dt.date(2023, 1, 1), dt.date(2026, 12, 31)
    partitions = {DAY, NOW.date()} | {start, end}
    return sorted(event.event_id for day in partitions for event in store.iter_events(day, day))


def rejection(store: TenantStore, raw: Any) -> str:
    """Return the code with which an event is rejected when sent with a valid one."""
    recorded = record(store, make_event(), raw)
    (rejected,) = recorded["rejected"]
    assert rejected["index"] == 1
    return str(rejected["code"])


def test_valid_events_are_stored_when_others_are_rejected(store: TenantStore) -> None:
    raw = [make_event(event_id="a"), {"kind": "?", "event_id": "b"}, make_cost(event_id="c"), 5]
    recorded = record(store, *raw)
    assert recorded["accepted"] == 2
    assert [(one["index"], one["event_id"], one["code"]) for one in recorded["rejected"]] == [
        (1, "b", "unknown_kind"),
        (3, None, "wrong_type"),
    ]
    assert stored(store) == ["a", "c"]


def test_accepted_and_rejected_add_up_to_the_sent_events(store: TenantStore) -> None:
    raw = [make_event(event_id="same"), make_event(event_id="same"), {}, UnreadableLine("no")]
    recorded = record(store, *raw)
    assert recorded["accepted"] + len(recorded["rejected"]) == len(raw)
    assert stored(store) == ["same"]


def test_a_batch_of_rejected_events_stores_nothing_and_lists_each_rejection(
    store: TenantStore,
) -> None:
    with pytest.raises(AllEventsRejected) as caught:
        record(store, {}, UnreadableLine("no"))
    assert [one["code"] for one in caught.value.rejected] == ["missing_field", "malformed_json"]


def test_an_empty_batch_records_nothing(store: TenantStore) -> None:
    assert record(store) == {"accepted": 0, "rejected": []}


@pytest.mark.parametrize("minutes", [-1, 0, 5])
def test_events_up_to_five_minutes_in_the_future_are_accepted(
    store: TenantStore, minutes: int
) -> None:
    at = NOW + dt.timedelta(minutes=minutes)
    assert record(store, make_event(occurred_at=at.isoformat()))["accepted"] == 1


def test_events_further_in_the_future_are_rejected(store: TenantStore) -> None:
    at = NOW + dt.timedelta(minutes=5, microseconds=1)
    assert rejection(store, make_event(occurred_at=at.isoformat())) == "in_the_future"


def test_events_are_accepted_until_the_end_of_the_retention(store: TenantStore) -> None:
    oldest = NOW - dt.timedelta(days=3 * 365)
    before = oldest - dt.timedelta(seconds=1)
    assert record(store, make_event(occurred_at=oldest.isoformat()))["accepted"] == 1
    assert rejection(store, make_event(occurred_at=before.isoformat())) == "before_retention"


def test_an_event_expires_after_the_last_day_on_which_it_could_be_written(
    cloud: Cloud, store: TenantStore
) -> None:
    record(store, make_event(occurred_at="2026-03-14T23:59:59Z"))
    (ttl,) = [int(item["ttl"]["N"]) for item in cloud.items() if "ttl" in item]
    last_admission = dt.datetime(2026, 3, 15, tzinfo=dt.UTC) + dt.timedelta(days=3 * 365)
    assert ttl > last_admission.timestamp()


# --- people -----------------------------------------------------------------------------------

CANARY = "canary-7f3a@example.org"


def test_a_person_has_one_hash_per_tenant(store: TenantStore) -> None:
    hashes = [one.user_hash(CANARY) for one in (store, wiring.store("other"))]
    assert len(set(hashes)) == 2
    assert store.user_hash(CANARY) == hashes[0]
    assert {len(one) for one in hashes} == {22}


# --- store failures ---------------------------------------------------------------------------


def failing_store(cloud: Cloud, *faults: Fault, **then: Fault) -> TenantStore:
    return store_behind(
        scripted(cloud.dynamodb, *faults, **then), cloud.s3, "acme", patience=FakeTime().patience()
    )


def a_hundred_events() -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = [make_event(event_id=f"e{n:03d}") for n in range(100)]
    events[7] = {"kind": "nonsense"}
    return events


@pytest.mark.parametrize("fault", [throttled, unreachable, leaves_over(9)])
def test_transient_store_errors_lose_no_event(cloud: Cloud, fault: Fault) -> None:
    store = failing_store(cloud, fault, fault, fault)
    recorded = record(store, *a_hundred_events())
    assert recorded["accepted"] == 99
    assert len(stored(store)) == 99


def test_an_unavailable_store_lists_every_admissible_event_as_not_stored(cloud: Cloud) -> None:
    store = failing_store(cloud, then=unreachable)
    with pytest.raises(StoreUnavailable) as caught:
        record(store, *a_hundred_events())
    assert caught.value.not_stored == tuple(n for n in range(100) if n != 7)
    assert caught.value.accepted == 0
    assert [one["index"] for one in caught.value.rejected] == [7]
    assert stored(store) == []


def test_not_stored_lists_exactly_the_events_that_are_not_stored(cloud: Cloud) -> None:
    store = failing_store(cloud, leaves_over(11), leaves_over(0), then=throttled)
    with pytest.raises(StoreUnavailable) as caught:
        record(store, *a_hundred_events())
    missing = {f"e{n:03d}" for n in caught.value.not_stored}
    everything = {f"e{n:03d}" for n in range(100) if n != 7}
    assert missing == everything - set(stored(store))
    assert caught.value.accepted + len(missing) + len(caught.value.rejected) == 100


def test_not_stored_lists_both_copies_of_a_duplicate(cloud: Cloud) -> None:
    store = failing_store(cloud, then=unreachable)
    event = make_event()
    with pytest.raises(StoreUnavailable) as caught:
        record(store, event, make_audience(), event)
    assert caught.value.not_stored == (0, 1, 2)


@pytest.mark.parametrize("operation", ["get_item", "query"])
def test_no_event_is_stored_if_pseudonyms_or_erasures_cannot_be_read(
    cloud: Cloud, store: TenantStore, operation: str
) -> None:
    _ = store.user_hash("u")
    failing = failing_store(cloud)
    if operation == "query":
        _ = failing.user_hash("u")
    broken = Broken(cloud.dynamodb, operation)
    for part in (failing.items._table, failing.erasures._table):
        part._client = broken
    with pytest.raises(StoreUnavailable) as caught:
        record(failing, make_event(), make_event(user_id="u"))
    assert (caught.value.not_stored, caught.value.accepted) == ((0, 1), 0)


class Broken:
    """A client with one operation that always fails."""

    def __init__(self, client: Any, operation: str) -> None:
        self._client, self._operation = client, operation

    def __getattr__(self, name: str) -> Any:
        if name == self._operation:
            raise EndpointConnectionError(endpoint_url="http://nowhere")
        return getattr(self._client, name)
