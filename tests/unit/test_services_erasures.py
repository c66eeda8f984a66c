"""Erasing a person: nothing is left of them, nothing is lost of what they did."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest

from chalicelib import wiring, workers
from chalicelib.errors import InvalidFields, NotFound, StoreUnavailable
from chalicelib.events import Conversion, Engagement
from chalicelib.exports import PLATFORMS
from chalicelib.services import erasures
from chalicelib.services.columns import Columns, OrderSums
from chalicelib.services.erasing_files import PEOPLELESS, pieces_of
from chalicelib.services.imports import list_refused_rows, show_import, start_import
from chalicelib.services.record import record_events
from chalicelib.services.totals import total
from chalicelib.settings import Settings
from chalicelib.storage import keys
from chalicelib.storage.erasures import ErasedPeople, Receipt
from chalicelib.storage.imports import RefusedRow
from chalicelib.storage.tenant_store import TenantStore
from tests.conftest import BUCKET, SECRET, TABLE, Cloud
from tests.factories import NOW, make_conversion, make_cost, make_event, money
from tests.faulty import FakeTime, scripted, throttled, works
from tests.unit.test_services_imports import Killed, MortalClient
from tests.unit.test_workers import dropped, import_all

ANNA, BEN = "Anna@Example.org", "ben"
DAYS = 8
"""The retention in these tests: every day of it is looked at."""
LATER = NOW + dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _short_retention(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIKEWORTH_RETENTION_DAYS", str(DAYS))
    monkeypatch.setattr(erasures, "LATE_DAYS", 0)  # a query takes moto its time


def with_time() -> bool:
    return True


def times(count: int) -> Callable[[], bool]:
    """There is time so often."""
    left = iter([True] * count)
    return lambda: next(left, False)


def erase(
    store: TenantStore,
    user_id: str = ANNA,
    *,
    now: dt.datetime = NOW,
    has_time: Callable[[], bool] = with_time,
) -> Receipt:
    return erasures.erase_person(store, user_id, now=now, has_time=has_time)


def at(day: int, clock: str = "09:30:00") -> str:
    """A time so many days before `NOW`."""
    return f"{(NOW - dt.timedelta(days=day)).date()}T{clock}Z"


def history() -> list[dict[str, Any]]:
    """What Anna, Ben and nobody did, on five days."""
    events = []
    for day in (0, 1, 2, 5, DAYS - 1):
        for who in (ANNA, ANNA.lower(), BEN, None):
            events += [
                make_event(user_id=who, occurred_at=at(day), cost=money("0.07"), sentiment=0.3),
                make_event(user_id=who, occurred_at=at(day), type="share", content_id="post-1"),
                make_conversion(user_id=who, occurred_at=at(day, "10:00:00"), value=money("0.1")),
            ]
        events.append(make_cost(occurred_at=at(day, "00:00:00")))
    # Ids that are a person's own: both of these events happened.
    for who in (ANNA, BEN, "carla"):
        events.append(make_event(event_id="first", user_id=who, occurred_at=at(3)))
    return events


def days() -> Iterator[dt.date]:
    for back in range(DAYS + 1):
        yield (NOW - dt.timedelta(days=back)).date()


def totals(store: TenantStore) -> dict[tuple[dt.date, int], Any]:
    """What is derived of every day and shard."""
    return {
        (day, shard): total(store.events.in_partition(day, shard, consistent=True))
        for day in days()
        for shard in range(store.config.shards)
    }


def sums_of_a_fit(store: TenantStore) -> Any:
    """What a fit sees of totals: counts, values and costs per day and kind, of whomever."""
    columns = Columns()
    for event in store.iter_events(min(days()), max(days())):
        columns.add(event)
    kinds = list(columns.kinds)
    counts = sorted(
        (kinds[kind], day, count)
        for kind, day, count in zip(columns.kind, columns.day, columns.count, strict=True)
    )
    totals: Counter[Any] = Counter()
    for kind, day, count in counts:
        totals[kind, day] += count
    for (number, day, _), count in columns.apart.items():
        totals[kinds[number], day] += count
    goals = {}
    for name, goal in columns.goals.items():
        sums: dict[int, OrderSums] = defaultdict(OrderSums)
        for day, number, value in zip(goal.day, goal.count, goal.value, strict=True):
            sums[day].add(int(number), Decimal(str(value)))
        for (day, _), more in goal.apart.items():
            sums[day].extend(more)
        goals[name] = dict(sums)
    costs = {k: round(v, 9) for k, v in columns.cost_of_channel.items()}
    return totals, goals, costs, sorted(columns.costs)


def people(store: TenantStore) -> set[str]:
    """The hashes that are in events."""
    return {
        event.user_id
        for event in store.iter_events(min(days()), max(days()))
        if isinstance(event, Engagement | Conversion) and event.user_id is not None
    }


def whereabouts(cloud: Cloud, person: str) -> set[str]:
    """Partitions in which the hash is still found."""
    return {item["pk"]["S"] for item in cloud.items() if person in json.dumps(item, default=str)}


REMAINING = {"acme#erased", "acme#erasures"}

# --- events -----------------------------------------------------------------------------------


def test_of_an_erased_person_the_mark_and_the_receipt_are_left(
    cloud: Cloud, store: TenantStore
) -> None:
    record_events(store, history(), now=NOW)
    person = store.user_hash(ANNA)
    receipt = erase(store)
    assert (receipt.state, receipt.person) == ("done", person)
    assert receipt.events == 5 * 2 * 3 + 1
    assert whereabouts(cloud, person) == REMAINING
    assert people(store) == {store.user_hash(BEN), store.user_hash("carla")}


def test_the_totals_are_the_same_to_the_last_digit(store: TenantStore) -> None:
    record_events(store, history(), now=NOW)
    before, fitted = totals(store), sums_of_a_fit(store)
    for who in (ANNA, BEN, "carla"):
        erase(store, who)
        assert totals(store) == before
        assert sums_of_a_fit(store) == fitted
    assert people(store) == set()
    rows = [row for rows in before.values() for row in rows]
    assert sum(Decimal(row["amount"]) for row in rows if row["kind"] == "conversion") == 2


def test_an_event_keeps_everything_but_the_person(cloud: Cloud, store: TenantStore) -> None:
    record_events(store, history(), now=NOW)

    def contents() -> list[str]:
        items = [item for item in cloud.items() if "#events#" in item["pk"]["S"]]
        return sorted(
            json.dumps({**item, "sk": item["sk"]["S"].partition("#")[2]}, sort_keys=True)
            for item in items
        )

    before = contents()
    erase(store)
    assert contents() == before  # the partition, the time, the id, the expiry


def test_what_is_left_of_a_persons_events_has_nothing_in_common(
    cloud: Cloud, store: TenantStore
) -> None:
    record_events(store, history(), now=NOW)
    erase(store)
    traces = [
        item["sk"]["S"].partition("#")[0] for item in cloud.items() if item["sk"]["S"][0] == "."
    ]
    assert len(traces) == len(set(traces)) == 31


def test_nobody_else_is_touched(store: TenantStore) -> None:
    record_events(store, history(), now=NOW)
    receipt = erase(store, "nobody-known")
    assert (receipt.state, receipt.events) == ("done", 0)
    assert store.user_hash(ANNA) in people(store)
    with pytest.raises(InvalidFields):
        erase(store, "  ")
    with pytest.raises(InvalidFields):
        erase(store, "x" * 257)


def test_events_beyond_a_shortened_retention_are_found(cloud: Cloud, store: TenantStore) -> None:
    record_events(store, history(), now=NOW)
    store.items.configure(dataclasses.replace(store.config, retention_days=2))
    store.items.configure(dataclasses.replace(store.config, retention_days=1))
    again = store_on(cloud, cloud.dynamodb)
    assert again.config.retention_days == 1
    assert erase(again).events == 31


# --- what comes again -------------------------------------------------------------------------


def test_a_resent_event_does_not_bring_the_person_back(cloud: Cloud, store: TenantStore) -> None:
    sent = history()
    record_events(store, sent, now=NOW)
    before = totals(store)
    erase(store)
    for _ in range(2):
        assert record_events(store, sent, now=NOW).accepted == len(sent)
    assert totals(store) == before
    assert whereabouts(cloud, store.user_hash(ANNA)) == REMAINING


def test_a_restated_event_of_an_erased_person_replaces_what_was_said(store: TenantStore) -> None:
    event = make_conversion(user_id=ANNA)
    record_events(store, [event], now=NOW)
    erase(store)
    record_events(store, [event | {"value": money("55.00")}], now=NOW)
    (found,) = store.iter_events(min(days()), max(days()))
    assert isinstance(found, Conversion)
    assert (found.user_id, found.value and found.value.amount) == (None, Decimal(55))


def test_what_is_restated_while_the_person_is_being_erased_stays_restated(
    store: TenantStore,
) -> None:
    event = make_conversion(user_id=ANNA)
    record_events(store, [event], now=NOW)
    assert erase(store, has_time=times(0)).state == "running"
    record_events(store, [event | {"value": money("55.00")}], now=NOW)
    erase(store)
    (found,) = store.iter_events(min(days()), max(days()))
    assert isinstance(found, Conversion)
    assert (found.user_id, found.value and found.value.amount) == (None, Decimal(55))


def test_people_whose_events_have_the_same_id_at_the_same_instant_are_not_one(
    store: TenantStore,
) -> None:
    one_shard = dataclasses.replace(store.config, shards=1)
    store.__dict__ |= {"config": one_shard}
    sent = [make_event(event_id="first", user_id=f"u{n}") for n in range(5)]
    record_events(store, sent, now=NOW)
    for n in range(5):
        erase(store, f"u{n}")
    record_events(store, sent, now=NOW)
    assert len(list(store.iter_events(min(days()), max(days())))) == 5
    assert people(store) == set()


def test_new_events_of_an_erased_person_count_without_them(store: TenantStore) -> None:
    erase(store)
    record_events(store, [make_event(user_id=ANNA, event_id=f"n{n}") for n in range(3)], now=NOW)
    assert len(list(store.iter_events(min(days()), max(days())))) == 3
    assert people(store) == set()


@pytest.mark.parametrize("first", [True, False])
def test_consent_and_its_withdrawal_count_an_erased_persons_event_once(
    store: TenantStore, first: bool
) -> None:
    event = make_event(user_id=ANNA)
    record_events(store, [event | {"consent": first}], now=NOW)
    erase(store)
    for _ in range(2):
        record_events(store, [event | {"consent": False}], now=NOW)
        (found,) = store.iter_events(min(days()), max(days()))
        assert isinstance(found, Engagement)
        assert (found.user_id, found.consent) == (None, False)


def test_another_process_notices_within_a_minute(cloud: Cloud, store: TenantStore) -> None:
    clock = [0.0]
    other = store_on(cloud, cloud.dynamodb)
    other.erased = ErasedPeople(other.erasures, monotonic=lambda: clock[0])
    person = other.user_hash(ANNA)
    record_events(other, [make_event(user_id=ANNA, event_id="before")], now=NOW)
    erase(store)
    clock[0] = 59.0
    record_events(other, [make_event(user_id=ANNA, event_id="meanwhile")], now=NOW)
    assert people(store) == {person}
    clock[0] = 61.0
    record_events(other, [make_event(user_id=ANNA, event_id="after")], now=NOW)
    assert people(store) == {person}  # of the one meanwhile
    (looked,) = erasures.finish_erasures(store, now=LATER, has_time=with_time)
    assert (looked.events, looked.checked_at) == (2, "2026-03-16T12:00:00Z")
    assert people(store) == set()
    assert erasures.finish_erasures(store, now=LATER, has_time=with_time) == []


def test_who_was_erased_is_read_once_for_many_events(cloud: Cloud) -> None:
    calls: list[str] = []
    client = CountingClient(cloud.dynamodb, calls)
    store = store_on(cloud, client)
    people_sent = [make_event(user_id=f"u{n}") for n in range(50)]
    record_events(store, people_sent, now=NOW)
    assert calls.count("query") == 1
    record_events(store, people_sent, now=NOW)
    record_events(store, [make_event() for _ in range(50)], now=NOW)
    assert calls.count("query") == 1
    without = store_on(cloud, CountingClient(cloud.dynamodb, calls := []))
    record_events(without, [make_event()], now=NOW)
    assert calls.count("query") == 0  # nobody is named


class CountingClient:
    def __init__(self, client: Any, calls: list[str]) -> None:
        self._client, self._calls = client, calls

    def __getattr__(self, name: str) -> Any:
        self._calls.append(name)
        return getattr(self._client, name)


# --- broken off -------------------------------------------------------------------------------


def derived(store: TenantStore, first: dt.date, last: dt.date) -> list[Any]:
    """What is derived of some days, all shards together, in no order."""
    return total(sorted(store.iter_events(first, last), key=lambda event: event.event_id))


def store_on(cloud: Cloud, client: Any, tenant: str = "acme", *, days: int = DAYS) -> TenantStore:
    return TenantStore(
        client,
        TABLE,
        cloud.s3,
        BUCKET,
        tenant,
        Settings(retention_days=days),
        root_secret=SECRET.encode,
        patience=FakeTime().patience(),
    )


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_at_any_call_nothing_is_lost_and_a_second_call_mends_it(
    cloud: Cloud, after: bool
) -> None:
    sent = [
        make_event(event_id=f"k{n}", user_id=ANNA, occurred_at=at(n % 2), cost=money("0.01"))
        for n in range(30)
    ]
    for dies_at in range(1, 200):
        tenant = f"killed-{dies_at}"
        store = store_on(cloud, cloud.dynamodb, tenant, days=2)
        record_events(store, sent, now=NOW)
        person, (first, last) = store.user_hash(ANNA), (NOW - dt.timedelta(days=1), NOW)
        before = derived(store, first.date(), last.date())
        client = MortalClient(cloud.dynamodb, dies_at, after=after)
        mortal = store_on(cloud, client, tenant, days=2)
        mortal.__dict__ |= {"config": store.config, "_user_key": store._user_key}
        try:
            erase(mortal)
        except Killed:
            counted = [e.event_id for e in store.iter_events(first.date(), last.date())]
            assert set(counted) == {f"k{n}" for n in range(30)}  # never lost, at worst twice
            erase(store)
        else:
            break
        assert derived(store, first.date(), last.date()) == before
        found = list(store.iter_events(first.date(), last.date()))
        assert person not in {getattr(event, "user_id", None) for event in found}
    assert dies_at > 12


def test_a_store_that_cannot_take_it_is_told_and_the_next_call_finishes(
    cloud: Cloud, store: TenantStore
) -> None:
    record_events(store, history(), now=NOW)
    before = totals(store)
    broken = store_on(cloud, scripted(cloud.dynamodb, *[works] * 3, then=throttled))
    with pytest.raises(StoreUnavailable):
        erase(broken)
    assert erase(store).state == "done"
    assert totals(store) == before
    assert whereabouts(cloud, store.user_hash(ANNA)) == REMAINING


def test_thousands_of_events_are_erased_a_piece_at_a_time(
    store: TenantStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chalicelib.storage.events.ERASED_AT_ONCE", 100)
    sent = [make_event(event_id=f"m{n}", user_id=ANNA) for n in range(1000)]
    for start in range(0, 1000, 500):
        record_events(store, sent[start : start + 500], now=NOW)
    before = totals(store)
    seen = []
    while True:
        receipt = erase(store, has_time=times(9))
        seen.append(receipt.events)
        if receipt.state == "done":
            break
        assert len(seen) < 20
    assert len(seen) > 2
    assert seen == sorted(seen)
    assert seen[-1] == 1000
    assert totals(store) == before
    assert len({one.receipt_id for one in store.erasures.newest_first()}) == 1


def test_what_a_call_did_not_finish_the_next_day_does(cloud: Cloud, store: TenantStore) -> None:
    record_events(store, history(), now=NOW)
    assert erase(store, has_time=times(3)).state == "running"
    workers.finish_erasures(now=LATER)
    (receipt,) = store.erasures.newest_first()
    assert (receipt.state, receipt.events) == ("done", 31)
    assert receipt.checked_at is None  # that look began too early
    workers.finish_erasures(now=LATER)
    (receipt,) = store.erasures.newest_first()
    assert receipt.checked_at == "2026-03-16T12:00:00Z"
    assert receipt.events == 31


def test_receipts_are_listed_and_hold_no_more_than_the_hash(
    cloud: Cloud, store: TenantStore
) -> None:
    first = erase(store, ANNA)
    second = erase(store, BEN, now=LATER)
    page, following = erasures.list_receipts(store, limit=1)
    assert ([one.receipt_id for one in page], following) == (
        [second.receipt_id],
        second.receipt_id,
    )
    assert erasures.show_receipt(store, first.receipt_id) == first
    assert erase(store, ANNA, now=LATER).receipt_id == first.receipt_id
    for receipt_id in ("x", "20260101T000000Z-ffffffff"):
        with pytest.raises(NotFound):
            erasures.show_receipt(store, receipt_id)
    with pytest.raises(NotFound):
        erasures.show_receipt(wiring.store("other"), first.receipt_id)
    assert "example" not in json.dumps(cloud.items(), default=str).lower()


# --- files ------------------------------------------------------------------------------------

OWN = {
    "columns": {"day": "day", "who": "user_id", "likes": "like"},
    "constants": {"channel": "xing"},
}
ADS = (
    b"Day,Campaign,Currency code,Impressions,Clicks,Cost,Conversions,Conv. value\n"
    b"2026-03-13,Spring sale,EUR,1200,40,22.50,2,80.00\n"
)


def upload(cloud: Cloud, store: TenantStore, body: bytes, **options: Any) -> str:
    """Import a file; the import's id."""
    started, _ = start_import(store, filename="x.csv", now=NOW, **options)
    etag = cloud.s3.put_object(Bucket=BUCKET, Key=started.object_key, Body=body)["ETag"]
    assert import_all(dropped(started.object_key, etag.strip('"'))) == []
    return started.import_id


