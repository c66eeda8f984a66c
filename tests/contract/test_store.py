"""Behaviour of a tenant's store on every engine."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from typing import Any

import pytest

from chalicelib.model.admission import Erased, Withdrawn
from chalicelib.model.errors import StoreUnavailable
from chalicelib.model.events import Event, parse_event
from chalicelib.storage.attributes import to_item
from chalicelib.storage.document_items import pack
from chalicelib.storage.fit_items import FitHeader
from chalicelib.storage.import_records import Import, RejectedRow, Replay
from chalicelib.storage.link_items import Link
from chalicelib.storage.mapping_items import StoredMapping
from chalicelib.storage.tenant_store import TenantStore
from chalicelib.storage.tenants import ApiKey, TenantConfig, list_tenants
from chalicelib.storage.total_items import DayTotals, Reading
from tests.contract.conftest import Engine
from tests.factories import (
    NOW,
    make_annotation,
    make_audience,
    make_control,
    make_conversion,
    make_cost,
    make_coverage,
    make_event,
    money,
)
from tests.kept_fits import keep_fit

DAY = dt.date(2026, 3, 14)


def write(store: TenantStore, *raw: dict[str, Any]) -> None:
    assert store.events.write([parse_event(one) for one in raw]) == ()


def read(store: TenantStore, start: dt.date = DAY, end: dt.date = DAY) -> list[Event]:
    return sorted(store.iter_events(start, end), key=lambda event: event.event_id)


# --- events -----------------------------------------------------------------------------------

EVERY_FIELD = {
    "engagement": make_event(
        event_id="every.field:1",
        type="review",
        paid=True,
        user_id="AAAAAAAAAAAAAAAAAAAAAA",
        cost=money("0.00000001"),
        campaign_id="spring & summer",
        content_id="ünïcode ✓",
        parent_event_id="e0",
        rating=4.5,
        sentiment=-1e-300,
        sentiment_checked=0.25,
        about="rival",
        region="DE-BY",
        lifetime=True,
        occurred_at="2026-03-14T23:59:59.999999Z",
    ),
    "engagement of many": make_event(event_id="many", count=10**12, cost=money("1" * 15)),
    "without consent": make_event(event_id="no", consent=False),
    "bare": make_event(event_id="bare"),
    "conversion": make_conversion(event_id="c", user_id="BBBBBBBBBBBBBBBBBBBBBB", refund=True),
    "conversion somewhere": make_conversion(event_id="w", region="AT-9", content_id="post 7"),
    "share with reach": make_event(event_id="s", type="share", reach=10**12),
    "mention to nobody": make_event(event_id="m", type="mention", reach=0),
    "reply": make_event(event_id="r", type="reply", parent_event_id="every.field:1"),
    "control": make_control(event_id="t", value=-0.1),
    "free conversions": make_conversion(event_id="f", value=None, count=7, goal="signup"),
    "cost": make_cost(event_id="o", paid=False, campaign_id="x", period_days=30),
    "zero cost": make_cost(event_id="z", paid=True, amount=money("0")),
    "audience": make_audience(event_id="a", size=0),
}


@pytest.mark.parametrize("raw", EVERY_FIELD.values(), ids=EVERY_FIELD.keys())
def test_an_event_is_read_as_written(engine: Engine, raw: dict[str, Any]) -> None:
    store = engine.store()
    write(store, raw)
    assert read(store) == [parse_event(raw)]


SPANS = {
    "coverage of a channel": make_coverage(event_id="v1"),
    "coverage of a type": make_coverage(event_id="v2", type="like", paid=False),
    "coverage with parents": make_coverage(event_id="v4", parents="complete"),
    "coverage of shares with parents": make_coverage(
        event_id="v5", type="share", paid=False, parents="complete"
    ),
    "coverage of a goal": make_coverage(event_id="v3", channel=None, goal="purchase"),
    "annotation": make_annotation(event_id="n1", name="Sale ✓"),
    "with a time": make_annotation(event_id="n2", occurred_at="2026-03-08T09:30:00.000001Z"),
}


@pytest.mark.parametrize("raw", SPANS.values(), ids=SPANS.keys())
def test_a_span_is_read_as_written_and_belongs_to_no_day(
    engine: Engine, raw: dict[str, Any]
) -> None:
    store = engine.store()
    write(store, raw)
    write(store, raw)
    assert list(store.events.spans()) == [parse_event(raw)]
    assert read(store, dt.date(2026, 3, 1), dt.date(2026, 3, 15)) == []


def test_a_span_with_the_same_id_and_other_days_replaces_the_first(engine: Engine) -> None:
    store = engine.store()
    write(store, make_coverage(event_id="v", first="2026-03-01", last="2026-03-10"))
    longer = make_coverage(event_id="v", first="2026-02-01", last="2026-03-15")
    write(store, longer)
    assert list(store.events.spans()) == [parse_event(longer)]


A, B = "20260315T120000Z-0000000a", "20260315T120000Z-0000000b"


def stored_by(store: TenantStore, origin: str) -> dict[str, list[str]]:
    """Return the ids of the events that an import stored, by partition."""
    found = {
        partition: [
            sort.rpartition("#")[2] for sort in store.events.stored_by(origin, partition, None)[0]
        ]
        for partition in store.events.partitions((DAY, DAY))
    }
    return {partition: ids for partition, ids in found.items() if ids}


def test_an_event_belongs_to_the_last_import_that_stored_it(engine: Engine) -> None:
    store = engine.store(shards=1)
    raw = [make_event(event_id=f"e{n}") for n in range(4)] + [make_coverage(event_id="v")]
    parsed = [parse_event(one) for one in raw]
    store.events.write(parsed, origin=A)
    before = read(store), list(store.events.spans())
    store.events.write(parsed[:2], origin=B)
    store.events.write(parsed[2:3])
    assert (read(store), list(store.events.spans())) == before
    day, spans = f"acme#events#{DAY}#0", "acme#events#spans"
    assert stored_by(store, A) == {day: ["e3"], spans: ["v"]}
    assert stored_by(store, B) == {day: ["e0", "e1"]}


def test_removing_an_import_keeps_other_events(engine: Engine) -> None:
    store = engine.store(shards=1)
    parsed = [parse_event(make_event(event_id=f"e{n}")) for n in range(5)]
    store.events.write(parsed, origin=A)
    partition = f"acme#events#{DAY}#0"
    found, _ = store.events.stored_by(A, partition, None)
    store.events.write(parsed[:2], origin=B)  # between reading and deleting
    store.events.write(parsed[2:3])
    for _ in range(2):
        assert store.events.remove(A, partition, found) == 3
    assert [event.event_id for event in read(store)] == ["e0", "e1", "e2"]
    with pytest.raises(ValueError, match="not a partition"):
        store.events.remove(A, f"other#events#{DAY}#0", found)


def test_an_anonymised_event_still_belongs_to_its_import(engine: Engine) -> None:
    store = engine.store(shards=1)
    anna = store.user_hash("anna")
    event = parse_event(make_event(event_id="e", user_id=anna))
    store.events.write([event], origin=A)
    assert list(store.events.erase_person(anna, DAY, store.trace_of)) == [1]
    assert stored_by(store, A) == {f"acme#events#{DAY}#0": ["e"]}
    trace = store.trace_of(anna, "x")
    anonymous = event.model_copy(update={"user_id": None})
    for two_items in (Withdrawn(anonymous, anna), Erased(anonymous, anna, trace)):
        store.events.write([two_items], origin=B)
    assert stored_by(store, B) == {f"acme#events#{DAY}#0": ["e", "e"]}


def test_an_erased_share_keeps_its_parent_but_not_its_reach(engine: Engine) -> None:
    store = engine.store(shards=1)
    anna = store.user_hash("anna")
    raw = make_event(event_id="e", user_id=anna, type="share", parent_event_id="p", reach=1_234_567)
    write(store, raw, make_audience(event_id="a", size=7))
    assert list(store.events.erase_person(anna, DAY, store.trace_of)) == [1]
    raw |= {"user_id": None, "reach": None}
    assert read(store) == [parse_event(make_audience(event_id="a", size=7)), parse_event(raw)]


def test_storing_an_event_again_changes_nothing(engine: Engine) -> None:
    store = engine.store()
    event = make_event()
    write(store, event)
    write(store, event)
    write(store, event, event)
    assert read(store) == [parse_event(event)]


def test_an_event_with_the_same_identity_is_replaced(engine: Engine) -> None:
    store = engine.store()
    write(store, make_event(event_id="day", count=10))
    write(store, make_event(event_id="day", count=12))
    (event,) = read(store)
    assert event.count == 12  # type: ignore[union-attr]


def test_the_last_of_several_duplicates_is_stored(engine: Engine) -> None:
    store = engine.store()
    write(store, *(make_event(event_id="same", count=count) for count in (1, 2, 3)))
    (event,) = read(store)
    assert event.count == 3  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "other",
    [
        {"event_id": "y"},
        {"occurred_at": "2026-03-14T09:30:00.000001Z"},
        {"user_id": "CCCCCCCCCCCCCCCCCCCCCC"},
    ],
)
def test_id_time_and_person_identify_an_event(engine: Engine, other: dict[str, str]) -> None:
    store = engine.store()
    write(store, make_event(event_id="x"), make_event(**({"event_id": "x"} | other)))
    assert len(read(store)) == 2


def test_withdrawn_consent_removes_the_person(engine: Engine) -> None:
    store = engine.store()
    user = "DDDDDDDDDDDDDDDDDDDDDD"
    write(store, make_event(event_id="x", user_id=user))
    restated = parse_event(make_event(event_id="x", consent=False))
    assert store.events.write([Withdrawn(restated, user)]) == ()
    assert read(store) == [restated]


def test_events_are_complete_across_batches_and_pages(engine: Engine) -> None:
    store = engine.store(shards=1)
    long = "✓" * 128
    events = [
        make_event(event_id=f"n{number:04d}", campaign_id=long, content_id=long)
        for number in range(1300)
    ]
    write(store, *events)
    assert [event.event_id for event in read(store)] == [event["event_id"] for event in events]


def test_a_partition_is_ordered_by_person_and_time(engine: Engine) -> None:
    store = engine.store(shards=1)
    users = ["E" * 22, "F" * 22]
    times = [f"2026-03-14T0{hour}:00:00Z" for hour in (3, 1, 2)]
    write(store, *(make_event(user_id=user, occurred_at=at) for at in times for user in users))
    found = [
        (event.user_id, event.occurred_at.hour)  # type: ignore[union-attr]
        for event in store.events.in_partition(DAY, 0)
    ]
    assert found == [(user, hour) for user in users for hour in (1, 2, 3)]


def test_reading_includes_the_first_and_the_last_day(engine: Engine) -> None:
    store = engine.store()
    for day in (12, 13, 14, 15):
        write(store, make_event(event_id=f"d{day}", occurred_at=f"2026-03-{day}T00:00:00Z"))
    found = read(store, dt.date(2026, 3, 13), dt.date(2026, 3, 14))
    assert [event.event_id for event in found] == ["d13", "d14"]


def test_a_tenant_does_not_see_another_tenants_data(engine: Engine) -> None:
    ours, theirs = engine.store("acme"), engine.store("acme-2")
    write(theirs, make_event(), make_coverage())
    theirs.imports.add(Import("20260314T000000Z-00000001", "x.csv", "2026-03-14T00:00:00Z"))
    keep_fit(theirs, "20260314T000000Z-00000001", {"goals": {}})
    assert read(ours) == []
    assert list(ours.events.spans()) == []
    assert ours.imports.newest_first(limit=10) == []
    assert list(ours.fits.newest_first()) == []
    assert ours.fits.document("20260314T000000Z-00000001") is None


# --- day totals -------------------------------------------------------------------------------


def test_totals_are_ordered_by_day_across_months(engine: Engine) -> None:
    store = engine.store()
    days = [dt.date(2026, 2, 27) + dt.timedelta(days=n) for n in range(4)]
    for day in reversed(days):
        for shard in (1, 0):
            store.totals.put(DayTotals(day, shard, [{"events": 1, "day": str(day)}]), read_at=NOW)
    found = list(store.totals.between(days[1], days[2]))
    assert [(one.day, one.shard) for one in found] == [
        (day, shard) for day in days[1:3] for shard in (0, 1)
    ]
    assert found[0].rows == [{"events": 1, "day": "2026-02-28"}]


def test_totals_of_an_earlier_reading_do_not_replace_later_ones(engine: Engine) -> None:
    store = engine.store()
    earlier, later = (store.totals.begin_reading(DAY, 0) for _ in range(2))
    assert (earlier, later) == (1, 2)
    assert list(store.totals.between(DAY, DAY)) == []
    assert store.totals.last_reading(DAY, 0) is None
    of_later, of_earlier = (DayTotals(DAY, 0, [{"events": 7, "n": n}]) for n in (2, 1))
    an_hour_ago = NOW - dt.timedelta(hours=1)  # by the clock of the later reader
    assert store.totals.put(of_later, read_at=an_hour_ago, reading=later)
    assert not store.totals.put(of_earlier, read_at=NOW, reading=earlier)
    assert store.totals.put(of_later, read_at=an_hour_ago, reading=later)
    (found,) = store.totals.between(DAY, DAY)
    assert found.rows == [{"events": 7, "n": 2}]
    assert store.totals.last_reading(DAY, 0) == Reading(an_hour_ago, 7, awaited=False, number=2)
    assert store.totals.begin_reading(DAY, 0) == 3
    assert list(store.totals.between(DAY, DAY)) == [found]


def test_totals_without_a_reading_number_are_replaced(engine: Engine) -> None:
    store = engine.store()
    old = to_item(
        "acme#days#2026-03",
        "2026-03-14#0",
        {"read_at": "2026-03-14T12:00:00.000000Z", "events": 3, "doc": pack([{"events": 3}])},
    )
    engine.table.put(old)
    before = store.totals.last_reading(DAY, 0)
    assert before is not None
    assert before.number == 0
    assert store.totals.await_next(DAY, 0, 0)
    assert store.totals.put(DayTotals(DAY, 0, [{"events": 4}]), read_at=NOW)
    assert [one.rows for one in store.totals.between(DAY, DAY)] == [[{"events": 4}]]
    assert store.totals.last_reading(DAY, 0) == Reading(NOW, 4, awaited=False, number=1)


def test_only_one_computation_of_totals_is_pending(engine: Engine) -> None:
    store = engine.store()
    assert store.totals.last_reading(DAY, 0) is None
    store.totals.put(DayTotals(DAY, 0, [{"events": 7}]), read_at=NOW)
    assert not store.totals.await_next(DAY, 0, 2)
    assert store.totals.await_next(DAY, 0, 1)
    assert not store.totals.await_next(DAY, 0, 1)
    assert store.totals.last_reading(DAY, 0) == Reading(NOW, 7, awaited=True, number=1)
    store.totals.put(DayTotals(DAY, 0, []), read_at=NOW + dt.timedelta(hours=1))
    assert store.totals.last_reading(DAY, 0) == Reading(
        NOW + dt.timedelta(hours=1), 0, awaited=False, number=2
    )


def test_totals_too_large_for_an_item_are_read_as_written(engine: Engine) -> None:
    store = engine.store()
    draw = random.Random(1)
    rows = [{"events": 1, "noise": draw.randbytes(300_000).hex()}]
    store.totals.put(DayTotals(DAY, 0, rows), read_at=NOW)
    assert list(store.totals.between(DAY, DAY)) == [DayTotals(DAY, 0, rows)]


def put_messages(store: TenantStore, rows: list[list[Any]], reading: int, shard: int = 0) -> None:
    expires_at = dt.datetime.now(dt.UTC) + dt.timedelta(days=30)
    store.messages.put(DAY, shard, rows, reading=reading, expires_at=expires_at)


def test_messages_are_read_as_written_by_day_and_shard(engine: Engine) -> None:
    store = engine.store()
    put_messages(store, [["m", "b"]], 2, shard=1)
    put_messages(store, [["m", "a"], ["r", "a", 3]], 1)
    (first, second) = store.messages.between(DAY, DAY)
    assert (first.day, first.shard, first.rows) == (DAY, 0, [["m", "a"], ["r", "a", 3]])
    assert (second.shard, second.reading, second.rows) == (1, 2, [["m", "b"]])
    assert list(store.messages.between(DAY + dt.timedelta(days=1), DAY.replace(month=4))) == []
    assert list(engine.store("globex").messages.between(DAY, DAY)) == []


def test_messages_of_an_earlier_reading_do_not_replace_later_ones(engine: Engine) -> None:
    store = engine.store()
    put_messages(store, [["m", "late"]], 2)
    put_messages(store, [["m", "early"]], 1)
    put_messages(store, [], 1)
    assert [one.rows for one in store.messages.between(DAY, DAY)] == [[["m", "late"]]]
    put_messages(store, [], 3)
    assert list(store.messages.between(DAY, DAY)) == []


def test_messages_too_many_for_an_item_are_in_chunks(engine: Engine) -> None:
    store = engine.store()
    draw = random.Random(1)
    rows = [["m", draw.randbytes(500).hex()] for _ in range(1_500)]
    put_messages(store, rows, 1)
    assert [one.rows for one in store.messages.between(DAY, DAY)] == [rows]
    partition = "acme#messages#2026-03"
    assert len(list(engine.table.query(partition))) > 1
    put_messages(store, rows[:3], 2)
    assert [one.rows for one in store.messages.between(DAY, DAY)] == [rows[:3]]
    assert len(list(engine.table.query(partition))) == 1


def test_messages_that_are_being_replaced_are_not_read_in_part(engine: Engine) -> None:
    store = engine.store()
    draw = random.Random(1)
    put_messages(store, [["m", draw.randbytes(500).hex()] for _ in range(1_500)], 1)
    partition = "acme#messages#2026-03"
    first, *_ = engine.table.query(partition)
    engine.table.put(first | {"reading": {"N": "2"}})
    assert [one.rows for one in store.messages.between(DAY, DAY)] == [None]


def test_messages_expire_with_the_events_of_their_day(engine: Engine) -> None:
    store = engine.store()
    expires_at = dt.datetime(2999, 1, 1, tzinfo=dt.UTC)
    store.messages.put(DAY, 0, [["m", "a"]], reading=1, expires_at=expires_at)
    (item,) = engine.table.query("acme#messages#2026-03")
    assert item["ttl"] == {"N": str(int(expires_at.timestamp()))}


def test_totals_know_whether_their_messages_were_derived(engine: Engine) -> None:
    store = engine.store()
    store.totals.put(DayTotals(DAY, 0, [{"events": 7}], messages=2), read_at=NOW)
    store.totals.put(DayTotals(DAY, 1, [{"events": 7}]), read_at=NOW)
    assert [(one.shard, one.messages) for one in store.totals.derived_between(DAY, DAY)] == [
        (0, 2),
        (1, None),
    ]
    store.totals.put(DayTotals(DAY, 0, [{"events": 7}]), read_at=NOW)
    kept, _ = store.totals.derived_between(DAY, DAY)
    assert kept.messages is None
    assert not kept.is_behind
    store.totals.begin_reading(DAY, 0)
    behind, _ = store.totals.derived_between(DAY, DAY)
    assert behind.is_behind


def test_messages_of_another_version_count_as_not_derived(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = engine.store()
    store.totals.put(DayTotals(DAY, 0, [{"events": 7}], messages=2), read_at=NOW)
    monkeypatch.setattr("chalicelib.storage.total_items.VERSION", 2)
    (one,) = store.totals.derived_between(DAY, DAY)
    assert one.messages is None


def test_the_longest_cost_period_only_grows(engine: Engine) -> None:
    store = engine.store()
    assert store.totals.longest_cost_period() == 1
    for days in (30, 7):
        store.totals.note_cost_period(days)
    assert store.totals.longest_cost_period() == 30


# --- fits -------------------------------------------------------------------------------------


def fit_id(number: int) -> str:
    return f"20260314T00000{number}Z-0000000{number}"


def test_a_fit_header_is_read_as_written(engine: Engine) -> None:
    store = engine.store()
    header = FitHeader(
        fit_id(1),
        requested_at="2026-03-14T00:00:01Z",
        window_from="2026-01-01",
        window_to="2026-03-13",
        status="failed",
        goals=("lead", "purchase"),
        error={"code": "unusable_input", "detail": "nothing there"},
    )
    assert store.fits.add(header)
    assert store.fits.get(fit_id(1)) == header
    assert not store.fits.add(header)


def test_a_fit_document_is_written_once(engine: Engine) -> None:
    store = engine.store()
    assert store.fits.put_document(fit_id(1), {"n": 1.5, "none": None})
    assert not store.fits.put_document(fit_id(1), {"n": 2})
    assert store.fits.document(fit_id(1)) == {"n": 1.5, "none": None}


def test_a_document_too_large_for_an_item_is_read_as_written(engine: Engine) -> None:
    store = engine.store()
    document = {"noise": random.Random(2).randbytes(400_000).hex()}
    store.fits.put_document(fit_id(1), document)
    assert store.fits.document(fit_id(1)) == document


def test_a_document_with_nan_is_rejected(engine: Engine) -> None:
    store = engine.store()
    with pytest.raises(ValueError, match="JSON"):
        store.fits.put_document(fit_id(1), {"n": float("nan")})
    assert store.fits.document(fit_id(1)) is None


# --- links ------------------------------------------------------------------------------------


def make_link(number: int, **over: Any) -> Link:
    """Return a link that is valid for one day."""
    fields = {
        "link_id": f"20260314T10000{number}Z-00000000",
        "path": "/v1/roi",
        "query": {"goal": "größe", "to": "2026-03-01", "from": "2026-02-01"},
        "seal": f"{number:064x}",
        "created_at": dt.datetime(2026, 3, 14, 10, 0, number, tzinfo=dt.UTC),
        "expires_at": dt.datetime(2026, 3, 15, 10, 0, number, tzinfo=dt.UTC),
    }
    return Link(**(fields | over))


def test_links_are_stored_listed_and_revoked_once(engine: Engine) -> None:
    links, others = engine.store().links, engine.store("other").links
    made = [make_link(number) for number in range(3)]
    for one in made:
        links.add(one)
    assert links.get(made[1].link_id) == made[1]
    assert [*links.newest_first(limit=2)] == [made[2], made[1]]
    assert [*links.newest_first(limit=2, after=made[1].link_id)] == [made[0]]
    assert others.get(made[1].link_id) is None
    assert not others.revoke(made[1].link_id, NOW)
    assert links.revoke(made[1].link_id, NOW)
    assert links.revoke(made[1].link_id, NOW + dt.timedelta(days=1))
    assert links.get(made[1].link_id) == dataclasses.replace(made[1], revoked_at=NOW)
    assert links.get(made[0].link_id) == made[0]


def test_a_seal_is_replaced_only_if_it_has_not_changed(engine: Engine) -> None:
    links, link = engine.store().links, make_link(1)
    links.add(link)
    links.reseal(link.link_id, "0" * 64, "a" * 64)
    assert links.get(link.link_id) == link
    links.reseal(link.link_id, link.seal, "a" * 64)
    assert links.get(link.link_id) == dataclasses.replace(link, seal="a" * 64)


# --- rate limits ------------------------------------------------------------------------------


def test_requests_are_counted_per_key_and_window(engine: Engine) -> None:
    window = NOW.replace(second=0, microsecond=0)
    store = engine.store()
    assert store.rates.take("k", window, 1) == 1
    assert store.rates.take("k", window, 30) == 31
    assert store.rates.take("k", window + dt.timedelta(minutes=1), 5) == 5
    assert store.rates.take("other", window, 2) == 2
    assert engine.store("other").rates.take("k", window, 3) == 3
    assert engine.store().rates.take("k", window, 7) == 38


# --- imports ----------------------------------------------------------------------------------

IMPORT = Import("20260314T000000Z-00000001", "x.csv", "2026-03-14T00:00:00Z")


def test_an_import_is_read_as_written(engine: Engine) -> None:
    store = engine.store()
    full = dataclasses.replace(
        IMPORT,
        state="done",
        spread=True,
        currency="USD",
        position=7,
        summary={"rows": 7, "notes": ["x"], "claimed": None},
        error=None,
    )
    assert store.imports.add(full)
    assert store.imports.get(full.import_id) == full
    assert not store.imports.add(IMPORT)


def test_a_slower_worker_cannot_overwrite_the_progress_of_an_import(engine: Engine) -> None:
    store = engine.store()
    store.imports.add(IMPORT)
    fast = store.imports.save(dataclasses.replace(IMPORT, position=500))
    with pytest.raises(StoreUnavailable):
        store.imports.save(dataclasses.replace(IMPORT, position=100))
    assert store.imports.get(IMPORT.import_id) == fast


def test_imports_are_listed_newest_first_in_pages(engine: Engine) -> None:
    store = engine.store()
    ids = [f"2026031{day}T000000Z-00000001" for day in range(5)]
    for import_id in ids:
        store.imports.add(dataclasses.replace(IMPORT, import_id=import_id))
    first = store.imports.newest_first(limit=2)
    then = store.imports.newest_first(limit=9, after=first[-1].import_id)
    assert [one.import_id for one in (*first, *then)] == ids[::-1]


def test_a_replay_is_read_as_written(engine: Engine) -> None:
    store = engine.store()
    mapping = {"columns": {"Ünïcode, \u2713": "like", "Aaa": "day", "ääh": "cost"}}
    asked = dataclasses.replace(
        IMPORT,
        mapping=mapping,
        overtaken=("a", "b"),
        replay=Replay("2026-03-15T00:00:00Z", "failed", 2, mapping=mapping, after="x", events=7),
    )
    store.imports.add(asked)
    found = store.imports.get(IMPORT.import_id)
    assert found == asked
    assert found is not None
    assert found.mapping is not None
    assert list(found.mapping["columns"]) == list(mapping["columns"])


def rejected(*places: tuple[int, int, int]) -> list[RejectedRow]:
    return [
        RejectedRow(row, number, f"raw;{row}", "invalid_date", "no day", part, "Posts" * part)
        for part, row, number in places
    ]


def test_rejected_rows_are_read_in_file_order(engine: Engine) -> None:
    store = engine.store()
    rows = rejected((0, 2, 0), (0, 2, 1), (0, 10, 0), (0, 10**9, 0), (1, 1, 0), (11, 1, 0))
    store.imports.add_rejected_rows(IMPORT.import_id, 1, rows[::-1], now=NOW)
    found = list(store.imports.rejected_rows(IMPORT.import_id, 1))
    assert found == rows
    behind = store.imports.rejected_rows(IMPORT.import_id, 1, after=rows[1].cursor, limit=2)
    assert list(behind) == rows[2:4]


def test_generations_of_rejected_rows_are_separate(engine: Engine) -> None:
    store = engine.store()
    rows = rejected(*((0, row, 0) for row in range(2, 62)))
    store.imports.add_rejected_rows(IMPORT.import_id, 1, rows, now=NOW)
    store.imports.add_rejected_rows(IMPORT.import_id, 1, rows[:10], now=NOW)
    store.imports.add_rejected_rows(IMPORT.import_id, 2, rows[:3], now=NOW)
    store.imports.remove_rejected_rows(IMPORT.import_id, 1, go_on=lambda: False)
    assert list(store.imports.rejected_rows(IMPORT.import_id, 1)) == rows
    store.imports.remove_rejected_rows(IMPORT.import_id, 1, go_on=lambda: True)
    assert list(store.imports.rejected_rows(IMPORT.import_id, 1)) == []
    assert list(store.imports.rejected_rows(IMPORT.import_id, 2)) == rows[:3]


# --- mappings ---------------------------------------------------------------------------------


def test_a_mapping_is_read_as_written_until_it_is_removed(engine: Engine) -> None:
    store = engine.store()
    columns = {"Ünïcode ✓": "like", "a.b": "day", "Aa": "click"}
    first = StoredMapping("xing", {"columns": columns}, "2026-03-14T00:00:00Z")
    store.mappings.save(dataclasses.replace(first, mapping={"dates": "dmy"}))
    store.mappings.save(first)
    found = store.mappings.get("xing")
    assert found == first
    assert found is not None
    assert list(found.mapping["columns"]) == list(columns)
    assert engine.store("other").mappings.get("xing") is None
    store.mappings.remove("xing")
    store.mappings.remove("xing")
    assert store.mappings.get("xing") is None


def test_mappings_are_listed_by_name_in_pages(engine: Engine) -> None:
    store = engine.store()
    for name in ("c", "a", "b-2", "b"):
        store.mappings.save(StoredMapping(name, {"dates": "dmy"}, ""))
    first = [one.name for one in store.mappings.by_name(limit=2)]
    rest = [one.name for one in store.mappings.by_name(limit=9, after=first[-1])]
    assert (first, rest) == (["a", "b"], ["b-2", "c"])


# --- people whose shares bring most -----------------------------------------------------------


def test_only_the_people_of_the_newest_fit_are_known(engine: Engine) -> None:
    store = engine.store()
    ben = {"person": "ben", "factor": [4.0, 2.0, None]}
    store.multipliers.put("first", [{"person": "anna"}])
    store.multipliers.put("second", [{"person": "anna"}, ben])

    assert store.multipliers.of_fit("first") == []
    assert store.multipliers.of_fit("second") == [{"person": "anna"}, ben]
    assert engine.store("other").multipliers.of_fit("second") == []


def test_a_person_is_forgotten_among_those_whose_shares_bring_most(engine: Engine) -> None:
    store = engine.store()
    store.multipliers.forget("anna")
    assert store.multipliers.of_fit("second") == []
    store.multipliers.put("second", [{"person": "anna"}, {"person": "ben"}])
    store.multipliers.forget("anna")
    store.multipliers.forget("zoe")
    assert store.multipliers.of_fit("second") == [{"person": "ben"}]


# --- tenants ----------------------------------------------------------------------------------


def test_a_tenant_is_registered_once_with_the_first_configuration(engine: Engine) -> None:
    assert not engine.store().is_registered()
    first = engine.store(currency="USD", shards=2, cors_origins="https://a.example, ,x").config
    again = engine.store(currency="EUR", shards=9)
    assert again.config == first == TenantConfig("USD", 2, 3 * 365, ("https://a.example", "x"))
    assert again.is_registered()
    assert list(list_tenants(engine.table)) == ["acme"]


def test_a_tenants_time_zone_and_roles_are_stored(engine: Engine) -> None:
    store = engine.store()
    chosen = {"time_zone": "Europe/Berlin", "roles": {"facebook/click": "cause"}}
    changed = dataclasses.replace(store.config, **chosen)
    store.items.configure(changed)
    assert store.items.config() == changed


def test_the_number_of_shards_cannot_change(engine: Engine) -> None:
    store = engine.store(shards=2)
    changed = dataclasses.replace(store.config, currency="USD")
    store.items.configure(changed)
    assert engine.store().config == changed
    with pytest.raises(ValueError, match="shards"):
        store.items.configure(dataclasses.replace(changed, shards=3))


def test_an_api_key_is_read_as_written(engine: Engine) -> None:
    store = engine.store()
    key = ApiKey("abc", "read", "0" * 64, NOW, revoked_at=NOW, expires_at=NOW)
    store.api_keys.put(key)
    assert store.api_keys.get("abc") == key
    assert store.api_keys.get("abd") is None
    assert engine.store("other").api_keys.get("abc") is None


def test_an_invalid_tenant_name_cannot_reach_another_partition(engine: Engine) -> None:
    for name in ("-", "acme#x", "", "A", "acme\n", "a" * 33, "-#tenants"):
        with pytest.raises(ValueError, match="tenant"):
            engine.store(name)


# --- announced alarms ---------------------------------------------------------------------------


def test_an_alarm_is_claimed_once(engine: Engine) -> None:
    now = dt.datetime.now(dt.UTC)
    store = engine.store()
    assert store.announced.claim(DAY, now=now)
    assert not store.announced.claim(DAY, now=now)
    assert store.announced.claim(DAY + dt.timedelta(days=1), now=now)
    assert engine.store("globex").announced.claim(DAY, now=now)
