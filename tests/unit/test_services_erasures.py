"""Erasing a person: removes the person from all events and keeps every count."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections import Counter, defaultdict
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from chalicelib import wiring, workers
from chalicelib.model.errors import InvalidFields, NotFound, StoreUnavailable
from chalicelib.model.events import Conversion, Engagement
from chalicelib.services.fitting.event_columns import Columns, OrderSums
from chalicelib.services.fitting.fits import named_people
from chalicelib.services.ingest import record_events
from chalicelib.services.privacy import erasures
from chalicelib.services.totals.day_totals import total
from chalicelib.settings import Settings
from chalicelib.storage.erasure_items import ErasedPeople
from chalicelib.storage.tenant_store import TenantStore
from tests.conftest import Cloud
from tests.erasing import (
    ANNA,
    BEN,
    DAYS,
    LATER,
    REMAINING,
    at,
    days,
    erase,
    people,
    times,
    totals,
    whereabouts,
    with_time,
)
from tests.factories import NOW, make_conversion, make_cost, make_event, money
from tests.faulty import FakeTime, scripted, throttled, works
from tests.stores import store_behind
from tests.unit.test_services_imports import Killed, MortalClient

pytestmark = pytest.mark.usefixtures("short_retention")


def history() -> list[dict[str, Any]]:
    """Events of Anna, of Ben and without a person, on five days."""
    events = []
    for day in (0, 1, 2, 5, DAYS - 1):
        for who in (ANNA, ANNA.lower(), BEN, None):
            events += [
                make_event(user_id=who, occurred_at=at(day), cost=money("0.07"), sentiment=0.3),
                make_event(user_id=who, occurred_at=at(day), type="share", content_id="post-1"),
                make_conversion(user_id=who, occurred_at=at(day, "10:00:00"), value=money("0.1")),
            ]
        events.append(make_cost(occurred_at=at(day, "00:00:00")))
    # Event ids are unique per person: these are two events.
    for who in (ANNA, BEN, "carla"):
        events.append(make_event(event_id="first", user_id=who, occurred_at=at(3)))
    return events


def sums_of_a_fit(store: TenantStore) -> Any:
    """Return counts, values and costs per day and kind, regardless of the person."""
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


# --- events -----------------------------------------------------------------------------------


def test_only_the_mark_and_the_receipt_of_an_erased_person_remain(
    cloud: Cloud, store: TenantStore
) -> None:
    record_events(store, history(), now=NOW)
    person = store.user_hash(ANNA)
    receipt = erase(store)
    assert (receipt.state, receipt.person) == ("done", person)
    assert receipt.events == 5 * 2 * 3 + 1
    assert whereabouts(cloud, person) == REMAINING
    assert people(store) == {store.user_hash(BEN), store.user_hash("carla")}


def test_an_erased_person_is_no_longer_among_those_whose_shares_bring_most(
    store: TenantStore,
) -> None:
    anna, ben = {"person": store.user_hash(ANNA)}, {"person": store.user_hash(BEN)}
    store.multipliers.put("fit", [anna, ben])
    erase(store)
    assert store.multipliers.of_fit("fit") == [ben]


def test_a_fit_that_ran_during_an_erasure_names_nobody_who_was_erased(store: TenantStore) -> None:
    anna, ben = {"person": store.user_hash(ANNA)}, {"person": store.user_hash(BEN)}
    erase(store)
    store.multipliers.put("fit", [anna, ben])
    assert named_people(store, {"id": "fit"}) == [ben]  # type: ignore[typeddict-item]


def test_an_erasure_changes_no_total(store: TenantStore) -> None:
    record_events(store, history(), now=NOW)
    before, fitted = totals(store), sums_of_a_fit(store)
    for who in (ANNA, BEN, "carla"):
        erase(store, who)
        assert totals(store) == before
        assert sums_of_a_fit(store) == fitted
    assert people(store) == set()
    rows = [row for rows in before.values() for row in rows]
    assert sum(Decimal(row["amount"]) for row in rows if row["kind"] == "conversion") == 2


def test_an_erased_event_keeps_all_other_fields(cloud: Cloud, store: TenantStore) -> None:
    record_events(store, history(), now=NOW)

    def contents() -> list[str]:
        items = [item for item in cloud.items() if "#events#2" in item["pk"]["S"]]
        return sorted(
            json.dumps({**item, "sk": item["sk"]["S"].partition("#")[2]}, sort_keys=True)
            for item in items
        )

    before = contents()
    erase(store)
    assert contents() == before  # the partition, the time, the id, the expiry


def test_erased_events_of_a_person_cannot_be_linked(cloud: Cloud, store: TenantStore) -> None:
    record_events(store, history(), now=NOW)
    erase(store)
    traces = [
        item["sk"]["S"].partition("#")[0] for item in cloud.items() if item["sk"]["S"][0] == "."
    ]
    assert len(traces) == len(set(traces)) == 31


def test_events_of_other_people_are_unchanged(store: TenantStore) -> None:
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


# --- resent events ----------------------------------------------------------------------------


def test_a_resent_event_does_not_restore_the_person(cloud: Cloud, store: TenantStore) -> None:
    sent = history()
    record_events(store, sent, now=NOW)
    before = totals(store)
    erase(store)
    for _ in range(2):
        assert record_events(store, sent, now=NOW)["accepted"] == len(sent)
    assert totals(store) == before
    assert whereabouts(cloud, store.user_hash(ANNA)) == REMAINING


@pytest.mark.parametrize(("has_time", "state"), [(with_time, "done"), (times(0), "running")])
def test_an_event_restated_during_or_after_the_erasure_has_its_new_values(
    store: TenantStore, has_time: Callable[[], bool], state: str
) -> None:
    event = make_conversion(user_id=ANNA)
    record_events(store, [event], now=NOW)
    assert erase(store, has_time=has_time).state == state
    record_events(store, [event | {"value": money("55.00")}], now=NOW)
    if state == "running":
        erase(store)
    (found,) = store.iter_events(min(days()), max(days()))
    assert isinstance(found, Conversion)
    assert (found.user_id, found.value and found.value.amount) == (None, Decimal(55))


def test_events_of_two_people_with_the_same_id_and_instant_stay_separate(
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
def test_an_erased_persons_event_with_and_without_consent_counts_once(
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


def test_another_process_applies_the_mark_within_a_minute(cloud: Cloud, store: TenantStore) -> None:
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
    assert people(store) == {person}  # of the event "meanwhile"
    (continued,) = erasures.finish_erasures(store, now=LATER, has_time=with_time)
    assert (continued.events, continued.checked_at) == (2, "2026-03-16T12:00:00Z")
    assert people(store) == set()
    assert erasures.finish_erasures(store, now=LATER, has_time=with_time) == []


def test_the_erased_people_are_read_once_for_many_events(cloud: Cloud) -> None:
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


# --- interruptions ----------------------------------------------------------------------------


def derived(store: TenantStore, first: dt.date, last: dt.date) -> list[Any]:
    """Return the derived totals of some days over all shards, in any order."""
    return total(sorted(store.iter_events(first, last), key=lambda event: event.event_id))


def store_on(cloud: Cloud, client: Any, tenant: str = "acme", *, days: int = DAYS) -> TenantStore:
    return store_behind(
        client, cloud.s3, tenant, Settings(retention_days=days), patience=FakeTime().patience()
    )


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_an_erasure_killed_at_any_call_is_completed_by_a_second_call(
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


def test_a_store_error_is_raised_and_the_next_call_finishes(
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


def test_thousands_of_events_are_erased_in_parts(
    store: TenantStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chalicelib.storage.event_store.ERASED_AT_ONCE", 100)
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


def test_the_daily_jobs_finish_an_interrupted_erasure(cloud: Cloud, store: TenantStore) -> None:
    record_events(store, history(), now=NOW)
    assert erase(store, has_time=times(3)).state == "running"
    workers.finish_erasures(now=LATER)
    (receipt,) = store.erasures.newest_first()
    assert (receipt.state, receipt.events) == ("done", 31)
    assert receipt.checked_at is None  # that search began too early
    workers.finish_erasures(now=LATER)
    (receipt,) = store.erasures.newest_first()
    assert receipt.checked_at == "2026-03-16T12:00:00Z"
    assert receipt.events == 31


def test_receipts_are_listed_and_identify_the_person_by_hash_only(
    cloud: Cloud, store: TenantStore
) -> None:
    first = erase(store, ANNA)
    second = erase(store, BEN, now=LATER)
    page, following = erasures.list_receipts(store, limit=1)
    assert ([one.receipt_id for one in page], following) == ([second.receipt_id], second.receipt_id)
    assert erasures.show_receipt(store, first.receipt_id) == first
    assert erase(store, ANNA, now=LATER).receipt_id == first.receipt_id
    for receipt_id in ("x", "20260101T000000Z-ffffffff"):
        with pytest.raises(NotFound):
            erasures.show_receipt(store, receipt_id)
    with pytest.raises(NotFound):
        erasures.show_receipt(wiring.store("other"), first.receipt_id)
    assert "example" not in json.dumps(cloud.items(), default=str).lower()