def likes(*who: str) -> bytes:
    rows = [f"2026-03-1{n % 4},{one},1" for n, one in enumerate(who)]
    return "\n".join(["day,who,likes", *rows, ""]).encode()


def uploads(cloud: Cloud) -> set[str]:
    listed = cloud.s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])
    return {one["Key"].split("/")[2] for one in listed}


def test_an_imported_file_does_not_bring_the_person_back(cloud: Cloud, store: TenantStore) -> None:
    body = likes(ANNA, BEN, ANNA.upper(), "carla")
    import_id = upload(cloud, store, body, mapping=OWN)
    before, person = totals(store), store.user_hash(ANNA)
    assert person in people(store)
    receipt = erase(store)
    assert (receipt.events, receipt.uploads) == (2, 1)
    shown = show_import(store, import_id)
    assert shown.events == 4
    again = dropped(shown.object_key, shown.etag)  # the message comes a second time
    assert import_all(again) == []
    upload(cloud, store, body, mapping=OWN)  # and the file
    assert totals(store) == before
    assert whereabouts(cloud, person) == REMAINING


def test_files_that_may_name_people_are_removed_and_others_stay(
    cloud: Cloud, store: TenantStore
) -> None:
    own = upload(cloud, store, likes(ANNA), mapping=OWN)
    ads = upload(cloud, store, ADS)
    unread = upload(cloud, store, b"nobody,knows\nanna@example.org,1\n")
    assert uploads(cloud) == {own, ads, unread}
    assert erase(store).uploads == 2
    assert uploads(cloud) == {ads}


def test_a_file_that_is_being_imported_is_removed_when_that_is_over(
    cloud: Cloud, store: TenantStore
) -> None:
    started, _ = start_import(store, filename="x.csv", mapping=OWN, now=NOW)
    body = likes(ANNA, BEN)
    etag = cloud.s3.put_object(Bucket=BUCKET, Key=started.object_key, Body=body)["ETag"]
    receipt = erase(store)
    assert (receipt.state, receipt.uploads, receipt.left_over) == ("done", 0, True)
    import_all(dropped(started.object_key, etag.strip('"')))
    (looked,) = erasures.finish_erasures(store, now=LATER, has_time=with_time)
    assert (looked.uploads, looked.left_over) == (1, False)
    assert looked.checked_at is not None
    assert uploads(cloud) == set()
    assert people(store) == {store.user_hash(BEN)}


def test_a_newer_file_in_the_place_of_an_imported_one_is_left_alone(
    cloud: Cloud, store: TenantStore
) -> None:
    import_id = upload(cloud, store, likes(ANNA), mapping=OWN)
    key = show_import(store, import_id).object_key
    cloud.s3.put_object(Bucket=BUCKET, Key=key, Body=likes(BEN))
    assert erase(store).uploads == 0
    assert uploads(cloud) == {import_id}


def test_refused_rows_that_name_the_person_lose_their_text(
    cloud: Cloud, store: TenantStore
) -> None:
    import_id = upload(cloud, store, b"nobody,knows\n1,2\n")
    rows = [
        RefusedRow(2, 0, f"2026-03-14;{ANNA.upper()};9", "invalid_date", "there is no day"),
        RefusedRow(3, 0, "2026-03-14;ben;9", "invalid_date", "there is no day"),
        RefusedRow(4, 0, "2026-03-14;benjamin;9", "invalid_date", "there is no day"),
        RefusedRow(5, 0, '{"id": "ben", "n": 1}', "invalid_date", "ben is no day"),
    ]
    store.imports.add_refused_rows(import_id, 1, rows, now=NOW)
    receipt = erase(store, BEN)
    assert receipt.refused_rows == 2
    shown, _ = list_refused_rows(store, import_id, limit=10)
    assert [(one.row, "ben" in one.raw + one.message) for one in shown] == [
        (2, False),
        (3, False),
        (4, True),  # Benjamin
        (5, False),
    ]
    assert [one.code for one in shown] == ["invalid_date"] * 4
    assert erase(store, BEN, now=LATER).refused_rows == 2  # not once more
    assert all("ttl" in i for i in cloud.items() if "#rejects#" in i["pk"]["S"])


def test_a_file_that_is_named_after_the_person_is_called_otherwise(
    cloud: Cloud, store: TenantStore
) -> None:
    assert store.config
    key = "imports/acme/orders of ben.csv"
    etag = cloud.s3.put_object(Bucket=BUCKET, Key=key, Body=ADS)["ETag"].strip('"')
    message = dropped("imports/acme/orders+of+ben.csv", etag)
    assert import_all(message) == []
    erase(store, BEN)
    (one,) = store.imports.newest_first(limit=2)
    assert (one.filename, one.state) == ("(erased)", "done")
    assert "ben" not in one.object_key
    assert import_all(message) == []  # delivered again
    (one,) = store.imports.newest_first(limit=2)
    assert (one.filename, one.state) == ("(erased)", "done")


def test_many_refused_rows_are_looked_at_a_piece_at_a_time(
    cloud: Cloud, store: TenantStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chalicelib.storage.imports._REMOVED_AT_ONCE", 10)
    import_id = upload(cloud, store, b"nobody,knows\n1,2\n")
    rows = [RefusedRow(n, 0, f"{n};ben", "invalid_date", "no day") for n in range(2, 102)]
    store.imports.add_refused_rows(import_id, 1, rows, now=NOW)
    calls = 0
    while erase(store, BEN, has_time=times(DAYS + 6)).state == "running":
        calls += 1
        assert calls < 40
    (receipt,) = store.erasures.newest_first()
    assert calls > 0
    assert (receipt.refused_rows, receipt.state) == (100, "done")


def test_however_little_time_there_is_every_call_gets_on(cloud: Cloud, store: TenantStore) -> None:
    for _ in range(3):
        upload(cloud, store, likes(ANNA), mapping=OWN)
    removed = [erase(store, has_time=times(DAYS + 3)).uploads]
    while erase(store, has_time=times(0)).state == "running":
        removed.append(store.erasures.newest_first()[0].uploads)
        assert len(removed) < 9
    assert store.erasures.newest_first()[0].uploads == 3
    assert removed == sorted(removed)


def test_an_id_is_found_in_whatever_stands_around_it() -> None:
    for text in (
        "a;ben;c",
        'x,"ben",1',
        '{"id":"ben"}',
        "orders of ben.csv",
        "imports/acme/ben.csv",
        "ben",
        "user=ben&x=1"[:8],
        "(ben)",
    ):
        assert "ben" in pieces_of(text)
    assert "Anna van Dijk" in pieces_of("1;Anna van Dijk;2")
    assert "crm:17" in pieces_of("1,crm:17,2")
    assert "" not in pieces_of(" ")


def test_platforms_without_people_are_platforms() -> None:
    assert set(PLATFORMS) > PEOPLELESS
    assert keys.ERASED not in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
